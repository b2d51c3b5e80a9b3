/*
 * discourse_post.c - what the bot writes: topics, messages, replies, marks.
 *
 * A topic or private message carries the request's key as external_id, which Discourse
 * keeps unique: it is looked up by it first, and again after whatever the creation
 * answered. A deleted topic is 404 and yet blocks its id: a person has to restore it.
 * Replies have no external id, so they carry the key in a marker; the lowest is kept.
 */
#include "discourse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_BYTES 255
#define QUEUE_MS (10 * 60000)
#define TWINS 8
#define CHUNK 20
#define REVIEW_PAGE 10 /* the newest first, so ours is likely on the first */
#define REVIEW_PAGES 100

/* *out: the topic's id, 0 if there is none. */
static int look_up_topic(struct discourse *d, const char *key, int64_t *out, aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&d->rest, &a, "/t/external_id/%s.json", key);
    int outcome = AW_FORUM_OK;
    *out = 0;
    if (answer_done(&a) && json_member_i64(a.json, "id") > 0)
        *out = json_member_i64(a.json, "id");
    else if (a.status >= 300 && a.status < 400)
        outcome = reply_refuse(reply, "look up the topic: %s; is \"url\" the forum's own address?",
                               a.error);
    else if (a.status != 404)
        outcome = reply_failed(reply, &a, "look up the topic");
    answer_free(&a);
    return outcome;
}

/* Is it waiting for approval? */
static int look_up_queued(struct discourse *d, const char *key, bool *out, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    bool more = true;
    *out = false;
    for (int page = 0; outcome == AW_FORUM_OK && more && !*out && page < REVIEW_PAGES; page++) {
        struct answer a;
        rest_get(&d->rest, &a, "/review.json?type=ReviewableQueuedPost&status=pending&sort_order="
                 "created_at&offset=%d", page * REVIEW_PAGE);
        size_t i;
        const json_t *item;
        if (!answer_done(&a) && a.status != 404)
            outcome = reply_failed(reply, &a, "read the review queue");
        json_array_foreach(json_object_get(a.json, "reviewables"), i, item) {
            const json_t *payload = json_object_get(item, "payload");
            *out = *out || name_has_marker(json_member_text(payload, "raw"), key);
        }
        more = json_object_get(json_object_get(a.json, "meta"), "load_more_reviewables") != NULL;
        answer_free(&a);
    }
    return outcome;
}

static int waiting_in_queue(aw_forum_reply *reply)
{
    return reply_retry(reply, QUEUE_MS, "the bot's post waits for approval in the forum: approve it "
                       "in Review, and let the bot's user post without approval");
}

static bool is_enqueued(const struct answer *a)
{
    return answer_done(a) && strcmp(json_member_text(a->json, "action"), "enqueued") == 0;
}

/* body: a reference that is taken. */
static int topic_once(struct discourse *d, const char *key, json_t *body, int64_t *out,
                      bool *created, aw_forum_reply *reply)
{
    bool queued = false;
    int outcome = look_up_topic(d, key, out, reply);
    /* What waits has no topic yet, so nothing keeps a second one from being queued beside it. */
    if (outcome == AW_FORUM_OK && *out == 0)
        outcome = look_up_queued(d, key, &queued, reply);
    if (outcome == AW_FORUM_OK && queued)
        outcome = waiting_in_queue(reply);
    if (outcome != AW_FORUM_OK || *out > 0) {
        json_decref(body);
        return outcome;
    }
    struct answer a;
    rest_send(&d->rest, &a, "POST", body, "/posts.json");
    *created = true;
    if (is_enqueued(&a)) {
        answer_free(&a);
        return waiting_in_queue(reply);
    }
    outcome = reply_after_create(reply, look_up_topic(d, key, out, reply), &a);
    if (outcome == AW_FORUM_OK && *out == 0) {
        if (answer_uncertain(&a) || answer_done(&a))
            outcome = reply_settle(reply, &d->rest, &a, "create the topic");
        else if (a.status == 422 && strstr(a.error, "xternal"))
            outcome = reply_refuse(reply, "create the topic: a topic with our id was deleted in the "
                                   "forum and still blocks it; restore it there, then retry (%s)",
                                   a.error);
        else
            outcome = reply_failed(reply, &a, "create the topic");
    }
    answer_free(&a);
    return outcome;
}

