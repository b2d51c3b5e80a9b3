/* rest.c - JSON over the core's HTTP: four kinds of answer, redirects at home only. */
#include "rest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "json.h"
#include "limit.h"

#define PATH_BYTES 2048
#define REDIRECTS 3
#define MINUTE_MS 60000
#define RIGHTS_MS (5 * MINUTE_MS) /* a key's rights are mended by a person */
#define QUICK_MS 2000 /* what failed later than this is not worth asking again at once */

/* Before a GET that failed on the way is sent again. */
static const int64_t pauses_ms[] = {100, 400};
#define PAUSES (sizeof pauses_ms / sizeof *pauses_ms)

int rest_init(struct rest *r, const aw_forum_services *services, const char *url, aw_error *err)
{
    const char *host = NULL;
    if (url && strncmp(url, "https://", 8) == 0)
        host = url + 8;
    else if (url && strncmp(url, "http://", 7) == 0)
        host = url + 7;
    if (!host || !*host || *host == '/' || strpbrk(url, "?#@ \r\n"))
        return error_set(err, AW_ECONFIG, "forums.url",
                         "must be the forum's address, such as https://forum.example.org, without "
                         "user, query or fragment");
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    if (len >= sizeof r->base)
        return error_set(err, AW_ELIMIT, "forums.url", "is longer than %zu bytes",
                         sizeof r->base - 1);
    memset(r, 0, sizeof *r);
    r->services = services;
    memcpy(r->base, url, len);
    r->origin_len = (size_t)(host - url) + strcspn(host, "/");
    if (r->origin_len > len)
        r->origin_len = len;
    return AW_OK;
}

bool rest_header(struct rest *r, const char *name, const char *value)
{
    if (r->header_count == REST_HEADERS)
        return false;
    r->headers[r->header_count++] = (aw_forum_header){name, value};
    return true;
}

bool rest_escape(const char *text, char *out, size_t out_size)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("-_.~", *c);
        if (n + (plain ? 1 : 3) >= out_size)
            return false;
        if (plain) {
            out[n++] = (char)*c;
        } else {
            out[n++] = '%';
            out[n++] = hex[*c >> 4];
            out[n++] = hex[*c & 15];
        }
    }
    out[n] = '\0';
    return true;
}

/* ---- one request ---------------------------------------------------------- */

/* Our own limit: the wait until the oldest of the last per_minute requests is a minute old. */
static int64_t own_limit(struct rest *r)
{
    int64_t now = r->services->now_ms(r->services->user);
    size_t limit = r->per_minute < REST_WINDOW ? r->per_minute : REST_WINDOW;
    if (limit > 0 && r->sent >= limit) {
        int64_t oldest = r->sent_ms[(r->sent - limit) % REST_WINDOW];
        if (now >= oldest && now - oldest < MINUTE_MS)
            return MINUTE_MS - (now - oldest);
    }
    r->sent_ms[r->sent++ % REST_WINDOW] = now;
    return 0;
}

/* What a forum says is wrong: Discourse in errors[], NodeBB in status.message. */
static void read_error(struct answer *a)
{
    const json_t *errors = json_object_get(a->json, "errors");
    const char *said = json_string_value(json_array_get(errors, 0));
    if (!said)
        said = json_string_value(json_object_get(json_object_get(a->json, "status"), "message"));
    if (!said)
        said = json_string_value(json_object_get(a->json, "message"));
    if (!said)
        said = json_string_value(json_object_get(a->json, "error"));
    if (said)
        snprintf(a->error, sizeof a->error, "%.200s", said);
    json_t *wait = json_object_get(json_object_get(a->json, "extras"), "wait_seconds");
    if (json_is_number(wait)) {
        double s = json_number_value(wait);
        int64_t ms = s > 0 && s < 86400 ? (int64_t)(s * 1000) : 0;
        if (ms > a->retry_after_ms)
            a->retry_after_ms = ms;
    }
}

