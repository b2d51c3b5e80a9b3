/* jobs.c - what forums have to do, dead letters, small notes, counts. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "sqlite.h"

#define JOB "key,provider,kind,state,tries,next_ms,discussion,learner,payload"

static int take_job(sqlite3_stmt *q, struct state_job *j, aw_error *err)
{
    SQ_TEXT(q, 0, j->key);
    SQ_TEXT(q, 1, j->provider);
    j->kind = (uint32_t)sqlite3_column_int64(q, 2);
    j->state = (uint32_t)sqlite3_column_int64(q, 3);
    j->tries = (uint32_t)sqlite3_column_int64(q, 4);
    j->next_ms = sqlite3_column_int64(q, 5);
    SQ_TEXT(q, 6, j->discussion);
    SQ_TEXT(q, 7, j->learner);
    j->payload = sq_strdup(q, 8);
    return j->payload ? AW_OK : error_nomem(err, "job");
}

int state_job_add(struct state *s, const struct state_job *j, bool *out_new, aw_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO job(" JOB ") VALUES(?,?,?,?,?,?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttiiiittt", j->key, j->provider, (int64_t)j->kind, (int64_t)JOB_QUEUED, (int64_t)0,
            j->next_ms, j->discussion, j->learner, j->payload);
    int rc = sq_run(s, q, err);
    if (rc == AW_OK && out_new)
        *out_new = sqlite3_changes(s->db) == 1;
    return rc;
}

int state_job_get(struct state *s, const char *key, struct state_job *out, aw_error *err)
{
    static const char sql[] = "SELECT " JOB " FROM job WHERE key=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", key);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        rc = take_job(q, out, err);
    return sq_end(q, rc, err);
}

int state_job_set(struct state *s, const char *key, uint32_t job_state, uint32_t tries,
                  int64_t next_ms, aw_error *err)
{
    static const char sql[] = "UPDATE job SET state=?,tries=?,next_ms=? WHERE key=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "iiit", (int64_t)job_state, (int64_t)tries, next_ms, key);
    return sq_run(s, q, err);
}

int state_job_next(struct state *s, const char *provider, int64_t now_ms, struct state_job *out,
                   int64_t *out_next_ms, aw_error *err)
{
    static const char sql[] = "SELECT " JOB " FROM job WHERE provider=? AND state IN(1,2)"
                              " ORDER BY next_ms,id LIMIT 1";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", provider);
    int rc = sq_row(s, q, err);
    *out_next_ms = INT64_MAX;
    if (rc == AW_OK) {
        *out_next_ms = sqlite3_column_int64(q, 5);
        rc = *out_next_ms <= now_ms ? take_job(q, out, err) : AW_EAGAIN;
    } else if (rc == AW_ENOTFOUND) {
        rc = AW_EAGAIN;
    }
    return sq_end(q, rc, err);
}

int state_job_lease(struct state *s, const char *key, int64_t until_ms, aw_error *err)
{
    /* next_ms doubles as the end of the lease: a job whose taker died is due again then. */
    static const char sql[] = "UPDATE job SET state=2,tries=tries+1,next_ms=?1 WHERE key=?2 AND "
                              "state IN(1,2) AND next_ms<?1";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "it", until_ms, key);
    int rc = sq_run(s, q, err);
    return rc == AW_OK && sqlite3_changes(s->db) == 0 ? AW_EBUSY : rc;
}

int state_jobs_for(struct state *s, const char *provider, const char *names, uint32_t kind,
                   state_job_each each, void *context, aw_error *err)
{
    static const char sql[] = "SELECT " JOB " FROM job WHERE provider=? AND kind=? AND learner IN"
                              " (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 200";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tit", provider, (int64_t)kind, names);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_job j;
        rc = take_job(q, &j, err);
        if (rc != AW_OK)
            break;
        int stop = each(context, &j);
        free(j.payload);
        if (stop)
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

static int64_t one_number(struct state *s, const char *sql, const char *argument)
{
    sqlite3_stmt *q = sq_get(s, sql, NULL);
    int64_t n = 0;
    if (!q)
        return 0;
    if (argument)
        sq_bind(q, "t", argument);
    if (sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    sq_done(q);
    return n;
}

int state_jobs_hold(struct state *s, const char *provider, int64_t until_ms, aw_error *err)
{
    sqlite3_stmt *q = sq_get(s, "UPDATE job SET next_ms=?1 WHERE provider=?2 AND state=2", err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "it", until_ms, provider);
    return sq_run(s, q, err);
}

int64_t state_jobs_open(struct state *s, const char *provider)
{
    static const char all[] = "SELECT count(*) FROM job WHERE state IN(1,2)";
    static const char some[] = "SELECT count(*) FROM job WHERE state IN(1,2) AND provider=?";
    return one_number(s, provider ? some : all, provider);
}

int64_t state_dead_count(struct state *s, const char *sink)
{
    static const char all[] = "SELECT count(*) FROM dead";
    static const char some[] = "SELECT count(*) FROM dead WHERE sink=?";
    return one_number(s, sink ? some : all, sink);
}

int64_t state_count(struct state *s, const char *what)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"discussions", "SELECT count(*) FROM discussion WHERE opened_ms>0"},
        {"members", "SELECT count(*) FROM member WHERE state=2"},
        {"topics", "SELECT count(*) FROM topic WHERE by_bot=0 AND deleted=0"},
        {"posts", "SELECT count(*) FROM post WHERE by_bot=0 AND deleted=0"},
        {"links", "SELECT count(*) FROM link"},
        {"courses", "SELECT count(*) FROM course"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].what, what) == 0)
            return one_number(s, rows[i].sql, NULL);
    return 0;
}

