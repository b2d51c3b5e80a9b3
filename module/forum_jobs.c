/*
 * forum_jobs.c - one thread per forum: does what it is asked, and polls.
 *
 * A job's outcome goes into the journal (FORUM_DONE) and from there to the
 * interpreter; only then is the job marked as answered here. A crash in between
 * does the job again, which by the provider's contract changes nothing, and the
 * second outcome is ignored. A forum that fails delays nobody but itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "error.h"
#include "forum_http.h"
#include "forum_jobs.h"
#include "interpret.h"
#include "json.h"
#include "provider.h"
#include "state.h"
#include "stop.h"
#include "timestamp.h"
#include "worker.h"

#define POLL_DEFAULT_MS 30000
#define WAIT_MS 5000
#define FIRST_RETRY_MS 500
#define LONGEST_RETRY_MS 300000
#define MAX_REFS 4096
/* A job found leased at the start is one whose worker was killed: it waits until what was
 * under way then has come through or never will, so that looking up tells the truth. */
#define SETTLE_DEFAULT_MS 60000
#define LEASE_MS (24 * 3600000)

struct forum_thread {
    struct worker *worker;
    struct forum_http *http;
    struct provider *provider;
    char name[PROVIDER_NAME_BYTES + 1];
    char note[80];         /* "forum:NAME": what is wrong with it, for status */
    pthread_t thread;
    struct state *state;
    int64_t poll_ms, next_poll;
    struct backoff backoff;
    char told[512];        /* the trouble that was last said */
    pthread_mutex_t calls; /* one call to the provider at a time: this thread and webhooks */
    pthread_mutex_t mutex; /* of idle */
    uint64_t idle_at;      /* the generation after which there was nothing to do; 0: busy */
};

/* ---- one job --------------------------------------------------------------------------- */

