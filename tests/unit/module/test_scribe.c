/* test_scribe.c - piles reach the log in order, and what could not be written is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../log/log_help.h"
#include "scribe.h"

#define MOST 400

static void put(struct scribe *s, uint64_t n)
{
    char bytes[MOST];
    struct pile *p = scribe_pile(s);
    buf_append(&p->bytes, bytes, make_record(n, bytes, MOST));
    p->ends[p->count++] = p->bytes.len;
}

static void test_order(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    char *dir = new_dir();
    struct log *log = open_log(dir, 0, 0);
    struct scribe *s;
    uint64_t n = 0;
    assert_int_equal(scribe_open(log, &s, &err), AW_OK);
    for (int batch = 0; batch < 20; batch++) {
        struct log_pos end = {0};
        scribe_begin(s);
        for (int pile = 0; pile < batch % 5; pile++) {
            for (int i = 0; i < 100; i++)
                put(s, n++);
            assert_int_equal(scribe_hand(s, &err), AW_OK);
            assert_int_equal(scribe_pile(s)->count, 0);
        }
        for (int i = 0; i < batch % 3; i++)
            put(s, n++);
        assert_int_equal(scribe_finish(s, &end, &err), AW_OK);
        if (batch % 5 || batch % 3)
            assert_int_equal(log_pos_cmp(end, log_end(log)), 0);
        else
            assert_int_equal(end.record, 0); /* nothing was written: untouched */
    }
    struct read_all all = read_from(log, (struct log_pos){0}, MOST);
    assert_int_equal(all.records, n);
    assert_int_equal(all.last, n - 1);
    assert_int_equal(all.damages, 0);
    scribe_close(s);
    log_close(log);
    drop_dir(dir);
}

/* The thread's error comes out at the end, once, and the next batch begins anew. */
static void test_a_full_log(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    char *dir = new_dir();
    struct log *log = open_log(dir, 65536, 2 * 65536);
    struct log_pos start = log_end(log), end = start;
    struct scribe *s;
    int rc = AW_OK;
    assert_int_equal(scribe_open(log, &s, &err), AW_OK);
    scribe_begin(s);
    for (uint64_t n = 0; n < 2000 && rc == AW_OK; n++) {
        put(s, n);
        if (n % 100 == 99)
            rc = scribe_hand(s, &err);
    }
    assert_int_equal(rc, AW_EFULL);
    assert_int_equal(scribe_finish(s, &end, &err), AW_EFULL);
    assert_non_null(strstr(err.text, "limit"));
    assert_int_equal(log_pos_cmp(end, start), 0);
    scribe_begin(s);
    assert_int_equal(scribe_pile(s)->count, 0);
    assert_int_equal(log_truncate(log, start, &err), AW_OK);
    put(s, 5);
    assert_int_equal(scribe_finish(s, &end, &err), AW_OK);
    struct read_all all = read_from(log, start, MOST);
    assert_int_equal(all.records, 1);
    assert_int_equal(all.last, 5);
    scribe_close(s);
    scribe_close(NULL);
    log_close(log);
    drop_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_a_full_log)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
