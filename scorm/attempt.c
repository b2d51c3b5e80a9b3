/*
 * attempt.c - one commit applied to the kept state: place it, merge it, decide, tell, keep.
 *
 * The order of what is told is that of the profile's pattern: initialized or
 * resumed, what happened, passed or failed, completed, suspended or terminated.
 */
#include "attempt.h"

#include <stdlib.h>
#include <string.h>

#include "attempt_state.h"
#include "cmi_value.h"
#include "error.h"
#include "attempt_tell.h"

/* ---- the outcome -------------------------------------------------------------- */

void scorm_outcome_free(struct scorm_outcome *o)
{
    if (!o)
        return;
    free(o->memory);
    *o = (struct scorm_outcome){.total_time_ms = -1};
}

static struct scorm_objective objective_of(const struct attempt_state *s, const struct scorm_value *id)
{
    unsigned n = id->n;
    struct scorm_objective o = {0};
    if (s->version == SCORM_2004) {
        o.success = scorm_success_of(attempt_get(s, CMI_OBJECTIVE_SUCCESS_STATUS, n));
        o.completion = scorm_completion_of(attempt_get(s, CMI_OBJECTIVE_COMPLETION_STATUS, n));
        o.progress = attempt_number(attempt_get(s, CMI_OBJECTIVE_PROGRESS_MEASURE, n), 0, 1);
    } else {
        enum scorm_status status = scorm_status_of(attempt_get(s, CMI_OBJECTIVE_STATUS, n));
        if (status == SCORM_STATUS_PASSED || status == SCORM_STATUS_COMPLETED)
            o.completion = SCORM_COMPLETED;
        o.success = status == SCORM_STATUS_PASSED   ? SCORM_PASSED
                    : status == SCORM_STATUS_FAILED ? SCORM_FAILED
                                                    : SCORM_SUCCESS_UNKNOWN;
    }
    struct xapi_score score = attempt_objective_score(s, n);
    o.scaled = (struct scorm_number){score.has_scaled, score.scaled};
    return o;
}

/* Objectives and their ids in one block. */
static int copy_objectives(const struct attempt_state *s, struct scorm_outcome *out, aw_error *err)
{
    size_t first = s->first[CMI_OBJECTIVE_ID], count = s->first[CMI_OBJECTIVE_ID + 1] - first, text = 0;
    if (count == 0)
        return AW_OK;
    for (size_t i = 0; i < count; i++)
        text += s->values[first + i].len + 1;
    struct scorm_objective *list = malloc(count * sizeof *list + text);
    if (!list)
        return error_nomem(err, "attempt");
    char *to = (char *)(list + count);
    for (size_t i = 0; i < count; i++) {
        const struct scorm_value *id = &s->values[first + i];
        list[i] = objective_of(s, id);
        list[i].id = to;
        memcpy(to, id->text, id->len);
        to[id->len] = 0;
        to += id->len + 1;
    }
    out->memory = list;
    out->objectives = list;
    out->objective_count = count;
    return AW_OK;
}

static int make_outcome(const struct attempt_state *s, struct scorm_outcome *out, aw_error *err)
{
    *out = (struct scorm_outcome){
        .version = s->version,
        .attempt = s->attempt,
        .suspended = s->suspended,
        .lossy = s->lossy,
        .decision = s->standing,
        .score = attempt_score(s),
        .scaled = s->standing_scaled,
        .progress = s->standing_progress,
        .total_time_ms = s->total_ms,
        .time_ms = s->time_ms,
    };
    return copy_objectives(s, out, err);
}

int scorm_attempt_outcome(const void *blob, size_t blob_len, struct scorm_outcome *out, aw_error *err)
{
    struct attempt_state s;
    int rc = attempt_state_read(&s, blob, blob_len, NULL, err);
    if (rc != AW_OK)
        return rc;
    rc = make_outcome(&s, out, err);
    attempt_state_free(&s);
    return rc;
}

/* ---- sessions ------------------------------------------------------------------- */

/* What begin_session found, for telling once the values are merged. */
struct session_change {
    bool begins, resumes, interrupted;
};

