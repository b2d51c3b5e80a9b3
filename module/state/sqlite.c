/*
 * sqlite.c - the connection, its tables, transactions, prepared statements.
 *
 * WAL, synchronous FULL: a commit is on the disk when it returns, since senders
 * may send what it released. The journal is never here (performance.md).
 */
#include "sqlite.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "fs.h"
#include "schema.h"
#include "text.h"

#define BUSY_MS 10000

int sq_fail(struct state *s, aw_error *err)
{
    int extended = sqlite3_extended_errcode(s->db), code = extended & 0xff;
    int system = sqlite3_system_errno(s->db);
    s->failed = true;
    if (extended == SQLITE_IOERR_NOMEM)
        code = SQLITE_NOMEM;
    /* "Unable to open" and "disk I/O error" are no causes; the system knows one. */
    else if ((code == SQLITE_CANTOPEN || code == SQLITE_IOERR) && system != 0)
        return error_errno(err, system, "use it", "state.db");
    static const struct {
        int sqlite, code;
        const char *advice;
    } rows[] = {
        {SQLITE_FULL, AW_ENOSPC, "free some space on the disk of the state directory"},
        {SQLITE_READONLY, AW_EACCES, "the state directory must be writable for this user's group"},
        {SQLITE_CANTOPEN, AW_EACCES, "the state directory must be writable for this user's group"},
        {SQLITE_BUSY, AW_EBUSY, "another process holds the database for too long"},
        {SQLITE_CORRUPT, AW_ECORRUPT, "restore state.db from a backup; docs/operations.md says how"},
        {SQLITE_NOTADB, AW_ECORRUPT, "restore state.db from a backup; docs/operations.md says how"},
        {SQLITE_NOMEM, AW_ENOMEM, "out of memory"},
        {SQLITE_IOERR, AW_EIO, "the disk failed: look at the system's log"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].sqlite == code)
            return error_set(err, rows[i].code, "state.db", "%s; %s", sqlite3_errmsg(s->db),
                             rows[i].advice);
    return error_set(err, AW_EINTERNAL, "state.db", "%s", sqlite3_errmsg(s->db));
}

sqlite3_stmt *sq_get(struct state *s, const char *sql, aw_error *err)
{
    size_t i = 0;
    for (; i < STATE_STATEMENTS && s->cache[i].sql; i++) {
        if (s->cache[i].sql == sql) {
            sqlite3_reset(s->cache[i].stmt);
            return s->cache[i].stmt;
        }
    }
    if (i == STATE_STATEMENTS) {
        error_set(err, AW_EINTERNAL, "state.db", "raise STATE_STATEMENTS");
        return NULL;
    }
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) != SQLITE_OK) {
        sq_fail(s, err);
        return NULL;
    }
    s->cache[i].sql = sql;
    s->cache[i].stmt = q;
    return q;
}

void sq_bind(sqlite3_stmt *q, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (int i = 1; *format; format++, i++) {
        if (*format == 't') {
            sqlite3_bind_text(q, i, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else if (*format == 'i') {
            sqlite3_bind_int64(q, i, va_arg(args, int64_t));
        } else {
            const void *bytes = va_arg(args, const void *);
            size_t len = va_arg(args, size_t);
            sqlite3_bind_blob64(q, i, bytes, len, SQLITE_STATIC);
        }
    }
    va_end(args);
}

int sq_row(struct state *s, sqlite3_stmt *q, aw_error *err)
{
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        return AW_OK;
    if (rc == SQLITE_DONE)
        return AW_ENOTFOUND;
    return sq_fail(s, err);
}

/* SQLite gives no text, and no error, when it has no memory for one. That must not pass for an empty
 * text: the reader's sq_end() says so. A connection is used by one thread at a time. */
static _Thread_local bool lost;

void sq_done(sqlite3_stmt *q)
{
    if (q) {
        sqlite3_reset(q);
        sqlite3_clear_bindings(q);
    }
}

int sq_end(sqlite3_stmt *q, int rc, aw_error *err)
{
    bool was_lost = lost;
    lost = false;
    sq_done(q);
    return rc == AW_OK && was_lost ? error_nomem(err, "state.db") : rc;
}

static const char *column(sqlite3_stmt *q, int at)
{
    const char *text = (const char *)sqlite3_column_text(q, at);
    lost |= !text && sqlite3_column_type(q, at) != SQLITE_NULL;
    return text;
}

int sq_failed(const aw_error *err)
{
    return err && err->code != AW_OK ? err->code : AW_EINTERNAL;
}

int sq_run(struct state *s, sqlite3_stmt *q, aw_error *err)
{
    int rc = sqlite3_step(q);
    int result = rc == SQLITE_DONE || rc == SQLITE_ROW ? AW_OK : sq_fail(s, err);
    sq_done(q);
    return result;
}

void sq_text(sqlite3_stmt *q, int at, char *out, size_t size)
{
    text_set(out, size, sq_borrow(q, at));
}

const char *sq_borrow(sqlite3_stmt *q, int at)
{
    const char *text = column(q, at);
    return text ? text : "";
}

char *sq_strdup(sqlite3_stmt *q, int at)
{
    const char *text = column(q, at);
    char *copy = text ? strdup(text) : NULL;
    lost |= text && !copy;
    return copy;
}

static int run_sql(struct state *s, const char *sql, aw_error *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? AW_OK : sq_fail(s, err);
}

static int user_version(struct state *s, int64_t *out, aw_error *err)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) != SQLITE_OK ||
        sqlite3_step(q) != SQLITE_ROW) {
        sqlite3_finalize(q);
        return sq_fail(s, err);
    }
    *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return AW_OK;
}

