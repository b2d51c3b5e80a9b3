/*
 * commit.c - one commit body read into values, sorted by role and index, each once.
 *
 * Which version it is shows in the elements themselves: those that only one
 * version has vote. Memory is kept from body to body; nothing is allocated per value.
 */
#include "commit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmi_value.h"
#include "commit_read.h"
#include "digest.h"
#include "error.h"
#include "limit.h"
#include "utf8.h"

void scorm_commit_init(struct scorm_commit *c)
{
    *c = (struct scorm_commit){.course = "", .item = "", .learner = ""};
}

void scorm_commit_free(struct scorm_commit *c)
{
    if (!c)
        return;
    free(c->store);
    free(c->arena);
    scorm_commit_init(c);
}

/* ---- what the readers of the shapes call --------------------------------- */

char *commit_arena(struct commit_reader *r, size_t len)
{
    char *at = r->c->arena + r->c->arena_len;
    r->c->arena_len += len;
    return at;
}

static void add_segment(struct commit_path *path, const char *key, size_t len)
{
    bool index = len > 0 && len <= 5;
    uint32_t value = 0;
    for (size_t i = 0; i < len && index; i++) {
        index = key[i] >= '0' && key[i] <= '9';
        value = value * 10 + (uint32_t)(key[i] - '0');
    }
    size_t room = sizeof path->text - path->len, need = (index ? 1 : len) + (path->len ? 1 : 0);
    if (need >= room || (index && (path->indices == 2 || value > CMI_INDEX_MAX)) ||
        (len == 1 && key[0] == 'n')) {
        path->unknown = true;
        return;
    }
    if (path->len)
        path->text[path->len++] = '.';
    if (index) {
        path->index[path->indices++] = (uint16_t)value;
        path->text[path->len++] = 'n';
        return;
    }
    memcpy(path->text + path->len, key, len);
    path->len = (uint8_t)(path->len + len);
}

void commit_path_add(struct commit_path *path, const char *key, size_t len)
{
    while (!path->unknown) {
        const char *dot = memchr(key, '.', len);
        size_t n = dot ? (size_t)(dot - key) : len;
        add_segment(path, key, n);
        if (!dot)
            return;
        key += n + 1;
        len -= n + 1;
    }
}

static int grow(struct commit_reader *r)
{
    struct scorm_commit *c = r->c;
    size_t cap = c->store_cap ? c->store_cap * 2 : 256;
    struct scorm_value *grown = realloc(c->store, 2 * cap * sizeof *grown); /* half of it to sort into */
    if (!grown)
        return error_nomem(r->err, "commit");
    c->store = grown;
    c->store_cap = cap;
    return AW_OK;
}

int commit_put(struct commit_reader *r, const struct commit_path *path, const char *text, size_t len)
{
    static const char object[] = "[object Object]";
    struct scorm_commit *c = r->c;
    if (len == sizeof object - 1 && memcmp(text, object, len) == 0) {
        c->lossy = true; /* an object printed as text: what was in it is gone */
        return AW_OK;
    }
    unsigned versions = 0;
    enum cmi_role role = path->unknown ? CMI_ROLE_COUNT
                                       : cmi_role_of(path->text, path->len, &versions);
    if (role == CMI_ROLE_COUNT) {
        c->skipped += path->len > 0; /* not the summaries beside the data */
        return AW_OK;
    }
    r->votes_12 += versions == CMI_IN_12;
    r->votes_2004 += versions == CMI_IN_2004;
    if (role == CMI_KEYWORD)
        return AW_OK;
    if (c->value_count == COMMIT_VALUES_MAX)
        return error_set(r->err, AW_ELIMIT, "body", "more than %d values", COMMIT_VALUES_MAX);
    if (c->value_count == c->store_cap) {
        int rc = grow(r);
        if (rc != AW_OK)
            return rc;
    }
    c->store[c->value_count++] = (struct scorm_value){
        .role = (uint16_t)role, .n = path->index[0], .m = path->index[1],
        .versions = (uint16_t)versions, .len = (uint32_t)len, .text = text};
    return AW_OK;
}

/* The members beside the data, by name. Booleans come as true, "true" or 1. */
static const char *const meta_names[] = {"courseId",   "scoId",      "learnerId", "commitSequence",
                                         "terminated", "terminate",  "activityId", "learnerName"};
enum { META_COURSE, META_ITEM, META_LEARNER, META_SEQUENCE, META_TERMINATED, META_TERMINATE };

static size_t meta_find(const char *name, size_t len)
{
    size_t i = 0;
    while (i < sizeof meta_names / sizeof meta_names[0] &&
           (strlen(meta_names[i]) != len || memcmp(meta_names[i], name, len) != 0))
        i++;
    return i;
}

bool commit_is_meta(const char *name, size_t len)
{
    return meta_find(name, len) < sizeof meta_names / sizeof meta_names[0];
}

