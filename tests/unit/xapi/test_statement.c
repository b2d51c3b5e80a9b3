/* test_statement.c - the writer: shape, bytes, escapes, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "limit.h"
#include "statement.h"
#include "timestamp.h"
#include "valid.h"

/* ---- facts ------------------------------------------------------------------- */

#define BASE "https://learn.example.org/xapi/activities/"
#define PROFILE_DRAFT "https://w3id.org/xapi/course-forum"

static uuid5 id_of(const char *text)
{
    uuid5 id;
    assert_true(uuid5_parse(text, &id));
    return id;
}

static const struct xapi_activity course = {.id = BASE "course/safety-101",
                                            .type = XAPI_TYPE_COURSE,
                                            .name = "safety-101", .name_language = "en"};
static const struct xapi_activity forum = {.id = BASE "forum/safety-101",
                                           .type = XAPI_TYPE_DISCUSSION,
                                           .name = "Forum safety-101", .name_language = "en"};
static const struct xapi_activity both[2] = {
    {.id = BASE "course/safety-101", .type = XAPI_TYPE_COURSE, .name = "safety-101",
     .name_language = "en"},
    {.id = BASE "forum/safety-101", .type = XAPI_TYPE_DISCUSSION, .name = "Forum safety-101",
     .name_language = "en"}};
static const struct xapi_activity profile = {.id = XAPI_PROFILE_AFTERWORD,
                                             .type = XAPI_TYPE_PROFILE};
static const struct xapi_activity topic = {.id = BASE "topic/safety-101-t0",
                                           .type = XAPI_TYPE_TOPIC, .topic_type = "question"};
static const struct xapi_activity post = {.id = BASE "post/safety-101-p0", .type = XAPI_TYPE_POST};

#define TAG(kind, value) {.id = BASE kind "/" value, .type = XAPI_TYPE_TAG, .name = value, \
                          .name_language = "en"}
static const struct xapi_activity emea[] = {TAG("cohort", "emea-2026q1"), TAG("region", "emea"),
                                            TAG("thread-type", "question")};
static const struct xapi_activity apac[] = {TAG("cohort", "apac-2026q1"), TAG("region", "apac"),
                                            TAG("thread-type", "question")};

static struct xapi_statement base_statement(const char *id, const char *account, const char *when)
{
    struct xapi_statement s;
    xapi_statement_init(&s);
    s.id = id_of(id);
    s.actor.home_page = "https://learn.example.org";
    s.actor.account_name = account;
    assert_true(timestamp_parse(when, strlen(when), &s.timestamp_ms, NULL));
    s.platform = "ExampleLMS";
    s.language = "en";
    s.has_registration = true;
    s.category = &profile;
    s.category_count = 1;
    return s;
}

static struct xapi_statement completed(void)
{
    struct xapi_statement s = base_statement("3302aadf-e77a-5490-b0e1-c5f1a79ca610",
                                             "b8cb701a-82e8-58c5-b2fd-c3b0c073175c",
                                             "2026-03-02T08:00:00.000Z");
    s.verb = XAPI_COMPLETED;
    s.object = course;
    s.has_result = true;
    s.completion = s.success = AW_YES;
    s.score = (struct xapi_score){.has_scaled = true, .scaled = 0.6619163824165812};
    s.duration_ms = 4320000;
    s.registration = id_of("2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a");
    s.grouping = &course;
    s.grouping_count = 1;
    s.other = emea;
    s.other_count = 2;
    s.utc_offset_min = 60;
    return s;
}

static struct xapi_statement unlocked(void)
{
    struct xapi_statement s = base_statement("e63f3a9f-577a-598f-bc6d-f20d0e3d659d",
                                             "b8cb701a-82e8-58c5-b2fd-c3b0c073175c",
                                             "2026-03-02T08:00:00.001Z");
    s.verb = XAPI_UNLOCKED;
    s.object = forum;
    s.registration = id_of("2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a");
    s.grouping = both;
    s.grouping_count = 2;
    s.parent = &course;
    s.parent_count = 1;
    s.other = emea;
    s.other_count = 2;
    s.has_statement_ref = true;
    s.statement_ref = id_of("3302aadf-e77a-5490-b0e1-c5f1a79ca610");
    s.utc_offset_min = 60;
    return s;
}

