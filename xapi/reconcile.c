/* reconcile.c - comparing what an LRS holds with what we say was delivered. */
#include "reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "error.h"
#include "json.h"
#include "lrs.h"
#include "normal.h"
#include "stop.h"
#include "timestamp.h"

#define TRIES 6
#define PAGE_MAX_BYTES LIMIT_ANSWER_BYTES
#define PAGES_MAX 10000000u
#define MORE_MAX 8192

struct ours { /* one slot of the table; finding and taken fit into the padding */
    uuid5 id;
    uint64_t digest;
    uint8_t taken, finding;
};

struct reconcile {
    struct xapi_lrs *lrs;
    struct ours *table; /* open addressing, size a power of two */
    size_t size, count;
    struct reconcile_counts counts;
};

/* ---- the table ------------------------------------------------------------------ */

static size_t slot_of(const struct ours *table, size_t size, const uuid5 *id)
{
    uint64_t h;
    memcpy(&h, id->bytes + 8, sizeof h);
    size_t slot = (size_t)((h * 0x9E3779B97F4A7C15u) >> 16) & (size - 1);
    while (table[slot].taken && !uuid5_equal(&table[slot].id, id))
        slot = (slot + 1) & (size - 1);
    return slot;
}

static int grow(struct reconcile *r, aw_error *err)
{
    size_t size = r->size ? r->size * 2 : 1024;
    struct ours *table = calloc(size, sizeof *table);
    if (!table)
        return error_nomem(err, "reconcile");
    for (size_t i = 0; i < r->size; i++)
        if (r->table[i].taken)
            table[slot_of(table, size, &r->table[i].id)] = r->table[i];
    free(r->table);
    r->table = table;
    r->size = size;
    return AW_OK;
}

int reconcile_open(struct xapi_lrs *lrs, struct reconcile **out, aw_error *err)
{
    struct reconcile *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err, "reconcile");
    r->lrs = lrs;
    int rc = grow(r, err);
    if (rc != AW_OK) {
        free(r);
        return rc;
    }
    *out = r;
    return AW_OK;
}

void reconcile_close(struct reconcile *r)
{
    if (!r)
        return;
    free(r->table);
    free(r);
}

int reconcile_expect(struct reconcile *r, const uuid5 *id, const char *json, size_t len,
                     aw_error *err)
{
    json_t *statement = NULL;
    uint64_t digest = 0;
    int rc = r->count * 2 >= r->size ? grow(r, err) : AW_OK;
    if (rc == AW_OK)
        rc = json_read(json, len, LIMIT_STATEMENT_BYTES, "statement", &statement, err);
    if (rc == AW_OK)
        rc = normal_digest(statement, &digest, err);
    json_decref(statement);
    if (rc != AW_OK)
        return rc;
    struct ours *o = &r->table[slot_of(r->table, r->size, id)];
    r->count += !o->taken;
    *o = (struct ours){.id = *id, .digest = digest, .taken = 1};
    return AW_OK;
}

enum reconcile_finding reconcile_of(const struct reconcile *r, const uuid5 *id)
{
    const struct ours *o = &r->table[slot_of(r->table, r->size, id)];
    return o->taken ? (enum reconcile_finding)o->finding : RECONCILE_UNSEEN;
}

/* ---- asking patiently -------------------------------------------------------------- */

static void sleep_ms(const struct xapi_lrs *lrs, int64_t ms)
{
    const volatile int *stop = lrs->around.stop;
    for (; ms > 0 && !stop_asked(stop); ms -= 50)
        nanosleep(&(struct timespec){.tv_nsec = (ms < 50 ? ms : 50) * 1000000}, NULL);
}

static int refusal(struct xapi_lrs *lrs, int code, aw_error *err)
{
    const struct http_answer *a = &lrs->answer;
    char reason[300];
    if (a->fate != HTTP_ANSWERED)
        return error_set(err, AW_ENET, lrs->config.name, "%s", a->error);
    answer_reason(a->body.data ? a->body.data : "", a->body.len, reason, sizeof reason);
    return error_set(err, code, lrs->config.name, "GET statements was answered %d: %s", a->status,
                     reason);
}