static int keep_text(struct commit_reader *r, const char *text, size_t len, const char **out)
{
    if (len > LIMIT_ID_BYTES || memchr(text, 0, len))
        return AW_OK; /* no id of ours; the host's own counts anyway */
    if (text == r->c->arena + r->c->arena_len - len) {
        commit_arena(r, 1)[0] = 0; /* it was decoded to the arena's end */
        *out = text;
        return AW_OK;
    }
    char *copy = commit_arena(r, len + 1);
    memcpy(copy, text, len);
    copy[len] = 0;
    *out = copy;
    return AW_OK;
}

int commit_put_meta(struct commit_reader *r, const char *name, size_t name_len, const char *text,
                    size_t len)
{
    double number;
    switch (meta_find(name, name_len)) {
    case META_COURSE:
        return keep_text(r, text, len, &r->c->course);
    case META_ITEM:
        return keep_text(r, text, len, &r->c->item);
    case META_LEARNER:
        return keep_text(r, text, len, &r->c->learner);
    case META_SEQUENCE:
        if (cmi_real(text, len, &number) && number >= 0 && number < 9e15) {
            r->c->has_sequence = true;
            r->c->sequence = (int64_t)number;
        }
        return AW_OK;
    case META_TERMINATED:
    case META_TERMINATE:
        if (cmi_vocabulary_has("true|1|yes", text, len))
            r->explicit_terminated = AW_YES;
        else if (cmi_vocabulary_has("false|0|no", text, len))
            r->explicit_terminated = AW_NO;
        return AW_OK;
    default:
        return AW_OK;
    }
}

/* ---- after reading -------------------------------------------------------- */

