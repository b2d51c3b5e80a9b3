/*
 * discourse_hook.c - a post as events, and webhooks: HMAC-SHA256 over the raw body, an
 * event id that is taken once.
 *
 * A webhook is for speed: Discourse may never repeat one that did not get through, so the
 * poll tells the same things again under the same keys. What can be undone (an accepted
 * answer, a deletion) is read again from the forum, so that an old webhook that somebody
 * kept and sends later says nothing untrue.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "discourse.h"
#include "discourse_tell.h"
#include "json.h"
#include "plain.h"
#include "report.h"
#include "timestamp.h"

#define WEBHOOK_BYTES (1u << 20)
#define REGULAR_POST 1
#define LIKE 2

/* ---- a post ---------------------------------------------------------------------------- */

static int64_t time_of(const json_t *post, const char *name)
{
    const char *text = json_member_text(post, name);
    int64_t ms = 0;
    return timestamp_parse(text, strlen(text), &ms, NULL) ? ms : 0;
}

/* reply_to_post_number counts within the topic; events want the post. */
static int64_t parent_of(struct discourse *d, int64_t topic, int64_t number)
{
    if (number <= 1)
        return 0;
    for (size_t i = 0; i < SEEN_POSTS; i++)
        if (d->seen.posts[i].topic == topic && d->seen.posts[i].number == (uint32_t)number)
            return d->seen.posts[i].id;
    struct answer a;
    rest_get(&d->rest, &a, "/posts/by_number/%lld/%lld.json", (long long)topic, (long long)number);
    int64_t id = answer_done(&a) ? json_member_i64(a.json, "id") : 0;
    answer_free(&a);
    return id > 0 ? id : 0;
}

static struct report read_post(const json_t *post, const char *title, const json_t *tags,
                             const char *discussion)
{
    struct report p = {.discussion = discussion};
    int64_t version = json_member_i64(post, "version"), number = json_member_i64(post, "post_number");
    p.post = json_member_i64(post, "id");
    p.topic = json_member_i64(post, "topic_id");
    p.user = json_member_i64(post, "user_id");
    p.posted_ms = time_of(post, "created_at");
    p.edited_ms = time_of(post, "updated_at");
    p.deleted_ms = time_of(post, "deleted_at");
    p.deleted = p.deleted_ms > 0 || json_member_true(post, "user_deleted");
    p.number = number > 0 && number < UINT32_MAX ? (uint32_t)number : 0;
    p.revision = version > 1 && version < UINT32_MAX ? (uint32_t)version - 1 : 0;
    p.first = p.number == 1;
    p.title = title;
    p.type = report_type(tags, title);
    return p;
}

static int64_t likes_of(const json_t *post)
{
    size_t i;
    const json_t *action;
    json_array_foreach(json_object_get(post, "actions_summary"), i, action) {
        if (json_member_i64(action, "id") == LIKE)
            return json_member_i64(action, "count");
    }
    return 0;
}

static int tell_likes(struct discourse *d, const struct reporter *t, const struct report *p, int64_t n)
{
    struct seen_post *s = seen_find(t->seen, p->post);
    if (!s || n <= 0 || (uint64_t)n <= s->votes)
        return 0;
    struct answer a;
    rest_get(&d->rest, &a, "/post_action_users.json?id=%lld&post_action_type_id=%d",
             (long long)p->post, LIKE);
    int rc = 0;
    size_t i;
    const json_t *user;
    json_array_foreach(json_object_get(a.json, "post_action_users"), i, user) {
        int64_t id = json_member_i64(user, "id");
        if (rc == 0 && id > 0)
            rc = report_vote(t, p, id);
    }
    if (rc == 0 && answer_done(&a))
        s->votes = (uint32_t)n;
    answer_free(&a);
    return rc;
}

