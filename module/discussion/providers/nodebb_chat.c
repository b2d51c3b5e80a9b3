/*
 * nodebb_chat.c - a word to one learner: the invitation and private notes, as a chat message.
 *
 * The chat room of the bot and the learner is used if there is one; the message carries
 * the request's key, and is looked for among the newest before it is sent.
 */
#include "nodebb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 900 /* NodeBB's limit is 1000 characters, and the marker needs some */
#define BUSY_MS 3000      /* chatMessageDelay: "too many messages" */

static int look_up_chat(struct nodebb *n, int64_t uid, int64_t *out_room, aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/users/%lld/chat", (long long)uid);
    int outcome = AW_FORUM_OK;
    if (answer_done(&a))
        *out_room = json_member_i64(json_object_get(a.json, "response"), "roomId");
    else
        outcome = reply_failed(reply, &a, "look up the chat with the learner");
    answer_free(&a);
    return outcome;
}

static int failed(struct nodebb *n, const struct answer *a, const char *doing,
                  aw_forum_reply *reply)
{
    if (answer_uncertain(a) || answer_done(a))
        return reply_settle(reply, &n->rest, a, doing);
    if (a->status == 400 && strstr(a->error, "too many"))
        return reply_retry(reply, BUSY_MS, "%s: %s", doing, a->error);
    return reply_failed(reply, a, doing);
}

static int ensure_chat(struct nodebb *n, int64_t uid, int64_t *out_room, aw_forum_reply *reply)
{
    int outcome = look_up_chat(n, uid, out_room, reply);
    if (outcome != AW_FORUM_OK || *out_room > 0)
        return outcome;
    struct answer a;
    rest_send(&n->rest, &a, "POST", json_pack("{s:[I]}", "uids", (json_int_t)uid),
              "/api/v3/chats");
    outcome = reply_after_create(reply, look_up_chat(n, uid, out_room, reply), &a);
    if (outcome == AW_FORUM_OK && *out_room <= 0)
        outcome = failed(n, &a, "open a chat with the learner", reply);
    answer_free(&a);
    return outcome;
}

static int message_has(struct nodebb *n, int64_t room, int64_t mid, const char *key, bool *out,
                       aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/chats/%lld/messages/%lld/raw", (long long)room,
             (long long)mid);
    int outcome = AW_FORUM_OK;
    if (answer_done(&a))
        *out = name_has_marker(json_member_text(json_object_get(a.json, "response"), "content"),
                               key);
    else if (a.status == 404)
        *out = false;
    else
        outcome = reply_failed(reply, &a, "read a message of the bot");
    answer_free(&a);
    return outcome;
}

/* *out: the message's id, 0 if it is not there. */
static int find_message(struct nodebb *n, int64_t room, const char *key, int64_t *out,
                        aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/chats/%lld/messages", (long long)room);
    const json_t *messages = json_object_get(json_object_get(a.json, "response"), "messages");
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "read the chat");
    size_t i;
    const json_t *m;
    *out = 0;
    json_array_foreach(messages, i, m) {
        int64_t mid = json_member_i64(m, "mid");
        if (mid < 0) /* NodeBB 3 says messageId */
            mid = json_member_i64(m, "messageId");
        bool has = false;
        if (outcome != AW_FORUM_OK || *out || mid <= 0 ||
            json_member_i64(m, "fromuid") != n->uid)
            continue;
        outcome = message_has(n, room, mid, key, &has, reply);
        if (has)
            *out = mid;
    }
    answer_free(&a);
    return outcome;
}

static json_t *message_body(const aw_forum_request *r)
{
    char text[MESSAGE_BYTES + 1], full[2 * MESSAGE_BYTES + 600];
    snprintf(full, sizeof full, "%s%.200s%s%.900s", r->title && *r->title ? "**" : "",
             r->title ? r->title : "", r->title && *r->title ? "**\n\n" : "",
             r->markdown ? r->markdown : "");
    size_t url = r->url ? strlen(r->url) : 0;
    size_t room = url < 500 ? sizeof text - url - 4 : sizeof text;
    name_cut(full, text, room);
    if (url > 0 && url < 500 && !strstr(text, r->url)) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "\n\n%s", r->url);
    }
    char *marked = name_mark(text, r->key);
    json_t *body = marked ? json_pack("{s:s}", "message", marked) : NULL;
    free(marked);
    return body;
}

static int tell(struct nodebb *n, const aw_forum_request *r, aw_forum_reply *reply)
{
    int64_t uid = nodebb_id(r->user_ref), room = 0, mid = 0;
    bool made = false;
    int outcome = AW_FORUM_OK;
    if (!r->key)
        return reply_refuse(reply, "send a message: the request has no key");
    if (uid < 0)
        outcome = nodebb_user(n, r->learner, r->learner_name, r->learner_email, &uid, &made, reply);
    if (outcome == AW_FORUM_OK)
        outcome = ensure_chat(n, uid, &room, reply);
    if (outcome == AW_FORUM_OK)
        outcome = find_message(n, room, r->key, &mid, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    if (mid > 0)
        return reply_ok(reply, false, "%lld", (long long)mid);
    json_t *body = message_body(r);
    if (!body)
        return reply_refuse(reply, "send a message: the text is not UTF-8");
    struct answer a;
    rest_send(&n->rest, &a, "POST", body, "/api/v3/chats/%lld", (long long)room);
    outcome = reply_after_create(reply, find_message(n, room, r->key, &mid, reply), &a);
    if (outcome == AW_FORUM_OK && mid == 0)
        outcome = failed(n, &a, "send a message", reply);
    answer_free(&a);
    return outcome == AW_FORUM_OK ? reply_ok(reply, true, "%lld", (long long)mid) : outcome;
}

int nodebb_invite(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    return tell(self, r, reply);
}

int nodebb_note(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    return tell(self, r, reply);
}
