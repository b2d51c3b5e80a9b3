/*
 * attempt_state.c - the kept state of an attempt and its bytes.
 *
 * Layout: "AWSA", version, then fixed fields, then rows told, then values; every
 * number little-endian. A reader checks each length against what is left, so a
 * damaged blob is AW_ECORRUPT and never a read past its end.
 */
#include "attempt_state.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

static const char magic[4] = {'A', 'W', 'S', 'A'};

/* ---- writing ---------------------------------------------------------------- */

static void put(struct buf *b, uint64_t value, size_t bytes)
{
    unsigned char le[8];
    for (size_t i = 0; i < bytes; i++)
        le[i] = (unsigned char)(value >> (8 * i));
    buf_append(b, le, bytes);
}

static unsigned flags_of(const struct attempt_state *s)
{
    return (s->suspended ? 1u : 0) | (s->resumed_entry ? 2u : 0) | (s->without_total ? 4u : 0) |
           (s->end_told ? 8u : 0) | (s->lossy ? 16u : 0) | (s->has_sequence ? 32u : 0) |
           (s->standing_scaled.given ? 64u : 0) | (s->standing_progress.given ? 128u : 0);
}

static void put_decision(struct buf *b, const struct scorm_decision *d)
{
    size_t because = strlen(d->because);
    put(b, (uint64_t)d->completion, 1);
    put(b, (uint64_t)d->success, 1);
    put(b, d->final, 1);
    put(b, because, 2);
    buf_append(b, d->because, because);
}

static void put_real(struct buf *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(b, bits, 8);
}

static void put_fixed(struct buf *b, const struct attempt_state *s)
{
    put(b, (uint64_t)s->version, 1);
    put(b, flags_of(s), 1);
    put(b, (uint64_t)s->end, 1);
    put(b, s->attempt, 4);
    put(b, s->session, 4);
    put(b, s->commits, 4);
    put(b, s->comments_bytes, 4);
    put(b, s->comments_hash, 4);
    const int64_t times[] = {s->sequence, s->time_ms, s->start_ms, s->last_ms,
                             s->base_ms, s->session_ms, s->total_ms};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        put(b, (uint64_t)times[i], 8);
    for (size_t i = 0; i < ATTEMPT_WINDOW; i++)
        put(b, s->window[i], 4);
    put_decision(b, &s->current);
    put_decision(b, &s->standing);
    put_real(b, s->standing_scaled.value);
    put_real(b, s->standing_progress.value);
}

int attempt_state_write(const struct attempt_state *s, struct buf *out, aw_error *err)
{
    size_t text = 0;
    for (size_t i = 0; i < s->value_count; i++)
        text += s->values[i].len + 9;
    buf_reserve(out, text + 512);
    buf_append(out, magic, sizeof magic);
    put(out, ATTEMPT_BLOB_VERSION, 1);
    put_fixed(out, s);
    size_t rows = 0, total = s->told_rows * TOLD_KINDS;
    for (size_t i = 0; i < total; i++)
        rows += s->told[i].hash != 0;
    put(out, rows, 4);
    for (size_t i = 0; i < total; i++) {
        if (s->told[i].hash == 0)
            continue;
        put(out, i / s->told_rows, 1);
        put(out, i % s->told_rows, 2);
        put(out, s->told[i].hash, 4);
        put(out, s->told[i].times, 4);
    }
    put(out, s->value_count, 4);
    for (size_t i = 0; i < s->value_count; i++) {
        const struct scorm_value *v = &s->values[i];
        put(out, v->role, 1);
        put(out, v->n, 2);
        put(out, v->m, 2);
        put(out, v->len, 4);
        buf_append(out, v->text, v->len);
    }
    return buf_error(out, "attempt", err);
}

/* ---- reading ---------------------------------------------------------------- */

struct cursor {
    const unsigned char *at, *end;
    bool bad;
};

static uint64_t get(struct cursor *c, size_t bytes)
{
    uint64_t value = 0;
    if ((size_t)(c->end - c->at) < bytes) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)c->at[i] << (8 * i);
    c->at += bytes;
    return value;
}

static int64_t get_i64(struct cursor *c)
{
    return (int64_t)get(c, 8);
}

static uint32_t get_u32(struct cursor *c)
{
    return (uint32_t)get(c, 4);
}

/* A small number that must be below `limit`. */
static unsigned get_enum(struct cursor *c, unsigned limit)
{
    unsigned value = (unsigned)get(c, 1);
    if (value >= limit)
        c->bad = true;
    return c->bad ? 0 : value;
}

