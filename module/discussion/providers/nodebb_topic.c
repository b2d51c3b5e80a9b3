/*
 * nodebb_topic.c - what the bot writes: the prompt, replies, pins.
 *
 * Creating twice makes two, so everything carries the request's key in a marker and is
 * looked up by it first. Found twins are purged and the lowest id kept. A post that went
 * into the forum's queue answers 200 or 202 {"queued": true} without an id: it is looked
 * for there as well, or each try would queue another one.
 */
#include "nodebb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGES 100
#define QUEUE_PAGES 100
#define TWINS 8
#define QUEUE_MS (10 * 60000)
#define TITLE_BYTES 255
#define TAGS 5

struct hits { /* ids that carry the marker, lowest first */
    int64_t id[TWINS];
    int64_t post[TWINS]; /* of a topic: its first post */
    bool deleted[TWINS];
    size_t count;
};

static void add_hit(struct hits *h, int64_t id, int64_t post, bool deleted)
{
    size_t at = h->count;
    if (at == TWINS)
        return;
    while (at > 0 && h->id[at - 1] > id) {
        h->id[at] = h->id[at - 1];
        h->post[at] = h->post[at - 1];
        h->deleted[at] = h->deleted[at - 1];
        at--;
    }
    h->id[at] = id;
    h->post[at] = post;
    h->deleted[at] = deleted;
    h->count++;
}

int nodebb_post_has(struct nodebb *n, int64_t pid, const char *key, bool *out,
                    aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/posts/%lld/raw", (long long)pid);
    const char *raw = json_member_text(json_object_get(a.json, "response"), "content");
    int outcome = AW_FORUM_OK;
    if (answer_done(&a))
        *out = name_has_marker(raw, key);
    else if (a.status == 404)
        *out = false;
    else
        outcome = reply_failed(reply, &a, "read a post of the bot");
    answer_free(&a);
    return outcome;
}

/* ---- looking up ------------------------------------------------------------- */

static int find_in_page(struct nodebb *n, const json_t *topics, const char *key, struct hits *h,
                        aw_forum_reply *reply)
{
    size_t i;
    const json_t *t;
    json_array_foreach(topics, i, t) {
        int64_t tid = json_member_i64(t, "tid"), pid = json_member_i64(t, "mainPid");
        bool has = false;
        if (json_member_i64(t, "uid") != n->uid || tid <= 0 || pid <= 0)
            continue;
        int outcome = nodebb_post_has(n, pid, key, &has, reply);
        if (outcome != AW_FORUM_OK)
            return outcome;
        if (has)
            add_hit(h, tid, pid, json_member_true(t, "deleted"));
    }
    return AW_FORUM_OK;
}

static int find_topics(struct nodebb *n, int64_t cid, const char *key, struct hits *h,
                       aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    *h = (struct hits){.count = 0};
    for (int64_t after = 0, page = 0; outcome == AW_FORUM_OK && page < PAGES; page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/v3/categories/%lld/topics?after=%lld&sort=recently_created",
                 (long long)cid, (long long)after);
        const json_t *response = json_object_get(a.json, "response");
        const json_t *topics = json_object_get(response, "topics");
        if (!answer_done(&a) || !json_is_array(topics))
            outcome = reply_failed(reply, &a, "look up the topic");
        else
            outcome = find_in_page(n, topics, key, h, reply);
        int64_t next = json_member_i64(response, "nextStart");
        bool last = json_array_size(topics) == 0 || next <= after;
        answer_free(&a);
        if (last)
            break;
        after = next;
    }
    return outcome;
}

static int find_replies(struct nodebb *n, int64_t tid, const char *key, struct hits *h,
                        aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    *h = (struct hits){.count = 0};
    for (int64_t page = 1, pages = 1; outcome == AW_FORUM_OK && page <= pages && page <= PAGES;
         page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/topic/%lld?page=%lld", (long long)tid, (long long)page);
        const json_t *posts = json_object_get(a.json, "posts");
        if (!answer_done(&a) || !json_is_array(posts))
            outcome = reply_failed(reply, &a, "read the topic");
        pages = json_member_i64(json_object_get(a.json, "pagination"), "pageCount");
        size_t i;
        const json_t *p;
        json_array_foreach(posts, i, p) {
            int64_t pid = json_member_i64(p, "pid");
            bool has = false;
            if (outcome != AW_FORUM_OK || json_member_i64(p, "uid") != n->uid || pid <= 0)
                continue;
            outcome = nodebb_post_has(n, pid, key, &has, reply);
            if (outcome == AW_FORUM_OK && has)
                add_hit(h, pid, pid, json_member_true(p, "deleted"));
        }
        answer_free(&a);
    }
    return outcome;
}

static bool is_queued(const json_t *posts, const char *key)
{
    size_t i;
    const json_t *p;
    json_array_foreach(posts, i, p) {
        const json_t *data = json_object_get(p, "data");
        if (name_has_marker(json_member_text(data, "rawContent"), key) ||
            name_has_marker(json_member_text(data, "content"), key))
            return true;
    }
    return false;
}

