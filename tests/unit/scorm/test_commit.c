/* test_commit.c - commit bodies: three shapes, wrapped or not, and everything that is wrong with some. */
#include "scorm_help.h"

#include "limit.h"

static struct scorm_commit commit;
static aw_error err;

static int setup(void **state)
{
    (void)state;
    scorm_commit_init(&commit);
    err = (aw_error)AW_ERROR_INIT;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scorm_commit_free(&commit);
    return 0;
}

static int read_said(const char *body, size_t len, uint32_t said)
{
    /* An exact copy, so that a sanitizer sees a read behind it. */
    static char *copy;
    free(copy);
    copy = malloc(len ? len : 1);
    memcpy(copy, body, len);
    return scorm_commit_read(&commit, copy, len, said, &err);
}

static void reads(const char *body)
{
    int rc = read_said(body, strlen(body), AW_UNKNOWN);
    if (rc != AW_OK)
        fail_msg("%s: %s: %s", body, err.where, err.text);
}

static void value_is(enum cmi_role role, unsigned n, unsigned m, const char *wanted)
{
    const struct scorm_value *v = scorm_commit_get(&commit, role, n, m);
    assert_non_null(v);
    assert_int_equal(v->len, strlen(wanted));
    assert_memory_equal(v->text, wanted, v->len);
}

/* ---- shapes ------------------------------------------------------------------------ */

#define CMI_12 "{\"core\":{\"lesson_status\":\"passed\",\"entry\":\"\",\"score\":{\"raw\":\"85\"}}}"

static void test_json_bare_and_wrapped(void **state)
{
    (void)state;
    reads("{\"cmi\":" CMI_12 "}");
    assert_int_equal(commit.version, SCORM_12);
    assert_int_equal(commit.shape, SCORM_SHAPE_JSON);
    assert_false(commit.wrapped);
    assert_false(commit.has_sequence);
    value_is(CMI_LESSON_STATUS, 0, 0, "passed");
    value_is(CMI_SCORE_RAW, 0, 0, "85");
    value_is(CMI_ENTRY, 0, 0, "");
    reads("\xef\xbb\xbf {\"runtimeData\":{\"cmi\":" CMI_12 "},\"score\":{\"raw\":99},"
          "\"completionStatus\":\"incomplete\",\"courseId\":\"fire\",\"scoId\":\"item \\u00e4\","
          "\"learnerId\":\"u-42\",\"commitSequence\":7,\"globalObjectives\":{\"a\":{\"id\":\"x\"}}}");
    assert_true(commit.wrapped);
    assert_string_equal(commit.course, "fire");
    assert_string_equal(commit.item, "item ä");
    assert_string_equal(commit.learner, "u-42");
    assert_true(commit.has_sequence);
    assert_int_equal(commit.sequence, 7);
    value_is(CMI_LESSON_STATUS, 0, 0, "passed");
    value_is(CMI_SCORE_RAW, 0, 0, "85"); /* not the summary's 99 */
}

static void test_flattened(void **state)
{
    (void)state;
    reads("{\"cmi.core.lesson_status\":\"failed\",\"cmi.interactions.1.id\":\"q1\","
          "\"cmi.interactions.0.id\":\"q0\",\"cmi.interactions.0.objectives.2.id\":\"o\","
          "\"cmi.objectives\":{},\"commitSequence\":2}");
    assert_int_equal(commit.shape, SCORM_SHAPE_FLATTENED);
    assert_int_equal(commit.sequence, 2);
    value_is(CMI_INTERACTION_ID, 0, 0, "q0");
    value_is(CMI_INTERACTION_ID, 1, 0, "q1");
    value_is(CMI_INTERACTION_OBJECTIVE, 0, 2, "o");
    assert_null(scorm_commit_get(&commit, CMI_INTERACTION_ID, 2, 0));
    reads("{\"runtimeData\":{\"cmi.success_status\":\"passed\"},\"terminated\":true}");
    assert_int_equal(commit.version, SCORM_2004);
    assert_true(commit.wrapped);
    assert_int_equal(commit.terminated, SCORM_TERMINATED_YES);
}

