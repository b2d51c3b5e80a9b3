/* http.c - one HTTP request at a time over a connection that is kept, with libcurl. */
#include "http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "limit.h"
#include "stop.h"
#include "timestamp.h"

#define DEFAULT_TIMEOUT_MS 30000
#define DEFAULT_CONNECT_TIMEOUT_MS 5000
/* Two LRSs close idle connections after 5 s: an older one must not be used again, or a
 * request would die on it now and then. */
#define IDLE_CONNECTION_S 4L
#define UPLOAD_BUFFER_BYTES (1L << 20) /* steadies libcurl's throughput with large batches */

struct http_client {
    CURL *curl;
    int64_t timeout_ms;
    const volatile int *stop;
    int64_t stop_grace_ms;
    /* of the request under way */
    const struct http_request *request;
    struct http_answer *answer;
    size_t span, offset; /* how far the body has been read */
    int64_t stopped_at_ms;
    char curl_error[CURL_ERROR_SIZE];
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready;

static void curl_start(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- callbacks ------------------------------------------------------------ */

static size_t on_read(char *to, size_t size, size_t count, void *user)
{
    struct http_client *c = user;
    size_t room = size * count, done = 0;
    while (done < room && c->span < c->request->body_spans) {
        const struct http_span *s = &c->request->body[c->span];
        size_t n = s->len - c->offset;
        if (n > room - done)
            n = room - done;
        if (n > 0)
            memcpy(to + done, s->bytes + c->offset, n);
        done += n;
        c->offset += n;
        if (c->offset == s->len) {
            c->span++;
            c->offset = 0;
        }
    }
    return done;
}

/* libcurl begins the body anew where a kept connection turned out to be closed. */
static int on_seek(void *user, curl_off_t offset, int origin)
{
    struct http_client *c = user;
    if (origin != SEEK_SET || offset < 0)
        return CURL_SEEKFUNC_CANTSEEK;
    size_t left = (size_t)offset;
    c->span = c->offset = 0;
    while (c->span < c->request->body_spans && left >= c->request->body[c->span].len)
        left -= c->request->body[c->span++].len;
    c->offset = left;
    return CURL_SEEKFUNC_OK;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *user)
{
    struct http_client *c = user;
    struct http_answer *a = c->answer;
    size_t len = size * count, room = c->request->answer_max - a->body.len;
    buf_append(&a->body, bytes, len < room ? len : room);
    if (len <= room)
        return len;
    a->truncated = true;
    return 0; /* enough is known; the connection is dropped */
}

static const struct {
    const char *name; /* lower case */
    size_t offset, size;
} kept_headers[] = {
#define KEEP(header, member)                                                                       \
    {header, offsetof(struct http_answer, member), sizeof(((struct http_answer *)0)->member)}
    KEEP("content-type", content_type), KEEP("etag", etag),
    KEEP("retry-after", retry_after),   KEEP("location", location),
    KEEP("x-experience-api-consistent-through", consistent_through),
    KEEP("x-experience-api-version", version),
#undef KEEP
};

static bool same_name(const char *header, size_t len, const char *lower)
{
    return strlen(lower) == len && strncasecmp(header, lower, len) == 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct http_client *c = user;
    size_t len = size * count;
    const char *colon = memchr(line, ':', len);
    if (!colon)
        return len;
    const char *value = colon + 1, *end = line + len;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        end--;
    for (size_t i = 0; i < sizeof kept_headers / sizeof *kept_headers; i++) {
        if (!same_name(line, (size_t)(colon - line), kept_headers[i].name))
            continue;
        char *to = (char *)c->answer + kept_headers[i].offset;
        size_t n = (size_t)(end - value);
        if (n >= kept_headers[i].size)
            n = 0; /* longer than any that means something */
        memcpy(to, value, n);
        to[n] = 0;
    }
    return len;
}

/* Called about once a second and whenever bytes move. */
static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e)
{
    (void)a, (void)b, (void)d, (void)e;
    struct http_client *c = user;
    if (!stop_asked(c->stop))
        return 0;
    int64_t now = timestamp_monotonic_ms();
    if (!c->stopped_at_ms)
        c->stopped_at_ms = now;
    return now - c->stopped_at_ms > c->stop_grace_ms;
}

/* ---- opening -------------------------------------------------------------- */

static void set_callbacks(struct http_client *c)
{
    CURL *h = c->curl;
    curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(h, CURLOPT_READDATA, c);
    curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(h, CURLOPT_SEEKDATA, c);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->curl_error);
}

