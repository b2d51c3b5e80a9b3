/* test_decide.c - the decision: our table, the engines' grids, every switch, and its reasons. */
#include "scorm_help.h"

#include "decide.h"

#define N(x) {true, (x)}
#define NONE {false, 0}

static struct scorm_decision decide(const struct scorm_facts *f, const struct scorm_policy *p)
{
    struct scorm_decision d;
    struct scorm_policy defaults;
    scorm_policy_init(&defaults);
    scorm_decide(f, p ? p : &defaults, &d);
    return d;
}

/* ---- SCORM 1.2 -------------------------------------------------------------------- */

static const struct {
    struct scorm_facts facts;
    const char *completion, *success, *because;
    bool final;
} table[] = {
    /* B1: the mastery score decides, whatever was set. */
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_INCOMPLETE, .raw = N(100), .mastery = N(80)},
     "completed", "passed", "passed because raw 100 >= mastery 80", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_PASSED, .raw = N(79.9), .mastery = N(80)},
     "incomplete", "failed", "failed because raw 79.9 < mastery 80", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_COMPLETED, .raw = N(0), .mastery = N(0)},
     "completed", "passed", "passed because raw 0 >= mastery 0", true},
    /* B2 to B6. */
    {{SCORM_12, .terminated = true}, "incomplete", "unknown", "incomplete because no status was set", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_NOT_ATTEMPTED, .raw = N(100)},
     "incomplete", "unknown", "incomplete because no status was set", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_PASSED},
     "completed", "passed", "passed because the content set lesson_status passed", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_COMPLETED, .mastery = N(80)},
     "completed", "unknown", "completed because the content set lesson_status completed", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_FAILED},
     "incomplete", "failed", "failed because the content set lesson_status failed", true},
    {{SCORM_12, .terminated = true, .status = SCORM_STATUS_BROWSED},
     "incomplete", "unknown", "incomplete because the content set lesson_status browsed", true},
    /* A: nothing is claimed. */
    {{SCORM_12, .mode = SCORM_MODE_BROWSE, .terminated = true, .status = SCORM_STATUS_PASSED},
     "unknown", "unknown", "nothing is claimed because the mode was browse", false},
    {{SCORM_12, .mode = SCORM_MODE_REVIEW, .terminated = true, .raw = N(100), .mastery = N(80)},
     "unknown", "unknown", "nothing is claimed because the mode was review", false},
    {{SCORM_2004, .no_credit = true, .terminated = true, .completion = SCORM_COMPLETED},
     "unknown", "unknown", "nothing is claimed because the attempt was for no credit", false},
    {{SCORM_2004, .abandoned = true, .terminated = true, .completion = SCORM_COMPLETED},
     "unknown", "unknown", "nothing is claimed because the attempt was abandoned", false},
    /* E: before the end nothing is final, and a mastery score is not yet applied. */
    {{SCORM_12, .status = SCORM_STATUS_COMPLETED, .raw = N(10), .mastery = N(80)},
     "completed", "unknown", "completed because the content set lesson_status completed", false},
    {{SCORM_12, .terminated = true, .exit = SCORM_EXIT_SUSPEND, .status = SCORM_STATUS_INCOMPLETE},
     "incomplete", "unknown", "incomplete because the content set lesson_status incomplete", false},
    {{SCORM_12, .terminated = true, .exit = SCORM_EXIT_SUSPEND, .status = SCORM_STATUS_COMPLETED},
     "completed", "unknown", "completed because the content set lesson_status completed", true},
    {{SCORM_12, .terminated = true, .exit = SCORM_EXIT_SUSPEND, .raw = N(10), .mastery = N(80)},
     "incomplete", "failed", "failed because raw 10 < mastery 80", false},
    /* C and D: SCORM 2004. */
    {{SCORM_2004, .terminated = true, .completion = SCORM_COMPLETED, .progress = N(0.5),
      .threshold = N(0.9)},
     "incomplete", "unknown", "incomplete because progress 0.5 < threshold 0.9", true},
    {{SCORM_2004, .terminated = true, .success = SCORM_PASSED, .scaled = N(0.79), .passing = N(0.8),
      .progress = N(0.95), .threshold = N(0.9)},
     "completed", "failed",
     "completed because progress 0.95 >= threshold 0.9; failed because scaled 0.79 < passing score 0.8",
     true},
    {{SCORM_2004, .terminated = true, .completion = SCORM_COMPLETED, .threshold = N(0.9)},
     "completed", "unknown", "completed because the content set completion_status", true},
    {{SCORM_2004, .terminated = true, .success = SCORM_PASSED, .passing = N(0.8)},
     "unknown", "passed", "passed because the content set success_status", true},
    {{SCORM_2004, .terminated = true}, "unknown", "unknown",
     "unknown because the content set neither completion nor success", true},
    {{SCORM_2004, .success = SCORM_PASSED, .scaled = N(0.1), .passing = N(0.8)},
     "unknown", "passed", "passed because the content set success_status", false},
    {{SCORM_2004, .terminated = true, .scaled = N(-1), .passing = N(-1)},
     "unknown", "passed", "passed because scaled -1 >= passing score -1", true},
};