static void test_collections_as_objects_and_as_arrays(void **state)
{
    (void)state;
    reads("{\"cmi\":{\"core\":{\"credit\":\"credit\"},\"objectives\":[{\"id\":\"a\"},{\"id\":\"b\","
          "\"score\":{\"raw\":5}}],\"interactions\":{\"1\":{\"id\":\"q\",\"correct_responses\":"
          "[{\"pattern\":\"x\"},{\"pattern\":\"y\"}]}}}}");
    value_is(CMI_OBJECTIVE_ID, 1, 0, "b");
    value_is(CMI_OBJECTIVE_RAW, 1, 0, "5");
    value_is(CMI_INTERACTION_PATTERN, 1, 1, "y");
}

static void test_numbers_and_truth_values_are_text(void **state)
{
    (void)state;
    reads("{\"cmi\":{\"core\":{\"lesson_location\":3,\"score\":{\"raw\":-1.5e1},\"exit\":null,"
          "\"credit\":true}}}");
    value_is(CMI_LOCATION, 0, 0, "3");
    value_is(CMI_SCORE_RAW, 0, 0, "-1.5e1");
    value_is(CMI_CREDIT, 0, 0, "true");
    assert_null(scorm_commit_get(&commit, CMI_EXIT, 0, 0));
}

/* ---- params --------------------------------------------------------------------------- */

static void test_params_as_scorm_again_prints_them(void **state)
{
    (void)state;
    reads("cmi.suspend_data=a=1&b=2+3%20é&cmi.launch_data=&cmi.core.lesson_status=incomplete&"
          "cmi.core.exit=suspend&cmi.objectives=[object Object]&cmi.core.total_time=00:01:00&"
          "commitSequence=4");
    assert_int_equal(commit.shape, SCORM_SHAPE_PARAMS);
    assert_true(commit.lossy); /* what the objectives were is not in it */
    value_is(CMI_SUSPEND_DATA, 0, 0, "a=1&b=2+3%20é");
    value_is(CMI_EXIT, 0, 0, "suspend");
    assert_int_equal(commit.sequence, 4);
    reads("cmi.completion_status=completed&cmi.learner_id=u");
    assert_false(commit.lossy);
    assert_int_equal(commit.version, SCORM_2004);
}

/* What a learner typed must not set a status: where a name comes twice, neither counts. */
static void test_params_that_contradict_themselves(void **state)
{
    (void)state;
    reads("cmi.core.lesson_status=incomplete&cmi.comments=nice&cmi.core.lesson_status=passed&cmi.core.exit=");
    assert_null(scorm_commit_get(&commit, CMI_LESSON_STATUS, 0, 0));
    assert_true(commit.lossy);
    value_is(CMI_COMMENTS, 0, 0, "nice");
}

static void test_params_form_encoded(void **state)
{
    (void)state;
    reads("cmi.core.lesson_status=not+attempted&cmi.suspend_data=a%3D1%26b%C3%A9&cmi.core.exit=suspend");
    value_is(CMI_LESSON_STATUS, 0, 0, "not attempted");
    value_is(CMI_SUSPEND_DATA, 0, 0, "a=1&bé");
}

static void test_params_as_a_list(void **state)
{
    (void)state;
    reads("{\"runtimeData\":[\"cmi.core.lesson_status=passed\",\"cmi.suspend_data=a=1&b=\\u00e9\"],"
          "\"commitSequence\":1}");
    assert_int_equal(commit.shape, SCORM_SHAPE_PARAMS);
    assert_true(commit.wrapped);
    value_is(CMI_LESSON_STATUS, 0, 0, "passed");
    value_is(CMI_SUSPEND_DATA, 0, 0, "a=1&b=é");
}

/* ---- text -------------------------------------------------------------------------------- */

static void test_escapes(void **state)
{
    (void)state;
    reads("{\"cmi\":{\"core\":{\"credit\":\"\"},\"suspend_data\":"
          "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}}");
    value_is(CMI_SUSPEND_DATA, 0, 0, "\"\\/\b\f\n\r\tAé€😀");
    /* Compressed suspend data: unpaired surrogates and U+0000 stay what they are. */
    reads("{\"cmi\":{\"core\":{\"credit\":\"\"},\"suspend_data\":\"a\\ud800b\\udc00\\ud800\\u0041\\u0000z\"}}");
    const struct scorm_value *v = scorm_commit_get(&commit, CMI_SUSPEND_DATA, 0, 0);
    assert_int_equal(v->len, 14);
    assert_memory_equal(v->text, "a\xed\xa0\x80" "b\xed\xb0\x80\xed\xa0\x80" "A\0z", 14);
}

