/* test_valid_data.c - the verdicts of the conformance data: statements, batches, multipart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "valid.h"

typedef int (*judge)(const json_t *row, enum xapi_version version, struct xapi_fault *fault);

/* Every row of the file: `expect` is 200 or 400. */
static void run(const char *name, enum xapi_version version, size_t least, judge judge_row)
{
    const char *shared = getenv("AW_SHARED");
    char path[4096], *line = NULL;
    size_t cap = 0, rows = 0, wrong = 0;
    snprintf(path, sizeof path, "%s/data/xapi/%s", shared ? shared : "", name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: %s is absent\n", path);
        skip();
    }
    while (getline(&line, &cap, f) > 0) {
        json_t *row = json_loads(line, 0, NULL);
        struct xapi_fault fault = {"", ""};
        assert_non_null(row);
        rows++;
        int rc = judge_row(row, version, &fault);
        json_int_t expect = json_integer_value(json_object_get(row, "expect"));
        if ((rc == 0) != (expect == 200)) {
            wrong++;
            print_error("%s:%zu expects %d: %s %s | %s\n", name, rows, (int)expect, fault.path,
                        fault.reason, json_string_value(json_object_get(row, "test")));
        }
        if (rc) /* every verdict has a reason */
            assert_true(strlen(fault.reason) > 4);
        json_decref(row);
    }
    free(line);
    fclose(f);
    assert_int_equal(wrong, 0);
    assert_true(rows >= least);
}

static int judge_statement(const json_t *row, enum xapi_version version, struct xapi_fault *fault)
{
    char *text = json_dumps(json_object_get(row, "statement"), JSON_COMPACT | JSON_ENCODE_ANY);
    int rc = xapi_validate(text, strlen(text), version, fault);
    free(text);
    return rc;
}

static int judge_batch(const json_t *row, enum xapi_version version, struct xapi_fault *fault)
{
    char *text = json_dumps(json_object_get(row, "batch"), JSON_COMPACT);
    int rc = xapi_validate_batch(text, strlen(text), version, fault);
    free(text);
    return rc;
}

static int judge_request(const json_t *row, enum xapi_version version, struct xapi_fault *fault)
{
    const json_t *body = json_object_get(row, "body");
    return xapi_validate_request(json_string_value(json_object_get(row, "content_type")),
                                 json_string_value(body), json_string_length(body), version, fault);
}

static void test_statements_1_0_3(void **state)
{
    (void)state;
    run("statements-1.0.3.jsonl", XAPI_1_0_3, 400, judge_statement);
}

static void test_statements_2_0_0(void **state)
{
    (void)state;
    run("statements-2.0.0.jsonl", XAPI_2_0_0, 400, judge_statement);
}

static void test_batches(void **state)
{
    (void)state;
    run("batches-1.0.3.jsonl", XAPI_1_0_3, 20, judge_batch);
}

static void test_multipart(void **state)
{
    (void)state;
    run("multipart-1.0.3.jsonl", XAPI_1_0_3, 20, judge_request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_1_0_3), cmocka_unit_test(test_statements_2_0_0),
        cmocka_unit_test(test_batches), cmocka_unit_test(test_multipart)};
    return cmocka_run_group_tests_name("xapi.valid_data", tests, NULL, NULL);
}
