/* test_append.c - appending, reading, rotating, limits, truncating, trimming, waiting. */
#include "log_help.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define MOST 300

static void test_empty(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 0, 0);
    assert_int_equal(read_log(log, MOST).records, 0);
    assert_int_equal(log_end(log).record, 0);
    assert_int_equal(log_pos_cmp(log_begin(log), log_end(log)), 0);
    assert_true(log_bytes(log) > 0);
    log_close(log);
    log_close(NULL);
    drop_dir(dir);
}

static void test_append_and_read_again(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 0, 0);
    struct log_pos middle = {0}, end = {0};
    for (uint64_t n = 0; n < 100; n++)
        append_n(log, n, MOST, n == 49 ? &middle : &end);
    assert_int_equal(end.record, 100);
    assert_int_equal(log_pos_cmp(end, log_end(log)), 0);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.records, 100);
    assert_int_equal(all.damages, 0);
    assert_int_equal(log_pos_cmp(all.end, end), 0);
    all = read_from(log, middle, MOST);
    assert_int_equal(all.records, 50);
    assert_int_equal(all.first, 50);
    log_close(log);
    log = open_log(dir, 0, 0);
    assert_int_equal(read_log(log, MOST).records, 100);
    append_n(log, 100, MOST, NULL);
    log_close(log);
    forget_control(dir); /* now the files alone must do */
    log = open_log(dir, 0, 0);
    assert_int_equal(read_log(log, MOST).records, 101);
    assert_int_equal(log_end(log).record, 101);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    log_close(log);
    drop_dir(dir);
}

static void test_modes(void **unused)
{
    (void)unused;
    char *dir = new_dir(), path[1200], inner[600];
    mode_t old = umask(077);
    snprintf(inner, sizeof inner, "%s/log", dir);
    struct log *log = open_log(inner, 0, 0);
    umask(old);
    struct stat st;
    assert_int_equal(stat(inner, &st), 0);
    assert_int_equal(st.st_mode & 07777, 02770);
    file_path(inner, "control", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    file_path(inner, first_segment(), path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    log_close(log);
    drop_dir(dir);
}

static void test_rotation(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 8192, 0);
    for (uint64_t n = 0; n < 500; n++)
        append_n(log, n, MOST, NULL);
    assert_true(log_end(log).segment > 5);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.records, 500);
    assert_int_equal(all.damages, 0);
    log_close(log);
    forget_control(dir);
    log = open_log(dir, 8192, 0);
    assert_int_equal(read_log(log, MOST).records, 500);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    log_close(log);
    drop_dir(dir);
}

/* The reader stands at a segment's end when the next one comes. */
static void test_reader_follows(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    struct log_reader *r = NULL;
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, NULL), AW_OK);
    for (uint64_t n = 0; n < 300; n++) {
        const void *bytes;
        size_t len;
        struct log_pos next, end;
        append_n(log, n, MOST, &end);
        assert_int_equal(log_read(r, &bytes, &len, &next, NULL), AW_OK);
        assert_record(bytes, len, n, MOST);
        assert_int_equal(log_pos_cmp(next, end), 0);
        assert_int_equal(log_read(r, &bytes, &len, &next, NULL), AW_EAGAIN);
        assert_int_equal(log_pos_cmp(next, end), 0);
    }
    log_reader_close(r);
    log_close(log);
    drop_dir(dir);
}

static void test_sizes(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 65536, 0);
    size_t sizes[] = {0, 1, 7, 8, 9, 4095, 4096, 65536, 1 << 20, 5u << 20};
    char *bytes = malloc((5u << 20) + 1);
    assert_non_null(bytes);
    memset(bytes, 'x', (5u << 20) + 1);
    aw_error err = AW_ERROR_INIT;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_int_equal(log_append(log, bytes, sizes[i], NULL, &err), AW_OK);
    assert_int_equal(log_append(log, bytes, (5u << 20) + 1, NULL, &err), AW_ELIMIT);
    assert_non_null(strstr(err.text, "limit"));
    struct log_reader *r = NULL;
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, NULL), AW_OK);
    const void *got;
    size_t len;
    struct log_pos next;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(log_read(r, &got, &len, &next, NULL), AW_OK);
        assert_int_equal(len, sizes[i]);
        assert_memory_equal(got, bytes, len);
    }
    assert_int_equal(log_read(r, &got, &len, &next, NULL), AW_EAGAIN);
    log_reader_close(r);
    free(bytes);
    log_close(log);
    drop_dir(dir);
}

