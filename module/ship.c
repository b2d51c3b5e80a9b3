/*
 * ship.c - one thread per LRS, following the statement log.
 *
 * Its cursor is saved now and then, not at each batch: after a crash what was
 * sent since is sent again, the same bytes under the same ids, which an LRS
 * takes without a second copy. What the LRS refuses for good is a dead letter
 * before the cursor passes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "documents.h"
#include "error.h"
#include "fs.h"
#include "lrs_note.h"
#include "state.h"
#include "stop.h"
#include "timestamp.h"
#include "window.h"
#include "worker.h"

#define SAVE_EVERY_MS 200
#define DOCUMENT_AGAIN_MS 5000

struct ship {
    struct worker *worker;
    struct xapi_lrs *lrs;
    char name[80]; /* "lrs:main": of its cursor, its note, its dead letters */
    pthread_t thread;
    struct state *state;
    struct window window;
    struct xapi_outgoing *outgoing; /* as much room as the window has */
    struct log_pos at;     /* everything before is settled */

    uint32_t document_failures; /* in a row, of the one at the front */
    int64_t saved_ms;      /* monotonic */
    enum xapi_alert told_alert;
    pthread_mutex_t mutex; /* of what is below: other threads look */
    struct log_pos saved;  /* as in the store */
    uint64_t idle_at;      /* the generation after which there was nothing to do; 0: busy */
};

/* ---- reading ahead --------------------------------------------------------------- */

static bool wanted(void *context, const struct record *r)
{
    const struct ship *s = context;
    unsigned of = (r->flags & RECORD_OURS ? XAPI_OF_AFTERWORD : 0) |
                  (r->flags & RECORD_SCORM ? XAPI_OF_SCORM : 0);
    if (r->type == RECORD_DOCUMENT)
        return xapi_lrs_documents(s->lrs);
    return r->type == RECORD_STATEMENT &&
           xapi_lrs_wants(s->lrs, r->verb, of, r->course, r->course_len);
}

static int bury(struct ship *s, const char *code, const char *subject, const char *reason,
                const void *bytes, size_t len, aw_error *err)
{
    struct state_dead d = {.at_ms = handle_now_ms(s->worker->aw), .bytes = (void *)(uintptr_t)bytes,
                           .len = len};
    snprintf(d.sink, sizeof d.sink, "%s", s->name);
    snprintf(d.code, sizeof d.code, "%s", code);
    snprintf(d.subject, sizeof d.subject, "%s", subject);
    snprintf(d.reason, sizeof d.reason, "%s", reason);
    return state_dead_add(s->state, &d, err);
}

/* Nobody will ever get it: a dead letter says so, and where to look. */
static int damaged(void *context, uint64_t record, const aw_error *why, aw_error *err)
{
    struct ship *s = context;
    char subject[40], reason[sizeof why->where + sizeof why->text + 2];
    say_error(&s->worker->aw->say, AW_LOG_ERROR, "a statement is damaged on the disk", why);
    snprintf(subject, sizeof subject, "statement %llu", (unsigned long long)record);
    snprintf(reason, sizeof reason, "%s: %s", why->where, why->text);
    return bury(s, aw_code_name(why->code), subject, reason, NULL, 0, err);
}

/* Up to what is worth handing in at once, and not past what is committed. */
static int fill(struct ship *s, aw_error *err)
{
    int rc = window_fill(&s->window, xapi_lrs_batch_statements(s->lrs), worker_committed(s->worker), err);
    if (s->window.count == 0)
        s->at = s->window.read;
    return rc;
}

/* ---- remembering --------------------------------------------------------------------- */

struct burying { /* what dead() needs to know of the statements in hand */
    struct ship *ship;
    const struct xapi_outgoing *statements;
    size_t buried;
};

