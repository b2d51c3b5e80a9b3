/* test_rest.c - what is sent again at once, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rest.h"

struct said { /* one answer of the forum */
    int status;
    const char *body, *location;
    int64_t retry_after_ms, takes_ms;
};

struct forum {
    const struct said *said; /* the last one for good */
    int64_t now_ms, waited_ms;
    unsigned asked;
    bool ending;
};

static int http(void *user, const aw_forum_http *request, aw_forum_http_reply *out)
{
    struct forum *f = user;
    const struct said *s = f->said;
    (void)request;
    f->asked++;
    f->now_ms += s->takes_ms;
    out->status = s->status;
    out->body = strdup(s->body ? s->body : "");
    out->body_bytes = strlen(out->body);
    out->retry_after_ms = s->retry_after_ms > 0 ? s->retry_after_ms : -1;
    if (s->location)
        strcpy(out->location, s->location);
    if (s[1].status)
        f->said++;
    return AW_OK;
}

static void http_free(void *user, aw_forum_http_reply *reply)
{
    (void)user;
    free(reply->body);
}

static int64_t now_ms(void *user)
{
    return ((struct forum *)user)->now_ms;
}

static int wait_ms(void *user, int64_t ms)
{
    struct forum *f = user;
    f->now_ms += ms;
    f->waited_ms += ms;
    return f->ending;
}

#define OK {.status = 200, .body = "{}"}
#define LOST {.status = AW_HTTP_UNKNOWN}

static const struct {
    const char *what;
    const char *method;
    struct said said[5];
    unsigned asked, per_minute;
    int status;
    bool ending;
} cases[] = {
    {"an answer", "GET", {OK}, 1, .status = 200},
    {"one is lost", "GET", {LOST, OK}, 2, .status = 200},
    {"two are lost", "GET", {LOST, LOST, OK}, 3, .status = 200},
    {"three are lost: that is no accident", "GET", {LOST, LOST, LOST, OK}, 3,
     .status = AW_HTTP_UNKNOWN},
    {"the server stumbles", "GET", {{.status = 500}, {.status = 502, .body = "<html>"}, OK}, 3,
     .status = 200},
    {"an answer that is cut", "GET", {{.status = 200, .body = "{\"to"}, OK}, 2, .status = 200},
    {"it said when", "GET", {{.status = 503, .retry_after_ms = 5000}, OK}, 1, .status = 503},
    {"it asks us to wait", "GET", {{.status = 429}, OK}, 1, .status = 429},
    {"it asks us to wait, at last", "GET", {LOST, {.status = 429, .retry_after_ms = 1000}, OK}, 2,
     .status = 429},
    {"not there", "GET", {{.status = 404, .body = "{}"}, OK}, 1, .status = 404},
    {"it hangs", "GET", {{.status = AW_HTTP_UNKNOWN, .takes_ms = 20000}, OK}, 1,
     .status = AW_HTTP_UNKNOWN},
    {"a redirect, and then a loss", "GET", {{.status = 302, .location = "/there"}, LOST, OK}, 3,
     .status = 200},
    {"the worker ends", "GET", {LOST, OK}, 1, .status = AW_HTTP_UNKNOWN, .ending = true},
    {"our own limit counts each", "GET", {LOST, LOST, OK}, 2, .per_minute = 2, .status = 429},
    {"what changes something is looked up first", "POST", {LOST, OK}, 1, .status = AW_HTTP_UNKNOWN},
    {"also what would change nothing", "PUT", {LOST, OK}, 1, .status = AW_HTTP_UNKNOWN},
    {"also where a redirect is asked for", "DELETE", {{.status = 302, .location = "/there"}, OK}, 1,
     .status = 302},
};

static void test_again_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct forum f = {.said = cases[i].said, .now_ms = 1000, .ending = cases[i].ending};
        aw_forum_services services = {.struct_size = (uint32_t)sizeof services, .user = &f,
                                      .http = http, .http_free = http_free, .now_ms = now_ms,
                                      .wait = wait_ms};
        struct rest r;
        struct answer a;
        assert_int_equal(rest_init(&r, &services, "https://forum.test", NULL), AW_OK);
        r.per_minute = cases[i].per_minute;
        if (strcmp(cases[i].method, "GET") == 0)
            rest_get(&r, &a, "/here");
        else
            rest_send(&r, &a, cases[i].method, NULL, "/here");
        if (a.status != cases[i].status || f.asked != cases[i].asked)
            fail_msg("%s: %d after %u requests", cases[i].what, a.status, f.asked);
        assert_true(f.waited_ms <= 500);
        answer_free(&a);
    }
}

/* A provider may be lent less: services of an older core cannot wait. */
static void test_without_a_pause(void **state)
{
    (void)state;
    static const struct said lost[2] = {LOST};
    struct forum f = {.said = lost};
    aw_forum_services services = {.struct_size = (uint32_t)sizeof services, .user = &f,
                                  .http = http, .http_free = http_free, .now_ms = now_ms};
    struct rest r;
    struct answer a;
    assert_int_equal(rest_init(&r, &services, "https://forum.test", NULL), AW_OK);
    rest_get(&r, &a, "/here");
    assert_int_equal(f.asked, 1);
    answer_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again_at_once),
        cmocka_unit_test(test_without_a_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
