/*
 * idea.c - from a post to the business and back: ideas and official corrections.
 *
 * Every step is posted back in the topic by the bot and told to who raised it, so
 * that people see they are heard.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "event.h"
#include "list.h"
#include "talk.h"

static bool given(const char *text)
{
    return text && *text;
}

static bool anonymous(const char *who)
{
    return strncmp(who, IDENTITY_ANONYMOUS, strlen(IDENTITY_ANONYMOUS)) == 0;
}

static const struct {
    uint32_t kind;
    enum tell_what what;
    uint32_t idea; /* enum state_idea */
    const char *words;
} steps[] = {
    {AW_EVENT_IDEA_RECOGNISED, TELL_RECOGNISED, IDEA_RECOGNISED,
     "This idea was recognised as worth pursuing."},
    {AW_EVENT_IDEA_IMPLEMENTED, TELL_IMPLEMENTED, IDEA_IMPLEMENTED, "This idea has been put into practice."},
    {AW_EVENT_IDEA_DECLINED, TELL_DECLINED, IDEA_DECLINED,
     "This idea will not be pursued for now."},
};

/* Only those the link names judge ideas; `by` NULL is the administrator's command. */
static int may_judge(const struct cast *c, const char *by, aw_error *err)
{
    const struct link *link = talk_link(c);
    if (!given(by) || !link || cast_is_one_of(link->experts, link->expert_count, by) ||
        cast_is_one_of(link->managers, link->manager_count, by))
        return AW_OK;
    return error_set(err, AW_EREFUSED, "by", "is not one of the link's experts or managers");
}

static int post_back(struct interp *in, struct talk *t, const char *words, const char *reason,
                     const char *subject, aw_error *err)
{
    struct buf text = BUF_INIT(8192);
    buf_puts(&text, words);
    if (given(reason))
        buf_printf(&text, "\n\n%s", reason);
    int rc = buf_error(&text, "reason", err);
    struct job_request r = {.call = CALL_POST, .subject = subject, .markdown = text.data,
                            .topic_ref = t->cast.topic.topic};
    if (rc == AW_OK)
        rc = job_ask(in, &t->cast.discussion, &r, err);
    if (rc == AW_OK && given(t->cast.topic.author) && !anonymous(t->cast.topic.author)) {
        r.call = CALL_NOTE;
        r.learner = t->cast.topic.author;
        rc = job_ask(in, &t->cast.discussion, &r, err);
    }
    buf_free(&text);
    return rc;
}

int idea_event(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    size_t i = 0;
    while (steps[i].kind != e->kind)
        i++;
    int rc = talk_find(in, e, false, &t, err);
    if (rc == AW_OK)
        rc = may_judge(&t.cast, e->by, err);
    if (rc != AW_OK || t.cast.topic.idea == steps[i].idea)
        return rc;
    t.cast.topic.idea = steps[i].idea;
    snprintf(t.cast.topic.idea_reason, sizeof t.cast.topic.idea_reason, "%s",
             e->reason ? e->reason : "");
    struct tell_facts f = {.duration_ms = -1, .has_ref = true, .ref = t.cast.topic.statement};
    rc = state_topic_put(in->state, &t.cast.topic, err);
    if (rc == AW_OK)
        rc = talk_tell(in, steps[i].what, &t, &f, e->time_ms, err);
    return rc == AW_OK ? post_back(in, &t, steps[i].words, e->reason, event_kind_name(e->kind), err) : rc;
}

int idea_votes(struct interp *in, struct cast *c, aw_error *err)
{
    const struct link *link = talk_link(c);
    int rc = AW_OK;
    if (!link || !link->idea_votes || c->topic.votes < link->idea_votes ||
        c->topic.idea > IDEA_RAISED || c->topic.by_bot)
        return AW_OK;
    for (size_t i = 0; i < link->expert_count && rc == AW_OK; i++) {
        struct job_request r = {.call = CALL_NOTE, .subject = c->topic.topic,
                                .learner = link->experts[i], .topic_ref = c->topic.topic,
                                .markdown = "Many colleagues back this post. Is it an idea for the "
                                            "business? You can recognise it, or say why not."};
        rc = job_ask(in, &c->discussion, &r, err);
    }
    if (rc == AW_OK && c->topic.idea == IDEA_NONE) {
        c->topic.idea = IDEA_RAISED;
        rc = state_topic_put(in->state, &c->topic, err);
    }
    return rc;
}

/* ---- setting the record straight ------------------------------------------------------- */

struct readers {
    char (*in)[STATE_ID];
    size_t count, room;
    bool failed;
};