static json_t *post_body(const aw_forum_request *r)
{
    char title[TITLE_BYTES + 1];
    name_cut(r->title, title, sizeof title);
    char *raw = name_mark(r->markdown, r->key);
    json_t *body = raw ? json_pack("{s:s, s:s, s:b}", "raw", raw, "external_id", r->key,
                                   "skip_validations", 1) : NULL;
    free(raw);
    if (body && *title)
        json_object_set_new(body, "title", json_string(title));
    return body;
}

static json_t *topic_body(const aw_forum_request *r, int64_t category)
{
    json_t *body = post_body(r), *tags = json_array();
    for (size_t i = 0; r->tags && r->tags[i]; i++)
        json_array_append_new(tags, json_string(r->tags[i]));
    if (body) {
        json_object_set_new(body, "category", json_integer(category));
        json_object_set(body, "tags", tags);
    }
    json_decref(tags);
    return body;
}

static int post_topic(struct discourse *d, const aw_forum_request *r, const char *what,
                      aw_forum_reply *reply)
{
    struct discourse_room room;
    int64_t tid = 0;
    bool created = false;
    if (!discourse_room_ref(r->room_ref, &room) || !r->key || !*r->key || !r->title || !*r->title)
        return reply_refuse(reply, "%s: the request lacks a room of this forum, a key or a title",
                            what);
    json_t *body = topic_body(r, room.category);
    if (!body)
        return reply_refuse(reply, "%s: the text is not UTF-8", what);
    int outcome = topic_once(d, r->key, body, &tid, &created, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/t/%lld", d->rest.base, (long long)tid);
    return reply_ok(reply, created, "%lld", (long long)tid);
}

int discourse_ensure_topic(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    struct discourse_room room;
    if (!discourse_room_ref(r->room_ref, &room))
        return reply_refuse(reply, "create the topic: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    int outcome = discourse_require_closed(d, &room, reply);
    return outcome == AW_FORUM_OK ? post_topic(d, r, "create the topic", reply) : outcome;
}

/* ---- replies ------------------------------------------------------------------------ */

struct replies {
    int64_t id[TWINS];
    size_t count;
};

static void add_reply(struct replies *f, const json_t *post, const char *key)
{
    int64_t id = json_member_i64(post, "id");
    if (id <= 0 || f->count == TWINS || json_is_string(json_object_get(post, "deleted_at")) ||
        !name_has_marker(json_member_text(post, "raw"), key))
        return;
    size_t at = f->count++;
    for (; at > 0 && f->id[at - 1] > id; at--)
        f->id[at] = f->id[at - 1];
    f->id[at] = id;
}

static void add_replies(struct replies *f, const json_t *topic, const char *key)
{
    size_t i;
    const json_t *post;
    json_array_foreach(json_object_get(json_object_get(topic, "post_stream"), "posts"), i, post)
        add_reply(f, post, key);
}

/* The posts of the stream that did not come with the topic, 20 at a time. */
static int read_rest(struct discourse *d, int64_t tid, const json_t *stream, size_t from,
                     const char *key, struct replies *f, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    for (; outcome == AW_FORUM_OK && from < json_array_size(stream); from += CHUNK) {
        char ids[CHUNK * 40] = "";
        size_t len = 0;
        for (size_t i = from; i < from + CHUNK && i < json_array_size(stream); i++)
            len += (size_t)snprintf(ids + len, sizeof ids - len, "&post_ids[]=%lld",
                                    (long long)json_integer_value(json_array_get(stream, i)));
        struct answer a;
        rest_get(&d->rest, &a, "/t/%lld/posts.json?include_raw=true%s", (long long)tid, ids);
        if (answer_done(&a))
            add_replies(f, a.json, key);
        else
            outcome = reply_failed(reply, &a, "read the topic");
        answer_free(&a);
    }
    return outcome;
}

/* The bot's posts in the topic that carry the key. */
static int find_replies(struct discourse *d, int64_t tid, const char *key, struct replies *f,
                        aw_forum_reply *reply)
{
    struct answer a;
    char bot[256];
    *f = (struct replies){.count = 0};
    if (!rest_escape(d->api_username, bot, sizeof bot))
        return reply_refuse(reply, "\"api_username\" is too long");
    rest_get(&d->rest, &a, "/t/%lld.json?include_raw=true&username_filters=%s", (long long)tid, bot);
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "read the topic");
    if (outcome == AW_FORUM_OK) {
        const json_t *stream = json_object_get(a.json, "post_stream");
        add_replies(f, a.json, key);
        outcome = read_rest(d, tid, json_object_get(stream, "stream"),
                            json_array_size(json_object_get(stream, "posts")), key, f, reply);
    }
    answer_free(&a);
    return outcome;
}

static int remove_twins(struct discourse *d, const struct replies *f, aw_forum_reply *reply)
{
    for (size_t i = 1; i < f->count; i++) {
        struct answer a;
        rest_send(&d->rest, &a, "DELETE", NULL, "/posts/%lld.json", (long long)f->id[i]);
        /* Deleting answers 200 without a body. */
        bool gone = (a.status >= 200 && a.status < 300) || a.status == 404;
        int outcome = gone ? AW_FORUM_OK : reply_failed(reply, &a, "remove a twin");
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
    }
    return AW_FORUM_OK;
}

static int post_number(struct discourse *d, int64_t post, int64_t *out, aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&d->rest, &a, "/posts/%lld.json", (long long)post);
    *out = json_member_i64(a.json, "post_number");
    int outcome = answer_done(&a) || a.status == 404
                      ? AW_FORUM_OK : reply_failed(reply, &a, "look up the post replied to");
    answer_free(&a);
    return outcome;
}