static struct xapi_statement replied(void)
{
    struct xapi_statement s = base_statement("97bb7072-62bd-5fa7-a28d-900740f7494c",
                                             "6e993494-fbf8-59b2-9b33-af09a80223fc",
                                             "2026-03-02T15:05:00.000Z");
    s.verb = XAPI_REPLIED;
    s.object = post;
    s.registration = id_of("33937a09-5cf0-55d3-82cb-0fae5bd54b2f");
    s.grouping = both;
    s.grouping_count = 2;
    s.parent = &topic;
    s.parent_count = 1;
    s.other = apac;
    s.other_count = 3;
    s.has_statement_ref = true;
    s.statement_ref = id_of("09f8232f-ac9c-5584-8951-45dba20816ec");
    s.utc_offset_min = 540;
    return s;
}

static struct xapi_statement accepted(void)
{
    struct xapi_statement s = replied();
    s.id = id_of("415fb3ae-1c86-5f61-8e63-c993e7aef6ac");
    s.actor.account_name = "b8cb701a-82e8-58c5-b2fd-c3b0c073175c";
    s.verb = XAPI_ACCEPTED;
    assert_true(timestamp_parse("2026-03-02T18:05:00.000Z", 24, &s.timestamp_ms, NULL));
    s.registration = id_of("2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a");
    s.other = emea;
    s.statement_ref = id_of("97bb7072-62bd-5fa7-a28d-900740f7494c");
    s.utc_offset_min = 60;
    return s;
}

/* The bytes; valid JSON and, by our own judge, a valid statement of both versions. */
static char *write_checked(const struct xapi_statement *s)
{
    struct buf out = BUF_INIT(LIMIT_STATEMENT_BYTES);
    aw_error err = AW_ERROR_INIT;
    if (xapi_statement_write(&out, s, &err))
        fail_msg("%s: %s", err.where, err.text);
    for (int v = XAPI_1_0_3; v <= XAPI_2_0_0; v++) {
        struct xapi_fault fault;
        if (xapi_validate(out.data, out.len, (enum xapi_version)v, &fault))
            fail_msg("%s: %s in %s", fault.path, fault.reason, out.data);
    }
    assert_null(memchr(out.data, '\n', out.len));
    return out.data;
}

/* ---- shape ------------------------------------------------------------------- */

/* Replaces the draft profile's placeholder by ours in what was given to us. */
static char *with_our_profile(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = calloc(1, 65536);
    size_t n = fread(text, 1, 65535, f);
    fclose(f);
    assert_true(n > 0 && n < 60000);
    char *out = calloc(1, 65536), *to = out;
    for (const char *p = text; *p;) {
        size_t draft = sizeof PROFILE_DRAFT - 1;
        if (strncmp(p, PROFILE_DRAFT, draft) == 0) {
            to = stpcpy(to, "https://w3id.org/xapi/afterword");
            p += draft;
        } else {
            *to++ = *p++;
        }
    }
    free(text);
    return out;
}

static void test_key_statements(void **state)
{
    (void)state;
    const char *shared = getenv("AW_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/data/xapi/key-statements.json", shared ? shared : "");
    char *text = with_our_profile(path);
    if (!text) {
        print_message("skipped: %s is absent\n", path);
        skip();
    }
    json_t *want = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    struct xapi_statement facts[] = {completed(), unlocked(), replied(), accepted()};
    assert_int_equal(json_array_size(want), 4);
    for (size_t i = 0; i < 4; i++) {
        char *got_text = write_checked(&facts[i]);
        json_t *got = json_loads(got_text, JSON_REJECT_DUPLICATES, NULL);
        if (!json_equal(got, json_array_get(want, i)))
            fail_msg("statement %zu differs: %s", i, got_text);
        json_decref(got);
        free(got_text);
    }
    json_decref(want);
    free(text);
}

