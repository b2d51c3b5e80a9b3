/* log_help.h - what the tests of the log share: a directory of their own, records, files. */
#ifndef TESTS_LOG_HELP_H
#define TESTS_LOG_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

static inline int help_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void remove_tree(const char *dir)
{
    nftw(dir, help_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Made by each test, removed by it. LOG_TEST_IN_MEMORY: where thousands are made and what a disk
 * does makes no difference. */
static inline char *new_dir(void)
{
    const char *base = getenv("TMPDIR");
#ifdef LOG_TEST_IN_MEMORY
    if (access("/dev/shm", W_OK) == 0)
        base = "/dev/shm";
#endif
    char *dir = malloc(512);
    assert_non_null(dir);
    snprintf(dir, 512, "%s/aw-log-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(dir));
    return dir;
}

static inline void drop_dir(char *dir)
{
    remove_tree(dir);
    free(dir);
}

static inline struct log *open_log(const char *dir, uint64_t segment_bytes, uint64_t max_bytes)
{
    struct log_options options = {.dir = dir, .segment_bytes = segment_bytes, .max_bytes = max_bytes};
    struct log *log = NULL;
    aw_error err = AW_ERROR_INIT;
    int rc = log_open(&options, &log, &err);
    if (rc != AW_OK)
        fail_msg("log_open: %d %s: %s", rc, err.where, err.text);
    return log;
}

/* Record n is made of n: its number, then a pattern whose length depends on it. */
static inline size_t make_record(uint64_t n, char *out, size_t most)
{
    size_t len = 8 + (size_t)((n * 37) % (most - 8));
    memcpy(out, &n, 8);
    for (size_t i = 8; i < len; i++)
        out[i] = (char)(n * 31 + i);
    return len;
}

static inline void append_n(struct log *log, uint64_t n, size_t most, struct log_pos *end)
{
    char bytes[4096];
    aw_error err = AW_ERROR_INIT;
    size_t len = make_record(n, bytes, most);
    int rc = log_append(log, bytes, len, end, &err);
    if (rc != AW_OK)
        fail_msg("append %" PRIu64 ": %d %s: %s", n, rc, err.where, err.text);
}

static inline void assert_record(const void *bytes, size_t len, uint64_t n, size_t most)
{
    char want[4096];
    size_t want_len = make_record(n, want, most);
    assert_int_equal(len, want_len);
    assert_memory_equal(bytes, want, len);
}

/* Reads on from `from`; counts records and damages; every record must be what make_record says of
 * the number in it, in ascending order. */
struct read_all {
    uint64_t records, damages, first, last;
    struct log_pos end;
    char where[128], text[512];
};

static inline struct read_all read_from(struct log *log, struct log_pos from, size_t most)
{
    struct read_all all = {.first = UINT64_MAX, .end = from};
    struct log_reader *r = NULL;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(log_reader_open(log, from, &r, &err), AW_OK);
    for (;;) {
        const void *bytes;
        size_t len;
        int rc = log_read(r, &bytes, &len, &all.end, &err);
        if (rc == AW_EAGAIN)
            break;
        if (rc == AW_ECORRUPT) {
            all.damages++;
            memcpy(all.where, err.where, sizeof all.where);
            memcpy(all.text, err.text, sizeof all.text);
            assert_true(all.damages < 100000);
            continue;
        }
        if (rc != AW_OK)
            fail_msg("read: %d %s: %s", rc, err.where, err.text);
        uint64_t n;
        assert_true(len >= 8);
        memcpy(&n, bytes, 8);
        assert_record(bytes, len, n, most);
        if (all.records == 0)
            all.first = n;
        else
            assert_true(n > all.last);
        all.last = n;
        all.records++;
    }
    log_reader_close(r);
    return all;
}

static inline struct read_all read_log(struct log *log, size_t most)
{
    return read_from(log, (struct log_pos){0}, most);
}

static inline void file_path(const char *dir, const char *name, char out[1200])
{
    snprintf(out, 1200, "%s/%s", dir, name);
}

/* As if the machine had lost power: what the control file says is gone. */
static inline void forget_control(const char *dir)
{
    char path[1200];
    file_path(dir, "control", path);
    unlink(path);
}

static inline unsigned char *load(const char *dir, const char *name, size_t *len)
{
    char path[1200];
    struct stat st;
    file_path(dir, name, path);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    unsigned char *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    *len = (size_t)st.st_size;
    return bytes;
}

static inline void store(const char *dir, const char *name, const void *bytes, size_t len)
{
    char path[1200];
    file_path(dir, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0660);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static inline bool exists(const char *dir, const char *name)
{
    char path[1200];
    file_path(dir, name, path);
    return access(path, F_OK) == 0;
}

static inline const char *first_segment(void)
{
    return "0000000000000001.log";
}

#endif
