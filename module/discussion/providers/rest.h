/*
 * rest.h - JSON over the core's HTTP, as both forums speak it.
 *
 * An answer is one of four things: done (2xx with JSON), not done (4xx), busy
 * (429, with a time), or uncertain (no answer, 5xx, a cut body): then the peer
 * may have acted, or may yet act, and whoever wanted to create something looks
 * it up before anything else, and whoever wanted to change something tries again
 * only when the lost request can no longer come through, so that an admission that
 * was given up cannot undo a later leaving. What only reads is sent again at once, twice at most.
 * Redirects are followed for GET only, on the same origin only, three at most: the API key goes
 * nowhere else.
 */
#ifndef PROVIDERS_REST_H
#define PROVIDERS_REST_H

#include <afterword/forum.h>
#include <jansson.h>
#include <stdbool.h>

#define REST_HEADERS 4
#define REST_WINDOW 256

struct rest {
    const aw_forum_services *services;
    char base[384];          /* without a slash at its end */
    size_t origin_len;       /* of scheme, host and port in base */
    char query[48];          /* "name=value" added to every address, or "" */
    aw_forum_header headers[REST_HEADERS];
    size_t header_count;
    int64_t settle_ms;       /* how long a request that we gave up may still be acted on */
    int64_t sent_ms[REST_WINDOW]; /* the times of the last requests, a ring */
    size_t per_minute;       /* requests that we allow ourselves; 0: any number */
    size_t sent;
};

struct answer {
    int status;              /* HTTP, AW_HTTP_NOT_SENT or AW_HTTP_UNKNOWN */
    json_t *json;            /* NULL: none, or not JSON */
    int64_t retry_after_ms;  /* -1: not said */
    int64_t settle_ms;       /* of a request that changes something; 0 of a GET */
    char error[256];         /* in words: of the transfer, or what the forum said */
};

/* Checks the URL (http or https, no query) and keeps it. */
int rest_init(struct rest *r, const aw_forum_services *services, const char *url, aw_error *err);
bool rest_header(struct rest *r, const char *name, const char *value); /* borrowed */

/* Paths begin with a slash; put texts into them with rest_escape(). */
void rest_get(struct rest *r, struct answer *out, const char *path_format, ...)
    __attribute__((format(printf, 3, 4)));
/* body: a reference that is taken; NULL sends none. */
void rest_send(struct rest *r, struct answer *out, const char *method, json_t *body,
               const char *path_format, ...) __attribute__((format(printf, 5, 6)));
void answer_free(struct answer *a);

bool answer_done(const struct answer *a);
bool answer_uncertain(const struct answer *a);

/* Percent-encodes all but unreserved characters; false: out is too small. */
bool rest_escape(const char *text, char *out, size_t out_size);

/* Outcomes, with their reasons. */
int reply_ok(aw_forum_reply *reply, bool created, const char *ref_format, ...)
    __attribute__((format(printf, 3, 4)));
int reply_retry(aw_forum_reply *reply, int64_t after_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int reply_refuse(aw_forum_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int reply_unsupported(aw_forum_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The outcome of an answer that was not what was wanted; `doing`: "create the category". */
int reply_failed(aw_forum_reply *reply, const struct answer *a, const char *doing);
/* Nothing was found after an uncertain create: it may still be on its way, so not
 * before everything that is under way has settled may it be tried again. */
int reply_settle(aw_forum_reply *reply, const struct rest *r, const struct answer *a,
                 const char *doing);

/* After a create, when the look-up that follows it ended with `outcome`: if the create got
 * no answer and the look-up failed too, nothing may be tried before all has settled. */
int reply_after_create(aw_forum_reply *reply, int outcome, const struct answer *create);

/* Members, with defaults. */
int64_t json_member_i64(const json_t *obj, const char *name); /* also of "12"; -1 if there is none */
const char *json_member_text(const json_t *obj, const char *name); /* "" if there is none */
bool json_member_true(const json_t *obj, const char *name); /* true, 1 or "1" */

#endif