static void get_decision(struct cursor *c, struct scorm_decision *d)
{
    d->completion = (enum scorm_completion)get_enum(c, 3);
    d->success = (enum scorm_success)get_enum(c, 3);
    d->final = get_enum(c, 2);
    size_t because = (size_t)get(c, 2);
    if (because >= sizeof d->because || (size_t)(c->end - c->at) < because)
        c->bad = true;
    if (c->bad)
        return;
    memcpy(d->because, c->at, because);
    c->at += because;
}

static double get_real(struct cursor *c)
{
    uint64_t bits = get(c, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void get_fixed(struct cursor *c, struct attempt_state *s)
{
    s->version = (enum scorm_version)get_enum(c, 3);
    unsigned flags = (unsigned)get(c, 1);
    s->suspended = flags & 1u;
    s->resumed_entry = flags & 2u;
    s->without_total = flags & 4u;
    s->end_told = flags & 8u;
    s->lossy = flags & 16u;
    s->has_sequence = flags & 32u;
    s->standing_scaled.given = flags & 64u;
    s->standing_progress.given = flags & 128u;
    s->end = (enum session_end)get_enum(c, 3);
    s->attempt = get_u32(c);
    s->session = get_u32(c);
    s->commits = get_u32(c);
    s->comments_bytes = get_u32(c);
    s->comments_hash = get_u32(c);
    int64_t *const times[] = {&s->sequence, &s->time_ms, &s->start_ms, &s->last_ms,
                              &s->base_ms, &s->session_ms, &s->total_ms};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        *times[i] = get_i64(c);
    for (size_t i = 0; i < ATTEMPT_WINDOW; i++)
        s->window[i] = get_u32(c);
    get_decision(c, &s->current);
    get_decision(c, &s->standing);
    s->standing_scaled.value = get_real(c);
    s->standing_progress.value = get_real(c);
}

static bool get_values(struct cursor *c, struct attempt_state *s)
{
    size_t role = 0;
    for (size_t i = 0; i < s->value_count && !c->bad; i++) {
        struct scorm_value *v = &s->value_store[i];
        v->role = (uint16_t)get_enum(c, CMI_ROLE_COUNT);
        v->n = (uint16_t)get(c, 2);
        v->m = (uint16_t)get(c, 2);
        v->len = get_u32(c);
        if (c->bad || (size_t)(c->end - c->at) < v->len || v->role < role)
            return false;
        v->text = (const char *)c->at;
        c->at += v->len;
        for (; role < v->role; role++)
            s->first[role + 1] = (uint32_t)i;
    }
    for (; role < CMI_ROLE_COUNT; role++)
        s->first[role + 1] = (uint32_t)s->value_count;
    return !c->bad && c->at == c->end;
}

#define TOLD_BYTES 11

/* Rows told: `count` of them, TOLD_BYTES each. */
static int get_told(struct cursor *c, struct attempt_state *s, size_t count,
                    const struct scorm_commit *commit, aw_error *err)
{
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        size_t index = (size_t)c->at[i * TOLD_BYTES + 1] | (size_t)c->at[i * TOLD_BYTES + 2] << 8;
        last = index > last ? index : last;
    }
    for (size_t i = 0; commit && i < commit->value_count; i++)
        last = commit->values[i].n > last ? commit->values[i].n : last;
    s->told_rows = last + 1;
    s->told = calloc(s->told_rows * TOLD_KINDS, sizeof *s->told);
    if (!s->told)
        return error_nomem(err, "attempt");
    for (size_t i = 0; i < count; i++) {
        unsigned kind = get_enum(c, TOLD_KINDS);
        size_t index = (size_t)get(c, 2);
        struct told *t = &s->told[kind * s->told_rows + index];
        t->hash = get_u32(c);
        t->times = get_u32(c);
    }
    return AW_OK;
}

int attempt_state_read(struct attempt_state *s, const void *blob, size_t len,
                       const struct scorm_commit *commit, aw_error *err)
{
    static const unsigned char nothing[1];
    struct cursor c = {.at = blob ? blob : nothing};
    size_t told = 0;
    int rc;
    c.end = c.at + (blob ? len : 0);
    *s = (struct attempt_state){.total_ms = -1};
    if (blob && (len < 5 || memcmp(blob, magic, sizeof magic) != 0))
        return error_set(err, AW_ECORRUPT, "attempt", "the kept state of the attempt is no such state");
    if (blob && c.at[4] != ATTEMPT_BLOB_VERSION)
        return error_set(err, AW_EVERSION, "attempt", "the kept state has version %d, this build knows %d",
                         c.at[4], ATTEMPT_BLOB_VERSION);
    if (blob) {
        c.at += 5;
        get_fixed(&c, s);
        told = get_u32(&c);
        if (c.bad || told > (size_t)(c.end - c.at) / TOLD_BYTES)
            goto corrupt;
    }
    if ((rc = get_told(&c, s, told, commit, err)) != AW_OK)
        return rc;
    if (blob) {
        s->value_count = get_u32(&c);
        if (c.bad || s->value_count > (size_t)(c.end - c.at) / 9)
            goto corrupt;
    }
    size_t room = commit ? commit->value_count : 0;
    s->value_store = malloc((2 * s->value_count + room + 1) * sizeof *s->value_store);
    if (!s->value_store) {
        attempt_state_free(s);
        return error_nomem(err, "attempt");
    }
    if (blob && !get_values(&c, s))
        goto corrupt;
    s->values = s->value_store;
    return AW_OK;
corrupt:
    attempt_state_free(s);
    return error_set(err, AW_ECORRUPT, "attempt", "the kept state of the attempt is damaged");
}

void attempt_state_free(struct attempt_state *s)
{
    free(s->told);
    free(s->value_store);
    *s = (struct attempt_state){.total_ms = -1};
}

/* ---- changing ----------------------------------------------------------------- */

void attempt_state_begin(struct attempt_state *s, uint32_t attempt)
{
    struct attempt_state kept = *s;
    memset(s->told, 0, s->told_rows * TOLD_KINDS * sizeof *s->told);
    *s = (struct attempt_state){.attempt = attempt, .total_ms = -1, .last_ms = kept.last_ms,
                                .standing = kept.standing, .standing_scaled = kept.standing_scaled,
                                .standing_progress = kept.standing_progress,
                                .told = kept.told, .told_rows = kept.told_rows,
                                .value_store = kept.value_store, .values = kept.value_store};
}

void attempt_state_end_values(struct attempt_state *s)
{
    static const enum cmi_role roles[] = {CMI_EXIT, CMI_NAV_REQUEST, CMI_SESSION_TIME, CMI_TOTAL_TIME};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        for (size_t k = s->first[roles[i]]; k < s->first[roles[i] + 1]; k++)
            s->value_store[k].len = 0; /* the merge leaves it out */
}

/* -1, 0, 1: where the value stands to the other. */
static int order(const struct scorm_value *a, const struct scorm_value *b)
{
    if (a->role != b->role)
        return a->role < b->role ? -1 : 1;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return a->m < b->m ? -1 : a->m > b->m;
}

void attempt_state_merge(struct attempt_state *s, const struct scorm_commit *commit)
{
    const struct scorm_value *old = s->values, *old_end = old + s->value_count;
    const struct scorm_value *add = commit->values, *add_end = add + commit->value_count;
    struct scorm_value *base = s->value_store + s->value_count, *to = base;
    size_t role = 0;
    while (old < old_end || add < add_end) {
        int which = old == old_end ? 1 : add == add_end ? -1 : order(old, add);
        const struct scorm_value *v = which < 0 ? old : add;
        old += which <= 0;
        add += which >= 0;
        if (v->len == 0)
            continue;
        for (; role < v->role; role++)
            s->first[role + 1] = (uint32_t)(to - base);
        *to++ = *v;
    }
    for (; role < CMI_ROLE_COUNT; role++)
        s->first[role + 1] = (uint32_t)(to - base);
    s->first[0] = 0;
    s->values = base;
    s->value_count = (size_t)(to - base);
}

const struct scorm_value *attempt_get(const struct attempt_state *s, enum cmi_role role, unsigned n)
{
    return scorm_values_find(s->values, s->first, role, n, 0);
}

bool attempt_tell_row(struct attempt_state *s, enum told_kind kind, unsigned index, uint32_t hash,
                      uint32_t *out_times)
{
    if (index >= s->told_rows) /* the rows of a commit are all within */
        return false;
    struct told *t = &s->told[(size_t)kind * s->told_rows + index];
    hash = hash ? hash : 1;
    if (t->hash == hash)
        return false;
    t->hash = hash;
    *out_times = ++t->times;
    return true;
}
