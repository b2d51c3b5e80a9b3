/*
 * test_log_kill.c - kill -9 of appending processes: at each system call, at
 * instructions all over an append, and at random moments under load.
 *
 * AW_SEED chooses the moments, AW_KILL_ROUNDS how many processes die at random ones,
 * AW_KILL_STRIDE every how manieth instruction of an append is tried.
 */
#define LOG_TEST_IN_MEMORY
#include "calls.h"
#include "unit/log/log_help.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <time.h>

#define MOST 200

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long seed(void)
{
    static long chosen = -1;
    const char *text = getenv("AW_SEED");
    if (chosen < 0) {
        chosen = text ? atol(text) : (long)time(NULL);
        printf("AW_SEED=%ld\n", chosen);
    }
    return chosen;
}

/* ---- at each system call ----------------------------------------------- */

static void victim_run(const char *dir, long nth)
{
    struct log_options options = {.dir = dir, .segment_bytes = 4096};
    struct log *log = NULL;
    fault_at(NULL, nth, 1, FAULT_KILL);
    if (log_open(&options, &log, NULL) != AW_OK)
        _exit(3);
    for (uint64_t n = 1; n <= 60; n++) {
        char bytes[MOST];
        size_t len = make_record(n, bytes, MOST);
        if (log_append(log, bytes, len, NULL, NULL) != AW_OK)
            _exit(4);
    }
    if (log_trim(log, log_end(log), 0, INT64_MAX, NULL) != AW_OK)
        _exit(5);
    _exit(0);
}

/* The parent has the log open all the time; it goes on at once after each death. */
static void test_killed_at_each_call(void **unused)
{
    (void)unused;
    bool finished = false;
    for (long nth = 1; !finished; nth++) {
        char *dir = new_dir();
        bool opened = nth % 2 == 0; /* odd: the victim is the first to open it */
        struct log *log = opened ? open_log(dir, 4096, 0) : NULL;
        if (opened)
            append_n(log, 0, MOST, NULL);
        pid_t child = fork();
        if (child == 0)
            victim_run(dir, nth);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        finished = WIFEXITED(status);
        assert_true(!finished || WEXITSTATUS(status) == 0);
        double start = now_s();
        if (!opened)
            log = open_log(dir, 4096, 0);
        append_n(log, 1000, MOST, NULL);
        assert_true(now_s() - start < 5);
        for (int again = 0; again < 2; again++) {
            struct read_all all = read_log(log, MOST);
            assert_int_equal(all.damages, 0);
            assert_int_equal(all.last, 1000);
            log_close(log);
            forget_control(dir);
            log = open_log(dir, 4096, 0);
        }
        log_close(log);
        assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
        drop_dir(dir);
    }
}

/* ---- at instructions --------------------------------------------------- */

/* Single-steps a child through an append and kills it after `steps`. True: it had finished. */
static bool kill_after_steps(struct log *log, uint64_t n, long steps)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char bytes[MOST];
        size_t len = make_record(n, bytes, MOST);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(log_append(log, bytes, len, NULL, NULL) == AW_OK ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    for (long i = 0; i < steps && !WIFEXITED(status); i++) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0)
            break;
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return true;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
}

static void test_killed_at_instructions(void **unused)
{
    (void)unused;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* their own instructions are most of it */
#endif
    const char *stride_text = getenv("AW_KILL_STRIDE");
    long stride = stride_text ? atol(stride_text) : 97;
    char *dir = new_dir();
    struct log *log = open_log(dir, 4096, 0);
    uint64_t n = 0, mine = 0;
    double slowest = 0;
    append_n(log, n++, MOST, NULL);
    mine++;
    bool finished = false;
    for (long steps = 1 + seed() % stride; !finished; steps += stride) {
        finished = kill_after_steps(log, n++, steps);
        double start = now_s();
        append_n(log, n++, MOST, NULL);
        mine++;
        if (now_s() - start > slowest)
            slowest = now_s() - start;
    }
    assert_true(slowest < 2);
    for (int again = 0; again < 2; again++) {
        struct read_all all = read_log(log, MOST); /* and that the numbers ascend: none is twice */
        assert_int_equal(all.damages, 0);
        assert_int_equal(all.last, n - 1);
        assert_true(all.records >= mine);
        log_close(log);
        forget_control(dir);
        log = open_log(dir, 4096, 0);
    }
    log_close(log);
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    drop_dir(dir);
}