static void test_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct scorm_decision d = decide(&table[i].facts, NULL);
        assert_string_equal(d.because, table[i].because);
        assert_string_equal(scorm_completion_name(d.completion), table[i].completion);
        assert_string_equal(scorm_success_name(d.success), table[i].success);
        assert_int_equal(d.final, table[i].final);
    }
}

static void test_the_switches(void **state)
{
    (void)state;
    struct scorm_policy p;
    struct scorm_facts f = {SCORM_12, .terminated = true, .status = SCORM_STATUS_PASSED, .raw = N(10),
                            .mastery = N(80)};
    scorm_policy_init(&p);
    p.mastery_override = false;
    assert_int_equal(decide(&f, &p).success, SCORM_PASSED);
    scorm_policy_init(&p);
    p.failed_completes = true;
    assert_int_equal(decide(&f, &p).completion, SCORM_COMPLETED);
    assert_int_equal(decide(&f, &p).success, SCORM_FAILED);
    f = (struct scorm_facts){SCORM_12, .terminated = true, .status = SCORM_STATUS_FAILED};
    assert_int_equal(decide(&f, &p).completion, SCORM_COMPLETED);
    scorm_policy_init(&p);
    p.no_status_completes = true;
    f = (struct scorm_facts){SCORM_12, .terminated = true};
    assert_int_equal(decide(&f, &p).completion, SCORM_COMPLETED);
    f.terminated = false; /* a session that has just begun has set no status either */
    assert_int_equal(decide(&f, &p).completion, SCORM_INCOMPLETE);
    scorm_policy_init(&p);
    p.missing_scaled_unknown = true;
    f = (struct scorm_facts){SCORM_2004, .terminated = true, .success = SCORM_PASSED, .passing = N(0.8)};
    assert_int_equal(decide(&f, &p).success, SCORM_SUCCESS_UNKNOWN);
    f.passing.given = false;
    assert_int_equal(decide(&f, &p).success, SCORM_PASSED);
}

static void test_early_completion_never_before_a_measure(void **state)
{
    (void)state;
    struct scorm_policy p;
    struct scorm_facts f = {SCORM_12, .status = SCORM_STATUS_COMPLETED};
    assert_false(decide(&f, NULL).final);
    scorm_policy_init(&p);
    p.early_completion = true;
    assert_true(decide(&f, &p).final);
    f.mastery = (struct scorm_number)N(80); /* golf: completed on its last page, then the quiz */
    assert_false(decide(&f, &p).final);
    f = (struct scorm_facts){SCORM_12, .status = SCORM_STATUS_FAILED};
    assert_false(decide(&f, &p).final);
    f = (struct scorm_facts){SCORM_2004, .completion = SCORM_COMPLETED};
    assert_true(decide(&f, &p).final);
    f.passing = (struct scorm_number)N(0.8);
    assert_false(decide(&f, &p).final);
    f = (struct scorm_facts){SCORM_2004, .completion = SCORM_COMPLETED, .threshold = N(0.9)};
    assert_false(decide(&f, &p).final);
}

/* ---- the engines' grids ------------------------------------------------------------- */