static void test_batch(void **unused)
{
    (void)unused;
    enum { COUNT = 1000 };
    char *dir = new_dir();
    struct log *log = open_log(dir, 16384, 0);
    static char bytes[COUNT][MOST];
    static struct log_span spans[COUNT];
    for (uint64_t n = 0; n < COUNT; n++)
        spans[n] = (struct log_span){bytes[n], make_record(n, bytes[n], MOST)};
    struct log_pos end;
    assert_int_equal(log_append_batch(log, spans, 0, &end, NULL), AW_OK);
    assert_int_equal(end.record, 0);
    assert_int_equal(log_append_batch(log, spans, 3, &end, NULL), AW_OK);
    assert_int_equal(end.record, 3);
    assert_int_equal(log_append_batch(log, spans + 3, COUNT - 3, &end, NULL), AW_OK);
    assert_int_equal(end.record, COUNT);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.records, COUNT);
    assert_int_equal(all.damages, 0);
    log_close(log);
    drop_dir(dir);
}

static void test_full_and_trim(void **unused)
{
    (void)unused;
    char *dir = new_dir(), bytes[MOST];
    struct log *log = open_log(dir, 4096, 8 * 4096);
    aw_error err = AW_ERROR_INIT;
    uint64_t n = 0;
    int rc = AW_OK;
    while (rc == AW_OK && n < 10000) {
        size_t len = make_record(n, bytes, MOST);
        rc = log_append(log, bytes, len, NULL, &err);
        n += rc == AW_OK;
    }
    assert_int_equal(rc, AW_EFULL);
    assert_non_null(strstr(err.text, "max_bytes"));
    assert_true(log_bytes(log) <= 8 * 4096);
    assert_int_equal(read_log(log, MOST).records, n);
    /* Not old enough, then old enough but not read. */
    int64_t now = (int64_t)time(NULL) * 1000;
    assert_int_equal(log_trim(log, log_end(log), 60000, now, &err), AW_OK);
    assert_int_equal(log_begin(log).record, 0);
    assert_int_equal(log_trim(log, log_begin(log), 0, now + 100000, &err), AW_OK);
    assert_int_equal(log_begin(log).record, 0);
    assert_int_equal(log_trim(log, log_end(log), 60000, now + 100000, &err), AW_OK);
    uint64_t begin = log_begin(log).record;
    assert_true(begin > 0 && begin < n);
    assert_int_equal(log_bytes(log), 4096);
    assert_false(exists(dir, first_segment()));
    struct read_all all = read_log(log, MOST); /* from before the beginning */
    assert_int_equal(all.records, n - begin);
    assert_int_equal(all.first, begin);
    assert_int_equal(all.damages, 0);
    append_n(log, n, MOST, NULL);
    log_close(log);
    forget_control(dir);
    log = open_log(dir, 4096, 8 * 4096);
    assert_int_equal(log_begin(log).record, begin);
    assert_int_equal(read_log(log, MOST).records, n + 1 - begin);
    log_close(log);
    drop_dir(dir);
}

static void test_truncate(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    struct log_pos ends[200];
    for (uint64_t n = 0; n < 200; n++)
        append_n(log, n, MOST, &ends[n]);
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(log_truncate(log, ends[199], &err), AW_OK);
    assert_int_equal(log_end(log).record, 200);
    assert_int_equal(log_truncate(log, ends[49], &err), AW_OK);
    assert_int_equal(log_end(log).record, 50);
    assert_int_equal(read_log(log, MOST).records, 50);
    for (uint64_t n = 50; n < 80; n++)
        append_n(log, n, MOST, NULL);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.records, 80);
    assert_int_equal(all.damages, 0);
    assert_int_equal(log_truncate(log, ends[199], &err), AW_EINVAL);
    log_close(log);
    forget_control(dir);
    log = open_log(dir, 4096, 0);
    assert_int_equal(read_log(log, MOST).records, 80);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    /* To nothing at all. */
    assert_int_equal(log_truncate(log, (struct log_pos){0}, &err), AW_OK);
    assert_int_equal(read_log(log, MOST).records, 0);
    append_n(log, 7, MOST, NULL);
    all = read_log(log, MOST);
    assert_int_equal(all.records, 1);
    assert_int_equal(all.first, 7);
    log_close(log);
    drop_dir(dir);
}

