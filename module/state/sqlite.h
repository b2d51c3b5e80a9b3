/* sqlite.h - what the files of the SQLite store share. Only module/state includes it. */
#ifndef STATE_SQLITE_H
#define STATE_SQLITE_H

#include <sqlite3.h>

#include "state.h"
#include "turn.h"

#define STATE_STATEMENTS 96

struct state {
    sqlite3 *db;
    struct {
        const char *sql; /* the literal's address is its identity */
        sqlite3_stmt *stmt;
    } cache[STATE_STATEMENTS];
    bool in_transaction;
    bool failed; /* since it began */
    struct turn turn;
};

/* A prepared statement, reset, from the cache; NULL fills in err. */
sqlite3_stmt *sq_get(struct state *s, const char *sql, aw_error *err);
/* What to return then. */
int sq_failed(const aw_error *err);
/* Binds by format: t text (const char *, NULL: null), i int64_t, b blob (const void *, size_t). */
void sq_bind(sqlite3_stmt *q, const char *format, ...);
/* Runs a statement that returns no row. */
int sq_run(struct state *s, sqlite3_stmt *q, aw_error *err);
/* AW_OK: a row; AW_ENOTFOUND: none, err untouched. The caller ends with sq_end() or sq_done(). */
int sq_row(struct state *s, sqlite3_stmt *q, aw_error *err);
void sq_done(sqlite3_stmt *q);
/* sq_done(), and rc, or AW_ENOMEM when a text could not be had since. */
int sq_end(sqlite3_stmt *q, int rc, aw_error *err);
/* A column copied into a fixed array, borrowed until the next row ("" if null), or copied (NULL if null). */
void sq_text(sqlite3_stmt *q, int at, char *out, size_t size);
const char *sq_borrow(sqlite3_stmt *q, int at);
char *sq_strdup(sqlite3_stmt *q, int at);
int sq_fail(struct state *s, aw_error *err);

#define SQ_TEXT(q, column, array) sq_text((q), (column), (array), sizeof(array))

#endif
