/*
 * query_talk.c - what a learner sees of discussions: where they are in, what is said.
 *
 * Reads only. Who asked anonymously is nobody's to see: such posts carry no
 * author, and only the asker's own page knows them as theirs (query_own.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "json.h"
#include "link.h"
#include "list.h"
#include "query_talk.h"
#include "room.h"
#include "talk.h"
#include "unnamed.h"

/* ---- shared ------------------------------------------------------------------------ */

static const char *const member_states[] = {"none", "waiting", "in", "left", "refused"};
static const char *const idea_states[] = {"none", "raised", "recognised", "implemented",
                                          "declined"};

static int read_link(const struct query *q, const char *id, struct link **out, aw_error *err)
{
    char *json = NULL;
    *out = NULL;
    int rc = state_link_get(q->state, id, &json, err);
    if (rc == AW_OK)
        rc = link_read(json, strlen(json), NULL, out, err);
    free(json);
    return rc == AW_ENOTFOUND ? AW_OK : rc; /* removed: the discussion stays */
}

static void write_room(struct buf *b, const struct state_discussion *d)
{
    char name[ROOM_NAME];
    room_name_of(d, name);
    query_text(b, "id", d->id);
    query_text(b, "link", d->link);
    query_text(b, "course", d->course);
    query_text(b, "title", d->title);
    query_text(b, "room", d->room);
    query_text(b, "room_name", name);
    query_text(b, "provider", d->provider);
    query_text(b, "language", d->language);
    query_text(b, "url", d->url);
    query_text(b, "topic", d->topic_ref);
    query_number(b, "opened_ms", d->opened_ms);
    query_number(b, "members", d->members);
}

/* From reading to accepted answers: how far a learner has come here. */
static const char *stage_of(const struct state_member *m)
{
    return m->answers ? "helping" : m->posts > 1 ? "taking part" : m->posts ? "first post" : "reading";
}

static void write_member(struct buf *b, const struct state_member *m)
{
    query_text(b, "state", member_states[m->state < 5 ? m->state : 0]);
    query_number(b, "unlocked_ms", m->unlocked_ms);
    query_number(b, "invited_ms", m->invited_ms);
    query_number(b, "posts", m->posts);
    query_number(b, "answers", m->answers);
    query_text(b, "stage", stage_of(m));
}

/* ---- discussions -------------------------------------------------------------------- */

struct listing {
    const struct query *q;
    const char *course;
    const struct state_member *member;
    int rc;
    aw_error *err;
};

static int count_topic(void *context, const struct state_topic *t)
{
    int64_t *counts = context; /* topics, unanswered questions */
    if (!t->by_bot && !t->deleted) {
        counts[0]++;
        counts[1] += strcmp(t->type, "question") == 0 && !t->answered_ms;
    }
    return 0;
}

static void write_counts(const struct query *q, const struct state_discussion *d)
{
    int64_t counts[2] = {0, 0};
    state_topics(q->state, d->id, count_topic, counts, NULL);
    query_number(q->out, "topics", counts[0]);
    query_number(q->out, "unanswered", counts[1]);
}

static int list_discussion(void *context, const struct state_discussion *d)
{
    struct listing *l = context;
    if (*l->course && strcmp(l->course, d->course) != 0)
        return 0;
    struct buf *b = l->q->out;
    query_element(b);
    buf_putc(b, '{');
    write_room(b, d);
    write_counts(l->q, d);
    if (l->member)
        write_member(b, l->member);
    buf_putc(b, '}');
    return 0;
}

static int gather(void *context, const struct state_member *m)
{
    struct memberships *all = context;
    void *grown = list_grow(all->in, all->count, &all->room, sizeof *all->in);
    all->failed = !grown;
    if (grown) {
        all->in = grown;
        all->in[all->count++] = *m;
    }
    return all->failed;
}

int query_memberships(const struct query *q, const char *learner, struct memberships *out,
                      aw_error *err)
{
    *out = (struct memberships){0};
    int rc = state_members(q->state, NULL, learner, gather, out, err);
    return rc == AW_OK && out->failed ? error_nomem(err, "discussions") : rc;
}

int query_discussions(const struct query *q, aw_error *err)
{
    const char *learner = query_arg(q, "learner");
    struct listing l = {.q = q, .course = query_arg(q, "course"), .err = err};
    struct memberships all = {0};
    int rc;
    buf_putc(q->out, '[');
    if (!*learner) {
        rc = state_discussions(q->state, NULL, list_discussion, &l, err);
    } else {
        rc = query_memberships(q, learner, &all, err);
        for (size_t i = 0; i < all.count && rc == AW_OK; i++) {
            struct state_discussion d;
            l.member = &all.in[i];
            rc = state_discussion_get(q->state, all.in[i].discussion, &d, err);
            if (rc == AW_OK)
                list_discussion(&l, &d);
        }
    }
    free(all.in);
    buf_putc(q->out, ']');
    return rc;
}

/* ---- one discussion --------------------------------------------------------------------- */

static bool is_mine(const struct reading *r, const char *author)
{
    return *r->learner && *author &&
           (strcmp(author, r->learner) == 0 || strcmp(author, r->anonymous) == 0);
}

