/*
 * verdict.c - completed, passed, failed: from the host's word or from SCORM.
 *
 * One completion is told once per registration, and so is each change between
 * passed and failed. Nothing is claimed that was not said: a host's
 * course_passed does not claim completion, a failed attempt neither.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "commit.h"
#include "documents.h"
#include "error.h"
#include "interpret.h"
#include "record.h"
#include "rollup.h"

static int tell_completed(struct interp *in, struct cast *c, const struct verdict *v,
                          int64_t happened_ms, aw_error *err)
{
    if (!v->completed || c->enrolment.completed)
        return AW_OK;
    struct tell_facts f = {.completion = AW_YES, .success = (int)v->success, .score = v->score,
                           .duration_ms = v->duration_ms, .from_scorm = v->from_scorm,
                           .attempt = v->attempt, .revision = c->enrolment.withdrawn};
    cast_time(c, happened_ms);
    int rc = interp_tell(in, TELL_COMPLETED, c, &f, &c->enrolment.completed_statement, err);
    if (rc == AW_OK)
        c->enrolment.completed = true;
    return rc;
}

static int tell_success(struct interp *in, struct cast *c, const struct verdict *v,
                        int64_t happened_ms, aw_error *err)
{
    if (!v->tell_success || v->success == AW_UNKNOWN || v->success == c->enrolment.success)
        return AW_OK;
    struct tell_facts f = {.success = (int)v->success, .score = v->score, .duration_ms = -1,
                           .from_scorm = v->from_scorm, .attempt = v->attempt,
                           .revision = c->enrolment.revision + 1};
    if (v->completed)
        f.completion = AW_YES;
    uuid5 id;
    cast_time(c, happened_ms);
    int rc = interp_tell(in, v->success == AW_YES ? TELL_PASSED : TELL_FAILED, c, &f, &id, err);
    if (rc == AW_OK) {
        c->enrolment.success = v->success;
        c->enrolment.revision++;
        /* Where passed opens a discussion and no completion was told, it is the reason given. */
        if (v->success == AW_YES && !c->enrolment.completed)
            c->enrolment.completed_statement = id;
    }
    return rc;
}

int verdict_apply(struct interp *in, struct cast *c, const struct verdict *v, int64_t happened_ms,
                  aw_error *err)
{
    int rc = tell_completed(in, c, v, happened_ms, err);
    if (rc == AW_OK)
        rc = tell_success(in, c, v, happened_ms, err);
    /* Members refer to the enrolment by its row. */
    if (rc == AW_OK)
        rc = cast_save(in, c, err);
    for (size_t i = 0; i < c->course->link_count && rc == AW_OK; i++) {
        const struct link *link = c->course->links[i];
        if (link->opens_on_passed ? v->success == AW_YES : v->completed)
            rc = open_for(in, c, link, happened_ms, err);
    }
    if (rc == AW_OK)
        rc = cast_save(in, c, err);
    return rc;
}

/* ---- what the host says ----------------------------------------------------- */

/* A score is passed on only if an LRS would take it (xAPI part 2, 4.2.2.2.1). */
static struct xapi_score sound_score(const aw_event *e)
{
    struct xapi_score s = {
        .has_scaled = (e->score_given & AW_SCORE_SCALED) != 0, .scaled = e->score_scaled,
        .has_raw = (e->score_given & AW_SCORE_RAW) != 0, .raw = e->score_raw,
        .has_min = (e->score_given & AW_SCORE_MIN) != 0, .min = e->score_min,
        .has_max = (e->score_given & AW_SCORE_MAX) != 0, .max = e->score_max,
    };
    if (s.has_scaled && (s.scaled < -1 || s.scaled > 1))
        s.has_scaled = false;
    if (s.has_min && s.has_max && s.min >= s.max)
        s.has_min = s.has_max = false;
    if (s.has_raw && ((s.has_min && s.raw < s.min) || (s.has_max && s.raw > s.max)))
        s.has_raw = s.has_min = s.has_max = false;
    return s;
}

int verdict_event(struct interp *in, const aw_event *e, aw_error *err)
{
    struct cast c;
    struct verdict v = {.completed = e->kind == AW_EVENT_COURSE_COMPLETED,
                        .success = e->success,
                        .score = sound_score(e),
                        .duration_ms = e->duration_ms > 0 ? e->duration_ms : -1,
                        .because = e->reason};
    if (e->kind == AW_EVENT_COURSE_PASSED)
        v.success = AW_YES;
    if (e->kind == AW_EVENT_COURSE_FAILED)
        v.success = AW_NO;
    /* Success that comes along with a completion is part of its result: the host tells of
     * passed and failed in events of their own. */
    v.tell_success = e->kind != AW_EVENT_COURSE_COMPLETED;
    int rc = cast_make(in, e->learner, e->course, e, &c, err);
    return rc == AW_OK ? verdict_apply(in, &c, &v, e->time_ms, err) : rc;
}