static int create_reply(struct discourse *d, const aw_forum_request *r, int64_t tid,
                        struct replies *f, aw_forum_reply *reply)
{
    int64_t parent = discourse_id(r->parent_ref), number = -1;
    bool queued = false;
    int outcome = look_up_queued(d, r->key, &queued, reply);
    if (outcome == AW_FORUM_OK && queued)
        return waiting_in_queue(reply);
    if (outcome == AW_FORUM_OK && parent > 0)
        outcome = post_number(d, parent, &number, reply);
    json_t *body = outcome == AW_FORUM_OK ? post_body(r) : NULL;
    if (!body)
        return outcome == AW_FORUM_OK ? reply_refuse(reply, "reply: the text is not UTF-8") : outcome;
    json_object_del(body, "external_id");
    json_object_del(body, "title");
    json_object_set_new(body, "topic_id", json_integer(tid));
    if (number > 0)
        json_object_set_new(body, "reply_to_post_number", json_integer(number));
    struct answer a;
    rest_send(&d->rest, &a, "POST", body, "/posts.json");
    queued = is_enqueued(&a);
    if (!queued)
        outcome = reply_after_create(reply, find_replies(d, tid, r->key, f, reply), &a);
    if (queued)
        outcome = waiting_in_queue(reply);
    else if (outcome == AW_FORUM_OK && f->count == 0)
        outcome = answer_uncertain(&a) || answer_done(&a)
                      ? reply_settle(reply, &d->rest, &a, "reply") : reply_failed(reply, &a, "reply");
    answer_free(&a);
    return outcome;
}

