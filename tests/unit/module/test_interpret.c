/*
 * test_interpret.c - what events come to mean: rooms, membership, anonymity, ideas,
 * corrections, hand-over; and that taking part never counts.
 */
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
#include <jansson.h>

#include <afterword/afterword.h>

#include "handle.h"
#include "log.h"
#include "record.h"

#define HOUR INT64_C(3600000)
#define MONDAY INT64_C(1772434800000) /* 2026-03-02T07:00:00Z */

static char dir[64];
static aw *library;
static int64_t clock_ms;

static int64_t now(void *user)
{
    (void)user;
    return clock_ms;
}

static const char *const configuration =
    "{\"site\":{\"home_page\":\"https://learn.example.org\"},\"courses\":{\"unknown\":\"accept\"}}";

static int setup(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    aw_host host = {.struct_size = sizeof host, .now_ms = now};
    aw_config_source source = {.struct_size = sizeof source, .json = configuration, .state_dir = dir};
    clock_ms = MONDAY;
    snprintf(dir, sizeof dir, "/tmp/afterword-interpret-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    return aw_open(&source, &host, &library, &err) == AW_OK ? 0 : 1;
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

/* ---- what the tests say ------------------------------------------------------------- */

static void work(void)
{
    aw_error err = AW_ERROR_INIT;
    aw_worker_options o = {.struct_size = sizeof o, .until_idle = 1, .wait_ms = 5000};
    if (aw_worker_run(library, &o, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
}

static void link_is(const char *json)
{
    aw_error err = AW_ERROR_INIT;
    if (aw_link_put(library, json, strlen(json), NULL, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
}

static void event(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void event(const char *fmt, ...)
{
    char json[4096];
    aw_error err = AW_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    vsnprintf(json, sizeof json, fmt, args);
    va_end(args);
    if (aw_notify_json(library, json, strlen(json), &err) != AW_OK)
        fail_msg("%s: %s: %s", json, err.where, err.text);
}

static json_t *ask(const char *what, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static json_t *ask(const char *what, const char *fmt, ...)
{
    char args_json[1024], *text = NULL;
    aw_error err = AW_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    vsnprintf(args_json, sizeof args_json, fmt, args);
    va_end(args);
    if (aw_query(library, what, args_json, &text, &err) != AW_OK)
        fail_msg("%s: %s: %s", what, err.where, err.text);
    json_t *value = json_loads(text, 0, NULL);
    aw_free(text);
    assert_non_null(value);
    return value;
}

/* The learner's only discussion; its id is static until the next call. */
static const char *room_of(const char *learner)
{
    static char id[64];
    json_t *all = ask("discussions", "{\"learner\":\"%s\"}", learner);
    assert_int_equal(json_array_size(all), 1);
    snprintf(id, sizeof id, "%s",
             json_string_value(json_object_get(json_array_get(all, 0), "id")));
    json_decref(all);
    return id;
}

static size_t dead_letters(void)
{
    json_t *all = ask("dead", "{}");
    size_t n = json_array_size(all);
    json_decref(all);
    return n;
}

static size_t notes_of(const char *learner)
{
    json_t *all = ask("notes", "{\"learner\":\"%s\"}", learner);
    size_t n = json_array_size(all);
    json_decref(all);
    return n;
}

/* Every statement so far. */
static json_t *statements(void)
{
    struct log *log = NULL;
    struct log_reader *r = NULL;
    const void *bytes;
    size_t len;
    struct log_pos next;
    struct record record;
    aw_error err = AW_ERROR_INIT;
    json_t *all = json_array();
    assert_int_equal(handle_statements(library, &log, &err), AW_OK);
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, &err), AW_OK);
    while (log_read(r, &bytes, &len, &next, &err) == AW_OK) {
        assert_int_equal(record_read(bytes, len, &record, &err), AW_OK);
        if (record.type == RECORD_STATEMENT)
            json_array_append_new(all, json_loadb(record.json, record.json_len, 0, NULL));
    }
    log_reader_close(r);
    return all;
}

static const char *verb_of(const json_t *s)
{
    return json_string_value(
        json_object_get(json_object_get(json_object_get(s, "verb"), "display"), "en"));
}

static size_t told(const char *verb)
{
    size_t n = 0, i;
    json_t *all = statements(), *s;
    json_array_foreach(all, i, s) n += strcmp(verb_of(s), verb) == 0;
    json_decref(all);
    return n;
}

static void completed(const char *learner, const char *attributes)
{
    event("{\"kind\":\"course_completed\",\"learner\":\"%s\",\"course\":\"c\",\"attributes\":%s}",
          learner, attributes);
}

/* ---- opening -------------------------------------------------------------------------- */

static void test_ten_completions_open_once(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    for (int i = 0; i < 10; i++) {
        completed("u", "{}");
        if (i % 3 == 0)
            work();
    }
    work();
    assert_int_equal(told("completed"), 1);
    assert_int_equal(told("created"), 1);
    assert_int_equal(told("unlocked"), 1);
    assert_int_equal(told("received"), 1);
}

static void test_eight_processes_open_one_discussion(void **state)
{
    (void)state;
    pid_t children[8];
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    for (int i = 0; i < 8; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            completed("u", "{}");
            _exit(0);
        }
    }
    for (int i = 0; i < 8; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    work();
    assert_int_equal(told("completed"), 1);
    assert_int_equal(told("created"), 1);
    assert_int_equal(told("unlocked"), 1);
}

static void test_rooms_by_attribute_with_a_cap(void **state)
{
    (void)state;
    json_t *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"room\":{\"by\":[\"cohort\"],\"cap\":2}}");
    completed("a1", "{\"cohort\":\"a\"}");
    completed("b1", "{\"cohort\":\"b\"}");
    completed("a2", "{\"cohort\":\"a\"}");
    completed("a3", "{\"cohort\":\"a\"}");
    completed("n1", "{}");
    work();
    char first[64], second[64];
    snprintf(first, sizeof first, "%s", room_of("a1"));
    assert_string_equal(first, room_of("a2"));
    snprintf(second, sizeof second, "%s", room_of("a3"));
    assert_string_not_equal(first, second);
    assert_string_not_equal(first, room_of("b1"));
    all = ask("discussions", "{}");
    assert_int_equal(json_array_size(all), 4);
    json_decref(all);
    all = ask("discussion", "{\"discussion\":\"%s\"}", second);
    assert_string_equal(json_string_value(json_object_get(all, "room_name")), "a (room B)");
    json_decref(all);
    assert_int_equal(told("created"), 4);
}

static void test_failed_and_passed_open_nothing_by_themselves(void **state)
{
    (void)state;
    json_t *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    link_is("{\"id\":\"p\",\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"opens_on\":\"passed\"}");
    event("{\"kind\":\"course_failed\",\"learner\":\"u\",\"course\":\"c\"}");
    work();
    assert_int_equal(told("failed"), 1);
    assert_int_equal(told("created"), 0);
    event("{\"kind\":\"course_passed\",\"learner\":\"u\",\"course\":\"c\"}");
    work();
    all = ask("discussions", "{\"learner\":\"u\"}");
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "link")), "p");
    json_decref(all);
    assert_int_equal(told("completed"), 0);
    assert_int_equal(told("passed"), 1);
}

static void test_leaving_is_for_good_until_the_learner_comes_back(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    completed("u", "{}");
    work();
    const char *room = room_of("u");
    event("{\"kind\":\"left\",\"learner\":\"u\",\"discussion\":\"%s\"}", room);
    event("{\"kind\":\"left\",\"learner\":\"u\",\"discussion\":\"%s\"}", room);
    completed("u", "{}");
    work();
    assert_int_equal(told("left"), 1);
    assert_int_equal(told("unlocked"), 1);
    event("{\"kind\":\"topic_posted\",\"learner\":\"u\",\"provider\":\"local\",\"discussion\":\"%s\","
          "\"topic\":\"t\",\"title\":\"x\",\"body\":\"x\"}",
          room);
    work();
    assert_int_equal(told("posted"), 0);
    assert_int_equal(dead_letters(), 1);
    event("{\"kind\":\"rejoined\",\"learner\":\"u\",\"discussion\":\"%s\"}", room);
    work();
    assert_int_equal(told("unlocked"), 2);
    assert_int_equal(told("received"), 1); /* one invitation is enough */
}

/* ---- taking part ---------------------------------------------------------------------- */

static void ask_question(const char *room, const char *learner, const char *topic)
{
    event("{\"kind\":\"topic_posted\",\"learner\":\"%s\",\"provider\":\"local\",\"discussion\":\"%s\","
          "\"topic\":\"%s\",\"topic_type\":\"question\",\"title\":\"Why?\",\"body\":\"Tell me\"}",
          learner, room, topic);
}

static void test_the_same_post_is_told_once(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    const char *room = room_of("u");
    for (int i = 0; i < 3; i++) {
        ask_question(room, "u", "t");
        event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\","
              "\"post\":\"p\",\"body\":\"Because\"}");
        event("{\"kind\":\"post_voted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
        event("{\"kind\":\"answer_accepted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
        event("{\"kind\":\"discussion_viewed\",\"learner\":\"v\",\"discussion\":\"%s\"}", room);
        work();
    }
    assert_int_equal(told("posted"), 1);
    assert_int_equal(told("replied"), 1);
    assert_int_equal(told("voted up"), 1);
    assert_int_equal(told("accepted"), 1);
    assert_int_equal(told("viewed"), 1);
    event("{\"kind\":\"answer_retracted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    event("{\"kind\":\"answer_accepted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    clock_ms += 24 * HOUR;
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"v\",\"discussion\":\"%s\"}", room);
    work();
    assert_int_equal(told("retracted"), 1);
    assert_int_equal(told("accepted"), 2);
    assert_int_equal(told("viewed"), 2);
}

static void test_taking_part_never_counts(void **state)
{
    (void)state;
    size_t i;
    json_t *all, *s;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"]}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    const char *room = room_of("u");
    ask_question(room, "v", "t");
    event("{\"kind\":\"post_replied\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"body\":\"b\"}");
    event("{\"kind\":\"answer_accepted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\","
          "\"parent_post\":\"p\",\"body\":\"b\",\"success\":true,\"score\":{\"scaled\":1}}");
    event("{\"kind\":\"idea_recognised\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"subscribed\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"left\",\"learner\":\"u\",\"discussion\":\"%s\",\"success\":true}", room);
    work();
    assert_int_equal(dead_letters(), 0);
    all = statements();
    json_array_foreach(all, i, s)
    {
        const json_t *result = json_object_get(s, "result");
        if (strcmp(verb_of(s), "completed") == 0)
            continue;
        assert_null(json_object_get(result, "completion"));
        assert_null(json_object_get(result, "success"));
        assert_null(json_object_get(result, "score"));
    }
    json_decref(all);
    all = ask("progress", "{\"learner\":\"u\",\"course\":\"c\"}");
    assert_string_equal(json_string_value(json_object_get(all, "told_success")), "unknown");
    json_decref(all);
}

/* ---- a safe place ------------------------------------------------------------------------ */

static bool on_the_disk(const char *text)
{
    char command[256];
    snprintf(command, sizeof command, "grep -rqaF '%s' %s", text, dir);
    return system(command) == 0;
}

static void test_who_asks_anonymously_stands_nowhere(void **state)
{
    (void)state;
    json_t *all, *topic;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"anonymous\":true}");
    completed("v", "{}");
    work();
    const char *room = room_of("v");
    event("{\"kind\":\"topic_posted\",\"learner\":\"shy-learner-77\",\"learner_name\":\"Shy Person\","
          "\"learner_email\":\"shy@example.org\",\"attributes\":{\"cohort\":\"shy-cohort\"},"
          "\"anonymous\":true,\"provider\":\"local\",\"discussion\":\"%s\",\"topic\":\"t\","
          "\"topic_type\":\"question\",\"title\":\"Am I allowed?\",\"body\":\"Really?\"}",
          room);
    work();
    assert_int_equal(told("posted"), 1);
    assert_false(on_the_disk("shy-learner-77"));
    assert_false(on_the_disk("Shy Person"));
    assert_false(on_the_disk("shy@example.org"));
    assert_false(on_the_disk("shy-cohort"));
    completed("shy-learner-77", "{}");
    work();
    all = ask("discussion", "{\"discussion\":\"%s\",\"learner\":\"shy-learner-77\"}", room);
    topic = json_array_get(json_object_get(all, "topics"), 1);
    assert_true(json_is_true(json_object_get(topic, "mine")));
    assert_string_equal(json_string_value(json_object_get(topic, "author")), "");
    json_decref(all);
    all = ask("discussion", "{\"discussion\":\"%s\",\"learner\":\"v\"}", room);
    topic = json_array_get(json_object_get(all, "topics"), 1);
    assert_false(json_is_true(json_object_get(topic, "mine")));
    assert_false(json_is_true(json_object_get(all, "anonymous_safe"))); /* two are no crowd */
    json_decref(all);
}

static void test_anonymity_is_the_authors_choice(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    completed("v", "{}");
    work();
    event("{\"kind\":\"topic_posted\",\"learner\":\"v\",\"anonymous\":true,\"provider\":\"local\","
          "\"discussion\":\"%s\",\"topic\":\"t\",\"title\":\"x\",\"body\":\"x\"}",
          room_of("v"));
    work();
    assert_int_equal(told("posted"), 0);
    assert_int_equal(dead_letters(), 1);
}

/* ---- setting the record straight, ideas ---------------------------------------------------- */

static void test_a_correction_reaches_its_readers_once(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"]}");
    completed("u", "{}");
    completed("v", "{}");
    completed("w", "{}");
    work();
    ask_question(room_of("u"), "u", "t");
    event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"body\":\"wrong\"}");
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\"}");
    /* Somebody who is no expert cannot make it official. */
    event("{\"kind\":\"post_corrected\",\"learner\":\"w\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q0\",\"parent_post\":\"p\",\"body\":\"no\"}");
    work();
    assert_int_equal(told("corrected"), 0);
    assert_int_equal(dead_letters(), 1);
    for (int i = 0; i < 2; i++) {
        event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\",\"parent_post\":\"p\",\"body\":\"right\"}");
        work();
    }
    assert_int_equal(told("corrected"), 1);
    assert_int_equal(notes_of("u"), 1);
    assert_int_equal(notes_of("w"), 0);
}

