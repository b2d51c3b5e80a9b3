/*
 * test_abi.c - the host ABI as a host sees it: only the public header, linked with the
 * shared object. Older, smaller structs; what is refused, and that nothing changes then.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <afterword/afterword.h>
#include <afterword/forum.h>

static char dir[64];
static aw *library;

static int setup(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    snprintf(dir, sizeof dir, "/tmp/afterword-abi-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    aw_config_source source = {.struct_size = sizeof source,
                               .json = "{\"courses\": {\"unknown\": \"accept\"}}",
                               .state_dir = dir};
    if (aw_open(&source, NULL, &library, &err) != AW_OK) {
        print_error("%s: %s\n", err.where, err.text);
        return 1;
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    aw_close(library);
    library = NULL;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static uint64_t recorded(void)
{
    aw_stats stats = AW_STATS_INIT;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(aw_stats_get(library, &stats, &err), AW_OK);
    return stats.journal_events;
}

static aw_event completed(void)
{
    aw_event e = AW_EVENT_INIT;
    e.kind = AW_EVENT_COURSE_COMPLETED;
    e.learner = "u-1";
    e.course = "c-1";
    return e;
}

static void test_version(void **state)
{
    (void)state;
    assert_string_equal(aw_version(), AW_VERSION_STRING);
    assert_string_equal(aw_code_name(AW_EINVAL), "AW_EINVAL");
    assert_non_null(aw_code_name(12345));
    aw_free(NULL);
    aw_close(NULL);
    aw_worker_wake(NULL);
}

static void test_notify_is_recorded(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    aw_event e = completed();
    assert_int_equal(aw_notify(library, &e, &err), AW_OK);
    assert_int_equal(aw_notify(library, &e, NULL), AW_OK);
    assert_int_equal(recorded(), 2);
}

static void test_an_older_smaller_event_is_accepted(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    aw_event e = completed();
    /* A host built before `topic` existed: what lies behind its struct is not ours to read. */
    e.struct_size = (uint32_t)offsetof(aw_event, topic);
    e.topic = (const char *)(uintptr_t)1;
    e.title = (const char *)(uintptr_t)1;
    e.reason = (const char *)(uintptr_t)1;
    assert_int_equal(aw_notify(library, &e, &err), AW_OK);
    /* A newer, larger one: what we do not know is left alone. */
    struct {
        aw_event event;
        const char *later;
    } larger = {completed(), "unknown to us"};
    larger.event.struct_size = sizeof larger;
    assert_int_equal(aw_notify(library, &larger.event, &err), AW_OK);
    assert_int_equal(recorded(), 2);
    e.struct_size = 0;
    assert_int_equal(aw_notify(library, &e, &err), AW_EINVAL);
    assert_string_equal(err.where, "struct_size");
}

static void test_smaller_outputs_are_not_overrun(void **state)
{
    (void)state;
    aw_error small;
    memset(&small, 0x55, sizeof small);
    small.struct_size = offsetof(aw_error, text) + 16;
    aw_event e = AW_EVENT_INIT;
    e.kind = AW_EVENT_COURSE_COMPLETED;
    assert_int_equal(aw_notify(library, &e, &small), AW_EINVAL);
    assert_string_equal(small.where, "learner");
    assert_int_equal(strlen(small.text), 15);
    assert_int_equal((unsigned char)small.text[16], 0x55);
    aw_stats stats;
    memset(&stats, 0x55, sizeof stats);
    stats.struct_size = offsetof(aw_stats, journal_pending);
    assert_int_equal(aw_stats_get(library, &stats, NULL), AW_OK);
    assert_int_equal(stats.journal_events, 0);
    assert_int_equal(stats.journal_pending, UINT64_C(0x5555555555555555));
}

