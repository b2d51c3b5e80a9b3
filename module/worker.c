/*
 * worker.c - the loop: journal to decisions to statements, durable, and then on.
 *
 * A batch of events is interpreted in one transaction. Its statements are
 * appended to the statement log and synced first; the commit then moves the
 * journal's cursor and the end of the statement log together. A crash before
 * the commit leaves statements behind that end: they were never sent, and are
 * cut off at the next start. So statement bytes are fixed before the first send.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "fs.h"
#include "interpret.h"
#include "notify_socket.h"
#include "ready.h"
#include "state.h"
#include "timestamp.h"

#define BATCH_EVENTS 1000
#define TRIM_EVERY_MS 10000
#define RETRY_MS 1000
#define TICK_AFTER_EVENTS_MS 60000

/* ---- shared with the threads ----------------------------------------------------- */

uint64_t worker_wait(struct worker *w, uint64_t seen, int64_t until_ms)
{
    pthread_mutex_lock(&w->mutex);
    while (w->generation == seen && !w->ending) {
        if (until_ms == INT64_MAX) {
            pthread_cond_wait(&w->changed, &w->mutex);
            continue;
        }
        if (timestamp_monotonic_ms() >= until_ms)
            break;
        struct timespec at = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&w->changed, &w->mutex, &at);
    }
    uint64_t now = w->generation;
    pthread_mutex_unlock(&w->mutex);
    return now;
}

