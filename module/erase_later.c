/*
 * erase_later.c - erasing a person because the LMS said that they were deleted.
 *
 * The event comes behind all that the journal holds about the person, so the row
 * that it leaves is taken up only when every LRS has settled what was written
 * before it: then everything can be voided, and nothing follows. Until then the
 * thread sleeps; the LRS that comes past it wakes it. What fails is tried again,
 * for as long as it takes. The row goes with the person's others.
 */
#include "erase_later.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "erase.h"
#include "error.h"
#include "interpret.h"
#include "state.h"
#include "stop.h"
#include "timestamp.h"
#include "uuid5.h"

#define LOOK_AGAIN_MS 1000
#define FIRST_MS 2000
#define MOST_MS 3600000

struct eraser {
    struct worker *worker;
    struct state *state;
    pthread_t thread;
    char told[600]; /* the last trouble */
    char waiting[64]; /* the job that waits for the LRSs, and */
    struct log_pos behind; /* what they have to have settled for it */
    pthread_mutex_t mutex;
    uint64_t idle_at; /* mutex: as in the other threads; 0: busy */
};

/* ---- queued, in the interpreter's transaction ------------------------------------------ */

int erase_event(struct interp *in, const aw_event *e, aw_error *err)
{
    bool known = false;
    int rc = state_person_known(in->state, e->learner, &known, err);
    if (rc != AW_OK || !known)
        return rc; /* never told of, or erased before */
    struct state_job job = {.kind = 1, .payload = "{}"};
    const uuid5 key = identity_registration(in->config, e->learner, "erase");
    uuid5_text(&key, job.key);
    snprintf(job.provider, sizeof job.provider, "%s", ERASE_SINK);
    snprintf(job.learner, sizeof job.learner, "%s", e->learner);
    return state_job_add(in->state, &job, NULL, err);
}

/* ---- done, in a thread ------------------------------------------------------------------- */

static void set_trouble(struct eraser *e, const char *why)
{
    aw_error err = AW_ERROR_INIT;
    if (strcmp(e->told, why) == 0)
        return;
    snprintf(e->told, sizeof e->told, "%s", why);
    if (state_note_put(e->state, ERASE_SINK, why, &err) != AW_OK)
        say_error(&e->worker->aw->say, AW_LOG_ERROR, "an erasure's state could not be kept", &err);
    if (*why)
        say(&e->worker->aw->say, AW_LOG_WARNING, "a deleted learner could not be erased yet", "why",
            why, SAY_END);
}

/* Asks to be woken before it looks, so that no LRS comes past unseen in between. */
static bool all_delivered(struct eraser *e, const struct state_job *job)
{
    struct worker *w = e->worker;
    if (strcmp(e->waiting, job->key) != 0) {
        snprintf(e->waiting, sizeof e->waiting, "%s", job->key);
        e->behind = worker_committed(w);
    }
    worker_await(w, &e->behind);
    for (size_t i = 0; i < w->ship_count; i++)
        if (log_pos_cmp(ship_at(w->ships[i]), e->behind) < 0)
            return false;
    worker_await(w, NULL);
    return true;
}

static int64_t pause_ms(uint32_t tries)
{
    return tries < 10 ? (int64_t)FIRST_MS << tries : MOST_MS;
}

/* *out_waits: for the LRSs. Whether that is idle is theirs to say: those that deliver are not. */
static int carry_out(struct eraser *e, const struct state_job *job, bool *out_waits, aw_error *err)
{
    json_t *report = NULL;
    const struct erase_options options = {.anyway = true, .stop = &e->worker->ending};
    *out_waits = !all_delivered(e, job);
    if (*out_waits)
        return AW_OK;
    e->waiting[0] = 0;
    int rc = erase_learner(e->worker->aw, job->learner, &options, &report, err);
    json_decref(report);
    if (stop_asked(&e->worker->ending))
        return AW_OK; /* it is taken up again by the next */
    if (rc == AW_OK) {
        set_trouble(e, "");
        say(&e->worker->aw->say, AW_LOG_INFO, "a deleted learner was erased", SAY_END);
        return AW_OK;
    }
    char why[600];
    snprintf(why, sizeof why, "%.100s%s%.450s", err->where, *err->where ? ": " : "", err->text);
    set_trouble(e, why);
    return state_job_set(e->state, job->key, JOB_QUEUED, job->tries + 1,
                         handle_now_ms(e->worker->aw) + pause_ms(job->tries), err);
}

static void wait_until(struct eraser *e, uint64_t generation, int64_t wait_ms, bool idle)
{
    int64_t until = wait_ms == INT64_MAX ? INT64_MAX : timestamp_monotonic_ms() + wait_ms;
    pthread_mutex_lock(&e->mutex);
    e->idle_at = idle ? generation : 0;
    pthread_mutex_unlock(&e->mutex);
    worker_wait(e->worker, generation, until);
    pthread_mutex_lock(&e->mutex);
    e->idle_at = 0;
    pthread_mutex_unlock(&e->mutex);
}

static void *run(void *context)
{
    struct eraser *e = context;
    while (!stop_asked(&e->worker->ending)) {
        aw_error err = AW_ERROR_INIT;
        struct state_job job = {0};
        int64_t next = INT64_MAX, wait = 0, now = handle_now_ms(e->worker->aw);
        uint64_t generation = worker_wait(e->worker, 0, 0);
        int rc = state_job_next(e->state, ERASE_SINK, now, &job, &next, &err);
        bool idle = rc == AW_EAGAIN;
        if (rc == AW_OK) {
            rc = carry_out(e, &job, &idle, &err);
            next = INT64_MAX; /* if it waits, then to be woken */
        }
        if (idle)
            wait = next == INT64_MAX ? INT64_MAX : next - now;
        free(job.payload);
        if (rc != AW_OK && rc != AW_EAGAIN) {
            say_error(&e->worker->aw->say, AW_LOG_ERROR, "erasing waits", &err);
            wait = LOOK_AGAIN_MS;
        }
        if (wait > 0)
            wait_until(e, generation, wait, idle);
    }
    return NULL;
}

bool eraser_idle(struct eraser *e)
{
    uint64_t now = worker_wait(e->worker, 0, 0);
    pthread_mutex_lock(&e->mutex);
    bool idle = e->idle_at == now;
    pthread_mutex_unlock(&e->mutex);
    return idle;
}

static void eraser_free(struct eraser *e)
{
    state_close(e->state);
    pthread_mutex_destroy(&e->mutex);
    free(e);
}

int eraser_start(struct worker *w, struct eraser **out, aw_error *err)
{
    struct eraser *e = calloc(1, sizeof *e);
    if (!e)
        return error_nomem(err, "erase");
    e->worker = w;
    snprintf(e->told, sizeof e->told, "?"); /* what the store says is the last worker's */
    pthread_mutex_init(&e->mutex, NULL);
    int rc = state_open(w->aw->config.state_dir, &e->state, err);
    if (rc == AW_OK && pthread_create(&e->thread, NULL, run, e) != 0)
        rc = error_set(err, AW_ENOMEM, "erase", "no thread could be started: out of memory, or over the limit of threads");
    if (rc != AW_OK) {
        eraser_free(e);
        return rc;
    }
    *out = e;
    return AW_OK;
}

void eraser_stop(struct eraser *e)
{
    if (!e)
        return;
    pthread_join(e->thread, NULL);
    eraser_free(e);
}
