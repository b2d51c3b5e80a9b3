/*
 * test_log_calls.c - the log when system calls fail: failed sync, full disk,
 * read-only, no descriptors, short writes, and each call of a whole run in turn.
 */
#define LOG_TEST_IN_MEMORY
#include "calls.h"
#include "control.h"
#include "unit/log/log_help.h"

#include <pthread.h>
#include <time.h>

#define MOST 200

static int try_append(struct log *log, uint64_t n, aw_error *err)
{
    char bytes[MOST];
    size_t len = make_record(n, bytes, MOST);
    return log_append(log, bytes, len, NULL, err);
}

/* What was refused must not come back, neither now nor when only the files are left. */
static void assert_only(const char *dir, struct log *log, const uint64_t *kept, uint64_t count)
{
    for (int again = 0; again < 2; again++) {
        struct log *other = again ? open_log(dir, 8192, 0) : log;
        struct log_reader *r = NULL;
        struct log_pos next;
        const void *bytes;
        size_t len;
        assert_int_equal(log_reader_open(other, (struct log_pos){0}, &r, NULL), AW_OK);
        for (uint64_t i = 0; i < count; i++) {
            assert_int_equal(log_read(r, &bytes, &len, &next, NULL), AW_OK);
            assert_record(bytes, len, kept[i], MOST);
        }
        assert_int_equal(log_read(r, &bytes, &len, &next, NULL), AW_EAGAIN);
        log_reader_close(r);
        log_close(other);
        forget_control(dir);
    }
}

static void test_failed_sync(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 8192, 0);
    aw_error err = AW_ERROR_INIT;
    uint64_t kept[] = {0, 1, 3, 5};
    append_n(log, 0, MOST, NULL);
    append_n(log, 1, MOST, NULL);
    fault_at("fdatasync", 1, 1, EIO);
    assert_int_equal(try_append(log, 2, &err), AW_EIO);
    assert_non_null(strstr(err.text, "sync"));
    /* Not tried again on the same pages: the log goes on in a new segment. */
    assert_int_equal(log_end(log).segment, 2);
    assert_int_equal(log_end(log).record, 2);
    append_n(log, 3, MOST, NULL);
    /* The disk is gone for a while: neither sync nor new file. */
    fault_at(NULL, 1, -1, EIO);
    assert_int_equal(try_append(log, 4, &err), AW_EIO);
    assert_int_equal(try_append(log, 4, &err), AW_EIO);
    fault_none();
    append_n(log, 5, MOST, NULL);
    struct log_sync_times times;
    log_sync_times(log, &times);
    assert_true(times.failures >= 1);
    assert_only(dir, log, kept, 4);
    drop_dir(dir);
}

struct errno_case {
    const char *call;
    int errno_value, code;
};

static void test_named_causes(void **unused)
{
    (void)unused;
    const struct errno_case cases[] = {
        {"fallocate", ENOSPC, AW_ENOSPC}, {"fallocate", EDQUOT, AW_ENOSPC}, {"openat", EMFILE, AW_EFILES},
        {"openat", ENFILE, AW_EFILES},    {"openat", EROFS, AW_EACCES},     {"openat", ENOMEM, AW_ENOMEM},
        {"openat", EACCES, AW_EACCES},    {"renameat", EIO, AW_EIO},        {"pwritev", ENOSPC, AW_ENOSPC},
        {"pwritev", EIO, AW_EIO},         {"fsync", EIO, AW_EIO},           {"fdatasync", ENOSPC, AW_ENOSPC},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *dir = new_dir();
        struct log *log = open_log(dir, 8192, 0);
        aw_error err = AW_ERROR_INIT;
        static uint64_t kept[400];
        uint64_t count = 0, n = 0;
        for (; n < 20; n++)
            append_n(log, n, MOST, NULL), kept[count++] = n;
        fault_at(cases[i].call, 1, -1, cases[i].errno_value);
        int rc = AW_OK;
        for (; n < 200 && rc == AW_OK; n++) {
            rc = try_append(log, n, &err);
            if (rc == AW_OK)
                kept[count++] = n;
        }
        assert_int_equal(rc, cases[i].code);
        assert_true(err.text[0] != 0 && err.where[0] != 0);
        assert_int_equal(try_append(log, n++, &err), cases[i].code);
        fault_none();
        for (uint64_t to = n + 100; n < to; n++)
            append_n(log, n, MOST, NULL), kept[count++] = n;
        assert_only(dir, log, kept, count);
        drop_dir(dir);
    }
}

static void test_short_and_interrupted_writes(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 8192, 0);
    uint64_t kept[3] = {0, 1, 2};
    fault_at("pwritev", 1, 1, 0); /* a short one */
    append_n(log, 0, MOST, NULL);
    fault_at("pwritev", 1, 2, EINTR);
    append_n(log, 1, MOST, NULL);
    fault_at("fdatasync", 1, 2, EINTR);
    append_n(log, 2, MOST, NULL);
    fault_none();
    assert_only(dir, log, kept, 3);
    drop_dir(dir);
}

