/*
 * test_log_powerloss.c - the power goes at every point of a run of three
 * appending processes: what was acknowledged is there, nothing is there twice,
 * nothing is reported as damaged.
 *
 * The run is this program again, under tests/shim/record.c. AW_SEED chooses
 * which unsynced sectors reach the disk, AW_IMAGES how many disks are tried at each point.
 */
#define LOG_TEST_IN_MEMORY
#include "powerloss.h"
#include "unit/log/log_help.h"

#include <time.h>

#define MOST 900
enum { WRITERS = 3, EACH = 60, IDS = WRITERS * 1000 + 2000 };

/* ---- the run that is recorded ------------------------------------------- */

static int promise(const char *path, uint64_t id)
{
    char line[32];
    int n = snprintf(line, sizeof line, "%" PRIu64 "\n", id);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int rc = fd < 0 || write(fd, line, (size_t)n) != n;
    close(fd);
    return rc;
}

static int append_some(const char *dir, const char *ack, uint64_t from, uint64_t count)
{
    struct log_options options = {.dir = dir, .segment_bytes = 16384};
    struct log *log = NULL;
    if (log_open(&options, &log, NULL) != AW_OK)
        return 1;
    for (uint64_t id = from; id < from + count; id++) {
        char bytes[MOST];
        size_t len = make_record(id, bytes, MOST);
        if (log_append(log, bytes, len, NULL, NULL) != AW_OK || promise(ack, id) != 0)
            return 1;
    }
    log_close(log);
    return 0;
}

/* A batch that is cut off again, as a worker does that had not committed it. */
static int append_and_cut(const char *dir, const char *ack)
{
    static char bytes[30][MOST];
    struct log_span spans[30];
    struct log_options options = {.dir = dir, .segment_bytes = 16384};
    struct log *log = NULL;
    for (uint64_t i = 0; i < 30; i++)
        spans[i] = (struct log_span){bytes[i], make_record(4000 + i, bytes[i], MOST)};
    if (log_open(&options, &log, NULL) != AW_OK)
        return 1;
    struct log_pos end = log_end(log);
    if (log_append_batch(log, spans, 30, NULL, NULL) != AW_OK || log_truncate(log, end, NULL) != AW_OK)
        return 1;
    log_close(log);
    /* 9999: from here on none of them may come back. */
    return promise(ack, 9999);
}

static int victim(const char *dir, const char *ack)
{
    if (append_some(dir, ack, 0, 20) != 0)
        return 1;
    for (uint64_t i = 0; i < WRITERS; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(append_some(dir, ack, 1000 * (i + 1), EACH));
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 1;
        if (wait(&status) < 0 || status != 0)
            return 1;
    }
    if (append_and_cut(dir, ack) != 0)
        return 1;
    return append_some(dir, ack, 500, 20);
}

/* ---- the power goes ------------------------------------------------------ */

static bool promised[10000];

static void read_promises(const struct pl *p)
{
    memset(promised, 0, sizeof promised);
    for (const char *at = p->acked; at && *at; at = strchr(at, '\n') + 1)
        promised[strtoul(at, NULL, 10)] = true;
}

static void check_image(const struct pl *p, bool strict)
{
    static unsigned char found[10000];
    char *dir = new_dir(), path[600];
    snprintf(path, sizeof path, "%s/log", dir);
    pl_store(p, dir, strict);
    struct log *log = open_log(path, 16384, 0);
    struct log_reader *r = NULL;
    struct log_pos next;
    const void *bytes;
    size_t len;
    int rc;
    aw_error err = AW_ERROR_INIT;
    memset(found, 0, sizeof found);
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, NULL), AW_OK);
    while ((rc = log_read(r, &bytes, &len, &next, &err)) == AW_OK) {
        uint64_t id;
        memcpy(&id, bytes, sizeof id);
        assert_true(id < 9999);
        assert_record(bytes, len, id, MOST);
        assert_int_equal(found[id]++, 0);
    }
    if (rc != AW_EAGAIN)
        fail_msg("operation %zu: %s: %s", p->ops, err.where, err.text);
    log_reader_close(r);
    for (size_t id = 0; id < 9999; id++) {
        if (promised[id] && !found[id])
            fail_msg("operation %zu: record %zu was acknowledged and is lost", p->ops, id);
        if (promised[9999] && id >= 4000 && found[id])
            fail_msg("operation %zu: record %zu was cut off and is back", p->ops, id);
    }
    append_n(log, 7777, MOST, NULL);
    log_close(log);
    assert_int_equal(log_verify(path, NULL, NULL, NULL), AW_OK);
    drop_dir(dir);
}

static void test_power_goes_at_every_point(void **state)
{
    const char *self = *state, *build = getenv("AW_BUILD");
#if defined(__SANITIZE_THREAD__)
    printf("skipped: ThreadSanitizer does not start behind a shim\n");
    build = NULL;
#endif
    if (!build) {
        skip();
        return; /* the compiler does not know that skip() does not come back */
    }
    char *dir = new_dir(), shim[1024], trace[600], ack[600], root[600], log[640];
    snprintf(shim, sizeof shim, "%s/tests/record.so", build);
    snprintf(trace, sizeof trace, "%s/trace", dir);
    snprintf(ack, sizeof ack, "%s/run.ack", dir);
    snprintf(root, sizeof root, "%s/root", dir);
    snprintf(log, sizeof log, "%s/log", root);
    assert_int_equal(mkdir(root, 0770), 0);
    pid_t child = fork();
    if (child == 0) {
        setenv("LD_PRELOAD", shim, 1);
        setenv("AW_RECORD_DIR", root, 1);
        setenv("AW_RECORD_TO", trace, 1);
        const char *options = getenv("ASAN_OPTIONS");
        char more[1000];
        snprintf(more, sizeof more, "%s:verify_asan_link_order=0", options ? options : "");
        setenv("ASAN_OPTIONS", more, 1);
        execl(self, self, "victim", log, ack, (char *)NULL);
        _exit(127);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    const char *seed_text = getenv("AW_SEED"), *images_text = getenv("AW_IMAGES");
    unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : (unsigned)time(NULL);
    int images = images_text ? atoi(images_text) : 3;
    printf("AW_SEED=%u\n", seed);
    srandom(seed);
    struct pl p;
    pl_open(&p, trace);
    size_t checked = 0;
    do {
        read_promises(&p);
        for (int i = 0; i < images; i++, checked++)
            check_image(&p, i == 0);
    } while (pl_step(&p));
    assert_true(p.at == p.trace_len);
    assert_true(p.ops > 600); /* it did record something */
    assert_true(promised[0] && promised[1000] && promised[9999] && promised[519]);
    printf("%zu operations, %zu disks\n", p.ops, checked);
    pl_close(&p);
    drop_dir(dir);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "victim") == 0)
        return victim(argv[2], argv[3]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_power_goes_at_every_point, argv[0]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