static int by_index(const void *a, const void *b)
{
    const struct scorm_value *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    if (x->m != y->m)
        return x->m < y->m ? -1 : 1;
    /* The text's place in memory says nothing of order; `order` does. */
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Counting sort by role, then by index within a role, which nearly always is in order. */
static void sort_values(struct scorm_commit *c)
{
    struct scorm_value *sorted = c->store + c->store_cap;
    uint32_t next[CMI_ROLE_COUNT];
    memset(c->first, 0, sizeof c->first);
    for (size_t i = 0; i < c->value_count; i++) {
        c->store[i].order = (uint32_t)i;
        c->first[c->store[i].role + 1]++;
    }
    for (size_t r = 0; r < CMI_ROLE_COUNT; r++)
        c->first[r + 1] += c->first[r];
    memcpy(next, c->first, sizeof next);
    for (size_t i = 0; i < c->value_count; i++)
        sorted[next[c->store[i].role]++] = c->store[i];
    for (size_t r = 0; r < CMI_ROLE_COUNT; r++) {
        bool ordered = true;
        for (size_t i = c->first[r] + 1; i < c->first[r + 1]; i++)
            ordered = ordered && by_index(&sorted[i - 1], &sorted[i]) < 0;
        if (!ordered)
            qsort(sorted + c->first[r], c->first[r + 1] - c->first[r], sizeof *sorted, by_index);
    }
    c->values = sorted;
}

/* Drops what the version does not have, and of equal ones all but the last; where two
 * pairs of params have one name neither is sound. */
static void settle_values(struct commit_reader *r)
{
    struct scorm_commit *c = r->c;
    struct scorm_value *v = c->store + c->store_cap;
    unsigned wanted = c->version == SCORM_12 ? CMI_IN_12 : CMI_IN_2004;
    size_t to = 0, role = 0;
    for (size_t i = 0; i < c->value_count;) {
        size_t same = i + 1;
        while (same < c->value_count && v[same].role == v[i].role && v[same].n == v[i].n &&
               v[same].m == v[i].m)
            same++;
        bool sound = (v[i].versions & wanted) != 0;
        if (sound && same - i > 1 && r->saw_params) {
            c->lossy = true;
            sound = false;
        }
        for (; role < v[i].role; role++)
            c->first[role + 1] = (uint32_t)to;
        if (sound)
            v[to++] = v[same - 1];
        else
            c->skipped++;
        i = same;
    }
    for (; role < CMI_ROLE_COUNT; role++)
        c->first[role + 1] = (uint32_t)to;
    c->first[0] = 0;
    c->value_count = to;
}

static int64_t time_of(const struct scorm_commit *c, enum cmi_role role)
{
    const struct scorm_value *v = scorm_commit_get(c, role, 0, 0);
    int64_t ms;
    return v && cmi_duration_ms(v->text, v->len, &ms) ? ms : -1;
}

/*
 * scorm-again writes total_time only when a session ends, unless it is told to
 * write it always; then an early commit shows no time yet. Measured on all
 * captured commits. Passed and failed are what content says last; completed is not,
 * golf says it before its quiz. Only the host, or a member `terminated`, is certain.
 */
static bool says_success(const struct scorm_commit *c)
{
    const struct scorm_value *v = scorm_commit_get(
        c, c->version == SCORM_12 ? CMI_LESSON_STATUS : CMI_SUCCESS_STATUS, 0, 0);
    return v && cmi_vocabulary_has("passed|failed", v->text, v->len);
}

static enum scorm_terminated judge_terminated(const struct commit_reader *r, uint32_t said)
{
    const struct scorm_commit *c = r->c;
    if (said == AW_UNKNOWN)
        said = (uint32_t)r->explicit_terminated;
    if (said != AW_UNKNOWN)
        return said == AW_YES ? SCORM_TERMINATED_YES : SCORM_TERMINATED_NO;
    const struct scorm_value *total = scorm_commit_get(c, CMI_TOTAL_TIME, 0, 0);
    if (!total || total->len == 0)
        return SCORM_TERMINATED_NO;
    if ((time_of(c, CMI_TOTAL_TIME) > 0 && time_of(c, CMI_SESSION_TIME) > 0) || says_success(c))
        return SCORM_TERMINATED_LIKELY;
    return c->wrapped || c->has_sequence ? SCORM_TERMINATED_UNKNOWN : SCORM_TERMINATED_LIKELY;
}

static int prepare(struct commit_reader *r, size_t len)
{
    struct scorm_commit *c = r->c;
    struct scorm_commit kept = *c;
    scorm_commit_init(c);
    c->store = kept.store;
    c->store_cap = kept.store_cap;
    c->arena = kept.arena;
    c->arena_cap = kept.arena_cap;
    /* Decoding never makes text longer; it happens at most twice (JSON around params), and
     * ids are copied once more with their NUL. */
    size_t need = 3 * len + 64;
    if (c->arena_cap < need) {
        char *grown = realloc(c->arena, need);
        if (!grown)
            return error_nomem(r->err, "commit");
        c->arena = grown;
        c->arena_cap = need;
    }
    return AW_OK;
}

int scorm_commit_read(struct scorm_commit *c, const char *body, size_t len, uint32_t terminated,
                      aw_error *err)
{
    struct commit_reader r = {.c = c, .at = body, .start = body, .end = body + len, .err = err};
    size_t bad_at;
    int rc;
    if (len > LIMIT_BODY_BYTES)
        return error_set(err, AW_ELIMIT, "body", "%zu bytes, more than %u", len, LIMIT_BODY_BYTES);
    if (!utf8_valid(body, len, &bad_at))
        return error_set(err, AW_EUTF8, "body", "not UTF-8 at byte %zu", bad_at);
    if ((rc = prepare(&r, len)) != AW_OK || (c->store_cap == 0 && (rc = grow(&r)) != AW_OK))
        return rc;
    if (len >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    while (r.at < r.end && (*r.at == ' ' || *r.at == '\r' || *r.at == '\n' || *r.at == '\t'))
        r.at++;
    if (r.at < r.end && (*r.at == '{' || *r.at == '[')) {
        rc = commit_read_json(&r);
    } else if (memchr(r.at, '=', (size_t)(r.end - r.at))) {
        r.saw_params = true;
        rc = commit_read_params(&r);
    } else {
        rc = error_set(err, AW_EJSON, "body", "neither a JSON object nor name=value pairs");
    }
    if (rc != AW_OK)
        return rc;
    if (r.votes_12 + r.votes_2004 == 0 && c->value_count == 0)
        return error_set(err, AW_EINVAL, "body", "no element of the CMI data model in it");
    c->version = r.votes_12 > r.votes_2004 ? SCORM_12 : SCORM_2004;
    c->shape = r.saw_params ? SCORM_SHAPE_PARAMS : r.saw_flat ? SCORM_SHAPE_FLATTENED : SCORM_SHAPE_JSON;
    sort_values(c);
    settle_values(&r);
    c->terminated = judge_terminated(&r, terminated);
    c->crc = digest_crc32c(0, body, len);
    return AW_OK;
}

const struct scorm_value *scorm_values_find(const struct scorm_value *values, const uint32_t *first,
                                            enum cmi_role role, unsigned n, unsigned m)
{
    size_t lo = first[role], hi = first[role + 1];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct scorm_value *v = &values[mid];
        if (v->n == n && v->m == m)
            return v;
        if (v->n < n || (v->n == n && v->m < m))
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

size_t scorm_values_from(const struct scorm_value *values, const uint32_t *first,
                         enum cmi_role role, unsigned n)
{
    size_t lo = first[role], hi = first[role + 1];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (values[mid].n < n)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct scorm_value *scorm_commit_all(const struct scorm_commit *c, enum cmi_role role,
                                           size_t *out_count)
{
    *out_count = c->first[role + 1] - c->first[role];
    return c->values + c->first[role];
}

const struct scorm_value *scorm_commit_get(const struct scorm_commit *c, enum cmi_role role,
                                           unsigned n, unsigned m)
{
    return scorm_values_find(c->values, c->first, role, n, m);
}
