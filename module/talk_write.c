/*
 * talk_write.c - what is written in a discussion: topics, replies, what becomes of them.
 *
 * The same post seen by hook, webhook and poll is one row and one statement. Edits and
 * deletions are followed, and have no statement of their own.
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
    struct note n = {.words = WORDS_NEWCOMER, .about = who, .topic = topic,
                     .title = c->scene.topic_title, .duty = true};
    for (size_t i = 0; link && i < link->mentor_count && rc == AW_OK; i++) {
        n.learner = link->mentors[i];
        if (strcmp(n.learner, who) != 0)
            rc = note_to(in, &c->discussion, &n, err);
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

/* to_bot: it is not in the forum yet, and the bot is to post it. */
static int topic_posted(struct interp *in, const aw_event *e, bool to_bot, aw_error *err)
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
    rc = talk_discussion(in, e, &d, err);
    if (rc == AW_OK)
        rc = cast_learner(in, e, who, err);
    if (rc == AW_OK)
        rc = talk_cast(in, who, &d, e, &c, err);
    if (rc == AW_OK)
        rc = talk_may_speak(in, &c, who, err);
    if (rc == AW_OK && to_bot)
        return unnamed_ask(in, &c, e, who, err);
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

static bool for_bot(const aw_event *e)
{
    return e->anonymous == AW_YES && unnamed_by_bot(e->provider);
}

int talk_topic(struct interp *in, const aw_event *e, aw_error *err)
{
    return topic_posted(in, e, for_bot(e), err);
}

int talk_topic_there(struct interp *in, const aw_event *e, aw_error *err)
{
    return topic_posted(in, e, false, err);
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
    bool keep_text = strcmp(e->provider, "local") == 0 || (official && talk_shares(t));
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

static int replied(struct interp *in, const aw_event *e, bool to_bot, aw_error *err)
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
    if (rc == AW_OK && to_bot)
        return unnamed_ask(in, &t.cast, e, t.who, err);
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
    if (rc == AW_OK)
        rc = talk_keep_reply(in, &t, e, &statement, false, err);
    return rc == AW_OK ? talk_tell_asker(in, &t, WORDS_REPLIED, e->post, err) : rc;
}

int talk_reply(struct interp *in, const aw_event *e, aw_error *err)
{
    return replied(in, e, for_bot(e), err);
}

int talk_reply_there(struct interp *in, const aw_event *e, aw_error *err)
{
    return replied(in, e, false, err);
}

/* Forums outside tell named askers themselves. Replies are told of once, not one by one. */
int talk_tell_asker(struct interp *in, const struct talk *t, enum words words, const char *post,
                    aw_error *err)
{
    const struct state_topic *topic = &t->cast.topic;
    bool ours = strcmp(topic->provider, "local") == 0 || unnamed(topic->author);
    if (!ours || strcmp(topic->type, "question") != 0 || !given(topic->author) ||
        strcmp(topic->author, t->who) == 0)
        return AW_OK;
    struct note n = {.words = words, .about = words == WORDS_REPLIED ? topic->topic : post,
                     .learner = topic->author, .topic = topic->topic, .post = post,
                     .title = topic->title};
    return note_to(in, &t->cast.discussion, &n, err);
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

/* In our own forum authors delete, and those whom the link names; nobody named is an administrator. */
static int may_delete(struct interp *in, const aw_event *e, const struct state_topic *topic,
                      const struct state_post *p, aw_error *err)
{
    struct state_discussion d;
    const struct interp_course *course;
    char who[STATE_ID];
    if (strcmp(e->provider, "local") != 0 || (!given(e->learner) && !given(e->forum_user)))
        return AW_OK;
    int rc = cast_learner(in, e, who, err);
    if (rc != AW_OK || strcmp(who, p->author) == 0)
        return rc;
    rc = state_discussion_get(in->state, topic->discussion, &d, err);
    if (rc == AW_OK)
        rc = cast_course(in, d.course, &course, err);
    if (rc != AW_OK)
        return rc;
    return cast_is_named(cast_link(course, d.link), who)
               ? AW_OK
               : error_set(err, AW_EREFUSED, "learner", "did not write this post, so it stays");
}

int talk_deleted(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_post p;
    struct state_topic topic;
    int rc = state_post_get(in->state, e->provider, e->post, &p, err);
    if (rc != AW_OK || p.deleted)
        return rc == AW_ENOTFOUND ? AW_OK : rc; /* never seen: nothing to follow */
    rc = state_topic_get(in->state, e->provider, p.topic, &topic, err);
    if (rc == AW_OK)
        rc = may_delete(in, e, &topic, &p, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    p.deleted = true;
    rc = state_post_put(in->state, &p, "", 0, err);
    if (rc != AW_OK)
        return rc;
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