static void test_no_fallocate(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    static uint64_t kept[300];
    fault_at("fallocate", 1, -1, EOPNOTSUPP);
    struct log *log = open_log(dir, 8192, 0);
    for (uint64_t n = 0; n < 300; n++)
        append_n(log, n, MOST, NULL), kept[n] = n;
    assert_only(dir, log, kept, 300);
    fault_none();
    drop_dir(dir);
}

struct crowd {
    struct log *log;
    uint64_t from, acked[200];
    int count, failed;
};

static void *crowd_member(void *arg)
{
    struct crowd *c = arg;
    for (uint64_t n = 0; n < 200; n++) {
        uint64_t id = c->from + n;
        if (log_append(c->log, &id, sizeof id, NULL, NULL) == AW_OK)
            c->acked[c->count++] = id;
        else
            c->failed++;
    }
    return NULL;
}

/* Syncs fail under eight threads: who was told AW_OK is in the log, who was not is not. No more of them
 * than the log remembers: whoever slept through more is told EIO to be on the safe side. */
static void test_failed_syncs_in_a_crowd(void **unused)
{
    (void)unused;
    enum { THREADS = 8 };
    char *dir = new_dir();
    static struct crowd crowd[THREADS];
    static unsigned char told[THREADS * 1000];
    struct log *log = open_log(dir, 8192, 0);
    pthread_t threads[THREADS];
    memset(told, 0, sizeof told);
    for (uint64_t i = 0; i < THREADS; i++) {
        crowd[i] = (struct crowd){.log = log, .from = i * 1000};
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_member, &crowd[i]), 0);
    }
    for (unsigned round = 0; round < CONTROL_FAILURES - 1; round++) {
        fault_at("fdatasync", 3, 1, EIO);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    fault_none();
    int failed = 0;
    uint64_t acked = 0, read = 0;
    for (int i = 0; i < THREADS; i++) {
        failed += crowd[i].failed;
        for (int j = 0; j < crowd[i].count; j++)
            told[crowd[i].acked[j]]++, acked++;
    }
    for (int again = 0; again < 2; again++) {
        struct log_reader *r = NULL;
        struct log_pos next;
        const void *bytes;
        size_t len;
        int rc;
        read = 0;
        assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, NULL), AW_OK);
        while ((rc = log_read(r, &bytes, &len, &next, NULL)) == AW_OK) {
            uint64_t id;
            assert_int_equal(len, sizeof id);
            memcpy(&id, bytes, sizeof id);
            assert_int_equal(told[id], 1 + again);
            told[id]++;
            read++;
        }
        assert_int_equal(rc, AW_EAGAIN);
        assert_int_equal(read, acked);
        log_reader_close(r);
        log_close(log);
        forget_control(dir);
        log = open_log(dir, 8192, 0);
    }
    assert_true(failed > 0);
    log_close(log);
    drop_dir(dir);
}

/* A run that opens, appends, rotates, truncates, trims; its n-th call fails, for every n. */
static uint64_t run_all(const char *dir, uint64_t acked[], struct log_pos *truncated_to)
{
    struct log_options options = {.dir = dir, .segment_bytes = 4096};
    struct log *log = NULL;
    uint64_t count = 0;
    *truncated_to = (struct log_pos){0};
    if (log_open(&options, &log, NULL) != AW_OK)
        return 0;
    for (uint64_t n = 0; n < 60; n++) {
        if (try_append(log, n, NULL) == AW_OK)
            acked[count++] = n;
    }
    struct log_pos here = log_end(log);
    uint64_t before = count;
    for (uint64_t n = 60; n < 90; n++) {
        if (try_append(log, n, NULL) == AW_OK)
            acked[count++] = n;
    }
    if (log_truncate(log, here, NULL) == AW_OK)
        assert_int_equal(log_end(log).record, here.record);
    if (log_end(log).record == here.record)
        count = before;
    for (uint64_t n = 90; n < 120; n++) {
        if (try_append(log, n, NULL) == AW_OK)
            acked[count++] = n;
    }
    log_close(log);
    return count;
}

static void test_every_call_fails_once(void **unused)
{
    (void)unused;
    const int errors[] = {EIO, ENOSPC, EMFILE};
    static uint64_t acked[200];
    for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
        bool reached = true;
        for (long nth = 1; reached; nth++) {
            char *dir = new_dir();
            struct log_pos truncated_to;
            fault_at(NULL, nth, 1, errors[e]);
            uint64_t count = run_all(dir, acked, &truncated_to);
            reached = fault.seen >= nth;
            fault_none();
            struct log *log = open_log(dir, 4096, 0);
            for (int again = 0; again < 2; again++) {
                struct read_all all = read_log(log, MOST);
                if (all.records != count || all.damages > 0)
                    fail_msg("call %ld with errno %d: %" PRIu64 " records, %" PRIu64 " acknowledged, "
                             "damage %s %s",
                             nth, errors[e], all.records, count, all.where, all.text);
                log_close(log);
                forget_control(dir);
                log = open_log(dir, 4096, 0);
            }
            append_n(log, 1000, MOST, NULL);
            log_close(log);
            drop_dir(dir);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_sync),
        cmocka_unit_test(test_named_causes),
        cmocka_unit_test(test_short_and_interrupted_writes),
        cmocka_unit_test(test_no_fallocate),
        cmocka_unit_test(test_failed_syncs_in_a_crowd),
        cmocka_unit_test(test_every_call_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
