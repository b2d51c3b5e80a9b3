/*
 * worker.h - what the worker's threads share.
 *
 *   worker.c      the interpreter's loop, start and stop: the only file that knows
 *                 both kinds of sink
 *   ship.c        one thread per LRS, following the statement log
 *   forum_jobs.c  one thread per forum, doing what it is asked and polling
 *   erase_later.c one thread that erases whom the LMS deleted
 *
 * Threads share nothing but this struct: each has its own connection to the
 * state and its own reader of a log. `mutex` guards what is marked below;
 * `changed` is signalled when statements or jobs were committed, and at the end.
 */
#ifndef MODULE_WORKER_H
#define MODULE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

#include "handle.h"
#include "log.h"

#define WORKER_SINKS 32

struct ship;
struct forum_thread;
struct serve;
struct eraser;

struct worker {
    struct aw *aw;
    struct log *statements;
    const volatile int *stop;
    volatile int ending;           /* set once: every thread ends */

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct log_pos committed;      /* mutex: the end of what senders may send */
    uint64_t generation;           /* mutex: grows with each commit */
    bool awaited;                  /* mutex: somebody waits for the LRSs to settle all before */
    struct log_pos awaited_pos;    /* mutex: this */

    struct ship *ships[WORKER_SINKS];
    size_t ship_count;
    struct forum_thread *forums[WORKER_SINKS];
    size_t forum_count;
    struct serve *serve;           /* the listener, or NULL */
    struct eraser *eraser;
};

/* Waits until something was committed after `seen`, `until_ms` (monotonic; INT64_MAX: no
 * limit) has come, or the worker ends. Returns the generation. */
uint64_t worker_wait(struct worker *w, uint64_t seen, int64_t until_ms);
void worker_changed(struct worker *w); /* signals without a commit */
struct log_pos worker_committed(struct worker *w);
/* From now on whoever waits is woken as each LRS comes past `pos`; NULL: nobody waits any more. */
void worker_await(struct worker *w, const struct log_pos *pos);
void worker_settled(struct worker *w, struct log_pos before, struct log_pos now); /* by an LRS */
/* Writes an event of ours into the journal, durable at return. */
int worker_append(struct worker *w, const aw_event *event, aw_error *err);

/* An LRS of the configuration. */
int ship_start(struct worker *w, const json_t *config, struct ship **out, aw_error *err);
void ship_stop(struct ship *s); /* after w->ending is set; joins and frees; NULL accepted */
bool ship_idle(struct ship *s); /* nothing to do now: all is settled, or it waits for its turn */
/* Where its cursor stands; for trimming the statement log. */
struct log_pos ship_at(struct ship *s);

/* A forum of the configuration; "local" and, without callbacks, "host" need no thread. */
int forum_start(struct worker *w, const json_t *config, struct forum_thread **out, aw_error *err);
void forum_stop(struct forum_thread *f);
bool forum_idle(struct forum_thread *f);

#endif
