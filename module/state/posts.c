/* posts.c - topics and posts, and facts that are true only once (a vote, a day's view). */
#include <string.h>

#include "error.h"
#include "sqlite.h"

#define TOPIC                                                                                      \
    "provider,topic,discussion,type,title,author,statement,posted_ms,answered_ms,offered_ms,"      \
    "reminded_ms,first_post,answer,answer_revision,idea,idea_reason,replies,votes,deleted,by_bot"

static void take_id(sqlite3_stmt *q, int column, uuid5 *out)
{
    memset(out, 0, sizeof *out);
    if (sqlite3_column_bytes(q, column) == 16)
        memcpy(out->bytes, sqlite3_column_blob(q, column), 16);
}

static void take_topic(sqlite3_stmt *q, struct state_topic *t)
{
    SQ_TEXT(q, 0, t->provider);
    SQ_TEXT(q, 1, t->topic);
    SQ_TEXT(q, 2, t->discussion);
    SQ_TEXT(q, 3, t->type);
    SQ_TEXT(q, 4, t->title);
    SQ_TEXT(q, 5, t->author);
    take_id(q, 6, &t->statement);
    t->posted_ms = sqlite3_column_int64(q, 7);
    t->answered_ms = sqlite3_column_int64(q, 8);
    t->offered_ms = sqlite3_column_int64(q, 9);
    t->reminded_ms = sqlite3_column_int64(q, 10);
    SQ_TEXT(q, 11, t->first_post);
    SQ_TEXT(q, 12, t->answer);
    t->answer_revision = (uint32_t)sqlite3_column_int64(q, 13);
    t->idea = (uint32_t)sqlite3_column_int64(q, 14);
    SQ_TEXT(q, 15, t->idea_reason);
    t->replies = (uint32_t)sqlite3_column_int64(q, 16);
    t->votes = (uint32_t)sqlite3_column_int64(q, 17);
    t->deleted = sqlite3_column_int(q, 18) != 0;
    t->by_bot = sqlite3_column_int(q, 19) != 0;
}

int state_topic_get(struct state *s, const char *provider, const char *topic,
                    struct state_topic *out, aw_error *err)
{
    static const char sql[] = "SELECT " TOPIC " FROM topic WHERE provider=? AND topic=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", provider, topic);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_topic(q, out);
    return sq_end(q, rc, err);
}

int state_topic_put(struct state *s, const struct state_topic *t, aw_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO topic(" TOPIC
                              ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttttttbiiiittiitiiii", t->provider, t->topic, t->discussion, t->type, t->title,
            t->author, t->statement.bytes, (size_t)16, t->posted_ms, t->answered_ms, t->offered_ms,
            t->reminded_ms, t->first_post, t->answer, (int64_t)t->answer_revision, (int64_t)t->idea,
            t->idea_reason, (int64_t)t->replies, (int64_t)t->votes, (int64_t)t->deleted,
            (int64_t)t->by_bot);
    return sq_run(s, q, err);
}

