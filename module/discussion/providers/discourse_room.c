/*
 * discourse_room.c - a room: a group that only its members see, and a category that is
 * born with permissions for that group alone.
 *
 * Names of groups and slugs of categories are unique in Discourse, so a repeated creation
 * answers 422 and makes nothing: look-up before, and again after whatever came back.
 *
 * Managers whom a link names are a group of their own, which may see the category and moderates
 * it. That is heeded only where enable_category_group_moderation is on, and ignored without a
 * word where it is off: then they are members like others.
 */
#include "discourse.h"

#include <stdio.h>
#include <string.h>

#define GROUP_VISIBLE_TO_MEMBERS 2
#define CATEGORY_NAME_CHARACTERS 50
#define PERMISSION_FULL 1
#define MODERATORS 8

/* ---- the group ---------------------------------------------------------------- */

/* *out: the id, 0 if it is not there; *out_hidden: is it as it should be? */
static int look_up_group(struct discourse *d, const char *name, int64_t *out, bool *out_hidden,
                         aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&d->rest, &a, "/groups/%s.json", name);
    const json_t *group = json_object_get(a.json, "group");
    int outcome = AW_FORUM_OK;
    *out = 0;
    if (answer_done(&a) && json_member_i64(group, "id") > 0) {
        *out = json_member_i64(group, "id");
        *out_hidden = json_member_i64(group, "visibility_level") >= GROUP_VISIBLE_TO_MEMBERS &&
                      !json_member_true(group, "public_admission");
    } else if (a.status != 404) {
        outcome = reply_failed(reply, &a, "look up the group");
    }
    answer_free(&a);
    return outcome;
}

static json_t *group_body(const char *name, const char *full_name)
{
    return json_pack("{s:{s:s, s:s, s:i, s:i, s:i, s:i, s:b, s:b, s:b}}", "group", "name", name,
                     "full_name", full_name, "visibility_level", GROUP_VISIBLE_TO_MEMBERS,
                     "members_visibility_level", GROUP_VISIBLE_TO_MEMBERS, "mentionable_level", 0,
                     "messageable_level", 0, "public_admission", 0, "public_exit", 0,
                     "allow_membership_requests", 0);
}

static int ensure_group(struct discourse *d, const char *name, const char *full_name, int64_t *out,
                        bool *created, aw_forum_reply *reply)
{
    bool hidden = false;
    int outcome = look_up_group(d, name, out, &hidden, reply);
    if (outcome != AW_FORUM_OK || (*out > 0 && hidden))
        return outcome;
    struct answer a;
    *created = *created || *out == 0;
    if (*out > 0)
        rest_send(&d->rest, &a, "PUT", group_body(name, full_name), "/groups/%lld.json",
                  (long long)*out);
    else
        rest_send(&d->rest, &a, "POST", group_body(name, full_name), "/admin/groups.json");
    int64_t before = *out;
    outcome = reply_after_create(reply, look_up_group(d, name, out, &hidden, reply), &a);
    if (outcome == AW_FORUM_OK && *out == 0)
        outcome = answer_uncertain(&a) ? reply_settle(reply, &d->rest, &a, "create the group")
                                       : reply_failed(reply, &a, "create the group");
    if (outcome == AW_FORUM_OK && !hidden)
        outcome = reply_retry(reply, 0, "the group %s can be seen by others than its members%s", name,
                              before ? " and the forum does not change that" : "");
    answer_free(&a);
    return outcome;
}

/* ---- the category ---------------------------------------------------------------- */

struct groups { /* that a category is for */
    char members[24], managers[24];
};

struct category {
    int64_t id;
    char name[256];
    bool closed;
    char who[64];     /* else open to */
    bool managed;     /* open to its managers */
    int64_t moderators[MODERATORS]; /* the groups that moderate it */
    size_t moderator_count;
};

static void name_groups(const char *discussion, struct groups *out)
{
    char hash[17];
    name_short("group", discussion, hash);
    snprintf(out->members, sizeof out->members, "aw_%s", hash);
    snprintf(out->managers, sizeof out->managers, "awm_%s", hash);
}

static bool is_staff(const char *group)
{
    return strcmp(group, "admins") == 0 || strcmp(group, "moderators") == 0 ||
           strcmp(group, "staff") == 0;
}

