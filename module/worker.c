/*
 * worker.c - the worker's loop, its start and its end; what its threads share.
 *
 * The only file that knows both kinds of sink. What a batch is, batch.c knows.
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

#include "batch.h"
#include "erase_later.h"
#include "error.h"
#include "event.h"
#include "fs.h"
#include "notify_socket.h"
#include "ready.h"
#include "serve.h"
#include "stop.h"
#include "timestamp.h"

#define TRIM_EVERY_MS 10000
#define RETRY_MS 1000
#define TICK_AFTER_EVENTS_MS 60000

/* ---- shared with the threads ----------------------------------------------------- */

uint64_t worker_wait(struct worker *w, uint64_t seen, int64_t until_ms)
{
    pthread_mutex_lock(&w->mutex);
    while (w->generation == seen && !stop_asked(&w->ending)) {
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

void worker_await(struct worker *w, const struct log_pos *pos)
{
    pthread_mutex_lock(&w->mutex);
    w->awaited = pos != NULL;
    if (pos)
        w->awaited_pos = *pos;
    pthread_mutex_unlock(&w->mutex);
}

/* Only who comes past it wakes anybody: else each save of a cursor would. */
void worker_settled(struct worker *w, struct log_pos before, struct log_pos now)
{
    pthread_mutex_lock(&w->mutex);
    bool past = w->awaited && log_pos_cmp(before, w->awaited_pos) < 0 && log_pos_cmp(now, w->awaited_pos) >= 0;
    pthread_mutex_unlock(&w->mutex);
    if (past)
        worker_changed(w);
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

/* ---- the loop ------------------------------------------------------------------------ */

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool stopping(const struct worker *w)
{
    return stop_asked(w->stop);
}

static bool sinks_idle(struct worker *w)
{
    for (size_t i = 0; i < w->ship_count; i++)
        if (!ship_idle(w->ships[i]))
            return false;
    for (size_t i = 0; i < w->forum_count; i++)
        if (!forum_idle(w->forums[i]))
            return false;
    return eraser_idle(w->eraser);
}

static void trim(struct batch *r)
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

/* What failed stays before us, so log_wait() would come back at once, and the disk that is full
 * be filled with what is said about it. */
static void wait_to_retry(const struct worker *w)
{
    int64_t until = timestamp_monotonic_ms() + RETRY_MS;
    while (!stopping(w) && timestamp_monotonic_ms() < until)
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
}

static int loop(struct batch *r, const aw_worker_options *options, aw_error *err)
{
    struct worker *w = r->w;
    int64_t next_tick = 0, next_trim = 0, watchdog_ms = ready_watchdog_ms();
    while (!stopping(w)) {
        if (watchdog_ms)
            ready_notify("WATCHDOG=1");
        size_t count = 0;
        uint64_t generation = worker_wait(w, 0, 0);
        int rc = batch_run(r, &count, err);
        if (rc != AW_OK) {
            say_error(&w->aw->say, AW_LOG_ERROR, "the journal waits; trying again", err);
            if (options->until_idle)
                return rc;
            wait_to_retry(w);
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
        if (wall >= next_tick && batch_tick(r, wall, &next_tick, err) != AW_OK) {
            say_error(&w->aw->say, AW_LOG_ERROR, "reminders could not be worked out", err);
            next_tick = wall + 60000;
        }
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
        } else if (stop_asked(stop)) {
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
    rc = eraser_start(w, &w->eraser, err);
    return rc == AW_OK ? serve_start(w, &w->serve, err) : rc;
}

static void stop_sinks(struct worker *w)
{
    pthread_mutex_lock(&w->mutex);
    stop_ask(&w->ending);
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    serve_stop(w->serve); /* it calls the forums' threads */
    for (size_t i = 0; i < w->ship_count; i++)
        ship_stop(w->ships[i]);
    for (size_t i = 0; i < w->forum_count; i++)
        forum_stop(w->forums[i]);
    eraser_stop(w->eraser);
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
    struct batch *r = calloc(1, sizeof *r);
    int rc = r ? AW_OK : error_nomem(err, "worker");
    if (rc == AW_OK)
        rc = batch_open(r, &w, err);
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
    if (r)
        batch_close(r);
    free(r);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.mutex);
    return rc;
}

int aw_worker_run(aw *self, const aw_worker_options *options, aw_error *err)
{
    aw_worker_options o = {.struct_size = sizeof o, .wait_ms = -1};
    int fd = -1;
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
