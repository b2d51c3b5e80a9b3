/*
 * discourse_poll.c - what happened in the forum: polling and sweeping.
 *
 * GET /posts.json lists the newest posts of the whole forum, 50 a page. The cursor is the
 * highest post id; each poll reads OVERLAP ids below it again. Edits, deletions, likes and
 * accepted answers of older posts do not come back there: each poll also reads one topic of
 * one room, in turn, because the site allows 60 calls a minute to all of us together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discourse.h"
#include "discourse_tell.h"
#include "json.h"
#include "report.h"

#define PAGES 10           /* of new posts in one poll; beyond, the sweep finds them */
#define OVERLAP 100        /* ids */
#define TOPIC_CHUNKS 5     /* of 20 posts, of a long topic in one sweep */
#define CHUNK 20
#define VANISHED 3         /* looked at in one sweep */

static const char *discussion_of(const aw_forum_poll *poll, int64_t category,
                                 struct discourse_room *room)
{
    for (size_t i = 0; poll->room_refs && poll->room_refs[i]; i++)
        if (discourse_room_ref(poll->room_refs[i], room) && room->category == category)
            return room->discussion;
    return NULL;
}

/* ---- new posts --------------------------------------------------------------------- */

static int collect(struct discourse *d, int64_t since, json_t *all, aw_forum_reply *reply)
{
    int64_t before = 0;
    for (int page = 0; page < PAGES; page++) {
        struct answer a;
        if (before > 0)
            rest_get(&d->rest, &a, "/posts.json?before=%lld", (long long)before);
        else
            rest_get(&d->rest, &a, "/posts.json");
        const json_t *posts = json_object_get(a.json, "latest_posts");
        int outcome = answer_done(&a) ? AW_FORUM_OK
                                      : reply_failed(reply, &a, "read the newest posts");
        int64_t lowest = INT64_MAX;
        size_t i;
        json_t *post;
        json_array_foreach(posts, i, post) {
            int64_t id = json_member_i64(post, "id");
            lowest = id > 0 && id < lowest ? id : lowest;
            if (id > since && json_array_append(all, post) != 0)
                outcome = reply_retry(reply, 0, "out of memory");
        }
        answer_free(&a);
        if (outcome != AW_FORUM_OK)
            return outcome;
        if (lowest <= since + 1 || lowest == INT64_MAX || lowest == before)
            break;
        before = lowest - 1;
    }
    return AW_FORUM_OK;
}

static int tell_new_posts(struct discourse *d, const struct reporter *t, const aw_forum_poll *poll,
                          const json_t *all, int64_t *newest)
{
    int rc = 0;
    for (size_t i = json_array_size(all); rc == 0 && i-- > 0;) {
        const json_t *post = json_array_get(all, i);
        struct discourse_room room;
        int64_t id = json_member_i64(post, "id");
        const char *discussion = discussion_of(poll, json_member_i64(post, "category_id"), &room);
        if (id > *newest)
            *newest = id;
        if (discussion)
            rc = discourse_tell(d, t, post, json_member_text(post, "topic_title"), NULL, discussion);
    }
    return rc;
}

/* ---- the sweep ------------------------------------------------------------------------ */

static int tell_vanished(struct discourse *d, const struct reporter *t, int64_t topic)
{
    int rc = 0;
    for (size_t i = 0, looked = 0; rc == 0 && i < SEEN_POSTS && looked < VANISHED; i++) {
        struct seen_post *s = &d->seen.posts[i];
        if (s->id <= 0 || s->topic != topic || s->round == d->seen.round || s->deleted)
            continue;
        struct answer a;
        looked++;
        rest_get(&d->rest, &a, "/posts/%lld.json", (long long)s->id);
        if (a.status == 404 || json_is_string(json_object_get(a.json, "deleted_at")) ||
            json_member_true(a.json, "user_deleted"))
            rc = report_deleted(t, s);
        answer_free(&a);
    }
    return rc;
}

static int tell_all(struct discourse *d, const struct reporter *t, const json_t *topic,
                    const json_t *about, const char *discussion, size_t *count)
{
    const json_t *posts = json_object_get(json_object_get(topic, "post_stream"), "posts"), *post;
    int rc = 0;
    size_t i;
    json_array_foreach(posts, i, post) {
        if (rc == 0)
            rc = discourse_tell(d, t, post, json_member_text(about, "title"),
                                json_object_get(about, "tags"), discussion);
    }
    *count += json_array_size(posts);
    return rc;
}