static void read_category(const json_t *category, const struct groups *g, struct category *out)
{
    size_t i;
    const json_t *permission;
    const json_t *moderator;
    *out = (struct category){.id = json_member_i64(category, "id")};
    json_array_foreach(json_object_get(category, "moderating_group_ids"), i, moderator) {
        if (out->moderator_count < MODERATORS)
            out->moderators[out->moderator_count++] = json_integer_value(moderator);
    }
    name_cut(json_member_text(category, "name"), out->name, sizeof out->name);
    out->closed = json_member_true(category, "read_restricted");
    if (!out->closed)
        snprintf(out->who, sizeof out->who, "everyone");
    bool ours = false;
    const json_t *permissions = json_object_get(category, "group_permissions");
    json_array_foreach(permissions, i, permission) {
        const char *name = json_member_text(permission, "group_name");
        ours = ours || strcmp(name, g->members) == 0;
        out->managed = out->managed || strcmp(name, g->managers) == 0;
        if (strcmp(name, g->members) == 0 || strcmp(name, g->managers) == 0 || is_staff(name))
            continue;
        out->closed = false;
        snprintf(out->who, sizeof out->who, "%.60s", name);
    }
    if (out->closed && json_is_array(permissions) && !ours) {
        out->closed = false; /* closed to all: its group has to be let in */
        snprintf(out->who, sizeof out->who, "nobody");
    }
}

static int look_up_category(struct discourse *d, const char *slug, const struct groups *group,
                            struct category *out, aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&d->rest, &a, "/c/%s/find_by_slug.json", slug);
    const json_t *category = json_object_get(a.json, "category");
    int outcome = AW_FORUM_OK;
    *out = (struct category){.id = 0};
    if (answer_done(&a) && json_member_i64(category, "id") > 0)
        read_category(category, group, out);
    else if (a.status != 404)
        outcome = reply_failed(reply, &a, "look up the category");
    answer_free(&a);
    return outcome;
}

static bool moderates(const struct category *c, int64_t group)
{
    for (size_t i = 0; i < c->moderator_count; i++)
        if (c->moderators[i] == group)
            return true;
    return false;
}

/* Ours, and what an administrator has added. */
static json_t *moderators_of(const struct category *c, int64_t managers)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < c->moderator_count; i++)
        json_array_append_new(ids, json_integer(c->moderators[i]));
    if (!moderates(c, managers))
        json_array_append_new(ids, json_integer(managers));
    return ids;
}

static json_t *category_body(struct discourse *d, const char *name, const char *slug,
                             const struct groups *g)
{
    return json_pack("{s:s, s:s*, s:s, s:s, s:{s:I}}", "name", name, "slug", slug, "color",
                     "0E76BD", "text_color", "FFFFFF", "permissions", g->members,
                     (json_int_t)d->permission);
}

/* Names are unique, and two courses may have a room "Berlin": then with a bit of the id. */
static void category_name(const aw_forum_request *r, bool alone, char out[256])
{
    char cut[CATEGORY_NAME_CHARACTERS + 1];
    const char *course = r->course_title && *r->course_title ? r->course_title : r->title;
    name_for_people(course, r->room_name, cut, alone ? sizeof cut : sizeof cut - 11);
    if (!*cut)
        snprintf(cut, sizeof cut, "Discussion");
    if (alone)
        snprintf(out, 256, "%s", cut);
    else
        snprintf(out, 256, "%s (%.8s)", cut, r->discussion);
}

static int create_category(struct discourse *d, const aw_forum_request *r, const char *slug,
                           const struct groups *group, struct category *out, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    for (int try = 0; try < 2; try++) {
        struct answer a;
        char name[256];
        category_name(r, try == 0, name);
        rest_send(&d->rest, &a, "POST", category_body(d, name, slug, group), "/categories.json");
        outcome = reply_after_create(reply, look_up_category(d, slug, group, out, reply), &a);
        bool taken = outcome == AW_FORUM_OK && out->id == 0 && a.status == 422;
        if (outcome == AW_FORUM_OK && out->id == 0 && !(taken && try == 0))
            outcome = answer_uncertain(&a)
                          ? reply_settle(reply, &d->rest, &a, "create the category")
                          : reply_failed(reply, &a, "create the category");
        answer_free(&a);
        if (!taken)
            break;
    }
    return outcome;
}

