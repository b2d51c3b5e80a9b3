/* test_listener.c - the worker's HTTP: routes, limits, no open redirect, several at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

struct seen {
    atomic_int webhooks, views;
    char forum[64], signature[64], body[256];
    size_t body_bytes;
    int outcome;
    const char *url;
    int discuss;
    bool well;
    pthread_mutex_t mutex;
};

static int on_webhook(void *context, const char *forum, const aw_forum_header *headers, size_t count,
                      const char *body, size_t body_bytes)
{
    struct seen *s = context;
    pthread_mutex_lock(&s->mutex);
    snprintf(s->forum, sizeof s->forum, "%s", forum);
    snprintf(s->body, sizeof s->body, "%.*s", (int)(body_bytes < 255 ? body_bytes : 255), body);
    s->body_bytes = body_bytes;
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(headers[i].name, "X-Signature") == 0)
            snprintf(s->signature, sizeof s->signature, "%s", headers[i].value);
    pthread_mutex_unlock(&s->mutex);
    atomic_fetch_add(&s->webhooks, 1);
    return s->outcome;
}

static int on_discuss(void *context, const char *token, char url[LISTENER_URL_BYTES])
{
    struct seen *s = context;
    if (strcmp(token, "good-token_1") != 0)
        return AW_ENOTFOUND;
    atomic_fetch_add(&s->views, 1);
    snprintf(url, LISTENER_URL_BYTES, "%s", s->url);
    return s->discuss;
}

static int on_metrics(void *context, struct buf *out)
{
    (void)context;
    buf_puts(out, "afterword_events 1\n");
    return AW_OK;
}

static bool on_health(void *context, char *why, size_t why_size)
{
    struct seen *s = context;
    snprintf(why, why_size, "7 events wait");
    return s->well;
}

static struct seen *seen;
static struct listener *listener;

static int setup(void **state)
{
    (void)state;
    seen = calloc(1, sizeof *seen);
    pthread_mutex_init(&seen->mutex, NULL);
    seen->url = "https://forum.example.org/t/12";
    seen->well = true;
    struct listener_options o = {.port = 0};
    struct listener_handlers h = {seen, on_webhook, on_discuss, on_metrics, on_health};
    return listener_start(&o, &h, &listener, NULL);
}

static int teardown(void **state)
{
    (void)state;
    listener_stop(listener);
    pthread_mutex_destroy(&seen->mutex);
    free(seen);
    return 0;
}

/* Sends the bytes and reads until the end; free() it. */
static char *talk(const char *bytes, size_t len)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(listener_port(listener)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t got = 0;
    char *answer = calloc(1, 65536);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) {
        (void)!send(fd, bytes, len, MSG_NOSIGNAL);
        for (ssize_t n; got < 65535 && (n = recv(fd, answer + got, 65535 - got, 0)) > 0;)
            got += (size_t)n;
    }
    close(fd);
    return answer;
}

static int ask(const char *method, const char *path, const char *body, char **out)
{
    char text[4096];
    int n = snprintf(text, sizeof text,
                     "%s %s HTTP/1.1\r\nHost: evil.example\r\nX-Signature: s\r\nConnection: close\r\n"
                     "Content-Length: %zu\r\n\r\n%s", method, path, body ? strlen(body) : 0,
                     body ? body : "");
    char *answer = talk(text, (size_t)n);
    int status = strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
    if (out)
        *out = answer;
    else
        free(answer);
    return status;
}

static void test_webhook(void **state)
{
    (void)state;
    assert_int_equal(ask("POST", "/webhook/community", "{\"post\":1}", NULL), 200);
    assert_string_equal(seen->forum, "community");
    assert_string_equal(seen->body, "{\"post\":1}");
    assert_string_equal(seen->signature, "s");
    static const struct {
        int outcome, status;
    } cases[] = {{AW_FORUM_OK, 200}, {AW_FORUM_RETRY, 503}, {AW_FORUM_REFUSED, 403},
                 {AW_FORUM_UNSUPPORTED, 404}, {LISTENER_NO_FORUM, 404}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seen->outcome = cases[i].outcome;
        assert_int_equal(ask("POST", "/webhook/community", "{}", NULL), cases[i].status);
    }
    int before = atomic_load(&seen->webhooks);
    assert_int_equal(ask("GET", "/webhook/community", NULL, NULL), 405);
    assert_int_equal(ask("POST", "/webhook/", "{}", NULL), 404);
    assert_int_equal(ask("POST", "/webhook/a/b", "{}", NULL), 404);
    assert_int_equal(atomic_load(&seen->webhooks), before);
}

