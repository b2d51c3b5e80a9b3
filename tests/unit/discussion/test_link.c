/* test_link.c - links: what is accepted, refused with which words, and which language is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"
#include "link.h"

static struct link *read_link(const char *json)
{
    struct link *link = NULL;
    aw_error err = AW_ERROR_INIT;

    if (link_read(json, strlen(json), "fire-101", &link, &err) != AW_OK)
        fail_msg("%s: %s (in %s)", err.where, err.text, json);
    return link;
}

static void test_minimal(void **state)
{
    (void)state;
    struct link *l = read_link("{\"title\":\"After the drill\",\"prompt\":\"What did you see?\"}");

    assert_string_equal(l->id, "fire-101");
    assert_string_equal(l->course, "fire-101");
    assert_string_equal(l->provider, "local");
    assert_string_equal(l->language, "en");
    assert_int_equal(l->cap, 50);
    assert_int_equal(l->min_anonymous, 5);
    assert_int_equal(l->hand_over_after_hours, 8);
    assert_int_equal(l->answer_within_hours, 0);
    assert_int_equal(l->due_days, 0);
    assert_false(l->opens_on_passed);
    assert_false(l->anonymous);
    link_free(l);
    link_free(NULL);
}

static const char whole[] =
    "{\"id\":\"fire-safety\",\"course\":\"fire-101\",\"title\":{\"en\":\"After the drill\",\"de\":"
    "\"Nach der Übung\"},\"prompt\":{\"en\":\"What did you see in {room}?\",\"de\":\"Was habt ihr "
    "gesehen?\"},\"call_to_action\":\"Take a picture \\u2013 and \\\"show\\\" it.\\nBy {due}.\","
    "\"language\":\"de\",\"room\":{\"by\":[\"cohort\",\"country\"],\"cap\":12},\"provider\":"
    "\"community\",\"opens_on\":\"passed\",\"anonymous\":true,\"min_anonymous\":6,\"regulated\":true,"
    "\"answer_within_hours\":24,\"experts\":[\"u-7\",\"u-8\"],\"mentors\":[\"u-9\"],\"managers\":[\"u-1\"],"
    "\"share_with_later_rooms\":true,\"hand_over_after_hours\":0,\"idea_votes\":3,\"due_days\":14}";

static void test_whole_round_trip(void **state)
{
    (void)state;
    struct link *l = read_link(whole);
    char *json = link_json(l);

    assert_non_null(json);
    assert_string_equal(l->id, "fire-safety");
    assert_int_equal(l->title.count, 2);
    assert_string_equal(l->room_by[1], "country");
    assert_int_equal(l->cap, 12);
    assert_true(l->opens_on_passed && l->anonymous && l->regulated && l->share_with_later_rooms);
    assert_int_equal(l->answer_within_hours, 24);
    assert_int_equal(l->hand_over_after_hours, 0);
    assert_int_equal(l->expert_count, 2);
    assert_string_equal(l->experts[1], "u-8");

    struct link *again = read_link(json);
    char *json2 = link_json(again);
    assert_string_equal(json, json2);
    assert_string_equal(again->call_to_action.in[0].text, l->call_to_action.in[0].text);
    free(json);
    free(json2);
    link_free(l);
    link_free(again);
}

#define TP "\"title\":\"T\",\"prompt\":\"P\""

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int code;
        const char *where, *says; /* says: part of the text */
    } rows[] = {
        {"", AW_EJSON, NULL, NULL},
        {"[]", AW_EINVAL, NULL, NULL},
        {"{" TP, AW_EJSON, NULL, NULL},
        {"{" TP ",\"title\":\"again\"}", AW_EJSON, NULL, NULL},
        {"{\"prompt\":\"P\"}", AW_EINVAL, "title", "missing"},
        {"{\"title\":\"T\"}", AW_EINVAL, "prompt", "missing"},
        {"{\"title\":\"  \",\"prompt\":\"P\"}", AW_EINVAL, "title", "empty"},
        {"{\"title\":\"a\\nb\",\"prompt\":\"P\"}", AW_EINVAL, "title", "line breaks"},
        {"{\"title\":7,\"prompt\":\"P\"}", AW_EINVAL, "title", "text"},
        {"{\"title\":{},\"prompt\":\"P\"}", AW_EINVAL, "title", "missing"},
        {"{\"title\":{\"en\":\"\"},\"prompt\":\"P\"}", AW_EINVAL, "title.en", "empty"},
        {"{\"title\":{\"english!\":\"T\"},\"prompt\":\"P\"}", AW_EINVAL, "title", "language tag"},
        {"{\"title\":{\"en\":\"T\",\"EN\":\"T\"},\"prompt\":\"P\"}", AW_EINVAL, "title", "twice"},
        {"{" TP ",\"promt\":\"x\"}", AW_EINVAL, NULL, "prompt"},
        {"{" TP ",\"room\":{\"capp\":3}}", AW_EINVAL, NULL, "cap"},
        {"{" TP ",\"room\":{\"cap\":0}}", AW_EINVAL, NULL, NULL},
        {"{" TP ",\"room\":{\"by\":[\"a b\"]}}", AW_EINVAL, "room.by", "attribute"},
        {"{" TP ",\"room\":{\"by\":[\"a\",\"a\"]}}", AW_EINVAL, "by", "twice"},
        {"{" TP ",\"room\":{\"by\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}}", AW_ELIMIT, "by", "more than 4"},
        {"{" TP ",\"experts\":[7]}", AW_EINVAL, "experts", "entry 1"},
        {"{" TP ",\"experts\":\"u-7\"}", AW_EINVAL, "experts", NULL},
        {"{" TP ",\"anonymous\":\"yes\"}", AW_EINVAL, "anonymous", NULL},
        {"{" TP ",\"opens_on\":\"failed\"}", AW_EINVAL, "opens_on", "passed"},
        {"{" TP ",\"language\":\"-\"}", AW_EINVAL, "language", "language tag"},
        {"{" TP ",\"provider\":\"a b\"}", AW_EINVAL, "provider", "forum"},
        {"{" TP ",\"id\":\"a/b\"}", AW_EINVAL, "id", "letters"},
        {"{" TP ",\"due_days\":-1}", AW_EINVAL, NULL, NULL},
        {"{" TP ",\"due_days\":1.5}", AW_EINVAL, NULL, NULL},
        {"{" TP ",\"idea_votes\":0}", AW_EINVAL, NULL, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct link *l = (struct link *)&l;
        struct link *before = l;
        aw_error err = AW_ERROR_INIT;
        int rc = link_read(rows[i].json, strlen(rows[i].json), "c", &l, &err);
        if (rc == AW_OK)
            fail_msg("accepted: %s", rows[i].json);
        assert_ptr_equal(l, before);
        if (rc != rows[i].code && !(rc == AW_ELIMIT && rows[i].code == AW_EINVAL))
            fail_msg("%s: code %d, expected %d", rows[i].json, rc, rows[i].code);
        if (rows[i].where && !strstr(err.where, rows[i].where))
            fail_msg("%s: where \"%s\", expected \"%s\"", rows[i].json, err.where, rows[i].where);
        if (rows[i].says && !strstr(err.text, rows[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].json, err.text, rows[i].says);
    }
}

static void test_course_is_needed(void **state)
{
    (void)state;
    static const char json[] = "{" TP "}";
    struct link *l = NULL;
    aw_error err = AW_ERROR_INIT;

    assert_int_equal(link_read(json, strlen(json), NULL, &l, &err), AW_EINVAL);
    assert_string_equal(err.where, "course");
    assert_null(l);
}

static void test_bounded(void **state)
{
    (void)state;
    size_t n = LIMIT_PROMPT_BYTES + 1;
    char *json = malloc(n + 64);
    struct link *l = NULL;
    aw_error err = AW_ERROR_INIT;

    assert_non_null(json);
    int at = sprintf(json, "{\"title\":\"T\",\"prompt\":\"");
    memset(json + at, 'p', n);
    strcpy(json + (size_t)at + n, "\"}");
    assert_int_equal(link_read(json, strlen(json), "c", &l, &err), AW_ELIMIT);
    assert_string_equal(err.where, "prompt");
    strcpy(json + (size_t)at + n - 1, "\"}");
    assert_int_equal(link_read(json, strlen(json), "c", &l, &err), AW_OK);
    link_free(l);
    free(json);
}

/* Ids made from courses are usable as part of a forum's ids, stable, and never shared. */
static void test_id_from_course(void **state)
{
    (void)state;
    static const char *const courses[] = {
        "fire-101", "fire 101", "fire_101", "fire/101", "Fire-101", "消防", "消火", "....",
        "https://lms.example.org/course/view.php?id=4711", "https://lms.example.org/course/view.php?id=4712",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    };
    enum { N = sizeof courses / sizeof *courses };
    char ids[N][65];

    for (size_t i = 0; i < N; i++) {
        struct link *l = NULL, *again = NULL;
        assert_int_equal(link_read("{" TP "}", strlen("{" TP "}"), courses[i], &l, NULL), AW_OK);
        assert_int_equal(link_read("{" TP "}", strlen("{" TP "}"), courses[i], &again, NULL), AW_OK);
        assert_string_equal(l->id, again->id);
        assert_in_range(strlen(l->id), 1, 64);
        assert_int_equal(strspn(l->id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
                         strlen(l->id));
        strcpy(ids[i], l->id);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
        link_free(l);
        link_free(again);
    }
    assert_string_equal(ids[0], "fire-101");
}

static void test_language_lookup(void **state)
{
    (void)state;
    struct link *l = read_link("{\"language\":\"en\",\"prompt\":\"own\",\"title\":{\"fr\":\"F\",\"en\":\"E\","
                               "\"de\":\"D\",\"de-CH\":\"S\",\"zh-Hant\":\"Z\"}}");
    static const struct {
        const char *wanted, *text, *language;
    } rows[] = {
        {"de", "D", "de"},          {"DE", "D", "de"},
        {"de-CH", "S", "de-CH"},    {"de-ch-1901", "S", "de-CH"},
        {"de-AT", "D", "de"},       {"zh-Hant-TW", "Z", "zh-Hant"},
        {"zh", "E", "en"},          {"zh-Hant-x-private-use", "Z", "zh-Hant"},
        {"fr-x-a", "F", "fr"},      {"it", "E", "en"},
        {"", "E", "en"},            {NULL, "E", "en"},
        {"d", "E", "en"},           {"deu", "E", "en"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *language = NULL;
        assert_string_equal(link_text_in(l, &l->title, rows[i].wanted, &language), rows[i].text);
        assert_string_equal(language, rows[i].language);
        assert_string_equal(link_text_in(l, &l->prompt, rows[i].wanted, &language), "own");
        assert_string_equal(language, "en");
        assert_string_equal(link_text_in(l, &l->call_to_action, rows[i].wanted, NULL), "");
    }
    link_free(l);

    l = read_link("{\"language\":\"it\",\"prompt\":\"own\",\"title\":{\"fr\":\"F\",\"en\":\"E\"}}");
    assert_string_equal(link_text_in(l, &l->title, "ja", NULL), "F");
    link_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minimal),       cmocka_unit_test(test_whole_round_trip),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_course_is_needed),
        cmocka_unit_test(test_bounded),       cmocka_unit_test(test_id_from_course),
        cmocka_unit_test(test_language_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
