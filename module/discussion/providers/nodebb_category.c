/*
 * nodebb_category.c - the category of a room: made once, disabled until it is seen to be closed.
 *
 * NodeBB gives a new category what everybody may do by default and takes it away only then, as
 * it copies the template's privileges. So it is born disabled: nobody, not even an
 * administrator, can read or write in it. It has a technical name that holds our discussion's
 * id; the handle that NodeBB makes of the name stays when the name is made readable, so it is
 * found again by handle or name. Repeating the creation makes a second one: so it is looked
 * up before, and again after an answer that was lost; the lowest cid is kept and empty twins
 * are purged, before anybody is let in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodebb.h"

#define PAGES 100

/* ---- is it ours? ----------------------------------------------------------------- */

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

/* ---- looking up ------------------------------------------------------------------ */

static void keep_lowest(struct nodebb_found *f, const json_t *category, const char *technical)
{
    int64_t cid = json_member_i64(category, "cid");
    for (size_t i = 0; i < f->count; i++)
        if (f->cid[i] == cid)
            return;
    if (cid <= 0 || f->count == NODEBB_TWINS)
        return;
    size_t at = f->count++;
    f->cid[at] = cid;
    f->topics[at] = json_member_i64(category, "topic_count");
    if (at > 0 && cid > f->cid[0])
        return;
    f->technical = strcmp(json_member_text(category, "name"), technical) == 0;
    f->disabled = json_member_true(category, "disabled");
    f->queue = json_member_true(category, "postQueue");
    if (at == 0)
        return;
    int64_t topics = f->topics[at]; /* the lowest comes first */
    f->cid[at] = f->cid[0];
    f->topics[at] = f->topics[0];
    f->cid[0] = cid;
    f->topics[0] = topics;
}

static int find_enabled(struct nodebb *n, const char *technical, struct nodebb_found *out,
                        aw_forum_reply *reply)
{
    struct answer a;
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

/* The administrators' list has no handles: a room that somebody has disabled is read by itself. */
static int look_at(struct nodebb *n, const json_t *listed, const char *technical,
                   struct nodebb_found *out, aw_forum_reply *reply)
{
    struct answer a;
    int outcome = AW_FORUM_OK;
    rest_get(&n->rest, &a, "/api/v3/categories/%lld", (long long)json_member_i64(listed, "cid"));
    const json_t *category = json_object_get(a.json, "response");
    if (!answer_done(&a) && a.status != 404)
        outcome = reply_failed(reply, &a, "look up the category");
    else if (answer_done(&a) && is_category(category, technical))
        keep_lowest(out, category, technical);
    answer_free(&a);
    return outcome;
}

/* Disabled categories below the parent; only administrators are shown those. */
static int find_disabled(struct nodebb *n, int64_t parent, const char *technical,
                         struct nodebb_found *out, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    for (int64_t page = 1, pages = 1; outcome == AW_FORUM_OK && page <= pages && page <= PAGES;
         page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/admin/manage/categories?cid=%lld&page=%lld", (long long)parent,
                 (long long)page);
        const json_t *list = json_object_get(a.json, "categoriesTree"), *category;
        if (!answer_done(&a) || !json_is_array(list))
            outcome = reply_failed(reply, &a, "look up the category among the disabled");
        if (parent > 0) /* the parent itself, with its children */
            list = json_object_get(json_array_get(list, 0), "children");
        pages = json_member_i64(json_object_get(a.json, "pagination"), "pageCount");
        size_t i;
        json_array_foreach(list, i, category) {
            if (outcome == AW_FORUM_OK && json_member_true(category, "disabled"))
                outcome = look_at(n, category, technical, out, reply);
        }
        answer_free(&a);
    }
    return outcome;
}

/* Where rooms are: beside the template, or, if the server died on the way, at the top. */
static int find_category(struct nodebb *n, int64_t parent, const char *technical,
                         struct nodebb_found *out, aw_forum_reply *reply)
{
    out->count = 0;
    int outcome = find_enabled(n, technical, out, reply);
    if (outcome == AW_FORUM_OK)
        outcome = find_disabled(n, 0, technical, out, reply);
    if (outcome == AW_FORUM_OK && parent > 0)
        outcome = find_disabled(n, parent, technical, out, reply);
    return outcome;
}

/* ---- making it -------------------------------------------------------------------- */

static int look_up_template(struct nodebb *n, int64_t *out_parent, bool *out_queue,
                            aw_forum_reply *reply)
{
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/categories/%lld", (long long)n->template_cid);
    const json_t *template = json_object_get(a.json, "response");
    int outcome = AW_FORUM_OK;
    if (!answer_done(&a))
        outcome = reply_failed(reply, &a, "look up the template (\"template_cid\")");
    else if (json_member_i64(template, "cid") != n->template_cid)
        outcome = reply_refuse(reply, "the category %lld (\"template_cid\") is not there",
                               (long long)n->template_cid);
    *out_parent = json_member_i64(template, "parentCid");
    *out_queue = json_member_true(template, "postQueue");
    answer_free(&a);
    return outcome;
}

/* Twins come from a creation that was acted on after we had given it up. */
static int purge_twins(struct nodebb *n, const struct nodebb_found *f, aw_forum_reply *reply)
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

int nodebb_ensure_category(struct nodebb *n, const char *technical, struct nodebb_found *f,
                           bool *created, aw_forum_reply *reply)
{
    int64_t parent = 0;
    int outcome = look_up_template(n, &parent, &f->template_queue, reply);
    if (outcome == AW_FORUM_OK)
        outcome = find_category(n, parent, technical, f, reply);
    if (outcome != AW_FORUM_OK)
        return outcome;
    if (f->count == 0) {
        struct answer a;
        rest_send(&n->rest, &a, "POST",
                  json_pack("{s:s, s:I, s:i}", "name", technical, "cloneFromCid",
                            (json_int_t)n->template_cid, "disabled", 1), "/api/v3/categories");
        outcome = reply_after_create(reply, find_category(n, parent, technical, f, reply), &a);
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