static int gather(void *context, const char *a)
{
    struct readers *r = context;
    void *grown = list_grow(r->in, r->count, &r->room, sizeof *r->in);
    r->failed = !grown;
    if (grown) {
        r->in = grown;
        snprintf(r->in[r->count++], STATE_ID, "%s", a);
    }
    return r->failed;
}

/* Those who read the topic before the correction are told, once. */
static int tell_readers(struct interp *in, struct talk *t, const aw_event *e, aw_error *err)
{
    struct readers readers = {0};
    char target[STATE_ID + 80];
    snprintf(target, sizeof target, "%s/%s", t->cast.discussion.id, t->cast.topic.topic);
    int rc = state_once_list(in->state, "viewed", target, gather, &readers, err);
    if (rc == AW_OK && readers.failed)
        rc = error_nomem(err, "readers");
    for (size_t i = 0; i < readers.count && rc == AW_OK; i++) {
        struct state_member m;
        if (strcmp(readers.in[i], t->who) == 0)
            continue;
        rc = state_member_get(in->state, t->cast.discussion.id, readers.in[i], &m, err);
        if (rc == AW_ENOTFOUND || (rc == AW_OK && m.state != MEMBER_IN)) {
            rc = AW_OK; /* never in, or gone: left in peace */
            continue;
        }
        struct job_request r = {.call = CALL_NOTE, .subject = e->post, .learner = readers.in[i],
                                .topic_ref = e->topic, .post_ref = e->post,
                                .markdown = "A post that you read was corrected by an expert."};
        if (rc == AW_OK)
            rc = job_ask(in, &t->cast.discussion, &r, err);
    }
    free(readers.in);
    return rc;
}

static int correct_parent(struct interp *in, struct talk *t, const aw_event *e, aw_error *err)
{
    struct state_post wrong;
    if (!given(e->parent_post))
        return AW_OK; /* an official answer, not a correction */
    int rc = state_post_get(in->state, e->provider, e->parent_post, &wrong, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "parent_post", "\"%.80s\" is not known", e->parent_post);
    if (rc != AW_OK)
        return rc;
    struct tell_facts f = {.duration_ms = -1, .has_ref = true,
                           .ref = talk_ref(in, &t->cast.topic, e->parent_post), .subject = e->post};
    t->cast.scene.post = e->parent_post;
    rc = talk_tell(in, TELL_CORRECTED, t, &f, e->time_ms, err);
    t->cast.scene.post = e->post;
    return rc == AW_OK ? tell_readers(in, t, e, err) : rc;
}

int idea_corrected(struct interp *in, const aw_event *e, aw_error *err)
{
    struct talk t;
    struct state_post before;
    uuid5 statement;
    int rc = state_post_get(in->state, e->provider, e->post, &before, err);
    if (rc != AW_ENOTFOUND && (rc != AW_OK || before.official_ms))
        return rc;
    bool known = rc == AW_OK; /* the forum's own webhook was faster */
    rc = talk_find(in, e, false, &t, err);
    if (rc != AW_OK)
        return rc;
    const struct link *link = talk_link(&t.cast);
    if (link && !cast_is_one_of(link->experts, link->expert_count, t.who))
        return error_set(err, AW_EREFUSED, "learner",
                         "is not one of the experts whom the link names, so this is not official");
    t.cast.scene.post = e->post;
    if (!known) {
        struct tell_facts f = {.duration_ms = -1, .has_ref = true,
                               .ref = talk_ref(in, &t.cast.topic, e->parent_post),
                               .response = in->config->post_text ? e->body : NULL};
        cast_time(&t.cast, e->time_ms);
        rc = interp_tell(in, TELL_REPLIED, &t.cast, &f, &statement, err);
        if (rc == AW_OK)
            rc = talk_keep_reply(in, &t, e, &statement, true, err);
    } else {
        before.official_ms = e->time_ms;
        rc = state_post_put(in->state, &before, NULL, 0, err);
    }
    if (rc == AW_OK && !t.cast.topic.answered_ms) {
        t.cast.topic.answered_ms = e->time_ms;
        rc = state_topic_put(in->state, &t.cast.topic, err);
    }
    if (rc == AW_OK)
        rc = correct_parent(in, &t, e, err);
    if (rc == AW_OK)
        rc = cast_save(in, &t.cast, err);
    struct job_request r = {.call = CALL_OFFICIAL, .subject = e->post, .topic_ref = e->topic,
                            .post_ref = e->post};
    return rc == AW_OK ? job_ask(in, &t.cast.discussion, &r, err) : rc;
}