/* False only where libcurl could not copy a text. */
static bool set_options(struct http_client *c, const struct http_options *o)
{
    CURL *h = c->curl;
    long connect_ms = o->connect_timeout_ms ? (long)o->connect_timeout_ms
                                            : DEFAULT_CONNECT_TIMEOUT_MS;
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_MAXAGE_CONN, IDLE_CONNECTION_S);
    curl_easy_setopt(h, CURLOPT_MAXCONNECTS, 2L);
    curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER_BYTES);
    curl_easy_setopt(h, CURLOPT_BUFFERSIZE, 65536L);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(h, CURLOPT_USERAGENT, "Afterword/" AW_VERSION_STRING) == CURLE_OK &&
           curl_easy_setopt(h, CURLOPT_PROXY, o->proxy ? o->proxy : "") == CURLE_OK &&
           (!o->proxy_user || curl_easy_setopt(h, CURLOPT_PROXYUSERNAME, o->proxy_user) == CURLE_OK) &&
           (!o->proxy_password ||
            curl_easy_setopt(h, CURLOPT_PROXYPASSWORD, o->proxy_password) == CURLE_OK) &&
           (!o->ca_file || curl_easy_setopt(h, CURLOPT_CAINFO, o->ca_file) == CURLE_OK);
}

int http_open(const struct http_options *options, struct http_client **out, aw_error *err)
{
    pthread_once(&curl_once, curl_start);
    struct http_client *c = curl_ready == CURLE_OK ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return error_nomem(err, "http");
    c->timeout_ms = options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    c->stop = options->stop;
    c->stop_grace_ms = options->stop_grace_ms;
    c->curl = curl_easy_init();
    if (!c->curl || !set_options(c, options)) {
        http_close(c);
        return error_nomem(err, "http");
    }
    set_callbacks(c);
    *out = c;
    return AW_OK;
}

void http_close(struct http_client *client)
{
    if (!client)
        return;
    if (client->curl)
        curl_easy_cleanup(client->curl);
    free(client);
}

void http_set_timeout(struct http_client *client, int64_t timeout_ms)
{
    if (timeout_ms > 0)
        client->timeout_ms = timeout_ms;
}

/* ---- sending -------------------------------------------------------------- */

static struct curl_slist *append(struct curl_slist *list, const char *text, bool *ok)
{
    struct curl_slist *longer = *ok ? curl_slist_append(list, text) : NULL;
    *ok = longer != NULL;
    return longer ? longer : list;
}

static struct curl_slist *header_list(const struct http_request *r, bool *ok)
{
    /* No "Expect: 100-continue": it costs a second where a server ignores it. */
    struct curl_slist *list = append(NULL, "Expect:", ok);
    for (const char *const *h = r->headers; h && *h; h++)
        list = append(list, *h, ok);
    return list;
}

static curl_off_t body_length(const struct http_request *r)
{
    size_t len = 0;
    for (size_t i = 0; i < r->body_spans; i++)
        len += r->body[i].len;
    return (curl_off_t)len;
}

static CURLcode set_request(struct http_client *c, const struct http_request *r,
                            struct curl_slist *headers)
{
    CURL *h = c->curl;
    bool get = strcmp(r->method, "GET") == 0;
    CURLcode rc = curl_easy_setopt(h, CURLOPT_URL, r->url);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)c->timeout_ms);
    curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, r->once ? 1L : 0L);
    if (get) {
        curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(h, CURLOPT_POST, 1L);
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, NULL);
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, body_length(r));
    }
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, get ? NULL : r->method);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    return rc;
}

