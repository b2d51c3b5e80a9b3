/*
 * judge.c - what members think of posts: votes, accepted answers, flags.
 *
 * Each is true once a person and post. Like all that happens in a discussion, it reaches
 * neither completion nor success nor score.
 */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "talk.h"
#include "unnamed.h"

static bool given(const char *text)
{
    return text && *text;
}

#define SET(array, value) snprintf((array), sizeof(array), "%s", (value) ? (value) : "")

/*
 * The post voted for. The first post of a topic by the bot is only known by its topic: a post of
 * it that nobody told of is that one (the bot's replies are kept when they are made).
 */
static int find_voted(struct interp *in, const aw_event *e, struct talk *t, aw_error *err)
{
    struct state_topic *topic = &t->cast.topic;
    bool bots = topic->by_bot || (unnamed(topic->author) && unnamed_by_bot(topic->provider));
    bool unknown = !topic->first_post[0] || strchr(topic->first_post, '/');
    int rc = state_post_get(in->state, e->provider, e->post, &t->post, err);
    if (rc == AW_ENOTFOUND && bots && unknown) {
        snprintf(topic->first_post, sizeof topic->first_post, "%s", e->post);
        return AW_OK;
    }
    if (rc == AW_ENOTFOUND && strcmp(e->post, topic->first_post) == 0)
        return AW_OK;
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "post", "\"%.80s\" of %s is not known", e->post, e->provider);
    t->cast.scene.post = t->post.post;
    return rc;
}

int talk_vote(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    char target[TALK_TARGET];
    bool is_new = false, on_topic = !given(e->post);
    int rc = talk_find(in, e, false, &t, err);
    if (rc == AW_OK)
        rc = talk_may_speak(in, &t.cast, t.who, err);
    if (rc == AW_OK && !on_topic)
        rc = find_voted(in, e, &t, err);
    if (rc != AW_OK)
        return rc;
    /* A vote on the first post is a vote on the topic. */
    if (!on_topic && strcmp(e->post, t.cast.topic.first_post) == 0)
        on_topic = true;
    rc = state_once(in->state, "vote", t.who,
                    talk_target(e->provider, on_topic ? e->topic : e->post, target), on_topic, &is_new,
                    err);
    if (rc != AW_OK || !is_new)
        return rc;
    t.cast.topic.votes += on_topic;
    t.post.votes++;
    if (on_topic) {
        t.cast.scene.post = NULL;
        rc = state_topic_put(in->state, &t.cast.topic, err);
    } else {
        rc = state_post_put(in->state, &t.post, NULL, 0, err);
    }
    struct tell_facts f = TELL_FACTS_INIT;
    if (rc == AW_OK)
        rc = talk_tell(in, on_topic ? TELL_VOTED_TOPIC : TELL_VOTED_POST, &t, &f, e->time_ms, err);
    return rc == AW_OK && on_topic ? idea_votes(in, &t.cast, err) : rc;
}

static int count_answer(struct interp *in, const struct talk *t, int step, aw_error *err)
{
    struct state_member m;
    int rc = state_member_get(in->state, t->cast.discussion.id, t->post.author, &m, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    m.answers = step < 0 && m.answers == 0 ? 0 : (uint32_t)((int)m.answers + step);
    return state_member_put(in->state, &m, err);
}

/* In our own forum whoever asked says what answers it, and those whom the link names. */
static int may_answer(const struct talk *t, aw_error *err)
{
    if (strcmp(t->cast.topic.provider, "local") != 0 || strcmp(t->cast.topic.author, t->who) == 0 ||
        cast_is_named(talk_link(&t->cast), t->who))
        return AW_OK;
    return error_set(err, AW_EREFUSED, "learner", "did not ask this, so the answer is not theirs to choose");
}

/* Other people's forums keep their text themselves; but what answers a question is kept, plain,
 * where the author lets later rooms read it: the forum does not let them in to read it there. */
static int keep_answer(struct interp *in, const struct talk *t, const aw_event *e, aw_error *err)
{
    if (strcmp(e->provider, "local") == 0 || t->post.deleted)
        return AW_OK;
    if (e->kind == AW_EVENT_ANSWER_RETRACTED)
        return state_post_put(in->state, &t->post, "", 0, err);
    return e->body && talk_shares(t) ? state_post_put(in->state, &t->post, e->body, e->body_bytes, err)
                                     : AW_OK;
}

int talk_answer(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    bool accept = e->kind == AW_EVENT_ANSWER_ACCEPTED;
    int rc = talk_find(in, e, true, &t, err);
    if (rc == AW_OK)
        rc = may_answer(&t, err);
    if (rc == AW_OK)
        rc = keep_answer(in, &t, e, err);
    if (rc != AW_OK)
        return rc;
    struct state_topic *topic = &t.cast.topic;
    if ((strcmp(topic->answer, e->post) == 0) == accept)
        return AW_OK; /* it is so already */
    topic->answer_revision++;
    SET(topic->answer, accept ? e->post : "");
    topic->answered_ms = accept ? e->time_ms : 0;
    struct tell_facts f = {.duration_ms = -1, .has_ref = true, .ref = t.post.statement,
                           .revision = topic->answer_revision};
    rc = state_topic_put(in->state, topic, err);
    if (rc == AW_OK)
        rc = count_answer(in, &t, accept ? 1 : -1, err);
    if (rc == AW_OK)
        rc = talk_tell(in, accept ? TELL_ACCEPTED : TELL_RETRACTED, &t, &f, e->time_ms, err);
    return rc;
}

int talk_flag(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    char target[TALK_TARGET];
    bool is_new = false;
    int rc = talk_find(in, e, true, &t, err);
    if (rc == AW_OK)
        rc = talk_may_speak(in, &t.cast, t.who, err);
    if (rc == AW_OK)
        rc = state_once(in->state, "flag", t.who, talk_target(e->provider, e->post, target), 0, &is_new, err);
    if (rc != AW_OK || !is_new)
        return rc;
    struct tell_facts f = TELL_FACTS_INIT;
    rc = talk_tell(in, TELL_FLAGGED, &t, &f, e->time_ms, err);
    const struct link *link = talk_link(&t.cast);
    struct note n = {.words = WORDS_FLAGGED, .about = e->post, .topic = e->topic, .post = e->post,
                     .title = t.cast.topic.title};
    return rc == AW_OK && link
               ? note_to_each(in, &t.cast.discussion, &n, link->experts, link->expert_count, err)
               : rc;
}
