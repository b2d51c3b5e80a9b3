/*
 * test_worker_powerloss.c - the power goes at points all over a run of hooks and worker, with SQLite
 * and everything else in the state directory, and again while the worker recovers. Each time the disk
 * is made as it may be then, and a worker goes on with it: every acknowledged event's statements are
 * at the LRS, each id was only ever sent with the same bytes, there is one discussion with everybody in
 * it once, the logs are whole, and what else was acknowledged (a link, a file, the key) is there.
 *
 * The run is this program again under tests/shim/record.c. AW_SEED chooses the points and which unsynced
 * sectors reach the disk, AW_POINTS how many points there are.
 */
#include "replay.h"
#include "world.h"

#include "log.h"

#include <signal.h>
#include <time.h>

enum { ROUNDS = 3, HOOKS = 2, EACH = 10, LINK = 9000, ATTACHMENT = 9001, BEFORE = 150, AFTER, LEARNERS };

/* Both logs rotate within the run. */
#define TINY_SEGMENTS                                                                              \
    ",\"journal\":{\"max_bytes\":65536},\"statements\":{\"max_bytes\":800000}"

static const char picture[] = "not really a picture";

/* ---- the run that is recorded: test_worker_powerloss hook|worker STATE PORT [...] --------- */

static int promise(const char *path, uint32_t id)
{
    char line[32];
    int n = snprintf(line, sizeof line, "%u\n", id);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int rc = fd < 0 || write(fd, line, (size_t)n) != n;
    close(fd);
    return rc;
}

static int set_up(aw *self, const char *ack)
{
    aw_error err = AW_ERROR_INIT;
    char *sha2 = NULL;
    if (world_link(self) != AW_OK || promise(ack, LINK) != 0)
        return 1;
    int rc = aw_attachment_put(self, picture, sizeof picture, "image/gif", &sha2, &err);
    aw_free(sha2);
    return rc == AW_OK ? promise(ack, ATTACHMENT) : 1;
}

/* argv: program, hook, state, port, acks, first learner */
static int be_hook(char **argv)
{
    aw_error err = AW_ERROR_INIT;
    uint32_t from = (uint32_t)atol(argv[5]);
    aw *self = world_open(argv[2], atoi(argv[3]), &err);
    int rc = self && (from > 0 || set_up(self, argv[4]) == 0) ? 0 : 3;
    for (uint32_t n = from; n < from + EACH && rc == 0; n++) {
        rc = world_notify(self, n) == AW_OK ? promise(argv[4], n) : 4;
        if (n % 4 == 0 && rc == 0) /* again, and nothing follows from it */
            rc = world_notify(self, n) == AW_OK ? 0 : 4;
        usleep(500);
    }
    aw_close(self);
    return rc;
}

struct place {
    char dir[200], root[230], state[240], trace[230], ack[230], port[12];
};

static void make_place(struct place *at, int port)
{
    world_make_dir(at->dir, sizeof at->dir);
    snprintf(at->root, sizeof at->root, "%s/root", at->dir);
    snprintf(at->state, sizeof at->state, "%s/state", at->root);
    snprintf(at->trace, sizeof at->trace, "%s/trace", at->dir);
    snprintf(at->ack, sizeof at->ack, "%s/run.ack", at->dir);
    snprintf(at->port, sizeof at->port, "%d", port);
    assert_int_equal(mkdir(at->root, 0770), 0);
}

static void need_shim(void)
{
#if defined(__SANITIZE_THREAD__)
    printf("skipped: ThreadSanitizer does not start behind a shim\n");
    skip();
#endif
    if (!getenv("AW_BUILD")) {
        printf("skipped: AW_BUILD does not say where the shim is\n");
        skip();
    }
}

/* The shim comes before the sanitizer's runtime, which must not mind. */
static void allow_shim(void)
{
    const char *before = getenv("ASAN_OPTIONS");
    char options[1000];
    snprintf(options, sizeof options, "%s:verify_asan_link_order=0", before ? before : "");
    setenv("ASAN_OPTIONS", options, 1);
}

/* A process whose doings are written down. */
static pid_t start_recorded(const struct place *at, char *const argv[])
{
    char shim[1024];
    snprintf(shim, sizeof shim, "%s/tests/record.so", getenv("AW_BUILD"));
    setenv("LD_PRELOAD", shim, 1);
    setenv("AW_RECORD_DIR", at->root, 1);
    setenv("AW_RECORD_TO", at->trace, 1);
    pid_t child = start_self(argv);
    unsetenv("LD_PRELOAD");
    unsetenv("AW_RECORD_DIR");
    unsetenv("AW_RECORD_TO");
    return child;
}

static pid_t start_recorded_worker(struct place *at)
{
    return start_recorded(at, (char *[]){"test_worker_powerloss", "worker", at->state, at->port, NULL});
}

