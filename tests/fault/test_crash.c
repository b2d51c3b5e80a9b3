/*
 * test_crash.c - writers and the worker are killed (SIGKILL) while an LRS works or fails; in the end
 * what was acknowledged is compared with what the LRS and the provider hold: none lost, none twice, the
 * same bytes at every send.
 *
 * AW_SEED chooses everything that is random; AW_CRASH_KILLS how many processes die at random moments;
 * AW_CRASH_STRIDE every how manieth writing call of the worker is one to die at.
 */
#include "calls.h"
#include "lrs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <afterword/afterword.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_EVENTS = 200000, WRITERS = 2 };

/* What writers promise each other and the judge; it outlives them. */
struct shared {
    uint32_t next, stop;
    unsigned char acked[MOST_EVENTS];
};

struct world {
    struct lrs lrs;
    struct shared *shared;
    char dir[200];
    long seed;
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static aw *open_it(const struct world *w)
{
    char json[900];
    snprintf(json, sizeof json,
             "{\"site\":{\"name\":\"Crash\",\"home_page\":\"https://learn.example.org\"},"
             "\"courses\":{\"unknown\":\"accept\"},\"journal\":{\"segment_bytes\":65536},"
             "\"log\":{\"level\":\"error\"},\"forums\":[{\"name\":\"local\",\"type\":\"local\"}],"
             "\"lrs\":[{\"name\":\"main\",\"endpoint\":\"http://127.0.0.1:%d/xAPI\","
             "\"version\":\"1.0.3\",\"batch\":{\"statements\":20},\"timeout_ms\":5000,"
             "\"backoff\":{\"first_ms\":1,\"cap_ms\":20}}]}", w->lrs.port);
    aw_config_source source = {.struct_size = sizeof source, .json = json,
                               .json_bytes = strlen(json), .state_dir = w->dir};
    aw_error err = AW_ERROR_INIT;
    aw *self = NULL;
    if (aw_open(&source, NULL, &self, &err) != AW_OK) {
        fprintf(stderr, "aw_open: %s: %s\n", err.where, err.text);
        return NULL;
    }
    return self;
}

/* Everything in the end is found by the registration, which is made of n. */
static void registration_of(uint32_t n, char out[37])
{
    snprintf(out, 37, "%08x-0000-4000-8000-000000000000", n);
}

static int notify(aw *self, uint32_t n)
{
    char learner[32], registration[37];
    aw_event e = AW_EVENT_INIT;
    aw_error err = AW_ERROR_INIT;
    snprintf(learner, sizeof learner, "u-%u", n);
    registration_of(n, registration);
    e.kind = AW_EVENT_COURSE_COMPLETED;
    e.learner = learner;
    e.course = "safety-101";
    e.registration = registration;
    e.time_ms = 1772438400000 + n;
    int rc = aw_notify(self, &e, &err);
    if (rc != AW_OK)
        fprintf(stderr, "aw_notify: %s: %s\n", err.where, err.text);
    return rc;
}

static void begin(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->seed = number_of("AW_SEED", (long)time(NULL));
    printf("AW_SEED=%ld\n", w->seed);
    fflush(stdout);
    srandom((unsigned)w->seed);
    const char *base = getenv("TMPDIR");
    snprintf(w->dir, sizeof w->dir, "%s/aw-crash-XXXXXX",
             base && strlen(base) < 150 ? base : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    w->shared = mmap(NULL, sizeof *w->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(w->shared, MAP_FAILED);
    lrs_start(&w->lrs, (unsigned)w->seed);
    static const char link[] = "{\"course\": \"safety-101\", \"title\": \"Afterwards\", \"prompt\": \"Well?\"}";
    aw *self = open_it(w);
    assert_non_null(self);
    aw_error err = AW_ERROR_INIT;
    int rc = aw_link_put(self, link, sizeof link - 1, NULL, &err);
    if (rc != AW_OK)
        fail_msg("link: %s: %s", err.where, err.text);
    aw_close(self);
}

static void end(struct world *w)
{
    lrs_stop(&w->lrs);
    munmap(w->shared, sizeof *w->shared);
    nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- processes that die ---------------------------------------------------- */

static void be_writer(struct world *w)
{
    aw *self = open_it(w);
    if (!self)
        _exit(3);
    while (!__atomic_load_n(&w->shared->stop, __ATOMIC_SEQ_CST)) {
        uint32_t n = __atomic_fetch_add(&w->shared->next, 1, __ATOMIC_SEQ_CST);
        if (n >= MOST_EVENTS)
            break;
        if (notify(self, n) != AW_OK)
            _exit(4);
        w->shared->acked[n] = 1;
        usleep((useconds_t)(n * 37 % 3000));
    }
    _exit(0);
}

static int run_worker(struct world *w, bool until_idle)
{
    aw *self = open_it(w);
    aw_error err = AW_ERROR_INIT;
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = until_idle, .wait_ms = 10000};
    if (!self)
        return 3;
    int rc = aw_worker_run(self, &options, &err);
    if (rc != AW_OK)
        fprintf(stderr, "aw_worker_run: %s: %s\n", err.where, err.text);
    aw_close(self);
    return rc == AW_OK ? 0 : 4;
}

static pid_t start(struct world *w, int role)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (role < WRITERS)
            be_writer(w);
        _exit(run_worker(w, false));
    }
    return child;
}

static void kill_and_wait(pid_t child)
{
    int status = 0;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status))
        fail_msg("a process ended by itself with %d", WEXITSTATUS(status));
}