static void refused(const aw_event *e, int code, const char *where)
{
    aw_error err = AW_ERROR_INIT;
    uint64_t before = recorded();
    assert_int_equal(aw_notify(library, e, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.where, where);
    assert_true(strlen(err.text) > 10);
    assert_int_equal(recorded(), before);
}

static void test_bad_events_are_refused_and_change_nothing(void **state)
{
    (void)state;
    aw_event e = completed();
    e.kind = 9999;
    refused(&e, AW_EUNSUPPORTED, "kind");
    e = completed();
    e.learner = NULL;
    refused(&e, AW_EINVAL, "learner");
    e = completed();
    e.learner = "\xC3\x28";
    refused(&e, AW_EUTF8, "learner");
    e = completed();
    e.registration = "not-a-uuid";
    refused(&e, AW_EINVAL, "registration");
    e = completed();
    e.score_given = AW_SCORE_SCALED;
    e.score_scaled = (double)NAN;
    refused(&e, AW_EINVAL, "score_scaled");
    e = completed();
    e.utc_offset_min = 100000;
    refused(&e, AW_EINVAL, "utc_offset_min");
    char *large = malloc((10u << 20) + 1);
    assert_non_null(large);
    memset(large, 'x', 10u << 20);
    large[10u << 20] = 0;
    e = completed();
    e.kind = AW_EVENT_SCORM_COMMIT;
    e.body = large;
    e.body_bytes = 10u << 20;
    refused(&e, AW_ELIMIT, "body");
    e = completed();
    e.course = large;
    refused(&e, AW_ELIMIT, "course");
    free(large);
}

static void refused_json(const char *json, int code, const char *where)
{
    aw_error err = AW_ERROR_INIT;
    uint64_t before = recorded();
    int rc = aw_notify_json(library, json, strlen(json), &err);
    if (rc != code)
        print_error("%s: %s: %s\n", json, err.where, err.text);
    assert_int_equal(rc, code);
    assert_string_equal(err.where, where);
    assert_int_equal(recorded(), before);
}

static void test_bad_json_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    refused_json("{\"kind\":", AW_EJSON, "event");
    refused_json("[]", AW_EINVAL, "event");
    refused_json("{\"learner\":\"u\"}", AW_EINVAL, "kind");
    refused_json("{\"kind\":\"course_finished\"}", AW_EUNSUPPORTED, "kind");
    refused_json("{\"kind\":\"course_completed\",\"learner\":7,\"course\":\"c\"}", AW_EINVAL, "learner");
    refused_json("{\"kind\":\"course_completed\",\"learner\":\"u\",\"course\":\"c\",\"corse\":1}",
                 AW_EINVAL, "event");
    refused_json("{\"kind\":\"course_completed\",\"learner\":\"u\",\"course\":\"c\",\"time\":\"today\"}",
                 AW_EINVAL, "time");
    refused_json("{\"kind\":\"course_completed\",\"learner\":\"\\ud800\",\"course\":\"c\"}", AW_EJSON,
                 "event");
    refused_json("{\"kind\":\"course_completed\",\"learner\":\"u\",\"course\":\"c\","
                 "\"attributes\":{\"cohort\":3}}",
                 AW_EINVAL, "attributes");
    refused_json("{\"kind\":\"scorm_commit\",\"learner\":\"u\",\"course\":\"c\"}", AW_EINVAL, "body");
}

static void test_an_unknown_course_is_refused_until_it_is_registered(void **state)
{
    (void)state;
    char strict_dir[] = "/tmp/afterword-abi-XXXXXX", command[128];
    assert_non_null(mkdtemp(strict_dir));
    aw_config_source source = {.struct_size = sizeof source, .state_dir = strict_dir};
    aw_error err = AW_ERROR_INIT;
    aw *strict = NULL;
    aw_event e = completed();
    assert_int_equal(aw_open(&source, NULL, &strict, &err), AW_OK);
    assert_int_equal(aw_notify(strict, &e, &err), AW_ENOTFOUND);
    assert_string_equal(err.where, "course");
    assert_non_null(strstr(err.text, "course add"));
    assert_int_equal(aw_course_add(strict, "c-1", "Course one", NULL, NULL, &err), AW_OK);
    assert_int_equal(aw_notify(strict, &e, &err), AW_OK);
    aw_close(strict);
    snprintf(command, sizeof command, "rm -rf %s", strict_dir);
    assert_int_equal(system(command), 0);
}

static void test_a_forked_child_uses_the_same_handle(void **state)
{
    (void)state;
    aw_event e = completed();
    assert_int_equal(aw_notify(library, &e, NULL), AW_OK);
    for (int i = 0; i < 4; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(aw_notify(library, &e, NULL) == AW_OK ? 0 : 1);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    assert_int_equal(recorded(), 5);
}

static void test_from_event_to_discussion(void **state)
{
    (void)state;
    static const char link[] = "{\"course\": \"c-1\", \"title\": \"Afterwards\", \"prompt\": \"Well?\"}";
    aw_error err = AW_ERROR_INIT;
    aw_event e = completed();
    char *id = NULL, *json = NULL;
    assert_int_equal(aw_link_put(library, link, strlen(link), &id, &err), AW_OK);
    aw_free(id);
    assert_int_equal(aw_notify(library, &e, &err), AW_OK);
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = 1, .wait_ms = 1000};
    assert_int_equal(aw_worker_run(library, &options, &err), AW_OK);
    assert_int_equal(aw_query(library, "discussions", "{\"learner\": \"u-1\"}", &json, &err), AW_OK);
    assert_non_null(strstr(json, "\"title\":\"Afterwards\""));
    assert_non_null(strstr(json, "\"state\":\"in\""));
    aw_free(json);
    aw_stats stats = AW_STATS_INIT;
    assert_int_equal(aw_stats_get(library, &stats, &err), AW_OK);
    assert_int_equal(stats.journal_pending, 0);
    assert_int_equal(stats.discussions, 1);
    assert_int_equal(stats.statements, 4); /* completed, created, unlocked, received */
    assert_int_equal(aw_query(library, "weather", NULL, &json, &err), AW_EUNSUPPORTED);
}

#define WITH_LIBRARY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version),
        WITH_LIBRARY(test_notify_is_recorded),
        WITH_LIBRARY(test_an_older_smaller_event_is_accepted),
        WITH_LIBRARY(test_smaller_outputs_are_not_overrun),
        WITH_LIBRARY(test_bad_events_are_refused_and_change_nothing),
        WITH_LIBRARY(test_bad_json_is_refused_and_changes_nothing),
        cmocka_unit_test(test_an_unknown_course_is_refused_until_it_is_registered),
        WITH_LIBRARY(test_a_forked_child_uses_the_same_handle),
        WITH_LIBRARY(test_from_event_to_discussion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