int discourse_post_as_bot(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    int64_t tid = discourse_id(r->topic_ref);
    struct replies f;
    if (!r->topic_ref || !*r->topic_ref)
        return post_topic(d, r, "post a topic", reply);
    if (tid < 0 || !r->key || !*r->key)
        return reply_refuse(reply, "reply: \"%.60s\" is not a topic of this forum", r->topic_ref);
    int outcome = find_replies(d, tid, r->key, &f, reply);
    bool created = outcome == AW_FORUM_OK && f.count == 0;
    if (created)
        outcome = create_reply(d, r, tid, &f, reply);
    if (outcome == AW_FORUM_OK)
        outcome = remove_twins(d, &f, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/p/%lld", d->rest.base, (long long)f.id[0]);
    return reply_ok(reply, created, "%lld", (long long)f.id[0]);
}

/* ---- private messages ------------------------------------------------------------------ */

static int username_of(struct discourse *d, int64_t id, char out[128], aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&d->rest, &a, "/admin/users/%lld.json", (long long)id);
    name_cut(json_member_text(a.json, "username"), out, 128);
    int outcome = AW_FORUM_OK;
    if (!answer_done(&a))
        outcome = reply_failed(reply, &a, "look up the learner's user");
    else if (!*out)
        outcome = reply_refuse(reply, "the forum's user %lld has no name", (long long)id);
    answer_free(&a);
    return outcome;
}

static int tell(struct discourse *d, const aw_forum_request *r, aw_forum_reply *reply)
{
    int64_t user = discourse_id(r->user_ref), tid = 0;
    char username[128];
    bool created = false;
    if (!r->key || !*r->key || !r->title || !*r->title || user < 0)
        return reply_refuse(reply, "send a message: the request lacks a key, a title or the user");
    int outcome = username_of(d, user, username, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    aw_forum_request with_url = *r;
    char *text = NULL;
    if (r->url && *r->url && (!r->markdown || !strstr(r->markdown, r->url)) &&
        asprintf(&text, "%s\n\n%s", r->markdown ? r->markdown : "", r->url) > 0)
        with_url.markdown = text;
    json_t *body = post_body(&with_url);
    free(text);
    if (!body)
        return reply_refuse(reply, "send a message: the text is not UTF-8");
    json_object_set_new(body, "archetype", json_string("private_message"));
    json_object_set_new(body, "target_recipients", json_string(username));
    outcome = topic_once(d, r->key, body, &tid, &created, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/t/%lld", d->rest.base, (long long)tid);
    return reply_ok(reply, created, "%lld", (long long)tid);
}

int discourse_invite(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    return tell(self, r, reply);
}

int discourse_note(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    return tell(self, r, reply);
}

/* ---- marks: the same end state when repeated --------------------------------------------- */

int discourse_mark_official(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    int64_t post = discourse_id(r->post_ref);
    const char *notice = r->title && *r->title ? r->title : "Official answer";
    if (post < 0)
        return reply_refuse(reply, "mark as official: the request names no post of this forum");
    struct answer a;
    rest_send(&d->rest, &a, "PUT", json_pack("{s:s}", "notice", notice), "/posts/%lld/notice.json",
              (long long)post);
    bool done = a.status >= 200 && a.status < 300; /* 204 or {} */
    int outcome = done ? reply_ok(reply, true, "%lld", (long long)post)
                       : reply_failed(reply, &a, "mark the post as official");
    answer_free(&a);
    return outcome;
}

int discourse_mark_answer(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    int64_t post = discourse_id(r->post_ref);
    if (post < 0)
        return reply_refuse(reply, "mark as answer: the request names no post of this forum");
    struct answer a;
    rest_send(&d->rest, &a, "POST", json_pack("{s:I}", "id", (json_int_t)post),
              "/solution/accept.json");
    int outcome = a.status >= 200 && a.status < 300 ? reply_ok(reply, true, "%lld", (long long)post)
                  : a.status == 404
                      ? reply_unsupported(reply, "this forum has no accepted answers; install the "
                                          "plugin discourse-solved")
                      : reply_failed(reply, &a, "mark the answer");
    answer_free(&a);
    return outcome;
}
