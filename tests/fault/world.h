/*
 * world.h - for tests that kill or take the power away: one course with a discussion behind it, learners
 * who complete it, hooks and workers in processes of their own, and the judge that compares in the end
 * what was acknowledged with what the LRS and the provider hold.
 *
 * Learner n completes at most once in the judge's eyes: everything is found by the registration, which
 * is made of n.
 */
#ifndef TESTS_FAULT_WORLD_H
#define TESTS_FAULT_WORLD_H

#include "lrs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <afterword/afterword.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { WORLD_EVENTS = 200000 };

/* What was promised; writers share it with the judge. */
struct promises {
    uint32_t next, stop; /* learners up to here may have been told of */
    unsigned char acked[WORLD_EVENTS];
};

static inline int world_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void world_remove(const char *dir)
{
    nftw(dir, world_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What a disk does makes no difference here, and memory is quicker. */
static inline void world_make_dir(char *out, size_t size)
{
    const char *base = getenv("TMPDIR");
    snprintf(out, size, "%s/aw-world-XXXXXX",
             base && strlen(base) < 150 ? base : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(out));
}

static inline long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static const char *world_unknown = "refuse"; /* courses */
static const char *world_more = ""; /* members of the configuration, each with a comma before it */

/* Not 0: the clock of hook and worker stands still there, so that bytes can be compared between runs. */
static int64_t world_now_ms;

static inline int64_t world_clock(void *user)
{
    (void)user;
    return world_now_ms;
}

/* Small segments, small batches: more of everything that can go wrong between two of them. */
static inline aw *world_open(const char *dir, int port, aw_error *err)
{
    char json[1200];
    snprintf(json, sizeof json,
             "{\"site\":{\"name\":\"Crash\",\"home_page\":\"https://learn.example.org\"},"
             "\"courses\":{\"unknown\":\"%s\"},"
             "\"attachments\":{\"max_bytes\":10000},"
             "\"log\":{\"level\":\"error\"},\"forums\":[{\"name\":\"local\",\"type\":\"local\"}],"
             "\"lrs\":[{\"name\":\"main\",\"endpoint\":\"http://127.0.0.1:%d/xAPI\","
             "\"version\":\"1.0.3\",\"batch\":{\"statements\":20},\"timeout_ms\":5000,"
             "\"backoff\":{\"first_ms\":1,\"cap_ms\":20}}]%s}", world_unknown, port, world_more);
    aw_config_source source = {.struct_size = sizeof source, .json = json,
                               .json_bytes = strlen(json), .state_dir = dir};
    aw_host host = {.struct_size = sizeof host, .now_ms = world_clock};
    aw *self = NULL;
    return aw_open(&source, world_now_ms ? &host : NULL, &self, err) == AW_OK ? self : NULL;
}

static inline aw *must_open(const char *dir, int port)
{
    aw_error err = AW_ERROR_INIT;
    aw *self = world_open(dir, port, &err);
    if (!self)
        fail_msg("aw_open: %s: %s", err.where, err.text);
    return self;
}

static inline int world_notify_says(aw *self, uint32_t n, aw_error *err)
{
    char learner[32], registration[37];
    aw_event e = AW_EVENT_INIT;
    snprintf(learner, sizeof learner, "u-%u", n);
    snprintf(registration, sizeof registration, "%08x-0000-4000-8000-000000000000", n);
    e.kind = AW_EVENT_COURSE_COMPLETED;
    e.learner = learner;
    e.course = "safety-101";
    e.registration = registration;
    e.time_ms = 1772438400000 + n;
    return aw_notify(self, &e, err);
}

static inline int world_notify(aw *self, uint32_t n)
{
    aw_error err = AW_ERROR_INIT;
    int rc = world_notify_says(self, n, &err);
    if (rc != AW_OK)
        fprintf(stderr, "aw_notify: %s: %s\n", err.where, err.text);
    return rc;
}

static inline int world_link(aw *self)
{
    static const char link[] = "{\"course\": \"safety-101\", \"title\": \"Afterwards\", \"prompt\": \"Well?\"}";
    aw_error err = AW_ERROR_INIT;
    int rc = aw_link_put(self, link, sizeof link - 1, NULL, &err);
    if (rc != AW_OK)
        fprintf(stderr, "aw_link_put: %s: %s\n", err.where, err.text);
    return rc;
}

/* The code of a worker's run; with until_idle it ends when there is nothing left that can be done. */
static inline int world_run(const char *dir, int port, bool until_idle, aw_error *err)
{
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = until_idle, .wait_ms = 10000};
    aw *self = world_open(dir, port, err);
    int rc = self ? aw_worker_run(self, &options, err) : err->code;
    aw_close(self);
    return rc;
}

/* The exit status of a process that is a worker. */
static inline int world_work(const char *dir, int port, bool until_idle)
{
    aw_error err = AW_ERROR_INIT;
    int rc = world_run(dir, port, until_idle, &err);
    if (rc != AW_OK)
        fprintf(stderr, "worker: %s: %s\n", err.where, err.text);
    return rc == AW_OK ? 0 : 4;
}

/* This program again, in another role; the process then has no thread of the test's LRS. */
static inline pid_t start_self(char *const argv[])
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execv("/proc/self/exe", argv);
        _exit(127);
    }
    return child;
}