static int dead(void *context, size_t index, const char *code, const char *text)
{
    struct burying *b = context;
    const struct xapi_outgoing *statement = &b->statements[index];
    struct ship *s = b->ship;
    char subject[UUID5_TEXT];
    aw_error err = AW_ERROR_INIT;
    uuid5_text(&statement->id, subject);
    say(&s->worker->aw->say, AW_LOG_WARNING, "statement set aside as a dead letter", "lrs",
        s->name + 4, "statement", subject, "why", code, "answer", text, SAY_END);
    int rc = bury(s, code, subject, text, statement->bytes, statement->len, &err);
    if (rc != AW_OK)
        say_error(&s->worker->aw->say, AW_LOG_ERROR, "a dead letter could not be kept", &err);
    b->buried += rc == AW_OK;
    return rc;
}

static void save(struct ship *s, bool now)
{
    int64_t ms = timestamp_monotonic_ms();
    aw_error err = AW_ERROR_INIT;
    struct xapi_lrs_report report;
    xapi_lrs_report(s->lrs, &report);
    bool alert_changed = report.alert != s->told_alert;
    if (!now && !alert_changed && ms - s->saved_ms < SAVE_EVERY_MS)
        return;
    struct buf note = BUF_INIT(8192);
    struct state_place place = {s->at.segment, s->at.offset, s->at.record};
    lrs_note(&report, &note);
    int rc = state_begin(s->state, &err);
    if (rc == AW_OK)
        rc = state_place_set(s->state, s->name, &place, &err);
    if (rc == AW_OK && !note.error)
        rc = state_note_put(s->state, s->name, note.data, &err);
    if (rc == AW_OK)
        rc = state_commit(s->state, &err);
    if (rc != AW_OK) {
        state_rollback(s->state);
        say_error(&s->worker->aw->say, AW_LOG_ERROR, "an LRS's cursor could not be saved", &err);
    } else {
        pthread_mutex_lock(&s->mutex);
        struct log_pos before = s->saved;
        s->saved = s->at;
        pthread_mutex_unlock(&s->mutex);
        s->saved_ms = ms;
        worker_settled(s->worker, before, s->at);
    }
    buf_free(&note);
    if (alert_changed) {
        s->told_alert = report.alert;
        say(&s->worker->aw->say, report.alert ? AW_LOG_WARNING : AW_LOG_INFO,
            report.alert ? "nothing is being delivered" : "delivering again", "lrs", s->name + 4,
            "alert", xapi_alert_name(report.alert), "why",
            report.alert ? report.alert_text : NULL, SAY_END);
    }
}

static void set_idle(struct ship *s, uint64_t generation)
{
    pthread_mutex_lock(&s->mutex);
    s->idle_at = generation;
    pthread_mutex_unlock(&s->mutex);
}

/* Idle, and nothing has come since. */
bool ship_idle(struct ship *s)
{
    uint64_t now = worker_wait(s->worker, 0, 0);
    pthread_mutex_lock(&s->mutex);
    bool idle = s->idle_at == now;
    pthread_mutex_unlock(&s->mutex);
    return idle;
}

struct log_pos ship_at(struct ship *s)
{
    pthread_mutex_lock(&s->mutex);
    struct log_pos at = s->saved;
    pthread_mutex_unlock(&s->mutex);
    return at;
}

/* ---- dead letters that are tried again -------------------------------------------------- */

static int retry_one(void *context, const struct state_dead *d)
{
    struct state_dead *out = context;
    *out = *d;
    out->bytes = malloc(d->len + 1);
    if (out->bytes)
        memcpy(out->bytes, d->bytes, d->len + 1);
    return 1;
}

/* One that somebody asked to have tried again. AW_EAGAIN: not now. */
static int retry_this(struct ship *s, const struct state_dead *d, int64_t *out_wait_ms, aw_error *err)
{
    struct xapi_outgoing one = {.bytes = d->bytes, .len = d->len,
                                .with_files = memmem(d->bytes, d->len, "\"attachments\":[", 15)};
    struct xapi_delivery result = {0};
    struct burying burying = {.ship = s, .statements = &one};
    int rc;
    uuid5_parse(d->subject, &one.id);
    if (strcmp(d->code, DOCUMENTS_DEAD) == 0) {
        rc = documents_send(s->lrs, d->bytes, d->len, err);
        if (rc != AW_OK && rc != AW_ENET && rc != AW_EBUSY && rc != AW_ENOMEM)
            rc = dead(&burying, 0, DOCUMENTS_DEAD, err->text);
        result.settled = rc == AW_OK;
        result.wait_ms = rc == AW_OK ? 0 : DOCUMENT_AGAIN_MS;
    } else {
        rc = xapi_deliver(s->lrs, &one, 1, handle_now_ms(s->worker->aw), dead, &burying, &result, err);
    }
    *out_wait_ms = result.wait_ms;
    if (rc != AW_OK || result.settled == 0)
        return AW_EAGAIN; /* it stays, marked */
    /* Removed only when it was taken, so that a crash loses nothing; refused again, its new reason
     * has taken the place of the old. */
    return burying.buried ? AW_OK : state_dead_remove(s->state, d->id, err);
}