/* Hooks and a worker at the same time, then a worker alone that comes to an end with it all: its last
 * connection to SQLite writes the tables back and removes their log. */
static void run_round(struct place *at, int round)
{
    pid_t hooks[HOOKS];
    for (int i = 0; i < HOOKS; i++) {
        char from[12];
        snprintf(from, sizeof from, "%d", (round * HOOKS + i) * EACH);
        hooks[i] = start_recorded(at, (char *[]){"test_worker_powerloss", "hook", at->state, at->port,
                                                 at->ack, from, NULL});
        if (round == 0 && i == 0)
            assert_int_equal(wait_for(hooks[0]), 0); /* the others need its link */
    }
    pid_t worker = start_recorded_worker(at);
    for (int i = round == 0; i < HOOKS; i++)
        assert_int_equal(wait_for(hooks[i]), 0);
    assert_int_equal(wait_for(worker), 0);
    assert_int_equal(wait_for(start_recorded_worker(at)), 0);
}

/* ---- one disk --------------------------------------------------------------------------------- */

static struct {
    struct lrs lrs; /* the live one */
    struct promises promises;
    bool link, attachment;
    char key[80]; /* of the recorded run */
    size_t disks, again, operation; /* the last of the disk in hand */
} test;

static size_t read_key(const char *state, char out[80])
{
    char path[300];
    snprintf(path, sizeof path, "%s/pseudonym.key", state);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, out, 79);
    close(fd);
    out[n > 0 ? n : 0] = 0;
    return n > 0 ? (size_t)n : 0;
}

static void read_promises(const char *acked)
{
    memset(&test.promises, 0, sizeof test.promises);
    test.promises.next = LEARNERS;
    test.link = test.attachment = false;
    for (const char *at = acked; at && *at; at = strchr(at, '\n') + 1) {
        unsigned long id = strtoul(at, NULL, 10);
        if (id == LINK)
            test.link = true;
        else if (id == ATTACHMENT)
            test.attachment = true;
        else
            test.promises.acked[id] = 1;
    }
}

/* A learner more. Before the link was acknowledged, the course may be unknown. */
static void one_more(const struct place *at, uint32_t n)
{
    aw *self = must_open(at->state, test.lrs.port);
    if (test.link) {
        assert_int_equal(world_notify(self, n), AW_OK);
        test.promises.acked[n] = 1;
    }
    aw_close(self);
}

static void must_work(struct place *at)
{
    assert_int_equal(wait_for(start_self((char *[]){"test_worker_powerloss", "worker", at->state, at->port,
                                                    NULL})), 0);
}

static void report(void *context, const char *file, uint64_t offset, const char *what)
{
    fprintf(stderr, "%s at %" PRIu64 ": %s (%s)\n", file, offset, what, (const char *)context);
}

static void judge_state(const struct place *at)
{
    static const char *const logs[] = {"journal", "statements"};
    unsigned created = judge_lrs(&test.lrs, &test.promises);
    aw *self = must_open(at->state, test.lrs.port);
    aw_error err = AW_ERROR_INIT;
    judge_provider(self, &test.promises, created);
    if (test.attachment) {
        char sha2[] = "73c9363b9ccc93fbd4acce30ee7180147268b9b53d9bf90f3aeafd57a37cb0e3";
        void *bytes = NULL;
        size_t len = 0;
        if (aw_attachment_get(self, sha2, &bytes, &len, &err) != AW_OK)
            fail_msg("attachment: %s: %s", err.where, err.text);
        assert_int_equal(len, sizeof picture);
        aw_free(bytes);
    }
    aw_close(self);
    for (size_t i = 0; i < 2; i++) {
        char dir[300];
        snprintf(dir, sizeof dir, "%s/%s", at->state, logs[i]);
        assert_int_equal(log_verify(dir, report, (void *)(uintptr_t)logs[i], &err), AW_OK);
    }
}

static void check_disk(struct replay *r, bool strict);

/* The worker on this disk is recorded, and the power goes again. */
static void go_again(struct place *at, struct replay *r, int points)
{
    struct replay *again = malloc(sizeof *again);
    assert_non_null(again);
    replay_open(again);
    pl_load(&again->pl, at->root);
    take_over(&test.lrs, &r->lrs);
    assert_int_equal(wait_for(start_recorded_worker(at)), 0);
    for (size_t i = 0; i < r->lrs.capacity; i++) {
        if (r->lrs.list[i].bytes)
            lrs_keep(&again->lrs, r->lrs.list[i].bytes, r->lrs.list[i].len);
    }
    replay_trace(again, at->trace);
    size_t ops = pl_count(&again->pl);
    for (size_t i = 0; pl_step(&again->pl); i++) {
        if ((size_t)random() % ops < (size_t)points) {
            check_disk(again, random() % 2);
            test.again++;
        }
    }
    assert_int_equal(again->lrs.different, 0);
    replay_close(again);
    free(again);
}

