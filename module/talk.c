/*
 * talk.c - what happens in a discussion: read, asked, replied, voted, accepted.
 *
 * The same post seen by hook, webhook and poll is one row and one statement.
 * Nothing here touches completion, success or score of a course, ever.
 */
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "error.h"

static bool given(const char *text)
{
    return text && *text;
}

#define SET(array, value) snprintf((array), sizeof(array), "%s", (value) ? (value) : "")

/* ---- finding the place ------------------------------------------------------------- */

const struct link *talk_link(const struct cast *c)
{
    return cast_link(c->course, c->discussion.link);
}

static int cast_in(struct interp *in, const char *who, const struct state_discussion *d,
                   const aw_event *e, struct cast *c, aw_error *err)
{
    int rc = cast_make(in, who, d->course, e, c, err);
    if (rc == AW_OK)
        cast_set_discussion(c, d);
    return rc;
}

static int find_discussion(struct interp *in, const aw_event *e, struct state_discussion *d,
                           aw_error *err)
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
        rc = cast_in(in, t->who, &d, given(e->by) ? NULL : e, &t->cast, err);
    if (rc == AW_OK) {
        cast_set_topic(&t->cast, &topic);
        t->cast.scene.post = t->post.post;
    }
    return rc;
}

int talk_may_speak(struct interp *in, const struct cast *c, const char *who, aw_error *err)
{
    struct state_member m;
    const struct link *link = talk_link(c);
    if (strcmp(c->discussion.provider, "local") != 0)
        return AW_OK;
    if (strncmp(who, IDENTITY_ANONYMOUS, strlen(IDENTITY_ANONYMOUS)) == 0)
        return link && link->anonymous
                   ? AW_OK
                   : error_set(err, AW_EREFUSED, "anonymous",
                               "posts are not allowed in this discussion by its author");
    int rc = state_member_get(in->state, c->discussion.id, who, &m, err);
    if (rc == AW_OK && m.state == MEMBER_IN)
        return AW_OK;
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    if (link && (cast_is_one_of(link->experts, link->expert_count, who) ||
                 cast_is_one_of(link->mentors, link->mentor_count, who) ||
                 cast_is_one_of(link->managers, link->manager_count, who)))
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
        rc = find_discussion(in, e, &d, err);
        if (rc == AW_OK)
            rc = cast_learner(in, e, t.who, err);
        if (rc == AW_OK)
            rc = cast_in(in, t.who, &d, e, &t.cast, err);
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

/* The files of a post as the JSON that its row keeps and a page reads. */
static int talk_attachments(const aw_event *e, char *out, size_t size, aw_error *err)
{
    struct buf b = BUF_INIT(size - 1);
    out[0] = 0;
    if (e->attachment_count == 0)
        return AW_OK;
    buf_putc(&b, '[');
    for (size_t i = 0; i < e->attachment_count; i++) {
        const aw_attachment *a = &e->attachments[i];
        buf_puts(&b, i ? ",{\"sha2\":" : "{\"sha2\":");
        buf_json_str(&b, a->sha2);
        BUF_LIT(&b, ",\"content_type\":");
        buf_json_str(&b, a->content_type);
        BUF_LIT(&b, ",\"title\":");
        buf_json_str(&b, a->title ? a->title : "");
        buf_printf(&b, ",\"bytes\":%llu}", (unsigned long long)a->bytes);
    }
    buf_putc(&b, ']');
    int rc = buf_error(&b, "attachments", err);
    if (rc == AW_OK)
        snprintf(out, size, "%s", b.data);
    buf_free(&b);
    return rc;
}

/* ---- writing ----------------------------------------------------------------------- */

static int count_post(struct interp *in, const struct cast *c, const char *who, bool *out_first,
                      aw_error *err)
{
    struct state_member m;
    int rc = state_member_get(in->state, c->discussion.id, who, &m, err);
    *out_first = false;
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    *out_first = m.posts++ == 0;
    return state_member_put(in->state, &m, err);
}

/* A newcomer's first post is shown to the mentors, who can make it a welcome. */
static int show_to_mentors(struct interp *in, const struct cast *c, const char *who,
                           const char *topic, aw_error *err)
{
    const struct link *link = talk_link(c);
    int rc = AW_OK;
    for (size_t i = 0; link && i < link->mentor_count && rc == AW_OK; i++) {
        char subject[STATE_ID + 16];
        if (strcmp(link->mentors[i], who) == 0)
            continue;
        snprintf(subject, sizeof subject, "first/%s", who);
        struct job_request r = {.call = CALL_NOTE, .subject = subject, .learner = link->mentors[i],
                                .topic_ref = topic,
                                .markdown = "Somebody has posted here for the first time. A kind "
                                            "word from you now makes it likely that they stay."};
        rc = job_ask(in, &c->discussion, &r, err);
    }
    return rc;
}

static int keep_topic(struct interp *in, const struct cast *c, const aw_event *e, const char *who,
                      const uuid5 *statement, aw_error *err)
{
    struct state_topic topic = {0};
    struct state_post post = {0};
    SET(topic.provider, e->provider);
    SET(topic.topic, e->topic);
    SET(topic.discussion, c->discussion.id);
    SET(topic.type, given(e->topic_type) ? e->topic_type : "discussion");
    SET(topic.title, e->title);
    SET(topic.author, who);
    SET(topic.first_post, given(e->post) ? e->post : e->topic);
    topic.statement = *statement;
    topic.posted_ms = c->scene.time_ms;
    topic.idea = strcmp(topic.type, "idea") == 0 ? IDEA_RAISED : IDEA_NONE;
    SET(post.provider, e->provider);
    SET(post.post, topic.first_post);
    SET(post.topic, e->topic);
    SET(post.author, who);
    SET(post.language, e->language);
    post.statement = *statement;
    post.revision = e->revision;
    post.posted_ms = c->scene.time_ms;
    post.anonymous = e->anonymous == AW_YES;
    bool keep_text = strcmp(e->provider, "local") == 0;
    int rc = talk_attachments(e, post.attachments, sizeof post.attachments, err);
    if (rc == AW_OK)
        rc = state_topic_put(in->state, &topic, err);
    if (rc == AW_OK)
        rc = state_post_put(in->state, &post, keep_text ? e->body : NULL, e->body_bytes, err);
    return rc;
}

int talk_topic(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_topic before;
    struct state_discussion d;
    struct cast c;
    char who[STATE_ID];
    uuid5 statement;
    bool first = false;
    int rc = state_topic_get(in->state, e->provider, e->topic, &before, err);
    if (rc != AW_ENOTFOUND)
        return rc; /* seen before: hook, webhook and poll may all tell of it */
    if (!given(e->discussion))
        return error_set(err, AW_EINVAL, "discussion", "is missing; topic_posted needs it");
    rc = find_discussion(in, e, &d, err);
    if (rc == AW_OK)
        rc = cast_learner(in, e, who, err);
    if (rc == AW_OK)
        rc = cast_in(in, who, &d, e, &c, err);
    if (rc == AW_OK)
        rc = talk_may_speak(in, &c, who, err);
    if (rc != AW_OK)
        return rc;
    c.scene.provider = e->provider;
    c.scene.topic = e->topic;
    c.scene.topic_title = e->title;
    c.scene.topic_type = given(e->topic_type) ? e->topic_type : "discussion";
    struct tell_facts f = {.duration_ms = -1,
                           .response = in->config->post_text ? e->body : NULL,
                           .attachments = e->attachments, .attachment_count = e->attachment_count};
    cast_time(&c, e->time_ms);
    rc = interp_tell(in, TELL_POSTED, &c, &f, &statement, err);
    if (rc == AW_OK)
        rc = keep_topic(in, &c, e, who, &statement, err);
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    if (rc == AW_OK)
        rc = count_post(in, &c, who, &first, err);
    return rc == AW_OK && first ? show_to_mentors(in, &c, who, e->topic, err) : rc;
}

uuid5 talk_ref(struct interp *in, const struct state_topic *topic, const char *parent)
{
    struct state_post p;
    uuid5 none = {{0}};
    if (given(parent) && state_post_get(in->state, topic->provider, parent, &p, NULL) == AW_OK &&
        !uuid5_equal(&p.statement, &none))
        return p.statement;
    return topic->statement;
}

int talk_keep_reply(struct interp *in, struct talk *t, const aw_event *e, const uuid5 *statement,
                    bool official, aw_error *err)
{
    struct state_post post = {0};
    bool first = false;
    SET(post.provider, e->provider);
    SET(post.post, e->post);
    SET(post.topic, e->topic);
    SET(post.parent, e->parent_post);
    SET(post.author, t->who);
    SET(post.language, e->language);
    post.statement = *statement;
    post.revision = e->revision;
    post.posted_ms = t->cast.scene.time_ms;
    post.official_ms = official ? post.posted_ms : 0;
    post.anonymous = e->anonymous == AW_YES;
    bool keep_text = strcmp(e->provider, "local") == 0;
    t->cast.topic.replies++;
    int rc = talk_attachments(e, post.attachments, sizeof post.attachments, err);
    if (rc == AW_OK)
        rc = state_post_put(in->state, &post, keep_text ? e->body : NULL, e->body_bytes, err);
    if (rc == AW_OK)
        rc = state_topic_put(in->state, &t->cast.topic, err);
    if (rc == AW_OK)
        rc = count_post(in, &t->cast, t->who, &first, err);
    return rc == AW_OK && first ? show_to_mentors(in, &t->cast, t->who, e->topic, err) : rc;
}

int talk_reply(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    struct state_post before;
    uuid5 statement;
    int rc = state_post_get(in->state, e->provider, e->post, &before, err);
    if (rc != AW_ENOTFOUND)
        return rc;
    rc = talk_find(in, e, false, &t, err);
    if (rc == AW_OK)
        rc = talk_may_speak(in, &t.cast, t.who, err);
    if (rc != AW_OK)
        return rc;
    t.cast.scene.post = e->post;
    struct tell_facts f = {.duration_ms = -1, .has_ref = true,
                           .ref = talk_ref(in, &t.cast.topic, e->parent_post),
                           .response = in->config->post_text ? e->body : NULL,
                           .attachments = e->attachments, .attachment_count = e->attachment_count};
    cast_time(&t.cast, e->time_ms);
    rc = interp_tell(in, TELL_REPLIED, &t.cast, &f, &statement, err);
    if (rc == AW_OK)
        rc = cast_save(in, &t.cast, err);
    return rc == AW_OK ? talk_keep_reply(in, &t, e, &statement, false, err) : rc;
}

/* ---- judging ------------------------------------------------------------------------- */

int talk_vote(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    bool is_new = false, on_topic = !given(e->post);
    int rc = talk_find(in, e, !on_topic, &t, err);
    if (rc != AW_OK)
        return rc;
    /* A vote on the first post is a vote on the topic. */
    if (!on_topic && strcmp(e->post, t.cast.topic.first_post) == 0)
        on_topic = true;
    rc = state_once(in->state, "vote", t.who, on_topic ? e->topic : e->post, on_topic, &is_new, err);
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

int talk_answer(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    bool accept = e->kind == AW_EVENT_ANSWER_ACCEPTED;
    int rc = talk_find(in, e, true, &t, err);
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
    bool is_new = false;
    int rc = talk_find(in, e, true, &t, err);
    if (rc == AW_OK)
        rc = state_once(in->state, "flag", t.who, e->post, 0, &is_new, err);
    if (rc != AW_OK || !is_new)
        return rc;
    struct tell_facts f = TELL_FACTS_INIT;
    rc = talk_tell(in, TELL_FLAGGED, &t, &f, e->time_ms, err);
    const struct link *link = talk_link(&t.cast);
    for (size_t i = 0; link && i < link->expert_count && rc == AW_OK; i++) {
        struct job_request r = {.call = CALL_NOTE, .subject = e->post, .learner = link->experts[i],
                                .topic_ref = e->topic, .post_ref = e->post,
                                .markdown = "A post was flagged as inappropriate. Please look at it."};
        rc = job_ask(in, &t.cast.discussion, &r, err);
    }
    return rc;
}

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
        rc = find_discussion(in, e, &d, err);
        if (rc == AW_OK)
            rc = cast_learner(in, e, t.who, err);
        if (rc == AW_OK)
            rc = cast_in(in, t.who, &d, e, &t.cast, err);
    } else {
        return error_set(err, AW_EINVAL, "topic", "is missing; a subscription needs it or discussion");
    }
    const char *target = given(e->topic) ? e->topic : e->discussion;
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

/* ---- edits and deletions: followed, and no statement of their own ----------------------- */

int talk_edited(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    int rc = talk_find(in, e, true, &t, err);
    if (rc != AW_OK)
        return rc;
    if (e->revision && e->revision <= t.post.revision)
        return AW_OK; /* an older one, or seen before */
    if (strcmp(e->provider, "local") == 0 && strcmp(t.post.author, t.who) != 0)
        return error_set(err, AW_EREFUSED, "learner", "did not write this post, so it stays");
    t.post.revision = e->revision ? e->revision : t.post.revision + 1;
    t.post.edited_ms = e->time_ms;
    bool keep_text = strcmp(e->provider, "local") == 0 && e->body;
    return state_post_put(in->state, &t.post, keep_text ? e->body : NULL, e->body_bytes, err);
}

int talk_deleted(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_post p;
    struct state_topic topic;
    int rc = state_post_get(in->state, e->provider, e->post, &p, err);
    if (rc != AW_OK || p.deleted)
        return rc == AW_ENOTFOUND ? AW_OK : rc; /* never seen: nothing to follow */
    p.deleted = true;
    rc = state_post_put(in->state, &p, "", 0, err);
    if (rc == AW_OK)
        rc = state_topic_get(in->state, e->provider, p.topic, &topic, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    if (strcmp(topic.first_post, p.post) == 0)
        topic.deleted = true;
    else if (topic.replies > 0)
        topic.replies--;
    if (strcmp(topic.answer, p.post) == 0) {
        /* An answer that is gone is no answer: the question is open again. */
        topic.answer[0] = 0;
        topic.answered_ms = 0;
        topic.answer_revision++;
    }
    return state_topic_put(in->state, &topic, err);
}