static void test_too_large(void **state)
{
    (void)state;
    const char *announced = "POST /webhook/community HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            "Content-Length: 1048577\r\n\r\n{";
    char *answer = talk(announced, strlen(announced));
    assert_non_null(strstr(answer, " 413 "));
    free(answer);
    /* Not announced: cut off, and the handler never sees it. */
    size_t chunk = 65536, n = 0;
    char *big = malloc(20 * (chunk + 16) + 256);
    n += (size_t)sprintf(big, "POST /webhook/community HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                              "chunked\r\n\r\n");
    for (int i = 0; i < 18; i++) {
        n += (size_t)sprintf(big + n, "10000\r\n");
        memset(big + n, 'x', chunk);
        n += chunk;
        n += (size_t)sprintf(big + n, "\r\n");
    }
    n += (size_t)sprintf(big + n, "0\r\n\r\n");
    answer = talk(big, n);
    assert_null(strstr(answer, " 200 "));
    free(answer);
    free(big);
    assert_int_equal(atomic_load(&seen->webhooks), 0);
}

static void test_discuss(void **state)
{
    (void)state;
    char *answer;
    assert_int_equal(ask("GET", "/discuss/good-token_1", NULL, &answer), 302);
    assert_non_null(strstr(answer, "Location: https://forum.example.org/t/12\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store"));
    assert_non_null(strstr(answer, "Referrer-Policy: no-referrer"));
    free(answer);
    assert_int_equal(atomic_load(&seen->views), 1);
    assert_int_equal(ask("HEAD", "/discuss/good-token_1", NULL, NULL), 405);
    assert_int_equal(ask("POST", "/discuss/good-token_1", "", NULL), 405);
    assert_int_equal(atomic_load(&seen->views), 1); /* a preview is no view */
    static const char *const bad[] = {
        "/discuss/", "/discuss/guess", "/discuss/https://evil.example", "/discuss/..%2f..",
        "/discuss/good-token_1?url=https://evil.example&", "/discuss/good-token_1%0d%0aX:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ask("GET", bad[i], NULL, &answer);
        assert_null(strstr(answer, "evil")); /* never to where a request says, nor repeated */
        assert_null(strstr(answer, "X:1"));
        free(answer);
    }
    assert_int_equal(ask("GET", "/discuss/guess", NULL, NULL), 404);
    seen->url = "javascript:alert(1)";
    assert_int_equal(ask("GET", "/discuss/good-token_1", NULL, NULL), 503);
    seen->url = "https://x/\r\nSet-Cookie: a=b";
    assert_int_equal(ask("GET", "/discuss/good-token_1", NULL, NULL), 503);
    seen->discuss = AW_EAGAIN;
    assert_int_equal(ask("GET", "/discuss/good-token_1", NULL, NULL), 503);
}

static void test_the_rest(void **state)
{
    (void)state;
    char *answer;
    assert_int_equal(ask("GET", "/metrics", NULL, &answer), 200);
    assert_non_null(strstr(answer, "afterword_events 1"));
    free(answer);
    assert_int_equal(ask("GET", "/healthz", NULL, NULL), 200);
    seen->well = false;
    assert_int_equal(ask("GET", "/healthz", NULL, &answer), 503);
    assert_non_null(strstr(answer, "7 events wait"));
    free(answer);
    assert_int_equal(ask("GET", "/", NULL, NULL), 404);
    assert_int_equal(ask("GET", "/metrics/x", NULL, NULL), 404);
    assert_int_equal(ask("POST", "/metrics", "", NULL), 405);
    answer = talk("rubbish\r\n\r\n", 11);
    assert_null(strstr(answer, " 200 "));
    free(answer);
}

static void *many(void *context)
{
    (void)context;
    for (int i = 0; i < 25; i++)
        if (ask("POST", "/webhook/community", "{\"n\":1}", NULL) != 200 ||
            ask("GET", "/discuss/good-token_1", NULL, NULL) != 302)
            return (void *)1;
    return NULL;
}

static void test_several_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, NULL), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(atomic_load(&seen->webhooks), 100);
    assert_int_equal(atomic_load(&seen->views), 100);
}

static void test_where_it_cannot_listen(void **state)
{
    (void)state;
    struct listener *second = NULL;
    aw_error err = AW_ERROR_INIT;
    struct listener_handlers h = {.context = NULL};
    struct listener_options taken = {.port = listener_port(listener)};
    struct listener_options name = {.address = "localhost"};
    assert_int_equal(listener_start(&taken, &h, &second, &err), AW_EBUSY);
    assert_int_equal(listener_start(&name, &h, &second, &err), AW_ECONFIG);
    assert_null(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_webhook, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
        cmocka_unit_test_setup_teardown(test_discuss, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_where_it_cannot_listen, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
