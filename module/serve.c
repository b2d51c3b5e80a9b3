/* serve.c - the listener's handlers: between HTTP and the worker's threads. */
#include "serve.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "forum_jobs.h"
#include "json.h"
#include "listener.h"
#include "metrics.h"
#include "seal.h"
#include "state.h"
#include "stop.h"
#include "timestamp.h"
#include "worker.h"

#define PURPOSE "discuss"
#define JOURNAL_OLD_MS (15 * 60000) /* not interpreted for so long: something is wrong */

struct serve {
    struct worker *worker;
    struct listener *listener;
    struct state *state;
    pthread_mutex_t mutex; /* of state: the listener has several threads */
};

/* ---- tokens ---------------------------------------------------------------------------- */

static const char *public_url(const struct config *c)
{
    return json_string_value(json_object_get(c->listener, "public_url"));
}

int serve_discuss_url(const struct config *c, const struct identity *id, const char *discussion,
                      const char *learner, char *out, size_t out_size, aw_error *err)
{
    const char *base = public_url(c);
    struct buf token = BUF_INIT(2048);
    char text[SEAL_TEXT_BYTES];
    int n = snprintf(text, sizeof text, "%s\x1f%s", discussion, learner);
    if (!base)
        return AW_ENOTFOUND;
    if (n <= 0 || (size_t)n >= sizeof text)
        return error_set(err, AW_ELIMIT, "learner", "is too long for a link");
    size_t len = strlen(base);
    while (len > 0 && base[len - 1] == '/')
        len--;
    int rc = seal_text(id->key, PURPOSE, text, (size_t)n, &token, err);
    if (rc == AW_OK) {
        n = snprintf(out, out_size, "%.*s/discuss/%s", (int)len, base, token.data);
        if (n < 0 || (size_t)n >= out_size)
            rc = error_set(err, AW_ELIMIT, "listener.public_url", "is too long for a link");
    }
    buf_free(&token);
    return rc;
}

int serve_read_token(const struct identity *id, const char *token, char discussion[64],
                     char learner[256])
{
    struct buf text = BUF_INIT(SEAL_TEXT_BYTES);
    int rc = AW_ENOTFOUND;
    if (seal_open(id->key, PURPOSE, token, strlen(token), &text)) {
        const char *parted = strchr(text.data, '\x1f');
        size_t first = parted ? (size_t)(parted - text.data) : 64;
        if (first < 64 && strlen(parted + 1) < 256) {
            snprintf(discussion, 64, "%.*s", (int)first, text.data);
            snprintf(learner, 256, "%s", parted + 1);
            rc = AW_OK;
        }
    }
    buf_free(&text);
    return rc;
}

/* ---- handlers, from the listener's threads ------------------------------------------------- */

static int on_webhook(void *context, const char *forum, const aw_forum_header *headers, size_t count,
                      const char *body, size_t body_bytes)
{
    struct serve *s = context;
    struct worker *w = s->worker;
    for (size_t i = 0; i < w->forum_count; i++) {
        aw_forum_reply reply = {.struct_size = sizeof reply};
        if (strcmp(forum_name(w->forums[i]), forum) != 0)
            continue;
        int outcome = forum_webhook(w->forums[i], headers, count, body, body_bytes, &reply);
        if (outcome != AW_FORUM_OK)
            say(&w->aw->say, AW_LOG_WARNING, "a webhook was not taken", "forum", forum, "why",
                reply.reason, SAY_END);
        return outcome;
    }
    return LISTENER_NO_FORUM;
}

static void count_view(struct serve *s, const struct state_discussion *d, const char *learner)
{
    aw_error err = AW_ERROR_INIT;
    aw_event e = AW_EVENT_INIT;
    e.kind = AW_EVENT_DISCUSSION_VIEWED;
    e.learner = learner;
    e.course = d->course;
    e.discussion = d->id;
    e.provider = d->provider;
    e.time_ms = handle_now_ms(s->worker->aw);
    /* A view that cannot be recorded must not keep the learner out. */
    if (worker_append(s->worker, &e, &err) != AW_OK)
        say_error(&s->worker->aw->say, AW_LOG_WARNING, "a view was not recorded", &err);
    else
        worker_changed(s->worker);
}

