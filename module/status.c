/*
 * status.c - how it goes: aw_stats_get() and the view "status".
 *
 * Everything here is a few small reads, whatever the backlog: positions are
 * record numbers, so what is pending is a subtraction.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "erase_later.h"
#include "error.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "limit.h"
#include "query.h"
#include "timestamp.h"

/* The worker's lock is held by a living process, or it is free. */
static bool worker_running(const struct aw *self)
{
    char path[4096];
    if (fs_join(path, sizeof path, self->config.state_dir, "worker.lock", NULL) != AW_OK)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    close(fd);
    return held;
}

static int place_of(struct state *s, const char *name, struct log_pos *out, aw_error *err)
{
    struct state_place p = {0};
    int rc = state_place_get(s, name, &p, err);
    *out = (struct log_pos){p.segment, p.offset, p.record};
    return rc == AW_ENOTFOUND ? AW_OK : rc;
}

/* When the oldest event that is not interpreted happened; 0 if there is none. */
static int64_t oldest_pending(struct aw *self, struct log_pos at)
{
    struct log_reader *r = NULL;
    struct event_owned e;
    const void *bytes;
    size_t len;
    struct log_pos next;
    int64_t ms = 0;
    if (log_reader_open(self->journal, at, &r, NULL) != AW_OK)
        return 0;
    if (log_read(r, &bytes, &len, &next, NULL) == AW_OK &&
        event_decode(bytes, len, &e, NULL) == AW_OK) {
        ms = e.event.time_ms;
        event_free(&e);
    }
    log_reader_close(r);
    return ms;
}

/* How many statements the slowest LRS of the configuration has before it. */
static int64_t slowest(struct aw *self, struct state *s, int64_t written)
{
    size_t i;
    json_t *lrs;
    int64_t most = 0;
    json_array_foreach(self->config.lrs, i, lrs)
    {
        char name[80];
        struct log_pos at = {0};
        const char *n = json_string_value(json_object_get(lrs, "name"));
        snprintf(name, sizeof name, "lrs:%s", n ? n : "main");
        if (place_of(s, name, &at, NULL) == AW_OK && written - (int64_t)at.record > most)
            most = written - (int64_t)at.record;
    }
    return most;
}

static int collect(struct aw *self, struct state *s, aw_stats *out, aw_error *err)
{
    struct log_pos journal, statements;
    int rc = log_still_there(self->journal, err); /* or we would count what nobody reads */
    if (rc == AW_OK)
        rc = place_of(s, "journal", &journal, err);
    if (rc == AW_OK)
        rc = place_of(s, "statements", &statements, err);
    if (rc != AW_OK)
        return rc;
    struct log_pos end = log_end(self->journal);
    out->worker_running = worker_running(self);
    out->journal_events = end.record;
    out->journal_pending = end.record > journal.record ? end.record - journal.record : 0;
    out->statements = statements.record;
    out->statements_pending = (uint64_t)slowest(self, s, (int64_t)statements.record);
    out->dead_letters = (uint64_t)state_dead_count(s, NULL);
    out->discussions = (uint64_t)state_count(s, "discussions");
    out->oldest_pending_ms = out->journal_pending ? oldest_pending(self, journal) : 0;
    return AW_OK;
}

int aw_stats_get(aw *self, aw_stats *out, aw_error *err)
{
    aw_stats full = AW_STATS_INIT;
    struct state *s;
    if (!self || !out || out->struct_size < sizeof(uint32_t))
        return error_set(err, AW_EINVAL, "aw_stats", "is NULL or its struct_size is not set");
    int rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = collect(self, s, &full, err);
    handle_state_done(self);
    if (rc != AW_OK)
        return rc;
    uint32_t size = out->struct_size < sizeof full ? out->struct_size : (uint32_t)sizeof full;
    full.struct_size = out->struct_size;
    memcpy(out, &full, size);
    return AW_OK;
}

/* ---- the view ------------------------------------------------------------------------ */

/* What is wrong, as sentences, into an array of its own. */
struct problems {
    struct buf text;
    size_t count;
};

static void problem(struct problems *p, const char *sentence)
{
    if (p->count++)
        buf_putc(&p->text, ',');
    buf_json_str(&p->text, sentence);
}

static void lrs_problem(struct problems *p, const char *name, const json_t *note)
{
    const char *alert = json_string_value(json_object_get(note, "alert"));
    const char *text = json_string_value(json_object_get(note, "alert_text"));
    int64_t since = json_integer_value(json_object_get(note, "alert_since_ms"));
    char at[TIMESTAMP_TEXT], sentence[900];
    if (!alert || strcmp(alert, "none") == 0)
        return;
    timestamp_text(since, at);
    snprintf(sentence, sizeof sentence, "LRS %s since %s: %s", name, at, text ? text : alert);
    problem(p, sentence);
}

