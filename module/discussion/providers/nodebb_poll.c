/*
 * nodebb_poll.c - what happened in the forum: polling and sweeping.
 *
 * GET /api/recent/posts lists new posts of the whole forum, newest first, 20 a page; a
 * short page is not its end, since what the bot may not read is left out. Edits do not
 * come back there and likes have no time. So each poll also sweeps one page of topics of
 * one room, in turn: edits, deletions and votes cost time, never are lost. What is
 * gone is told only after the forum has said that it still knows our token: to others it
 * says 404 as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nodebb_tell.h"

#define PAGES 100          /* of recent posts in one poll; beyond, the sweep finds them */
#define EMPTY_PAGES 2
#define OVERLAP_MS (10 * 60000)
#define DAY_MS INT64_C(86400000)
#define TOPIC_PAGES 50
#define EDIT_EPOCH_S INT64_C(1577836800) /* 2020: seconds since then fit a revision */

/* ---- rooms ------------------------------------------------------------------ */

/* The discussion of a category, from the rooms of the poll. NULL: none of ours. */
static const char *discussion_of(const aw_forum_poll *poll, int64_t cid, char group[NAME_ROOM_BYTES])
{
    int64_t at;
    for (size_t i = 0; poll->room_refs && poll->room_refs[i]; i++)
        if (nodebb_room_ref(poll->room_refs[i], &at, group) && at == cid)
            return name_discussion(NODEBB_GROUP_PREFIX, group);
    return NULL;
}

/* ---- one post ----------------------------------------------------------------- */

static struct report read_post(const json_t *post, const json_t *topic, const char *discussion)
{
    struct report p = {.discussion = discussion};
    p.post = json_member_i64(post, "pid");
    p.topic = json_member_i64(post, "tid");
    p.user = json_member_i64(post, "uid");
    p.parent = json_member_i64(post, "toPid");
    p.posted_ms = json_member_i64(post, "timestamp");
    p.edited_ms = json_member_i64(post, "edited");
    p.deleted = json_member_true(post, "deleted") || json_member_true(topic, "deleted");
    p.first = json_member_i64(topic, "mainPid") == p.post;
    p.title = json_member_text(topic, "title");
    p.type = report_type(json_object_get(topic, "tags"), p.title);
    if (p.edited_ms / 1000 > EDIT_EPOCH_S)
        p.revision = (uint32_t)(p.edited_ms / 1000 - EDIT_EPOCH_S);
    return p;
}

static int tell_votes(struct nodebb *n, const struct reporter *t, const struct report *p,
                      int64_t upvotes)
{
    struct seen_post *s = seen_find(t->seen, p->post);
    if (!s || upvotes <= 0 || (uint64_t)upvotes <= s->votes)
        return 0;
    struct answer a;
    rest_get(&n->rest, &a, "/api/v3/posts/%lld/voters", (long long)p->post);
    int rc = 0;
    size_t i;
    const json_t *voter;
    json_array_foreach(json_object_get(json_object_get(a.json, "response"), "upvoters"), i, voter) {
        int64_t uid = json_member_i64(voter, "uid");
        if (rc == 0 && uid > 0 && uid != n->uid)
            rc = report_vote(t, p, uid);
    }
    if (rc == 0 && answer_done(&a))
        s->votes = (uint32_t)upvotes;
    answer_free(&a);
    return rc;
}

/* A reply means nothing to whoever does not know the topic: its first post goes before. */
static int tell_first(struct nodebb *n, const struct reporter *t, const json_t *topic,
                      const struct report *of)
{
    int64_t pid = json_member_i64(topic, "mainPid");
    if (of->first || pid <= 0 || pid == of->post || seen_find(t->seen, pid))
        return 0;
    struct answer a;
    int rc = 0;
    rest_get(&n->rest, &a, "/api/v3/posts/%lld", (long long)pid);
    if (answer_done(&a))
        rc = nodebb_tell_post(n, t, json_object_get(a.json, "response"), topic, of->discussion);
    else if (a.status != 404)
        rc = AW_ENET;
    else
        seen_put(t->seen, pid, of->topic)->deleted = true; /* gone: not to be asked again */
    answer_free(&a);
    return rc;
}