static struct scorm_number number_at(const json_t *row, const char *name)
{
    const char *text = text_at(row, name);
    return (struct scorm_number){*text != 0, atof(text)};
}

static void facts_of(const json_t *row, struct scorm_facts *f)
{
    static const char *const states[] = {"", "not attempted", "browsed", "incomplete", "completed",
                                         "passed", "failed"};
    *f = (struct scorm_facts){
        .version = at(row, "comp") || at(row, "succ") ? SCORM_2004 : SCORM_12,
        .mode = strcmp(text_at(row, "mode"), "browse") == 0   ? SCORM_MODE_BROWSE
                : strcmp(text_at(row, "mode"), "review") == 0 ? SCORM_MODE_REVIEW
                                                              : SCORM_MODE_NORMAL,
        .no_credit = strcmp(text_at(row, "credit"), "credit") != 0,
        .terminated = true,
        .completion = strcmp(text_at(row, "comp"), "completed") == 0    ? SCORM_COMPLETED
                      : strcmp(text_at(row, "comp"), "incomplete") == 0 ? SCORM_INCOMPLETE
                                                                        : SCORM_COMPLETION_UNKNOWN,
        .success = strcmp(text_at(row, "succ"), "passed") == 0   ? SCORM_PASSED
                   : strcmp(text_at(row, "succ"), "failed") == 0 ? SCORM_FAILED
                                                                 : SCORM_SUCCESS_UNKNOWN,
        .raw = number_at(row, "raw"), .mastery = number_at(row, "mastery"),
        .progress = number_at(row, "prog"), .threshold = number_at(row, "thr"),
        .scaled = number_at(row, "scaled"), .passing = number_at(row, "pass")};
    for (size_t i = 1; i < 7; i++)
        if (strcmp(text_at(row, "set"), states[i]) == 0)
            f->status = (enum scorm_status)i;
}

static const char *known(const char *completion)
{
    return strcmp(completion, "not attempted") == 0 ? "unknown" : completion;
}

/* Moodle's lesson_status as completion and success, as rule B reads it. */
static void moodle_12(const char *status, const char **completion, const char **success)
{
    bool passed = strcmp(status, "passed") == 0, failed = strcmp(status, "failed") == 0;
    *completion = passed || strcmp(status, "completed") == 0 ? "completed" : "incomplete";
    *success = passed ? "passed" : failed ? "failed" : "unknown";
}

struct counts {
    size_t rows, agreed, differed, nothing;
};

static void check_row(const json_t *row, struct counts *n)
{
    struct scorm_facts f;
    facts_of(row, &f);
    struct scorm_decision d = decide(&f, NULL);
    const char *completion = scorm_completion_name(d.completion), *success = scorm_success_name(d.success);
    const char *again[2], *moodle[2];
    n->rows++;
    if (f.mode != SCORM_MODE_NORMAL || f.no_credit) {
        assert_string_equal(completion, "unknown");
        assert_string_equal(success, "unknown");
        n->nothing++;
        return;
    }
    const char *engine = f.version == SCORM_12 ? "scorm_again_commit" : "scorm_again";
    const json_t *pair = at(row, engine);
    again[0] = known(json_string_value(json_array_get(pair, 0)));
    again[1] = json_string_value(json_array_get(pair, 1));
    if (f.version == SCORM_12) {
        moodle_12(text_at(row, "moodle"), &moodle[0], &moodle[1]);
    } else {
        moodle[0] = known(json_string_value(json_array_get(at(row, "moodle"), 0)));
        moodle[1] = json_string_value(json_array_get(at(row, "moodle"), 1));
    }
    if (strcmp(again[0], moodle[0]) == 0 && strcmp(again[1], moodle[1]) == 0) {
        assert_string_equal(completion, again[0]);
        assert_string_equal(success, again[1]);
        n->agreed++;
        return;
    }
    /* Where they differ: no status set (1.2), the passing score that Moodle 4.1 never applies (2004). */
    n->differed++;
    assert_string_equal(completion, again[0]);
    assert_string_equal(success, again[1]);
    if (f.version == SCORM_12)
        assert_true(f.status == SCORM_STATUS_NONE);
    else
        assert_true(f.passing.given && f.scaled.given);
}