static void once(struct rest *r, struct answer *out, const char *method, const char *url,
                 const char *body, char location[1024])
{
    aw_forum_header headers[REST_HEADERS + 2];
    size_t n = r->header_count;
    memcpy(headers, r->headers, n * sizeof *headers);
    headers[n++] = (aw_forum_header){"Accept", "application/json"};
    if (body)
        headers[n++] = (aw_forum_header){"Content-Type", "application/json"};
    aw_forum_http request = {.struct_size = (uint32_t)sizeof request, .method = method, .url = url,
                             .headers = headers, .header_count = n, .body = body,
                             .body_bytes = body ? strlen(body) : 0};
    aw_forum_http_reply reply = {.struct_size = (uint32_t)sizeof reply, .retry_after_ms = -1};
    *out = (struct answer){.status = AW_HTTP_NOT_SENT, .retry_after_ms = -1};
    location[0] = '\0';
    int64_t wait = own_limit(r);
    if (wait > 0) {
        out->status = 429;
        out->retry_after_ms = wait;
        snprintf(out->error, sizeof out->error, "our own limit of %zu requests a minute",
                 r->per_minute);
        return;
    }
    int rc = r->services->http(r->services->user, &request, &reply);
    out->status = rc == AW_OK ? reply.status : AW_HTTP_NOT_SENT;
    out->retry_after_ms = reply.retry_after_ms;
    snprintf(out->error, sizeof out->error, "%s", reply.error);
    snprintf(location, 1024, "%s", reply.location);
    if (out->status > 0 && reply.body && reply.body_bytes > 0 &&
        json_read(reply.body, reply.body_bytes, LIMIT_ANSWER_BYTES, "answer", &out->json, NULL) !=
            AW_OK)
        out->json = NULL;
    if (out->status >= 400 && out->json)
        read_error(out);
    r->services->http_free(r->services->user, &reply);
}

/* A job may be thirty requests, most of them to look something up, and one of them that fails costs
 * all of the job and its back-off. A GET changes nothing, so it is sent again at once, each
 * time counted by our own limit. Not if the forum said when (it does with 429), nor if it took long
 * to fail: whatever hangs will hang again, and other jobs wait. */
static bool again(struct rest *r, const struct answer *a, int64_t since_ms, size_t pause)
{
    int64_t took = r->services->now_ms(r->services->user) - since_ms;
    bool failed = a->status == AW_HTTP_NOT_SENT || answer_uncertain(a);
    return failed && a->retry_after_ms < 0 && pause < PAUSES && took >= 0 && took < QUICK_MS &&
           r->services->wait && r->services->wait(r->services->user, pauses_ms[pause]) == 0;
}

static void get(struct rest *r, struct answer *out, const char *url, char location[1024])
{
    int64_t since_ms = r->services->now_ms(r->services->user);
    size_t pause = 0;
    for (once(r, out, "GET", url, NULL, location); again(r, out, since_ms, pause); pause++) {
        answer_free(out);
        once(r, out, "GET", url, NULL, location);
    }
}

/* Where a redirect leads, if it stays on our origin. */
static bool at_home(const struct rest *r, const char *location, char url[PATH_BYTES])
{
    if (location[0] == '/' && location[1] != '/') {
        int n = snprintf(url, PATH_BYTES, "%.*s%s", (int)r->origin_len, r->base, location);
        return n > 0 && n < PATH_BYTES;
    }
    if (strncasecmp(location, r->base, r->origin_len) != 0 || location[r->origin_len] != '/')
        return false;
    int n = snprintf(url, PATH_BYTES, "%s", location);
    return n > 0 && n < PATH_BYTES;
}

static void call(struct rest *r, struct answer *out, const char *method, const char *body,
                 const char *path)
{
    char url[PATH_BYTES], next[PATH_BYTES], location[1024];
    const char *mark = !r->query[0] ? "" : strchr(path, '?') ? "&" : "?";
    int n = snprintf(url, sizeof url, "%s%s%s%s", r->base, path, mark, r->query);
    if (n < 0 || (size_t)n >= sizeof url) {
        *out = (struct answer){.status = AW_HTTP_NOT_SENT, .retry_after_ms = -1,
                               .error = "the address would be too long"};
        return;
    }
    if (strcmp(method, "GET") != 0) {
        once(r, out, method, url, body, location);
        return;
    }
    for (int hop = 0;; hop++) {
        get(r, out, url, location);
        if (out->status < 300 || out->status > 399)
            return;
        if (hop == REDIRECTS || !at_home(r, location, next)) {
            snprintf(out->error, sizeof out->error,
                     "a redirect to %.120s was not followed: it leads elsewhere", location);
            return;
        }
        json_decref(out->json);
        out->json = NULL;
        memcpy(url, next, sizeof url);
    }
}

void rest_get(struct rest *r, struct answer *out, const char *path_format, ...)
{
    char path[PATH_BYTES];
    va_list args;
    va_start(args, path_format);
    vsnprintf(path, sizeof path, path_format, args);
    va_end(args);
    call(r, out, "GET", NULL, path);
}

