/* batch.c - one batch of the journal. */
#include "batch.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "state.h"

/* A batch ends at so many events or statements; a pile is written when it is this full. One
 * more event may then still give a great many statements. */
#define BATCH_EVENTS 2000
#define BATCH_STATEMENTS 4096
#define FULL_STATEMENTS 512
#define FULL_BYTES (1u << 20)

static int bury(struct batch *r, const struct log_pos *at, const aw_error *why, const void *bytes,
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

/* Is the event to blame, and not the machine? A damaged state.db has the code of a damaged event. */
static bool is_poison(const struct batch *r, int rc)
{
    return interp_is_poison(rc) && !state_failed(r->in->state);
}

/* One event that may be poison: it is interpreted whole, or set aside whole. */
static int interpret_carefully(struct batch *r, const struct log_pos *at, const void *bytes,
                               size_t len, aw_error *err)
{
    struct pile *p = r->in->pile;
    size_t count = p->count, used = p->bytes.len;
    int rc = state_mark(r->in->state, err);
    if (rc != AW_OK)
        return rc;
    rc = interp_event(r->in, bytes, len, err);
    if (rc == AW_OK)
        return state_unmark(r->in->state, err);
    if (!is_poison(r, rc))
        return rc;
    aw_error why = *err;
    p->count = count;
    p->bytes.len = used;
    interp_forget_courses(r->in);
    rc = state_back_to_mark(r->in->state, err);
    return rc == AW_OK ? bury(r, at, &why, bytes, len, err) : rc;
}

static int hand_full_pile(struct batch *r, size_t *handed, aw_error *err)
{
    const struct pile *p = r->in->pile;
    if (p->count < FULL_STATEMENTS && p->bytes.len < FULL_BYTES)
        return AW_OK;
    *handed += p->count;
    int rc = scribe_hand(r->scribe, err);
    r->in->pile = scribe_pile(r->scribe);
    return rc;
}

/* Reads and interprets up to the batch's limits. *out_count: how many records it took. */
static int interpret_some(struct batch *r, struct log_pos *end, size_t *out_count, aw_error *err)
{
    size_t n = 0, handed = 0;
    for (; n < BATCH_EVENTS && handed < BATCH_STATEMENTS; n++) {
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
        if ((rc = hand_full_pile(r, &handed, err)) != AW_OK)
            return rc;
    }
    *out_count = n;
    return AW_OK;
}

static struct state_place place(struct log_pos p)
{
    return (struct state_place){p.segment, p.offset, p.record};
}

static int commit(struct batch *r, struct log_pos end, aw_error *err)
{
    struct log_pos statements = worker_committed(r->w);
    int rc = scribe_finish(r->scribe, &statements, err);
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

static int reopen(struct batch *r, aw_error *err)
{
    log_reader_close(r->reader);
    r->reader = NULL;
    r->seen = r->at;
    return log_reader_open(r->w->aw->journal, r->at, &r->reader, err);
}

/* Nothing may be appended behind what was never committed: it would be sent as well. */
static int cut(struct batch *r, aw_error *err)
{
    scribe_begin(r->scribe); /* its thread must not write behind the cut */
    int rc = log_truncate(r->w->statements, worker_committed(r->w), err);
    r->uncut = rc != AW_OK;
    return rc;
}

/* Back to where the last commit left things. */
static int undo(struct batch *r, aw_error *err)
{
    state_rollback(r->in->state);
    interp_forget_courses(r->in); /* titles seen in the batch were rolled back with it */
    r->uncut = true;
    int rc = reopen(r, err);
    return rc == AW_OK ? cut(r, err) : rc;
}

static int begin(struct batch *r, aw_error *err)
{
    int rc = r->uncut ? cut(r, err) : AW_OK;
    if (rc == AW_OK && !r->reader)
        rc = reopen(r, err);
    if (rc != AW_OK)
        return rc;
    scribe_begin(r->scribe);
    r->in->pile = scribe_pile(r->scribe);
    interp_begin(r->in);
    return state_begin(r->in->state, err);
}

static int try_batch(struct batch *r, size_t *out_count, aw_error *err)
{
    struct log_pos end = r->at;
    *out_count = 0;
    int rc = begin(r, err);
    if (rc == AW_OK)
        rc = interpret_some(r, &end, out_count, err);
    if (rc == AW_OK && *out_count > 0)
        return commit(r, end, err);
    state_rollback(r->in->state);
    return rc;
}

int batch_run(struct batch *r, size_t *out_count, aw_error *err)
{
    int rc = try_batch(r, out_count, err);
    while (rc != AW_OK) {
        aw_error why = *err;
        bool poison = is_poison(r, rc);
        int undone = undo(r, err);
        if (undone != AW_OK)
            return undone;
        *err = why;
        /* An event is at fault: the same batch once more, with a mark before each. */
        if (!poison || r->careful)
            return rc;
        r->careful = true;
        rc = try_batch(r, out_count, err);
    }
    return rc;
}

int batch_tick(struct batch *r, int64_t now_ms, int64_t *out_next_ms, aw_error *err)
{
    int rc = begin(r, err);
    if (rc == AW_OK)
        rc = interp_tick(r->in, now_ms, out_next_ms, err);
    if (rc == AW_OK)
        rc = commit(r, r->at, err);
    if (rc == AW_OK)
        return AW_OK;
    aw_error why = *err;
    int undone = undo(r, err);
    if (undone != AW_OK)
        return undone;
    *err = why;
    return rc;
}

/* ---- open and close ------------------------------------------------------------------ */

static int find_place(struct state *s, const char *name, struct log_pos *out, aw_error *err)
{
    struct state_place p = {0};
    int rc = state_place_get(s, name, &p, err);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    *out = (struct log_pos){p.segment, p.offset, p.record};
    return AW_OK;
}

int batch_open(struct batch *r, struct worker *w, aw_error *err)
{
    r->w = w;
    int rc = handle_statements(w->aw, &w->statements, err);
    if (rc == AW_OK)
        rc = scribe_open(w->statements, &r->scribe, err);
    if (rc == AW_OK)
        rc = interp_open(w->aw, &r->in, err);
    if (rc == AW_OK)
        rc = find_place(r->in->state, "journal", &r->at, err);
    if (rc == AW_OK)
        rc = find_place(r->in->state, "statements", &w->committed, err);
    /* What a crash left behind the committed end was never sent. Not only what the log shows:
     * records that a killed worker was about to write would be written by the next append, so
     * the cut is made in any case (it settles those first). */
    if (rc == AW_OK)
        rc = log_truncate(w->statements, w->committed, err);
    return rc == AW_OK ? reopen(r, err) : rc;
}

void batch_close(struct batch *r)
{
    log_reader_close(r->reader);
    interp_close(r->in);
    scribe_close(r->scribe);
}