int verdict_activity(struct interp *in, const aw_event *e, aw_error *err)
{
    struct cast c;
    bool first = false;
    char about[UUID5_TEXT + STATE_ID + 2] = "";
    int rc = cast_make(in, e->learner, e->course, e, &c, err);
    if (rc == AW_OK) {
        uuid5_text(&c.enrolment.registration, about);
        about[UUID5_TEXT - 1] = '/';
        snprintf(about + UUID5_TEXT, STATE_ID, "%s", e->activity);
        rc = state_once(in->state, "activity", e->learner, about, 0, &first, err);
    }
    if (rc == AW_OK && first) {
        struct tell_facts f = {.completion = AW_YES, .success = (int)e->success,
                               .score = sound_score(e),
                               .duration_ms = e->duration_ms > 0 ? e->duration_ms : -1};
        c.scene.activity = e->activity;
        c.scene.activity_title = e->activity_title;
        cast_time(&c, e->time_ms);
        rc = interp_tell(in, TELL_ACTIVITY_COMPLETED, &c, &f, NULL, err);
    }
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    return rc;
}

int verdict_withdrawn(struct interp *in, const aw_event *e, aw_error *err)
{
    struct cast c;
    int rc = cast_make(in, e->learner, e->course, e, &c, err);
    if (rc == AW_OK && c.enrolment.completed) {
        struct tell_facts f = {.has_ref = true, .ref = c.enrolment.completed_statement,
                               .duration_ms = -1, .revision = c.enrolment.withdrawn};
        cast_time(&c, e->time_ms);
        rc = interp_tell(in, TELL_WITHDRAWN, &c, &f, NULL, err);
        c.enrolment.completed = false;
        c.enrolment.withdrawn++;
    }
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    return rc;
}

/* ---- what a SCO says ---------------------------------------------------------- */

struct emitting {
    struct interp *in;
    const char *course;
};

static int emit(void *user, const struct xapi_statement *st, aw_error *err)
{
    struct emitting *e = user;
    struct buf *out = &e->in->pile->bytes;
    struct record r = {.type = RECORD_STATEMENT, .verb = (uint8_t)st->verb, .flags = RECORD_SCORM,
                       .id = st->id, .course = e->course, .course_len = strlen(e->course)};
    size_t before = out->len;
    record_header(out, &r);
    int rc = xapi_statement_write(out, st, err);
    if (rc == AW_OK)
        rc = interp_count_statement(e->in, err);
    if (rc != AW_OK)
        out->len = before;
    return rc;
}

/* The statuses of all items of an enrolment, from their blobs. */
struct statuses {
    struct scorm_item_status *items;
    struct scorm_outcome *outcomes;
    struct state_attempt *names; /* only `item` is kept */
    size_t count, room;
    int rc;
    aw_error *err;
};

static int grow(struct statuses *s)
{
    size_t room = s->room ? s->room * 2 : 16;
    void *items = realloc(s->items, room * sizeof *s->items);
    if (items)
        s->items = items;
    void *outcomes = realloc(s->outcomes, room * sizeof *s->outcomes);
    if (outcomes)
        s->outcomes = outcomes;
    void *names = realloc(s->names, room * sizeof *s->names);
    if (names)
        s->names = names;
    if (!items || !outcomes || !names)
        return error_nomem(s->err, "rollup");
    s->room = room;
    return AW_OK;
}

static int add_status(void *context, const struct state_attempt *a)
{
    struct statuses *s = context;
    if (s->count == s->room && (s->rc = grow(s)) != AW_OK)
        return 1;
    s->rc = scorm_attempt_outcome(a->blob, a->blob_len, &s->outcomes[s->count], s->err);
    if (s->rc != AW_OK)
        return 1;
    s->names[s->count] = *a;
    s->names[s->count].blob = NULL;
    s->count++;
    return 0;
}

static void free_statuses(struct statuses *s)
{
    for (size_t i = 0; i < s->count; i++)
        scorm_outcome_free(&s->outcomes[i]);
    free(s->items);
    free(s->outcomes);
    free(s->names);
}

