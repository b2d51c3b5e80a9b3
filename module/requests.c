/* requests.c - what a host's own task does for the provider "host" (afterword.h). */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "event.h"
#include "handle.h"
#include "json.h"
#include "limit.h"
#include "log.h"
#include "state.h"

#define MAX_TAKEN 200

/* One job as {"key", "tries", "request": {...}}. */
static void write_job(struct buf *b, const struct state_job *j)
{
    if (b->len > 1)
        buf_putc(b, ',');
    BUF_LIT(b, "{\"key\":");
    buf_json_str(b, j->key);
    buf_printf(b, ",\"tries\":%u,\"request\":%s}", (unsigned)j->tries, j->payload);
}

static int take(struct state *s, size_t max, int64_t now_ms, int64_t lease_ms, struct buf *b,
                aw_error *err)
{
    for (size_t i = 0; i < max && i < MAX_TAKEN; i++) {
        struct state_job j = {0};
        int64_t next;
        int rc = state_job_next(s, "host", now_ms, &j, &next, err);
        if (rc == AW_EAGAIN)
            return AW_OK;
        if (rc == AW_OK)
            rc = state_job_lease(s, j.key, now_ms + lease_ms, err);
        if (rc == AW_OK)
            write_job(b, &j);
        free(j.payload);
        if (rc != AW_OK && rc != AW_EBUSY)
            return rc;
    }
    return AW_OK;
}

int aw_forum_requests_take(aw *self, size_t max, int64_t lease_ms, char **out_json, aw_error *err)
{
    struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES * 4);
    struct state *s;
    if (!self || !out_json)
        return error_set(err, AW_EINVAL, self ? "out_json" : "aw", "is NULL");
    if (lease_ms < 1)
        return error_set(err, AW_EINVAL, "lease_ms", "must be at least 1");
    int rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    buf_putc(&b, '[');
    rc = state_begin(s, err);
    if (rc == AW_OK)
        rc = take(s, max, handle_now_ms(self), lease_ms, &b, err);
    buf_putc(&b, ']');
    if (rc == AW_OK)
        rc = buf_error(&b, "requests", err);
    if (rc == AW_OK)
        rc = state_commit(s, err);
    if (rc != AW_OK)
        state_rollback(s);
    handle_state_done(self);
    if (rc == AW_OK)
        *out_json = buf_take(&b, NULL);
    buf_free(&b);
    return rc;
}

/* {"outcome": "retry", "retry_after_ms": n}: back into the queue, no event. */
static int put_back(aw *self, const char *key, const json_t *reply, aw_error *err)
{
    int64_t after = 60000;
    struct state *s;
    struct state_job j = {0};
    int rc = json_get_i64(reply, "retry_after_ms", 0, INT64_C(86400000), &after, err);
    if (rc == AW_OK)
        rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = state_job_get(s, key, &j, err);
    if (rc == AW_OK && j.state == JOB_LEASED)
        rc = state_job_set(s, key, JOB_QUEUED, j.tries, handle_now_ms(self) + after, err);
    free(j.payload);
    handle_state_done(self);
    return rc == AW_ENOTFOUND
               ? error_set(err, rc, "key", "\"%.64s\" is no request of ours", key)
               : rc;
}

int aw_forum_request_done(aw *self, const char *key, const char *reply_json, aw_error *err)
{
    json_t *reply = NULL;
    const char *outcome = NULL;
    if (!self || !key || !reply_json)
        return error_set(err, AW_EINVAL, "forum_request_done", "an argument is NULL");
    int rc = json_read(reply_json, strlen(reply_json), LIMIT_LINK_JSON_BYTES, "reply", &reply, err);
    if (rc == AW_OK)
        rc = json_want_object(reply, "reply", err);
    if (rc == AW_OK)
        rc = json_get_text(reply, "outcome", 16, &outcome, err);
    if (rc == AW_OK && outcome && strcmp(outcome, "retry") == 0) {
        rc = put_back(self, key, reply, err);
    } else if (rc == AW_OK) {
        aw_event e = AW_EVENT_INIT;
        e.kind = AW_EVENT_FORUM_DONE;
        e.key = key;
        e.body = reply_json;
        e.body_bytes = strlen(reply_json);
        rc = aw_notify(self, &e, err);
    }
    json_decref(reply);
    return rc;
}
