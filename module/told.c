/* told.c - walking the statement log for one LRS, and sending from it again. */
#include "told.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "fs.h"
#include "json.h"
#include "state.h"
#include "stop.h"
#include "timestamp.h"

#define BUFFER_BYTES (16u << 20)
#define GIVE_UP_MS 60000 /* an LRS that takes nothing for so long is told of, not waited for */

struct dead_ids { /* sorted */
    uuid5 *ids;
    size_t count, room;
};

struct told {
    struct aw *aw;
    struct xapi_lrs *lrs;
    char name[80];            /* "lrs:main" */
    char attachments[4096];
    const volatile int *stop;
    struct log *statements;
    struct dead_ids dead;
    struct told_counts counts;

    struct buf bytes;         /* what is to be sent */
    struct xapi_outgoing *out;
    size_t *offsets;
    size_t count, room, first;
};

/* ---- opening ----------------------------------------------------------------- */

static int find_config(const struct aw *self, const char *name, const json_t **out, aw_error *err)
{
    size_t i, n = json_array_size(self->config.lrs);
    json_t *lrs;
    if (n == 0)
        return error_set(err, AW_ENOTFOUND, "lrs", "no LRS is configured");
    if (!name && n > 1)
        return error_set(err, AW_EINVAL, "lrs", "several LRSs are configured; name one");
    json_array_foreach(self->config.lrs, i, lrs)
    {
        const char *this = json_string_value(json_object_get(lrs, "name"));
        if (!name || (this && strcmp(this, name) == 0)) {
            *out = lrs;
            return AW_OK;
        }
    }
    return error_set(err, AW_ENOTFOUND, "lrs", "no LRS is called \"%.64s\" in the configuration", name);
}

static int prepare(struct told *t, const json_t *config, aw_error *err)
{
    int rc = fs_join(t->attachments, sizeof t->attachments, t->aw->config.state_dir, "attachments",
                     err);
    const struct xapi_lrs_surroundings around = {.stop = t->stop,
                                                 .attachments_dir = t->attachments};
    if (rc == AW_OK)
        rc = xapi_lrs_open(config, &around, &t->lrs, err);
    if (rc != AW_OK)
        return rc;
    snprintf(t->name, sizeof t->name, "lrs:%s", xapi_lrs_name(t->lrs));
    t->room = xapi_lrs_batch_statements(t->lrs);
    t->out = calloc(t->room, sizeof *t->out);
    t->offsets = calloc(t->room, sizeof *t->offsets);
    if (!t->out || !t->offsets)
        return error_nomem(err, t->name);
    return handle_statements(t->aw, &t->statements, err);
}

int told_open(struct aw *self, const char *name, const volatile int *stop, struct told **out,
              aw_error *err)
{
    const json_t *config = NULL;
    int rc = find_config(self, name, &config, err);
    if (rc != AW_OK)
        return rc;
    struct told *t = calloc(1, sizeof *t);
    if (!t)
        return error_nomem(err, "lrs");
    t->aw = self;
    t->stop = stop;
    buf_init(&t->bytes, BUFFER_BYTES);
    rc = prepare(t, config, err);
    if (rc != AW_OK) {
        told_close(t);
        return rc;
    }
    *out = t;
    return AW_OK;
}

void told_close(struct told *t)
{
    if (!t)
        return;
    xapi_lrs_close(t->lrs);
    buf_free(&t->bytes);
    free(t->dead.ids);
    free(t->out);
    free(t->offsets);
    free(t);
}

struct xapi_lrs *told_lrs(struct told *t)
{
    return t->lrs;
}

void told_counts(const struct told *t, struct told_counts *out)
{
    *out = t->counts;
}