/* The bytes are a promise: an LRS that has them answers 409 to any others. */
static void test_bytes(void **state)
{
    (void)state;
    struct xapi_statement s = unlocked();
    s.language = "de-AT";
    s.other_count = 0;
    char *got = write_checked(&s);
    assert_string_equal(
        got,
        "{\"id\":\"e63f3a9f-577a-598f-bc6d-f20d0e3d659d\",\"actor\":{\"objectType\":\"Agent\","
        "\"account\":{\"homePage\":\"https://learn.example.org\",\"name\":"
        "\"b8cb701a-82e8-58c5-b2fd-c3b0c073175c\"}},\"verb\":{\"id\":"
        "\"https://w3id.org/xapi/seriousgames/verbs/unlocked\",\"display\":{\"en\":\"unlocked\","
        "\"de\":\"freigeschaltet\"}},\"object\":{\"objectType\":\"Activity\",\"id\":"
        "\"" BASE "forum/safety-101\",\"definition\":{\"type\":"
        "\"https://w3id.org/xapi/acrossx/activities/online-discussion\",\"name\":{\"en\":"
        "\"Forum safety-101\"}}},\"context\":{\"registration\":"
        "\"2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a\",\"contextActivities\":{\"parent\":[{"
        "\"objectType\":\"Activity\",\"id\":\"" BASE "course/safety-101\",\"definition\":{\"type\":"
        "\"http://adlnet.gov/expapi/activities/course\",\"name\":{\"en\":\"safety-101\"}}}],"
        "\"grouping\":[{\"objectType\":\"Activity\",\"id\":\"" BASE "course/safety-101\","
        "\"definition\":{\"type\":\"http://adlnet.gov/expapi/activities/course\",\"name\":{\"en\":"
        "\"safety-101\"}}},{\"objectType\":\"Activity\",\"id\":\"" BASE "forum/safety-101\","
        "\"definition\":{\"type\":\"https://w3id.org/xapi/acrossx/activities/online-discussion\","
        "\"name\":{\"en\":\"Forum safety-101\"}}}],\"category\":[{\"objectType\":\"Activity\","
        "\"id\":\"https://w3id.org/xapi/afterword/v1.0\",\"definition\":{\"type\":"
        "\"http://adlnet.gov/expapi/activities/profile\"}}]},\"platform\":\"ExampleLMS\","
        "\"language\":\"de-AT\",\"statement\":{\"objectType\":\"StatementRef\",\"id\":"
        "\"3302aadf-e77a-5490-b0e1-c5f1a79ca610\"},\"extensions\":{"
        "\"https://w3id.org/xapi/afterword/extensions/utc-offset\":\"+01:00\"}},\"timestamp\":"
        "\"2026-03-02T08:00:00.001Z\"}");
    char *again = write_checked(&s);
    assert_string_equal(got, again);
    free(again);
    free(got);
}

static void test_all_verbs_and_types(void **state)
{
    (void)state;
    const char *languages[] = {NULL, "en", "de", "es-MX", "fr", "ja"};
    for (int v = 0; v < XAPI_VERB_COUNT; v++) {
        for (size_t l = 0; l < 6; l++) {
            struct xapi_statement s = unlocked();
            s.verb = (enum xapi_verb)v;
            s.language = languages[l];
            s.object_is_statement = v == XAPI_VOIDED;
            s.object_statement = s.statement_ref;
            free(write_checked(&s));
        }
    }
    for (int t = 0; t < XAPI_TYPE_COUNT; t++) {
        struct xapi_statement s = unlocked();
        s.object.type = (enum xapi_type)t;
        free(write_checked(&s));
    }
}

static void test_text(void **state)
{
    (void)state;
    static const char name[] = "Quote \" slash \\ tab \t \x01 \x7f é 漢字 \xf0\x9f\x98\x80 </script>";
    struct xapi_statement s = unlocked();
    s.object.name = name;
    s.object.id = "https://example.org/caf\xc3\xa9/a%20b?x=1#y";
    char *text = write_checked(&s);
    json_t *got = json_loads(text, 0, NULL);
    json_t *object = json_object_get(got, "object");
    json_t *map = json_object_get(json_object_get(object, "definition"), "name");
    assert_string_equal(json_string_value(json_object_get(map, "en")), name);
    assert_string_equal(json_string_value(json_object_get(object, "id")), s.object.id);
    json_decref(got);
    free(text);
}

static void test_voided(void **state)
{
    (void)state;
    struct xapi_statement s = unlocked();
    s.verb = XAPI_VOIDED;
    s.object_is_statement = true;
    s.object_statement = id_of("3302aadf-e77a-5490-b0e1-c5f1a79ca610");
    char *text = write_checked(&s);
    assert_non_null(strstr(text, "\"object\":{\"objectType\":\"StatementRef\",\"id\":"
                                 "\"3302aadf-e77a-5490-b0e1-c5f1a79ca610\"}"));
    assert_null(strstr(text, "platform")); /* only where the object is an Activity */
    free(text);
}