static inline int wait_for(pid_t child)
{
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* ---- the judge --------------------------------------------------------------------------- */

static const char *const told_once[] = {"/completed\"", "/unlocked\"", "/receive\""};
#define TOLD (sizeof told_once / sizeof *told_once)

static inline uint32_t told_of(const struct promises *p)
{
    return p->next < WORLD_EVENTS ? p->next : WORLD_EVENTS;
}

static inline void judge_statement(const struct lrs_statement *s, uint32_t events,
                                   unsigned char told[TOLD][WORLD_EVENTS], unsigned *created)
{
    /* The verb is the statement's own, not that of a statement it refers to. */
    const char *verb = strstr(s->bytes, "\"verb\":{\"id\":\"");
    const char *end = verb ? strstr(verb + 14, "\"") : NULL;
    const char *registration = strstr(s->bytes, "\"registration\":\"");
    assert_non_null(end);
    *created += memcmp(end - 7, "/create", 7) == 0;
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

/* Returns how many rooms the LRS was told of. */
static inline unsigned judge_lrs(struct lrs *lrs, const struct promises *p)
{
    static unsigned char told[TOLD][WORLD_EVENTS];
    uint32_t events = told_of(p);
    unsigned created = 0;
    for (size_t v = 0; v < TOLD; v++)
        memset(told[v], 0, events);
    pthread_mutex_lock(&lrs->mutex);
    for (size_t i = 0; i < lrs->capacity; i++) {
        if (lrs->list[i].bytes)
            judge_statement(&lrs->list[i], events, told, &created);
    }
    unsigned different = lrs->different;
    pthread_mutex_unlock(&lrs->mutex);
    for (uint32_t n = 0; n < events; n++) {
        for (size_t v = 0; v < TOLD; v++) {
            if (p->acked[n] && !told[v][n])
                fail_msg("learner %u was acknowledged, and %s is not told", n, told_once[v]);
            /* Not acknowledged: it may be there, but then whole. */
            if (told[v][n] != told[0][n])
                fail_msg("learner %u: told %s, not %s", n, told_once[0], told_once[v]);
        }
    }
    if (different)
        fail_msg("%u statements were sent again with other bytes", different);
    return created;
}

#define ROOM_CAP 50 /* of a link that says nothing */

/* The provider: as many rooms as are needed and no more, with everybody in one of them once. */
static inline void judge_provider(aw *self, const struct promises *p, unsigned created)
{
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    json_int_t members = 0;
    uint32_t acked = 0, events = told_of(p);
    if (aw_query(self, "discussions", "{}", &json, &err) != AW_OK)
        fail_msg("discussions: %s: %s", err.where, err.text);
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
        acked += p->acked[n];
    assert_true(members >= acked && members <= events);
    assert_int_equal(json_array_size(rooms), (members + ROOM_CAP - 1) / ROOM_CAP);
    assert_int_equal(json_array_size(rooms), created);
    json_decref(rooms);
    aw_free(json);
    assert_int_equal(aw_query(self, "dead", "{}", &json, &err), AW_OK);
    assert_string_equal(json, "[]");
    aw_free(json);
}

#endif
