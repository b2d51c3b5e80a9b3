/* test_state.c - the store: an older one is brought up to date with all that is in it, a newer one is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema.h"
#include "state.h"

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aw-state-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[100];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void run(sqlite3 *db, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s: %s", sql, text);
}

/* A store as a build of that version left it. */
static void make_old(int version, const char *rows)
{
    char path[100], pragma[60];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/state.db", dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    for (int v = 0; v < version && v < schema_version; v++)
        run(db, schema_step(v));
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", version);
    run(db, pragma);
    run(db, rows);
    sqlite3_close(db);
}

static void test_version_1(void **state)
{
    (void)state;
    struct state *s;
    struct state_enrolment e;
    aw_error err = AW_ERROR_INIT;
    uuid5 registration;
    make_old(1, "INSERT INTO enrolment VALUES(7,x'000102030405560788090a0b0c0d0e0f','ada','safety',99,1,"
                "x'101112131415561788191a1b1c1d1e1f',2,3,4);"
                "INSERT INTO enrolment VALUES(9,x'200102030405560788090a0b0c0d0e0f','ada','safety',5,0,NULL,0,0,0);"
                "INSERT INTO attempt VALUES(7,'sco',1,x'beef')");
    assert_int_equal(state_open(dir, &s, &err), AW_OK);
    assert_true(uuid5_parse("00010203-0405-5607-8809-0a0b0c0d0e0f", &registration));
    assert_int_equal(state_enrolment_get(s, "ada", &registration, &e, &err), AW_OK);
    assert_int_equal(e.id, 7); /* attempts and members refer to it */
    assert_string_equal(e.course, "safety");
    assert_int_equal(e.chain_ms, 99);
    assert_true(e.completed);
    assert_int_equal(e.completed_statement.bytes[0], 0x10);
    assert_int_equal(e.success, 2);
    assert_int_equal(e.revision, 3);
    assert_int_equal(e.withdrawn, 4);
    assert_int_equal(state_enrolment_find(s, "ada", "safety", &e, &err), AW_OK);
    assert_int_equal(e.id, 9); /* the newest */
    assert_int_equal(state_enrolment_get(s, "bob", &registration, &e, &err), AW_ENOTFOUND);
    state_close(s);
    assert_int_equal(state_open(dir, &s, &err), AW_OK); /* and again, with nothing to do */
    state_close(s);
}

static void test_newer(void **state)
{
    (void)state;
    struct state *s = NULL;
    aw_error err = AW_ERROR_INIT;
    make_old(schema_version + 1, "CREATE TABLE of_tomorrow(x)");
    assert_int_equal(state_open(dir, &s, &err), AW_EVERSION);
    assert_non_null(strstr(err.text, "newer Afterword"));
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_version_1, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_newer, make_dir, remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