static const char *member(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

#define MAX_TEXTS 64

struct texts { /* NULL-terminated */
    const char *in[MAX_TEXTS + 1];
};

static const char *const *read_texts(const json_t *o, const char *name, struct texts *out)
{
    const json_t *array = json_object_get(o, name);
    size_t n = 0;
    for (; n < json_array_size(array) && n < MAX_TEXTS; n++)
        out->in[n] = json_string_value(json_array_get(array, n));
    out->in[n] = NULL;
    return n ? out->in : NULL;
}

static void fill_request(const json_t *o, const char *key, struct texts *tags,
                         struct texts *managers, aw_forum_request *out)
{
    *out = (aw_forum_request){
        .struct_size = sizeof *out,
        .key = key,
        .discussion = member(o, "discussion"),
        .course = member(o, "course"),
        .course_title = member(o, "course_title"),
        .room = member(o, "room"),
        .room_name = member(o, "room_name"),
        .room_ref = member(o, "room_ref"),
        .topic_ref = member(o, "topic_ref"),
        .post_ref = member(o, "post_ref"),
        .parent_ref = member(o, "parent_ref"),
        .learner = member(o, "learner"),
        .learner_name = member(o, "learner_name"),
        .learner_email = member(o, "learner_email"),
        .user_ref = member(o, "user_ref"),
        .title = member(o, "title"),
        .markdown = member(o, "markdown"),
        .html = member(o, "html"),
        .language = member(o, "language"),
        .url = member(o, "url"),
        .tags = read_texts(o, "tags", tags),
        .managers = read_texts(o, "managers", managers),
    };
}

static int report_outcome(struct forum_thread *f, const char *key, int outcome,
                          const aw_forum_reply *reply, aw_error *err)
{
    static const char *const words[] = {"ok", "retry", "refused", "unsupported"};
    struct buf body = BUF_INIT(8192);
    aw_event e = AW_EVENT_INIT;
    buf_printf(&body, "{\"outcome\":\"%s\",\"ref\":", words[outcome & 3]);
    buf_json_str(&body, reply->ref);
    BUF_LIT(&body, ",\"url\":");
    buf_json_str(&body, reply->url);
    BUF_LIT(&body, ",\"reason\":");
    buf_json_str(&body, reply->reason);
    buf_putc(&body, '}');
    int rc = buf_error(&body, "reply", err);
    e.kind = AW_EVENT_FORUM_DONE;
    e.key = key;
    e.body = body.data;
    e.body_bytes = body.len;
    if (rc == AW_OK)
        rc = worker_append(f->worker, &e, err);
    buf_free(&body);
    return rc;
}

/* Says what is wrong with the forum once, and once when it is well again. */
static void set_trouble(struct forum_thread *f, const char *reason)
{
    aw_error err = AW_ERROR_INIT;
    if (strcmp(f->told, reason) == 0)
        return;
    snprintf(f->told, sizeof f->told, "%s", reason);
    if (state_note_put(f->state, f->note, reason, &err) != AW_OK)
        say_error(&f->worker->aw->say, AW_LOG_ERROR, "a forum's state could not be kept", &err);
    say(&f->worker->aw->say, *reason ? AW_LOG_WARNING : AW_LOG_INFO,
        *reason ? "a forum cannot be served now" : "the forum is well again", "forum", f->name, "why",
        *reason ? reason : NULL, SAY_END);
}

static int64_t backoff(struct forum_thread *f, uint32_t tries)
{
    f->backoff.failures = tries;
    return backoff_next_ms(&f->backoff);
}

static int do_job(struct forum_thread *f, const struct state_job *job, aw_error *err)
{
    struct texts tags, managers;
    json_t *payload = NULL;
    aw_forum_request request;
    aw_forum_reply reply = {.struct_size = sizeof reply};
    int rc = json_read(job->payload, strlen(job->payload), LIMIT_ANSWER_BYTES, "request", &payload,
                       err);
    if (rc != AW_OK)
        return rc;
    fill_request(payload, job->key, &tags, &managers, &request);
    pthread_mutex_lock(&f->calls);
    int outcome = job->kind > 0 && job->kind < CALL_COUNT
                      ? provider_call(f->provider, (enum provider_call)(job->kind - 1), &request, &reply)
                      : AW_FORUM_UNSUPPORTED;
    pthread_mutex_unlock(&f->calls);
    json_decref(payload);
    if (outcome == AW_FORUM_RETRY) {
        int64_t wait = reply.retry_after_ms > 0
                           ? reply.retry_after_ms
                           : backoff(f, job->tries);
        set_trouble(f, reply.reason[0] ? reply.reason : "it asked to be tried again later");
        return state_job_set(f->state, job->key, JOB_QUEUED, job->tries + 1,
                             handle_now_ms(f->worker->aw) + wait, err);
    }
    set_trouble(f, "");
    rc = report_outcome(f, job->key, outcome, &reply, err);
    return rc == AW_OK ? state_job_set(f->state, job->key, JOB_ANSWERED, job->tries, 0, err) : rc;
}

/* ---- polling ------------------------------------------------------------------------------ */

struct refs {
    const char *name;
    char *text[MAX_REFS + 1];
    size_t count;
    bool topics;
};

static int add_room(void *context, const struct state_discussion *d)
{
    struct refs *r = context;
    const char *ref = r->topics ? d->topic_ref : d->room_ref;
    if (strcmp(d->provider, r->name) != 0 || !d->opened_ms || !*ref || r->count == MAX_REFS)
        return 0;
    r->text[r->count] = strdup(ref);
    if (r->text[r->count])
        r->count++;
    return 0;
}

static void free_refs(struct refs *r)
{
    for (size_t i = 0; r && i < r->count; i++)
        free(r->text[i]);
    free(r);
}

static int emit(void *context, const aw_event *event)
{
    struct forum_thread *f = context;
    aw_error err = AW_ERROR_INIT;
    aw_event named = *event;
    named.provider = f->name;
    int rc = worker_append(f->worker, &named, &err);
    if (rc != AW_OK)
        say_error(&f->worker->aw->say, AW_LOG_WARNING, "a forum's event was not taken", &err);
    /* What is wrong with one event must not stop those behind it; a full disk must. */
    return interp_is_poison(rc) ? AW_OK : rc;
}

static int poll_forum(struct forum_thread *f, aw_error *err)
{
    char cursor_name[96], *cursor = NULL;
    aw_forum_reply reply = {.struct_size = sizeof reply};
    struct refs *rooms = calloc(1, sizeof *rooms), *topics = calloc(1, sizeof *topics);
    int rc = AW_OK;
    if (!rooms || !topics) {
        free(rooms);
        free(topics);
        return error_nomem(err, f->name);
    }
    snprintf(cursor_name, sizeof cursor_name, "poll:%s", f->name);
    if (rc == AW_OK) {
        rooms->name = topics->name = f->name;
        topics->topics = true;
        rc = state_discussions(f->state, NULL, add_room, rooms, err);
    }
    if (rc == AW_OK)
        rc = state_discussions(f->state, NULL, add_room, topics, err);
    if (rc == AW_OK && (rc = state_note_get(f->state, cursor_name, &cursor, err)) == AW_ENOTFOUND)
        rc = AW_OK;
    if (rc == AW_OK && rooms->count > 0) {
        aw_forum_poll poll = {.struct_size = sizeof poll, .cursor = cursor,
                              .room_refs = (const char *const *)rooms->text,
                              .topic_refs = (const char *const *)topics->text,
                              .emit = emit, .context = f};
        pthread_mutex_lock(&f->calls);
        int outcome = provider_poll(f->provider, &poll, &reply);
        pthread_mutex_unlock(&f->calls);
        /* The cursor moves only behind what is in the journal. */
        if (outcome == AW_FORUM_OK && reply.ref[0])
            rc = state_note_put(f->state, cursor_name, reply.ref, err);
        set_trouble(f, outcome == AW_FORUM_RETRY || outcome == AW_FORUM_REFUSED ? reply.reason : "");
        if (outcome == AW_FORUM_RETRY && reply.retry_after_ms > f->poll_ms)
            f->next_poll = timestamp_monotonic_ms() + reply.retry_after_ms;
    }
    free(cursor);
    free_refs(rooms);
    free_refs(topics);
    return rc;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void set_idle(struct forum_thread *f, uint64_t generation)
{
    pthread_mutex_lock(&f->mutex);
    f->idle_at = generation;
    pthread_mutex_unlock(&f->mutex);
}

/* Idle, and nothing has come since. */
bool forum_idle(struct forum_thread *f)
{
    uint64_t now = worker_wait(f->worker, 0, 0);
    pthread_mutex_lock(&f->mutex);
    bool idle = f->idle_at == now;
    pthread_mutex_unlock(&f->mutex);
    return idle;
}

static void wait_until(struct forum_thread *f, uint64_t generation, int64_t job_wait_ms)
{
    int64_t now = timestamp_monotonic_ms(), until = INT64_MAX;
    if (job_wait_ms != INT64_MAX)
        until = now + job_wait_ms;
    if (f->poll_ms && f->next_poll < until)
        until = f->next_poll;
    set_idle(f, generation);
    worker_wait(f->worker, generation, until);
    set_idle(f, 0);
}

static void *run(void *context)
{
    struct forum_thread *f = context;
    while (!stop_asked(&f->worker->ending)) {
        aw_error err = AW_ERROR_INIT;
        struct state_job job = {0};
        int64_t next = INT64_MAX, now = handle_now_ms(f->worker->aw);
        uint64_t generation = worker_wait(f->worker, 0, 0);
        int rc = state_job_next(f->state, f->name, now, &job, &next, &err);
        if (rc == AW_OK)
            rc = state_job_lease(f->state, job.key, now + LEASE_MS, &err);
        if (rc == AW_OK)
            rc = do_job(f, &job, &err);
        free(job.payload);
        if (rc == AW_OK)
            continue;
        if (rc == AW_EAGAIN && f->poll_ms && timestamp_monotonic_ms() >= f->next_poll) {
            f->next_poll = timestamp_monotonic_ms() + f->poll_ms;
            rc = poll_forum(f, &err);
            if (rc == AW_OK)
                rc = AW_EAGAIN;
        }
        if (rc != AW_EAGAIN) {
            say_error(&f->worker->aw->say, AW_LOG_ERROR, "a forum's thread waits", &err);
            next = now + WAIT_MS;
        }
        wait_until(f, generation, next == INT64_MAX ? INT64_MAX : next > now ? next - now : 0);
    }
    return NULL;
}

/* ---- webhooks, from the listener's thread -------------------------------------------------------- */

const char *forum_name(const struct forum_thread *f)
{
    return f->name;
}

int forum_webhook(struct forum_thread *f, const aw_forum_header *headers, size_t header_count,
                  const char *body, size_t body_bytes, aw_forum_reply *reply)
{
    aw_forum_webhook hook = {.struct_size = sizeof hook, .headers = headers,
                             .header_count = header_count, .body = body, .body_bytes = body_bytes,
                             .emit = emit, .context = f};
    pthread_mutex_lock(&f->calls);
    int outcome = provider_webhook(f->provider, &hook, reply);
    pthread_mutex_unlock(&f->calls);
    return outcome;
}

/* ---- start and stop -------------------------------------------------------------------------------- */

static void forum_free(struct forum_thread *f)
{
    if (!f)
        return;
    provider_close(f->provider);
    forum_http_close(f->http);
    state_close(f->state);
    pthread_mutex_destroy(&f->calls);
    pthread_mutex_destroy(&f->mutex);
    free(f);
}

static int prepare(struct forum_thread *f, const json_t *config, aw_error *err)
{
    int64_t seconds = POLL_DEFAULT_MS / 1000;
    int64_t settle_ms = SETTLE_DEFAULT_MS;
    int rc = json_get_i64(config, "poll_seconds", 1, 86400, &seconds, err);
    if (rc == AW_OK)
        rc = json_get_i64(config, "settle_ms", 1, 3600000, &settle_ms, err);
    if (rc == AW_OK)
        rc = forum_http_open(f->worker->aw, config, &f->worker->ending, &f->http, err);
    if (rc == AW_OK)
        rc = forum_provider_open(f->worker->aw, config, f->http, &f->provider, err);
    if (rc == AW_OK)
        rc = state_open(f->worker->aw->config.state_dir, &f->state, err);
    if (rc != AW_OK)
        return rc;
    snprintf(f->name, sizeof f->name, "%s", provider_name(f->provider));
    snprintf(f->note, sizeof f->note, "forum:%s", f->name);
    if (provider_capabilities(f->provider) & AW_FORUM_CAN_POLL)
        f->poll_ms = seconds * 1000;
    return state_jobs_hold(f->state, f->name, handle_now_ms(f->worker->aw) + settle_ms, err);
}

int forum_start(struct worker *w, const json_t *config, struct forum_thread **out, aw_error *err)
{
    const char *type = member(config, "type");
    *out = NULL;
    if (!type)
        return error_set(err, AW_ECONFIG, "forums.type", "is missing: local, host, discourse, nodebb");
    /* The embedded forum is part of the interpreter; a host without callbacks fetches for itself. */
    if (strcmp(type, "local") == 0 || (strcmp(type, "host") == 0 && !w->aw->host.forum))
        return AW_OK;
    struct forum_thread *f = calloc(1, sizeof *f);
    if (!f)
        return error_nomem(err, "forums");
    f->worker = w;
    f->backoff = (struct backoff){FIRST_RETRY_MS, LONGEST_RETRY_MS, 0,
                                  (uint64_t)timestamp_monotonic_ms() | 1};
    pthread_mutex_init(&f->calls, NULL);
    pthread_mutex_init(&f->mutex, NULL);
    int rc = prepare(f, config, err);
    if (rc == AW_OK && pthread_create(&f->thread, NULL, run, f) != 0)
        rc = error_set(err, AW_ENOMEM, f->name, "no thread could be started: out of memory, or over the limit of threads");
    if (rc != AW_OK) {
        forum_free(f);
        return rc;
    }
    *out = f;
    return AW_OK;
}

void forum_stop(struct forum_thread *f)
{
    if (!f)
        return;
    pthread_join(f->thread, NULL);
    forum_free(f);
}
