/*
 * discourse_people.c - users, and membership: the door.
 *
 * With DiscourseConnect one call (sync_sso) makes or updates the user and adds the group:
 * an upsert, so it may be repeated. Its answer lists the groups; one that it ignored is
 * added by the groups API, where 422 "already a member" is done. Without DiscourseConnect
 * the user is found by external id, or made under a hashed name.
 */
#include "discourse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "digest.h"

#define SSO_BYTES 8192

struct user {
    int64_t id;
    char username[128];
    bool in_group;
};

static void append(struct buf *b, const char *name, const char *value)
{
    char escaped[3 * 1024];
    if (!value || !*value || !rest_escape(value, escaped, sizeof escaped))
        return;
    buf_printf(b, "%s%s=%s", b->len ? "&" : "", name, escaped);
}

/* Nobody's address if the LMS gives none: Discourse wants one, and it is never written to
 * as long as the domain has no mail server. */
static void address(const struct discourse *d, const char *learner, const char *email,
                    char out[512])
{
    char hashed[17];
    name_user(learner, d->user_key, hashed);
    if (email && *email)
        snprintf(out, 512, "%s", email);
    else
        snprintf(out, 512, "%s@%s", hashed, d->email_domain);
}

static json_t *sso_body(const struct discourse *d, const char *learner, const char *name,
                        const char *email, const char *group)
{
    char mail[512], hex[65], username[17];
    uint8_t mac[32];
    struct buf query = BUF_INIT(SSO_BYTES), sso = BUF_INIT(2 * SSO_BYTES);
    json_t *body = NULL;
    address(d, learner, email, mail);
    name_user(learner, d->user_key, username);
    append(&query, "external_id", learner);
    append(&query, "email", mail);
    append(&query, "name", name);
    if (!name || !*name) /* else Discourse would make one out of the address */
        append(&query, "username", username);
    append(&query, "add_groups", group);
    append(&query, "suppress_welcome_message", "true");
    if (query.error == AW_OK)
        digest_base64(&sso, query.data, query.len, false);
    if (query.error == AW_OK && sso.error == AW_OK &&
        digest_hmac_sha256(d->connect_secret, strlen(d->connect_secret), sso.data, sso.len, mac)) {
        digest_hex(mac, sizeof mac, hex);
        body = json_pack("{s:s, s:s}", "sso", sso.data, "sig", hex);
    }
    buf_free(&query);
    buf_free(&sso);
    return body;
}

static bool lists_group(const json_t *user, const char *group)
{
    size_t i;
    const json_t *g;
    json_array_foreach(json_object_get(user, "groups"), i, g) {
        if (strcmp(json_member_text(g, "name"), group) == 0)
            return true;
    }
    return false;
}

static int sync(struct discourse *d, const char *learner, const char *name, const char *email,
                const char *group, struct user *out, aw_forum_reply *reply)
{
    struct answer a;
    json_t *body = sso_body(d, learner, name, email, group);
    if (!body)
        return reply_refuse(reply, "let the learner in: id, name or address are too long");
    rest_send(&d->rest, &a, "POST", body, "/admin/users/sync_sso.json");
    int outcome = AW_FORUM_OK;
    out->id = json_member_i64(a.json, "id");
    /* 403 with these members is about the user, not about our key: an address that is taken. */
    const char *wrong = json_object_get(a.json, "failed") ? json_member_text(a.json, "message") : "";
    if (a.status == 404) {
        outcome = reply_refuse(reply, "let the learner in: DiscourseConnect is off; switch "
                               "enable_discourse_connect on or take connect_secret_file out");
    } else if (a.status == 403 && *wrong) {
        outcome = reply_refuse(reply, "let the learner in: the forum refuses (%.200s)", wrong);
    } else if (!answer_done(&a) || out->id <= 0) {
        outcome = reply_failed(reply, &a, "let the learner in");
    } else {
        name_cut(json_member_text(a.json, "username"), out->username, sizeof out->username);
        out->in_group = lists_group(a.json, group);
    }
    answer_free(&a);
    return outcome;
}

/* ---- without DiscourseConnect ------------------------------------------------------ */

static int look_up(struct discourse *d, const char *path, const char *id, const char *group,
                   struct user *out, aw_forum_reply *reply)
{
    char escaped[1024];
    if (!rest_escape(id, escaped, sizeof escaped))
        return reply_refuse(reply, "look up the user: the learner's id is too long");
    struct answer a;
    rest_get(&d->rest, &a, "/u/%s%s.json", path, escaped);
    const json_t *user = json_object_get(a.json, "user");
    int outcome = AW_FORUM_OK;
    out->id = 0;
    if (answer_done(&a) && json_member_i64(user, "id") > 0) {
        out->id = json_member_i64(user, "id");
        name_cut(json_member_text(user, "username"), out->username, sizeof out->username);
        out->in_group = lists_group(user, group);
    } else if (a.status != 404) {
        outcome = reply_failed(reply, &a, "look up the user");
    }
    answer_free(&a);
    return outcome;
}