void worker_changed(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    w->generation++;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

struct log_pos worker_committed(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    struct log_pos at = w->committed;
    pthread_mutex_unlock(&w->mutex);
    return at;
}

int worker_append(struct worker *w, const aw_event *event, aw_error *err)
{
    aw_event full;
    struct buf record = BUF_INIT(LIMIT_RECORD_BYTES);
    int rc = event_normalize(event, &full, err);
    if (rc == AW_OK && full.time_ms == 0)
        full.time_ms = handle_now_ms(w->aw);
    if (rc == AW_OK)
        rc = event_validate(&full, err);
    if (rc == AW_OK)
        rc = event_encode(&full, &record, err);
    if (rc == AW_OK)
        rc = log_append(w->aw->journal, record.data, record.len, NULL, err);
    buf_free(&record);
    return rc;
}

/* ---- one batch --------------------------------------------------------------------- */

struct run {
    struct worker *w;
    struct interp *in;
    struct log_reader *reader;
    struct log_pos at;       /* the journal's cursor, as committed */
    struct log_pos seen;     /* where reading stopped */
    bool careful;            /* a mark before each event of this batch: one of them is poison */
    struct log_span spans[INTERP_BATCH_STATEMENTS];
};

static int bury(struct run *r, const struct log_pos *at, const aw_error *why, const void *bytes,
                size_t len, aw_error *err)
{
    struct state_dead d = {.at_ms = handle_now_ms(r->w->aw), .bytes = (void *)bytes, .len = len};
    snprintf(d.sink, sizeof d.sink, "journal");
    snprintf(d.code, sizeof d.code, "%s", aw_code_name(why->code));
    snprintf(d.subject, sizeof d.subject, "event %llu", (unsigned long long)at->record);
    snprintf(d.reason, sizeof d.reason, "%s%s%s", why->where, *why->where ? ": " : "", why->text);
    say(&r->w->aw->say, AW_LOG_WARNING, "event set aside as a dead letter", "event", d.subject,
        "why", d.reason, SAY_END);
    return state_dead_add(r->in->state, &d, err);
}

/* One event that may be poison: it is interpreted whole, or set aside whole. */
static int interpret_carefully(struct run *r, const struct log_pos *at, const void *bytes,
                               size_t len, aw_error *err)
{
    size_t count = r->in->statement_count, used = r->in->statements.len;
    int rc = state_mark(r->in->state, err);
    if (rc != AW_OK)
        return rc;
    rc = interp_event(r->in, bytes, len, err);
    if (rc == AW_OK)
        return state_unmark(r->in->state, err);
    if (!interp_is_poison(rc))
        return rc;
    aw_error why = *err;
    r->in->statement_count = count;
    r->in->statements.len = used;
    interp_forget_courses(r->in);
    rc = state_back_to_mark(r->in->state, err);
    return rc == AW_OK ? bury(r, at, &why, bytes, len, err) : rc;
}

/* Reads and interprets up to the batch's limits. *out_count: how many records it took. */
static int interpret_some(struct run *r, struct log_pos *end, size_t *out_count, aw_error *err)
{
    size_t n = 0;
    for (; n < BATCH_EVENTS && !interp_full(r->in); n++) {
        const void *bytes = NULL;
        size_t len = 0;
        struct log_pos next;
        int rc = log_read(r->reader, &bytes, &len, &next, err);
        if (rc == AW_EAGAIN) {
            r->seen = next;
            break;
        }
        if (rc == AW_ECORRUPT) {
            aw_error why = *err;
            rc = bury(r, &next, &why, NULL, 0, err);
        } else if (rc == AW_OK) {
            rc = r->careful ? interpret_carefully(r, &next, bytes, len, err)
                            : interp_event(r->in, bytes, len, err);
        }
        if (rc != AW_OK)
            return rc;
        *end = r->seen = next;
    }
    *out_count = n;
    return AW_OK;
}

static int write_statements(struct run *r, struct log_pos *out_end, aw_error *err)
{
    struct interp *in = r->in;
    *out_end = worker_committed(r->w);
    if (in->statement_count == 0)
        return AW_OK;
    size_t from = 0;
    for (size_t i = 0; i < in->statement_count; i++) {
        r->spans[i] = (struct log_span){in->statements.data + from, in->ends[i] - from};
        from = in->ends[i];
    }
    return log_append_batch(r->w->statements, r->spans, in->statement_count, out_end, err);
}

static struct state_place place(struct log_pos p)
{
    return (struct state_place){p.segment, p.offset, p.record};
}

static int commit(struct run *r, struct log_pos end, aw_error *err)
{
    struct log_pos statements;
    int rc = write_statements(r, &statements, err);
    struct state_place journal_at = place(end), statements_at = place(statements);
    if (rc == AW_OK)
        rc = state_place_set(r->in->state, "journal", &journal_at, err);
    if (rc == AW_OK)
        rc = state_place_set(r->in->state, "statements", &statements_at, err);
    if (rc == AW_OK)
        rc = state_commit(r->in->state, err);
    if (rc != AW_OK)
        return rc;
    r->at = end;
    r->careful = false;
    pthread_mutex_lock(&r->w->mutex);
    r->w->committed = statements;
    r->w->generation++;
    pthread_cond_broadcast(&r->w->changed);
    pthread_mutex_unlock(&r->w->mutex);
    return AW_OK;
}

static int reopen(struct run *r, aw_error *err)
{
    log_reader_close(r->reader);
    r->reader = NULL;
    r->seen = r->at;
    return log_reader_open(r->w->aw->journal, r->at, &r->reader, err);
}

/* Back to where the last commit left things. */
static int undo(struct run *r, aw_error *err)
{
    aw_error ignored = AW_ERROR_INIT;
    state_rollback(r->in->state);
    interp_forget_courses(r->in); /* titles seen in the batch were rolled back with it */
    log_truncate(r->w->statements, worker_committed(r->w), &ignored);
    return reopen(r, err);
}

static int try_batch(struct run *r, size_t *out_count, aw_error *err)
{
    struct log_pos end = r->at;
    *out_count = 0;
    interp_begin(r->in);
    int rc = state_begin(r->in->state, err);
    if (rc == AW_OK)
        rc = interpret_some(r, &end, out_count, err);
    if (rc == AW_OK && *out_count > 0)
        return commit(r, end, err);
    state_rollback(r->in->state);
    return rc;
}

/* AW_OK: *out_count events were interpreted and are durable. */
static int batch(struct run *r, size_t *out_count, aw_error *err)
{
    int rc = try_batch(r, out_count, err);
    while (rc != AW_OK) {
        aw_error why = *err;
        int undone = undo(r, err);
        if (undone != AW_OK)
            return undone;
        *err = why;
        /* An event is at fault: the same batch once more, with a mark before each. */
        if (!interp_is_poison(rc) || r->careful)
            return rc;
        r->careful = true;
        rc = try_batch(r, out_count, err);
    }
    return rc;
}

/* ---- the loop ------------------------------------------------------------------------ */

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool stopping(const struct worker *w)
{
    return w->stop && *w->stop;
}

static bool sinks_idle(struct worker *w)
{
    for (size_t i = 0; i < w->ship_count; i++)
        if (!ship_idle(w->ships[i]))
            return false;
    for (size_t i = 0; i < w->forum_count; i++)
        if (!forum_idle(w->forums[i]))
            return false;
    return true;
}

static void trim(struct run *r)
{
    struct worker *w = r->w;
    aw_error err = AW_ERROR_INIT;
    int64_t now = handle_now_ms(w->aw), retention = w->aw->config.retention_ms;
    struct log_pos keep = worker_committed(w);
    for (size_t i = 0; i < w->ship_count; i++) {
        struct log_pos at = ship_at(w->ships[i]);
        if (log_pos_cmp(at, keep) < 0)
            keep = at;
    }
    if (log_trim(w->aw->journal, r->at, retention, now, &err) != AW_OK ||
        log_trim(w->statements, keep, retention, now, &err) != AW_OK)
        say_error(&w->aw->say, AW_LOG_WARNING, "old segments could not be removed", &err);
}

static int tick(struct run *r, int64_t *next_ms)
{
    aw_error err = AW_ERROR_INIT;
    struct log_pos end = r->at;
    interp_begin(r->in);
    int rc = state_begin(r->in->state, &err);
    if (rc == AW_OK)
        rc = interp_tick(r->in, handle_now_ms(r->w->aw), next_ms, &err);
    if (rc == AW_OK)
        rc = commit(r, end, &err);
    if (rc == AW_OK)
        return AW_OK;
    say_error(&r->w->aw->say, AW_LOG_ERROR, "reminders could not be worked out", &err);
    *next_ms = handle_now_ms(r->w->aw) + 60000;
    return undo(r, &err);
}

static int loop(struct run *r, const aw_worker_options *options, aw_error *err)
{
    struct worker *w = r->w;
    int64_t next_tick = 0, next_trim = 0, watchdog_ms = ready_watchdog_ms();
    while (!stopping(w)) {
        if (watchdog_ms)
            ready_notify("WATCHDOG=1");
        size_t count = 0;
        uint64_t generation = worker_wait(w, 0, 0);
        int rc = batch(r, &count, err);
        if (rc != AW_OK) {
            say_error(&w->aw->say, AW_LOG_ERROR, "the journal waits; trying again", err);
            if (options->until_idle)
                return rc;
            log_wait(w->aw->journal, r->seen, RETRY_MS);
            continue;
        }
        int64_t now = timestamp_monotonic_ms();
        if (now >= next_trim) {
            trim(r);
            next_trim = now + TRIM_EVERY_MS;
        }
        int64_t wall = handle_now_ms(w->aw);
        if (count > 0) {
            /* What came in may have made something due: a question has a time to be answered. */
            next_tick = at_most(next_tick, wall + TICK_AFTER_EVENTS_MS);
            continue;
        }
        if (wall >= next_tick && tick(r, &next_tick) != AW_OK)
            return error_set(err, AW_EIO, "journal", "cannot be read again");
        if (options->until_idle) {
            if (sinks_idle(w) && log_pos_cmp(log_end(w->aw->journal), r->at) <= 0)
                return AW_OK;
            worker_wait(w, generation, now + 20);
            continue;
        }
        /* Asleep until an event comes, a reminder is due, the watchdog wants to hear from us,
         * or old segments may be removed. */
        int64_t wait = at_most(next_tick - wall, 3600000);
        if (watchdog_ms)
            wait = at_most(wait, watchdog_ms);
        log_wait(w->aw->journal, r->seen, wait > 0 ? wait : 1);
        worker_changed(w); /* a wake without an event: a dead letter is to be tried again, say */
    }
    return AW_OK;
}

/* ---- start and stop -------------------------------------------------------------------- */

/* One worker per state directory: an open file description lock, gone with its holder. */
static int lock(struct aw *self, int64_t wait_ms, const volatile int *stop, int *out_fd,
                aw_error *err)
{
    char path[4096];
    int rc = fs_join(path, sizeof path, self->config.state_dir, "worker.lock", err);
    if (rc != AW_OK)
        return rc;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    (void)!fchmod(fd, 0660);
    int64_t until = timestamp_monotonic_ms() + wait_ms;
    bool told = false;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            rc = error_errno(err, errno, "lock", path);
        } else if (wait_ms >= 0 && timestamp_monotonic_ms() >= until) {
            rc = error_set(err, AW_EBUSY, path, "another worker is running on this state directory");
        } else if (stop && *stop) {
            rc = error_set(err, AW_EAGAIN, path, "stopped while waiting");
        }
        if (rc != AW_OK) {
            close(fd);
            return rc;
        }
        if (!told)
            say(&self->say, AW_LOG_INFO, "another worker is running; waiting to take over", SAY_END);
        told = true;
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
    }
    *out_fd = fd;
    return AW_OK;
}