int verdict_rollup(struct state *state, const struct scorm_course *course,
                   const struct scorm_policy *policy, int64_t enrolment,
                   struct scorm_course_decision *out, struct scorm_rolled *out_items, aw_error *err)
{
    struct statuses s = {.err = err};
    int rc = state_attempts(state, enrolment, add_status, &s, err);
    if (rc == AW_OK)
        rc = s.rc;
    for (size_t i = 0; i < s.count && rc == AW_OK; i++) {
        const struct scorm_outcome *o = &s.outcomes[i];
        bool final = o->decision.final;
        s.items[i] = (struct scorm_item_status){
            .item = s.names[i].item,
            .completion = final ? o->decision.completion : SCORM_COMPLETION_UNKNOWN,
            .success = final ? o->decision.success : SCORM_SUCCESS_UNKNOWN,
            .scaled = o->scaled,
            .progress = o->progress,
            .suspended = o->suspended,
            .time_ms = o->time_ms,
            .objectives = o->objectives,
            .objective_count = o->objective_count,
            .because = o->decision.because,
        };
    }
    if (rc == AW_OK)
        rc = scorm_rollup(course, policy, s.items, s.count, out, out_items, err);
    free_statuses(&s);
    return rc;
}

static struct verdict from_decision(enum scorm_completion completion, enum scorm_success success,
                                    const char *because)
{
    return (struct verdict){
        .completed = completion == SCORM_COMPLETED,
        .success = success == SCORM_PASSED ? AW_YES : success == SCORM_FAILED ? AW_NO : AW_UNKNOWN,
        .duration_ms = -1,
        .from_scorm = true,
        .tell_success = true,
        .because = because,
    };
}

/* The course's verdict after one SCO's outcome. */
/* Has every SCO that counts been worked on and ended? */
static bool all_ended(const struct scorm_course *course, const struct scorm_rolled *rolled)
{
    for (uint32_t i = 0; i < course->item_count; i++)
        if (course->items[i].type == SCORM_ITEM_SCO && course->items[i].tracked &&
            (!rolled[i].attempted || rolled[i].suspended))
            return false;
    return true;
}

/*
 * The course's rollup. SCORM 2004 rolls the measure up from the first SCO on, and
 * what was not begun counts as nothing: that is a "not satisfied" about a course
 * that goes on. So it is said only when every SCO has ended.
 */
static int decide_several(struct interp *in, const struct cast *c, const struct scorm_policy *policy,
                          struct scorm_course_decision *d, aw_error *err)
{
    const struct scorm_course *course = c->course->scorm;
    struct scorm_rolled *rolled = calloc(course->item_count, sizeof *rolled);
    if (!rolled)
        return error_nomem(err, "course");
    int rc = verdict_rollup(in->state, course, policy, c->enrolment.id, d, rolled, err);
    if (rc == AW_OK && d->success == SCORM_FAILED && !all_ended(course, rolled))
        d->success = SCORM_SUCCESS_UNKNOWN;
    free(rolled);
    return rc;
}

static int decide_course(struct interp *in, struct cast *c, const struct scorm_policy *policy,
                         const struct scorm_outcome *o, const char *attempt, int64_t happened_ms,
                         aw_error *err)
{
    if (!c->course->scorm || scorm_course_sco_count(c->course->scorm) <= 1) {
        if (!o->decision.final)
            return AW_OK;
        struct verdict v =
            from_decision(o->decision.completion, o->decision.success, o->decision.because);
        v.attempt = attempt;
        v.score = o->score;
        v.duration_ms = o->total_time_ms > 0 ? o->total_time_ms : -1;
        return verdict_apply(in, c, &v, happened_ms, err);
    }
    struct scorm_course_decision d;
    int rc = decide_several(in, c, policy, &d, err);
    if (rc != AW_OK)
        return rc;
    struct verdict v = from_decision(d.completion, d.success, d.because);
    v.attempt = attempt;
    if (d.scaled.given && d.scaled.value >= -1 && d.scaled.value <= 1)
        v.score = (struct xapi_score){.has_scaled = true, .scaled = d.scaled.value};
    return verdict_apply(in, c, &v, happened_ms, err);
}

