/* report.c - events out of posts, each under its own key, quiet about what is known. */
#include "report.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct ids { /* the texts that an event borrows */
    char key[160], topic[24], post[24], parent[24], user[24];
};

static aw_event begin(const struct reporter *t, uint32_t kind, const char *what, int64_t topic,
                      int64_t post, int64_t detail, int64_t time_ms, struct ids *ids)
{
    aw_event e = AW_EVENT_INIT;
    snprintf(ids->key, sizeof ids->key, "%.64s/%s/%lld/%lld", t->provider, what, (long long)post,
             (long long)detail);
    snprintf(ids->topic, sizeof ids->topic, "%lld", (long long)topic);
    snprintf(ids->post, sizeof ids->post, "%lld", (long long)post);
    e.kind = kind;
    e.key = ids->key;
    e.provider = t->provider;
    e.topic = ids->topic;
    e.post = ids->post;
    e.time_ms = time_ms > 0 ? time_ms : t->now_ms;
    return e;
}

static void by(aw_event *e, int64_t user, struct ids *ids)
{
    snprintf(ids->user, sizeof ids->user, "%lld", (long long)user);
    e->forum_user = ids->user;
}

static int tell_new(const struct reporter *t, const struct report *p)
{
    struct ids ids;
    aw_event e = begin(t, p->first ? AW_EVENT_TOPIC_POSTED : AW_EVENT_POST_REPLIED, "post", p->topic,
                       p->post, 0, p->posted_ms, &ids);
    by(&e, p->user, &ids);
    e.discussion = p->discussion;
    e.language = p->language;
    if (p->first) {
        e.title = p->title;
        e.topic_type = p->type ? p->type : "discussion";
    } else if (p->parent > 0) {
        snprintf(ids.parent, sizeof ids.parent, "%lld", (long long)p->parent);
        e.parent_post = ids.parent;
    }
    return t->emit(t->context, &e);
}

static int tell_edit(const struct reporter *t, const struct report *p)
{
    struct ids ids;
    aw_event e = begin(t, AW_EVENT_POST_EDITED, "edit", p->topic, p->post, p->revision,
                       p->edited_ms, &ids);
    by(&e, p->user, &ids);
    e.discussion = p->discussion;
    e.revision = p->revision;
    return t->emit(t->context, &e);
}

static int tell_delete(const struct reporter *t, const struct report *p)
{
    struct ids ids;
    aw_event e = begin(t, AW_EVENT_POST_DELETED, "delete", p->topic, p->post, 0, p->deleted_ms,
                       &ids);
    if (p->user > 0)
        by(&e, p->user, &ids);
    e.discussion = p->discussion;
    return t->emit(t->context, &e);
}

int report_post(const struct reporter *t, const struct report *p)
{
    const struct seen_post *known = seen_find(t->seen, p->post);
    bool fresh = !known;
    uint32_t revision = known ? known->revision : 0;
    bool deleted = known && known->deleted;
    int rc = 0;
    if (fresh)
        rc = tell_new(t, p);
    if (rc == 0 && p->revision > revision)
        rc = tell_edit(t, p);
    if (rc == 0 && p->deleted && !deleted)
        rc = tell_delete(t, p);
    if (rc != 0)
        return rc;
    struct seen_post *s = seen_put(t->seen, p->post, p->topic);
    if (p->revision > s->revision)
        s->revision = p->revision;
    s->deleted = p->deleted;
    s->number = p->number;
    s->round = t->seen->round;
    return 0;
}

int report_deleted(const struct reporter *t, const struct seen_post *p)
{
    struct report gone = {.topic = p->topic, .post = p->id, .deleted = true};
    int rc = tell_delete(t, &gone);
    if (rc == 0)
        seen_put(t->seen, p->id, p->topic)->deleted = true;
    return rc;
}

int report_vote(const struct reporter *t, const struct report *p, int64_t user)
{
    struct ids ids;
    aw_event e = begin(t, AW_EVENT_POST_VOTED, "vote", p->topic, p->post, user, 0, &ids);
    by(&e, user, &ids);
    e.discussion = p->discussion;
    return t->emit(t->context, &e);
}

int report_answer(const struct reporter *t, const struct report *p, bool accepted, const char *text)
{
    struct ids ids;
    aw_event e = begin(t, accepted ? AW_EVENT_ANSWER_ACCEPTED : AW_EVENT_ANSWER_RETRACTED,
                       accepted ? "accept" : "retract", p->topic, p->post, t->now_ms / 1000, 0,
                       &ids);
    by(&e, p->user, &ids);
    e.discussion = p->discussion;
    if (accepted && *text) {
        e.body = text;
        e.body_bytes = strlen(text);
    }
    return t->emit(t->context, &e);
}

const char *report_type(const json_t *tags, const char *title)
{
    static const char *const types[] = {"question", "idea", "discussion"};
    size_t i;
    const json_t *tag;
    json_array_foreach(tags, i, tag) {
        const char *text = json_string_value(tag);
        if (!text)
            text = json_string_value(json_object_get(tag, "value"));
        if (!text)
            text = json_string_value(json_object_get(tag, "name"));
        for (size_t k = 0; text && k < 3; k++)
            if (strcasecmp(text, types[k]) == 0)
                return types[k];
    }
    size_t len = title ? strlen(title) : 0;
    while (len > 0 && title[len - 1] == ' ')
        len--;
    return len > 0 && title[len - 1] == '?' ? "question" : "discussion";
}
