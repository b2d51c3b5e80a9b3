/*
 * nodebb_people.c - users, and membership: the door.
 *
 * A second creation of "U" makes "U 0" and answers 200. So a user is looked up before,
 * and what came back under another name than was asked for is a twin and deleted.
 * Membership calls are idempotent; removing a non-member answers 400.
 */
#include "nodebb.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define USERNAME_CHARACTERS 16

/* The uid by username or e-mail address, 0 if there is none. */
static int look_up(struct nodebb *n, const char *by, const char *value, int64_t *out_uid,
                   aw_forum_reply *reply)
{
    char escaped[1024];
    if (!rest_escape(value, escaped, sizeof escaped))
        return reply_refuse(reply, "look up the user: the %s is too long", by);
    struct answer a;
    rest_get(&n->rest, &a, "/api/user/%s/%s", by, escaped);
    int outcome = AW_FORUM_OK;
    int64_t uid = json_member_i64(a.json, "uid");
    if (a.status == 404)
        *out_uid = 0;
    else if (answer_done(&a) && uid > 0)
        *out_uid = uid;
    else
        outcome = reply_failed(reply, &a, "look up the user");
    answer_free(&a);
    return outcome;
}

static int delete_twin(struct nodebb *n, int64_t uid, aw_forum_reply *reply)
{
    struct answer a;
    rest_send(&n->rest, &a, "DELETE", NULL, "/api/v3/users/%lld/account", (long long)uid);
    int outcome = answer_done(&a) || a.status == 404
                      ? AW_FORUM_OK : reply_failed(reply, &a, "remove a twin of the user");
    answer_free(&a);
    return outcome;
}

/* A user made by a request that came through after we had given it up. Only under
 * names that we invent: "bob 0" may be somebody. */
static int remove_late_twin(struct nodebb *n, const char *username, aw_forum_reply *reply)
{
    char twin[USERNAME_CHARACTERS * 4 + 4];
    int64_t uid = 0;
    if (n->users != NODEBB_USERS_DERIVED)
        return AW_FORUM_OK;
    snprintf(twin, sizeof twin, "%s 0", username);
    int outcome = look_up(n, "username", twin, &uid, reply);
    return outcome == AW_FORUM_OK && uid > 0 ? delete_twin(n, uid, reply) : outcome;
}

static void post_user(struct nodebb *n, const char *username, const char *name, const char *email,
                      struct answer *a)
{
    json_t *body = json_pack("{s:s, s:s*, s:s*}", "username", username, "fullname",
                             name && *name ? name : NULL, "email",
                             email && *email ? email : NULL);
    rest_send(&n->rest, a, "POST", body, "/api/v3/users");
}

static int create(struct nodebb *n, const char *username, const char *name, const char *email,
                  int64_t *out_uid, aw_forum_reply *reply)
{
    struct answer a;
    post_user(n, username, name, email, &a);
    if (a.status == 400 && email && *email && strcasestr(a.error, "email")) {
        answer_free(&a); /* the address is another user's, or none to NodeBB: then without */
        post_user(n, username, name, NULL, &a);
    }
    const json_t *made = json_object_get(a.json, "response");
    const char *as = json_member_text(made, "username");
    int outcome = AW_FORUM_OK;
    if (answer_done(&a) && *as && strcmp(as, username) != 0)
        outcome = delete_twin(n, json_member_i64(made, "uid"), reply);
    int64_t uid = 0;
    if (outcome == AW_FORUM_OK)
        outcome = reply_after_create(reply, look_up(n, "username", username, &uid, reply), &a);
    if (outcome == AW_FORUM_OK && uid == 0)
        outcome = answer_uncertain(&a) ? reply_settle(reply, &n->rest, &a, "create the user")
                                       : reply_failed(reply, &a, "create the user");
    if (outcome == AW_FORUM_OK)
        outcome = remove_late_twin(n, username, reply);
    answer_free(&a);
    if (outcome == AW_FORUM_OK)
        *out_uid = uid;
    return outcome;
}

int nodebb_user(struct nodebb *n, const char *learner, const char *name, const char *email,
                int64_t *out_uid, bool *out_created, aw_forum_reply *reply)
{
    char derived[17];
    const char *username = derived;
    int64_t uid = 0;
    int outcome = AW_FORUM_OK;
    if (!learner || !*learner)
        return reply_refuse(reply, "the request names no learner");
    name_user(learner, n->user_key, derived);
    if (n->users == NODEBB_USERS_USERNAME)
        username = learner;
    if (strlen(username) > USERNAME_CHARACTERS)
        return reply_refuse(reply, "the learner's id is longer than a username of NodeBB (%d); use "
                            "\"users\": \"derived\" or \"email\"", USERNAME_CHARACTERS);
    if (n->users == NODEBB_USERS_EMAIL && email && *email)
        outcome = look_up(n, "email", email, &uid, reply);
    if (outcome == AW_FORUM_OK && uid == 0)
        outcome = look_up(n, "username", username, &uid, reply);
    *out_created = outcome == AW_FORUM_OK && uid == 0;
    if (*out_created)
        outcome = create(n, username, name, email, &uid, reply);
    if (outcome == AW_FORUM_OK)
        *out_uid = uid;
    return outcome;
}

int nodebb_admit(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    char group[NAME_ROOM_BYTES];
    int64_t cid, uid = 0;
    bool created = false;
    if (!nodebb_room_ref(r->room_ref, &cid, group))
        return reply_refuse(reply, "admit: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    int outcome = nodebb_user(n, r->learner, r->learner_name, r->learner_email, &uid, &created,
                              reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    struct answer a;
    rest_send(&n->rest, &a, "PUT", NULL, "/api/v3/groups/%s/membership/%lld", group,
              (long long)uid);
    outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "let the learner in");
    answer_free(&a);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/category/%lld", n->rest.base, (long long)cid);
    return reply_ok(reply, created, "%lld", (long long)uid);
}

int nodebb_remove(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    char group[NAME_ROOM_BYTES], derived[17];
    int64_t cid, uid = nodebb_id(r->user_ref);
    int outcome = AW_FORUM_OK;
    if (!nodebb_room_ref(r->room_ref, &cid, group))
        return reply_refuse(reply, "remove: the room \"%.60s\" is not one of this forum",
                            r->room_ref ? r->room_ref : "");
    if (uid < 0 && r->learner) { /* never make a user to let them out */
        name_user(r->learner, n->user_key, derived);
        outcome = look_up(n, "username", n->users == NODEBB_USERS_USERNAME ? r->learner : derived,
                          &uid, reply);
    }
    if (outcome != AW_FORUM_OK)
        return outcome;
    if (uid <= 0)
        return reply_ok(reply, false, "%s", "");
    struct answer a;
    rest_send(&n->rest, &a, "DELETE", NULL, "/api/v3/groups/%s/membership/%lld", group,
              (long long)uid);
    /* 400: was no member; 404: the group is gone, and with it the membership. */
    bool done = answer_done(&a) || a.status == 400 || a.status == 404;
    outcome = done ? reply_ok(reply, a.status < 300, "%lld", (long long)uid)
                   : reply_failed(reply, &a, "let the learner out");
    answer_free(&a);
    return outcome;
}
