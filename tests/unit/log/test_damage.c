/*
 * test_damage.c - what recovery and reading make of files that are not as they
 * were written: cut at every byte, a bit flipped at every byte, every prefix.
 */
#define LOG_TEST_IN_MEMORY
#include "log_help.h"

#define MOST 120
#define RECORDS 12

struct file {
    unsigned char *bytes;
    size_t len;
    uint64_t ends[RECORDS]; /* where each record ends */
};

/* One segment with RECORDS records. */
static struct file written(char *dir)
{
    struct file f = {0};
    struct log *log = open_log(dir, 4096, 0);
    for (uint64_t n = 0; n < RECORDS; n++) {
        struct log_pos end;
        append_n(log, n, MOST, &end);
        assert_int_equal(end.segment, 1);
        f.ends[n] = end.offset;
    }
    log_close(log);
    f.bytes = load(dir, first_segment(), &f.len);
    return f;
}

static uint64_t whole_records(const struct file *f, size_t cut)
{
    uint64_t n = 0;
    while (n < RECORDS && f->ends[n] <= cut)
        n++;
    return n;
}

static void check_cut(const struct file *f, size_t cut, const void *bytes, size_t len)
{
    char *dir = new_dir();
    store(dir, first_segment(), bytes, len);
    struct log *log = open_log(dir, 4096, 0);
    uint64_t whole = whole_records(f, cut);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.damages, 0);
    assert_int_equal(all.records, whole);
    assert_int_equal(log_end(log).record, whole);
    append_n(log, whole, MOST, NULL);
    log_close(log);
    forget_control(dir);
    log = open_log(dir, 4096, 0);
    all = read_log(log, MOST);
    assert_int_equal(all.records, whole + 1);
    assert_int_equal(all.damages, 0);
    log_close(log);
    drop_dir(dir);
}

/* The file ends, or zeros begin, or old rubbish begins, at each byte behind the header. */
static void test_torn_at_every_byte(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct file f = written(dir);
    unsigned char *torn = malloc(f.len);
    assert_non_null(torn);
    for (size_t cut = 1024; cut <= f.ends[RECORDS - 1]; cut++) {
        check_cut(&f, cut, f.bytes, cut);
        memcpy(torn, f.bytes, f.len);
        memset(torn + cut, 0, f.len - cut);
        /* A record whose last bytes are zeros anyway is whole. */
        size_t same = cut;
        while (same < f.len && f.bytes[same] == 0)
            same++;
        check_cut(&f, same, torn, f.len);
        memset(torn + cut, 0xa5, f.len - cut);
        check_cut(&f, cut, torn, f.len);
    }
    free(torn);
    free(f.bytes);
    drop_dir(dir);
}

/* With the control file there, less than was acknowledged is damage and not a torn tail. */
static void test_lost_tail_is_reported(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct file f = written(dir);
    size_t control_len;
    unsigned char *control = load(dir, "control", &control_len);
    for (size_t cut = 1024; cut < f.ends[RECORDS - 1]; cut += 7) {
        char *copy = new_dir();
        store(copy, first_segment(), f.bytes, cut);
        store(copy, "control", control, control_len); /* another inode: not taken for shared memory */
        struct log *log = open_log(copy, 4096, 0);
        struct read_all all = read_log(log, MOST);
        assert_int_equal(all.records, whole_records(&f, cut));
        assert_true(all.damages == 1 || all.damages == 2); /* half a record, and what followed it */
        assert_non_null(strstr(all.where, first_segment()));
        assert_int_equal(all.end.record, RECORDS);
        append_n(log, RECORDS, MOST, NULL);
        all = read_log(log, MOST);
        assert_int_equal(all.last, RECORDS);
        assert_int_equal(log_verify(copy, NULL, NULL, NULL), AW_ECORRUPT);
        log_close(log);
        drop_dir(copy);
    }
    free(control);
    free(f.bytes);
    drop_dir(dir);
}