static void test_interaction(void **state)
{
    (void)state;
    const struct xapi_component choices[] = {{"a", "Leave by the stairs"}, {"b", NULL}};
    const char *patterns[] = {"a[,]b"};
    struct xapi_statement s = unlocked();
    s.verb = XAPI_RESPONDED;
    s.object = (struct xapi_activity){.id = BASE "interaction/q1", .type = XAPI_TYPE_INTERACTION,
                                      .name_language = "en", .interaction_type = "choice",
                                      .correct_patterns = patterns, .correct_pattern_count = 1,
                                      .choices = choices, .choice_count = 2,
                                      .extensions_json = " { \"https://example.org/x\" : [1,null] } "};
    s.object.topic_type = "question";
    s.has_result = true;
    s.response = "a";
    s.success = AW_NO;
    s.result_extensions_json = "{}";
    s.context_extensions_json = "{\"https://example.org/y\":{\"a\":\"\\u00e9\"}}";
    char *text = write_checked(&s);
    assert_non_null(strstr(text, "\"extensions\":{\"" XAPI_EXT_TOPIC_TYPE "\":\"question\","
                                 "\"https://example.org/x\" : [1,null]}"));
    assert_non_null(strstr(text, "\"choices\":[{\"id\":\"a\",\"description\":{\"en\":"
                                 "\"Leave by the stairs\"}},{\"id\":\"b\"}]"));
    assert_non_null(strstr(text, "\"result\":{\"success\":false,\"response\":\"a\","
                                 "\"extensions\":{}}"));
    free(text);
}

static void test_attachment(void **state)
{
    (void)state;
    const struct xapi_attachment a = {
        .usage_type = "http://id.tincanapi.com/attachment/supporting_media",
        .display = "Photo of the exit", .display_language = "en", .content_type = "image/png",
        .sha2 = "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a", .length = 27};
    struct xapi_statement s = unlocked();
    s.attachments = &a;
    s.attachment_count = 1;
    char *text = write_checked(&s);
    assert_non_null(strstr(text, "\"attachments\":[{\"usageType\":"));
    free(text);
}

static void test_result_left_out(void **state)
{
    (void)state;
    struct xapi_statement s = unlocked();
    s.has_result = true; /* but nothing is known */
    char *text = write_checked(&s);
    assert_null(strstr(text, "result"));
    free(text);
}