/* Told with what it says, and again when that was changed: later rooms may be shown it. */
static int tell_solution(const struct reporter *t, const struct report *p, const json_t *post,
                         bool edited)
{
    struct seen_post *s = seen_find(t->seen, p->post);
    json_t *flag = json_object_get(post, "accepted_answer");
    char text[REPORT_TEXT_BYTES];
    if (!s || !json_is_boolean(flag) ||
        (json_is_true(flag) == s->accepted && !(edited && s->accepted)))
        return 0;
    plain_from_html(json_member_text(post, "cooked"), text, sizeof text);
    int rc = report_answer(t, p, json_is_true(flag), text);
    if (rc == 0)
        s->accepted = json_is_true(flag);
    return rc;
}

static bool by_bot(const struct discourse *d, const json_t *post)
{
    json_t *user = json_object_get(post, "user_id");
    return strcasecmp(json_member_text(post, "username"), d->api_username) == 0 ||
           (json_is_integer(user) && json_integer_value(user) <= 0); /* system */
}

/* A reply means nothing to whoever does not know the topic: its first post goes before. */
static int tell_first(struct discourse *d, const struct reporter *t, const struct report *of,
                      const json_t *tags)
{
    if (of->first)
        return 0;
    for (size_t i = 0; i < SEEN_POSTS; i++)
        if (d->seen.posts[i].topic == of->topic && d->seen.posts[i].number == 1)
            return 0;
    struct answer a;
    int rc = 0;
    rest_get(&d->rest, &a, "/posts/by_number/%lld/1.json", (long long)of->topic);
    if (answer_done(&a))
        rc = json_member_i64(a.json, "post_number") == 1
                 ? discourse_tell(d, t, a.json, of->title, tags, of->discussion) : 0;
    else if (a.status != 404)
        rc = AW_ENET;
    answer_free(&a);
    return rc;
}

int discourse_tell(struct discourse *d, const struct reporter *t, const json_t *post,
                   const char *title, const json_t *tags, const char *discussion)
{
    int64_t type = json_member_i64(post, "post_type");
    struct report p = read_post(post, title, tags, discussion);
    if (p.post <= 0 || p.topic <= 0 || (type > 0 && type != REGULAR_POST))
        return 0; /* "closed the topic" and whispers are no posts of a learner */
    const struct seen_post *before = seen_find(t->seen, p.post);
    bool edited = before && p.revision > before->revision;
    int rc = tell_first(d, t, &p, tags);
    if (rc != 0)
        return rc;
    if (by_bot(d, post)) {
        struct seen_post *s = seen_put(t->seen, p.post, p.topic);
        s->round = t->seen->round;
        s->number = p.number;
    } else if (p.user > 0) {
        if (!p.first && !seen_find(t->seen, p.post))
            p.parent = parent_of(d, p.topic, json_member_i64(post, "reply_to_post_number"));
        rc = report_post(t, &p);
    }
    if (rc == 0)
        rc = tell_likes(d, t, &p, likes_of(post));
    if (rc == 0)
        rc = tell_solution(t, &p, post, edited);
    return rc;
}

/* ---- webhooks ----------------------------------------------------------------------------- */

static const char *header(const aw_forum_webhook *hook, const char *name)
{
    for (size_t i = 0; i < hook->header_count; i++)
        if (strcasecmp(hook->headers[i].name, name) == 0)
            return hook->headers[i].value;
    return NULL;
}

static bool genuine(const struct discourse *d, const aw_forum_webhook *hook)
{
    uint8_t given[32] = {0}, right[32];
    const char *signature = header(hook, "X-Discourse-Event-Signature");
    if (!signature || strncmp(signature, "sha256=", 7) != 0 ||
        !digest_unhex(signature + 7, strlen(signature + 7), given, sizeof given) ||
        !digest_hmac_sha256(d->webhook_secret, strlen(d->webhook_secret), hook->body,
                            hook->body_bytes, right))
        return false;
    return digest_equal(given, right, sizeof right);
}