static int set_version(struct state *s, aw_error *err)
{
    char sql[40];
    snprintf(sql, sizeof sql, "PRAGMA user_version=%d", schema_version);
    return run_sql(s, sql, err);
}

/* Brings the tables up to schema_version, in one transaction: a process killed in it changes nothing. */
static int upgrade(struct state *s, aw_error *err)
{
    int64_t version = 0;
    int rc = user_version(s, &version, err);
    if (rc != AW_OK)
        return rc;
    if (version > schema_version)
        return error_set(err, AW_EVERSION, "state.db",
                         "was written by a newer Afterword (tables of version %lld, this one knows "
                         "%d); install that version again",
                         (long long)version, schema_version);
    if (version == schema_version)
        return AW_OK;
    rc = run_sql(s, "BEGIN IMMEDIATE", err);
    if (rc != AW_OK)
        return rc;
    /* Another process may have been faster. */
    rc = user_version(s, &version, err);
    for (; rc == AW_OK && version < schema_version; version++)
        rc = run_sql(s, schema_step((int)version), err);
    if (rc == AW_OK)
        rc = set_version(s, err);
    if (rc == AW_OK)
        return run_sql(s, "COMMIT", err);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

int state_open(const char *dir, struct state **out, aw_error *err)
{
    char path[4096];
    int rc = fs_join(path, sizeof path, dir, "state.db", err);
    if (rc != AW_OK)
        return rc;
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err, "state.db");
    turn_open(dir, &s->turn);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        rc = s->db ? sq_fail(s, err) : error_nomem(err, path);
        state_close(s);
        return rc;
    }
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    /* The group shares it; SQLite gives -wal and -shm the same mode. Only the owner may. */
    (void)!chmod(path, 0660);
    rc = run_sql(s,
                 "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=OFF;"
                 "PRAGMA cache_size=-4096;PRAGMA wal_autocheckpoint=4000;"
                 "PRAGMA journal_size_limit=16777216;PRAGMA temp_store=MEMORY;"
                 /* What is erased is overwritten (Debian's SQLite does so unasked). */
                 "PRAGMA secure_delete=ON;",
                 err);
    if (rc == AW_OK)
        rc = upgrade(s, err);
    if (rc != AW_OK) {
        state_close(s);
        return rc;
    }
    *out = s;
    return AW_OK;
}

void state_close(struct state *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < STATE_STATEMENTS; i++)
        sqlite3_finalize(s->cache[i].stmt);
    sqlite3_close(s->db);
    turn_close(&s->turn);
    free(s);
}

static int run_prepared(struct state *s, const char *sql, aw_error *err)
{
    sqlite3_stmt *q = sq_get(s, sql, err);
    return q ? sq_run(s, q, err) : sq_failed(err);
}

int state_begin(struct state *s, aw_error *err)
{
    static const char sql[] = "BEGIN IMMEDIATE";
    state_rollback(s); /* of one that could not be rolled back when it should have been */
    turn_take(&s->turn);
    int rc = run_prepared(s, sql, err);
    s->in_transaction = rc == AW_OK;
    s->failed = rc != AW_OK;
    if (rc != AW_OK)
        turn_give(&s->turn);
    return rc;
}

bool state_failed(const struct state *s)
{
    return s->failed;
}

int state_commit(struct state *s, aw_error *err)
{
    static const char sql[] = "COMMIT";
    int rc = run_prepared(s, sql, err);
    if (rc == AW_OK) {
        s->in_transaction = false;
        turn_give(&s->turn);
    }
    return rc;
}

int state_scrub(struct state *s, aw_error *err)
{
    return run_sql(s, "PRAGMA wal_checkpoint(TRUNCATE);", err);
}

int state_mark(struct state *s, aw_error *err)
{
    static const char sql[] = "SAVEPOINT mark";
    return run_prepared(s, sql, err);
}

int state_unmark(struct state *s, aw_error *err)
{
    static const char sql[] = "RELEASE mark";
    return run_prepared(s, sql, err);
}

int state_back_to_mark(struct state *s, aw_error *err)
{
    static const char back[] = "ROLLBACK TO mark";
    int rc = run_prepared(s, back, err);
    return rc == AW_OK ? state_unmark(s, err) : rc;
}

void state_rollback(struct state *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    if (s->in_transaction)
        turn_give(&s->turn);
    s->in_transaction = false;
}

int state_place_get(struct state *s, const char *name, struct state_place *out, aw_error *err)
{
    static const char sql[] = "SELECT segment,offset,record FROM place WHERE name=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", name);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK) {
        out->segment = (uint64_t)sqlite3_column_int64(q, 0);
        out->offset = (uint64_t)sqlite3_column_int64(q, 1);
        out->record = (uint64_t)sqlite3_column_int64(q, 2);
    }
    return sq_end(q, rc, err);
}

int state_place_set(struct state *s, const char *name, const struct state_place *at, aw_error *err)
{
    static const char sql[] = "INSERT INTO place VALUES(?,?,?,?) ON CONFLICT(name) DO UPDATE SET "
                              "segment=excluded.segment,offset=excluded.offset,"
                              "record=excluded.record";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tiii", name, (int64_t)at->segment, (int64_t)at->offset, (int64_t)at->record);
    return sq_run(s, q, err);
}