static int find_place(struct state *s, const char *name, struct log_pos *out, aw_error *err)
{
    struct state_place p = {0};
    int rc = state_place_get(s, name, &p, err);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    *out = (struct log_pos){p.segment, p.offset, p.record};
    return AW_OK;
}

static int prepare(struct run *r, aw_error *err)
{
    struct worker *w = r->w;
    int rc = handle_statements(w->aw, &w->statements, err);
    if (rc == AW_OK)
        rc = interp_open(w->aw, &r->in, err);
    if (rc == AW_OK)
        rc = find_place(r->in->state, "journal", &r->at, err);
    if (rc == AW_OK)
        rc = find_place(r->in->state, "statements", &w->committed, err);
    /* What a crash left behind the committed end was never sent. */
    if (rc == AW_OK && log_pos_cmp(log_end(w->statements), w->committed) > 0)
        rc = log_truncate(w->statements, w->committed, err);
    return rc == AW_OK ? reopen(r, err) : rc;
}

static int start_sinks(struct worker *w, aw_error *err)
{
    size_t i;
    json_t *config;
    int rc = AW_OK;
    json_array_foreach(w->aw->config.lrs, i, config)
    {
        if (w->ship_count == WORKER_SINKS)
            return error_set(err, AW_ELIMIT, "lrs", "at most %d are taken", WORKER_SINKS);
        rc = ship_start(w, config, &w->ships[w->ship_count], err);
        if (rc != AW_OK)
            return rc;
        w->ship_count++;
    }
    json_array_foreach(w->aw->config.forums, i, config)
    {
        struct forum_thread *f = NULL;
        if (w->forum_count == WORKER_SINKS)
            return error_set(err, AW_ELIMIT, "forums", "at most %d are taken", WORKER_SINKS);
        rc = forum_start(w, config, &f, err);
        if (rc != AW_OK)
            return rc;
        if (f)
            w->forums[w->forum_count++] = f;
    }
    return AW_OK;
}

