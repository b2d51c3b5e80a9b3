/* test_lrs_config.c - the configuration of an LRS: what is taken, what is refused and how it is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "answer.h"
#include "lrs.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    if (!value)
        fail_msg("not JSON: %s", text);
    return value;
}

#define LRS(more) "{\"name\":\"main\",\"endpoint\":\"https://lrs.example.org/xapi\"" more "}"

static const char *const taken[] = {
    LRS(""),
    LRS(",\"version\":\"2.0.0\",\"timeout_ms\":1000,\"batch\":{\"statements\":500,\"bytes\":5000000}"),
    LRS(",\"auth\":{\"type\":\"none\"}"),
    LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password_file\":\"/f\"}"),
    LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password_env\":\"P\"}"),
    LRS(",\"auth\":{\"type\":\"bearer\",\"token_file\":\"/f\"}"),
    LRS(",\"auth\":{\"type\":\"oauth2\",\"token_url\":\"https://a/t\",\"client_id\":\"c\","
        "\"client_secret_file\":\"/f\",\"scope\":\"s\",\"client_auth\":\"body\"}"),
    LRS(",\"rate\":{\"requests_per_minute\":300,\"statements_per_second\":50}"),
    LRS(",\"proxy\":\"http://proxy.example.org:3128\",\"ca_file\":\"/ca.pem\""),
    LRS(",\"filter\":{\"profiles\":[\"scorm\"],\"verbs\":[\"completed\"],\"courses\":[\"a\"]}"),
    LRS(",\"erase\":{\"url\":\"https://lrs.example.org/erase?a={actor}\",\"method\":\"POST\"}"),
};

static const struct {
    const char *config, *where, *text;
} refused[] = {
    {"{}", "lrs.name", "needs a name"},
    {"{\"name\":\"a b\",\"endpoint\":\"https://x\"}", "lrs.name", "letters"},
    {"{\"name\":\"main\"}", "lrs.endpoint", "https://"},
    {"{\"name\":\"main\",\"endpoint\":\"ftp://x/y\"}", "lrs.endpoint", "https://"},
    {"{\"name\":\"main\",\"endpoint\":\"https:///y\"}", "lrs.endpoint", "https://"},
    {"{\"name\":\"main\",\"endpoint\":\"https://u:p@x/y\"}", "lrs.endpoint", "user or password"},
    {"{\"name\":\"main\",\"endpoint\":\"https://x/y?z=1\"}", "lrs.endpoint", "must not hold"},
    {"{\"name\":\"main\",\"endpoint\":\"https://x/y\\nHost: z\"}", "lrs.endpoint", "must not hold"},
    {LRS(",\"verison\":\"2.0.0\""), "lrs", "did you mean \"version\""},
    {LRS(",\"version\":\"1.1\""), "lrs.version", "1.0.3"},
    {LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password\":\"p\"}"), "password", "do not belong"},
    {LRS(",\"auth\":{\"type\":\"bearer\",\"token\":\"t\"}"), "token", "do not belong"},
    {LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"u\"}"), "password", "is missing"},
    {LRS(",\"auth\":{\"type\":\"basic\",\"password_file\":\"/f\"}"), "user", "is missing"},
    {LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"a:b\",\"password_file\":\"/f\"}"), "auth.user", "colon"},
    {LRS(",\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password_file\":\"/f\",\"password_env\":\"P\"}"),
     "password_file", "not both"},
    {LRS(",\"auth\":{\"type\":\"digest\"}"), "auth.type", "\"basic\""},
    {LRS(",\"auth\":{\"type\":\"oauth2\",\"client_id\":\"c\",\"client_secret_file\":\"/f\"}"),
     "auth.token_url", "is missing"},
    {LRS(",\"batch\":{\"statements\":0}"), "statements", "from 1 to 5000"},
    {LRS(",\"batch\":{\"statements\":\"many\"}"), "statements", "whole number"},
    {LRS(",\"timeout_ms\":1"), "timeout_ms", "from 100"},
    {LRS(",\"filter\":{\"verbs\":[\"danced\"]}"), "filter.verbs", "no verb of ours"},
    {LRS(",\"filter\":{\"profiles\":[\"cmi5\"]}"), "filter.profiles", "not known"},
    {LRS(",\"filter\":{\"courses\":[1]}"), "filter.courses", "list of texts"},
    {LRS(",\"erase\":{\"method\":\"POST\"}"), "erase.url", "missing"},
    {LRS(",\"erase\":{\"url\":\"https://x\",\"method\":\"PATCH\"}"), "erase.method", "DELETE"},
};

static void configurations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        aw_error err = AW_ERROR_INIT;
        json_t *config = parse(taken[i]);
        if (xapi_lrs_check_config(config, &err) != AW_OK)
            fail_msg("%s: %s: %s", taken[i], err.where, err.text);
        json_decref(config);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        aw_error err = AW_ERROR_INIT;
        json_t *config = parse(refused[i].config);
        int rc = xapi_lrs_check_config(config, &err);
        if (rc != AW_ECONFIG || strcmp(err.where, refused[i].where) != 0 ||
            !strstr(err.text, refused[i].text))
            fail_msg("%s: %d %s: %s", refused[i].config, rc, err.where, err.text);
        json_decref(config);
    }
}

static struct filter read_filter(const char *text)
{
    static json_t *kept; /* what the filter borrows from */
    struct filter f;
    json_decref(kept);
    kept = text ? parse(text) : NULL;
    assert_int_equal(filter_config(kept, &f, NULL), AW_OK);
    return f;
}