static void test_an_idea_and_back(void **state)
{
    (void)state;
    json_t *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"],\"idea_votes\":2}");
    completed("u", "{}");
    completed("v", "{}");
    completed("w", "{}");
    work();
    event("{\"kind\":\"topic_posted\",\"learner\":\"u\",\"provider\":\"local\",\"discussion\":\"%s\",\"topic\":\"t\","
          "\"topic_type\":\"discussion\",\"title\":\"Blue signs\",\"body\":\"b\"}",
          room_of("u"));
    event("{\"kind\":\"post_voted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    assert_int_equal(notes_of("x"), 0);
    event("{\"kind\":\"post_voted\",\"learner\":\"w\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    assert_int_equal(notes_of("x"), 1);
    event("{\"kind\":\"idea_recognised\",\"learner\":\"v\",\"by\":\"v\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    assert_int_equal(told("approved"), 0);
    event("{\"kind\":\"idea_recognised\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"reason\":\"Cheap\"}");
    event("{\"kind\":\"idea_implemented\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    assert_int_equal(told("approved"), 1);
    assert_int_equal(told("implemented"), 1);
    assert_int_equal(notes_of("u"), 2);
    all = ask("ideas", "{\"state\":\"implemented\"}");
    assert_int_equal(json_array_size(all), 1);
    json_decref(all);
}

/* ---- across time zones, across rooms ---------------------------------------------------------- */

static void test_a_question_is_handed_to_whose_day_begins(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"hand_over_after_hours\":4}");
    event("{\"kind\":\"course_completed\",\"learner\":\"uk\",\"course\":\"c\",\"utc_offset_min\":0}");
    event("{\"kind\":\"course_completed\",\"learner\":\"sg\",\"course\":\"c\",\"utc_offset_min\":480}");
    event("{\"kind\":\"course_completed\",\"learner\":\"us\",\"course\":\"c\",\"utc_offset_min\":-300}");
    clock_ms = MONDAY + 9 * HOUR; /* 16:00 in London */
    work();
    ask_question(room_of("uk"), "uk", "t");
    work();
    clock_ms = MONDAY + 17 * HOUR + HOUR / 10; /* 08:06 on Tuesday in Singapore */
    work();
    assert_int_equal(notes_of("sg"), 1);
    assert_int_equal(notes_of("us"), 0);
    assert_int_equal(notes_of("uk"), 0);
    clock_ms += HOUR / 4;
    work();
    assert_int_equal(notes_of("sg"), 1);
}

static void test_a_regulated_question_is_put_to_the_experts_once(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"regulated\":true,"
            "\"answer_within_hours\":24,\"experts\":[\"x\"],\"hand_over_after_hours\":0}");
    completed("u", "{}");
    work();
    ask_question(room_of("u"), "u", "t");
    work();
    clock_ms += 23 * HOUR;
    work();
    assert_int_equal(notes_of("x"), 0);
    clock_ms += 2 * HOUR;
    work();
    work();
    assert_int_equal(notes_of("x"), 1);
}

static void test_the_next_room_learns_what_was_answered(void **state)
{
    (void)state;
    json_t *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"room\":{\"by\":[\"cohort\"]},"
            "\"share_with_later_rooms\":true}");
    completed("u", "{\"cohort\":\"1\"}");
    completed("v", "{\"cohort\":\"1\"}");
    work();
    ask_question(room_of("u"), "u", "t");
    event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"body\":\"Because of the pallet\"}");
    event("{\"kind\":\"answer_accepted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    work();
    completed("w", "{\"cohort\":\"2\"}");
    work();
    all = ask("discussion", "{\"discussion\":\"%s\"}", room_of("w"));
    char *text = json_dumps(all, 0);
    assert_non_null(strstr(text, "Why?"));
    assert_non_null(strstr(text, "Because of the pallet"));
    free(text);
    json_decref(all);
}

