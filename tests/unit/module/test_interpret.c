/*
 * test_interpret.c - what events come to mean: rooms, membership, anonymity, ideas,
 * corrections, hand-over; and that taking part never counts.
 */
#include "interpret_help.h"

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

static bool on_the_disk(const char *text, const char *where)
{
    char command[256];
    snprintf(command, sizeof command, "grep -rqaF '%s' %s%s", text, dir, where);
    return system(command) == 0;
}

static size_t times_in_journal(const char *text)
{
    char command[256], line[32] = "";
    snprintf(command, sizeof command, "cat %s/journal/* | grep -aoF '%s' | wc -l", dir, text);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    pclose(f);
    return (size_t)strtoul(line, NULL, 10);
}

/* What the learner did under their own name is known; what is said here must not be. */
static bool in_what_was_said(const char *text)
{
    char command[512];
    snprintf(command, sizeof command,
             "sqlite3 %s/state.db 'select * from topic; select * from post; select * from once;"
             "select * from dead; select * from note; select * from job where kind not in (3,5)'"
             " | grep -qF '%s'", dir, text);
    return system(command) == 0;
}

static void ask_unnamed(const char *room, const char *learner, const char *topic)
{
    event("{\"kind\":\"topic_posted\",\"learner\":\"%s\",\"learner_name\":\"Shy Person\","
          "\"learner_email\":\"shy@example.org\",\"attributes\":{\"cohort\":\"shy-cohort\"},"
          "\"key\":\"key-of-%s\",\"utc_offset_min\":345,\"by\":\"%s\",\"forum_user\":\"shy-user\","
          "\"anonymous\":true,\"provider\":\"local\",\"discussion\":\"%s\",\"topic\":\"%s\","
          "\"topic_type\":\"question\",\"title\":\"Am I allowed?\",\"body\":\"Really?\"}",
          learner, learner, learner, room, topic);
}

static void test_who_asks_anonymously_stands_nowhere(void **state)
{
    (void)state;
    json_t *all, *topic;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"anonymous\":true}");
    completed("v", "{}");
    completed("shy-learner-77", "{}");
    work();
    const char *room = room_of("v");
    size_t before = times_in_journal("shy-learner-77");
    assert_int_equal(before, 1);
    ask_unnamed(room, "shy-learner-77", "t");
    event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"body\":\"Yes\"}");
    work();
    assert_int_equal(dead_letters(), 0);
    assert_int_equal(told("posted"), 1);
    assert_int_equal(times_in_journal("shy-learner-77"), before);
    assert_false(on_the_disk("shy-learner-77", "/statements"));
    assert_false(in_what_was_said("shy-learner-77"));
    static const char *const telling[] = {"Shy Person", "shy@example.org", "shy-cohort", "key-of-", "shy-user"};
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        assert_false(on_the_disk(telling[i], ""));
    all = ask("discussion", "{\"discussion\":\"%s\",\"learner\":\"shy-learner-77\"}", room);
    topic = json_array_get(json_object_get(all, "topics"), 1);
    assert_true(json_is_true(json_object_get(topic, "mine")));
    assert_string_equal(json_string_value(json_object_get(topic, "author")), "");
    assert_int_equal(strlen(json_string_value(json_object_get(topic, "pseudonym"))), 4);
    json_decref(all);
    all = ask("discussion", "{\"discussion\":\"%s\",\"learner\":\"v\"}", room);
    topic = json_array_get(json_object_get(all, "topics"), 1);
    assert_false(json_is_true(json_object_get(topic, "mine")));
    assert_false(json_is_true(json_object_get(all, "anonymous_safe"))); /* two are no crowd */
    json_decref(all);
}

