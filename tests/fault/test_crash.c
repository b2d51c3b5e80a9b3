/*
 * test_crash.c - writers and the worker are killed (SIGKILL) while an LRS works or fails; in the end
 * what was acknowledged is compared with what the LRS and the provider hold: none lost, none twice, the
 * same bytes at every send.
 *
 * AW_SEED chooses everything that is random; AW_CRASH_KILLS how many processes die at random moments;
 * AW_CRASH_STRIDE every how manieth writing call of the worker is one to die at. Who dies is this
 * program again in another role: test_crash writer|worker DIRECTORY PORT [CALL].
 */
#include "calls.h"
#include "world.h"

#include <sys/mman.h>
#include <time.h>

#define SMALL_SEGMENTS ",\"journal\":{\"segment_bytes\":65536}"

enum { WRITERS = 2 };

struct world {
    struct lrs lrs;
    struct promises *promises; /* in a file, beside the state directory */
    char dir[200], state[230], port[12];
    long seed;
};

static struct promises *share(const char *dir)
{
    char path[300];
    snprintf(path, sizeof path, "%s/promises", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct promises)) != 0)
        return NULL;
    void *at = mmap(NULL, sizeof(struct promises), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}

static void begin(struct world *w)
{
    memset(w, 0, sizeof *w);
    world_more = SMALL_SEGMENTS;
    w->seed = number_of("AW_SEED", (long)time(NULL));
    printf("AW_SEED=%ld\n", w->seed);
    fflush(stdout);
    srandom((unsigned)w->seed);
    world_make_dir(w->dir, sizeof w->dir);
    snprintf(w->state, sizeof w->state, "%s/state", w->dir);
    w->promises = share(w->dir);
    assert_non_null(w->promises);
    lrs_start(&w->lrs, (unsigned)w->seed);
    snprintf(w->port, sizeof w->port, "%d", w->lrs.port);
    aw *self = must_open(w->state, w->lrs.port);
    assert_int_equal(world_link(self), AW_OK);
    aw_close(self);
}

static void end(struct world *w)
{
    lrs_stop(&w->lrs);
    munmap(w->promises, sizeof *w->promises);
    world_remove(w->dir);
}

/* ---- processes that die ---------------------------------------------------- */

static int be_writer(const char *dir, const char *state, int port)
{
    aw_error err = AW_ERROR_INIT;
    struct promises *p = share(dir);
    aw *self = world_open(state, port, &err);
    if (!self || !p)
        return 3;
    while (!__atomic_load_n(&p->stop, __ATOMIC_SEQ_CST)) {
        uint32_t n = __atomic_fetch_add(&p->next, 1, __ATOMIC_SEQ_CST);
        if (n >= WORLD_EVENTS)
            break;
        if (world_notify(self, n) != AW_OK)
            return 4;
        p->acked[n] = 1;
        usleep((useconds_t)(n * 37 % 3000));
    }
    return 0;
}

/* argv: program, role, directory, port, [the call to die before] */
static int be(char **argv, int argc)
{
    char state[300];
    snprintf(state, sizeof state, "%s/state", argv[2]);
    world_more = SMALL_SEGMENTS;
    if (strcmp(argv[1], "writer") == 0)
        return be_writer(argv[2], state, atoi(argv[3]));
    if (argc > 4 && atol(argv[4]) > 0)
        fault_at(NULL, atol(argv[4]), 1, FAULT_KILL);
    return world_work(state, atoi(argv[3]), argc > 4);
}

static pid_t start(struct world *w, const char *role)
{
    return start_self((char *[]){"test_crash", (char *)(uintptr_t)role, w->dir, w->port, NULL});
}

/* nth 0: undisturbed, until there is nothing left to do. */
static pid_t start_worker(struct world *w, long nth)
{
    char call[24];
    snprintf(call, sizeof call, "%ld", nth);
    return start_self((char *[]){"test_crash", "worker", w->dir, w->port, call, NULL});
}