static void test_poison_stops_nobody(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}");
    for (int i = 0; i < 50; i++) {
        char learner[16];
        event("{\"kind\":\"post_replied\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"none-%d\",\"post\":\"p%d\"}", i, i);
        snprintf(learner, sizeof learner, "u-%d", i);
        completed(learner, "{}");
    }
    work();
    assert_int_equal(dead_letters(), 50);
    assert_int_equal(told("completed"), 50);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_ten_completions_open_once),
        FRESH(test_eight_processes_open_one_discussion),
        FRESH(test_rooms_by_attribute_with_a_cap),
        FRESH(test_failed_and_passed_open_nothing_by_themselves),
        FRESH(test_leaving_is_for_good_until_the_learner_comes_back),
        FRESH(test_the_same_post_is_told_once),
        FRESH(test_taking_part_never_counts),
        FRESH(test_who_asks_anonymously_stands_nowhere),
        FRESH(test_anonymity_is_the_authors_choice),
        FRESH(test_a_correction_reaches_its_readers_once),
        FRESH(test_an_idea_and_back),
        FRESH(test_a_question_is_handed_to_whose_day_begins),
        FRESH(test_a_regulated_question_is_put_to_the_experts_once),
        FRESH(test_the_next_room_learns_what_was_answered),
        FRESH(test_poison_stops_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