/* That there is an answer: told to whoever asked, under a name that only their own look gives. */
static void test_who_asked_anonymously_hears_of_the_answer(void **state)
{
    (void)state;
    json_t *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"anonymous\":true,\"experts\":[\"x\"]}");
    completed("v", "{}");
    completed("shy", "{}");
    work();
    const char *room = room_of("v");
    ask_unnamed(room, "shy", "t");
    for (int i = 0; i < 2; i++)
        event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p%d\",\"body\":\"Yes\"}", i);
    event("{\"kind\":\"idea_recognised\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"reason\":\"Good\"}");
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\",\"body\":\"Indeed\"}");
    work();
    assert_int_equal(dead_letters(), 0);
    assert_int_equal(notes_that("shy", "replied to what you asked"), 1);
    assert_int_equal(notes_that("shy", "worth pursuing"), 1);
    assert_int_equal(notes_that("shy", "official answer"), 1);
    assert_int_equal(notes_of("v"), 0);
    all = ask("topics", "{\"learner\":\"shy\"}");
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "topic")), "t");
    assert_true(json_is_true(json_object_get(json_array_get(all, 0), "anonymous")));
    json_decref(all);
    all = ask("topics", "{\"learner\":\"v\"}");
    assert_int_equal(json_array_size(all), 0);
    json_decref(all);
    event("{\"kind\":\"left\",\"learner\":\"shy\",\"discussion\":\"%s\"}", room);
    event("{\"kind\":\"idea_implemented\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    assert_int_equal(notes_that("shy", "put into practice"), 0);
}

static void test_only_members_ask_anonymously(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"anonymous\":true,\"mentors\":[\"m\"],\"room\":{\"by\":[\"cohort\"]}}");
    completed("v", "{\"cohort\":\"1\"}");
    completed("w", "{\"cohort\":\"2\"}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("v"));
    ask_unnamed(room, "stranger", "t1");
    ask_unnamed(room, "w", "t2"); /* of another room */
    work();
    assert_int_equal(told("posted"), 0);
    assert_int_equal(dead_letters(), 2);
    ask_unnamed(room, "m", "t3");
    ask_unnamed(room, "v", "t4");
    work();
    assert_int_equal(told("posted"), 2);
    event("{\"kind\":\"left\",\"learner\":\"v\",\"discussion\":\"%s\"}", room);
    ask_unnamed(room, "v", "t5");
    work();
    assert_int_equal(told("posted"), 2);
    static const char *const lacking[] = {
        "{\"kind\":\"post_replied\",\"learner\":\"v\",\"anonymous\":true,\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}",
        "{\"kind\":\"post_replied\",\"forum_user\":\"v\",\"anonymous\":true,\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"discussion\":\"d\"}"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(aw_notify_json(library, lacking[i], strlen(lacking[i]), &err), AW_EINVAL);
        assert_string_equal(err.where, i ? "learner" : "discussion");
    }
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
    assert_int_equal(notes_that("u", "corrected"), 1);
    assert_int_equal(notes_that("v", "corrected"), 1); /* who wrote it */
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

/* More than one pile of a batch, two of its events poison: the batch is undone when some piles are in
 * the log already, and told again, each statement once. */
static void test_a_long_backlog_with_poison(void **state)
{
    (void)state;
    enum { EVENTS = 1300 };
    char learner[16];
    for (int i = 0; i < EVENTS; i++) {
        snprintf(learner, sizeof learner, "u-%04d", i);
        completed(learner, "{}");
        if (i == 700 || i == 1200)
            event("{\"kind\":\"post_replied\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"none\",\"post\":\"p%d\"}", i);
    }
    work();
    assert_int_equal(dead_letters(), 2);
    json_t *all = statements(), *seen = json_object(), *s;
    size_t i;
    json_array_foreach(all, i, s) json_object_set_new(
        seen, json_string_value(json_object_get(s, "id")), json_true());
    assert_int_equal(json_array_size(all), EVENTS);
    assert_int_equal(json_object_size(seen), EVENTS);
    json_decref(seen);
    json_decref(all);
}


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
        FRESH(test_who_asked_anonymously_hears_of_the_answer),
        FRESH(test_only_members_ask_anonymously),
        FRESH(test_anonymity_is_the_authors_choice),
        FRESH(test_a_correction_reaches_its_readers_once),
        FRESH(test_an_idea_and_back),
        FRESH(test_a_question_is_handed_to_whose_day_begins),
        FRESH(test_a_regulated_question_is_put_to_the_experts_once),
        FRESH(test_the_next_room_learns_what_was_answered),
        FRESH(test_poison_stops_nobody),
        FRESH(test_a_long_backlog_with_poison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
