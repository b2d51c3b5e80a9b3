/* people.c - learners, their enrolments and SCORM attempts; erasure. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "sqlite.h"

int state_person_get(struct state *s, const char *learner, struct state_person *out, aw_error *err)
{
    static const char sql[] =
        "SELECT learner,name,email,language,attributes,utc_offset FROM person WHERE learner=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", learner);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK) {
        SQ_TEXT(q, 0, out->learner);
        SQ_TEXT(q, 1, out->name);
        SQ_TEXT(q, 2, out->email);
        SQ_TEXT(q, 3, out->language);
        SQ_TEXT(q, 4, out->attributes);
        out->utc_offset_min = sqlite3_column_int(q, 5);
    }
    return sq_end(q, rc, err);
}

int state_person_put(struct state *s, const struct state_person *p, aw_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO person VALUES(?,?,?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttttti", p->learner, p->name, p->email, p->language, p->attributes,
            (int64_t)p->utc_offset_min);
    return sq_run(s, q, err);
}

static void take_enrolment(sqlite3_stmt *q, struct state_enrolment *out)
{
    memset(out, 0, sizeof *out);
    out->id = sqlite3_column_int64(q, 0);
    if (sqlite3_column_bytes(q, 1) == 16)
        memcpy(out->registration.bytes, sqlite3_column_blob(q, 1), 16);
    SQ_TEXT(q, 2, out->learner);
    SQ_TEXT(q, 3, out->course);
    out->chain_ms = sqlite3_column_int64(q, 4);
    out->completed = sqlite3_column_int(q, 5) != 0;
    if (sqlite3_column_bytes(q, 6) == 16)
        memcpy(out->completed_statement.bytes, sqlite3_column_blob(q, 6), 16);
    out->success = (uint32_t)sqlite3_column_int64(q, 7);
    out->revision = (uint32_t)sqlite3_column_int64(q, 8);
    out->withdrawn = (uint32_t)sqlite3_column_int64(q, 9);
}

#define ENROLMENT                                                                                  \
    "id,registration,learner,course,chain_ms,completed,completed_statement,success,revision,"      \
    "withdrawn"

int state_enrolment_get(struct state *s, const char *learner, const uuid5 *registration,
                        struct state_enrolment *out, aw_error *err)
{
    static const char sql[] = "SELECT " ENROLMENT " FROM enrolment WHERE learner=? AND registration=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tb", learner, registration->bytes, (size_t)16);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_enrolment(q, out);
    return sq_end(q, rc, err);
}

int state_enrolment_find(struct state *s, const char *learner, const char *course,
                         struct state_enrolment *out, aw_error *err)
{
    static const char sql[] = "SELECT " ENROLMENT " FROM enrolment WHERE learner=? AND course=?"
                              " ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tt", learner, course);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_enrolment(q, out);
    return sq_end(q, rc, err);
}

int state_enrolment_put(struct state *s, struct state_enrolment *e, aw_error *err)
{
    static const char insert[] = "INSERT INTO enrolment(id,registration,learner,course,chain_ms,"
                                 "completed,completed_statement,success,revision,withdrawn)"
                                 " VALUES(?,?,?,?,?,?,?,?,?,?)";
    static const char update[] =
        "UPDATE enrolment SET chain_ms=?2,completed=?3,completed_statement=?4,success=?5,"
        "revision=?6,withdrawn=?7 WHERE id=?1";
    sqlite3_stmt *q = sq_get(s, e->id ? update : insert, err);
    if (!q)
        return sq_failed(err);
    if (e->id) {
        sq_bind(q, "iiibiii", e->id, e->chain_ms, (int64_t)e->completed,
                e->completed_statement.bytes, (size_t)16, (int64_t)e->success, (int64_t)e->revision,
                (int64_t)e->withdrawn);
        return sq_run(s, q, err);
    }
    sq_bind(q, "tbttiibiii", (const char *)NULL, e->registration.bytes, (size_t)16, e->learner, e->course,
            e->chain_ms, (int64_t)e->completed, e->completed_statement.bytes, (size_t)16,
            (int64_t)e->success, (int64_t)e->revision, (int64_t)e->withdrawn);
    int rc = sq_run(s, q, err);
    if (rc == AW_OK)
        e->id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static int take_attempt(sqlite3_stmt *q, struct state_attempt *out, aw_error *err)
{
    SQ_TEXT(q, 0, out->item);
    out->attempt = (uint32_t)sqlite3_column_int64(q, 1);
    out->blob_len = (size_t)sqlite3_column_bytes(q, 2);
    out->blob = malloc(out->blob_len ? out->blob_len : 1);
    if (!out->blob)
        return error_nomem(err, "attempt");
    memcpy(out->blob, sqlite3_column_blob(q, 2), out->blob_len);
    return AW_OK;
}

int state_attempt_get(struct state *s, int64_t enrolment, const char *item, uint32_t attempt,
                      struct state_attempt *out, aw_error *err)
{
    static const char newest[] = "SELECT item,attempt,blob FROM attempt WHERE enrolment=? AND "
                                 "item=? ORDER BY attempt DESC LIMIT 1";
    static const char exact[] = "SELECT item,attempt,blob FROM attempt WHERE enrolment=? AND "
                                "item=? AND attempt=?";
    sqlite3_stmt *q = sq_get(s, attempt ? exact : newest, err);
    if (!q)
        return sq_failed(err);
    if (attempt)
        sq_bind(q, "iti", enrolment, item, (int64_t)attempt);
    else
        sq_bind(q, "it", enrolment, item);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        rc = take_attempt(q, out, err);
    return sq_end(q, rc, err);
}

int state_attempt_put(struct state *s, int64_t enrolment, const char *item, uint32_t attempt,
                      const void *blob, size_t len, aw_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO attempt VALUES(?,?,?,?)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "itib", enrolment, item, (int64_t)attempt, blob, len);
    return sq_run(s, q, err);
}

int state_attempts(struct state *s, int64_t enrolment, state_attempt_each each, void *context,
                   aw_error *err)
{
    static const char sql[] = "SELECT item,max(attempt),blob FROM attempt WHERE enrolment=?"
                              " GROUP BY item ORDER BY item";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "i", enrolment);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_attempt a;
        rc = take_attempt(q, &a, err);
        if (rc != AW_OK)
            break;
        int stop = each(context, &a);
        free(a.blob);
        if (stop)
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int state_person_known(struct state *s, const char *learner, bool *out, aw_error *err)
{
    static const char sql[] = "SELECT EXISTS(SELECT 1 FROM enrolment WHERE learner=?1)"
                              " OR EXISTS(SELECT 1 FROM person WHERE learner=?1)"
                              " OR EXISTS(SELECT 1 FROM forum_user WHERE learner=?1)"
                              " OR EXISTS(SELECT 1 FROM member WHERE learner=?1)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", learner);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        *out = sqlite3_column_int(q, 0) != 0;
    return sq_end(q, rc, err);
}

int state_knows(struct state *s, enum state_known what, const char *name, bool *out, aw_error *err)
{
    static const char *const questions[] = {
        [KNOWS_PERSON] = "SELECT 1 WHERE EXISTS(SELECT 1 FROM person WHERE ?1 IS NULL OR learner=?1)"
                         " OR EXISTS(SELECT 1 FROM enrolment WHERE ?1 IS NULL OR learner=?1)",
        [KNOWS_ATTRIBUTE] = "SELECT 1 WHERE EXISTS(SELECT 1 FROM person,json_each(CASE WHEN"
                            " json_valid(person.attributes) THEN person.attributes ELSE '{}' END) AS a"
                            " WHERE ?1 IS NULL OR a.key=?1)",
        [KNOWS_COURSE] = "SELECT 1 WHERE EXISTS(SELECT 1 FROM course WHERE ?1 IS NULL OR id=?1)"
                         " OR EXISTS(SELECT 1 FROM enrolment WHERE ?1 IS NULL OR course=?1)",
    };
    sqlite3_stmt *q = sq_get(s, questions[what], err);
    if (!q)
        return AW_EINTERNAL;
    if (name)
        sq_bind(q, "t", name);
    int rc = sq_row(s, q, err);
    sq_done(q);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    *out = rc == AW_OK;
    return AW_OK;
}

/* What is kept about a learner, table by table. Posts stay, since others answered them, but
 * without author and, for ours, without text. */
static const char *const erasures[] = {
    "DELETE FROM attempt WHERE enrolment IN(SELECT id FROM enrolment WHERE learner=?1)",
    "DELETE FROM enrolment WHERE learner=?1",
    "DELETE FROM person WHERE learner=?1",
    "DELETE FROM member WHERE learner=?1",
    "DELETE FROM forum_user WHERE learner=?1",
    "DELETE FROM once WHERE a=?1",
    "DELETE FROM job WHERE learner=?1",
    "UPDATE post SET author='',text='',attachments='',deleted=1 WHERE author=?1",
    "UPDATE topic SET author='',title='' WHERE author=?1",
};

int state_person_erase(struct state *s, const char *learner, int64_t *out_rows, aw_error *err)
{
    int64_t rows = 0;
    for (size_t i = 0; i < sizeof erasures / sizeof *erasures; i++) {
        sqlite3_stmt *q = sq_get(s, erasures[i], err);
        if (!q)
            return sq_failed(err);
        sq_bind(q, "t", learner);
        int rc = sq_run(s, q, err);
        if (rc != AW_OK)
            return rc;
        rows += sqlite3_changes64(s->db);
    }
    *out_rows = rows;
    return AW_OK;
}