/* The address comes from the state alone: what the forum said when the topic was made. */
static int on_discuss(void *context, const char *token, char url[LISTENER_URL_BYTES])
{
    struct serve *s = context;
    char discussion[64], learner[256];
    struct state_discussion d;
    struct state_member m;
    aw_error err = AW_ERROR_INIT;
    int rc = serve_read_token(&s->worker->aw->identity, token, discussion, learner);
    if (rc != AW_OK)
        return rc;
    pthread_mutex_lock(&s->mutex);
    rc = state_discussion_get(s->state, discussion, &d, &err);
    if (rc == AW_OK)
        rc = state_member_get(s->state, discussion, learner, &m, &err);
    pthread_mutex_unlock(&s->mutex);
    if (rc != AW_OK)
        return rc; /* AW_ENOTFOUND: erased since */
    if (!d.url[0] || m.state == MEMBER_WAITING)
        return AW_EAGAIN;
    if (m.state == MEMBER_IN) /* the forum itself turns away who has left */
        count_view(s, &d, learner);
    snprintf(url, LISTENER_URL_BYTES, "%s", d.url);
    return AW_OK;
}

static int on_metrics(void *context, struct buf *out)
{
    struct serve *s = context;
    aw_error err = AW_ERROR_INIT;
    int rc = metrics_write(s->worker->aw, out, &err);
    if (rc != AW_OK)
        say_error(&s->worker->aw->say, AW_LOG_WARNING, "the figures could not be read", &err);
    return rc;
}

static bool on_health(void *context, char *why, size_t why_size)
{
    struct serve *s = context;
    aw_error err = AW_ERROR_INIT;
    aw_stats stats = AW_STATS_INIT;
    if (stop_asked(&s->worker->ending)) {
        snprintf(why, why_size, "ending");
        return false;
    }
    if (aw_stats_get(s->worker->aw, &stats, &err) != AW_OK) {
        snprintf(why, why_size, "%.200s %.250s", err.where, err.text);
        return false;
    }
    int64_t age = stats.journal_pending && stats.oldest_pending_ms
                      ? handle_now_ms(s->worker->aw) - stats.oldest_pending_ms : 0;
    if (stats.journal_pending > 0 && age > JOURNAL_OLD_MS) {
        snprintf(why, why_size, "%llu events wait, the oldest for %lld s",
                 (unsigned long long)stats.journal_pending, (long long)(age / 1000));
        return false;
    }
    return true;
}

/* ---- start and stop ------------------------------------------------------------------------------ */

static int read_options(const json_t *o, struct listener_options *out, aw_error *err)
{
    static const char *const names[] = {"address", "port", "public_url", "metrics_everywhere", NULL};
    const char *url = NULL;
    int64_t port = 0;
    int rc = json_only(o, "listener", names, err);
    if (rc == AW_OK)
        rc = json_get_text(o, "address", 64, &out->address, err);
    if (rc == AW_OK)
        rc = json_get_i64(o, "port", 0, 65535, &port, err);
    if (rc == AW_OK)
        rc = json_get_bool(o, "metrics_everywhere", &out->metrics_everywhere, err);
    if (rc == AW_OK)
        rc = json_get_text(o, "public_url", 200, &url, err);
    if (rc == AW_OK && url && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        rc = error_set(err, AW_ECONFIG, "listener.public_url", "must begin with https:// or http://");
    out->port = (uint16_t)port;
    return rc;
}

/* So that whoever asked for a free port finds it: listener.port in the state directory is a
 * status note, shown by `afterword status`. */
static int note_port(struct serve *s, aw_error *err)
{
    char text[16];
    snprintf(text, sizeof text, "%u", listener_port(s->listener));
    return state_note_put(s->state, "listener:port", text, err);
}

int serve_start(struct worker *w, struct serve **out, aw_error *err)
{
    struct listener_options options = {.port = 0};
    *out = NULL;
    if (!w->aw->config.listener)
        return AW_OK;
    struct serve *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err, "listener");
    s->worker = w;
    pthread_mutex_init(&s->mutex, NULL);
    struct listener_handlers handlers = {s, on_webhook, on_discuss, on_metrics, on_health};
    int rc = read_options(w->aw->config.listener, &options, err);
    if (rc == AW_OK)
        rc = state_open(w->aw->config.state_dir, &s->state, err);
    if (rc == AW_OK)
        rc = listener_start(&options, &handlers, &s->listener, err);
    if (rc == AW_OK)
        rc = note_port(s, err);
    if (rc != AW_OK)
        serve_stop(s);
    else
        *out = s;
    return rc;
}

void serve_stop(struct serve *s)
{
    if (!s)
        return;
    listener_stop(s->listener);
    state_close(s->state);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