const char *discourse_discussion(struct discourse *d, int64_t category)
{
    struct discourse_category *c = NULL;
    for (size_t i = 0; i < DISCOURSE_CATEGORIES; i++)
        if (d->categories[i].id == category)
            c = &d->categories[i];
    if (!c && category > 0) {
        struct answer a;
        rest_get(&d->rest, &a, "/c/%lld/show.json", (long long)category);
        const char *slug = json_member_text(json_object_get(a.json, "category"), "slug");
        const char *discussion = name_discussion(DISCOURSE_ROOM_PREFIX, slug);
        if (answer_done(&a)) {
            c = &d->categories[d->next_category++ % DISCOURSE_CATEGORIES];
            c->id = category;
            name_cut(discussion ? discussion : "", c->discussion, sizeof c->discussion);
        }
        answer_free(&a);
    }
    return c && c->discussion[0] ? c->discussion : NULL;
}

/* What the forum says of the post now. */
static int tell_again(struct discourse *d, const struct reporter *t, const json_t *told,
                      const char *discussion, aw_forum_reply *reply)
{
    struct answer a;
    int64_t id = json_member_i64(told, "id");
    rest_get(&d->rest, &a, "/posts/%lld.json", (long long)id);
    int rc = 0, outcome = AW_FORUM_OK;
    struct seen_post *s = seen_find(&d->seen, id);
    if (answer_done(&a))
        rc = discourse_tell(d, t, a.json, json_member_text(told, "topic_title"),
                            json_object_get(told, "topic_tags"), discussion);
    else if (a.status == 404 && s && !s->deleted)
        rc = report_deleted(t, s);
    else if (a.status != 404)
        outcome = reply_failed(reply, &a, "read the post");
    answer_free(&a);
    return rc ? reply_retry(reply, 0, "an event could not be recorded (%d)", rc) : outcome;
}

static int tell_webhook(struct discourse *d, const struct reporter *t, const char *event,
                        const json_t *body, aw_forum_reply *reply)
{
    const json_t *post = json_object_get(body, "post");
    if (!post)
        post = json_object_get(body, "solved");
    if (!post)
        post = json_object_get(json_object_get(body, "like"), "post");
    if (!json_is_object(post))
        return AW_FORUM_OK; /* of users, topics ...: nothing that we tell */
    const char *discussion = discourse_discussion(d, json_member_i64(post, "category_id"));
    if (!discussion)
        return AW_FORUM_OK;
    if (strcmp(event, "post_created") != 0 && strcmp(event, "post_edited") != 0)
        return tell_again(d, t, post, discussion, reply);
    int rc = discourse_tell(d, t, post, json_member_text(post, "topic_title"),
                            json_object_get(post, "topic_tags"), discussion);
    return rc ? reply_retry(reply, 0, "an event could not be recorded (%d)", rc) : AW_FORUM_OK;
}

int discourse_webhook(void *self, const aw_forum_webhook *hook, aw_forum_reply *reply)
{
    struct discourse *d = self;
    json_t *body = NULL;
    if (!d->webhook_secret)
        return reply_refuse(reply, "webhook: no webhook_secret_file is configured");
    if (!genuine(d, hook))
        return reply_refuse(reply, "webhook: the signature is not right");
    const char *id = header(hook, "X-Discourse-Event-Id");
    const char *event = header(hook, "X-Discourse-Event");
    if (json_read(hook->body, hook->body_bytes, WEBHOOK_BYTES, "webhook", &body, NULL) != AW_OK)
        return reply_refuse(reply, "webhook: the body is not JSON");
    /* The id is not part of what is signed: the body itself is remembered. */
    if (!seen_event(&d->seen, hook->body, hook->body_bytes)) {
        json_decref(body);
        return reply_ok(reply, false, "%s", id ? id : "");
    }
    struct reporter t = {d->provider, &d->seen, hook->emit, hook->context,
                       d->rest.services->now_ms(d->rest.services->user)};
    int outcome = tell_webhook(d, &t, event ? event : "", body, reply);
    json_decref(body);
    if (outcome != AW_FORUM_OK) {
        seen_event_undo(&d->seen, hook->body, hook->body_bytes);
        return outcome;
    }
    return reply_ok(reply, false, "%.100s", id ? id : "");
}
