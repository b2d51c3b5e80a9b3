/* http_lend.c - a provider's request in terms of http.h, and the answer in terms of forum.h. */
#include "http_lend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "limit.h"
#include "retry.h"
#include "timestamp.h"

#define HEADERS_MAX 32
#define LEND_TIMEOUT_MS 30000

static bool one_line(const char *text)
{
    return !strpbrk(text, "\r\n");
}

/* "Name: value" of each; false if one would break out of its line. */
static bool join_headers(const aw_forum_http *r, struct buf *text, const char **out)
{
    size_t at[HEADERS_MAX], n = 0;
    for (size_t i = 0; i < r->header_count; i++) {
        const aw_forum_header *h = &r->headers[i];
        if (n == HEADERS_MAX || !one_line(h->name) || !one_line(h->value))
            return false;
        at[n++] = text->len;
        buf_printf(text, "%s: %s", h->name, h->value);
        buf_putc(text, 0);
    }
    for (size_t i = 0; i < n && text->error == AW_OK; i++)
        out[i] = text->data + at[i];
    out[n] = NULL;
    return text->error == AW_OK;
}

static void take_answer(struct http_answer *a, aw_forum_http_reply *out)
{
    out->status = a->fate == HTTP_ANSWERED   ? a->status
                  : a->fate == HTTP_NOT_SENT ? AW_HTTP_NOT_SENT
                                             : AW_HTTP_UNKNOWN;
    out->retry_after_ms =
        a->retry_after[0] ? retry_after_ms(a->retry_after, timestamp_now_ms()) : -1;
    snprintf(out->location, sizeof out->location, "%s", a->location);
    snprintf(out->error, sizeof out->error, "%s", a->error);
    out->body_bytes = a->body.len;
    out->body = a->body.len ? buf_take(&a->body, NULL) : calloc(1, 1);
}

int http_lend(void *user, const aw_forum_http *request, aw_forum_http_reply *out)
{
    struct http_client *client = user;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct buf text = BUF_INIT(1 << 20);
    const char *headers[HEADERS_MAX + 1];
    struct http_span body = {request->body, request->body_bytes};
    aw_error err = AW_ERROR_INIT;
    int rc = AW_EINVAL;
    out->status = AW_HTTP_NOT_SENT;
    out->retry_after_ms = -1;
    if (join_headers(request, &text, headers)) {
        const struct http_request r = {.method = request->method, .url = request->url,
                                       .headers = headers, .body = request->body ? &body : NULL,
                                       .body_spans = request->body ? 1 : 0,
                                       .answer_max = LIMIT_ANSWER_BYTES,
                                       .once = strcmp(request->method, "POST") == 0};
        http_set_timeout(client, request->timeout_ms > 0 ? request->timeout_ms : LEND_TIMEOUT_MS);
        rc = http_send(client, &r, &answer, &err);
        snprintf(out->error, sizeof out->error, "%.255s", err.text);
    } else {
        snprintf(out->error, sizeof out->error, "a header holds a line break, or there are too many");
    }
    if (rc == AW_OK)
        take_answer(&answer, out);
    else
        out->body = calloc(1, 1);
    if (text.data)
        explicit_bzero(text.data, text.len);
    buf_free(&text);
    http_answer_free(&answer);
    return out->body ? rc : AW_ENOMEM;
}

void http_lend_free(void *user, aw_forum_http_reply *reply)
{
    (void)user;
    if (!reply)
        return;
    free(reply->body);
    reply->body = NULL;
}