/* ---- at random, under load --------------------------------------------- */

enum { WRITERS = 6, MOST_IDS = 1 << 20 };

struct shared {
    uint32_t next_id;
    unsigned char acked[MOST_IDS];
    double slowest[WRITERS];
};

static void writer(const char *dir, struct shared *shared, int slot)
{
    struct log_options options = {.dir = dir, .segment_bytes = 16384};
    struct log *log = NULL;
    if (log_open(&options, &log, NULL) != AW_OK)
        _exit(3);
    for (;;) {
        char bytes[MOST];
        uint64_t id = __atomic_fetch_add(&shared->next_id, 1, __ATOMIC_SEQ_CST);
        if (id >= MOST_IDS)
            _exit(0);
        size_t len = make_record(id, bytes, MOST);
        double start = now_s();
        if (log_append(log, bytes, len, NULL, NULL) != AW_OK)
            _exit(4);
        shared->acked[id] = 1;
        if (now_s() - start > shared->slowest[slot])
            shared->slowest[slot] = now_s() - start;
    }
}

static pid_t start_writer(const char *dir, struct shared *shared, int slot)
{
    pid_t child = fork();
    if (child == 0)
        writer(dir, shared, slot);
    assert_true(child > 0);
    return child;
}

static void count_all(struct log *log, struct shared *shared)
{
    static unsigned char found[MOST_IDS];
    memset(found, 0, sizeof found);
    struct log_reader *r = NULL;
    struct log_pos next;
    const void *bytes;
    size_t len;
    int rc;
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, NULL), AW_OK);
    while ((rc = log_read(r, &bytes, &len, &next, NULL)) == AW_OK) {
        uint64_t id;
        memcpy(&id, bytes, sizeof id);
        assert_record(bytes, len, id, MOST);
        assert_int_equal(found[id], 0);
        found[id] = 1;
    }
    assert_int_equal(rc, AW_EAGAIN);
    log_reader_close(r);
    for (uint32_t id = 0; id < MOST_IDS; id++) {
        if (shared->acked[id] && !found[id])
            fail_msg("event %u was acknowledged and is lost", id);
    }
}

static void test_killed_at_random(void **unused)
{
    (void)unused;
    const char *rounds_text = getenv("AW_KILL_ROUNDS");
    int rounds = rounds_text ? atoi(rounds_text) : 150;
    srandom((unsigned)seed());
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
    char *dir = new_dir();
    pid_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        writers[i] = start_writer(dir, shared, i);
    for (int round = 0; round < rounds; round++) {
        nanosleep(&(struct timespec){.tv_nsec = random() % 6000000}, NULL);
        int slot = (int)(random() % WRITERS), status = 0;
        kill(writers[slot], SIGKILL);
        assert_int_equal(waitpid(writers[slot], &status, 0), writers[slot]);
        assert_true(WIFSIGNALED(status));
        writers[slot] = start_writer(dir, shared, slot);
    }
    for (int i = 0; i < WRITERS; i++) {
        kill(writers[i], SIGKILL);
        waitpid(writers[i], NULL, 0);
    }
    for (int i = 0; i < WRITERS; i++)
        assert_true(shared->slowest[i] < 5);
    for (int again = 0; again < 2; again++) {
        struct log *log = open_log(dir, 16384, 0);
        count_all(log, shared);
        log_close(log);
        forget_control(dir);
    }
    assert_int_equal(log_verify(dir, NULL, NULL, NULL), AW_OK);
    munmap(shared, sizeof *shared);
    drop_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_each_call),
        cmocka_unit_test(test_killed_at_instructions),
        cmocka_unit_test(test_killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