static int64_t time_value(const struct scorm_commit *c, enum cmi_role role)
{
    const struct scorm_value *v = scorm_commit_get(c, role, 0, 0);
    int64_t ms;
    return v && cmi_duration_ms(v->text, v->len, &ms) ? ms : -1;
}

static struct session_change begin_session(struct attempt_state *s, const struct scorm_commit *c,
                                           const struct scorm_context *ctx)
{
    struct session_change change = {.begins = true};
    const struct scorm_value *entry = scorm_commit_get(c, CMI_ENTRY, 0, 0);
    bool says_resume = scorm_value_is(entry, "resume"), fresh = scorm_value_is(entry, "ab-initio");
    bool unfinished = s->suspended || s->end == SESSION_OPEN;
    bool goes_on = ctx->attempt ? ctx->attempt == s->attempt : says_resume || (unfinished && !fresh);
    if (s->session == 0 || !goes_on) {
        uint32_t attempt = ctx->attempt ? ctx->attempt : s->attempt + 1;
        attempt_state_begin(s, attempt);
        s->version = c->version;
    } else {
        change.resumes = true;
        change.interrupted = s->end == SESSION_OPEN && !s->end_told;
        s->base_ms += s->session_ms;
        attempt_state_end_values(s);
    }
    return change;
}

static void open_session(struct attempt_state *s, const struct scorm_commit *c, int64_t time_ms)
{
    int64_t elapsed = time_value(c, CMI_SESSION_TIME);
    s->session++;
    s->end = SESSION_OPEN;
    s->suspended = s->end_told = s->without_total = s->has_sequence = false;
    s->resumed_entry = scorm_value_is(scorm_commit_get(c, CMI_ENTRY, 0, 0), "resume");
    s->commits = 0;
    s->sequence = 0;
    memset(s->window, 0, sizeof s->window);
    s->session_ms = 0;
    /* The first commit comes some time after the launch, and says how long. */
    s->start_ms = time_ms - (elapsed > 0 && elapsed < INT64_C(86400000) ? elapsed : 0);
}

/* Times as the content and the player count them. */
static void take_times(struct attempt_state *s, const struct scorm_commit *c, int64_t time_ms)
{
    int64_t session = time_value(c, CMI_SESSION_TIME), total = time_value(c, CMI_TOTAL_TIME);
    if (session > s->session_ms)
        s->session_ms = session;
    s->total_ms = total > 0 ? total : s->base_ms + s->session_ms;
    if (total < 0)
        s->without_total = true;
    s->time_ms = time_ms > s->time_ms ? time_ms : s->time_ms;
}

/* scorm-again shows total_time at the end only, so one that appears is the end. */
static bool is_end(const struct attempt_state *s, const struct scorm_commit *c,
                   const struct scorm_policy *policy, enum session_end *out_end)
{
    const struct scorm_value *total = scorm_commit_get(c, CMI_TOTAL_TIME, 0, 0);
    enum scorm_terminated t = c->terminated;
    if (s->without_total && total && total->len && t != SCORM_TERMINATED_NO)
        t = SCORM_TERMINATED_YES;
    *out_end = t == SCORM_TERMINATED_YES      ? SESSION_ENDED
               : t == SCORM_TERMINATED_LIKELY ? SESSION_LIKELY_ENDED
                                              : SESSION_OPEN;
    if (*out_end == SESSION_LIKELY_ENDED && !policy->infer_terminate)
        *out_end = SESSION_OPEN;
    return *out_end != SESSION_OPEN;
}

/* ---- applying ------------------------------------------------------------------- */

static int tell_all(struct attempt_state *s, const struct scorm_context *ctx,
                    const struct session_change *change, const struct scorm_facts *facts,
                    const struct xapi_score *score, bool ended, scorm_emit emit, void *user,
                    aw_error *err)
{
    struct tell t;
    bool claims = facts->mode == SCORM_MODE_NORMAL && !facts->no_credit;
    int rc = tell_open(&t, s, ctx, emit, user, err);
    if (rc != AW_OK)
        return rc;
    if (change->begins)
        tell_session_begin(&t, change->resumes);
    if (claims) {
        tell_interactions(&t, ended);
        tell_comments(&t);
        tell_objectives(&t);
        tell_progress(&t);
        tell_score(&t, score);
        if (s->current.final)
            tell_decision(&t, score);
    }
    if (ended)
        tell_session_end(&t, s->suspended, claims && !facts->abandoned ? score : NULL);
    tell_close(&t);
    return t.rc;
}

