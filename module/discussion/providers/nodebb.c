/*
 * nodebb.c - NodeBB 4: configuration, check, table. Membership of a hidden group opens a
 * closed category (nodebb_room.c); topics and replies carry our key (nodebb_topic.c); users
 * and membership (nodebb_people.c); messages (nodebb_chat.c); what happened (nodebb_poll.c).
 *
 * {"type": "nodebb", "url": "https://forum.example.org", "token_file": "...", "uid": 1,
 *  "template_cid": 7, "users": "derived"|"username"|"email", "webhook_secret_file": "...",
 *  "user_key_file": "...", "settle_ms": 60000}
 */
#include "nodebb.h"
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"

#define DEFAULT_SETTLE_MS 60000

static const char *const members[] = {"name", "type", "url", "token", "uid", "template_cid",
                                      "users", "webhook_secret", "user_key", "settle_ms",
                                      "poll_seconds", "ca_file", "timeout_ms", NULL};

bool nodebb_room_ref(const char *ref, int64_t *cid, char group[NAME_ROOM_BYTES])
{
    char *end = NULL;
    if (!ref)
        return false;
    long long n = strtoll(ref, &end, 10);
    if (n <= 0 || !end || *end != '/' || !end[1] || strlen(end + 1) >= NAME_ROOM_BYTES)
        return false;
    *cid = n;
    if (group)
        snprintf(group, NAME_ROOM_BYTES, "%s", end + 1);
    return true;
}

int64_t nodebb_id(const char *ref)
{
    char *end = NULL;
    long long n = ref && *ref >= '0' && *ref <= '9' ? strtoll(ref, &end, 10) : -1;
    return end && *end == '\0' && n > 0 ? n : -1;
}

static int read_users(const json_t *config, enum nodebb_users *out, aw_error *err)
{
    static const char *const names[] = {"derived", "username", "email"};
    const char *users = "derived";
    int rc = json_get_text(config, "users", 32, &users, err);
    if (rc != AW_OK)
        return rc;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(users, names[i]) == 0) {
            *out = (enum nodebb_users)i;
            return AW_OK;
        }
    return error_set(err, AW_ECONFIG, "forums.users",
                     "is \"%s\"; use derived, username or email", users);
}

static int copy_secret(const json_t *config, const char *name, char **out, aw_error *err)
{
    const char *text = NULL;
    int rc = json_get_text(config, name, 512, &text, err);
    if (rc != AW_OK || !text)
        return rc;
    *out = strdup(text);
    return *out ? AW_OK : error_nomem(err, name);
}

static int read_config(struct nodebb *n, const aw_forum_services *services, const json_t *config,
                       aw_error *err)
{
    const char *url = NULL, *token = NULL, *name = "nodebb";
    int64_t settle = DEFAULT_SETTLE_MS;
    int rc = json_only(config, "forums", members, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "url", 500, &url, err);
    if (rc == AW_OK)
        rc = rest_init(&n->rest, services, url, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "name", 64, &name, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "token", 500, &token, err);
    if (rc == AW_OK && !token)
        rc = error_set(err, AW_ECONFIG, "forums.token_file",
                       "is missing: make an API token in the ACP (Settings, API access)");
    if (rc == AW_OK)
        rc = json_get_i64(config, "uid", 1, INT64_C(1) << 53, &n->uid, err);
    if (rc == AW_OK && n->uid <= 0)
        rc = error_set(err, AW_ECONFIG, "forums.uid",
                       "is missing: the user id of the bot, an administrator");
    if (rc == AW_OK)
        rc = json_get_i64(config, "template_cid", 1, INT64_C(1) << 53, &n->template_cid, err);
    if (rc == AW_OK && n->template_cid <= 0)
        rc = error_set(err, AW_ECONFIG, "forums.template_cid",
                       "is missing: a category of which every privilege of registered-users, "
                       "guests, spiders and fediverse has been taken away; rooms are cloned from it");
    if (rc == AW_OK)
        rc = read_users(config, &n->users, err);
    if (rc == AW_OK)
        rc = json_get_i64(config, "settle_ms", 0, 3600000, &settle, err);
    if (rc == AW_OK)
        rc = copy_secret(config, "webhook_secret", &n->webhook_secret, err);
    if (rc == AW_OK)
        rc = copy_secret(config, "user_key", &n->user_key, err);
    if (rc != AW_OK)
        return rc;
    n->rest.settle_ms = settle;
    /* A master token needs _uid to act as someone; a user's token ignores it. Errors come in
     * the forum's language unless we ask for one, and a few of them we have to recognise. */
    snprintf(n->rest.query, sizeof n->rest.query, "_uid=%lld&lang=en-GB", (long long)n->uid);
    snprintf(n->provider, sizeof n->provider, "%s", name);
    snprintf(n->authorization, sizeof n->authorization, "Bearer %s", token);
    return rest_header(&n->rest, "Authorization", n->authorization) ? AW_OK : AW_EINTERNAL;
}

