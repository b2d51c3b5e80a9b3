/*
 * tick.c - what is due at a time, not at an event: reminders and hand-overs.
 *
 * A question in a regulated course that nobody answered in time is put to the
 * experts. Any question that waited for the link's hand-over time is offered to
 * members whose working day begins now: somebody in another time zone answers
 * while the asker sleeps. Each happens once a question and person; the key of
 * the note sees to that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "list.h"
#include "note.h"
#include "workday.h"

#define HOUR_MS INT64_C(3600000)
#define LOOK_EVERY_MS (15 * INT64_C(60000))
#define OFFERS 5 /* at most so many people are offered one question at a time */

struct waiting {
    struct state_topic *in;
    size_t count, room;
    bool failed;
};

/* Questions that nobody answered: neither accepted nor official. */
static int gather(void *context, const struct state_topic *t)
{
    struct waiting *w = context;
    if (t->deleted || t->by_bot || t->answered_ms || strcmp(t->type, "question") != 0)
        return 0;
    void *grown = list_grow(w->in, w->count, &w->room, sizeof *w->in);
    w->failed = !grown;
    if (grown) {
        w->in = grown;
        w->in[w->count++] = *t;
    }
    return w->failed;
}

static void sooner(int64_t *next, int64_t candidate)
{
    if (candidate < *next)
        *next = candidate;
}

/* ---- regulated courses ------------------------------------------------------------- */

static int remind(struct interp *in, const struct link *link, const struct state_discussion *d,
                  struct state_topic *t, int64_t now_ms, int64_t *next, aw_error *err)
{
    int64_t due = t->posted_ms + (int64_t)link->answer_within_hours * HOUR_MS;
    if (!link->regulated || !link->answer_within_hours || t->reminded_ms)
        return AW_OK;
    if (due > now_ms) {
        sooner(next, due);
        return AW_OK;
    }
    struct note n = {.words = WORDS_OVERDUE, .about = t->topic, .topic = t->topic, .title = t->title};
    int rc = note_to_each(in, d, &n, link->experts, link->expert_count, err);
    t->reminded_ms = now_ms;
    return rc == AW_OK ? state_topic_put(in->state, t, err) : rc;
}

/* ---- between time zones -------------------------------------------------------------- */

struct offering {
    struct interp *in;
    const char *asker;
    int64_t now_ms, next_ms;
    char who[OFFERS][STATE_ID];
    size_t count;
    int rc;
    aw_error *err;
};

static int choose(void *context, const struct state_member *m)
{
    struct offering *o = context;
    struct state_person p;
    if (m->state != MEMBER_IN || strcmp(m->learner, o->asker) == 0)
        return 0;
    o->rc = state_person_get(o->in->state, m->learner, &p, o->err);
    if (o->rc == AW_ENOTFOUND || (o->rc == AW_OK && p.utc_offset_min == AW_UTC_OFFSET_UNKNOWN)) {
        o->rc = AW_OK; /* nobody knows when this day begins */
        return 0;
    }
    if (o->rc != AW_OK)
        return 1;
    if (workday_just_began(o->now_ms, p.utc_offset_min, LOOK_EVERY_MS * 2))
        snprintf(o->who[o->count++], STATE_ID, "%s", m->learner);
    else
        sooner(&o->next_ms, workday_next_ms(o->now_ms, p.utc_offset_min));
    return o->count == OFFERS;
}

static int offer(struct interp *in, const struct link *link, const struct state_discussion *d,
                 struct state_topic *t, int64_t now_ms, int64_t *next, aw_error *err)
{
    int64_t due = t->posted_ms + (int64_t)link->hand_over_after_hours * HOUR_MS;
    if (!link->hand_over_after_hours || t->offered_ms)
        return AW_OK;
    if (due > now_ms) {
        sooner(next, due);
        return AW_OK;
    }
    struct offering o = {.in = in, .asker = t->author, .now_ms = now_ms, .next_ms = INT64_MAX,
                         .err = err};
    int rc = state_members(in->state, d->id, NULL, choose, &o, err);
    if (rc == AW_OK)
        rc = o.rc;
    for (size_t i = 0; i < o.count && rc == AW_OK; i++) {
        struct note n = {.words = WORDS_HANDED_OVER, .about = t->topic, .learner = o.who[i],
                         .topic = t->topic, .title = t->title};
        rc = note_to(in, d, &n, err);
    }
    if (rc == AW_OK && o.count > 0) {
        t->offered_ms = now_ms;
        return state_topic_put(in->state, t, err);
    }
    sooner(next, o.next_ms);
    return rc;
}

/* ---- all of them ------------------------------------------------------------------------ */

static int look_at(struct interp *in, struct state_topic *t, int64_t now_ms, int64_t *next,
                   aw_error *err)
{
    struct state_discussion d;
    const struct interp_course *course;
    int rc = state_discussion_get(in->state, t->discussion, &d, err);
    if (rc == AW_OK)
        rc = cast_course(in, d.course, &course, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    const struct link *link = cast_link(course, d.link);
    if (!link)
        return AW_OK;
    rc = remind(in, link, &d, t, now_ms, next, err);
    return rc == AW_OK ? offer(in, link, &d, t, now_ms, next, err) : rc;
}

int interp_tick(struct interp *in, int64_t now_ms, int64_t *out_next_ms, aw_error *err)
{
    struct waiting w = {0};
    int64_t next = INT64_MAX;
    int rc = state_topics_waiting(in->state, gather, &w, err);
    if (rc == AW_OK && w.failed)
        rc = error_nomem(err, "questions");
    for (size_t i = 0; i < w.count && rc == AW_OK; i++)
        rc = look_at(in, &w.in[i], now_ms, &next, err);
    /* A question that comes in later is looked at then: an event wakes the worker. */
    *out_next_ms = w.count && next > now_ms + LOOK_EVERY_MS ? now_ms + LOOK_EVERY_MS : next;
    free(w.in);
    return rc;
}