/* The bot's own posts were told when they were made; guests are nobody. */
int nodebb_tell_post(struct nodebb *n, const struct reporter *t, const json_t *post,
                     const json_t *topic, const char *discussion)
{
    struct report p = read_post(post, topic, discussion);
    if (p.post <= 0 || p.topic <= 0 || p.user <= 0)
        return 0;
    int rc = tell_first(n, t, topic, &p);
    if (rc != 0)
        return rc;
    if (p.user != n->uid)
        rc = report_post(t, &p);
    else /* votes on the bot's posts count, so it has to be known */
        seen_put(t->seen, p.post, p.topic)->round = t->seen->round;
    if (rc == 0)
        seen_put(t->seen, p.post, p.topic)->room = json_member_i64(topic, "cid");
    if (rc == 0)
        rc = tell_votes(n, t, &p, json_member_i64(post, "upvotes"));
    return rc;
}

/* ---- new posts ------------------------------------------------------------------ */

static const char *term_of(int64_t age_ms)
{
    return age_ms < DAY_MS - 2 * OVERLAP_MS ? "day"
           : age_ms < 6 * DAY_MS            ? "week"
           : age_ms < 28 * DAY_MS           ? "month"
                                            : "alltime";
}

/* Collects pages, newest first, until all of a page is older than `since`. */
static int collect(struct nodebb *n, int64_t since, int64_t now, json_t *all, aw_forum_reply *reply)
{
    int outcome = AW_FORUM_OK;
    size_t empty = 0;
    for (int page = 1; outcome == AW_FORUM_OK && page <= PAGES && empty < EMPTY_PAGES; page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/recent/posts/%s?page=%d", term_of(now - since), page);
        if (!answer_done(&a) || !json_is_array(a.json))
            outcome = reply_failed(reply, &a, "read the newest posts");
        size_t i;
        json_t *post;
        int64_t newest = 0;
        json_array_foreach(a.json, i, post) {
            int64_t at = json_member_i64(post, "timestamp");
            newest = at > newest ? at : newest;
            if (outcome == AW_FORUM_OK && at >= since && json_array_append(all, post) != 0)
                outcome = reply_retry(reply, 0, "out of memory");
        }
        empty = json_array_size(a.json) == 0 ? empty + 1 : 0;
        bool old = json_array_size(a.json) > 0 && newest < since;
        answer_free(&a);
        if (old)
            break;
    }
    return outcome;
}

static int tell_new_posts(struct nodebb *n, const struct reporter *t, const aw_forum_poll *poll,
                          const json_t *all, int64_t *newest)
{
    int rc = 0;
    for (size_t i = json_array_size(all); rc == 0 && i-- > 0;) {
        const json_t *post = json_array_get(all, i), *topic = json_object_get(post, "topic");
        char group[NAME_ROOM_BYTES];
        int64_t at = json_member_i64(post, "timestamp");
        const char *discussion = discussion_of(poll, json_member_i64(topic, "cid"), group);
        if (at > *newest)
            *newest = at;
        if (discussion)
            rc = nodebb_tell_post(n, t, post, topic, discussion);
    }
    return rc;
}

/* ---- the sweep ------------------------------------------------------------------- */

/* 404, and not because the forum took us for a guest. */
static bool is_gone(struct nodebb *n, const struct answer *a)
{
    aw_forum_reply reply;
    return a->status == 404 && nodebb_bot(n, &reply) == AW_FORUM_OK;
}

/* Posts of the topic that we told and that are no longer listed. */
static int tell_vanished(struct nodebb *n, const struct reporter *t, int64_t tid)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < SEEN_POSTS; i++) {
        struct seen_post *s = &n->seen.posts[i];
        if (s->id <= 0 || s->topic != tid || s->round == n->seen.round || s->deleted)
            continue;
        struct answer a;
        rest_get(&n->rest, &a, "/api/v3/posts/%lld", (long long)s->id);
        if (is_gone(n, &a))
            rc = report_deleted(t, s);
        answer_free(&a);
    }
    return rc;
}

static int sweep_topic(struct nodebb *n, const struct reporter *t, int64_t tid, const char *discussion)
{
    int rc = 0;
    bool complete = true;
    n->seen.round++;
    for (int64_t page = 1, pages = 1; rc == 0 && page <= pages && page <= TOPIC_PAGES; page++) {
        struct answer a;
        rest_get(&n->rest, &a, "/api/topic/%lld?page=%lld", (long long)tid, (long long)page);
        const json_t *posts = json_object_get(a.json, "posts"), *post;
        complete = complete && answer_done(&a) && json_is_array(posts);
        pages = json_member_i64(json_object_get(a.json, "pagination"), "pageCount");
        size_t i;
        json_array_foreach(posts, i, post) {
            if (rc == 0)
                rc = nodebb_tell_post(n, t, post, a.json, discussion);
        }
        answer_free(&a);
    }
    return rc == 0 && complete ? tell_vanished(n, t, tid) : rc;
}

