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
#include "note.h"
#include "talk.h"
#include "unnamed.h"

static bool given(const char *text)
{
    return text && *text;
}

static const struct {
    uint32_t kind;
    enum tell_what what;
    uint32_t idea; /* enum state_idea */
    enum words words;
} steps[] = {
    {AW_EVENT_IDEA_RECOGNISED, TELL_RECOGNISED, IDEA_RECOGNISED, WORDS_RECOGNISED},
    {AW_EVENT_IDEA_IMPLEMENTED, TELL_IMPLEMENTED, IDEA_IMPLEMENTED, WORDS_IMPLEMENTED},
    {AW_EVENT_IDEA_DECLINED, TELL_DECLINED, IDEA_DECLINED, WORDS_DECLINED},
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

/* For all in the topic, and to whoever raised it. A decision may be taken back and taken again:
 * each time is told, so its time is part of what it is about. */
static int post_back(struct interp *in, struct talk *t, enum words words, const aw_event *e,
                     aw_error *err)
{
    char about[STATE_ID + 32];
    const struct state_topic *topic = &t->cast.topic;
    snprintf(about, sizeof about, "%s/%lld", topic->topic, (long long)e->time_ms);
    struct note n = {.words = words, .about = about, .learner = topic->author, .topic = topic->topic,
                     .title = topic->title, .more = e->reason};
    int rc = note_room(in, &t->cast.discussion, &n, err);
    return rc == AW_OK && given(topic->author) ? note_to(in, &t->cast.discussion, &n, err) : rc;
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
    bool first = false;
    char again[24], target[TALK_TARGET];
    struct tell_facts f = {.duration_ms = -1, .has_ref = true, .ref = t.cast.topic.statement};
    rc = state_topic_put(in->state, &t.cast.topic, err);
    if (rc == AW_OK)
        rc = state_once(in->state, "idea", talk_target(e->provider, e->topic, target), event_kind_name(e->kind), 0, &first, err);
    snprintf(again, sizeof again, "%lld", (long long)e->time_ms);
    f.subject = first ? NULL : again; /* another decision, another statement */
    if (rc == AW_OK)
        rc = talk_tell(in, steps[i].what, &t, &f, e->time_ms, err);
    return rc == AW_OK ? post_back(in, &t, steps[i].words, e, err) : rc;
}

int idea_votes(struct interp *in, struct cast *c, aw_error *err)
{
    const struct link *link = talk_link(c);
    int rc = AW_OK;
    if (!link || !link->idea_votes || c->topic.votes < link->idea_votes ||
        c->topic.idea > IDEA_RAISED || c->topic.by_bot)
        return AW_OK;
    struct note n = {.words = WORDS_BACKED, .about = c->topic.topic, .topic = c->topic.topic,
                     .title = c->topic.title};
    rc = note_to_each(in, &c->discussion, &n, link->experts, link->expert_count, err);
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

struct later_posts {
    struct readers *readers;
    int64_t since_ms;
};

static int gather_author(void *context, const struct state_post *p, const char *text)
{
    struct later_posts *l = context;
    (void)text;
    return !p->by_bot && given(p->author) && p->posted_ms >= l->since_ms && gather(l->readers, p->author);
}

/* Who has the wrong post before them: its author, whoever looked into the topic, wrote there or
 * voted for the post since, and whoever asked. Views are counted by the day of the reader. */
static int find_readers(struct interp *in, struct talk *t, const struct state_post *wrong,
                        struct readers *out, aw_error *err)
{
    char viewed[STATE_ID + 80], voted[TALK_TARGET];
    const struct state_topic *topic = &t->cast.topic;
    struct later_posts later = {out, wrong->posted_ms};
    int64_t day = (wrong->posted_ms - INT64_C(14) * 3600000) / 86400000;
    snprintf(viewed, sizeof viewed, "%s/%s", t->cast.discussion.id, topic->topic);
    int rc = state_once_list(in->state, "viewed", viewed, day, gather, out, err);
    if (rc == AW_OK)
        rc = state_once_list(in->state, "vote", talk_target(topic->provider, wrong->post, voted), 0,
                             gather, out, err);
    if (rc == AW_OK)
        rc = state_posts(in->state, topic->provider, topic->topic, gather_author, &later, err);
    if (rc == AW_OK && given(topic->author))
        (void)gather(out, topic->author);
    return rc == AW_OK && out->failed ? error_nomem(err, "readers") : rc;
}

/* Is this one still here? Who left, and who never was in, is left in peace. */
static int is_in(struct interp *in, const struct state_discussion *d, const char *who, bool *out,
                 aw_error *err)
{
    struct state_member m;
    int rc = unnamed(who) ? unnamed_member(in, d, who, &m, err)
                          : state_member_get(in->state, d->id, who, &m, err);
    *out = rc == AW_OK && m.state == MEMBER_IN;
    return rc == AW_ENOTFOUND ? AW_OK : rc;
}

static int tell_readers(struct interp *in, struct talk *t, const aw_event *e,
                        const struct state_post *wrong, aw_error *err)
{
    struct readers readers = {0};
    struct note n = {.words = WORDS_CORRECTED, .about = e->post, .topic = e->topic, .post = e->post,
                     .title = t->cast.topic.title};
    int rc = find_readers(in, t, wrong, &readers, err);
    for (size_t i = 0; i < readers.count && rc == AW_OK; i++) {
        bool here = false;
        n.learner = readers.in[i];
        if (strcmp(n.learner, t->who) != 0)
            rc = is_in(in, &t->cast.discussion, n.learner, &here, err);
        if (rc == AW_OK && here)
            rc = note_to(in, &t->cast.discussion, &n, err);
    }
    free(readers.in);
    return rc;
}

static int correct_parent(struct interp *in, struct talk *t, const aw_event *e, aw_error *err)
{
    struct state_post wrong;
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
    return rc == AW_OK ? tell_readers(in, t, e, &wrong, err) : rc;
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
        rc = state_post_put(in->state, &before, talk_shares(&t) ? e->body : NULL, e->body_bytes, err);
    }
    if (rc == AW_OK && !t.cast.topic.answered_ms) {
        t.cast.topic.answered_ms = e->time_ms;
        rc = state_topic_put(in->state, &t.cast.topic, err);
    }
    if (rc == AW_OK)
        rc = given(e->parent_post) ? correct_parent(in, &t, e, err)
                                   : talk_tell_asker(in, &t, WORDS_ANSWERED, e->post, err);
    if (rc == AW_OK)
        rc = cast_save(in, &t.cast, err);
    struct job_request r = {.call = CALL_OFFICIAL, .subject = e->post, .topic_ref = e->topic,
                            .post_ref = e->post};
    return rc == AW_OK ? job_ask(in, &t.cast.discussion, &r, err) : rc;
}