/* ---- the judge -------------------------------------------------------------- */

/* Runs workers, undisturbed, until the LRS has everything. */
static void settle(struct world *w)
{
    lrs_trouble(&w->lrs, 0);
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(run_worker(w, true));
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static const char *const told_once[] = {"/completed\"", "/unlocked\"", "/receive\""};
#define TOLD (sizeof told_once / sizeof *told_once)

/* Returns how many rooms the LRS was told of. */
static unsigned judge_lrs(struct world *w)
{
    static unsigned char told[TOLD][MOST_EVENTS];
    uint32_t events = w->shared->next < MOST_EVENTS ? w->shared->next : MOST_EVENTS, acked = 0;
    unsigned created = 0, sends = 0;
    memset(told, 0, sizeof told);
    for (size_t i = 0; i < w->lrs.capacity; i++) {
        const struct lrs_statement *s = &w->lrs.list[i];
        if (!s->bytes)
            continue;
        sends += s->sends;
        /* The verb is the statement's own, not that of a statement it refers to. */
        const char *verb = strstr(s->bytes, "\"verb\":{\"id\":\""), *end = verb ? strstr(verb + 14, "\"") : NULL;
        const char *registration = strstr(s->bytes, "\"registration\":\"");
        assert_non_null(end);
        if (memcmp(end - 7, "/create", 7) == 0)
            created++;
        for (size_t v = 0; v < TOLD && registration; v++) {
            size_t len = strlen(told_once[v]);
            if (memcmp(end + 1 - len, told_once[v], len) != 0)
                continue;
            unsigned long n = strtoul(registration + 16, NULL, 16);
            assert_true(n < events);
            if (++told[v][n] > 1)
                fail_msg("learner %lu: %.*s is told twice", n, (int)(len - 1), told_once[v]);
        }
    }
    for (uint32_t n = 0; n < events; n++) {
        acked += w->shared->acked[n];
        for (size_t v = 0; v < TOLD; v++) {
            if (w->shared->acked[n] && !told[v][n])
                fail_msg("learner %u was acknowledged, and %s is not told", n, told_once[v]);
            /* Not acknowledged: it may be there, but then whole. */
            if (told[v][n] != told[0][n])
                fail_msg("learner %u: told %s, not %s", n, told_once[0], told_once[v]);
        }
    }
    assert_int_equal(w->lrs.different, 0);
    printf("%u events acknowledged, %zu statements, %u sends, %u requests of which %u failed\n", acked,
           w->lrs.count, sends, w->lrs.requests, w->lrs.failed);
    return created;
}

#define ROOM_CAP 50 /* of a link that says nothing */

/* The provider: as many rooms as are needed and no more, with everybody in one of them once. */
static void judge_provider(struct world *w, unsigned created)
{
    aw *self = open_it(w);
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    json_int_t members = 0;
    uint32_t acked = 0, events = w->shared->next < MOST_EVENTS ? w->shared->next : MOST_EVENTS;
    assert_non_null(self);
    assert_int_equal(aw_query(self, "discussions", "{}", &json, &err), AW_OK);
    json_t *rooms = json_loads(json, 0, NULL), *room;
    size_t i;
    assert_non_null(rooms);
    json_array_foreach(rooms, i, room) {
        json_int_t in = json_integer_value(json_object_get(room, "members"));
        assert_true(in > 0 && in <= ROOM_CAP);
        assert_true(json_integer_value(json_object_get(room, "opened_ms")) > 0);
        members += in;
    }
    for (uint32_t n = 0; n < events; n++)
        acked += w->shared->acked[n];
    assert_true(members >= acked && members <= events);
    assert_int_equal(json_array_size(rooms), (members + ROOM_CAP - 1) / ROOM_CAP);
    assert_int_equal(json_array_size(rooms), created);
    json_decref(rooms);
    aw_free(json);
    assert_int_equal(aw_query(self, "dead", "{}", &json, &err), AW_OK);
    assert_string_equal(json, "[]");
    aw_free(json);
    aw_close(self);
}

static void judge(struct world *w)
{
    judge_provider(w, judge_lrs(w));
}

/* ---- at random moments ------------------------------------------------------ */

static void chaos(bool lrs_fails)
{
    struct world w;
    begin(&w);
    int kills = (int)number_of("AW_CRASH_KILLS", 50);
    pid_t processes[WRITERS + 1];
    for (int i = 0; i <= WRITERS; i++)
        processes[i] = start(&w, i);
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
            processes[j] = start(&w, j);
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
        aw *self = open_it(&w);
        assert_non_null(self);
        for (uint32_t n = 0; n < 5; n++) {
            assert_int_equal(notify(self, n % 3), AW_OK); /* two of them come twice */
            w.shared->acked[n % 3] = 1;
        }
        aw_close(self);
        w.shared->next = 3;
        pid_t child = fork();
        if (child == 0) {
            fault_at(NULL, nth, 1, FAULT_KILL);
            _exit(run_worker(&w, true));
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        finished = WIFEXITED(status);
        if (finished)
            assert_int_equal(WEXITSTATUS(status), 0);
        settle(&w);
        judge(&w);
        end(&w);
    }
    printf("%ld steps tried\n", tried);
    assert_true(tried > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_random),
        cmocka_unit_test(test_killed_at_random_while_the_lrs_fails),
        cmocka_unit_test(test_worker_killed_at_each_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