static int sweep_topic(struct discourse *d, const struct reporter *t, int64_t topic,
                       const char *discussion)
{
    struct answer a;
    size_t got = 0;
    d->seen.round++;
    rest_get(&d->rest, &a, "/t/%lld.json", (long long)topic);
    const json_t *stream = json_object_get(json_object_get(a.json, "post_stream"), "stream");
    bool complete = answer_done(&a) && json_is_array(stream);
    int rc = complete ? tell_all(d, t, a.json, a.json, discussion, &got) : 0;
    for (int chunk = 0; rc == 0 && complete && got > 0 && got < json_array_size(stream); chunk++) {
        char ids[CHUNK * 40] = "";
        size_t len = 0, before = got;
        if (chunk == TOPIC_CHUNKS) {
            complete = false;
            break;
        }
        for (size_t i = got; i < got + CHUNK && i < json_array_size(stream); i++)
            len += (size_t)snprintf(ids + len, sizeof ids - len, "&post_ids[]=%lld",
                                    (long long)json_integer_value(json_array_get(stream, i)));
        struct answer more;
        rest_get(&d->rest, &more, "/t/%lld/posts.json?include_raw=false%s", (long long)topic, ids);
        complete = answer_done(&more);
        rc = tell_all(d, t, more.json, a.json, discussion, &got);
        complete = complete && got > before;
        answer_free(&more);
    }
    answer_free(&a);
    return rc == 0 && complete ? tell_vanished(d, t, topic) : rc;
}

/* One topic a poll. What cannot be read is passed over: its turn comes again. */
static int sweep(struct discourse *d, const struct reporter *t, const aw_forum_poll *poll)
{
    size_t rooms = 0;
    while (poll->room_refs && poll->room_refs[rooms])
        rooms++;
    if (rooms == 0)
        return 0;
    if (d->sweep_room >= rooms)
        d->sweep_room = 0;
    struct discourse_room room;
    struct answer a = {0};
    if (discourse_room_ref(poll->room_refs[d->sweep_room], &room))
        rest_get(&d->rest, &a, "/c/%s%s/%lld/l/latest.json?page=%zu", DISCOURSE_ROOM_PREFIX,
                 room.discussion, (long long)room.category, d->sweep_page);
    if (a.status == 429) { /* our turn is not over */
        answer_free(&a);
        return 0;
    }
    const json_t *topics = json_object_get(json_object_get(a.json, "topic_list"), "topics");
    size_t count = json_array_size(topics);
    int64_t topic = json_member_i64(json_array_get(topics, d->sweep_topic), "id");
    answer_free(&a);
    int rc = topic > 0 ? sweep_topic(d, t, topic, room.discussion) : 0;
    if (rc != 0)
        return rc;
    if (++d->sweep_topic >= count) {
        d->sweep_topic = 0;
        d->sweep_page++;
    }
    if (count == 0) {
        d->sweep_page = 0;
        d->sweep_room++;
    }
    return 0;
}

int discourse_poll(void *self, const aw_forum_poll *poll, aw_forum_reply *reply)
{
    struct discourse *d = self;
    int64_t cursor = discourse_id(poll->cursor), newest = cursor > 0 ? cursor : 0;
    struct reporter t = {d->provider, &d->seen, poll->emit, poll->context,
                       d->rest.services->now_ms(d->rest.services->user)};
    json_t *all = json_array();
    int outcome = all ? collect(d, cursor > OVERLAP ? cursor - OVERLAP : 0, all, reply)
                      : reply_retry(reply, 0, "out of memory");
    int rc = 0;
    if (outcome == AW_FORUM_OK)
        rc = tell_new_posts(d, &t, poll, all, &newest);
    json_decref(all);
    if (outcome == AW_FORUM_OK && rc == 0)
        rc = sweep(d, &t, poll);
    if (outcome == AW_FORUM_OK && rc != 0)
        outcome = reply_retry(reply, 0, "an event could not be recorded (%d)", rc);
    return outcome == AW_FORUM_OK ? reply_ok(reply, false, "%lld", (long long)newest) : outcome;
}