void rest_send(struct rest *r, struct answer *out, const char *method, json_t *body,
               const char *path_format, ...)
{
    char path[PATH_BYTES];
    va_list args;
    va_start(args, path_format);
    vsnprintf(path, sizeof path, path_format, args);
    va_end(args);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (body && !text)
        *out = (struct answer){.status = AW_HTTP_NOT_SENT, .retry_after_ms = -1,
                               .error = "out of memory"};
    else
        call(r, out, method, text, path);
    out->settle_ms = r->settle_ms;
    free(text);
    json_decref(body);
}

void answer_free(struct answer *a)
{
    if (!a)
        return;
    json_decref(a->json);
    a->json = NULL;
}

bool answer_done(const struct answer *a)
{
    return a->status >= 200 && a->status < 300 && a->json;
}

bool answer_uncertain(const struct answer *a)
{
    return a->status == AW_HTTP_UNKNOWN || a->status >= 500 ||
           (a->status >= 200 && a->status < 300 && !a->json);
}

/* ---- outcomes --------------------------------------------------------------- */

int reply_ok(aw_forum_reply *reply, bool created, const char *ref_format, ...)
{
    va_list args;
    va_start(args, ref_format);
    vsnprintf(reply->ref, sizeof reply->ref, ref_format, args);
    va_end(args);
    reply->created = created;
    reply->reason[0] = '\0';
    reply->retry_after_ms = 0;
    return AW_FORUM_OK;
}

#define SAY_REASON(reply, format)                                                                  \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        vsnprintf((reply)->reason, sizeof(reply)->reason, format, args);                           \
        va_end(args);                                                                              \
    } while (0)

int reply_retry(aw_forum_reply *reply, int64_t after_ms, const char *format, ...)
{
    SAY_REASON(reply, format);
    reply->retry_after_ms = after_ms;
    return AW_FORUM_RETRY;
}

int reply_refuse(aw_forum_reply *reply, const char *format, ...)
{
    SAY_REASON(reply, format);
    return AW_FORUM_REFUSED;
}

int reply_unsupported(aw_forum_reply *reply, const char *format, ...)
{
    SAY_REASON(reply, format);
    return AW_FORUM_UNSUPPORTED;
}

int reply_failed(aw_forum_reply *reply, const struct answer *a, const char *doing)
{
    int64_t after = a->retry_after_ms > 0 ? a->retry_after_ms : 0;
    const char *said = a->error[0] ? a->error : "no reason given";
    if (a->status == 429)
        return reply_retry(reply, after, "%s: the forum asks us to wait (%s)", doing, said);
    if (answer_uncertain(a) && a->settle_ms > after)
        after = a->settle_ms;
    if (a->status == AW_HTTP_NOT_SENT || answer_uncertain(a))
        return reply_retry(reply, after, "%s: the forum does not answer as it should (%d: %s)",
                           doing, a->status, said);
    if (a->status == 401 || a->status == 403)
        return reply_retry(reply, RIGHTS_MS,
                           "%s: the forum refuses our key (%d: %s); check the key and its rights, "
                           "docs/forums.md", doing, a->status, said);
    return reply_refuse(reply, "%s: the forum refuses (%d: %s)", doing, a->status, said);
}

int reply_settle(aw_forum_reply *reply, const struct rest *r, const struct answer *a,
                 const char *doing)
{
    return reply_retry(reply, r->settle_ms,
                       "%s: no answer (%d: %s), and nothing is there yet; it may still arrive, so we "
                       "wait before trying again", doing, a->status,
                       a->error[0] ? a->error : "no reason given");
}

int reply_after_create(aw_forum_reply *reply, int outcome, const struct answer *create)
{
    if (outcome == AW_FORUM_RETRY && answer_uncertain(create) &&
        reply->retry_after_ms < create->settle_ms)
        reply->retry_after_ms = create->settle_ms;
    return outcome;
}

/* ---- members ------------------------------------------------------------------ */

int64_t json_member_i64(const json_t *obj, const char *name)
{
    const json_t *v = json_object_get(obj, name);
    if (json_is_integer(v))
        return json_integer_value(v);
    if (json_is_string(v) && json_string_length(v) > 0 &&
        strspn(json_string_value(v), "0123456789") == json_string_length(v) &&
        json_string_length(v) < 19)
        return (int64_t)strtoll(json_string_value(v), NULL, 10);
    return -1;
}

const char *json_member_text(const json_t *obj, const char *name)
{
    const char *text = json_string_value(json_object_get(obj, name));
    return text ? text : "";
}

bool json_member_true(const json_t *obj, const char *name)
{
    return json_is_true(json_object_get(obj, name)) || json_member_i64(obj, name) == 1;
}