#define PASSES(f, verb, of, course) filter_passes((f), (verb), (of), (course), strlen(course))

static void filters(void **state)
{
    (void)state;
    struct filter f = read_filter(NULL);
    assert_true(PASSES(&f, XAPI_COMPLETED, 0, ""));
    filter_free(&f);

    f = read_filter("{\"profiles\":[\"scorm\"]}");
    assert_true(PASSES(&f, XAPI_COMPLETED, XAPI_OF_SCORM | XAPI_OF_AFTERWORD, "c"));
    assert_false(PASSES(&f, XAPI_POSTED, XAPI_OF_AFTERWORD, "c"));
    assert_true(PASSES(&f, XAPI_VOIDED, XAPI_OF_AFTERWORD, "c")); /* what was withdrawn goes everywhere */
    filter_free(&f);

    f = read_filter("{\"verbs\":[\"completed\",\"http://adlnet.gov/expapi/verbs/passed\",\"voted up\"]}");
    assert_true(PASSES(&f, XAPI_COMPLETED, 0, "c"));
    assert_true(PASSES(&f, XAPI_PASSED, 0, "c"));
    assert_true(PASSES(&f, XAPI_VOTED_UP, 0, "c"));
    assert_true(PASSES(&f, XAPI_VOIDED, 0, "c"));
    assert_false(PASSES(&f, XAPI_FAILED, 0, "c"));
    assert_false(PASSES(&f, -1, 0, "c"));
    assert_false(PASSES(&f, XAPI_VERB_COUNT, 0, "c"));
    filter_free(&f);

    f = read_filter("{\"not_verbs\":[\"viewed\"],\"not_courses\":[\"sandbox\"]}");
    assert_true(PASSES(&f, XAPI_POSTED, 0, "c"));
    assert_false(PASSES(&f, XAPI_VIEWED, 0, "c"));
    assert_false(PASSES(&f, XAPI_POSTED, 0, "sandbox"));
    assert_true(PASSES(&f, XAPI_POSTED, 0, "sandbox-2"));
    assert_true(PASSES(&f, XAPI_POSTED, 0, "sand"));
    filter_free(&f);

    f = read_filter("{\"courses\":[\"b\",\"a\",\"abc\",\"ab\"]}");
    assert_true(PASSES(&f, XAPI_POSTED, 0, "a"));
    assert_true(PASSES(&f, XAPI_POSTED, 0, "ab"));
    assert_true(PASSES(&f, XAPI_POSTED, 0, "abc"));
    assert_true(PASSES(&f, XAPI_POSTED, 0, "b"));
    assert_false(PASSES(&f, XAPI_POSTED, 0, "abcd"));
    assert_false(PASSES(&f, XAPI_POSTED, 0, ""));
    filter_free(&f);
}

static void reasons(void **state)
{
    (void)state;
    static const struct {
        const char *body, *reason;
    } rows[] = {
        {"{\"message\":\"no actor\"}", "no actor"},
        {"{\"error\":{\"message\":\"deep\"}}", "deep"},
        {"{\"warnings\":[\"a\",{\"reason\":\"b\"}]}", "a; b"},
        {"plain\ntext\t", "plain text"},
        {"", ""},
        {"{\"other\":1}", "{\"other\":1}"},
        {"bad \xff utf8", "bad ? utf8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[64];
        answer_reason(rows[i].body, strlen(rows[i].body), out, sizeof out);
        assert_string_equal(out, rows[i].reason);
    }
    char small[8];
    answer_reason("Gr\xc3\xbc\xc3\x9f" "e aus", 11, small, sizeof small);
    assert_string_equal(small, "Gr\xc3\xbc\xc3\x9f" "e");
    assert_true(answer_is_web_page("text/html; charset=utf-8", "", 0));
    assert_true(answer_is_web_page("", "  <!doctype html>", 17));
    assert_false(answer_is_web_page("application/json", "[]", 2));
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void secrets(void **state)
{
    (void)state;
    char path[] = "/tmp/afterword-secret-XXXXXX", *text = NULL;
    aw_error err = AW_ERROR_INIT;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct secret s = {.file = path};
    write_file(path, "hush hush\r\n");
    assert_int_equal(secret_read(&s, "password", &text, &err), AW_OK);
    assert_string_equal(text, "hush hush");
    secret_free(text);
    uint64_t stamp = secret_stamp(&s);
    write_file(path, "another one\n");
    assert_true(stamp != secret_stamp(&s));
    write_file(path, "two\nlines\n"); /* would break out of its header */
    assert_int_equal(secret_read(&s, "password", &text, &err), AW_ECONFIG);
    assert_null(strstr(err.text, "lines"));
    write_file(path, "\n");
    assert_int_equal(secret_read(&s, "password", &text, &err), AW_ECONFIG);
    unlink(path);
    assert_int_not_equal(secret_read(&s, "password", &text, &err), AW_OK);
    struct secret env = {.env = "AW_TEST_NO_SUCH_VARIABLE"};
    assert_int_equal(secret_read(&env, "password", &text, &err), AW_ECONFIG);
    assert_int_equal(secret_stamp(&env), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations),
        cmocka_unit_test(filters),
        cmocka_unit_test(reasons),
        cmocka_unit_test(secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
