/* scribe.c - see scribe.h. One thread, one pile at a time; `mutex` guards what is marked. */
#include "scribe.h"

#include <pthread.h>
#include <stdlib.h>

#include "error.h"

struct scribe {
    struct log *log;
    struct pile piles[2];
    int mine;                 /* the interpreter's; the other one is the thread's */
    struct log_span spans[PILE_STATEMENTS];
    struct log_pos end;       /* of what was written in this batch, if `wrote` */
    bool wrote;
    aw_error why;             /* of the pile that could not be written, or AW_OK */

    bool started;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool busy, ending;        /* mutex */
};

static void pile_empty(struct pile *p)
{
    buf_reset(&p->bytes);
    p->count = 0;
}

static int write_pile(struct scribe *s, struct pile *p, aw_error *err)
{
    size_t from = 0;
    for (size_t i = 0; i < p->count; i++) {
        s->spans[i] = (struct log_span){p->bytes.data + from, p->ends[i] - from};
        from = p->ends[i];
    }
    int rc = log_append_batch(s->log, s->spans, p->count, &s->end, err);
    if (rc == AW_OK)
        s->wrote = true;
    pile_empty(p);
    return rc;
}

/* ---- the thread -------------------------------------------------------------------------- */

static void *run(void *context)
{
    struct scribe *s = context;
    pthread_mutex_lock(&s->mutex);
    for (;;) {
        while (!s->busy && !s->ending)
            pthread_cond_wait(&s->changed, &s->mutex);
        if (!s->busy)
            break;
        /* While `busy`, all of it but `mine` is the thread's. */
        struct pile *p = &s->piles[!s->mine];
        pthread_mutex_unlock(&s->mutex);
        write_pile(s, p, &s->why);
        pthread_mutex_lock(&s->mutex);
        s->busy = false;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static void wait_for_thread(struct scribe *s)
{
    pthread_mutex_lock(&s->mutex);
    while (s->busy)
        pthread_cond_wait(&s->changed, &s->mutex);
    pthread_mutex_unlock(&s->mutex);
}

static bool has_thread(struct scribe *s)
{
    if (!s->started)
        s->started = pthread_create(&s->thread, NULL, run, s) == 0;
    return s->started;
}

/* ---- the interpreter's side ---------------------------------------------------------------- */

struct pile *scribe_pile(struct scribe *s)
{
    return &s->piles[s->mine];
}

static int said(struct scribe *s, aw_error *err)
{
    wait_for_thread(s);
    return s->why.code == AW_OK ? AW_OK : error_set(err, s->why.code, s->why.where, "%s", s->why.text);
}

int scribe_hand(struct scribe *s, aw_error *err)
{
    int rc = said(s, err);
    if (rc != AW_OK)
        return rc;
    if (!has_thread(s)) /* no more threads to be had: it only takes longer */
        return write_pile(s, scribe_pile(s), err);
    pthread_mutex_lock(&s->mutex);
    s->mine = !s->mine;
    s->busy = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return AW_OK;
}

int scribe_finish(struct scribe *s, struct log_pos *out_end, aw_error *err)
{
    int rc = said(s, err);
    if (rc == AW_OK && scribe_pile(s)->count > 0)
        rc = write_pile(s, scribe_pile(s), err);
    if (rc == AW_OK && s->wrote)
        *out_end = s->end;
    return rc;
}

void scribe_begin(struct scribe *s)
{
    wait_for_thread(s);
    pile_empty(&s->piles[0]);
    pile_empty(&s->piles[1]);
    s->why = (aw_error)AW_ERROR_INIT;
    s->wrote = false;
}

int scribe_open(struct log *statements, struct scribe **out, aw_error *err)
{
    struct scribe *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err, "worker");
    s->log = statements;
    s->why = (aw_error)AW_ERROR_INIT;
    buf_init(&s->piles[0].bytes, PILE_BYTES);
    buf_init(&s->piles[1].bytes, PILE_BYTES);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->changed, NULL);
    *out = s;
    return AW_OK;
}

void scribe_close(struct scribe *s)
{
    if (!s)
        return;
    if (s->started) {
        pthread_mutex_lock(&s->mutex);
        s->ending = true;
        pthread_cond_signal(&s->changed);
        pthread_mutex_unlock(&s->mutex);
        pthread_join(s->thread, NULL);
    }
    buf_free(&s->piles[0].bytes);
    buf_free(&s->piles[1].bytes);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
