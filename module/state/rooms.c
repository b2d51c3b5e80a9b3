/* rooms.c - discussions, their members, and who a forum's users are. */
#include <string.h>

#include "error.h"
#include "sqlite.h"

#define DISCUSSION                                                                                 \
    "id,link,course,room,number,name,title,language,provider,room_ref,topic_ref,url,opened_ms,"    \
    "members"

static void take_discussion(sqlite3_stmt *q, struct state_discussion *d)
{
    SQ_TEXT(q, 0, d->id);
    SQ_TEXT(q, 1, d->link);
    SQ_TEXT(q, 2, d->course);
    SQ_TEXT(q, 3, d->room);
    d->number = (uint32_t)sqlite3_column_int64(q, 4);
    SQ_TEXT(q, 5, d->name);
    SQ_TEXT(q, 6, d->title);
    SQ_TEXT(q, 7, d->language);
    SQ_TEXT(q, 8, d->provider);
    SQ_TEXT(q, 9, d->room_ref);
    SQ_TEXT(q, 10, d->topic_ref);
    SQ_TEXT(q, 11, d->url);
    d->opened_ms = sqlite3_column_int64(q, 12);
    d->members = (uint32_t)sqlite3_column_int64(q, 13);
}

static int one_discussion(struct state *s, sqlite3_stmt *q, struct state_discussion *out,
                          aw_error *err)
{
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_discussion(q, out);
    return sq_end(q, rc, err);
}

int state_discussion_get(struct state *s, const char *id, struct state_discussion *out,
                         aw_error *err)
{
    static const char sql[] = "SELECT " DISCUSSION " FROM discussion WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", id);
    return one_discussion(s, q, out, err);
}

int state_discussion_last(struct state *s, const char *link, const char *room,
                          struct state_discussion *out, aw_error *err)
{
    static const char sql[] = "SELECT " DISCUSSION " FROM discussion WHERE link=? AND room=?"
                              " ORDER BY number DESC LIMIT 1";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", link, room);
    return one_discussion(s, q, out, err);
}

int state_discussion_by_ref(struct state *s, const char *provider, const char *room_ref,
                            struct state_discussion *out, aw_error *err)
{
    static const char sql[] = "SELECT " DISCUSSION " FROM discussion WHERE room_ref=? AND provider=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", room_ref, provider);
    return one_discussion(s, q, out, err);
}

int state_discussion_put(struct state *s, const struct state_discussion *d, aw_error *err)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO discussion(" DISCUSSION ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttttitttttttii", d->id, d->link, d->course, d->room, (int64_t)d->number, d->name,
            d->title, d->language, d->provider, d->room_ref, d->topic_ref, d->url, d->opened_ms,
            (int64_t)d->members);
    return sq_run(s, q, err);
}

int state_discussions(struct state *s, const char *link, state_discussion_each each, void *context,
                      aw_error *err)
{
    static const char all[] = "SELECT " DISCUSSION " FROM discussion ORDER BY opened_ms,id";
    static const char some[] =
        "SELECT " DISCUSSION " FROM discussion WHERE link=? ORDER BY opened_ms,id";
    sqlite3_stmt *q = sq_get(s, link ? some : all, err);
    if (!q)
        return sq_failed(err);
    if (link)
        sq_bind(q, "t", link);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_discussion d;
        take_discussion(q, &d);
        if (each(context, &d))
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

#define MEMBER                                                                                     \
    "discussion,learner,link,enrolment,state,rejoined,user_ref,unlocked_ms,invited_ms,posts,answers"

static void take_member(sqlite3_stmt *q, struct state_member *m)
{
    SQ_TEXT(q, 0, m->discussion);
    SQ_TEXT(q, 1, m->learner);
    SQ_TEXT(q, 2, m->link);
    m->enrolment = sqlite3_column_int64(q, 3);
    m->state = (uint32_t)sqlite3_column_int64(q, 4);
    m->rejoined = (uint32_t)sqlite3_column_int64(q, 5);
    SQ_TEXT(q, 6, m->user_ref);
    m->unlocked_ms = sqlite3_column_int64(q, 7);
    m->invited_ms = sqlite3_column_int64(q, 8);
    m->posts = (uint32_t)sqlite3_column_int64(q, 9);
    m->answers = (uint32_t)sqlite3_column_int64(q, 10);
}

static int one_member(struct state *s, const char *sql, const char *a, const char *b,
                      struct state_member *out, aw_error *err)
{
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", a, b);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_member(q, out);
    return sq_end(q, rc, err);
}

int state_member_get(struct state *s, const char *discussion, const char *learner,
                     struct state_member *out, aw_error *err)
{
    static const char sql[] = "SELECT " MEMBER " FROM member WHERE discussion=? AND learner=?";
    return one_member(s, sql, discussion, learner, out, err);
}

int state_member_of_link(struct state *s, const char *link, const char *learner,
                         struct state_member *out, aw_error *err)
{
    static const char sql[] = "SELECT " MEMBER " FROM member WHERE link=? AND learner=?";
    return one_member(s, sql, link, learner, out, err);
}

int state_member_put(struct state *s, const struct state_member *m, aw_error *err)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO member(" MEMBER ") VALUES(?,?,?,?,?,?,?,?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tttiiitiiii", m->discussion, m->learner, m->link, m->enrolment, (int64_t)m->state,
            (int64_t)m->rejoined, m->user_ref, m->unlocked_ms, m->invited_ms, (int64_t)m->posts,
            (int64_t)m->answers);
    return sq_run(s, q, err);
}

int state_members(struct state *s, const char *discussion, const char *learner,
                  state_member_each each, void *context, aw_error *err)
{
    static const char of_room[] =
        "SELECT " MEMBER " FROM member WHERE discussion=? ORDER BY learner";
    static const char of_learner[] =
        "SELECT " MEMBER " FROM member WHERE learner=? ORDER BY unlocked_ms,discussion";
    sqlite3_stmt *q = sq_get(s, discussion ? of_room : of_learner, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", discussion ? discussion : learner);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_member m;
        take_member(q, &m);
        if (each(context, &m))
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int state_forum_user_put(struct state *s, const char *provider, const char *user_ref,
                         const char *learner, aw_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO forum_user VALUES(?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttt", provider, user_ref, learner);
    return sq_run(s, q, err);
}

int state_forum_user_get(struct state *s, const char *provider, const char *user_ref,
                         char learner[STATE_ID], aw_error *err)
{
    static const char sql[] = "SELECT learner FROM forum_user WHERE provider=? AND user_ref=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", provider, user_ref);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        sq_text(q, 0, learner, STATE_ID);
    return sq_end(q, rc, err);
}
