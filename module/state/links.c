/* links.c - links and courses: what authors set up. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "sqlite.h"

/* Something that readers keep parsed has changed. */
static int bump(struct state *s, int rc, aw_error *err)
{
    static const char sql[] = "INSERT INTO place VALUES('links',0,0,1) ON CONFLICT(name) DO "
                              "UPDATE SET record=record+1";
    sqlite3_stmt *q = rc == AW_OK ? sq_get(s, sql, err) : NULL;
    return q ? sq_run(s, q, err) : rc == AW_OK ? sq_failed(err) : rc;
}

int state_link_put(struct state *s, const char *id, const char *course, const char *json,
                   aw_error *err)
{
    static const char sql[] = "INSERT INTO link VALUES(?,?,?) ON CONFLICT(id) DO UPDATE SET "
                              "course=excluded.course,json=excluded.json";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "ttt", id, course, json);
    return bump(s, sq_run(s, q, err), err);
}

static int remove_by_id(struct state *s, const char *sql, const char *id, aw_error *err)
{
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", id);
    int rc = sq_run(s, q, err);
    if (rc == AW_OK && sqlite3_changes(s->db) == 0)
        return AW_ENOTFOUND;
    return bump(s, rc, err);
}

int state_link_remove(struct state *s, const char *id, aw_error *err)
{
    static const char sql[] = "DELETE FROM link WHERE id=?";
    return remove_by_id(s, sql, id, err);
}

int state_link_get(struct state *s, const char *id, char **out_json, aw_error *err)
{
    static const char sql[] = "SELECT json FROM link WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", id);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK) {
        *out_json = sq_strdup(q, 0);
        if (!*out_json)
            rc = error_nomem(err, "link");
    }
    return sq_end(q, rc, err);
}

int state_links(struct state *s, const char *course, state_link_each each, void *context,
                aw_error *err)
{
    static const char all[] = "SELECT id,course,json FROM link ORDER BY id";
    static const char some[] = "SELECT id,course,json FROM link WHERE course=? ORDER BY id";
    sqlite3_stmt *q = sq_get(s, course ? some : all, err);
    if (!q)
        return sq_failed(err);
    if (course)
        sq_bind(q, "t", course);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK)
        if (each(context, sq_borrow(q, 0),
                 sq_borrow(q, 1), sq_borrow(q, 2)))
            break;
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}

int64_t state_links_version(struct state *s)
{
    struct state_place at = {0};
    return state_place_get(s, "links", &at, NULL) == AW_OK ? (int64_t)at.record : 0;
}

int state_course_put(struct state *s, const char *id, const char *title, const char *language,
                     const char *json, aw_error *err)
{
    static const char sql[] =
        "INSERT INTO course VALUES(?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
        "title=coalesce(excluded.title,title),language=coalesce(excluded.language,language),"
        "json=coalesce(excluded.json,json)";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "tttt", id, title && *title ? title : NULL, language && *language ? language : NULL,
            json);
    return bump(s, sq_run(s, q, err), err);
}

static void take_course(sqlite3_stmt *q, struct state_course *out)
{
    SQ_TEXT(q, 0, out->id);
    SQ_TEXT(q, 1, out->title);
    SQ_TEXT(q, 2, out->language);
    out->json = sq_strdup(q, 3);
}

int state_course_get(struct state *s, const char *id, struct state_course *out, aw_error *err)
{
    static const char sql[] = "SELECT id,title,language,json FROM course WHERE id=?";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    sq_bind(q, "t", id);
    int rc = sq_row(s, q, err);
    if (rc == AW_OK)
        take_course(q, out);
    return sq_end(q, rc, err);
}

int state_course_remove(struct state *s, const char *id, aw_error *err)
{
    static const char sql[] = "DELETE FROM course WHERE id=?";
    return remove_by_id(s, sql, id, err);
}

int state_courses(struct state *s, state_course_each each, void *context, aw_error *err)
{
    static const char sql[] = "SELECT id,title,language,json FROM course ORDER BY id";
    sqlite3_stmt *q = sq_get(s, sql, err);
    if (!q)
        return sq_failed(err);
    int rc;
    while ((rc = sq_row(s, q, err)) == AW_OK) {
        struct state_course course;
        take_course(q, &course);
        int stop = each(context, &course);
        free(course.json);
        if (stop)
            break;
    }
    return sq_end(q, rc == AW_ENOTFOUND ? AW_OK : rc, err);
}