/* All posts of a topic: told as deleted if it is gone, else left for the next time. */
static int settle_topic(struct nodebb *n, const struct reporter *t, int64_t tid, bool gone)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < SEEN_POSTS; i++) {
        struct seen_post *s = &n->seen.posts[i];
        if (s->id <= 0 || s->topic != tid)
            continue;
        s->round = n->seen.round;
        if (gone && !s->deleted)
            rc = report_deleted(t, s);
    }
    return rc;
}

/* Topics of the room that we told of and that the sweep did not meet: moved, or purged. */
static int tell_vanished_topics(struct nodebb *n, const struct reporter *t, int64_t cid)
{
    int rc = 0;
    n->seen.round++;
    for (size_t i = 0; rc == 0 && i < SEEN_POSTS; i++) {
        const struct seen_post *s = &n->seen.posts[i];
        if (s->id <= 0 || s->room != cid || s->round > n->sweep_round || s->deleted)
            continue;
        struct answer a;
        rest_get(&n->rest, &a, "/api/v3/topics/%lld", (long long)s->topic);
        rc = settle_topic(n, t, s->topic, is_gone(n, &a));
        answer_free(&a);
    }
    return rc;
}

/* One page of one room; a failing forum just ends it, and the next poll goes on. */
static int sweep(struct nodebb *n, const struct reporter *t, const aw_forum_poll *poll)
{
    size_t rooms = 0;
    while (poll->room_refs && poll->room_refs[rooms])
        rooms++;
    if (rooms == 0)
        return 0;
    if (n->sweep_room >= rooms)
        n->sweep_room = 0;
    char group[NAME_ROOM_BYTES];
    int64_t cid = 0;
    bool ours = nodebb_room_ref(poll->room_refs[n->sweep_room], &cid, group);
    struct answer a = {0};
    if (n->sweep_page == 0)
        n->sweep_round = n->seen.round;
    if (ours)
        rest_get(&n->rest, &a, "/api/v3/categories/%lld/topics?after=%zu&sort=recently_created",
                 (long long)cid, n->sweep_page);
    const json_t *response = json_object_get(a.json, "response"), *topic;
    const json_t *topics = json_object_get(response, "topics");
    int rc = 0;
    size_t i;
    json_array_foreach(topics, i, topic) {
        if (rc == 0 && json_member_i64(topic, "tid") > 0)
            rc = sweep_topic(n, t, json_member_i64(topic, "tid"),
                             name_discussion(NODEBB_GROUP_PREFIX, group));
    }
    int64_t next = json_member_i64(response, "nextStart");
    if (rc == 0 && json_array_size(topics) > 0 && next > (int64_t)n->sweep_page) {
        n->sweep_page = (size_t)next;
    } else if (rc == 0) {
        if (answer_done(&a) && json_is_array(topics))
            rc = tell_vanished_topics(n, t, cid);
        n->sweep_page = 0;
        n->sweep_room++;
    }
    answer_free(&a);
    return rc;
}

int nodebb_poll(void *self, const aw_forum_poll *poll, aw_forum_reply *reply)
{
    struct nodebb *n = self;
    int64_t now = n->rest.services->now_ms(n->rest.services->user);
    int64_t cursor = nodebb_id(poll->cursor), newest = cursor > 0 ? cursor : 0;
    struct reporter t = {n->provider, &n->seen, poll->emit, poll->context, now};
    json_t *all = json_array();
    int outcome = all ? collect(n, cursor > 0 ? cursor - OVERLAP_MS : 0, now, all, reply)
                      : reply_retry(reply, 0, "out of memory");
    int rc = 0;
    /* After the reading: what guests are shown would move the cursor past what they are not. */
    if (outcome == AW_FORUM_OK)
        outcome = nodebb_bot(n, reply);
    if (outcome == AW_FORUM_OK)
        rc = tell_new_posts(n, &t, poll, all, &newest);
    json_decref(all);
    if (outcome == AW_FORUM_OK && rc == 0)
        rc = sweep(n, &t, poll);
    if (outcome == AW_FORUM_OK && rc != 0)
        outcome = reply_retry(reply, 0, "an event could not be recorded (%d)", rc);
    return outcome == AW_FORUM_OK ? reply_ok(reply, false, "%lld", (long long)newest) : outcome;
}