static void write_author(const struct reading *r, const char *author, bool anonymous, bool by_bot)
{
    struct buf *b = r->q->out;
    bool hidden = anonymous || unnamed(author);
    query_text(b, "author", hidden || by_bot ? "" : author);
    query_bool(b, "anonymous", hidden);
    if (hidden && !by_bot) { /* so that two who give no name can be told apart here */
        char label[5];
        unnamed_label(author, label);
        query_text(b, "pseudonym", label);
    }
    query_bool(b, "by_bot", by_bot);
    query_bool(b, "mine", is_mine(r, author));
}

/* Did this learner do it? kind: "vote", "flag", "follows"; as talk_read.c and judge.c record them. */
static void write_did(const struct reading *r, const char *name, const char *kind,
                      const char *target, int64_t part)
{
    bool did = false;
    if (*r->learner)
        state_once_is(r->q->state, kind, r->learner, target, part, &did, NULL);
    query_bool(r->q->out, name, did);
}

static int write_post(void *context, const struct state_post *p, const char *text)
{
    struct reading *r = context;
    struct buf *b = r->q->out;
    char *html = NULL, called[TALK_TARGET];
    query_element(b);
    buf_putc(b, '{');
    query_text(b, "post", p->post);
    query_text(b, "parent", p->parent);
    write_author(r, p->author, p->anonymous, p->by_bot);
    query_number(b, "posted_ms", p->posted_ms);
    query_number(b, "edited_ms", p->edited_ms);
    query_number(b, "votes", p->votes);
    query_bool(b, "official", p->official_ms != 0);
    query_bool(b, "accepted", strcmp(r->topic->answer, p->post) == 0);
    query_bool(b, "deleted", p->deleted);
    query_text(b, "language", p->language);
    query_number(b, "revision", p->revision);
    write_did(r, "voted", "vote", talk_target(p->provider, p->post, called), 0);
    write_did(r, "flagged", "flag", talk_target(p->provider, p->post, called), 0);
    if (p->attachments[0] && !p->deleted) {
        query_name(b, "attachments");
        buf_puts(b, p->attachments);
    }
    /* Of another forum's post no more than an excerpt is kept, which is no Markdown. */
    if (text && !p->deleted && strcmp(p->provider, "local") == 0) {
        query_text(b, "text", text);
        r->rc = link_markdown_html(text, strlen(text), &html, r->err);
        if (r->rc == AW_OK)
            query_text(b, "html", html);
        free(html);
    }
    buf_putc(b, '}');
    return r->rc != AW_OK;
}

struct topics {
    struct state_topic *in;
    size_t count, room;
    bool failed;
};

static int gather_topic(void *context, const struct state_topic *t)
{
    struct topics *all = context;
    void *grown = list_grow(all->in, all->count, &all->room, sizeof *all->in);
    all->failed = !grown;
    if (grown) {
        all->in = grown;
        all->in[all->count++] = *t;
    }
    return all->failed;
}

/* Until when the experts of a regulated course have to answer; 0: not at all. */
static int64_t due_ms(const struct reading *r, const struct state_topic *t)
{
    bool counts = r->answer_within_hours && !t->by_bot && strcmp(t->type, "question") == 0;
    return counts ? t->posted_ms + (int64_t)r->answer_within_hours * 3600000 : 0;
}

void query_topic_head(struct reading *r, const struct state_topic *t)
{
    struct buf *b = r->q->out;
    char called[TALK_TARGET];
    query_text(b, "topic", t->topic);
    query_text(b, "title", t->title);
    query_text(b, "type", t->type);
    write_author(r, t->author, false, t->by_bot);
    query_text(b, "first_post", t->first_post);
    query_number(b, "posted_ms", t->posted_ms);
    query_number(b, "answered_ms", t->answered_ms);
    query_number(b, "due_ms", due_ms(r, t));
    query_text(b, "answer", t->answer);
    query_number(b, "replies", t->replies);
    query_number(b, "votes", t->votes);
    query_text(b, "idea", idea_states[t->idea < 5 ? t->idea : 0]);
    query_text(b, "idea_reason", t->idea_reason);
    query_bool(b, "deleted", t->deleted);
    query_bool(b, "opening", t->by_bot && strcmp(t->topic, r->opening) == 0);
    write_did(r, "voted", "vote", talk_target(t->provider, t->topic, called), 1);
    write_did(r, "following", "follows", talk_target(t->provider, t->topic, called), 0);
}

static int write_topics(struct reading *r, const char *discussion, aw_error *err)
{
    struct topics all = {0};
    struct buf *b = r->q->out;
    int rc = state_topics(r->q->state, discussion, gather_topic, &all, err);
    if (rc == AW_OK && all.failed)
        rc = error_nomem(err, "topics");
    query_name(b, "topics");
    buf_putc(b, '[');
    for (size_t i = 0; i < all.count && rc == AW_OK; i++) {
        r->topic = &all.in[i];
        query_element(b);
        buf_putc(b, '{');
        query_topic_head(r, r->topic);
        query_name(b, "posts");
        buf_putc(b, '[');
        rc = state_posts(r->q->state, r->topic->provider, r->topic->topic, write_post, r, err);
        if (rc == AW_OK)
            rc = r->rc;
        BUF_LIT(b, "]}");
    }
    buf_putc(b, ']');
    r->topic = NULL;
    free(all.in);
    return rc;
}

