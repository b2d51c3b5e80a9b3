/*
 * http.h - one HTTP request at a time over a connection that is kept: the only door to libcurl.
 *
 * Invariants
 *   - TLS is verified (chain and name); redirects are reported, never followed.
 *   - An answer is bounded: what is over the limit is cut and says so.
 *   - Every failure says whether the peer may have acted: HTTP_NOT_SENT is
 *     certain, HTTP_UNKNOWN is everything else.
 *   - No environment variable changes where requests go (no http_proxy, no .netrc).
 * A client belongs to one thread.
 */
#ifndef XAPI_HTTP_H
#define XAPI_HTTP_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct http_client;

struct http_options {
    int64_t timeout_ms;         /* of a whole request; 0: 30 s */
    int64_t connect_timeout_ms; /* 0: 5 s */
    const char *ca_file;        /* PEM, instead of the system's; or NULL */
    const char *proxy;          /* http://host:port; or NULL */
    const char *proxy_user, *proxy_password;
    const volatile int *stop;   /* non-zero: stop_grace_ms more, then the request is cut */
    int64_t stop_grace_ms;
};

/* Copies what it needs. */
int http_open(const struct http_options *options, struct http_client **out, aw_error *err);
void http_close(struct http_client *client);
/* Of the requests that follow; 0 keeps what there is. */
void http_set_timeout(struct http_client *client, int64_t timeout_ms);

struct http_span {
    const char *bytes;
    size_t len;
};

struct http_request {
    const char *method;            /* "GET", "POST", "PUT", "DELETE" */
    const char *url;
    const char *const *headers;    /* "Name: value", NULL-terminated; or NULL */
    const struct http_span *body;  /* sent one after another; NULL: no body */
    size_t body_spans;
    size_t answer_max;             /* bytes kept of the answer's body */
    /* Never sent twice. libcurl repeats a request by itself, a POST too, when a connection
     * that it had kept dies before the answer: of a new connection it does not. */
    bool once;
};

enum http_fate {
    HTTP_ANSWERED, /* status is set */
    HTTP_NOT_SENT, /* name, connection, TLS or proxy failed: nothing reached the peer */
    HTTP_UNKNOWN   /* sent, perhaps wholly: the peer may have acted */
};

enum http_trouble { HTTP_TROUBLE_NONE, HTTP_TROUBLE_NAME, HTTP_TROUBLE_CONNECT, HTTP_TROUBLE_TLS,
                    HTTP_TROUBLE_TIMEOUT, HTTP_TROUBLE_BROKEN, HTTP_TROUBLE_STOPPED };

struct http_answer {
    enum http_fate fate;
    int status;
    enum http_trouble trouble;
    char error[256];        /* of a failed transfer, for people */
    struct buf body;        /* kept between requests: http_answer_free() at the end */
    bool truncated;         /* the body was larger than answer_max */
    char content_type[128], etag[128], retry_after[64], consistent_through[64], version[16];
    char location[1024];    /* of a redirect: where it points, for people */
    int64_t latency_ms;
};

#define HTTP_ANSWER_INIT {.body = BUF_INIT(LIMIT_ANSWER_BYTES)}

/* Fills in *out whatever happened; an error only for what is wrong on our side (AW_ENOMEM,
 * AW_EINVAL: not an http or https URL). */
int http_send(struct http_client *client, const struct http_request *request,
              struct http_answer *out, aw_error *err);
void http_answer_free(struct http_answer *answer);

/* Appends text percent-encoded (RFC 3986 unreserved characters stay). */
void http_escape(struct buf *out, const char *text);

#endif
