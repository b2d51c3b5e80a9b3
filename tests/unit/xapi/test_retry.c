/* test_retry.c - what an answer means, Retry-After, backoff: the pure decisions of delivery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backoff.h"
#include "retry.h"

struct expected {
    int status;
    int64_t retry_after_ms;
    enum retry_action action;
    enum xapi_alert alert;
    const char *dead;
    bool unknown;
};

static const struct expected answers[] = {
    {200, -1, RETRY_DELIVERED, XAPI_ALERT_NONE, NULL, false},
    {204, -1, RETRY_DELIVERED, XAPI_ALERT_NONE, NULL, false},
    {301, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {302, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {307, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {400, -1, RETRY_BISECT, XAPI_ALERT_NONE, "invalid", false},
    {401, -1, RETRY_STOP, XAPI_ALERT_CREDENTIALS, NULL, false},
    {402, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {403, -1, RETRY_STOP, XAPI_ALERT_CREDENTIALS, NULL, false},
    {404, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {405, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {408, -1, RETRY_LATER, XAPI_ALERT_SILENT, NULL, true},
    {409, -1, RETRY_BISECT, XAPI_ALERT_NONE, "conflict", false},
    {412, -1, RETRY_BISECT, XAPI_ALERT_NONE, "precondition", false},
    {413, -1, RETRY_HALVE, XAPI_ALERT_NONE, "too_large", false},
    {415, -1, RETRY_STOP, XAPI_ALERT_SUSPECT, NULL, false},
    {418, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {422, -1, RETRY_BISECT, XAPI_ALERT_NONE, "invalid", false},
    {429, -1, RETRY_LATER, XAPI_ALERT_BUSY, NULL, false},
    {429, 2000, RETRY_WAIT, XAPI_ALERT_BUSY, NULL, false},
    {429, 0, RETRY_WAIT, XAPI_ALERT_BUSY, NULL, false},
    {500, -1, RETRY_LATER, XAPI_ALERT_TROUBLE, NULL, false},
    {500, 2000, RETRY_LATER, XAPI_ALERT_TROUBLE, NULL, false}, /* means nothing there */
    {502, -1, RETRY_LATER, XAPI_ALERT_TROUBLE, NULL, false},
    {503, -1, RETRY_LATER, XAPI_ALERT_TROUBLE, NULL, false},
    {503, 2000, RETRY_WAIT, XAPI_ALERT_BUSY, NULL, false},
    {599, -1, RETRY_LATER, XAPI_ALERT_TROUBLE, NULL, false},
    {600, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
    {0, -1, RETRY_STOP, XAPI_ALERT_ENDPOINT, NULL, false},
};

static void every_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct expected *e = &answers[i];
        const struct retry_answer a = {.fate = HTTP_ANSWERED, .status = e->status,
                                       .retry_after_ms = e->retry_after_ms};
        struct retry_verdict v = retry_decide(&a);
        if (v.action != e->action || v.alert != e->alert || v.unknown != e->unknown)
            fail_msg("status %d: action %d, alert %d", e->status, (int)v.action, (int)v.alert);
        if (e->dead)
            assert_string_equal(v.dead, e->dead);
        else
            assert_null(v.dead);
    }
}

static void only_answers_give_up(void **state)
{
    (void)state;
    /* Whatever the status: a dead letter is possible for bisect and halve alone. */
    for (int status = 0; status < 1000; status++) {
        const struct retry_answer a = {.fate = HTTP_ANSWERED, .status = status, .retry_after_ms = -1};
        struct retry_verdict v = retry_decide(&a);
        bool may_die = v.action == RETRY_BISECT || v.action == RETRY_HALVE;
        assert_int_equal(may_die, v.dead != NULL);
        assert_int_equal(v.action == RETRY_DELIVERED, status >= 200 && status <= 299);
    }
}

static void web_pages(void **state)
{
    (void)state;
    const struct retry_answer a = {.fate = HTTP_ANSWERED, .status = 200, .retry_after_ms = -1,
                                   .web_page = true};
    assert_int_equal(retry_decide(&a).action, RETRY_STOP);
    const struct retry_answer error = {.fate = HTTP_ANSWERED, .status = 502, .retry_after_ms = -1,
                                       .web_page = true};
    assert_int_equal(retry_decide(&error).action, RETRY_LATER);
}