static void test_the_last_of_equal_members_counts(void **state)
{
    (void)state;
    reads("{\"cmi\":{\"core\":{\"lesson_status\":\"passed\",\"lesson_status\":\"failed\"}},"
          "\"cmi.core.lesson_status\":\"browsed\"}");
    value_is(CMI_LESSON_STATUS, 0, 0, "browsed");
    size_t count;
    scorm_commit_all(&commit, CMI_LESSON_STATUS, &count);
    assert_int_equal(count, 1);
}

static void test_what_is_not_of_the_data_model_is_skipped(void **state)
{
    (void)state;
    reads("{\"cmi\":{\"completion_status\":\"completed\",\"made_up\":\"x\",\"score\":{\"stars\":5},"
          "\"core\":{\"lesson_status\":\"passed\"},\"success_status\":\"passed\","
          "\"interactions\":{\"_count\":\"3\",\"x\":{\"id\":\"q\"},\"70000\":{\"id\":\"q\"}}}}");
    assert_int_equal(commit.version, SCORM_2004); /* two elements of 2004, one of 1.2 */
    assert_null(scorm_commit_get(&commit, CMI_LESSON_STATUS, 0, 0));
    assert_int_equal(commit.skipped, 5);
    assert_int_equal(commit.value_count, 2);
}

/* ---- the end of a session ------------------------------------------------------------------ */

static enum scorm_terminated ends(const char *body, uint32_t said)
{
    assert_int_equal(read_said(body, strlen(body), said), AW_OK);
    return commit.terminated;
}

static void test_was_it_the_last(void **state)
{
    (void)state;
#define TIMES(session, total) "{\"cmi\":{\"core\":{\"session_time\":\"" session "\",\"total_time\":\"" total "\"}}}"
    static const char early[] = "{\"cmi\":{\"core\":{\"session_time\":\"00:05:00\"}}}";
    assert_int_equal(ends(early, AW_UNKNOWN), SCORM_TERMINATED_NO); /* scorm-again adds total_time at the end */
    assert_int_equal(ends(early, AW_YES), SCORM_TERMINATED_YES);
    assert_int_equal(ends(TIMES("00:05:00", "00:05:00"), AW_UNKNOWN), SCORM_TERMINATED_LIKELY);
    assert_int_equal(ends(TIMES("00:05:00", "00:05:00"), AW_NO), SCORM_TERMINATED_NO);
    assert_int_equal(ends(TIMES("00:00:00", "00:00:00"), AW_UNKNOWN), SCORM_TERMINATED_LIKELY);
    /* With alwaysSendTotalTime, known by the wrapping: no time spent says nothing. */
    assert_int_equal(ends("{\"runtimeData\":" TIMES("00:00:00", "00:00:00") "}", AW_UNKNOWN),
                     SCORM_TERMINATED_UNKNOWN);
    assert_int_equal(ends("{\"runtimeData\":" TIMES("00:00:09", "00:00:09") "}", AW_UNKNOWN),
                     SCORM_TERMINATED_LIKELY);
#define STATUS(status) "{\"runtimeData\":{\"cmi\":{\"core\":{\"lesson_status\":\"" status "\",\"total_time\":\"00:00:00\"}}}}"
    assert_int_equal(ends(STATUS("passed"), AW_UNKNOWN), SCORM_TERMINATED_LIKELY);
    assert_int_equal(ends(STATUS("completed"), AW_UNKNOWN), SCORM_TERMINATED_UNKNOWN);
    assert_int_equal(ends("{\"runtimeData\":" TIMES("00:00:09", "00:00:09") ",\"terminated\":false}",
                          AW_UNKNOWN), SCORM_TERMINATED_NO);
    assert_int_equal(ends("cmi.core.exit=&terminated=true", AW_UNKNOWN), SCORM_TERMINATED_YES);
#undef TIMES
}

/* ---- refusals ------------------------------------------------------------------------------ */