/* Those that somebody asked to have tried again, one by one. *out_wait_ms > 0: not all of them
 * could be, so long. */
static void retry_dead(struct ship *s, int64_t *out_wait_ms)
{
    aw_error err = AW_ERROR_INIT;
    int rc = AW_OK;
    while (!stop_asked(&s->worker->ending) && rc == AW_OK) {
        struct state_dead d = {.id = 0};
        if (state_dead_wanted(s->state, s->name, retry_one, &d, &err) != AW_OK || d.id == 0 ||
            !d.bytes)
            return;
        rc = retry_this(s, &d, out_wait_ms, &err);
        free(d.bytes);
    }
    if (*out_wait_ms == 0)
        *out_wait_ms = 1; /* the pace of a rate limit, passed by now */
}

/* ---- the thread ----------------------------------------------------------------------------- */

/* The document at the front. What an LRS refuses for good is a dead letter. */
static int send_document(struct ship *s, int64_t *out_wait_ms, enum xapi_health *out_health,
                         aw_error *err)
{
    const struct item *item = s->window.items + s->window.first;
    struct xapi_outgoing one = {s->window.bytes.data + item->offset, item->len, item->id, false};
    struct burying burying = {.ship = s, .statements = &one};
    aw_error why = AW_ERROR_INIT;
    int rc = documents_send(s->lrs, one.bytes, one.len, &why);
    if (rc == AW_ENET || rc == AW_EBUSY || rc == AW_ENOMEM) {
        uint32_t n = s->document_failures < 8 ? s->document_failures++ : 8;
        *out_wait_ms = INT64_C(1000) << n;
        *out_health = XAPI_WAITING;
        say_error(&s->worker->aw->say, AW_LOG_WARNING, "a document waits for its LRS", &why);
        return AW_OK;
    }
    s->document_failures = 0;
    if (rc != AW_OK && (rc = dead(&burying, 0, DOCUMENTS_DEAD, why.text)) != AW_OK)
        return error_set(err, rc, s->name, "a dead letter could not be kept");
    s->at = window_settled(&s->window, 1);
    return AW_OK;
}

static int send_window(struct ship *s, int64_t *out_wait_ms, enum xapi_health *out_health,
                       aw_error *err)
{
    struct xapi_delivery result = {0};
    const struct item *items = s->window.items + s->window.first;
    size_t count = 0; /* statements before the first document */
    while (count < s->window.count && !items[count].document)
        count++;
    if (count == 0)
        return send_document(s, out_wait_ms, out_health, err);
    for (size_t i = 0; i < count; i++)
        s->outgoing[i] = (struct xapi_outgoing){s->window.bytes.data + items[i].offset, items[i].len,
                                                items[i].id, items[i].with_files};
    struct burying burying = {.ship = s, .statements = s->outgoing};
    int rc = xapi_deliver(s->lrs, s->outgoing, count, handle_now_ms(s->worker->aw), dead,
                          &burying, &result, err);
    if (result.settled > 0)
        s->at = window_settled(&s->window, result.settled);
    *out_wait_ms = result.wait_ms;
    *out_health = result.health;
    return rc;
}

/* Sleeps wait_ms, or less when the worker ends. Waiting for an LRS in trouble is idle; keeping
 * to its rate is not: there is something to do. */
