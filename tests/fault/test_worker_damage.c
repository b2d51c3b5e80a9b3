/*
 * test_worker_damage.c - bits flip on the disk: anywhere in the journal and in the statement log (headers,
 * records, the last one, in the first segment and in the last), and in state.db. What is damaged is named
 * with file and offset, and everything else is delivered.
 *
 * AW_SEED chooses where, AW_FLIPS how often in each log.
 */
#include "template.h"

#include "log.h"

#include <time.h>

enum { LEARNERS = 60, MORE = LEARNERS, ALL };

#define TINY_SEGMENTS                                                                              \
    ",\"journal\":{\"max_bytes\":16384},\"statements\":{\"max_bytes\":600000}"

static struct lrs lrs;

struct place {
    char dir[200], state[230];
};

static void make_place(const struct pl *template, struct place *at)
{
    template_copy(template, at->dir, sizeof at->dir);
    snprintf(at->state, sizeof at->state, "%s/state", at->dir);
}

/* All events are in the journal, and with `told` their statements in the statement log, but nothing was
 * sent: port 1 is nobody's. */
static void make_template(struct pl *template, bool told)
{
    struct place at;
    aw_error err = AW_ERROR_INIT;
    world_make_dir(at.dir, sizeof at.dir);
    snprintf(at.state, sizeof at.state, "%s/state", at.dir);
    aw *self = must_open(at.state, 1);
    assert_int_equal(world_link(self), AW_OK);
    for (uint32_t n = 0; n < LEARNERS; n++) {
        assert_int_equal(world_notify(self, n), AW_OK);
        /* Two batches, each in a segment of the statement log. */
        if (told && n % (LEARNERS / 2) == LEARNERS / 2 - 1 && world_run(at.state, 1, true, &err) != AW_OK)
            fail_msg("%s: %s", err.where, err.text);
    }
    aw_close(self);
    template_take(template, at.dir);
    world_remove(at.dir);
}

static void segment_path(const struct place *at, const char *log, unsigned segment, char out[300])
{
    snprintf(out, 300, "%s/%s/%016u.log", at->state, log, segment);
}

