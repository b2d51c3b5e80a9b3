/*
 * nodebb_room.c - a room: a hidden, private group, and a category open to that group alone.
 *
 * A category is born by cloning one that has no privileges, under a technical name that
 * holds our discussion's id; the handle that NodeBB makes of it stays when the name is
 * later made readable, so the category is found again by handle or name. Repeating the
 * creation makes a second one: so it is looked up before, and again after an answer that
 * was lost; the lowest cid is kept and empty twins are purged, before anybody is let in.
 */
#include "nodebb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWINS 8
#define CATEGORY_NAME_BYTES 200

struct found {
    int64_t cid[TWINS], topics[TWINS];
    size_t count;
    bool technical; /* the lowest still has its technical name */
};

/* ---- the group ------------------------------------------------------------- */

/* 1 there and hidden, 0 not there, 2 there but not as wanted, -1 see reply/outcome. */
static int look_up_group(struct nodebb *n, const char *slug, int *outcome, aw_forum_reply *reply)
{
    struct answer a;
    int found = -1;
    rest_get(&n->rest, &a, "/api/groups/%s", slug);
    const json_t *group = json_object_get(a.json, "group");
    if (a.status == 404)
        found = 0;
    else if (answer_done(&a) && group)
        found = json_member_true(group, "hidden") && json_member_true(group, "private") ? 1 : 2;
    else
        *outcome = reply_failed(reply, &a, "look up the group");
    answer_free(&a);
    return found;
}

/* Numbers, not booleans: NodeBB reads "hidden": true as not hidden, and says nothing. */
static json_t *group_body(const char *slug)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:i}", "name", slug, "private", 1, "hidden", 1,
                     "userTitleEnabled", 0, "disableJoinRequests", 1);
}

static int ensure_group(struct nodebb *n, const char *slug, bool *created, aw_forum_reply *reply)
{
    struct answer a = {0};
    int outcome = AW_FORUM_OK;
    int found = look_up_group(n, slug, &outcome, reply);
    if (found == 1 || found < 0)
        return outcome;
    if (found == 2)
        rest_send(&n->rest, &a, "PUT", group_body(slug), "/api/v3/groups/%s", slug);
    else
        rest_send(&n->rest, &a, "POST", group_body(slug), "/api/v3/groups");
    /* 400 "already exists" is as good as done, if it is a group that exists; an answer that
     * was lost may be either. Looking decides. */
    int now = look_up_group(n, slug, &outcome, reply);
    outcome = reply_after_create(reply, outcome, &a);
    if (now == 0 && answer_uncertain(&a))
        outcome = reply_settle(reply, &n->rest, &a, "create the group");
    else if (now == 0 && a.status == 400)
        outcome = reply_refuse(reply, "create the group: the name %s is taken by something else "
                               "(users, groups and categories share their names): %s", slug,
                               a.error);
    else if (now == 0)
        outcome = reply_failed(reply, &a, "create the group");
    else if (now == 2)
        outcome = reply_retry(reply, 0, "the group %s is not hidden and private although the forum "
                              "said so", slug);
    *created = *created || now == 1;
    answer_free(&a);
    return outcome;
}

/* ---- the category ------------------------------------------------------------ */

static bool ends_as_twin(const char *rest)
{
    return rest[0] == '-' && strlen(rest) == 9 && strspn(rest + 1, "0123456789abcdef") == 8;
}

static bool is_category(const json_t *category, const char *technical)
{
    const char *handle = json_member_text(category, "handle");
    size_t len = strlen(technical);
    return strcmp(json_member_text(category, "name"), technical) == 0 ||
           (strncmp(handle, technical, len) == 0 && (!handle[len] || ends_as_twin(handle + len)));
}

const char *nodebb_room_name(const json_t *category, char out[NAME_ROOM_BYTES])
{
    const char *handle = json_member_text(category, "handle");
    if (!name_discussion(NODEBB_ROOM_PREFIX, handle))
        handle = json_member_text(category, "name");
    if (!name_discussion(NODEBB_ROOM_PREFIX, handle) || strlen(handle) >= NAME_ROOM_BYTES)
        return NULL;
    snprintf(out, NAME_ROOM_BYTES, "%s", handle);
    size_t uuid = strlen(NODEBB_ROOM_PREFIX) + 36;
    if (strlen(out) > uuid && ends_as_twin(out + uuid))
        out[uuid] = '\0';
    return out;
}

static void keep_lowest(struct found *f, const json_t *category, const char *technical)
{
    int64_t cid = json_member_i64(category, "cid");
    if (cid <= 0 || f->count == TWINS)
        return;
    size_t at = f->count++;
    f->cid[at] = cid;
    f->topics[at] = json_member_i64(category, "topic_count");
    if (at > 0 && cid > f->cid[0])
        return;
    f->technical = strcmp(json_member_text(category, "name"), technical) == 0;
    if (at == 0)
        return;
    int64_t topics = f->topics[at]; /* the lowest comes first */
    f->cid[at] = f->cid[0];
    f->topics[at] = f->topics[0];
    f->cid[0] = cid;
    f->topics[0] = topics;
}