static void test_reals(void **state)
{
    (void)state;
    const struct { double value; const char *text; } cases[] = {
        {0, "0"}, {-0.0, "0"}, {1, "1"}, {-1, "-1"}, {0.5, "0.5"}, {-0.5, "-0.5"}, {0.785, "0.785"},
        {0.0001, "0.0001"}, {0.00001, "1e-05"}, {0.1, "0.1"}, {0.9999, "0.9999"},
        {0.6619163824165812, "0.6619163824165812"}, {-0.25, "-0.25"}, {0.01, "0.01"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[64];
        struct xapi_statement s = completed();
        s.score.scaled = cases[i].value;
        char *text = write_checked(&s);
        snprintf(want, sizeof want, "\"scaled\":%s}", cases[i].text);
        if (!strstr(text, want))
            fail_msg("%s is not in %s", want, text);
        free(text);
    }
    struct xapi_statement s = completed();
    s.score = (struct xapi_score){true, true, true, true, 0.8, 123456789.25, -12, 1e20};
    char *text = write_checked(&s);
    assert_non_null(strstr(text, "{\"scaled\":0.8,\"raw\":123456789.25,\"min\":-12,\"max\":1e+20}"));
    free(text);
}

/* ---- refusals ---------------------------------------------------------------- */

/* Refused with this place; what was in the buffer stays, and it can still be used. */
static void refused(const struct xapi_statement *s, const char *where, int code)
{
    struct buf out = BUF_INIT(LIMIT_STATEMENT_BYTES * 2);
    aw_error err = AW_ERROR_INIT;
    buf_puts(&out, "before");
    int rc = xapi_statement_write(&out, s, &err);
    if (rc != code || strcmp(err.where, where) != 0)
        fail_msg("want %d at %s, got %d at %s: %s", code, where, rc, err.where, err.text);
    assert_true(strlen(err.text) > 5);
    assert_int_equal(out.error, AW_OK);
    assert_string_equal(out.data, "before");
    buf_free(&out);
}

static void test_refused_scores(void **state)
{
    (void)state;
    const struct { struct xapi_score score; const char *where; } cases[] = {
        {{.has_scaled = true, .scaled = 1.5}, "result.score.scaled"},
        {{.has_scaled = true, .scaled = -1.0001}, "result.score.scaled"},
        {{.has_scaled = true, .scaled = NAN}, "result.score.scaled"},
        {{.has_raw = true, .raw = INFINITY}, "result.score.raw"},
        {{.has_max = true, .max = NAN}, "result.score.min"},
        {{.has_min = true, .has_max = true, .min = 5, .max = 5}, "result.score.min"},
        {{.has_min = true, .has_max = true, .min = 6, .max = 5}, "result.score.min"},
        {{.has_raw = true, .has_max = true, .raw = 11, .max = 10}, "result.score.raw"},
        {{.has_raw = true, .has_min = true, .raw = -1, .min = 0}, "result.score.raw"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct xapi_statement s = completed();
        s.score = cases[i].score;
        refused(&s, cases[i].where, AW_EINVAL);
    }
}

static void test_refused_activities(void **state)
{
    (void)state;
    const char *bad[] = {"", "safety-101", "/course/1", "ab=c://x", "https://example.org/a b",
                         "https://example.org/\"", "http://", "https://ex.org/%zz", NULL,
                         "https://example.org/\xff", "https://example.org/\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct xapi_activity list[2] = {course, {.id = bad[i], .type = XAPI_TYPE_TAG}};
        struct xapi_statement s = completed();
        s.object.id = bad[i];
        refused(&s, "object.id", AW_EINVAL);
        s = completed();
        s.grouping = list;
        s.grouping_count = 2;
        refused(&s, "context.contextActivities.grouping[1].id", AW_EINVAL);
    }
    struct xapi_statement s = completed();
    s.object.name_language = "english!";
    refused(&s, "object.name", AW_EINVAL);
    s = completed();
    s.object.name = "bad \xc3";
    refused(&s, "object.name", AW_EUTF8);
    s = completed();
    s.object.type = (enum xapi_type)99;
    refused(&s, "object.definition.type", AW_EINVAL);
    s = completed();
    s.verb = (enum xapi_verb)99;
    refused(&s, "verb.id", AW_EINVAL);
}

static void test_refused_interactions(void **state)
{
    (void)state;
    const struct xapi_component twice[] = {{"a", "x"}, {"a", "y"}}, nameless[] = {{"", "x"}};
    struct xapi_statement s = completed();
    s.object.interaction_type = "Choice";
    refused(&s, "object.definition.interactionType", AW_EINVAL);
    s.object.interaction_type = "choice";
    s.object.choices = twice;
    s.object.choice_count = 2;
    refused(&s, "object.choices", AW_EINVAL);
    s.object.choices = nameless;
    s.object.choice_count = 1;
    refused(&s, "object.choices", AW_EINVAL);
    s.object.interaction_type = "likert";
    refused(&s, "object.choices", AW_EINVAL);
    s.object.interaction_type = NULL;
    refused(&s, "object.definition.interactionType", AW_EINVAL);
}

static void test_refused_extensions(void **state)
{
    (void)state;
    const char *bad[] = {"", "[]", "null", "{", "{\"x\":1}", "{\"https://e.org/a\":1,}",
                         "{\"https://e.org/a\":1,\"https://e.org/a\":2}",
                         "{\"https://e.org/a\":\"\\u0000\"}", "{\"https://e.org/a\":\"\\ud800\"}",
                         "{\"https://e.org/a\":\"\xff\"}", "{\"https://e.org/a\":01}",
                         "{\"https://e.org/a\":1} x", "{\"https://e.org/a\":{\"b\":1,\"\\u0062\":2}}",
                         "{\"https://e.org/a\":1e999}", "{\"" XAPI_EXT_UTC_OFFSET "\":\"+01:00\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct xapi_statement s = completed();
        s.context_extensions_json = bad[i];
        refused(&s, "context.extensions", AW_EINVAL);
    }
}

static void test_refused_others(void **state)
{
    (void)state;
    struct xapi_statement s = completed();
    s.actor.account_name = NULL;
    refused(&s, "actor.account.name", AW_EINVAL);
    s = completed();
    s.actor.home_page = "learn.example.org";
    refused(&s, "actor.account.homePage", AW_EINVAL);
    s = completed();
    s.actor.mbox = "mailto:a@example.org";
    refused(&s, "actor", AW_EINVAL);
    s = completed();
    s.actor = (struct xapi_actor){.mbox = "a@example.org"};
    refused(&s, "actor.mbox", AW_EINVAL);
    s = completed();
    s.actor = (struct xapi_actor){.mbox_sha1sum = "abc"};
    refused(&s, "actor.mbox_sha1sum", AW_EINVAL);
    s = completed();
    s.actor = (struct xapi_actor){0};
    refused(&s, "actor", AW_EINVAL);
    s = completed();
    memset(&s.id, 0, sizeof s.id);
    refused(&s, "id", AW_EINVAL);
    s = completed();
    s.registration.bytes[8] = 0x12; /* not the variant of RFC 9562 */
    refused(&s, "context.registration", AW_EINVAL);
    s = completed();
    s.timestamp_ms = TIMESTAMP_MAX_MS + 1;
    refused(&s, "timestamp", AW_EINVAL);
    s = completed();
    s.duration = "1 hour";
    refused(&s, "result.duration", AW_EINVAL);
    s = completed();
    s.language = "not a tag";
    refused(&s, "context.language", AW_EINVAL);
    s = completed();
    s.utc_offset_min = 24 * 60;
    refused(&s, "context.extensions", AW_EINVAL);
    s = completed();
    s.verb = XAPI_VOIDED;
    refused(&s, "object.objectType", AW_EINVAL);
    s = completed();
    s.object_is_statement = true;
    refused(&s, "object.objectType", AW_EINVAL);
}

static void test_other_actors(void **state)
{
    (void)state;
    struct xapi_statement s = completed();
    s.actor = (struct xapi_actor){.mbox = "mailto:jo.o'neill+x@example.org", .name = "Jo O'Neill"};
    char *text = write_checked(&s);
    assert_non_null(strstr(text, "\"actor\":{\"objectType\":\"Agent\",\"name\":\"Jo O'Neill\","
                                 "\"mbox\":\"mailto:jo.o'neill+x@example.org\"}"));
    free(text);
    s.actor = (struct xapi_actor){.mbox_sha1sum = "cd9b00a5611f94eaa7b1661edab976068e364975"};
    text = write_checked(&s);
    assert_non_null(strstr(text, "{\"objectType\":\"Agent\",\"mbox_sha1sum\":"));
    free(text);
}

static void test_limits(void **state)
{
    (void)state;
    struct xapi_statement s = completed();
    char *large = malloc(LIMIT_STATEMENT_BYTES + 1);
    memset(large, 'x', LIMIT_STATEMENT_BYTES);
    large[LIMIT_STATEMENT_BYTES] = 0;
    s.response = large;
    refused(&s, "statement", AW_ELIMIT);
    free(large);

    /* Every size of buffer that is too small gives the limit's error, the right one the bytes. */
    s = completed();
    char *text = write_checked(&s);
    size_t len = strlen(text);
    for (size_t max = 0; max <= len; max++) {
        struct buf out = BUF_INIT(max);
        aw_error err = AW_ERROR_INIT;
        int rc = xapi_statement_write(&out, &s, &err);
        assert_int_equal(rc, max == len ? AW_OK : AW_ELIMIT);
        assert_int_equal(out.len, max == len ? len : 0);
        buf_free(&out);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_statements), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_all_verbs_and_types), cmocka_unit_test(test_text),
        cmocka_unit_test(test_voided), cmocka_unit_test(test_interaction),
        cmocka_unit_test(test_attachment), cmocka_unit_test(test_result_left_out),
        cmocka_unit_test(test_reals), cmocka_unit_test(test_other_actors),
        cmocka_unit_test(test_refused_scores), cmocka_unit_test(test_refused_activities),
        cmocka_unit_test(test_refused_interactions), cmocka_unit_test(test_refused_extensions),
        cmocka_unit_test(test_refused_others), cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("xapi.statement", tests, NULL, NULL);
}