static const struct {
    const char *body;
    int code;
} refused[] = {
    {"", AW_EJSON}, {"   ", AW_EJSON}, {"hello", AW_EJSON}, {"{", AW_EJSON}, {"{}", AW_EINVAL},
    {"[]", AW_EINVAL}, {"{\"cmi\":{}}", AW_EINVAL}, {"{\"cmi\":{\"x\":1}}", AW_EINVAL},
    {"{\"cmi\":{\"core\":{\"credit\":\"a\"}}} x", AW_EJSON}, {"{\"cmi\":{\"core\":{\"credit\":\"a}}}", AW_EJSON},
    {"{\"cmi\":{\"core\":{\"credit\":\"a\\q\"}}}", AW_EJSON}, {"{\"cmi\":{\"core\":{\"credit\":\"\\u12\"}}}", AW_EJSON},
    {"{\"cmi\":{\"core\":{\"credit\":\"\\u12zz\"}}}", AW_EJSON}, {"{\"cmi\":{\"core\":{\"credit\":\"\n\"}}}", AW_EJSON},
    {"{\"cmi\":{\"core\":{credit:1}}}", AW_EJSON}, {"{\"cmi\":{\"core\":{\"credit\":}}}", AW_EJSON},
    {"{\"cmi\":{\"core\":{\"credit\":1,}}}", AW_EJSON}, {"{\"cmi\":{\"core\":{\"credit\" 1}}}", AW_EJSON},
    {"{\"cmi\":{\"core\":[1 2]}}", AW_EJSON}, {"{\"cmi\":nul}", AW_EJSON}, {"{\"cmi\":-}", AW_EJSON},
    {"a=b", AW_EINVAL}, {"\xff\xfe{}", AW_EUTF8}, {"{\"cmi\":{\"core\":{\"credit\":\"\xc3\"}}}", AW_EUTF8},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int rc = read_said(refused[i].body, strlen(refused[i].body), AW_UNKNOWN);
        if (rc != refused[i].code)
            fail_msg("%s gave %s", refused[i].body, aw_code_name(rc));
        assert_string_equal(err.where, "body");
        assert_true(strlen(err.text) > 10);
    }
    assert_int_equal(read_said("{\"cmi\0\":1}", 10, AW_UNKNOWN), AW_EUTF8);
}

static void test_limits(void **state)
{
    (void)state;
    char *big = malloc(LIMIT_BODY_BYTES + 1);
    memset(big, ' ', LIMIT_BODY_BYTES + 1);
    assert_int_equal(read_said(big, LIMIT_BODY_BYTES + 1, AW_UNKNOWN), AW_ELIMIT);
    free(big);
    char deep[2000] = "{\"cmi\":";
    for (int i = 0; i < 200; i++)
        strcat(deep, "{\"a\":");
    assert_int_equal(read_said(deep, strlen(deep), AW_UNKNOWN), AW_ELIMIT);
    struct buf many = BUF_INIT(1u << 23);
    BUF_LIT(&many, "{\"cmi\":{\"credit\":\"credit\",\"objectives\":[");
    for (int i = 0; i < 70000; i++)
        buf_puts(&many, i ? ",{\"id\":\"o\"}" : "{\"id\":\"o\"}");
    BUF_LIT(&many, "]}}");
    assert_int_equal(read_said(many.data, many.len, AW_UNKNOWN), AW_OK); /* from 65536 on: skipped */
    assert_int_equal(commit.value_count, 65537);
    assert_int_equal(commit.skipped, 70000 - 65536);
    buf_free(&many);
    BUF_LIT(&many, "{\"cmi\":{\"objectives\":[");
    for (int i = 0; i < 60000; i++)
        buf_puts(&many, i ? ",{\"id\":\"o\",\"status\":\"\"}" : "{\"id\":\"o\"}");
    BUF_LIT(&many, "]}}");
    assert_int_equal(read_said(many.data, many.len, AW_UNKNOWN), AW_ELIMIT);
    buf_free(&many);
}