static void check_disk(struct replay *r, bool strict)
{
    struct promises before = test.promises;
    struct place at;
    char key[80];
    make_place(&at, test.lrs.port);
    pl_store(&r->pl, at.root, strict);
    if ((test.link || test.attachment) && (read_key(at.state, key) == 0 || strcmp(key, test.key) != 0))
        fail_msg("operation %zu: another key: every learner gets a new pseudonym", r->pl.ops);
    take_over(&test.lrs, &r->lrs);
    if (random() % 2)
        one_more(&at, BEFORE); /* a hook comes first, or the worker */
    must_work(&at);
    one_more(&at, AFTER);
    must_work(&at);
    judge_state(&at);
    world_remove(at.dir);
    test.promises = before;
    test.disks++;
}

static void check_point(struct replay *r)
{
    bool strict = random() % 3 == 0;
    test.operation = r->pl.ops;
    read_promises(r->pl.acked);
    check_disk(r, strict);
    if (random() % 12 == 0) {
        struct place at;
        make_place(&at, test.lrs.port);
        pl_store(&r->pl, at.root, strict);
        go_again(&at, r, 4);
        world_remove(at.dir);
    }
}

/* After a failure the disk is made again with AW_SEED and stays what it was. */
static int say_where(void **unused)
{
    (void)unused;
    printf("the last disk was that of operation %zu\n", test.operation);
    return 0;
}

static void test_power_goes(void **unused)
{
    (void)unused;
    need_shim();
    unsigned seed = (unsigned)number_of("AW_SEED", (long)time(NULL));
    size_t points = (size_t)number_of("AW_POINTS", 100);
    printf("AW_SEED=%u\n", seed);
    fflush(stdout);
    struct place at;
    allow_shim();
    lrs_start(&test.lrs, seed);
    test.lrs.keeps = true;
    make_place(&at, test.lrs.port);
    lrs_trouble(&test.lrs, 2);
    for (int round = 0; round < ROUNDS; round++)
        run_round(&at, round);
    lrs_trouble(&test.lrs, 0);
    assert_true(read_key(at.state, test.key) > 0);

    struct replay *r = malloc(sizeof *r);
    assert_non_null(r);
    srandom(seed);
    replay_open(r);
    replay_trace(r, at.trace);
    size_t ops = pl_count(&r->pl);
    while (pl_step(&r->pl)) {
        if ((size_t)random() % ops < points)
            check_point(r);
    }
    check_point(r); /* and when all was over */
    assert_true(r->pl.at == r->pl.trace_len);
    assert_true(ops > 500); /* it did record something */
    assert_true(r->lrs.count >= ROUNDS * HOOKS * EACH * TOLD);
    assert_int_equal(r->lrs.different, 0);
    printf("%zu operations, %zu disks, %zu of them when the power went again\n", ops, test.disks, test.again);
    replay_close(r);
    free(r);
    lrs_stop(&test.lrs);
    world_remove(at.dir);
}

/* Before there is anything else in the directory: the first event of all is acknowledged, with the
 * pseudonym of who asks anonymously in it. */
static void test_first_event(void **unused)
{
    (void)unused;
    need_shim();
    struct place at, disk;
    char key[80];
    allow_shim();
    make_place(&at, 1);
    pid_t hook = start_recorded(&at, (char *[]){"test_worker_powerloss", "first", at.state, at.ack, NULL});
    assert_int_equal(wait_for(hook), 0);
    struct replay *r = malloc(sizeof *r);
    assert_non_null(r);
    replay_open(r);
    replay_trace(r, at.trace);
    bool promised = false;
    while (pl_step(&r->pl)) {
        make_place(&disk, 1);
        pl_store(&r->pl, disk.root, true);
        promised = r->pl.acked != NULL;
        if (promised && read_key(disk.state, key) == 0)
            fail_msg("operation %zu: the key behind an acknowledged pseudonym is lost", r->pl.ops);
        world_remove(disk.dir);
    }
    assert_true(promised);
    replay_close(r);
    free(r);
    world_remove(at.dir);
}

/* argv: program, first, state, acks */
static int be_first(char **argv)
{
    aw_error err = AW_ERROR_INIT;
    world_unknown = "accept";
    aw *self = world_open(argv[2], 1, &err);
    int rc = self && world_notify(self, 1) == AW_OK ? promise(argv[3], 1) : 3;
    aw_close(self);
    return rc;
}

int main(int argc, char **argv)
{
    world_more = TINY_SEGMENTS;
    if (argc > 3 && strcmp(argv[1], "first") == 0)
        return be_first(argv);
    if (argc > 5)
        return be_hook(argv);
    if (argc > 3)
        return world_work(argv[2], atoi(argv[3]), true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_event),
        cmocka_unit_test_teardown(test_power_goes, say_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