struct reported {
    int count;
    uint64_t offset;
    char file[256];
};

static void note(void *context, const char *file, uint64_t offset, const char *what)
{
    struct reported *r = context;
    assert_non_null(what);
    r->count++;
    r->offset = offset;
    snprintf(r->file, sizeof r->file, "%s", file);
}

/* Which record's bytes hold `offset`; RECORDS: none. */
static uint64_t record_of(const struct file *f, size_t offset)
{
    for (uint64_t n = 0; n < RECORDS; n++) {
        if (offset < f->ends[n])
            return n;
    }
    return RECORDS;
}

/* One bit at each byte: found, named, and everything else is still read. */
static void test_bit_flip_at_every_byte(void **unused)
{
    (void)unused;
    char *dir = new_dir(), path[1200];
    struct file f = written(dir);
    file_path(dir, first_segment(), path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    for (size_t at = 0; at < f.ends[RECORDS - 1]; at++) {
        unsigned char flipped = f.bytes[at] ^ (unsigned char)(1u << (at * 5 % 8));
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
        struct reported r = {0};
        aw_error err = AW_ERROR_INIT;
        assert_int_equal(log_verify(dir, note, &r, &err), AW_ECORRUPT);
        assert_int_equal(r.count, 1);
        assert_string_equal(r.file, path);
        struct log *log = open_log(dir, 4096, 0);
        struct read_all all = read_log(log, MOST);
        if (at < 1024) { /* the header is there twice */
            assert_true(r.offset <= at);
            assert_int_equal(all.records, RECORDS);
            assert_int_equal(all.damages, 0);
        } else {
            uint64_t hit = record_of(&f, at);
            assert_int_equal(r.offset, hit ? f.ends[hit - 1] : 1024);
            assert_int_equal(all.records, RECORDS - 1);
            assert_int_equal(all.damages, 1);
            assert_non_null(strstr(all.where, first_segment()));
            char want[64];
            snprintf(want, sizeof want, "offset %" PRIu64, r.offset);
            assert_non_null(strstr(all.text, want));
        }
        assert_int_equal(all.end.record, RECORDS);
        log_close(log);
        assert_int_equal(pwrite(fd, &f.bytes[at], 1, (off_t)at), 1);
    }
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    close(fd);
    free(f.bytes);
    drop_dir(dir);
}

/* The same with no control file: what is damaged below what later records know to be durable is
 * damage; only the last record cannot be told from a torn tail. */
static void test_bit_flip_without_control(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct file f = written(dir);
    for (size_t at = 1024; at < f.ends[RECORDS - 2]; at += 3) {
        char *copy = new_dir();
        f.bytes[at] ^= 4;
        store(copy, first_segment(), f.bytes, f.len);
        f.bytes[at] ^= 4;
        struct log *log = open_log(copy, 4096, 0);
        struct read_all all = read_log(log, MOST);
        assert_int_equal(all.records, RECORDS - 1);
        assert_int_equal(all.damages, 1);
        assert_int_equal(log_end(log).record, RECORDS);
        log_close(log);
        drop_dir(copy);
    }
    free(f.bytes);
    drop_dir(dir);
}

/* Power went while a group was on its way: its second page reached the disk, its first did not.
 * Nobody was told that it is safe; it is no damage to report. */
static void test_group_torn_in_the_middle(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    static char bytes[20][MOST];
    struct log_span spans[20];
    struct log *log = open_log(dir, 65536, 0);
    struct log_pos before;
    append_n(log, 0, MOST, NULL);
    append_n(log, 1, MOST, &before);
    for (uint64_t n = 0; n < 20; n++)
        spans[n] = (struct log_span){bytes[n], make_record(n + 2, bytes[n], MOST)};
    assert_int_equal(log_append_batch(log, spans, 20, NULL, NULL), AW_OK);
    log_close(log);
    size_t len;
    unsigned char *file = load(dir, first_segment(), &len);
    memset(file + before.offset, 0, 300); /* some records of the group never came to the disk */
    char *copy = new_dir();
    store(copy, first_segment(), file, len);
    for (int again = 0; again < 2; again++) {
        log = open_log(copy, 65536, 0);
        struct read_all all = read_log(log, MOST);
        assert_int_equal(all.damages, 0);
        assert_true(all.records > 10 && all.records < 22);
        assert_int_equal(all.last, 21);
        assert_int_equal(log_end(log).record, 22);
        log_close(log);
        forget_control(copy);
    }
    free(file);
    drop_dir(copy);
    drop_dir(dir);
}

static void test_lost_segments(void **unused)
{
    (void)unused;
    char *dir = new_dir(), path[1200];
    struct log *log = open_log(dir, 4096, 0);
    for (uint64_t n = 0; n < 200; n++)
        append_n(log, n, MOST, NULL);
    struct log_pos end = log_end(log);
    assert_true(end.segment > 4);
    file_path(dir, "0000000000000002.log", path);
    unlink(path);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.damages, 1);
    assert_non_null(strstr(all.where, "0000000000000002.log"));
    assert_int_equal(all.last, 199);
    assert_true(all.records < 200);
    log_close(log);
    /* Both headers of the third are gone too. */
    file_path(dir, "0000000000000003.log", path);
    int fd = open(path, O_RDWR);
    char zeros[1024] = {0};
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 0), sizeof zeros);
    close(fd);
    for (int again = 0; again < 2; again++) {
        log = open_log(dir, 4096, 0);
        all = read_log(log, MOST);
        assert_true(all.damages >= 1 && all.damages <= 2);
        assert_int_equal(all.last, 199);
        assert_int_equal(all.end.record, 200);
        assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_ECORRUPT);
        log_close(log);
        forget_control(dir);
    }
    drop_dir(dir);
}

