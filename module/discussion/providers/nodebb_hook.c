/*
 * nodebb_hook.c - webhooks of the plugin nodebb-plugin-webhooks: HMAC-SHA1, no retry, no event id.
 *
 * A hint only: the post is read again from the forum, so that a replayed or stale one says
 * nothing untrue.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "json.h"
#include "nodebb_tell.h"

#define WEBHOOK_BYTES (1u << 20)
#define WEBHOOK_POSTS 64 /* of one that purges many; the sweep finds the others */

/* ---- whose room is it? ------------------------------------------------------------ */

static struct nodebb_category *known_category(struct nodebb *n, int64_t cid)
{
    for (size_t i = 0; i < NODEBB_CATEGORIES; i++)
        if (n->categories[i].cid == cid)
            return &n->categories[i];
    return NULL;
}

static struct nodebb_category *remember(struct nodebb *n, int64_t cid, const char *discussion)
{
    struct nodebb_category *c = known_category(n, cid);
    if (!c)
        c = &n->categories[n->next_category++ % NODEBB_CATEGORIES];
    c->cid = cid;
    name_cut(discussion ? discussion : "", c->discussion, sizeof c->discussion);
    return c;
}

static const char *header(const aw_forum_webhook *hook, const char *name)
{
    for (size_t i = 0; i < hook->header_count; i++)
        if (strcasecmp(hook->headers[i].name, name) == 0)
            return hook->headers[i].value;
    return NULL;
}

static bool genuine(const struct nodebb *n, const aw_forum_webhook *hook)
{
    uint8_t given[20] = {0}, right[20];
    const char *signature = header(hook, "x-webhook-signature");
    if (!n->webhook_secret || !signature || strncmp(signature, "sha1=", 5) != 0 ||
        !digest_unhex(signature + 5, strlen(signature + 5), given, sizeof given) ||
        !digest_hmac_sha1(n->webhook_secret, strlen(n->webhook_secret), hook->body,
                          hook->body_bytes, right))
        return false;
    return digest_equal(given, right, sizeof right);
}

static const char *webhook_room(struct nodebb *n, int64_t cid)
{
    struct nodebb_category *c = known_category(n, cid);
    if (!c) {
        struct answer a;
        char name[NAME_ROOM_BYTES];
        rest_get(&n->rest, &a, "/api/v3/categories/%lld", (long long)cid);
        const json_t *category = json_object_get(a.json, "response");
        const char *room = nodebb_room_name(category, name);
        if (json_member_i64(category, "cid") == cid) /* an empty answer: not for our eyes */
            c = remember(n, cid, room ? name_discussion(NODEBB_ROOM_PREFIX, room) : NULL);
        answer_free(&a);
    }
    return c && c->discussion[0] ? c->discussion : NULL;
}

struct hooked { /* a post that a webhook names */
    int64_t pid, tid; /* tid 0: not said */
};

/* A post that is not there was purged, or we are taken for a guest. */
static int tell_gone(struct nodebb *n, const struct reporter *t, const struct hooked *h,
                     aw_forum_reply *reply)
{
    const struct seen_post *s = seen_find(&n->seen, h->pid);
    struct seen_post gone = {.id = h->pid, .topic = s ? s->topic : h->tid};
    int outcome = nodebb_bot(n, reply);
    if (outcome != AW_FORUM_OK || gone.topic <= 0 || (s && s->deleted))
        return outcome;
    int rc = report_deleted(t, &gone);
    return rc ? reply_retry(reply, 0, "an event could not be recorded (%d)", rc) : AW_FORUM_OK;
}

/* Reads the post and its topic again and tells what they say now. */
static int tell_again(struct nodebb *n, const struct reporter *t, const struct hooked *h,
                      aw_forum_reply *reply)
{
    struct answer post, topic = {0};
    rest_get(&n->rest, &post, "/api/v3/posts/%lld", (long long)h->pid);
    const json_t *p = json_object_get(post.json, "response");
    int rc = 0, outcome = AW_FORUM_OK;
    if (post.status == 404)
        outcome = tell_gone(n, t, h, reply);
    else if (!answer_done(&post))
        outcome = reply_failed(reply, &post, "read the post");
    if (outcome == AW_FORUM_OK && answer_done(&post)) {
        rest_get(&n->rest, &topic, "/api/v3/topics/%lld", (long long)json_member_i64(p, "tid"));
        const json_t *about = json_object_get(topic.json, "response");
        const char *discussion = answer_done(&topic)
                                     ? webhook_room(n, json_member_i64(about, "cid")) : NULL;
        if (!answer_done(&topic) && topic.status != 404)
            outcome = reply_failed(reply, &topic, "read the topic");
        else if (discussion)
            rc = nodebb_tell_post(n, t, p, about, discussion);
    }
    answer_free(&post);
    answer_free(&topic);
    return rc ? reply_retry(reply, 0, "an event could not be recorded (%d)", rc) : outcome;
}

/* The plugin sends the parameters of the hook that fired: {"hook": ..., "params": {...}}. The
 * post is in "post" (saved, edited, deleted), is the parameters themselves (voted), or one of
 * "posts" (purged). action:topic.save comes before there is a first post: mainPid is 0. */
static size_t find_posts(const json_t *body, struct hooked *out, size_t max)
{
    const json_t *in = json_object_get(body, "params"), *one = json_object_get(in, "post");
    const json_t *posts = json_object_get(in, "posts");
    size_t n = 0;
    for (size_t i = 0; i < (posts ? json_array_size(posts) : 1) && n < max; i++) {
        const json_t *post = posts ? json_array_get(posts, i) : one ? one : in;
        out[n] = (struct hooked){json_member_i64(post, "pid"), json_member_i64(post, "tid")};
        if (out[n].pid > 0)
            n++;
    }
    return n;
}

int nodebb_webhook(void *self, const aw_forum_webhook *hook, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    json_t *body = NULL;
    if (!n->webhook_secret)
        return reply_refuse(reply, "webhook: no webhook_secret_file is configured");
    if (!genuine(n, hook))
        return reply_refuse(reply, "webhook: the signature is not right");
    if (json_read(hook->body, hook->body_bytes, WEBHOOK_BYTES, "webhook", &body, NULL) != AW_OK)
        return reply_refuse(reply, "webhook: the body is not JSON");
    struct reporter t = {n->provider, &n->seen, hook->emit, hook->context,
                       n->rest.services->now_ms(n->rest.services->user)};
    struct hooked posts[WEBHOOK_POSTS];
    size_t count = find_posts(body, posts, WEBHOOK_POSTS);
    json_decref(body);
    int outcome = AW_FORUM_OK;
    for (size_t i = 0; i < count && outcome == AW_FORUM_OK; i++)
        outcome = tell_again(n, &t, &posts[i], reply);
    return outcome == AW_FORUM_OK ? reply_ok(reply, false, "%s", "") : outcome;
}