static json_t *new_user(const struct discourse *d, const char *learner, const char *name,
                        const char *email, const char *username)
{
    uint8_t random[24];
    char password[49], mail[512];
    if (!digest_random(random, sizeof random))
        return NULL;
    digest_hex(random, sizeof random, password); /* nobody's: the learner comes by single sign-on */
    address(d, learner, email, mail);
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "name", name && *name ? name : username,
                     "email", mail, "password", password, "username", username, "active", 1,
                     "approved", 1);
}

static int find_or_make(struct discourse *d, const char *learner, const char *name,
                        const char *email, const char *group, struct user *out,
                        aw_forum_reply *reply)
{
    char username[17];
    name_user(learner, d->user_key, username);
    int outcome = look_up(d, "by-external/", learner, group, out, reply);
    if (outcome == AW_FORUM_OK && out->id == 0)
        outcome = look_up(d, "", username, group, out, reply);
    if (outcome != AW_FORUM_OK || out->id > 0)
        return outcome;
    struct answer a;
    rest_send(&d->rest, &a, "POST", new_user(d, learner, name, email, username), "/users.json");
    outcome = reply_after_create(reply, look_up(d, "", username, group, out, reply), &a);
    if (outcome == AW_FORUM_OK && out->id == 0 && answer_uncertain(&a))
        outcome = reply_settle(reply, &d->rest, &a, "create the user");
    else if (outcome == AW_FORUM_OK && out->id == 0 && answer_done(&a))
        outcome = reply_refuse(reply, "create the user: the forum refuses (%.200s)",
                               json_member_text(a.json, "message"));
    else if (outcome == AW_FORUM_OK && out->id == 0)
        outcome = reply_failed(reply, &a, "create the user");
    answer_free(&a);
    return outcome;
}

static int add_to_group(struct discourse *d, const struct user *u, int64_t group,
                        aw_forum_reply *reply)
{
    struct answer a;
    rest_send(&d->rest, &a, "PUT", json_pack("{s:s}", "usernames", u->username),
              "/groups/%lld/members.json", (long long)group);
    /* 422: already a member. */
    int outcome = answer_done(&a) || a.status == 422
                      ? AW_FORUM_OK : reply_failed(reply, &a, "let the learner in");
    answer_free(&a);
    return outcome;
}

int discourse_join(struct discourse *d, const char *learner, const char *name, const char *email,
                   int64_t group, const char *group_name, int64_t *out_id, aw_forum_reply *reply)
{
    struct user u = {.id = 0};
    if (!learner || !*learner)
        return reply_refuse(reply, "the request names no learner");
    int outcome = d->connect_secret
                      ? sync(d, learner, name, email, group_name, &u, reply)
                      : find_or_make(d, learner, name, email, group_name, &u, reply);
    if (outcome == AW_FORUM_OK && !u.in_group)
        outcome = add_to_group(d, &u, group, reply);
    if (outcome == AW_FORUM_OK)
        *out_id = u.id;
    return outcome;
}

int discourse_admit(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    struct discourse_room room;
    int64_t id = 0;
    if (!discourse_room_ref(r->room_ref, &room))
        return reply_refuse(reply, "admit: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    int outcome = discourse_join(d, r->learner, r->learner_name, r->learner_email, room.group,
                                 room.group_name, &id, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/c/%lld", d->rest.base, (long long)room.category);
    return reply_ok(reply, true, "%lld", (long long)id);
}

int discourse_remove(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    struct discourse_room room;
    struct user u = {.id = discourse_id(r->user_ref)};
    int outcome = AW_FORUM_OK;
    if (!discourse_room_ref(r->room_ref, &room))
        return reply_refuse(reply, "remove: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    if (u.id < 0 && r->learner) /* never make a user to let them out */
        outcome = look_up(d, "by-external/", r->learner, room.group_name, &u, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    if (u.id <= 0)
        return reply_ok(reply, false, "%s", "");
    struct answer a;
    rest_send(&d->rest, &a, "DELETE", NULL, "/groups/%lld/members.json?user_id=%lld",
              (long long)room.group, (long long)u.id);
    /* 400, 404, 422: was no member, or the group is gone. */
    bool done = answer_done(&a) || a.status == 400 || a.status == 404 || a.status == 422;
    outcome = done ? reply_ok(reply, a.status < 300, "%lld", (long long)u.id)
                   : reply_failed(reply, &a, "let the learner out");
    answer_free(&a);
    return outcome;
}