/* managers: their group's id, 0: there are none. */
static int set_permissions(struct discourse *d, const char *slug, const struct groups *g,
                           int64_t managers, struct category *c, aw_forum_reply *reply)
{
    struct answer a;
    json_t *body = category_body(d, c->name, NULL, g);
    if (managers > 0) {
        json_object_set_new(json_object_get(body, "permissions"), g->managers,
                            json_integer(PERMISSION_FULL));
        json_object_set_new(body, "moderating_group_ids", moderators_of(c, managers));
    }
    rest_send(&d->rest, &a, "PUT", body, "/categories/%lld.json", (long long)c->id);
    int outcome = answer_done(&a) ? AW_FORUM_OK
                                  : reply_failed(reply, &a, "say who may see the category");
    answer_free(&a);
    if (outcome == AW_FORUM_OK)
        outcome = look_up_category(d, slug, g, c, reply);
    if (outcome == AW_FORUM_OK && !c->closed)
        outcome = reply_retry(reply, 0, "close the category: it is open to %s although the forum "
                              "said it was closed", c->who);
    return outcome;
}

/* What somebody opened by hand has lost its permissions: those of managers as well. */
static int close_category(struct discourse *d, const char *slug, const struct groups *g,
                          struct category *c, aw_forum_reply *reply)
{
    int64_t managers = 0;
    bool hidden;
    int outcome = look_up_group(d, g->managers, &managers, &hidden, reply);
    return outcome == AW_FORUM_OK ? set_permissions(d, slug, g, managers, c, reply) : outcome;
}

int discourse_require_closed(struct discourse *d, const struct discourse_room *room,
                             aw_forum_reply *reply)
{
    char slug[NAME_ROOM_BYTES];
    struct groups g;
    struct category c;
    name_room(DISCOURSE_ROOM_PREFIX, room->discussion, slug);
    name_groups(room->discussion, &g);
    int outcome = look_up_category(d, slug, &g, &c, reply);
    if (outcome == AW_FORUM_OK && (c.id == 0 || c.id != room->category))
        outcome = reply_refuse(reply, "the room's category (%lld, slug %s) is gone; restore it or "
                               "open a new discussion", (long long)room->category, slug);
    else if (outcome == AW_FORUM_OK && !c.closed)
        outcome = close_category(d, slug, &g, &c, reply);
    return outcome;
}

static int add_managers(struct discourse *d, const aw_forum_request *r, const char *slug,
                        const struct groups *g, struct category *c, aw_forum_reply *reply)
{
    char full_name[256], name[256];
    int64_t group = 0, id;
    bool created = false;
    if (!r->managers || !r->managers[0])
        return AW_FORUM_OK;
    category_name(r, true, name);
    snprintf(full_name, sizeof full_name, "Managers: %.200s", name);
    int outcome = ensure_group(d, g->managers, full_name, &group, &created, reply);
    for (size_t i = 0; r->managers[i] && outcome == AW_FORUM_OK; i++)
        outcome = discourse_join(d, r->managers[i], NULL, NULL, group, g->managers, &id, reply);
    if (outcome == AW_FORUM_OK && (!c->managed || !moderates(c, group)))
        outcome = set_permissions(d, slug, g, group, c, reply);
    return outcome;
}

int discourse_ensure_room(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct discourse *d = self;
    char slug[NAME_ROOM_BYTES], full_name[256];
    int64_t group = 0;
    struct groups g;
    struct category c;
    bool created = false;
    if (!r->discussion || !*r->discussion)
        return reply_refuse(reply, "the request names no discussion");
    name_groups(r->discussion, &g);
    name_room(DISCOURSE_ROOM_PREFIX, r->discussion, slug);
    category_name(r, true, full_name);
    int outcome = ensure_group(d, g.members, full_name, &group, &created, reply);
    if (outcome == AW_FORUM_OK)
        outcome = look_up_category(d, slug, &g, &c, reply);
    if (outcome == AW_FORUM_OK && c.id == 0) {
        created = true;
        outcome = create_category(d, r, slug, &g, &c, reply);
    }
    if (outcome == AW_FORUM_OK && !c.closed)
        outcome = close_category(d, slug, &g, &c, reply);
    if (outcome == AW_FORUM_OK)
        outcome = add_managers(d, r, slug, &g, &c, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/c/%lld", d->rest.base, (long long)c.id);
    return reply_ok(reply, created, "%lld/%lld/%s/%s", (long long)c.id, (long long)group, g.members,
                    r->discussion);
}