static void stop_sinks(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    w->ending = 1;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    for (size_t i = 0; i < w->ship_count; i++)
        ship_stop(w->ships[i]);
    for (size_t i = 0; i < w->forum_count; i++)
        forum_stop(w->forums[i]);
}

static void init_worker(struct worker *w, struct aw *self, const volatile int *stop)
{
    pthread_condattr_t monotonic;
    memset(w, 0, sizeof *w);
    w->aw = self;
    w->stop = stop;
    w->generation = 1;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* For hosts that cannot load the library. Others do not need it: without it we go on. */
static struct notify_socket *open_socket(struct aw *self)
{
    struct notify_socket *s = NULL;
    aw_error err = AW_ERROR_INIT;
    if (notify_socket_open(self, self->config.state_dir, &s, &err) != AW_OK)
        say_error(&self->say, AW_LOG_WARNING, "no socket for hosts without the library", &err);
    return s;
}

static int work(struct aw *self, const aw_worker_options *options, aw_error *err)
{
    struct worker w;
    init_worker(&w, self, options->stop);
    struct run *r = calloc(1, sizeof *r);
    int rc = r ? AW_OK : error_nomem(err, "worker");
    if (rc == AW_OK) {
        r->w = &w;
        rc = prepare(r, err);
    }
    if (rc == AW_OK)
        rc = start_sinks(&w, err);
    if (rc == AW_OK) {
        struct notify_socket *socket = open_socket(self);
        say(&self->say, AW_LOG_INFO, "worker running", "state_dir", self->config.state_dir, SAY_END);
        ready_notify("READY=1");
        rc = loop(r, options, err);
        ready_notify("STOPPING=1");
        notify_socket_close(socket);
    }
    stop_sinks(&w);
    if (r) {
        log_reader_close(r->reader);
        interp_close(r->in);
    }
    free(r);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.mutex);
    return rc;
}

int aw_worker_run(aw *self, const aw_worker_options *options, aw_error *err)
{
    aw_worker_options o = {.struct_size = sizeof o, .wait_ms = -1};
    int fd;
    if (!self)
        return error_set(err, AW_EINVAL, "aw", "is NULL");
    if (options) {
        if (options->struct_size < sizeof(uint32_t))
            return error_set(err, AW_EINVAL, "struct_size", "is not set");
        memcpy(&o, options,
               options->struct_size < sizeof o ? options->struct_size : sizeof o);
    }
    int rc = lock(self, o.wait_ms, o.stop, &fd, err);
    if (rc != AW_OK)
        return rc == AW_EAGAIN ? AW_OK : rc;
    rc = work(self, &o, err);
    close(fd);
    return rc;
}