static int write_lrs(const struct query *q, const char *name, int64_t written, struct problems *p,
                     aw_error *err)
{
    char key[80], *note = NULL;
    struct log_pos at;
    snprintf(key, sizeof key, "lrs:%s", name);
    int rc = place_of(q->state, key, &at, err);
    if (rc != AW_OK)
        return rc;
    struct buf *b = q->out;
    query_element(b);
    buf_putc(b, '{');
    query_text(b, "name", name);
    query_number(b, "pending", written > (int64_t)at.record ? written - (int64_t)at.record : 0);
    query_number(b, "dead_letters", state_dead_count(q->state, key));
    if (state_note_get(q->state, key, &note, NULL) == AW_OK) {
        json_t *parsed = json_loads(note, 0, NULL);
        query_name(b, "report");
        buf_puts(b, note);
        if (parsed)
            lrs_problem(p, name, parsed);
        json_decref(parsed);
    }
    free(note);
    buf_putc(b, '}');
    return AW_OK;
}

static void write_forum(const struct query *q, const char *name, struct problems *p)
{
    char key[80], *note = NULL;
    struct buf *b = q->out;
    snprintf(key, sizeof key, "forum:%s", name);
    query_element(b);
    buf_putc(b, '{');
    query_text(b, "name", name);
    query_number(b, "waiting", state_jobs_open(q->state, name));
    query_number(b, "dead_letters", state_dead_count(q->state, key));
    if (state_note_get(q->state, key, &note, NULL) == AW_OK) {
        char sentence[900];
        query_text(b, "trouble", note);
        if (*note) {
            snprintf(sentence, sizeof sentence, "forum %s: %s", name, note);
            problem(p, sentence);
        }
    }
    free(note);
    buf_putc(b, '}');
}

static void erasure_problem(const struct query *q, struct problems *p)
{
    char *note = NULL, sentence[900];
    if (state_note_get(q->state, ERASE_SINK, &note, NULL) == AW_OK && *note) {
        snprintf(sentence, sizeof sentence,
                 "a deleted learner could not be erased yet, and it is tried again: %s", note);
        problem(p, sentence);
    }
    free(note);
}

static void general_problems(const aw_stats *s, struct problems *p, int64_t now_ms)
{
    char sentence[300];
    if (!s->worker_running)
        problem(p, "no worker is running: start `afterword worker`; events are kept until then");
    if (s->journal_pending && s->oldest_pending_ms && now_ms - s->oldest_pending_ms > 60000) {
        snprintf(sentence, sizeof sentence, "%llu events wait, the oldest for %lld s",
                 (unsigned long long)s->journal_pending,
                 (long long)((now_ms - s->oldest_pending_ms) / 1000));
        problem(p, sentence);
    }
    if (s->dead_letters) {
        snprintf(sentence, sizeof sentence, "%llu dead letters: `afterword dead list` says why",
                 (unsigned long long)s->dead_letters);
        problem(p, sentence);
    }
}

static void write_counts(const struct query *q, const aw_stats *s)
{
    struct buf *b = q->out;
    static const char *const counts[] = {"discussions", "members", "topics",
                                         "posts",       "links",   "courses"};
    query_text(b, "version", AW_VERSION_STRING);
    query_text(b, "state_dir", q->aw->config.state_dir);
    query_bool(b, "worker_running", s->worker_running);
    query_number(b, "journal_events", (int64_t)s->journal_events);
    query_number(b, "journal_pending", (int64_t)s->journal_pending);
    query_number(b, "journal_bytes", (int64_t)log_bytes(q->aw->journal));
    query_number(b, "oldest_pending_ms", s->oldest_pending_ms);
    query_number(b, "statements", (int64_t)s->statements);
    query_number(b, "dead_letters", (int64_t)s->dead_letters);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        query_number(b, counts[i], state_count(q->state, counts[i]));
}

int query_status(const struct query *q, aw_error *err)
{
    aw_stats s = AW_STATS_INIT;
    struct problems p = {BUF_INIT(65536), 0};
    size_t i;
    json_t *sink;
    int rc = collect(q->aw, q->state, &s, err);
    if (rc != AW_OK)
        return rc;
    buf_putc(q->out, '{');
    write_counts(q, &s);
    query_number(q->out, "erasures_waiting", state_jobs_open(q->state, ERASE_SINK));
    general_problems(&s, &p, handle_now_ms(q->aw));
    erasure_problem(q, &p);
    query_name(q->out, "lrs");
    buf_putc(q->out, '[');
    json_array_foreach(q->aw->config.lrs, i, sink)
    {
        const char *name = json_string_value(json_object_get(sink, "name"));
        if (rc == AW_OK)
            rc = write_lrs(q, name ? name : "main", (int64_t)s.statements, &p, err);
    }
    buf_putc(q->out, ']');
    query_name(q->out, "forums");
    buf_putc(q->out, '[');
    json_array_foreach(q->aw->config.forums, i, sink)
    {
        const char *name = json_string_value(json_object_get(sink, "name"));
        if (name)
            write_forum(q, name, &p);
    }
    buf_putc(q->out, ']');
    query_name(q->out, "problems");
    buf_putc(q->out, '[');
    buf_append(q->out, p.text.data, p.text.len);
    BUF_LIT(q->out, "]}");
    buf_free(&p.text);
    return rc;
}