/* GET; what passes by itself is waited for. *out_found false: 404. */
static int ask(struct xapi_lrs *lrs, const char *path, bool *out_found, aw_error *err)
{
    struct backoff backoff = {.first_ms = lrs->config.backoff_first_ms,
                              .cap_ms = lrs->config.backoff_cap_ms, .random = lrs->backoff.random};
    for (int i = 0;; i++) {
        int rc = lrs_call(lrs, "GET", path, NULL, NULL, 0, err);
        if (rc != AW_OK)
            return rc;
        const struct http_answer *a = &lrs->answer;
        const struct retry_answer answer = lrs_answer(lrs, timestamp_now_ms());
        *out_found = a->fate == HTTP_ANSWERED && a->status != 404;
        if (a->fate == HTTP_ANSWERED && (a->status == 200 || a->status == 404))
            return AW_OK;
        struct retry_verdict verdict = retry_decide(&answer);
        bool passes = verdict.action == RETRY_LATER || verdict.action == RETRY_WAIT;
        if (!passes || i + 1 == TRIES || stop_asked(lrs->around.stop))
            return refusal(lrs, passes ? AW_ENET : AW_EREFUSED, err);
        sleep_ms(lrs, verdict.action == RETRY_WAIT ? answer.retry_after_ms
                                                   : backoff_next_ms(&backoff));
    }
}

/* ---- pages ----------------------------------------------------------------------------- */

static int read_more(const json_t *root, char *more, size_t size, aw_error *err)
{
    const char *text = "";
    int rc = json_get_text(root, "more", size - 1, &text, err);
    if (rc != AW_OK)
        return rc;
    /* An IRL; some LRSs give all of it, the specification only what follows the host. */
    const char *scheme = strstr(text, "://");
    if (scheme && scheme - text <= 5) {
        const char *path = strchr(scheme + 3, '/');
        text = path ? path : "";
    }
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p <= 32 || *p == 127)
            return error_set(err, AW_EJSON, "more", "is no address");
    if (*text && *text != '/')
        return error_set(err, AW_EJSON, "more", "\"%.80s\" is no path", text);
    snprintf(more, size, "%s", text);
    return AW_OK;
}

int reconcile_page(const char *body, size_t len, reconcile_each each, void *context, char *more,
                   size_t more_size, aw_error *err)
{
    json_t *root = NULL, *statement;
    const json_t *list = NULL;
    size_t i;
    int rc = json_read(body, len, PAGE_MAX_BYTES, "statements", &root, err);
    if (rc == AW_OK)
        rc = json_want_object(root, "statements", err);
    if (rc == AW_OK)
        rc = json_get_array(root, "statements", &list, err);
    if (rc == AW_OK && !list)
        rc = error_set(err, AW_EJSON, "statements", "the answer has no list of statements");
    if (rc == AW_OK)
        rc = read_more(root, more, more_size, err);
    json_array_foreach(list, i, statement)
    {
        if (rc == AW_OK)
            rc = each(context, statement, err);
    }
    json_decref(root);
    return rc;
}

static int compare(void *context, const json_t *statement, aw_error *err)
{
    struct reconcile *r = context;
    const char *text = json_string_value(json_object_get(statement, "id"));
    uuid5 id;
    uint64_t digest;
    if (!text || !uuid5_parse(text, &id))
        return AW_OK;
    struct ours *o = &r->table[slot_of(r->table, r->size, &id)];
    if (!o->taken) {
        r->counts.others++;
        return AW_OK;
    }
    int rc = normal_digest(statement, &digest, err);
    if (rc == AW_OK)
        o->finding = digest == o->digest ? RECONCILE_SAME : RECONCILE_DIFFERENT;
    return rc;
}

/* The endpoint's scheme and host: what `more` is relative to. */
static size_t host_length(const char *endpoint)
{
    const char *host = strstr(endpoint, "://") + 3;
    return (size_t)(host - endpoint) + strcspn(host, "/");
}

/* The same as ask(), for an address below the host instead of the endpoint. */
static int ask_more(struct xapi_lrs *lrs, const char *more, bool *out_found, aw_error *err)
{
    size_t host = host_length(lrs->config.endpoint), prefix = strlen(lrs->config.endpoint) - host;
    while (prefix > 0 && lrs->config.endpoint[host + prefix - 1] == '/')
        prefix--;
    if (strncmp(more, lrs->config.endpoint + host, prefix) != 0 || more[prefix] != '/')
        return error_set(err, AW_EREFUSED, lrs->config.name,
                         "\"more\" points outside of the endpoint: %.200s", more);
    return ask(lrs, more + prefix + 1, out_found, err);
}