static void check_grid(const char *name, struct counts *n)
{
    size_t len;
    char *text = shared_file(name, &len), *save;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        json_t *row = json_loads(line, 0, NULL);
        check_row(row, n);
        json_decref(row);
    }
    free(text);
}

static void test_the_grid_of_12(void **state)
{
    (void)state;
    struct counts n = {0};
    check_grid("decision-grid-12.jsonl", &n);
    assert_int_equal(n.rows, 168);
    assert_int_equal(n.nothing, 135);
    assert_int_equal(n.differed, 5);
}

static void test_the_grid_of_2004(void **state)
{
    (void)state;
    struct counts n = {0};
    check_grid("decision-grid-2004.jsonl", &n);
    assert_int_equal(n.rows, 1080);
    assert_int_equal(n.nothing, 720);
    assert_true(n.agreed > 200 && n.differed > 20);
}

/* ---- the configuration ---------------------------------------------------------------- */

static int policies(const char *json, struct scorm_policies **out, aw_error *err)
{
    json_t *config = json ? json_loads(json, 0, NULL) : NULL;
    if (json)
        assert_non_null(config);
    int rc = scorm_policies_read(config, out, err);
    json_decref(config);
    return rc;
}

static void test_policies_of_courses(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    struct scorm_policies *p = NULL;
    assert_int_equal(policies(NULL, &p, &err), AW_OK);
    assert_true(scorm_policies_for(p, NULL)->mastery_override);
    assert_false(scorm_policies_for(p, "any")->no_status_completes);
    assert_int_equal(scorm_policies_for(p, "any")->course_rule, SCORM_COURSE_ALL);
    scorm_policies_free(p);
    assert_int_equal(policies("{\"no_status\":\"completed\",\"missing_scaled\":\"unknown\","
                              "\"course_rule\":[\"quiz\",\"exam\"],\"courses\":{"
                              "\"b\":{\"no_status\":\"incomplete\",\"course_rule\":\"any\"},"
                              "\"a\":{\"mastery_override\":false},"
                              "\"c\":{\"course_rule\":[\"end\"]}}}", &p, &err), AW_OK);
    const struct scorm_policy *base = scorm_policies_for(p, "z"), *a = scorm_policies_for(p, "a"),
                              *b = scorm_policies_for(p, "b"), *c = scorm_policies_for(p, "c");
    assert_true(base->no_status_completes && base->missing_scaled_unknown && base->mastery_override);
    assert_int_equal(base->course_item_count, 2);
    assert_true(a->no_status_completes && !a->mastery_override);
    assert_string_equal(a->course_items[1], "exam");
    assert_false(b->no_status_completes);
    assert_int_equal(b->course_rule, SCORM_COURSE_ANY);
    assert_int_equal(b->course_item_count, 0);
    assert_string_equal(c->course_items[0], "end");
    scorm_policies_free(p);
    scorm_policies_free(NULL);
}

static void test_a_wrong_policy_is_named(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "[]", "{\"mastery\":true}", "{\"mastery_override\":\"yes\"}", "{\"no_status\":\"passed\"}",
        "{\"no_status\":7}", "{\"course_rule\":\"most\"}", "{\"course_rule\":[]}", "{\"course_rule\":[7]}",
        "{\"course_rule\":[\"\"]}", "{\"courses\":[]}", "{\"courses\":{\"a\":7}}",
        "{\"courses\":{\"a\":{\"courses\":{}}}}", "{\"courses\":{\"a\":{\"no_statuss\":\"completed\"}}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        aw_error err = AW_ERROR_INIT;
        struct scorm_policies *p = NULL;
        int rc = policies(wrong[i], &p, &err);
        if (rc != AW_ECONFIG || err.code != AW_ECONFIG || err.text[0] == 0)
            fail_msg("%s gave %d", wrong[i], rc);
        assert_null(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_the_switches),
        cmocka_unit_test(test_early_completion_never_before_a_measure),
        cmocka_unit_test(test_the_grid_of_12),
        cmocka_unit_test(test_the_grid_of_2004),
        cmocka_unit_test(test_policies_of_courses),
        cmocka_unit_test(test_a_wrong_policy_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
