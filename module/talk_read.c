/* talk_read.c - views, once a day each, and what somebody follows. */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "talk.h"

static bool given(const char *text)
{
    return text && *text;
}

/* ---- reading ----------------------------------------------------------------------- */

/* At most once a day, by the learner's own calendar. */
static int64_t local_day(const struct cast *c, int64_t ms)
{
    int64_t offset = c->person.utc_offset_min == AW_UTC_OFFSET_UNKNOWN ? 0
                                                                       : c->person.utc_offset_min;
    return (ms + offset * 60000) / 86400000;
}

int talk_viewed(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t = {.post = {.post = ""}};
    struct state_discussion d;
    bool is_new = false;
    char day[24], target[STATE_ID + 80];
    int rc;
    if (given(e->topic)) {
        rc = talk_find(in, e, false, &t, err);
    } else if (given(e->discussion)) {
        rc = talk_discussion(in, e, &d, err);
        if (rc == AW_OK)
            rc = cast_learner(in, e, t.who, err);
        if (rc == AW_OK)
            rc = talk_cast(in, t.who, &d, e, &t.cast, err);
    } else {
        return error_set(err, AW_EINVAL, "discussion", "is missing; discussion_viewed needs it or topic");
    }
    if (rc != AW_OK)
        return rc;
    int64_t today = local_day(&t.cast, e->time_ms);
    snprintf(target, sizeof target, "%s/%s", t.cast.discussion.id,
             given(e->topic) ? t.cast.topic.topic : "");
    rc = state_once(in->state, "viewed", t.who, target, today, &is_new, err);
    if (rc != AW_OK || !is_new)
        return rc;
    snprintf(day, sizeof day, "%lld", (long long)today);
    struct tell_facts f = {.subject = day, .duration_ms = -1};
    return talk_tell(in, given(e->topic) ? TELL_VIEWED_TOPIC : TELL_VIEWED_DISCUSSION, &t, &f,
                     e->time_ms, err);
}

/* ---- following ------------------------------------------------------------------------- */

int talk_subscription(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t = {.post = {.post = ""}};
    struct state_discussion d;
    bool on = e->kind == AW_EVENT_SUBSCRIBED, is_new = false, was = false;
    int rc;
    char revision[16];
    if (given(e->topic)) {
        rc = talk_find(in, e, false, &t, err);
    } else if (given(e->discussion)) {
        rc = talk_discussion(in, e, &d, err);
        if (rc == AW_OK)
            rc = cast_learner(in, e, t.who, err);
        if (rc == AW_OK)
            rc = talk_cast(in, t.who, &d, e, &t.cast, err);
    } else {
        return error_set(err, AW_EINVAL, "topic", "is missing; a subscription needs it or discussion");
    }
    char called[TALK_TARGET];
    const char *target = given(e->topic) ? talk_target(e->provider, e->topic, called) : e->discussion;
    /* Each change is told once: following is a fact that can be undone and made again. */
    if (rc == AW_OK && on) {
        rc = state_once(in->state, "follows", t.who, target, 0, &is_new, err);
    } else if (rc == AW_OK) {
        rc = state_once(in->state, "follows", t.who, target, 0, &was, err);
        if (rc == AW_OK)
            rc = state_once_undo(in->state, "follows", t.who, target, 0, err);
        is_new = !was;
    }
    if (rc != AW_OK || !is_new)
        return rc;
    snprintf(revision, sizeof revision, "%lld", (long long)(e->time_ms % 1000000000));
    struct tell_facts f = {.subject = revision, .duration_ms = -1};
    return talk_tell(in, on ? TELL_SUBSCRIBED : TELL_UNSUBSCRIBED, &t, &f, e->time_ms, err);
}