static void nodebb_close(void *self)
{
    struct nodebb *n = self;
    if (!n)
        return;
    explicit_bzero(n->authorization, sizeof n->authorization);
    free(n->webhook_secret);
    free(n->user_key);
    free(n);
}

static int nodebb_open(const aw_forum_services *services, const char *config_json, void **out_self,
                       aw_error *err)
{
    json_t *config = NULL;
    struct nodebb *n = calloc(1, sizeof *n);
    int rc = n ? json_read(config_json, strlen(config_json), 65536, "forums", &config, err)
               : error_nomem(err, "forums");
    if (rc == AW_OK)
        rc = read_config(n, services, config, err);
    json_decref(config);
    if (rc == AW_OK)
        *out_self = n;
    else
        nodebb_close(n);
    return rc;
}

/* To a token that it does not know NodeBB answers as to a guest: 200 with what is public, 404
 * for what is not. And a user's own token posts as that user, whatever "uid" says: what the
 * bot wrote would not be found again, and be written again. So it is asked who we are. */
int nodebb_bot(struct nodebb *n, aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/self");
    int64_t uid = json_member_i64(a.json, "uid");
    int outcome = AW_FORUM_OK;
    if (!answer_done(&a) || uid <= 0)
        outcome = reply_failed(reply, &a, "ask whose token it is");
    else if (uid != n->uid)
        outcome = reply_refuse(reply, "the API token is the user %lld's, but \"uid\" says %lld: make "
                               "them the same", (long long)uid, (long long)n->uid);
    answer_free(&a);
    return outcome;
}

static int nodebb_check(void *self, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    char who[128];
    bool closed = false;
    int outcome = nodebb_bot(n, reply);
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_is_closed(n, n->template_cid, &closed, who, sizeof who, reply);
    if (outcome == AW_FORUM_OK && !closed)
        outcome = reply_refuse(reply,
                               "category %lld (\"template_cid\") still gives privileges to %s; take "
                               "all of them away, or rooms made from it are open for a moment",
                               (long long)n->template_cid, who);
    return outcome == AW_FORUM_OK ? reply_ok(reply, false, "%lld", (long long)n->uid) : outcome;
}

const aw_forum_provider provider_nodebb = {
    .struct_size = (uint32_t)sizeof(aw_forum_provider),
    .abi_version = AW_FORUM_ABI_VERSION,
    .name = "nodebb",
    .capabilities = AW_FORUM_CAN_HIDE_ROOMS | AW_FORUM_CAN_INVITE | AW_FORUM_CAN_MARK_OFFICIAL |
                    AW_FORUM_CAN_POLL | AW_FORUM_CAN_WEBHOOK | AW_FORUM_CAN_POST_AS_BOT |
                    AW_FORUM_CAN_DIRECT_NOTE,
    .open = nodebb_open,
    .close = nodebb_close,
    .check = nodebb_check,
    .ensure_room = nodebb_ensure_room,
    .ensure_topic = nodebb_ensure_topic,
    .admit = nodebb_admit,
    .remove = nodebb_remove,
    .invite = nodebb_invite,
    .post_as_bot = nodebb_post_as_bot,
    .mark_official = nodebb_mark_official,
    .note = nodebb_note,
    .poll_since = nodebb_poll,
    .webhook = nodebb_webhook,
};
