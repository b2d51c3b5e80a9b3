/*
 * deliver.h - statements to one LRS, whatever it answers. docs/lrs.md is the page for people.
 *
 * One `struct xapi_lrs` is one configured LRS: its connection, its credentials
 * and what was learned about it (batch size, rate, backoff). It belongs to one
 * thread; there is one request in flight.
 *
 * Invariants
 *   - What is settled is always a prefix of what was handed in, so a sender's
 *     progress is one number. A statement is settled when the LRS has taken it
 *     or when `dead` has stored it with the reason; nothing else settles one.
 *   - The bytes handed in are the bytes sent, on every attempt.
 *   - Whether an answer means delivered, again, split or stop is decided in
 *     retry.c alone; how long to wait in backoff.c.
 *   - Waiting is the caller's: no call here sleeps.
 */
#ifndef XAPI_DELIVER_H
#define XAPI_DELIVER_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statement.h"
#include "uuid5.h"

struct xapi_lrs;

/* What an LRS belongs to; stop is borrowed for as long as it is open. All may be 0. */
struct xapi_lrs_surroundings {
    const volatile int *stop;    /* non-zero: the request in flight gets 10 s more, then is cut */
    const char *attachments_dir; /* where attached files lie, each named by its SHA-256 in hex */
};

/* Reads one element of the configuration's "lrs" (docs/lrs.md lists its members). Opens no
 * connection; secrets are looked at when they are needed, and again after a 401.
 * Errors: AW_ECONFIG, AW_EINVAL, AW_ELIMIT (where: the member), AW_ENOMEM. */
int xapi_lrs_open(const json_t *config, const struct xapi_lrs_surroundings *surroundings,
                  struct xapi_lrs **out, aw_error *err);
void xapi_lrs_close(struct xapi_lrs *lrs);

/* Is the element right, without keeping anything: for `afterword check`. */
int xapi_lrs_check_config(const json_t *config, aw_error *err);

const char *xapi_lrs_name(const struct xapi_lrs *lrs);
/* As many statements, and as many bytes, as are worth handing in at once. */
size_t xapi_lrs_batch_statements(const struct xapi_lrs *lrs);
size_t xapi_lrs_batch_bytes(const struct xapi_lrs *lrs);

/* Do documents go there? By "documents" of its configuration. */
bool xapi_lrs_documents(const struct xapi_lrs *lrs);

/* The categories a statement carries, for the filter. */
#define XAPI_OF_AFTERWORD 1u
#define XAPI_OF_SCORM 2u

/* Does this LRS want the statement? By "filter" of its configuration. A voiding statement
 * passes every filter of verbs: no LRS may keep a completion that was withdrawn. */
bool xapi_lrs_wants(const struct xapi_lrs *lrs, int verb /* enum xapi_verb */, unsigned of,
                    const char *course, size_t course_len);

/* One statement as the statement log has it. */
struct xapi_outgoing {
    const char *bytes; /* JSON; need not be terminated */
    size_t len;
    uuid5 id;
    bool with_files;   /* has attachments whose bytes lie in attachments_dir */
};

/* Why a statement cannot be delivered. */
#define XAPI_DEAD_INVALID "invalid"         /* 400, 422: text is the LRS's */
#define XAPI_DEAD_CONFLICT "conflict"       /* 409: the id exists with other content */
#define XAPI_DEAD_TOO_LARGE "too_large"     /* 413, alone */
#define XAPI_DEAD_PRECONDITION "precondition" /* 412 */
#define XAPI_DEAD_SERVER_ERROR "server_error" /* 5xx each time, alone, while others pass */
#define XAPI_DEAD_ATTACHMENT "attachment"   /* its file is missing or was changed */

/* Stores statements[index] as a dead letter, durably. Non-zero: it could not; then the
 * statement is not settled and xapi_deliver returns that code. */
typedef int (*xapi_dead_fn)(void *context, size_t index, const char *code, const char *text);

enum xapi_health {
    XAPI_HEALTHY,  /* going on */
    XAPI_WAITING,  /* it answers slowly, with errors or not at all: going on by itself */
    XAPI_STOPPED   /* needs a person: credentials, endpoint, version; probed slowly */
};

struct xapi_delivery {
    size_t settled;          /* how many from the front */
    int64_t wait_ms;         /* before the next call; 0: at once. Calling earlier is harmless. */
    enum xapi_health health;
};

/*
 * Sends at most one batch from the front of statements[0..n) and says what became
 * of it. Call again, with what is not settled yet at the front (and more behind
 * it, if there is more), after wait_ms. Between calls while waiting, statements may be added at
 * the end only. n == 0 sends nothing.
 * now_ms: the time, UTC. Returns AW_OK whatever the LRS answered; else AW_ENOMEM
 * or what `dead` returned.
 */
int xapi_deliver(struct xapi_lrs *lrs, const struct xapi_outgoing *statements, size_t n,
                 int64_t now_ms, xapi_dead_fn dead, void *context, struct xapi_delivery *out,
                 aw_error *err);

enum xapi_alert {
    XAPI_ALERT_NONE,
    XAPI_ALERT_UNREACHABLE, /* no such host, connection refused */
    XAPI_ALERT_TLS,         /* certificate not trusted, wrong name */
    XAPI_ALERT_SILENT,      /* timeouts, broken connections: whether it was stored is not known */
    XAPI_ALERT_BUSY,        /* 429, 503 with Retry-After */
    XAPI_ALERT_TROUBLE,     /* other 5xx */
    XAPI_ALERT_CREDENTIALS, /* 401, 403, a secret that cannot be read */
    XAPI_ALERT_ENDPOINT,    /* 404, 405, a redirect, a web page instead of an LRS */
    XAPI_ALERT_SUSPECT      /* it refuses every statement: version or content type */
};

/* How it goes, for status, metrics and the log. Texts hold no secret. */
struct xapi_lrs_report {
    enum xapi_health health;
    enum xapi_alert alert;
    int64_t alert_since_ms;      /* 0: none */
    char alert_text[512];        /* what is wrong and what to do */
    int64_t last_success_ms;     /* 0: none since it was opened */
    int64_t next_ms;             /* when it is tried again; 0: now */
    uint64_t requests, batches, delivered, dead, conflicts, retries, unknown, bytes;
    int64_t last_latency_ms, largest_latency_ms;
    size_t batch_statements, batch_bytes; /* as learned */
    int64_t spacing_ms;          /* between requests, as learned from 429s */
};
void xapi_lrs_report(const struct xapi_lrs *lrs, struct xapi_lrs_report *out);
const char *xapi_alert_name(enum xapi_alert alert); /* "credentials", ... */

/* Is it there, does it speak the version, are the credentials taken? GET about and one
 * statement; *out_text (size bytes) says what was found. For `afterword check`. */
int xapi_lrs_probe(struct xapi_lrs *lrs, char *out_text, size_t size, aw_error *err);

/* Hands the erasure of a person to the LRS, by "erase" of its configuration. actor_json: the
 * agent as statements have it. AW_EUNSUPPORTED: nothing is configured; AW_ENET: try again. */
int xapi_lrs_erase(struct xapi_lrs *lrs, const char *actor_json, aw_error *err);

#endif