/* The item a commit is about: the host's word, else the commit's, else the only one there is. */
static const char *which_item(const aw_event *e, const struct scorm_commit *commit,
                              const struct interp_course *course)
{
    if (e->activity && *e->activity)
        return e->activity;
    if (commit->item && *commit->item && strlen(commit->item) < STATE_ID)
        return commit->item;
    for (uint32_t i = 0; course->scorm && i < course->scorm->item_count; i++)
        if (course->scorm->items[i].type == SCORM_ITEM_SCO)
            return course->scorm->items[i].id;
    return "sco";
}

static void set_item(struct scorm_context *ctx, const struct interp_course *course,
                     const aw_event *e)
{
    uint32_t i = course->scorm ? scorm_course_find(course->scorm, ctx->item) : SCORM_NO_ITEM;
    ctx->item_title = e->activity_title && *e->activity_title ? e->activity_title : NULL;
    if (i == SCORM_NO_ITEM)
        return;
    const struct scorm_item *item = &course->scorm->items[i];
    if (!ctx->item_title)
        ctx->item_title = item->title;
    ctx->mastery = item->mastery;
    ctx->threshold = scorm_item_threshold(item);
    ctx->passing = scorm_item_passing(item);
}

static int apply_commit(struct interp *in, struct cast *c, const aw_event *e,
                        const struct scorm_commit *commit, aw_error *err)
{
    struct tell_room room;
    struct xapi_activity tags[TELL_TAGS];
    struct scorm_context ctx = {.site = &in->config->site,
                                .registration = c->enrolment.registration,
                                .course = c->course->id,
                                .item = which_item(e, commit, c->course),
                                .course_title = c->course->title,
                                .language = c->course->language,
                                .platform = in->config->site_name,
                                .utc_offset_min = c->person.utc_offset_min,
                                .time_ms = e->time_ms,
                                .attempt = e->attempt,
                                .other = tags,
                                .last_ms = &c->enrolment.chain_ms};
    struct state_attempt before = {0};
    struct buf blob = BUF_INIT(LIMIT_RECORD_BYTES), attempt = BUF_INIT(TELL_ROOM_BYTES);
    struct scorm_outcome outcome = {0};
    struct emitting emitting = {in, c->course->id};
    const struct scorm_policy *policy = scorm_policies_for(in->policies, c->course->id);
    room.used = 0;
    set_item(&ctx, c->course, e);
    ctx.course_iri = tell_iri(in->config, &room, "course", ctx.course, NULL);
    ctx.item_iri = tell_iri(in->config, &room, "sco", ctx.course, ctx.item);
    int rc = ctx.course_iri && ctx.item_iri ? AW_OK : error_set(err, AW_ELIMIT, "activity", "is too long");
    if (rc == AW_OK)
        rc = tell_actor(&c->scene, &room, &ctx.actor, err);
    if (rc == AW_OK)
        rc = tell_tags(&c->scene, &room, tags, &ctx.other_count, err);
    if (rc == AW_OK) {
        rc = state_attempt_get(in->state, c->enrolment.id, ctx.item, 0, &before, err);
        if (rc == AW_ENOTFOUND)
            rc = AW_OK;
    }
    if (rc == AW_OK)
        rc = scorm_attempt_apply(before.blob, before.blob_len, commit, &ctx, policy, emit,
                                 &emitting, &blob, &outcome, err);
    if (rc == AW_OK && outcome.applied) {
        c->enrolment_changed = true; /* the chain went on */
        rc = state_attempt_put(in->state, c->enrolment.id, ctx.item, 1, blob.data, blob.len, err);
        scorm_attempt_iri(&attempt, &ctx, outcome.attempt);
        if (rc == AW_OK)
            rc = buf_error(&attempt, "attempt", err);
        if (rc == AW_OK)
            rc = documents_tell(in, blob.data, blob.len, &ctx, &outcome, err);
        if (rc == AW_OK)
            rc = decide_course(in, c, policy, &outcome, attempt.data, e->time_ms, err);
    }
    scorm_outcome_free(&outcome);
    buf_free(&blob);
    buf_free(&attempt);
    free(before.blob);
    return rc;
}

int verdict_scorm(struct interp *in, const aw_event *e, aw_error *err)
{
    struct cast c;
    struct scorm_commit commit;
    scorm_commit_init(&commit);
    int rc = cast_make(in, e->learner, e->course, e, &c, err);
    if (rc == AW_OK)
        rc = scorm_commit_read(&commit, e->body, e->body_bytes, e->terminated, err);
    /* Attempts refer to the enrolment by its row. */
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    if (rc == AW_OK)
        rc = apply_commit(in, &c, e, &commit, err);
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    scorm_commit_free(&commit);
    return rc;
}
