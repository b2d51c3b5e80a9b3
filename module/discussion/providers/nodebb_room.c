/*
 * nodebb_room.c - a room: a hidden, private group, and a category open to that group alone.
 *
 * The category (nodebb_category.c) is born disabled. Not before it has been seen that nobody
 * but the group has any privilege in it, it is named for people and enabled, in one call.
 */
#include "nodebb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATEGORY_NAME_BYTES 200

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

/* "Fire safety: emea-q1" for people, and the template's word on the post queue, which cloning
 * leaves out; only once, so that what a moderator changes later stays. */
static int enable_category(struct nodebb *n, const aw_forum_request *r,
                           const struct nodebb_found *f, aw_forum_reply *reply)
{
    char name[CATEGORY_NAME_BYTES];
    const char *course = r->course_title && *r->course_title ? r->course_title : r->title;
    name_for_people(course, r->room_name, name, sizeof name);
    json_t *body = json_pack("{s:s*, s:i}", "name", *name ? name : NULL, "disabled", 0);
    if (body && f->queue != f->template_queue) /* else it goes on following the forum's setting */
        json_object_set_new(body, "postQueue", json_integer(f->template_queue));
    struct answer a;
    rest_send(&n->rest, &a, "PUT", body, "/api/v3/categories/%lld", (long long)f->cid[0]);
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "enable the category");
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
    struct nodebb_found f = {.count = 0};
    struct answer privileges = {0};
    bool created = false;
    if (!r->discussion || !*r->discussion)
        return reply_refuse(reply, "the request names no discussion");
    name_room(NODEBB_GROUP_PREFIX, r->discussion, group);
    name_room(NODEBB_ROOM_PREFIX, r->discussion, technical);
    int outcome = ensure_group(n, group, &created, reply);
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_ensure_category(n, technical, &f, &created, reply);
    /* The server may have died between making the category and copying the privileges. */
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_close_category(n, f.cid[0], &privileges, reply);
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_grant(n, f.cid[0], group, &privileges, reply);
    answer_free(&privileges);
    if (outcome == AW_FORUM_OK)
        outcome = add_managers(n, r, f.cid[0], reply);
    if (outcome == AW_FORUM_OK && f.technical)
        outcome = enable_category(n, r, &f, reply);
    else if (outcome == AW_FORUM_OK && f.disabled)
        outcome = reply_refuse(reply, "the category %lld is disabled in the forum; enable it there, "
                               "then retry", (long long)f.cid[0]);
    if (outcome != AW_FORUM_OK)
        return outcome;
    snprintf(reply->url, sizeof reply->url, "%s/category/%lld", n->rest.base, (long long)f.cid[0]);
    return reply_ok(reply, created, "%lld/%s", (long long)f.cid[0], group);
}
