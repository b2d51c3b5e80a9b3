/*
 * test_log_memory.c - each allocation of the hook and of the log fails once: the error says so,
 * nothing acknowledged is lost, and it works again.
 */
#include "unit/log/log_help.h"

#include <afterword/afterword.h>

static long fail_at, seen; /* 0: none fails */

static inline bool fails_now(void)
{
    return fail_at != 0 && ++seen == fail_at;
}

#include "failing_malloc.h"

static void fail_nth(long nth)
{
    fail_at = nth;
    seen = 0;
}

static aw *open_it(const char *dir, int *out_code)
{
    static const char json[] = "{\"site\":{\"name\":\"M\",\"home_page\":\"https://learn.example.org\"},"
                               "\"courses\":{\"unknown\":\"accept\"}}";
    aw_config_source source = {.struct_size = sizeof source, .json = json,
                               .json_bytes = sizeof json - 1, .state_dir = dir};
    aw_error err = AW_ERROR_INIT;
    aw *self = NULL;
    *out_code = aw_open(&source, NULL, &self, &err);
    return self;
}

static int notify(aw *self, const char *learner, aw_error *err)
{
    aw_event e = AW_EVENT_INIT;
    aw_attribute attribute = {"cohort", "emea"};
    e.kind = AW_EVENT_COURSE_COMPLETED;
    e.learner = learner;
    e.course = "c-1";
    e.attributes = &attribute;
    e.attribute_count = 1;
    return aw_notify(self, &e, err);
}

static uint64_t journal_events(const char *dir)
{
    char path[600];
    snprintf(path, sizeof path, "%s/journal", dir);
    struct log *log = open_log(path, 0, 0);
    uint64_t records = log_end(log).record;
    log_close(log);
    return records;
}

static void test_notify(void **unused)
{
    (void)unused;
    if (!CAN_FAIL)
        skip();
    char *dir = new_dir();
    int rc = AW_OK;
    uint64_t acked = 0;
    aw *self = open_it(dir, &rc);
    assert_int_equal(rc, AW_OK);
    bool reached = true;
    for (long nth = 1; reached && nth < 200; nth++) {
        aw_error err = AW_ERROR_INIT;
        fail_nth(nth);
        rc = notify(self, "u-1", &err);
        reached = seen >= nth;
        fail_nth(0);
        if (rc != AW_OK) {
            assert_int_equal(rc, AW_ENOMEM);
            assert_non_null(strstr(err.text, "memory"));
        } else {
            acked++;
        }
        assert_int_equal(notify(self, "u-2", &err), AW_OK); /* and it works again */
        acked++;
    }
    assert_false(reached);
    aw_close(self);
    assert_int_equal(journal_events(dir), acked);
    drop_dir(dir);
}

static void test_open(void **unused)
{
    (void)unused;
    if (!CAN_FAIL)
        skip();
    char *dir = new_dir();
    int rc = AW_OK;
    aw_error err = AW_ERROR_INIT;
    aw *self = open_it(dir, &rc);
    assert_int_equal(notify(self, "u-1", &err), AW_OK);
    aw_close(self);
    bool reached = true;
    long refused = 0;
    for (long nth = 1; reached && nth < 5000; nth++) {
        fail_nth(nth);
        self = open_it(dir, &rc);
        reached = seen >= nth;
        fail_nth(0);
        refused += rc != AW_OK;
        assert_true((self != NULL) == (rc == AW_OK));
        aw_close(self);
    }
    assert_false(reached);
    assert_true(refused > 0);
    self = open_it(dir, &rc);
    assert_int_equal(rc, AW_OK);
    assert_int_equal(notify(self, "u-2", &err), AW_OK);
    aw_close(self);
    assert_int_equal(journal_events(dir), 2);
    drop_dir(dir);
}

static void test_reading(void **unused)
{
    (void)unused;
    if (!CAN_FAIL)
        skip();
    char *dir = new_dir();
    struct log *log = open_log(dir, 8192, 0);
    for (uint64_t n = 0; n < 50; n++)
        append_n(log, n, 200, NULL);
    bool reached = true;
    for (long nth = 1; reached && nth < 100; nth++) {
        struct log_reader *r = NULL;
        struct log_pos next;
        const void *bytes;
        size_t len;
        uint64_t count = 0;
        fail_nth(nth);
        int rc = log_reader_open(log, (struct log_pos){0}, &r, NULL);
        if (rc != AW_OK) {
            assert_int_equal(rc, AW_ENOMEM);
            fail_nth(0);
            continue;
        }
        while ((rc = log_read(r, &bytes, &len, &next, NULL)) != AW_EAGAIN) {
            assert_true(rc == AW_OK || rc == AW_ENOMEM); /* then the same record comes again */
            count += rc == AW_OK;
        }
        reached = seen >= nth;
        fail_nth(0);
        assert_int_equal(count, 50);
        log_reader_close(r);
    }
    assert_false(reached);
    log_close(log);
    drop_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