static void test_long_ids_are_no_ids(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(10000);
    BUF_LIT(&b, "{\"cmi\":{\"credit\":\"\"},\"courseId\":\"");
    for (int i = 0; i < LIMIT_ID_BYTES + 1; i++)
        buf_putc(&b, 'x');
    BUF_LIT(&b, "\",\"scoId\":7,\"learnerId\":{\"a\":1},\"commitSequence\":\"12\"}");
    reads(b.data);
    assert_string_equal(commit.course, "");
    assert_string_equal(commit.item, "7");
    assert_string_equal(commit.learner, "");
    assert_int_equal(commit.sequence, 12);
    buf_free(&b);
}

/* ---- all captured bodies ------------------------------------------------------------------ */

static const char *const captured[] = {
    "golf12-close-browser", "golf12-fail", "golf12-pass", "golf2004-pass", "s12-common-fields",
    "s12-errors", "s12-golf-basic-json", "s12-mastery-override", "s12-no-status-set", "s12-params",
    "s2004-async-fetch", "s2004-basic-json", "s2004-common-fields", "s2004-errors", "s2004-http500",
    "s2004-interactions-flattened", "s2004-interactions-json", "s2004-lms-error", "s2004-params"};

/* Every leaf of the body as the browser's JSON.parse saw it is among our values. */
static size_t leaves_are_read(const json_t *value, const char *path)
{
    const char *key;
    json_t *below;
    size_t count = 0;
    uint16_t n = 0, m = 0;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, below) {
            char longer[300];
            snprintf(longer, sizeof longer, "%s%s%s", path, *path ? "." : "", key);
            count += leaves_are_read(below, longer);
        }
        return count;
    }
    const struct cmi_element *e = cmi_find_indexed(commit.version, path, strlen(path), &n, &m);
    if (!e || e->role == CMI_KEYWORD)
        return 0;
    const struct scorm_value *v = scorm_commit_get(&commit, e->role, n, m);
    if (!v)
        fail_msg("%s was not read", path);
    assert_int_equal(v->len, json_string_length(value));
    assert_memory_equal(v->text, json_string_value(value), v->len);
    return 1;
}

static void check_body(const json_t *c, bool is_12, size_t *bodies)
{
    const char *body = text_at(c, "body_raw");
    const json_t *tree = at(c, "body_json");
    reads(body);
    (*bodies)++;
    assert_int_equal(commit.version, is_12 ? SCORM_12 : SCORM_2004);
    assert_int_equal(commit.skipped, 0);
    if (json_is_null(tree)) {
        assert_int_equal(commit.shape, SCORM_SHAPE_PARAMS);
        assert_true(commit.lossy);
        return;
    }
    assert_false(commit.lossy);
    assert_int_equal(commit.wrapped, at(tree, "runtimeData") != NULL);
    size_t leaves = leaves_are_read(commit.wrapped ? at(tree, "runtimeData") : tree, "");
    assert_int_equal(leaves, commit.value_count);
    assert_string_equal(commit.item, text_at(tree, "scoId"));
}

static void test_captured_bodies(void **state)
{
    (void)state;
    size_t bodies = 0;
    for (size_t i = 0; i < sizeof captured / sizeof captured[0]; i++) {
        char name[100];
        snprintf(name, sizeof name, "commits/%s.json", captured[i]);
        json_t *scenario = shared_json(name);
        bool is_12 = strcmp(text_at(scenario, "scorm"), "12") == 0;
        const json_t *sessions = at(scenario, "sessions");
        for (size_t s = 0; s < (sessions ? json_array_size(sessions) : 1); s++) {
            const json_t *commits = at(sessions ? json_array_get(sessions, s) : scenario, "commits");
            for (size_t k = 0; k < json_array_size(commits); k++)
                check_body(json_array_get(commits, k), is_12, &bodies);
        }
        json_decref(scenario);
    }
    assert_int_equal(bodies, 39);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_json_bare_and_wrapped), TEST(test_flattened),
        TEST(test_collections_as_objects_and_as_arrays), TEST(test_numbers_and_truth_values_are_text),
        TEST(test_params_as_scorm_again_prints_them), TEST(test_params_that_contradict_themselves),
        TEST(test_params_form_encoded), TEST(test_params_as_a_list), TEST(test_escapes),
        TEST(test_the_last_of_equal_members_counts), TEST(test_what_is_not_of_the_data_model_is_skipped),
        TEST(test_was_it_the_last), TEST(test_refused), TEST(test_limits), TEST(test_long_ids_are_no_ids),
        TEST(test_captured_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