/* ---- dead letters ----------------------------------------------------------- */

int state_dead_add(struct state *s, const struct state_dead *d, aw_error *err)
{
    static const char sql[] =
        "INSERT INTO dead(at_ms,sink,code,subject,reason,bytes,wanted) VALUES(?,?,?,?,?,?,?)"
        " ON CONFLICT(sink,subject) DO UPDATE SET at_ms=excluded.at_ms,code=excluded.code,"
        "reason=excluded.reason,bytes=excluded.bytes,wanted=excluded.wanted";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ittttbi", d->at_ms, d->sink, d->code, d->subject, d->reason, d->bytes, d->len,
            (int64_t)d->wanted);
    return sq_run(s, q, err);
}

#define DEAD "id,at_ms,sink,code,subject,reason,bytes,wanted"

static int take_dead(sqlite3_stmt *q, struct state_dead *d, aw_error *err)
{
    d->id = sqlite3_column_int64(q, 0);
    d->at_ms = sqlite3_column_int64(q, 1);
    SQ_TEXT(q, 2, d->sink);
    SQ_TEXT(q, 3, d->code);
    SQ_TEXT(q, 4, d->subject);
    SQ_TEXT(q, 5, d->reason);
    d->wanted = sqlite3_column_int(q, 7) != 0;
    d->len = (size_t)sqlite3_column_bytes(q, 6);
    d->bytes = malloc(d->len + 1);
    if (!d->bytes)
        return error_nomem(err, "dead letter");
    if (d->len)
        memcpy(d->bytes, sqlite3_column_blob(q, 6), d->len);
    ((char *)d->bytes)[d->len] = 0;
    return AW_OK;
}

int state_dead_get(struct state *s, int64_t id, struct state_dead *out, aw_error *err)
{
    static const char sql[] = "SELECT " DEAD " FROM dead WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "i", id);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        rc = take_dead(q, out, err);
    return sq_end(q, rc, err);
}

int state_dead_remove(struct state *s, int64_t id, aw_error *err)
{
    static const char sql[] = "DELETE FROM dead WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "i", id);
    int rc = sq_run(s, q, err);
    return rc == AW_OK && sqlite3_changes(s->db) == 0 ? AW_ENOTFOUND : rc;
}

static int each_dead(struct state *s, sqlite3_stmt *q, state_dead_each each, void *context,
                     aw_error *err)
{
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_dead d;
        rc = take_dead(q, &d, err);
        if (rc != AW_OK)
            break;
        int stop = each(context, &d);
        free(d.bytes);
        if (stop)
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int state_dead_list(struct state *s, int64_t limit, state_dead_each each, void *context,
                    aw_error *err)
{
    static const char sql[] = "SELECT " DEAD " FROM dead ORDER BY id DESC LIMIT ?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "i", limit);
    return each_dead(s, q, each, context, err);
}

int state_dead_wanted(struct state *s, const char *sink, state_dead_each each, void *context,
                      aw_error *err)
{
    static const char sql[] =
        "SELECT " DEAD " FROM dead WHERE sink=? AND wanted=1 ORDER BY id LIMIT 1";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", sink);
    return each_dead(s, q, each, context, err);
}

int state_dead_want(struct state *s, int64_t id, aw_error *err)
{
    static const char sql[] = "UPDATE dead SET wanted=1 WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "i", id);
    int rc = sq_run(s, q, err);
    return rc == AW_OK && sqlite3_changes(s->db) == 0 ? AW_ENOTFOUND : rc;
}

/* ---- notes ------------------------------------------------------------------ */

int state_note_put(struct state *s, const char *name, const char *text, aw_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO note VALUES(?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", name, text);
    return sq_run(s, q, err);
}

int state_note_get(struct state *s, const char *name, char **out_text, aw_error *err)
{
    static const char sql[] = "SELECT text FROM note WHERE name=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", name);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK) {
        *out_text = sq_strdup(q, 0);
        if (!*out_text)
            rc = error_nomem(err, "note");
    }
    return sq_end(q, rc, err);
}

int state_notes(struct state *s, const char *prefix, state_note_each each, void *context,
                aw_error *err)
{
    static const char sql[] =
        "SELECT name,text FROM note WHERE substr(name,1,length(?1))=?1 ORDER BY name";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", prefix);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK)
        if (each(context, sq_borrow(q, 0),
                 sq_borrow(q, 1)))
            break;
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}
