/* batch.c - one batch of the journal. */
#include "batch.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "state.h"

#define BATCH_EVENTS 1000

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

/* One event that may be poison: it is interpreted whole, or set aside whole. */
static int interpret_carefully(struct batch *r, const struct log_pos *at, const void *bytes,
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
static int interpret_some(struct batch *r, struct log_pos *end, size_t *out_count, aw_error *err)
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

static int write_statements(struct batch *r, struct log_pos *out_end, aw_error *err)
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

static int commit(struct batch *r, struct log_pos end, aw_error *err)
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

static int reopen(struct batch *r, aw_error *err)
{
    log_reader_close(r->reader);
    r->reader = NULL;
    r->seen = r->at;
    return log_reader_open(r->w->aw->journal, r->at, &r->reader, err);
}

/* Back to where the last commit left things. */
static int undo(struct batch *r, aw_error *err)
{
    aw_error ignored = AW_ERROR_INIT;
    state_rollback(r->in->state);
    interp_forget_courses(r->in); /* titles seen in the batch were rolled back with it */
    log_truncate(r->w->statements, worker_committed(r->w), &ignored);
    return reopen(r, err);
}

static int try_batch(struct batch *r, size_t *out_count, aw_error *err)
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

int batch_run(struct batch *r, size_t *out_count, aw_error *err)
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

int batch_tick(struct batch *r, int64_t now_ms, int64_t *out_next_ms, aw_error *err)
{
    interp_begin(r->in);
    int rc = state_begin(r->in->state, err);
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
}