static void pause_for(struct ship *s, int64_t wait_ms, bool in_trouble)
{
    int64_t until = timestamp_monotonic_ms() + wait_ms;
    uint64_t seen = worker_wait(s->worker, 0, 0);
    while (!stop_asked(&s->worker->ending) && timestamp_monotonic_ms() < until) {
        set_idle(s, in_trouble ? seen : 0);
        seen = worker_wait(s->worker, seen, until);
    }
    set_idle(s, 0);
}

static void *run(void *context)
{
    struct ship *s = context;
    aw_error err = AW_ERROR_INIT;
    while (!stop_asked(&s->worker->ending)) {
        uint64_t generation = worker_wait(s->worker, 0, 0);
        int64_t wait_ms = 0, retry_wait_ms = 0;
        enum xapi_health health = XAPI_HEALTHY;
        retry_dead(s, &retry_wait_ms);
        int rc = fill(s, &err);
        if (rc == AW_OK && s->window.count > 0)
            rc = send_window(s, &wait_ms, &health, &err);
        if (rc != AW_OK) {
            say_error(&s->worker->aw->say, AW_LOG_ERROR, "an LRS's thread waits", &err);
            wait_ms = 1000;
        }
        if (wait_ms == 0 && s->window.count == 0)
            wait_ms = retry_wait_ms;
        bool caught_up = s->window.count == 0 && log_pos_cmp(s->window.read, worker_committed(s->worker)) >= 0;
        save(s, caught_up);
        if (wait_ms > 0) {
            pause_for(s, wait_ms, rc != AW_OK || retry_wait_ms > 0 || health != XAPI_HEALTHY);
        } else if (caught_up) {
            set_idle(s, generation);
            worker_wait(s->worker, generation, INT64_MAX);
            set_idle(s, 0);
        }
    }
    save(s, true);
    return NULL;
}

static void ship_free(struct ship *s)
{
    if (!s)
        return;
    window_close(&s->window);
    state_close(s->state);
    xapi_lrs_close(s->lrs);
    free(s->outgoing);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

static int prepare(struct ship *s, aw_error *err)
{
    struct state_place p = {0};
    snprintf(s->name, sizeof s->name, "lrs:%s", xapi_lrs_name(s->lrs));
    size_t room = 2 * xapi_lrs_batch_statements(s->lrs);
    s->outgoing = calloc(room, sizeof *s->outgoing);
    if (!s->outgoing)
        return error_nomem(err, s->name);
    int rc = state_open(s->worker->aw->config.state_dir, &s->state, err);
    if (rc == AW_OK) {
        rc = state_place_get(s->state, s->name, &p, err);
        if (rc == AW_ENOTFOUND) {
            /* A new LRS begins with what comes; `afterword lrs replay` fills in what was. */
            struct log_pos end = s->worker->committed;
            p = (struct state_place){end.segment, end.offset, end.record};
            rc = state_place_set(s->state, s->name, &p, err);
        }
    }
    if (rc != AW_OK)
        return rc;
    const struct window_owner owner = {s, wanted, damaged};
    s->at = s->saved = (struct log_pos){p.segment, p.offset, p.record};
    return window_open(&s->window, s->worker->statements, s->at, room, &owner, err);
}

int ship_start(struct worker *w, const json_t *config, struct ship **out, aw_error *err)
{
    char attachments[4096];
    struct xapi_lrs_surroundings around = {.stop = &w->ending, .attachments_dir = attachments};
    int rc = fs_join(attachments, sizeof attachments, w->aw->config.state_dir, "attachments", err);
    if (rc != AW_OK)
        return rc;
    struct ship *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err, "lrs");
    s->worker = w;
    pthread_mutex_init(&s->mutex, NULL);
    rc = xapi_lrs_open(config, &around, &s->lrs, err);
    if (rc == AW_OK)
        rc = prepare(s, err);
    if (rc == AW_OK && pthread_create(&s->thread, NULL, run, s) != 0)
        rc = error_set(err, AW_ENOMEM, s->name, "no thread could be started: out of memory, or over the limit of threads");
    if (rc != AW_OK) {
        ship_free(s);
        return rc;
    }
    *out = s;
    return AW_OK;
}

void ship_stop(struct ship *s)
{
    if (!s)
        return;
    pthread_join(s->thread, NULL);
    ship_free(s);
}