/* ---- walking ------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uuid5));
}

struct dead_reading {
    struct told *t;
    bool failed;
};

static int add_dead(void *context, const struct state_dead *d)
{
    struct dead_reading *reading = context;
    struct dead_ids *dead = &reading->t->dead;
    uuid5 id;
    if (strcmp(d->sink, reading->t->name) != 0 || !uuid5_parse(d->subject, &id))
        return 0;
    if (dead->count == dead->room) {
        size_t room = dead->room ? dead->room * 2 : 64;
        uuid5 *ids = realloc(dead->ids, room * sizeof *ids);
        reading->failed = !ids;
        if (!ids)
            return 1;
        dead->ids = ids;
        dead->room = room;
    }
    dead->ids[dead->count++] = id;
    return 0;
}

static int load_place(struct state *s, const char *name, struct log_pos *out, aw_error *err)
{
    struct state_place p = {0};
    int rc = state_place_get(s, name, &p, err);
    *out = (struct log_pos){p.segment, p.offset, p.record};
    return rc == AW_ENOTFOUND ? AW_OK : rc;
}

/* Where the walk ends, and what it leaves out. */
static int load_bounds(struct told *t, enum told_until until, struct log_pos *out_end,
                       aw_error *err)
{
    struct state *s = NULL;
    struct dead_reading reading = {t, false};
    int rc = handle_state(t->aw, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = load_place(s, until == TOLD_SETTLED ? t->name : "statements", out_end, err);
    t->dead.count = 0;
    if (rc == AW_OK && until == TOLD_SETTLED)
        rc = state_dead_list(s, INT64_MAX, add_dead, &reading, err);
    handle_state_done(t->aw);
    if (rc == AW_OK && reading.failed)
        rc = error_nomem(err, t->name);
    if (t->dead.count > 0)
        qsort(t->dead.ids, t->dead.count, sizeof *t->dead.ids, compare_ids);
    return rc;
}

int told_pending(struct told *t, uint64_t *out, aw_error *err)
{
    struct state *s = NULL;
    struct log_pos at, end;
    int rc = handle_state(t->aw, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = load_place(s, t->name, &at, err);
    if (rc == AW_OK)
        rc = load_place(s, "statements", &end, err);
    handle_state_done(t->aw);
    if (rc == AW_OK)
        *out = end.record > at.record ? end.record - at.record : 0;
    return rc;
}

static int timestamp_of(const struct record *r, int64_t *out_ms, aw_error *err)
{
    json_t *statement = NULL;
    int rc = json_read(r->json, r->json_len, LIMIT_STATEMENT_BYTES, "statement", &statement, err);
    const json_t *text = json_object_get(statement, "timestamp");
    *out_ms = 0;
    if (rc == AW_OK && json_is_string(text))
        timestamp_parse(json_string_value(text), json_string_length(text), out_ms, NULL);
    json_decref(statement);
    return rc;
}

static bool wanted(const struct told *t, const struct record *r)
{
    unsigned of = (r->flags & RECORD_OURS ? XAPI_OF_AFTERWORD : 0) |
                  (r->flags & RECORD_SCORM ? XAPI_OF_SCORM : 0);
    if (r->type != RECORD_STATEMENT ||
        !xapi_lrs_wants(t->lrs, r->verb, of, r->course, r->course_len))
        return false;
    return t->dead.count == 0 ||
           !bsearch(&r->id, t->dead.ids, t->dead.count, sizeof *t->dead.ids, compare_ids);
}

static int one(struct told *t, const void *bytes, size_t len, int64_t since_ms, told_each_fn each,
               void *context, aw_error *err)
{
    struct record r;
    int64_t at_ms;
    int rc = record_read(bytes, len, &r, err);
    if (rc != AW_OK || !wanted(t, &r))
        return rc;
    rc = timestamp_of(&r, &at_ms, err);
    return rc != AW_OK || at_ms < since_ms ? rc : each(context, &r, at_ms, err);
}

int told_each(struct told *t, enum told_until until, int64_t since_ms, told_each_fn each,
              void *context, aw_error *err)
{
    struct log_pos end, next = log_begin(t->statements);
    struct log_reader *reader = NULL;
    int rc = load_bounds(t, until, &end, err);
    if (rc == AW_OK)
        rc = log_reader_open(t->statements, next, &reader, err);
    while (rc == AW_OK && log_pos_cmp(next, end) < 0) {
        const void *bytes;
        size_t len;
        if (stop_asked(t->stop)) {
            rc = error_set(err, AW_EAGAIN, t->name, "stopped");
            break;
        }
        rc = log_read(reader, &bytes, &len, &next, err);
        if (rc == AW_EAGAIN || log_pos_cmp(next, end) > 0) {
            rc = AW_OK;
            break;
        }
        if (rc == AW_ECORRUPT)
            rc = AW_OK; /* `afterword check` tells of it; what lies behind it still counts */
        else if (rc == AW_OK)
            rc = one(t, bytes, len, since_ms, each, context, err);
    }
    log_reader_close(reader);
    return rc;
}

/* ---- sending --------------------------------------------------------------------- */

static int bury(void *context, size_t index, const char *code, const char *text)
{
    struct told *t = context;
    struct state *s = NULL;
    const struct xapi_outgoing *o = &t->out[t->first + index];
    struct state_dead d = {.at_ms = handle_now_ms(t->aw), .bytes = (void *)(uintptr_t)o->bytes,
                           .len = o->len};
    snprintf(d.sink, sizeof d.sink, "%s", t->name);
    snprintf(d.code, sizeof d.code, "%s", code);
    uuid5_text(&o->id, d.subject);
    snprintf(d.reason, sizeof d.reason, "%s", text);
    int rc = handle_state(t->aw, &s, NULL);
    if (rc != AW_OK)
        return rc;
    rc = state_dead_add(s, &d, NULL);
    handle_state_done(t->aw);
    t->counts.dead += rc == AW_OK;
    return rc;
}

static int takes_nothing(const struct told *t, aw_error *err)
{
    struct xapi_lrs_report report;
    xapi_lrs_report(t->lrs, &report);
    return error_set(err, AW_ENET, t->name + 4, "%.400s", report.alert_text);
}

static void wait_ms(const struct told *t, int64_t ms)
{
    for (; ms > 0 && !stop_asked(t->stop); ms -= 50)
        nanosleep(&(struct timespec){.tv_nsec = (ms < 50 ? ms : 50) * 1000000}, NULL);
}

int told_flush(struct told *t, aw_error *err)
{
    uint64_t dead_before = t->counts.dead;
    size_t count = t->count;
    int64_t last_ms = timestamp_monotonic_ms();
    int rc = AW_OK;
    for (size_t i = 0; i < t->count; i++)
        t->out[i].bytes = t->bytes.data + t->offsets[i];
    for (t->first = 0; t->first < t->count && rc == AW_OK;) {
        struct xapi_delivery d = {0};
        rc = xapi_deliver(t->lrs, t->out + t->first, t->count - t->first, handle_now_ms(t->aw), bury,
                          t, &d, err);
        t->first += d.settled;
        if (d.settled > 0)
            last_ms = timestamp_monotonic_ms();
        if (rc == AW_OK && stop_asked(t->stop))
            rc = error_set(err, AW_EAGAIN, t->name, "stopped");
        if (rc == AW_OK && (d.health == XAPI_STOPPED ||
                            timestamp_monotonic_ms() - last_ms + d.wait_ms > GIVE_UP_MS))
            rc = takes_nothing(t, err);
        if (rc == AW_OK)
            wait_ms(t, d.wait_ms);
    }
    t->counts.sent += (rc == AW_OK ? count : t->first) - (t->counts.dead - dead_before);
    t->count = t->first = 0;
    buf_reset(&t->bytes);
    return rc;
}

int told_send(struct told *t, const struct record *r, aw_error *err)
{
    int rc = AW_OK;
    if (t->count == t->room || t->bytes.len + r->json_len >= BUFFER_BYTES)
        rc = told_flush(t, err);
    if (rc != AW_OK)
        return rc;
    t->offsets[t->count] = t->bytes.len;
    t->out[t->count++] = (struct xapi_outgoing){.len = r->json_len, .id = r->id,
                                                .with_files = (r->flags & RECORD_FILES) != 0};
    buf_append(&t->bytes, r->json, r->json_len);
    return buf_error(&t->bytes, t->name, err);
}
