/* test_schema.c - state.db of every earlier version becomes what a new one is: tables, columns, indexes. */
#include "unit/log/log_help.h"

#include <sqlite3.h>

#include "schema.h"
#include "state.h"

static sqlite3 *open_db(const char *dir)
{
    char path[600];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/state.db", dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
}

/* Tables, columns and indexes as one text. */
static void describe(const char *dir, char *out, size_t size)
{
    static const char sql[] =
        "SELECT group_concat(line,char(10)) FROM (SELECT m.type||' '||m.name||' '||coalesce(c.name,'')||"
        "' '||coalesce(c.type,'')||' '||coalesce(c.pk,'') AS line FROM sqlite_master m LEFT JOIN "
        "pragma_table_info(m.name) c WHERE m.name NOT LIKE 'sqlite_%' ORDER BY line)";
    sqlite3 *db = open_db(dir);
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    snprintf(out, size, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
}

static void open_and_close(const char *dir)
{
    struct state *s = NULL;
    aw_error err = AW_ERROR_INIT;
    if (state_open(dir, &s, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
    state_close(s);
}

static void test_every_earlier_version(void **unused)
{
    (void)unused;
    static char fresh[65536], upgraded[65536];
    char *dir = new_dir();
    open_and_close(dir);
    describe(dir, fresh, sizeof fresh);
    assert_non_null(strstr(fresh, "enrolment"));
    drop_dir(dir);
    for (int version = 1; version < schema_version; version++) {
        char sql[64];
        dir = new_dir();
        sqlite3 *db = open_db(dir);
        for (int v = 0; v < version; v++)
            run(db, schema_step(v));
        run(db, "INSERT INTO person(learner,name) VALUES('u-1','Ada')");
        run(db, "INSERT INTO enrolment(registration,learner,course) VALUES(x'00112233445566778899aabbccddeeff',"
                "'u-1','c-1')");
        snprintf(sql, sizeof sql, "PRAGMA user_version=%d", version);
        run(db, sql);
        sqlite3_close(db);
        struct state *s = NULL;
        struct state_person person;
        struct state_enrolment enrolment;
        aw_error err = AW_ERROR_INIT;
        assert_int_equal(state_open(dir, &s, &err), AW_OK);
        assert_int_equal(state_person_get(s, "u-1", &person, &err), AW_OK);
        assert_string_equal(person.name, "Ada");
        assert_int_equal(state_enrolment_find(s, "u-1", "c-1", &enrolment, &err), AW_OK);
        state_close(s);
        describe(dir, upgraded, sizeof upgraded);
        assert_string_equal(upgraded, fresh);
        drop_dir(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_earlier_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
