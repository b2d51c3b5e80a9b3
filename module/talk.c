/*
 * talk.c - what happens in a discussion: finding the place that an event speaks of, and who
 * may speak there. What is read, written and judged is talk_read.c, talk_write.c and judge.c.
 *
 * Nothing in any of them touches completion, success or score of a course, ever.
 */
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "unnamed.h"

static bool given(const char *text)
{
    return text && *text;
}

#define SET(array, value) snprintf((array), sizeof(array), "%s", (value) ? (value) : "")

const char *talk_target(const char *provider, const char *id, char out[TALK_TARGET])
{
    bool ours = !provider || strcmp(provider, "local") == 0;
    snprintf(out, TALK_TARGET, "%s%s%s", ours ? "" : provider, ours ? "" : "/", id);
    return out;
}

/* ---- finding the place ------------------------------------------------------------- */

const struct link *talk_link(const struct cast *c)
{
    return cast_link(c->course, c->discussion.link);
}

bool talk_shares(const struct talk *t)
{
    const struct link *link = talk_link(&t->cast);
    return link && link->share_with_later_rooms;
}

int talk_cast(struct interp *in, const char *who, const struct state_discussion *d, const aw_event *e,
              struct cast *c, aw_error *err)
{
    int rc = cast_make(in, who, d->course, e, c, err);
    if (rc == AW_OK)
        cast_set_discussion(c, d);
    return rc;
}

int talk_discussion(struct interp *in, const aw_event *e, struct state_discussion *d, aw_error *err)
{
    int rc = state_discussion_get(in->state, e->discussion, d, err);
    /* A forum knows its own rooms: their reference is as good as our id. */
    if (rc == AW_ENOTFOUND && given(e->provider))
        rc = state_discussion_by_ref(in->state, e->provider, e->discussion, d, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "discussion", "\"%.80s\" is not known", e->discussion);
    return rc;
}

int talk_find(struct interp *in, const aw_event *e, bool want_post, struct talk *t, aw_error *err)
{
    struct state_topic topic;
    struct state_discussion d;
    t->post.post[0] = 0;
    int rc = state_topic_get(in->state, e->provider, e->topic, &topic, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "topic", "\"%.80s\" of %s is not known", e->topic,
                         e->provider);
    if (rc == AW_OK)
        rc = state_discussion_get(in->state, topic.discussion, &d, err);
    if (rc == AW_OK && want_post) {
        rc = state_post_get(in->state, e->provider, e->post, &t->post, err);
        if (rc == AW_ENOTFOUND)
            return error_set(err, AW_ENOTFOUND, "post", "\"%.80s\" of %s is not known", e->post,
                             e->provider);
    }
    if (rc != AW_OK)
        return rc;
    if (given(e->by))
        SET(t->who, e->by);
    else
        rc = cast_learner(in, e, t->who, err);
    if (rc == AW_OK)
        rc = talk_cast(in, t->who, &d, given(e->by) ? NULL : e, &t->cast, err);
    if (rc == AW_OK) {
        cast_set_topic(&t->cast, &topic);
        t->cast.scene.post = t->post.post;
    }
    return rc;
}

static int may_speak_unnamed(struct interp *in, const struct cast *c, const struct link *link,
                             const char *who, aw_error *err)
{
    struct state_member m;
    if (!link || !link->anonymous)
        return error_set(err, AW_EREFUSED, "anonymous",
                         "posts are not allowed in this discussion by its author");
    int rc = unnamed_member(in, &c->discussion, who, &m, err);
    if (rc == AW_ENOTFOUND || (rc == AW_OK && m.state != MEMBER_IN))
        return error_set(err, AW_EREFUSED, "anonymous",
                         "is for members of the discussion, by its own id; nothing was posted");
    return rc;
}

int talk_may_speak(struct interp *in, const struct cast *c, const char *who, aw_error *err)
{
    struct state_member m;
    const struct link *link = talk_link(c);
    if (unnamed(who))
        return may_speak_unnamed(in, c, link, who, err);
    if (strcmp(c->discussion.provider, "local") != 0)
        return AW_OK;
    int rc = state_member_get(in->state, c->discussion.id, who, &m, err);
    if (rc == AW_OK && m.state == MEMBER_IN)
        return AW_OK;
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    if (cast_is_named(link, who))
        return AW_OK;
    return error_set(err, AW_EREFUSED, "learner",
                     "is not a member of this discussion, so nothing was posted");
}

int talk_tell(struct interp *in, enum tell_what what, struct talk *t, const struct tell_facts *f,
              int64_t happened_ms, aw_error *err)
{
    cast_time(&t->cast, happened_ms);
    int rc = interp_tell(in, what, &t->cast, f, NULL, err);
    return rc == AW_OK ? cast_save(in, &t->cast, err) : rc;
}