static int each_topic(struct state *s, sqlite3_stmt *q, state_topic_each each, void *context,
                      aw_error *err)
{
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_topic t;
        take_topic(q, &t);
        if (each(context, &t))
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int state_topics(struct state *s, const char *discussion, state_topic_each each, void *context,
                 aw_error *err)
{
    static const char all[] = "SELECT " TOPIC " FROM topic ORDER BY posted_ms,topic";
    static const char some[] =
        "SELECT " TOPIC " FROM topic WHERE discussion=? ORDER BY posted_ms,topic";
    sqlite3_stmt *q = sq_get(s, discussion ? some : all, err);
    if (!q)
        return sq_failed(err);
    if (discussion)
        sq_bind(q, "t", discussion);
    return each_topic(s, q, each, context, err);
}

int state_topics_waiting(struct state *s, state_topic_each each, void *context, aw_error *err)
{
    static const char sql[] = "SELECT " TOPIC " FROM topic WHERE answered_ms=0 AND type='question'"
                              " AND by_bot=0 AND deleted=0 AND (offered_ms=0 OR reminded_ms=0)"
                              " ORDER BY posted_ms LIMIT 10000";
    sqlite3_stmt *q = sq_get(s, sql, err);
    return q ? each_topic(s, q, each, context, err) : sq_failed(err);
}

#define POST                                                                                       \
    "provider,post,topic,parent,author,statement,revision,posted_ms,edited_ms,official_ms,votes,"  \
    "anonymous,deleted,by_bot,language,attachments"

static void take_post(sqlite3_stmt *q, struct state_post *p)
{
    SQ_TEXT(q, 0, p->provider);
    SQ_TEXT(q, 1, p->post);
    SQ_TEXT(q, 2, p->topic);
    SQ_TEXT(q, 3, p->parent);
    SQ_TEXT(q, 4, p->author);
    take_id(q, 5, &p->statement);
    p->revision = (uint32_t)sqlite3_column_int64(q, 6);
    p->posted_ms = sqlite3_column_int64(q, 7);
    p->edited_ms = sqlite3_column_int64(q, 8);
    p->official_ms = sqlite3_column_int64(q, 9);
    p->votes = (uint32_t)sqlite3_column_int64(q, 10);
    p->anonymous = sqlite3_column_int(q, 11) != 0;
    p->deleted = sqlite3_column_int(q, 12) != 0;
    p->by_bot = sqlite3_column_int(q, 13) != 0;
    SQ_TEXT(q, 14, p->language);
    SQ_TEXT(q, 15, p->attachments);
}

int state_post_get(struct state *s, const char *provider, const char *post, struct state_post *out,
                   aw_error *err)
{
    static const char sql[] = "SELECT " POST " FROM post WHERE provider=? AND post=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", provider, post);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_post(q, out);
    return sq_end(q, rc, err);
}

int state_post_put(struct state *s, const struct state_post *p, const char *text, size_t text_len,
                   aw_error *err)
{
    static const char sql[] =
        "INSERT INTO post(" POST ",text) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT(provider,post) DO UPDATE SET topic=excluded.topic,parent=excluded.parent,"
        "author=excluded.author,statement=excluded.statement,revision=excluded.revision,"
        "posted_ms=excluded.posted_ms,edited_ms=excluded.edited_ms,"
        "official_ms=excluded.official_ms,votes=excluded.votes,anonymous=excluded.anonymous,"
        "deleted=excluded.deleted,by_bot=excluded.by_bot,language=excluded.language,attachments=excluded.attachments,"
        "text=coalesce(excluded.text,text)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tttttbiiiiiiiitt", p->provider, p->post, p->topic, p->parent, p->author,
            p->statement.bytes, (size_t)16, (int64_t)p->revision, p->posted_ms, p->edited_ms,
            p->official_ms, (int64_t)p->votes, (int64_t)p->anonymous, (int64_t)p->deleted,
            (int64_t)p->by_bot, p->language, p->attachments);
    if (text)
        sqlite3_bind_text64(q, 17, text, text_len, SQLITE_STATIC, SQLITE_UTF8);
    return sq_run(s, q, err);
}

int state_posts(struct state *s, const char *provider, const char *topic, state_post_each each,
                void *context, aw_error *err)
{
    static const char sql[] =
        "SELECT " POST ",text FROM post WHERE provider=? AND topic=? ORDER BY posted_ms,post";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", provider, topic);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_post p;
        take_post(q, &p);
        if (each(context, &p, sq_borrow(q, 16)))
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int state_once(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
               bool *out_new, aw_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO once(kind,a,b,c) VALUES(?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttti", kind, a, b, c);
    int rc = sq_run(s, q, err);
    if (rc == AW_OK && out_new)
        *out_new = sqlite3_changes(s->db) == 1;
    return rc;
}

int state_once_is(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
                  bool *out, aw_error *err)
{
    static const char sql[] = "SELECT 1 FROM once WHERE kind=? AND a=? AND b=? AND c=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttti", kind, a, b, c);
    int rc = sq_row(s, q, err);
    sq_done(q);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    *out = rc == AW_OK;
    return AW_OK;
}

int state_once_undo(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
                    aw_error *err)
{
    static const char sql[] = "DELETE FROM once WHERE kind=? AND a=? AND b=? AND c=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttti", kind, a, b, c);
    return sq_run(s, q, err);
}

int state_once_list(struct state *s, const char *kind, const char *b, int64_t least_c,
                    state_once_each each, void *context, aw_error *err)
{
    static const char sql[] = "SELECT DISTINCT a FROM once WHERE kind=? AND b=? AND c>=? ORDER BY a";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tti", kind, b, least_c);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK)
        if (each(context, sq_borrow(q, 0)))
            break;
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}