static int find_category(struct nodebb *n, const char *technical, struct found *out,
                         aw_forum_reply *reply)
{
    struct answer a;
    *out = (struct found){.count = 0};
    rest_get(&n->rest, &a, "/api/v3/categories");
    const json_t *list = json_object_get(json_object_get(a.json, "response"), "categories");
    int outcome = AW_FORUM_OK;
    if (!answer_done(&a) || !json_is_array(list))
        outcome = reply_failed(reply, &a, "look up the category");
    size_t i;
    const json_t *category;
    json_array_foreach(list, i, category) {
        if (outcome == AW_FORUM_OK && is_category(category, technical))
            keep_lowest(out, category, technical);
    }
    answer_free(&a);
    return outcome;
}

/* Twins come from a creation that was acted on after we had given it up. */
static int purge_twins(struct nodebb *n, const struct found *f, aw_forum_reply *reply)
{
    for (size_t i = 1; i < f->count; i++) {
        if (f->topics[i] > 1) /* more than a prompt of ours: a person must look */
            return reply_refuse(reply, "categories %lld and %lld are the same room and both are in "
                                "use; move the topics of the second to the first and delete it",
                                (long long)f->cid[0], (long long)f->cid[i]);
        struct answer a;
        rest_send(&n->rest, &a, "DELETE", NULL, "/api/v3/categories/%lld", (long long)f->cid[i]);
        bool gone = answer_done(&a) || a.status == 404;
        int outcome = gone ? AW_FORUM_OK : reply_failed(reply, &a, "remove a twin category");
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
    }
    return AW_FORUM_OK;
}

static int ensure_category(struct nodebb *n, const char *technical, struct found *f, bool *created,
                           aw_forum_reply *reply)
{
    int outcome = find_category(n, technical, f, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    if (f->count == 0) {
        struct answer a;
        rest_send(&n->rest, &a, "POST",
                  json_pack("{s:s, s:I}", "name", technical, "cloneFromCid",
                            (json_int_t)n->template_cid), "/api/v3/categories");
        outcome = reply_after_create(reply, find_category(n, technical, f, reply), &a);
        if (outcome == AW_FORUM_OK && f->count == 0)
            outcome = answer_uncertain(&a)
                          ? reply_settle(reply, &n->rest, &a, "create the category")
                          : reply_failed(reply, &a, "create the category");
        *created = true;
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
    }
    return purge_twins(n, f, reply);
}

/* "Fire safety: emea-q1" for people; only once, so that a moderator's own name stays. */
static int name_category(struct nodebb *n, const aw_forum_request *r, int64_t cid,
                         aw_forum_reply *reply)
{
    char text[CATEGORY_NAME_BYTES * 2 + 4], name[CATEGORY_NAME_BYTES];
    const char *course = r->course_title && *r->course_title ? r->course_title : r->title;
    bool both = course && *course && r->room_name && *r->room_name;
    snprintf(text, sizeof text, "%.200s%s%.200s", course ? course : "", both ? ": " : "",
             r->room_name ? r->room_name : "");
    name_cut(text, name, sizeof name);
    if (!*name)
        return AW_FORUM_OK;
    struct answer a;
    rest_send(&n->rest, &a, "PUT", json_pack("{s:s}", "name", name), "/api/v3/categories/%lld",
              (long long)cid);
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "name the category");
    answer_free(&a);
    return outcome;
}

static int add_managers(struct nodebb *n, const aw_forum_request *r, int64_t cid,
                        aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    for (size_t i = 0; r->managers && r->managers[i] && outcome == AW_FORUM_OK; i++) {
        int64_t uid = 0;
        bool created = false;
        outcome = nodebb_user(n, r->managers[i], NULL, NULL, &uid, &created, reply);
        if (outcome != AW_FORUM_OK)
            return outcome;
        struct answer a;
        rest_send(&n->rest, &a, "PUT", NULL, "/api/v3/categories/%lld/moderator/%lld",
                  (long long)cid, (long long)uid);
        if (!answer_done(&a))
            outcome = reply_failed(reply, &a, "make a manager moderator");
        answer_free(&a);
    }
    return outcome;
}

int nodebb_ensure_room(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    char group[NAME_ROOM_BYTES], technical[NAME_ROOM_BYTES];
    struct found f = {.count = 0};
    bool created = false;
    if (!r->discussion || !*r->discussion)
        return reply_refuse(reply, "the request names no discussion");
    name_room(NODEBB_GROUP_PREFIX, r->discussion, group);
    name_room(NODEBB_ROOM_PREFIX, r->discussion, technical);
    int outcome = ensure_group(n, group, &created, reply);
    if (outcome == AW_FORUM_OK)
        outcome = ensure_category(n, technical, &f, &created, reply);
    /* The server may have died between making the category and copying the privileges. */
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_close_category(n, f.cid[0], reply);
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_grant(n, f.cid[0], group, reply);
    if (outcome == AW_FORUM_OK)
        outcome = add_managers(n, r, f.cid[0], reply);
    if (outcome == AW_FORUM_OK && f.technical)
        outcome = name_category(n, r, f.cid[0], reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/category/%lld", n->rest.base, (long long)f.cid[0]);
    return reply_ok(reply, created, "%lld/%s", (long long)f.cid[0], group);
}
