/*
 * lrs.h - inside one configured LRS: what deliver.c, document.c and reconcile.c share.
 *
 * lrs_config.c reads the configuration, lrs.c opens and reports, lrs_call.c makes
 * one authenticated request with the version header.
 */
#ifndef XAPI_LRS_H
#define XAPI_LRS_H

#include "auth.h"
#include "backoff.h"
#include "deliver.h"
#include "filter.h"
#include "http.h"
#include "limit.h"
#include "retry.h"

#define LRS_MAX_BATCH 5000
#define LRS_MAX_LOOKS 8 /* how many others are tried before a lone refusal is believed, or not */

struct lrs_config {
    const char *name, *endpoint, *version;
    char version_header[48];    /* "X-Experience-API-Version: 1.0.3" */
    int64_t batch_statements, batch_bytes;
    int64_t timeout_ms, connect_timeout_ms, probe_ms;
    int64_t backoff_first_ms, backoff_cap_ms;
    int64_t spacing_ms;         /* from rate.requests_per_minute */
    int64_t statements_per_s;   /* 0: no limit */
    int64_t attachment_bytes;   /* of one file; 0: files are not sent */
    const char *ca_file, *proxy, *proxy_user;
    struct secret proxy_password;
    const char *erase_url;      /* the LRS's own erasure, with {actor}; or NULL */
    const char *erase_method;
    bool documents;             /* State and profile documents go there as well */
    struct auth auth;
    struct filter filter;
};

/* Texts are borrowed from obj. */
int lrs_config_read(const json_t *obj, struct lrs_config *out, aw_error *err);
void lrs_config_free(struct lrs_config *c);

/* Trying others because one alone is refused, or breaks the LRS, each time. */
struct lrs_look {
    bool active;
    const char *dead;    /* the code it would get */
    char text[1024];     /* what the LRS said of it */
    size_t tried;
};

struct xapi_lrs {
    json_t *json;                 /* our own copy, which config borrows from */
    struct lrs_config config;
    struct xapi_lrs_surroundings around;
    char *attachments_dir;        /* our own copy */
    struct http_client *http;
    struct http_answer answer;
    struct http_span *spans;      /* of the batch under way: brackets, commas, statements */
    uint32_t *seen;               /* hash table of the ids in it */
    size_t seen_size;

    /* what was learned */
    size_t max_bytes;             /* of a batch, from 413s */
    size_t max_statements;        /* shrinks after failures, grows back */
    int64_t spacing_ms;
    struct backoff backoff;
    bool accepted;                /* it has taken a statement since it was opened */
    uint32_t refused_in_row;      /* single statements, with none taken in between */

    /* about what is at the front */
    uuid5 front;
    bool has_front;
    size_t suspect;               /* among so many from the front one is at fault; 0: not known */
    size_t again;                 /* so many were sent with unknown outcome; 0: none */
    uint32_t alone_failures;      /* how often the first one failed, sent by itself */
    struct lrs_look look;
    uint32_t look_turn;

    int64_t not_before_ms;        /* monotonic: when the next request may be */
    struct xapi_lrs_report report;
};

/* One request to endpoint/path with version and credentials; a 401 is answered once with
 * renewed ones. path: "statements?limit=1". headers: further ones, NULL-terminated, or NULL.
 * The answer is in lrs->answer. AW_OK whatever was answered (or not); AW_ECONFIG, AW_EREFUSED:
 * no credentials to send; AW_ENET: the token's server is away. */
int lrs_call(struct xapi_lrs *lrs, const char *method, const char *path,
             const char *const *headers, const struct http_span *body, size_t body_spans,
             aw_error *err);
/* The same to the whole URL. */
int lrs_call_url(struct xapi_lrs *lrs, const char *method, const char *url,
                 const char *const *headers, const struct http_span *body, size_t body_spans,
                 aw_error *err);

/* What lrs->answer means, as retry.c wants it. */
struct retry_answer lrs_answer(const struct xapi_lrs *lrs, int64_t now_ms);

void lrs_alert(struct xapi_lrs *lrs, enum xapi_health health, enum xapi_alert alert,
               const char *detail, int64_t now_ms);
void lrs_calm(struct xapi_lrs *lrs); /* no alert any more */

#endif