static void kill_and_wait(pid_t child)
{
    kill(child, SIGKILL);
    int status = wait_for(child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("a process ended by itself (status %x)", (unsigned)status);
}

/* ---- the judge -------------------------------------------------------------- */

/* Runs workers, undisturbed, until the LRS has everything. */
static void settle(struct world *w)
{
    lrs_trouble(&w->lrs, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wait_for(start_worker(w, 0)), 0);
}

static void judge(struct world *w)
{
    uint32_t acked = 0, sends = 0;
    unsigned created = judge_lrs(&w->lrs, w->promises);
    aw *self = must_open(w->state, w->lrs.port);
    judge_provider(self, w->promises, created);
    aw_close(self);
    for (uint32_t n = 0; n < told_of(w->promises); n++)
        acked += w->promises->acked[n];
    for (size_t i = 0; i < w->lrs.capacity; i++)
        sends += w->lrs.list[i].bytes ? w->lrs.list[i].sends : 0;
    printf("%u events acknowledged, %zu statements, %u sends, %u requests of which %u failed\n", acked,
           w->lrs.count, sends, w->lrs.requests, w->lrs.failed);
}

/* ---- at random moments ------------------------------------------------------ */

static void chaos(bool lrs_fails)
{
    struct world w;
    begin(&w);
    int kills = (int)number_of("AW_CRASH_KILLS", 50);
    pid_t processes[WRITERS + 1];
    for (int i = 0; i <= WRITERS; i++)
        processes[i] = start(&w, i < WRITERS ? "writer" : "worker");
    for (int i = 0; i < kills; i++) {
        if (lrs_fails)
            lrs_trouble(&w.lrs, (int)(random() % 8));
        /* Mostly soon; now and then so late that a worker gets to deliver. */
        usleep((useconds_t)(random() % 100000 + (random() % 3 == 0 ? 500000 : 0)));
        int which = (int)(random() % (WRITERS + 2)); /* the worker more often; now and then all at once */
        int last = random() % 10 == 0 ? WRITERS : which > WRITERS ? WRITERS : which;
        int from = random() % 10 == 0 ? 0 : last;
        for (int j = from; j <= last; j++)
            kill_and_wait(processes[j]);
        for (int j = from; j <= last; j++)
            processes[j] = start(&w, j < WRITERS ? "writer" : "worker");
    }
    for (int i = 0; i <= WRITERS; i++)
        kill_and_wait(processes[i]);
    settle(&w);
    judge(&w);
    end(&w);
}

static void test_killed_at_random(void **unused)
{
    (void)unused;
    chaos(false);
}

static void test_killed_at_random_while_the_lrs_fails(void **unused)
{
    (void)unused;
    chaos(true);
}

/* ---- the worker, at each of its steps ---------------------------------------- */

/* Every call with which the worker (its logs and SQLite alike) changes the disk is one to die before. */
static void test_worker_killed_at_each_step(void **unused)
{
    (void)unused;
    long stride = number_of("AW_CRASH_STRIDE", 7), tried = 0;
    bool finished = false;
    for (long nth = 1 + number_of("AW_SEED", (long)time(NULL)) % stride; !finished; nth += stride, tried++) {
        struct world w;
        begin(&w);
        aw *self = must_open(w.state, w.lrs.port);
        for (uint32_t n = 0; n < 5; n++) {
            assert_int_equal(world_notify(self, n % 3), AW_OK); /* two of them come twice */
            w.promises->acked[n % 3] = 1;
        }
        aw_close(self);
        w.promises->next = 3;
        int status = wait_for(start_worker(&w, nth));
        finished = WIFEXITED(status);
        if (finished)
            assert_int_equal(WEXITSTATUS(status), 0);
        else
            assert_int_equal(WTERMSIG(status), SIGKILL);
        settle(&w);
        judge(&w);
        end(&w);
    }
    printf("%ld steps tried\n", tried);
    assert_true(tried > 5);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return be(argv, argc);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_random),
        cmocka_unit_test(test_killed_at_random_while_the_lrs_fails),
        cmocka_unit_test(test_worker_killed_at_each_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