/* The session before, if it was interrupted, with its own times and number. */
static int tell_interruption(struct attempt_state *s, const struct scorm_context *ctx, scorm_emit emit,
                             void *user, aw_error *err)
{
    struct tell t;
    int rc = tell_open(&t, s, ctx, emit, user, err);
    if (rc != AW_OK)
        return rc;
    tell_interrupted(&t);
    tell_close(&t);
    return t.rc;
}

/* What was final stays until something else is: neither a review nor a new attempt that has
 * only begun takes anything back. */
static void settle(struct attempt_state *s, const struct scorm_decision *now, const struct xapi_score *score)
{
    if (now->final || !s->current.final)
        s->current = *now;
    if (!s->current.final && s->standing.final)
        return;
    s->standing = s->current;
    s->standing_scaled = (struct scorm_number){score->has_scaled, score->scaled};
    s->standing_progress = attempt_number(attempt_get(s, CMI_PROGRESS_MEASURE, 0), 0, 1);
}

static bool same_decision(const struct scorm_decision *a, const struct scorm_decision *b)
{
    return a->completion == b->completion && a->success == b->success && a->final == b->final;
}

static int apply(struct attempt_state *s, const struct scorm_commit *c, const struct scorm_context *ctx,
                 const struct scorm_policy *policy, enum attempt_place place, scorm_emit emit,
                 void *user, struct scorm_outcome *out, aw_error *err)
{
    struct session_change change = {false};
    struct scorm_decision before = s->standing, now;
    struct scorm_facts facts;
    enum session_end end;
    int rc;
    if (place == PLACE_NEW_SESSION) {
        change = begin_session(s, c, ctx);
        if (change.interrupted && (rc = tell_interruption(s, ctx, emit, user, err)) != AW_OK)
            return rc;
        open_session(s, c, ctx->time_ms);
    }
    bool was_final = s->current.final;
    attempt_state_merge(s, c);
    take_times(s, c, ctx->time_ms);
    attempt_note(s, c);
    s->lossy = s->lossy || c->lossy;
    bool ended = is_end(s, c, policy, &end);
    s->end = end;
    attempt_facts(s, ctx, ended, &facts);
    s->suspended = ended && facts.exit == SCORM_EXIT_SUSPEND && !facts.abandoned;
    scorm_decide(&facts, policy, &now);
    struct xapi_score score = attempt_score(s);
    settle(s, &now, &score);
    if ((rc = tell_all(s, ctx, &change, &facts, &score, ended, emit, user, err)) != AW_OK ||
        (rc = make_outcome(s, out, err)) != AW_OK)
        return rc;
    out->applied = true;
    out->changed = !same_decision(&before, &s->standing);
    out->became_final = s->current.final && !was_final;
    out->terminated = ended;
    return AW_OK;
}

int scorm_attempt_apply(const void *blob, size_t blob_len, const struct scorm_commit *commit,
                        const struct scorm_context *ctx, const struct scorm_policy *policy,
                        scorm_emit emit, void *user, struct buf *out_blob,
                        struct scorm_outcome *out, aw_error *err)
{
    struct attempt_state s;
    int rc = attempt_state_read(&s, blob, blob_len, commit, err);
    if (rc != AW_OK)
        return rc;
    enum attempt_place place = attempt_place_of(&s, commit, ctx->time_ms);
    if (ctx->attempt && s.session && ctx->attempt != s.attempt) /* the host counts them */
        place = ctx->attempt > s.attempt ? PLACE_NEW_SESSION : PLACE_STALE;
    if (place == PLACE_STALE || place == PLACE_DUPLICATE)
        rc = make_outcome(&s, out, err);
    else
        rc = apply(&s, commit, ctx, policy, place, emit, user, out, err);
    if (rc == AW_OK && (rc = attempt_state_write(&s, out_blob, err)) != AW_OK)
        scorm_outcome_free(out);
    attempt_state_free(&s);
    return rc;
}