/* Is it waiting in the post queue? That lists the oldest first, so ours is on the last page;
 * but somebody may approve what is before it while we read, so all pages are read. */
static int find_queued(struct nodebb *n, const char *key, bool *out, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    *out = false;
    for (int64_t page = 1, pages = 1; outcome == AW_FORUM_OK && !*out && page <= pages; page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/post-queue?page=%lld", (long long)page);
        const json_t *posts = json_object_get(a.json, "posts");
        pages = json_member_i64(json_object_get(a.json, "pagination"), "pageCount");
        if (answer_done(&a) && json_is_array(posts))
            *out = is_queued(posts, key);
        else
            outcome = reply_failed(reply, &a, "read the post queue");
        answer_free(&a);
        if (outcome == AW_FORUM_OK && !*out && page == QUEUE_PAGES && page < pages)
            outcome = reply_retry(reply, QUEUE_MS, "more than %d pages wait in the forum's post "
                                  "queue: empty it, then the bot's post can be looked for there",
                                  QUEUE_PAGES);
    }
    return outcome;
}

static int waiting_in_queue(aw_forum_reply *reply)
{
    return reply_retry(reply, QUEUE_MS, "the bot's post waits in the forum's post queue: approve it "
                       "there, and exempt the bot's group from the queue");
}

/* ---- creating once ------------------------------------------------------------- */

struct post { /* what is to be there once */
    const char *key;
    int64_t cid; /* a topic in it, or */
    int64_t tid; /* a reply in it */
    const char *path; /* POST here */
    const char *what; /* for reasons */
};

static int find(struct nodebb *n, const struct post *p, struct hits *h, aw_forum_reply *reply)
{
    return p->tid > 0 ? find_replies(n, p->tid, p->key, h, reply)
                      : find_topics(n, p->cid, p->key, h, reply);
}

static int purge_twins(struct nodebb *n, const struct post *p, const struct hits *h,
                       aw_forum_reply *reply)
{
    for (size_t i = 1; i < h->count; i++) {
        struct answer a;
        rest_send(&n->rest, &a, "DELETE", NULL, "/api/v3/%s/%lld", p->tid > 0 ? "posts" : "topics",
                  (long long)h->id[i]);
        int outcome = answer_done(&a) || a.status == 404
                          ? AW_FORUM_OK : reply_failed(reply, &a, "remove a twin");
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
    }
    return AW_FORUM_OK;
}

/* "already posting": one post at a time per user; another process of the bot's is at it. */
static int after_create(struct nodebb *n, const struct post *p, const struct answer *a,
                        const struct hits *h, aw_forum_reply *reply)
{
    if (h->count > 0)
        return AW_FORUM_OK;
    if (answer_done(a) && json_member_true(json_object_get(a->json, "response"), "queued"))
        return waiting_in_queue(reply);
    if (answer_uncertain(a) || answer_done(a))
        return reply_settle(reply, &n->rest, a, p->what);
    if (a->status == 400 && strcasestr(a->error, "already"))
        return reply_retry(reply, 1000, "%s: the forum takes one post at a time (%s)", p->what,
                           a->error);
    return reply_failed(reply, a, p->what);
}

/* body: a reference that is taken. */
static int post_once(struct nodebb *n, const struct post *p, json_t *body, struct hits *h,
                     bool *created, aw_forum_reply *reply)
{
    bool queued = false;
    int outcome = n->known ? AW_FORUM_OK : nodebb_bot(n, reply);
    n->known = outcome == AW_FORUM_OK;
    if (outcome == AW_FORUM_OK)
        outcome = find(n, p, h, reply);
    if (outcome == AW_FORUM_OK && h->count == 0)
        outcome = find_queued(n, p->key, &queued, reply);
    if (outcome == AW_FORUM_OK && queued)
        outcome = waiting_in_queue(reply);
    *created = outcome == AW_FORUM_OK && h->count == 0;
    if (*created) {
        struct answer a;
        rest_send(&n->rest, &a, "POST", body, "%s", p->path);
        body = NULL;
        outcome = reply_after_create(reply, find(n, p, h, reply), &a);
        if (outcome == AW_FORUM_OK)
            outcome = after_create(n, p, &a, h, reply);
        answer_free(&a);
    }
    json_decref(body);
    if (outcome == AW_FORUM_OK)
        outcome = purge_twins(n, p, h, reply);
    if (outcome == AW_FORUM_OK && h->deleted[0])
        outcome = reply_refuse(reply, "%s: somebody deleted it in the forum; restore it there, then "
                               "retry", p->what);
    return outcome;
}

