/* lrs_call.c - one authenticated request to an LRS, and what its answer means. */
#include <string.h>

#include "answer.h"
#include "error.h"
#include "lrs.h"

#define MAX_HEADERS 12

static int send_once(struct xapi_lrs *lrs, const char *method, const char *url,
                     const char *const *headers, const struct http_span *body, size_t body_spans,
                     aw_error *err)
{
    const char *all[MAX_HEADERS + 1] = {lrs->config.version_header};
    size_t n = 1;
    if (lrs->config.auth.header)
        all[n++] = lrs->config.auth.header;
    for (const char *const *h = headers; h && *h && n < MAX_HEADERS; h++)
        all[n++] = *h;
    const struct http_request request = {.method = method, .url = url, .headers = all,
                                         .body = body, .body_spans = body_spans,
                                         .answer_max = LIMIT_ANSWER_BYTES};
    int rc = http_send(lrs->http, &request, &lrs->answer, err);
    struct xapi_lrs_report *r = &lrs->report;
    r->requests++;
    r->last_latency_ms = lrs->answer.latency_ms;
    if (r->last_latency_ms > r->largest_latency_ms)
        r->largest_latency_ms = r->last_latency_ms;
    for (size_t i = 0; i < body_spans; i++)
        r->bytes += body[i].len;
    return rc;
}

int lrs_call_url(struct xapi_lrs *lrs, const char *method, const char *url,
                 const char *const *headers, const struct http_span *body, size_t body_spans,
                 aw_error *err)
{
    int rc = auth_ready(&lrs->config.auth, lrs->http, err);
    if (rc == AW_OK)
        rc = send_once(lrs, method, url, headers, body, body_spans, err);
    bool refused = lrs->answer.fate == HTTP_ANSWERED && lrs->answer.status == 401;
    /* The password may have been changed, or the token withdrawn, since the header was made. */
    if (rc == AW_OK && refused && auth_renew(&lrs->config.auth, lrs->http, NULL))
        rc = send_once(lrs, method, url, headers, body, body_spans, err);
    return rc;
}

int lrs_call(struct xapi_lrs *lrs, const char *method, const char *path,
             const char *const *headers, const struct http_span *body, size_t body_spans,
             aw_error *err)
{
    struct buf url = BUF_INIT(65536);
    buf_puts(&url, lrs->config.endpoint);
    while (url.len > 0 && url.data[url.len - 1] == '/')
        url.len--;
    buf_putc(&url, '/');
    buf_puts(&url, path);
    int rc = buf_error(&url, "url", err);
    if (rc == AW_OK)
        rc = lrs_call_url(lrs, method, url.data, headers, body, body_spans, err);
    buf_free(&url);
    return rc;
}

struct retry_answer lrs_answer(const struct xapi_lrs *lrs, int64_t now_ms)
{
    const struct http_answer *a = &lrs->answer;
    const char *body = a->body.data ? a->body.data : "";
    return (struct retry_answer){
        .fate = a->fate, .trouble = a->trouble, .status = a->status,
        .retry_after_ms = a->retry_after[0] ? retry_after_ms(a->retry_after, now_ms) : -1,
        .web_page = answer_is_web_page(a->content_type, body, a->body.len)};
}