static void answer_reset(struct http_answer *a, size_t max)
{
    struct buf body = a->body;
    buf_reset(&body);
    body.max = max;
    *a = (struct http_answer){.body = body};
}

/* Which kind of failure a code of libcurl is; those not listed are broken connections. */
static const struct {
    CURLcode code;
    enum http_trouble trouble;
} troubles[] = {
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_TROUBLE_NAME},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_TROUBLE_NAME},
    {CURLE_COULDNT_CONNECT, HTTP_TROUBLE_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, HTTP_TROUBLE_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_TROUBLE_TLS},
    {CURLE_SSL_CACERT_BADFILE, HTTP_TROUBLE_TLS},
    {CURLE_SSL_ISSUER_ERROR, HTTP_TROUBLE_TLS},
    {CURLE_SSL_CERTPROBLEM, HTTP_TROUBLE_TLS},
    {CURLE_SSL_CIPHER, HTTP_TROUBLE_TLS},
    {CURLE_OPERATION_TIMEDOUT, HTTP_TROUBLE_TIMEOUT},
    {CURLE_ABORTED_BY_CALLBACK, HTTP_TROUBLE_STOPPED},
};

static void set_failure(struct http_client *c, CURLcode code, struct http_answer *a)
{
    curl_off_t pretransfer = 0;
    /* Non-zero once the request itself began to be sent; connecting, TLS and the proxy's
     * CONNECT come before it. */
    curl_easy_getinfo(c->curl, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
    a->fate = pretransfer > 0 ? HTTP_UNKNOWN : HTTP_NOT_SENT;
    a->trouble = pretransfer > 0 ? HTTP_TROUBLE_BROKEN : HTTP_TROUBLE_CONNECT;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        if (troubles[i].code == code)
            a->trouble = troubles[i].trouble;
    snprintf(a->error, sizeof a->error, "%s",
             c->curl_error[0] ? c->curl_error : curl_easy_strerror(code));
}

static int our_fault(CURLcode code, const char *url, aw_error *err)
{
    if (code == CURLE_OUT_OF_MEMORY)
        return error_nomem(err, "http");
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return error_set(err, AW_EINVAL, "url", "\"%.200s\" is not an http or https address", url);
    return AW_OK;
}

int http_send(struct http_client *client, const struct http_request *request,
              struct http_answer *out, aw_error *err)
{
    bool ok = true;
    struct curl_slist *headers = header_list(request, &ok);
    answer_reset(out, request->answer_max);
    client->request = request;
    client->answer = out;
    client->span = client->offset = 0;
    client->stopped_at_ms = 0;
    client->curl_error[0] = 0;
    CURLcode code = ok ? set_request(client, request, headers) : CURLE_OUT_OF_MEMORY;
    int64_t begun = timestamp_monotonic_ms();
    if (code == CURLE_OK)
        code = curl_easy_perform(client->curl);
    out->latency_ms = timestamp_monotonic_ms() - begun;
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && out->truncated)) {
        out->fate = HTTP_ANSWERED;
        out->status = (int)status;
    } else {
        set_failure(client, code, out);
    }
    curl_slist_free_all(headers);
    client->request = NULL;
    client->answer = NULL;
    return out->body.error == AW_ENOMEM ? error_nomem(err, "http")
                                        : our_fault(code, request->url, err);
}

void http_answer_free(struct http_answer *answer)
{
    if (answer)
        buf_free(&answer->body);
}

void http_escape(struct buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (const unsigned char *p = (const unsigned char *)text; p && *p; p++) {
        if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
            *p == '-' || *p == '.' || *p == '_' || *p == '~') {
            buf_putc(out, (char)*p);
        } else {
            char code[3] = {'%', hex[*p >> 4], hex[*p & 15]};
            buf_append(out, code, 3);
        }
    }
}