/* What the link lets this learner do. */
static void write_rights(const struct reading *r, const struct link *link,
                         const struct state_discussion *d)
{
    struct buf *b = r->q->out;
    query_bool(b, "anonymous_allowed", link && link->anonymous);
    query_number(b, "min_anonymous", link ? link->min_anonymous : LINK_DEFAULT_MIN_ANONYMOUS);
    query_bool(b, "anonymous_safe", link && d->members >= link->min_anonymous);
    query_bool(b, "regulated", link && link->regulated);
    query_number(b, "answer_within_hours", link ? link->answer_within_hours : 0);
    query_bool(b, "expert", link && cast_is_one_of(link->experts, link->expert_count, r->learner));
    query_bool(b, "mentor", link && cast_is_one_of(link->mentors, link->mentor_count, r->learner));
    query_bool(b, "manager",
               link && cast_is_one_of(link->managers, link->manager_count, r->learner));
}

/* Rooms are private: members and those whom the link names read them. Who left, or is
 * not in yet, sees that the room is there and nothing that was said. */
static int write_discussion(struct reading *r, const struct state_discussion *d,
                            const struct link *link, aw_error *err)
{
    struct state_member m = {.state = 0};
    bool all = !*r->learner || cast_is_named(link, r->learner);
    int rc = *r->learner ? state_member_get(r->q->state, d->id, r->learner, &m, err) : AW_ENOTFOUND;
    bool member = rc == AW_OK;
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    if (!member && !all)
        return error_set(err, AW_EACCES, "discussion", "is open to its members only");
    buf_putc(r->q->out, '{');
    write_room(r->q->out, d);
    write_rights(r, link, d);
    if (member) {
        query_name(r->q->out, "me");
        buf_putc(r->q->out, '{');
        write_member(r->q->out, &m);
        buf_putc(r->q->out, '}');
    }
    if (all || m.state == MEMBER_IN) {
        rc = write_topics(r, d->id, err);
    } else {
        query_name(r->q->out, "topics");
        BUF_LIT(r->q->out, "[]");
        rc = AW_OK;
    }
    buf_putc(r->q->out, '}');
    return rc;
}

int query_discussion(const struct query *q, aw_error *err)
{
    const char *id;
    struct state_discussion d;
    struct link *link = NULL;
    struct reading r = {.q = q, .learner = query_arg(q, "learner"), .err = err};
    int rc = query_need(q, "discussion", &id, err);
    if (rc == AW_OK && (rc = state_discussion_get(q->state, id, &d, err)) == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "discussion", "\"%.80s\" is not known", id);
    if (rc == AW_OK)
        rc = read_link(q, d.link, &link, err);
    if (rc != AW_OK)
        return rc;
    r.opening = d.topic_ref;
    r.answer_within_hours = link && link->regulated ? link->answer_within_hours : 0;
    if (*r.learner)
        (void)identity_anonymous(&q->aw->identity, r.learner, d.id, r.anonymous); /* else: not theirs */
    rc = write_discussion(&r, &d, link, err);
    link_free(link);
    return rc;
}

void query_topic_place(const struct query *q, const struct state_topic *t,
                       const struct state_discussion *d)
{
    query_text(q->out, "provider", t->provider);
    query_text(q->out, "discussion", d->id);
    query_text(q->out, "discussion_title", d->title);
    query_text(q->out, "course", d->course);
}

/* ---- ideas ------------------------------------------------------------------------ */

int query_ideas(const struct query *q, aw_error *err)
{
    struct topics all = {0};
    struct reading r = {.q = q, .learner = "", .opening = "", .err = err};
    const char *course = query_arg(q, "course"), *state = query_arg(q, "state");
    int rc = state_topics(q->state, NULL, gather_topic, &all, err);
    if (rc == AW_OK && all.failed)
        rc = error_nomem(err, "ideas");
    buf_putc(q->out, '[');
    for (size_t i = 0; i < all.count && rc == AW_OK; i++) {
        const struct state_topic *t = &all.in[i];
        struct state_discussion d;
        if (t->idea == IDEA_NONE || t->deleted ||
            (*state && strcmp(state, idea_states[t->idea < 5 ? t->idea : 0]) != 0))
            continue;
        rc = state_discussion_get(q->state, t->discussion, &d, err);
        if (rc == AW_ENOTFOUND || (rc == AW_OK && *course && strcmp(course, d.course) != 0)) {
            rc = AW_OK;
            continue;
        }
        if (rc != AW_OK)
            break;
        query_element(q->out);
        buf_putc(q->out, '{');
        query_topic_head(&r, t);
        query_topic_place(q, t, &d);
        buf_putc(q->out, '}');
    }
    buf_putc(q->out, ']');
    free(all.in);
    return rc;
}