static int read_pages(struct reconcile *r, int64_t since_ms, aw_error *err)
{
    char path[128], more[MORE_MAX] = "", last[MORE_MAX] = "", since[TIMESTAMP_TEXT] = "";
    bool found;
    if (since_ms > 0)
        timestamp_text(since_ms, since);
    snprintf(path, sizeof path, "statements?ascending=true&format=exact%s%s",
             since_ms > 0 ? "&since=" : "", since);
    int rc = ask(r->lrs, path, &found, err);
    for (unsigned page = 0; rc == AW_OK && page < PAGES_MAX; page++) {
        const struct http_answer *a = &r->lrs->answer;
        if (!found || a->truncated)
            return found ? error_set(err, AW_ELIMIT, r->lrs->config.name, "a page is too large")
                         : refusal(r->lrs, AW_EREFUSED, err);
        rc = reconcile_page(a->body.data ? a->body.data : "", a->body.len, compare, r, more,
                            sizeof more, err);
        r->counts.pages++;
        if (rc != AW_OK || !more[0])
            break;
        if (strcmp(more, last) == 0)
            return error_set(err, AW_EREFUSED, r->lrs->config.name, "\"more\" leads in a circle");
        memcpy(last, more, sizeof last);
        rc = ask_more(r->lrs, more, &found, err);
    }
    return rc;
}

/* ---- one by one -------------------------------------------------------------------------- */

static int ask_for(struct reconcile *r, struct ours *o, const char *parameter, bool *out_found,
                   aw_error *err)
{
    char path[128], id[UUID5_TEXT];
    uuid5_text(&o->id, id);
    snprintf(path, sizeof path, "statements?%s=%s", parameter, id);
    return ask(r->lrs, path, out_found, err);
}

static int look_for(struct reconcile *r, struct ours *o, bool consistent, aw_error *err)
{
    bool found = false, voided = false;
    json_t *statement = NULL;
    int rc = ask_for(r, o, "statementId", &found, err);
    if (rc == AW_OK && found) {
        const struct http_answer *a = &r->lrs->answer;
        rc = json_read(a->body.data ? a->body.data : "", a->body.len, PAGE_MAX_BYTES, "statement",
                       &statement, err);
        if (rc == AW_OK)
            rc = compare(r, statement, err);
        json_decref(statement);
        return rc;
    }
    if (rc == AW_OK)
        rc = ask_for(r, o, "voidedStatementId", &voided, err);
    if (rc == AW_OK)
        o->finding = voided ? RECONCILE_VOIDED : consistent ? RECONCILE_MISSING : RECONCILE_LATE;
    return rc;
}

/* An LRS that does not say what it is consistent through is taken to be so. */
static bool consistent_through(const struct xapi_lrs *lrs, int64_t moment_ms)
{
    const char *text = lrs->answer.consistent_through;
    int64_t ms;
    return !timestamp_parse(text, strlen(text), &ms, NULL) || ms >= moment_ms;
}

static int wait_for_consistency(struct reconcile *r, int64_t begun_ms, int64_t patience_ms,
                                bool *out, aw_error *err)
{
    bool found;
    int rc = AW_OK;
    while (!(*out = consistent_through(r->lrs, begun_ms)) && patience_ms > 0 && rc == AW_OK) {
        sleep_ms(r->lrs, 200);
        patience_ms -= 200;
        rc = ask(r->lrs, "statements?limit=1", &found, err);
    }
    return rc;
}

static void count(struct reconcile *r)
{
    size_t *const of[] = {
        [RECONCILE_UNSEEN] = &r->counts.missing, [RECONCILE_SAME] = &r->counts.same,
        [RECONCILE_DIFFERENT] = &r->counts.different, [RECONCILE_VOIDED] = &r->counts.voided,
        [RECONCILE_LATE] = &r->counts.late, [RECONCILE_MISSING] = &r->counts.missing};
    r->counts.expected = r->count;
    for (size_t i = 0; i < r->size; i++)
        if (r->table[i].taken)
            ++*of[r->table[i].finding];
}

int reconcile_run(struct reconcile *r, int64_t since_ms, int64_t patience_ms,
                  struct reconcile_counts *out, aw_error *err)
{
    int64_t begun_ms = timestamp_now_ms();
    bool consistent = true;
    r->counts = (struct reconcile_counts){0};
    int rc = read_pages(r, since_ms, err);
    if (rc == AW_OK)
        rc = wait_for_consistency(r, begun_ms, patience_ms, &consistent, err);
    for (size_t i = 0; i < r->size && rc == AW_OK; i++)
        if (r->table[i].taken && r->table[i].finding == RECONCILE_UNSEEN)
            rc = look_for(r, &r->table[i], consistent, err);
    if (rc != AW_OK)
        return rc;
    count(r);
    *out = r->counts;
    return AW_OK;
}