/* The forum cuts tags at 15 characters: better that we do, and know what they are. */
static json_t *tags_of(const aw_forum_request *r)
{
    json_t *out = json_array();
    for (size_t i = 0; r->tags && r->tags[i] && json_array_size(out) < TAGS; i++) {
        char tag[NODEBB_TAG_CHARACTERS * 4 + 1];
        size_t end = 0, characters = 0;
        const char *t = r->tags[i];
        while (t[end] && end + 4 < sizeof tag && characters < NODEBB_TAG_CHARACTERS) {
            do
                end++;
            while (((unsigned char)t[end] & 0xC0) == 0x80);
            characters++;
        }
        memcpy(tag, t, end);
        tag[end] = '\0';
        bool twice = false;
        size_t j;
        const json_t *other;
        json_array_foreach(out, j, other)
            twice = twice || strcasecmp(json_string_value(other), tag) == 0;
        if (characters >= 3 && !twice)
            json_array_append_new(out, json_string(tag));
    }
    return out;
}

static json_t *topic_body(const aw_forum_request *r, int64_t cid)
{
    char title[TITLE_BYTES + 1];
    name_cut(r->title, title, sizeof title);
    char *content = name_mark(r->markdown, r->key);
    json_t *body = content ? json_pack("{s:I, s:s, s:s, s:o}", "cid", (json_int_t)cid, "title",
                                       title, "content", content, "tags", tags_of(r)) : NULL;
    free(content);
    return body;
}

static int topic_once(struct nodebb *n, const aw_forum_request *r, const char *what,
                      aw_forum_reply *reply)
{
    int64_t cid;
    struct hits h;
    bool created = false;
    if (!nodebb_room_ref(r->room_ref, &cid, NULL) || !r->key || !r->title || !*r->title)
        return reply_refuse(reply, "%s: the request lacks a room of this forum, a key or a title",
                            what);
    json_t *body = topic_body(r, cid);
    if (!body)
        return reply_refuse(reply, "%s: the text is not UTF-8", what);
    struct post p = {.key = r->key, .cid = cid, .path = "/api/v3/topics", .what = what};
    int outcome = post_once(n, &p, body, &h, &created, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/topic/%lld", n->rest.base, (long long)h.id[0]);
    return reply_ok(reply, created, "%lld", (long long)h.id[0]);
}

/* A room must be closed whenever something is put into it: someone may have changed it. */
int nodebb_ensure_topic(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    char who[128];
    int64_t cid;
    bool closed = false;
    if (!nodebb_room_ref(r->room_ref, &cid, NULL))
        return reply_refuse(reply, "create the topic: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    int outcome = nodebb_is_closed(n, cid, &closed, who, sizeof who, reply);
    if (outcome == AW_FORUM_OK && !closed)
        outcome = reply_refuse(reply, "create the topic: the category is open to %s; close it, then "
                               "retry", who);
    return outcome == AW_FORUM_OK ? topic_once(n, r, "create the topic", reply) : outcome;
}

int nodebb_post_as_bot(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    int64_t tid = nodebb_id(r->topic_ref), parent = nodebb_id(r->parent_ref);
    if (!r->topic_ref || !*r->topic_ref)
        return topic_once(n, r, "post a topic", reply);
    if (tid < 0 || !r->key)
        return reply_refuse(reply, "reply: \"%.60s\" is not a topic of this forum", r->topic_ref);
    char path[64];
    snprintf(path, sizeof path, "/api/v3/topics/%lld", (long long)tid);
    char *content = name_mark(r->markdown, r->key);
    json_t *body = content ? json_pack("{s:s}", "content", content) : NULL;
    free(content);
    if (!body)
        return reply_refuse(reply, "reply: the text is not UTF-8");
    if (parent > 0)
        json_object_set_new(body, "toPid", json_integer(parent));
    struct post p = {.key = r->key, .tid = tid, .path = path, .what = "reply"};
    struct hits h;
    bool created = false;
    int outcome = post_once(n, &p, body, &h, &created, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/post/%lld", n->rest.base, (long long)h.id[0]);
    return reply_ok(reply, created, "%lld", (long long)h.id[0]);
}

/* NodeBB can pin a topic; a single post cannot be marked, and is never edited by us. */
int nodebb_mark_official(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    int64_t tid = nodebb_id(r->topic_ref), pid = nodebb_id(r->post_ref);
    if (tid < 0)
        return reply_unsupported(reply, "NodeBB can mark topics only, by pinning them");
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/topics/%lld", (long long)tid);
    int outcome = AW_FORUM_OK;
    if (!answer_done(&a))
        outcome = reply_failed(reply, &a, "look up the topic to pin");
    else if (pid > 0 && json_member_i64(json_object_get(a.json, "response"), "mainPid") != pid)
        outcome = reply_unsupported(reply, "NodeBB cannot mark a single reply as official");
    answer_free(&a);
    if (outcome != AW_FORUM_OK)
        return outcome;
    rest_send(&n->rest, &a, "PUT", NULL, "/api/v3/topics/%lld/pin", (long long)tid);
    outcome = answer_done(&a) ? reply_ok(reply, true, "%lld", (long long)tid)
                              : reply_failed(reply, &a, "pin the topic");
    answer_free(&a);
    return outcome;
}