static void broken_transfers(void **state)
{
    (void)state;
    static const struct {
        enum http_fate fate;
        enum http_trouble trouble;
        enum xapi_alert alert;
        bool unknown;
    } rows[] = {
        {HTTP_NOT_SENT, HTTP_TROUBLE_NAME, XAPI_ALERT_UNREACHABLE, false},
        {HTTP_NOT_SENT, HTTP_TROUBLE_CONNECT, XAPI_ALERT_UNREACHABLE, false},
        {HTTP_NOT_SENT, HTTP_TROUBLE_TLS, XAPI_ALERT_TLS, false},
        {HTTP_NOT_SENT, HTTP_TROUBLE_TIMEOUT, XAPI_ALERT_UNREACHABLE, false},
        {HTTP_UNKNOWN, HTTP_TROUBLE_TIMEOUT, XAPI_ALERT_SILENT, true},
        {HTTP_UNKNOWN, HTTP_TROUBLE_BROKEN, XAPI_ALERT_SILENT, true},
        {HTTP_UNKNOWN, HTTP_TROUBLE_STOPPED, XAPI_ALERT_NONE, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct retry_answer a = {.fate = rows[i].fate, .trouble = rows[i].trouble,
                                       .retry_after_ms = -1};
        struct retry_verdict v = retry_decide(&a);
        assert_int_equal(v.action, RETRY_LATER);
        assert_int_equal(v.alert, rows[i].alert);
        assert_int_equal(v.unknown, rows[i].unknown);
    }
}

/* 1994-11-06T08:49:37Z */
#define EXAMPLE_MS INT64_C(784111777000)

static void retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t now_ms, ms;
    } rows[] = {
        {"0", 0, 0},
        {"56", 0, 56000},
        {"3600", 0, 3600000},
        {"3601", 0, RETRY_AFTER_MAX_MS},
        {"99999999999999999999", 0, RETRY_AFTER_MAX_MS},
        {"-1", 0, -1},
        {"1.5", 0, -1},
        {"", 0, -1},
        {"soon", 0, -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS - 5000, 5000},
        {"Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE_MS - 5000, 5000},
        {"Sun Nov  6 08:49:37 1994", EXAMPLE_MS - 5000, 5000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS + 5000, 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE_MS - 7200000, RETRY_AFTER_MAX_MS},
        {"Thu, 29 Feb 2024 00:00:00 GMT", INT64_C(1709164800000) - 1, 1},
        {"Sun, 06 Nov 1994 08:49:37", EXAMPLE_MS, -1},
        {"Sun, 06 Nov 1994 08:49:37 CET", EXAMPLE_MS, -1},
        {"Sun, 06 Now 1994 08:49:37 GMT", EXAMPLE_MS, -1},
        {"Sun, 00 Nov 1994 08:49:37 GMT", EXAMPLE_MS, -1},
        {"Sun, 06 Nov 1994 28:49:37 GMT", EXAMPLE_MS, -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT and more", EXAMPLE_MS, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = retry_after_ms(rows[i].text, rows[i].now_ms);
        if (ms != rows[i].ms)
            fail_msg("\"%s\": %lld, not %lld", rows[i].text, (long long)ms, (long long)rows[i].ms);
    }
}

static void backoff_grows_to_its_cap(void **state)
{
    (void)state;
    struct backoff b = {.first_ms = 100, .cap_ms = 5000, .random = 7};
    int64_t most = 100, largest = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t ms = backoff_next_ms(&b);
        assert_in_range(ms, 1, most);
        largest = ms > largest ? ms : largest;
        most = most * 2 < 5000 ? most * 2 : 5000;
    }
    assert_in_range(largest, 4500, 5000); /* full jitter reaches the cap */
    backoff_reset(&b);
    assert_in_range(backoff_next_ms(&b), 1, 100);
}

static void backoff_spreads(void **state)
{
    (void)state;
    int low = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct backoff b = {.first_ms = 1000, .cap_ms = 1000, .random = seed * 0x9E3779B97F4A7C15u};
        low += backoff_next_ms(&b) <= 500;
    }
    assert_in_range(low, 400, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status),     cmocka_unit_test(only_answers_give_up),
        cmocka_unit_test(web_pages),        cmocka_unit_test(broken_transfers),
        cmocka_unit_test(retry_after),      cmocka_unit_test(backoff_grows_to_its_cap),
        cmocka_unit_test(backoff_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
