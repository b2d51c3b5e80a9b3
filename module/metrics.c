/*
 * metrics.c - how it goes, as Prometheus text.
 *
 * Everything comes from the view "status" and the logs' shared counters, so that
 * the numbers that a person and a dashboard see are the same.
 */
#include "metrics.h"

#include <jansson.h>
#include <string.h>

#include "error.h"
#include "log.h"
#include "timestamp.h"

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP afterword_%s %s\n# TYPE afterword_%s %s\n", name, help, name, type);
}

static void number(struct buf *b, const char *name, int64_t value)
{
    buf_printf(b, "afterword_%s %lld\n", name, (long long)value);
}

/* A label's value: backslash, quote and newline are escaped. */
static void label(struct buf *b, const char *value)
{
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            buf_putc(b, '\\');
        if (*value == '\n')
            BUF_LIT(b, "\\n");
        else
            buf_putc(b, *value);
    }
}

static int64_t member(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

static const struct {
    const char *name, *member, *type, *help;
} plain[] = {
    {"journal_events_total", "journal_events", "counter", "Events recorded in the journal."},
    {"journal_pending_events", "journal_pending", "gauge", "Events not yet interpreted."},
    {"journal_bytes", "journal_bytes", "gauge", "Bytes of the journal on disk."},
    {"statements_total", "statements", "counter", "Statements written to the statement log."},
    {"dead_letters", "dead_letters", "gauge", "Dead letters of all sinks."},
    {"discussions", "discussions", "gauge", "Discussions that are open."},
    {"members", "members", "gauge", "Members of discussions."},
    {"topics", "topics", "gauge", "Topics posted by learners."},
    {"posts", "posts", "gauge", "Posts written by learners."},
};

static const struct {
    const char *name, *member, *type, *help;
} of_lrs[] = {
    {"lrs_requests_total", "requests", "counter", "Requests since the worker started."},
    {"lrs_delivered_total", "delivered", "counter", "Statements the LRS has taken."},
    {"lrs_dead_total", "dead", "counter", "Statements set aside as dead letters."},
    {"lrs_conflicts_total", "conflicts", "counter", "Statements whose id the LRS holds with other content."},
    {"lrs_retries_total", "retries", "counter", "Requests that had to be made again."},
    {"lrs_unknown_total", "unknown", "counter", "Requests whose outcome was not known."},
    {"lrs_bytes_total", "bytes", "counter", "Bytes of statements sent."},
};

static void write_lrs(struct buf *b, const json_t *all)
{
    size_t k;
    json_t *lrs;
    head(b, "lrs_pending_statements", "gauge", "Statements not yet settled at this LRS.");
    json_array_foreach(all, k, lrs)
    {
        BUF_LIT(b, "afterword_lrs_pending_statements{lrs=\"");
        label(b, json_string_value(json_object_get(lrs, "name")));
        buf_printf(b, "\"} %lld\n", (long long)member(lrs, "pending"));
    }
    head(b, "lrs_up", "gauge", "1 while this LRS is served without trouble.");
    json_array_foreach(all, k, lrs)
    {
        const char *health =
            json_string_value(json_object_get(json_object_get(lrs, "report"), "health"));
        BUF_LIT(b, "afterword_lrs_up{lrs=\"");
        label(b, json_string_value(json_object_get(lrs, "name")));
        buf_printf(b, "\"} %d\n", health && strcmp(health, "healthy") == 0);
    }
    for (size_t i = 0; i < sizeof of_lrs / sizeof *of_lrs; i++) {
        head(b, of_lrs[i].name, of_lrs[i].type, of_lrs[i].help);
        json_array_foreach(all, k, lrs)
        {
            buf_printf(b, "afterword_%s{lrs=\"", of_lrs[i].name);
            label(b, json_string_value(json_object_get(lrs, "name")));
            buf_printf(b, "\"} %lld\n",
                       (long long)member(json_object_get(lrs, "report"), of_lrs[i].member));
        }
    }
}

static void write_forums(struct buf *b, const json_t *all)
{
    static const struct {
        const char *name, *member, *help;
    } rows[] = {
        {"forum_waiting_requests", "waiting", "Requests this forum has before it."},
        {"forum_dead_letters", "dead_letters", "Requests this forum refused for good."},
    };
    size_t k;
    json_t *forum;
    for (size_t i = 0; i < 2; i++) {
        head(b, rows[i].name, "gauge", rows[i].help);
        json_array_foreach(all, k, forum)
        {
            buf_printf(b, "afterword_%s{forum=\"", rows[i].name);
            label(b, json_string_value(json_object_get(forum, "name")));
            buf_printf(b, "\"} %lld\n", (long long)member(forum, rows[i].member));
        }
    }
}

static void write_syncs(struct buf *b, struct log *journal)
{
    struct log_sync_times t;
    uint64_t below = 0;
    log_sync_times(journal, &t);
    head(b, "journal_sync_seconds", "histogram", "How long syncs of the journal took.");
    for (unsigned i = 0; i < LOG_SYNC_BUCKETS; i++) {
        below += t.buckets[i];
        buf_printf(b, "afterword_journal_sync_seconds_bucket{le=\"%g\"} %llu\n",
                   (double)(UINT64_C(1) << i) / 1e6, (unsigned long long)below);
    }
    buf_printf(b,
               "afterword_journal_sync_seconds_bucket{le=\"+Inf\"} %llu\n"
               "afterword_journal_sync_seconds_sum %g\nafterword_journal_sync_seconds_count %llu\n",
               (unsigned long long)t.count, (double)t.total_ns / 1e9, (unsigned long long)t.count);
    head(b, "journal_sync_failures_total", "counter", "Syncs of the journal that failed.");
    number(b, "journal_sync_failures_total", (int64_t)t.failures);
}

int metrics_write(struct aw *self, struct buf *out, aw_error *err)
{
    char *text = NULL;
    int rc = aw_query(self, "status", NULL, &text, err);
    if (rc != AW_OK)
        return rc;
    json_t *status = json_loads(text, 0, NULL);
    aw_free(text);
    if (!status)
        return error_nomem(err, "metrics");
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        head(out, plain[i].name, plain[i].type, plain[i].help);
        number(out, plain[i].name, member(status, plain[i].member));
    }
    int64_t oldest = member(status, "oldest_pending_ms");
    head(out, "backlog_age_seconds", "gauge", "Age of the oldest event not yet interpreted.");
    number(out, "backlog_age_seconds", oldest ? (handle_now_ms(self) - oldest) / 1000 : 0);
    write_lrs(out, json_object_get(status, "lrs"));
    write_forums(out, json_object_get(status, "forums"));
    write_syncs(out, self->journal);
    json_decref(status);
    return buf_error(out, "metrics", err);
}
