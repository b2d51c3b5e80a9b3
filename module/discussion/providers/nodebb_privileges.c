/*
 * nodebb_privileges.c - who may do what in a category, always read back.
 *
 * Measured: a privilege that the forum does not know, or a list of them, answers 200
 * and does nothing. And taking only the reading ones away from registered-users leaves
 * a hole through which non-members can post. So a room is closed only when no group but
 * ours and the forum's own staff has any privilege at all.
 */
#include "nodebb.h"

#include <stdio.h>
#include <string.h>

/* What a member may do in the room. */
static const char *const member_privileges[] = {
    "groups:find", "groups:read", "groups:topics:read", "groups:topics:create",
    "groups:topics:reply", "groups:topics:tag", "groups:posts:edit", "groups:posts:history",
    "groups:posts:delete", "groups:posts:upvote", "groups:posts:downvote", "groups:topics:delete",
};
#define PRIVILEGES (sizeof member_privileges / sizeof *member_privileges)

static const json_t *groups_of(const struct answer *a)
{
    return json_object_get(json_object_get(a->json, "response"), "groups");
}

static bool is_staff(const char *group)
{
    return strcmp(group, "administrators") == 0 || strcmp(group, "Global Moderators") == 0;
}

static bool is_ours(const char *group)
{
    return strncmp(group, NODEBB_GROUP_PREFIX, strlen(NODEBB_GROUP_PREFIX)) == 0;
}

/* The first group that has a privilege in the category and should have none. */
static bool find_open(const json_t *groups, const char **out_group, const char **out_privilege)
{
    size_t i;
    const json_t *group;
    json_array_foreach(groups, i, group) {
        const char *name = json_member_text(group, "name"), *privilege;
        json_t *value;
        if (is_staff(name) || is_ours(name))
            continue;
        json_object_foreach(json_object_get(group, "privileges"), privilege, value) {
            if (!json_is_true(value))
                continue;
            *out_group = name;
            *out_privilege = privilege;
            return true;
        }
    }
    return false;
}

static int read_privileges(struct nodebb *n, int64_t cid, struct answer *a, aw_forum_reply *reply)
{
    rest_get(&n->rest, a, "/api/v3/categories/%lld/privileges", (long long)cid);
    if (!answer_done(a))
        return reply_failed(reply, a, "read the category's privileges");
    if (!json_is_array(groups_of(a)))
        return reply_retry(reply, 0, "read the category's privileges: the answer has no groups");
    return AW_FORUM_OK;
}

int nodebb_is_closed(struct nodebb *n, int64_t cid, bool *out_closed, char *who, size_t who_size,
                     aw_forum_reply *reply)
{
    struct answer a;
    int outcome = read_privileges(n, cid, &a, reply);
    const char *group = "", *privilege = "";
    if (outcome == AW_FORUM_OK) {
        *out_closed = !find_open(groups_of(&a), &group, &privilege);
        snprintf(who, who_size, "%s (%s)", group, privilege);
    }
    answer_free(&a);
    return outcome;
}

/* One privilege of one group per request: that is what the forum honours. */
static int take_away(struct nodebb *n, int64_t cid, const char *group, const char *privilege,
                     aw_forum_reply *reply)
{
    char member[256], name[128];
    if (!rest_escape(group, member, sizeof member) || !rest_escape(privilege, name, sizeof name))
        return reply_refuse(reply, "close the category: the group \"%.100s\" has too long a name",
                            group);
    struct answer a;
    rest_send(&n->rest, &a, "DELETE", NULL, "/api/v3/categories/%lld/privileges/%s/%s",
              (long long)cid, name, member);
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "close the category");
    answer_free(&a);
    return outcome;
}

int nodebb_close_category(struct nodebb *n, int64_t cid, struct answer *out_privileges,
                          aw_forum_reply *reply)
{
    const char *last_group = NULL, *last_privilege = NULL;
    char seen_group[256] = "", seen_privilege[128] = "";
    for (int i = 0; i < 512; i++) { /* groups times privileges, with room to spare */
        struct answer a;
        const char *group, *privilege;
        int outcome = read_privileges(n, cid, &a, reply);
        bool open = outcome == AW_FORUM_OK && find_open(groups_of(&a), &group, &privilege);
        if (open && strcmp(group, seen_group) == 0 && strcmp(privilege, seen_privilege) == 0)
            outcome = reply_retry(reply, 0, "close the category: %.60s keeps %.60s although the "
                                  "forum said it was taken away", group, privilege);
        else if (open) {
            snprintf(seen_group, sizeof seen_group, "%s", group);
            snprintf(seen_privilege, sizeof seen_privilege, "%s", privilege);
            outcome = take_away(n, cid, group, privilege, reply);
        }
        last_group = seen_group;
        last_privilege = seen_privilege;
        if (outcome == AW_FORUM_OK && !open) {
            *out_privileges = a;
            return AW_FORUM_OK;
        }
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
    }
    return reply_refuse(reply, "close the category: too many groups have privileges in it (%.60s, "
                        "%.60s, ...); see \"template_cid\" in docs/forums.md", last_group,
                        last_privilege);
}

static const json_t *privileges_of(const json_t *groups, const char *name)
{
    size_t i;
    const json_t *group;
    json_array_foreach(groups, i, group) {
        if (strcmp(json_member_text(group, "name"), name) == 0)
            return json_object_get(group, "privileges");
    }
    return NULL;
}

static int give(struct nodebb *n, int64_t cid, const char *group, const char *privilege,
                aw_forum_reply *reply)
{
    char name[128];
    if (!rest_escape(privilege, name, sizeof name))
        return AW_FORUM_OK;
    struct answer a;
    rest_send(&n->rest, &a, "PUT", json_pack("{s:s}", "member", group),
              "/api/v3/categories/%lld/privileges/%s", (long long)cid, name);
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "open the category to "
                                                               "its group");
    answer_free(&a);
    return outcome;
}

/* The first privilege that the group lacks, or NULL; `give_them`: asks for each of them. */
static int look_for_missing(struct nodebb *n, int64_t cid, const char *group, const json_t *groups,
                            bool give_them, const char **out_missing, aw_forum_reply *reply)
{
    const json_t *has = privileges_of(groups, group);
    int outcome = AW_FORUM_OK;
    *out_missing = NULL;
    for (size_t i = 0; outcome == AW_FORUM_OK && i < PRIVILEGES; i++) {
        if (json_is_true(json_object_get(has, member_privileges[i])))
            continue;
        if (!*out_missing)
            *out_missing = member_privileges[i];
        if (give_them)
            outcome = give(n, cid, group, member_privileges[i], reply);
    }
    return outcome;
}

int nodebb_grant(struct nodebb *n, int64_t cid, const char *group, const struct answer *privileges,
                 aw_forum_reply *reply)
{
    const char *missing = NULL;
    struct answer now = {0};
    int outcome = look_for_missing(n, cid, group, groups_of(privileges), true, &missing, reply);
    if (outcome != AW_FORUM_OK || !missing)
        return outcome;
    outcome = read_privileges(n, cid, &now, reply);
    if (outcome == AW_FORUM_OK)
        outcome = look_for_missing(n, cid, group, groups_of(&now), false, &missing, reply);
    if (outcome == AW_FORUM_OK && missing)
        outcome = reply_retry(reply, 0, "open the category to its group: the forum said yes, but %s "
                              "is not there", missing);
    answer_free(&now);
    return outcome;
}