static void test_last_header_lost(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct file f = written(dir);
    memset(f.bytes, 0xff, 1024);
    forget_control(dir);
    store(dir, first_segment(), f.bytes, f.len);
    struct log *log = open_log(dir, 4096, 0);
    struct read_all all = read_log(log, MOST);
    assert_int_equal(all.records, 0);
    assert_int_equal(all.damages, 1);
    append_n(log, 99, MOST, NULL);
    all = read_log(log, MOST);
    assert_int_equal(all.records, 1);
    log_close(log);
    free(f.bytes);
    drop_dir(dir);
}

static void test_other_version(void **unused)
{
    (void)unused;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    log_close(log);
    forget_control(dir);
    size_t len;
    unsigned char *bytes = load(dir, first_segment(), &len);
    /* Version 2 with a right checksum in both copies. */
    extern uint32_t digest_crc32c(uint32_t crc, const void *data, size_t n);
    for (size_t at = 0; at <= 512; at += 512) {
        bytes[at + 8] = 2;
        uint32_t crc = digest_crc32c(0, bytes + at, 68);
        memcpy(bytes + at + 68, &crc, 4);
    }
    store(dir, first_segment(), bytes, len);
    struct log_options options = {.dir = dir};
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(log_open(&options, &log, &err), AW_EVERSION);
    assert_non_null(strstr(err.text, "install that version again"));
    size_t after_len;
    unsigned char *after = load(dir, first_segment(), &after_len);
    assert_int_equal(after_len, len);
    assert_memory_equal(after, bytes, len); /* and it was left alone */
    free(after);
    free(bytes);
    drop_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torn_at_every_byte),
        cmocka_unit_test(test_lost_tail_is_reported),
        cmocka_unit_test(test_bit_flip_at_every_byte),
        cmocka_unit_test(test_bit_flip_without_control),
        cmocka_unit_test(test_group_torn_in_the_middle),
        cmocka_unit_test(test_lost_segments),
        cmocka_unit_test(test_last_header_lost),
        cmocka_unit_test(test_other_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