static void flip(const char *path, off_t offset, int bit)
{
    unsigned char byte;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= (unsigned char)(1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

/* The end of what was written: behind it a segment is zeros. */
static off_t written_end(const char *path)
{
    static unsigned char bytes[1 << 18];
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    while (n > 0 && bytes[n - 1] == 0)
        n--;
    return n;
}

struct found {
    char file[300];
    uint64_t offset;
    int count;
};

static void note(void *context, const char *file, uint64_t offset, const char *what)
{
    struct found *f = context;
    (void)what;
    snprintf(f->file, sizeof f->file, "%s", file);
    f->offset = offset;
    f->count++;
}

/* The reasons of all dead letters; *out_count of them. */
static char *dead_letters(aw *self, size_t *out_count)
{
    char *json = NULL;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(aw_query(self, "dead", "{}", &json, &err), AW_OK);
    json_t *all = json_loads(json, 0, NULL);
    *out_count = json_array_size(all);
    json_decref(all);
    return json;
}

/* How many statements there are of learner n. */
static size_t told_about(uint32_t n)
{
    char registration[60];
    size_t count = 0;
    snprintf(registration, sizeof registration, "\"registration\":\"%08x-", n);
    pthread_mutex_lock(&lrs.mutex);
    for (size_t i = 0; i < lrs.capacity; i++)
        count += lrs.list[i].bytes && strstr(lrs.list[i].bytes, registration);
    pthread_mutex_unlock(&lrs.mutex);
    return count;
}

/* The worker goes on with the damaged log, and the hook as well. `lost`: how many records may be. */
static void judge(const struct place *at, const char *log, const char *file, off_t offset,
                  size_t lost, size_t whole)
{
    char dir[300], text[40];
    struct found f = {.count = 0};
    aw_error err = AW_ERROR_INIT;
    snprintf(dir, sizeof dir, "%s/%s", at->state, log);
    assert_int_equal(log_verify(dir, note, &f, &err), AW_ECORRUPT);
    if (f.count != 1 || strcmp(f.file, file) != 0 || f.offset > (uint64_t)offset)
        fail_msg("%s byte %ld: %d reports, the last one of %s at %" PRIu64, file, (long)offset, f.count,
                 f.file, f.offset);
    lrs_begin_again(&lrs);
    aw *self = must_open(at->state, lrs.port);
    assert_int_equal(world_notify(self, MORE), AW_OK);
    aw_close(self);
    if (world_run(at->state, lrs.port, true, &err) != AW_OK)
        fail_msg("%s byte %ld: %s: %s", file, (long)offset, err.where, err.text);
    self = must_open(at->state, lrs.port);
    size_t letters, told = 0;
    char *dead = dead_letters(self, &letters);
    aw_close(self);
    snprintf(text, sizeof text, "offset %" PRIu64, f.offset);
    if (letters != (lost > 0) || (lost > 0 && (!strstr(dead, file) || !strstr(dead, text))))
        fail_msg("%s byte %ld, damage at %" PRIu64 ": dead letters %s", file, (long)offset, f.offset, dead);
    aw_free(dead);
    for (uint32_t n = 0; n < ALL; n++)
        told += told_about(n) == TOLD;
    if (told + lost < ALL || told > ALL || told_about(MORE) != TOLD || lrs.count + lost * whole < ALL * TOLD)
        fail_msg("%s byte %ld: only %zu of %d learners, %zu statements", file, (long)offset, told, ALL,
                 lrs.count);
    assert_int_equal(lrs.different, 0);
}

/* Bytes of a segment: its first header, the second, records, the last byte of all. */
static off_t choose(int i, off_t end)
{
    switch (i) {
    case 0: return random() % 72;
    case 1: return 512 + random() % 72;
    case 2: return 1024 + random() % 32; /* the header of the first record */
    case 3: return end - 1;
    default: return 1024 + random() % (end - 1024);
    }
}

static void flips_in(const char *log, size_t whole)
{
    struct pl template;
    int flips = (int)number_of("AW_FLIPS", 12);
    make_template(&template, strcmp(log, "statements") == 0);
    for (int i = 0; i < 2 * flips; i++) {
        struct place at;
        char file[300];
        make_place(&template, &at);
        /* The first segment, and one that is written to. */
        unsigned segment = 1;
        segment_path(&at, log, 2, file);
        if (i % 2 && written_end(file) > 1024)
            segment = 2;
        segment_path(&at, log, segment, file);
        off_t end = written_end(file), offset = choose(i / 2, end);
        flip(file, offset, (int)(random() % 8));
        judge(&at, log, file, offset, offset >= 1024, whole);
        world_remove(at.dir);
    }
    pl_close(&template);
}

static void test_flips_in_the_journal(void **unused)
{
    (void)unused;
    flips_in("journal", TOLD);
}

static void test_flips_in_the_statement_log(void **unused)
{
    (void)unused;
    flips_in("statements", 1);
}

/* Both copies of a segment's header: nobody can say what is in it. What the others hold is delivered. */
static void test_lost_header(void **unused)
{
    (void)unused;
    struct pl template;
    make_template(&template, false);
    struct place at;
    char file[300];
    aw_error err = AW_ERROR_INIT;
    make_place(&template, &at);
    segment_path(&at, "journal", 1, file);
    flip(file, 16, 0);
    flip(file, 528, 0);
    lrs_begin_again(&lrs);
    aw *self = must_open(at.state, lrs.port);
    assert_int_equal(world_notify(self, MORE), AW_OK);
    assert_int_equal(world_run(at.state, lrs.port, true, &err), AW_OK);
    size_t letters;
    char *dead = dead_letters(self, &letters);
    assert_int_equal(letters, 1);
    assert_non_null(strstr(dead, "0000000000000001.log"));
    aw_free(dead);
    aw_close(self);
    assert_int_equal(told_about(MORE), TOLD);
    assert_int_equal(told_about(LEARNERS - 1), TOLD); /* it is in the second segment */
    assert_int_equal(told_about(0), 0);
    world_remove(at.dir);
    pl_close(&template);
}

/* The store is no place that can be guessed anew: the worker says what is wrong and how to go on, and
 * until then the hook keeps taking events. */
static void test_damaged_state(void **unused)
{
    (void)unused;
    static const struct {
        off_t from;
        int bytes;
    } rows[] = {{0, 100}, {100, 3000}, {4096, 4096}, {4096, 60000}};
    struct pl template;
    make_template(&template, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place at;
        char path[300];
        aw_error err = AW_ERROR_INIT;
        make_place(&template, &at);
        snprintf(path, sizeof path, "%s/state.db", at.state);
        int fd = open(path, O_RDWR);
        for (int b = 0; b < rows[i].bytes; b++) {
            unsigned char byte = (unsigned char)(0xa5 + b * 7);
            assert_int_equal(pwrite(fd, &byte, 1, rows[i].from + b), 1);
        }
        close(fd);
        aw *self = must_open(at.state, lrs.port);
        assert_int_equal(world_notify(self, MORE), AW_OK);
        aw_close(self);
        int rc = world_run(at.state, lrs.port, true, &err);
        if (rc != AW_ECORRUPT || !strstr(err.where, "state.db") || !strstr(err.text, "backup"))
            fail_msg("damage %zu: code %d, %s: %s", i, rc, err.where, err.text);
        world_remove(at.dir);
    }
    pl_close(&template);
}

static int set_up(void **unused)
{
    (void)unused;
    long seed = number_of("AW_SEED", (long)time(NULL));
    printf("AW_SEED=%ld\n", seed);
    srandom((unsigned)seed);
    lrs_start(&lrs, (unsigned)seed);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    lrs_stop(&lrs);
    return 0;
}

int main(void)
{
    world_more = TINY_SEGMENTS;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flips_in_the_journal),
        cmocka_unit_test(test_flips_in_the_statement_log),
        cmocka_unit_test(test_lost_header),
        cmocka_unit_test(test_damaged_state),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