static void *append_later(void *arg)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    append_n(arg, 1, MOST, NULL);
    return NULL;
}

static void *wake_later(void *arg)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    log_wake(arg);
    return NULL;
}

static void test_wait(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 0, 0), *other = open_log(dir, 0, 0);
    struct log_pos seen = log_end(log);
    log_wait(log, seen, 20); /* a timeout */
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, append_later, other), 0);
    log_wait(log, seen, -1);
    pthread_join(thread, NULL);
    assert_int_equal(log_end(log).record, 1);
    log_wait(log, seen, -1); /* there is something: returns at once */
    seen = log_end(log);
    assert_int_equal(pthread_create(&thread, NULL, wake_later, other), 0);
    log_wait(log, seen, -1);
    pthread_join(thread, NULL);
    log_wake(other); /* before the wait: not lost */
    log_wait(log, seen, -1);
    log_close(other);
    log_close(log);
    drop_dir(dir);
}

static void *append_many(void *arg)
{
    for (int i = 0; i < 200; i++) {
        uint64_t n = 5;
        if (log_append(arg, &n, sizeof n, NULL, NULL) != AW_OK)
            return arg;
    }
    return NULL;
}

static void test_threads(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, append_many, log), 0);
    for (int i = 0; i < 8; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(log_end(log).record, 1600);
    struct log_sync_times times;
    log_sync_times(log, &times);
    assert_true(times.count > 0 && times.count <= 1600 + 800);
    log_close(log);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    drop_dir(dir);
}

struct appender {
    struct log *log;
    atomic_bool forked;
};

/* Ends after the last fork: a child would have a thread that it cannot join (ThreadSanitizer minds). */
static void *append_while_forking(void *context)
{
    struct appender *a = context;
    void *failed = append_many(a->log);
    while (!atomic_load(&a->forked))
        usleep(1000);
    return failed;
}

/* A child goes on using its parent's log, while a thread of the parent appends. */
static void test_fork(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    pthread_t thread;
    struct appender appender = {.log = log};
    assert_int_equal(pthread_create(&thread, NULL, append_while_forking, &appender), 0);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(append_many(log) == NULL ? 0 : 1);
        assert_true(child > 0);
    }
    atomic_store(&appender.forked, true);
    for (int i = 0; i < 10; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    void *failed = NULL;
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(log_end(log).record, 11 * 200);
    log_close(log);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    drop_dir(dir);
}

static void test_removed_under_us(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 0, 0);
    append_n(log, 0, MOST, NULL);
    remove_tree(dir);
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(log_append(log, "x", 1, NULL, &err), AW_EIO);
    assert_non_null(strstr(err.text, "removed"));
    log_close(log);
    drop_dir(dir);
}

/* Moved away, with another in its place or none: the files we have are whole, and nobody reads them. */
static void test_replaced_under_us(void **unused)
{
    (void)unused;
    char *dir = new_dir(), inner[600], away[600];
    snprintf(inner, sizeof inner, "%s/log", dir);
    snprintf(away, sizeof away, "%s/away", dir);
    struct log *log = open_log(inner, 0, 0);
    append_n(log, 0, MOST, NULL);
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(rename(inner, away), 0);
    assert_int_equal(log_append(log, "x", 1, NULL, &err), AW_EIO);
    assert_non_null(strstr(err.text, "replaced"));
    struct log *other = open_log(inner, 0, 0);
    assert_int_equal(log_append(log, "x", 1, NULL, &err), AW_EIO);
    append_n(other, 0, MOST, NULL);
    log_close(log);
    log = open_log(inner, 0, 0);
    append_n(log, 1, MOST, NULL);
    assert_int_equal(read_log(other, MOST).records, 2);
    log_close(log);
    log_close(other);
    drop_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_append_and_read_again),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_reader_follows),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_full_and_trim),
        cmocka_unit_test(test_truncate),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_removed_under_us),
        cmocka_unit_test(test_replaced_under_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
