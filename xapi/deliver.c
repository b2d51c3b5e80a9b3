/*
 * deliver.c - one request from the front of what is waiting, and what became of it.
 *
 * Each call is one step of a small machine whose state is in struct xapi_lrs:
 *   suspect  a batch was refused: its first half next, until one statement is left
 *   again    the outcome is unknown: the same statements, the same bytes
 *   look     one alone is refused each time: is it that one, or does the LRS take
 *            nothing from us at all? Others are tried before it is given up.
 * This file decides when to send and sends; react.c draws the consequences.
 */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "attachment.h"
#include "deliver_step.h"
#include "error.h"
#include "stop.h"
#include "timestamp.h"

#define CREDENTIALS_LOOK_MS 1000 /* how soon a mended secret is seen */

static void know_front(struct xapi_lrs *lrs, const struct xapi_outgoing *first)
{
    if (!lrs->has_front || !uuid5_equal(&lrs->front, &first->id))
        step_forget_front(lrs);
    lrs->front = first->id;
    lrs->has_front = true;
}

static void set_pace(struct step *s, int64_t begun_ms)
{
    struct xapi_lrs *lrs = s->lrs;
    int64_t rate_ms = lrs->spacing_ms;
    if (lrs->config.statements_per_s > 0) {
        int64_t ms = (int64_t)s->batch.count * 1000 / lrs->config.statements_per_s;
        rate_ms = ms > rate_ms ? ms : rate_ms;
    }
    int64_t after_wait = timestamp_monotonic_ms() + s->wait_ms;
    int64_t after_rate = begun_ms + rate_ms;
    lrs->not_before_ms = after_wait > after_rate ? after_wait : after_rate;
}

/* Spread over what is waiting, elsewhere at each turn, never the front itself. */
static size_t look_index(const struct xapi_lrs *lrs, size_t n)
{
    size_t stride = (n - 1) / step_looks(n);
    return 1 + (lrs->look.tried * stride + lrs->look_turn) % (n - 1);
}

/* ---- sending ------------------------------------------------------------------ */

static void describe(struct step *s)
{
    const struct http_answer *a = &s->lrs->answer;
    char reason[700] = "";
    if (a->fate != HTTP_ANSWERED) {
        snprintf(s->text, sizeof s->text, "%s", a->error);
        return;
    }
    answer_reason(a->body.data ? a->body.data : "", a->body.len, reason, sizeof reason);
    bool moved = a->status >= 300 && a->status <= 399 && a->location[0];
    snprintf(s->text, sizeof s->text, "HTTP %d%s%.200s%s%s", a->status,
             moved ? " to " : "", moved ? a->location : "", reason[0] ? ": " : "", reason);
}

/* There was nothing to send it with: no secret, no token. */
static int without_credentials(struct step *s, int rc, const aw_error *err)
{
    if (rc == AW_ENOMEM)
        return rc;
    snprintf(s->text, sizeof s->text, "%s: %s", err->where, err->text);
    s->verdict = (struct retry_verdict){.action = RETRY_STOP, .alert = XAPI_ALERT_CREDENTIALS};
    if (rc == AW_ENET)
        s->verdict = (struct retry_verdict){.action = RETRY_LATER, .alert = XAPI_ALERT_UNREACHABLE};
    return AW_OK;
}

static int post(struct step *s, const char *content_type, const struct http_span *spans, size_t n,
                aw_error *err)
{
    aw_error why = AW_ERROR_INIT;
    const char *const headers[] = {content_type, NULL};
    int rc = lrs_call(s->lrs, "POST", "statements", headers, spans, n, &why);
    if (rc != AW_OK) {
        if (without_credentials(s, rc, &why) == AW_OK)
            return AW_OK;
        return error_nomem(err, "lrs");
    }
    const struct retry_answer answer = lrs_answer(s->lrs, s->now_ms);
    s->verdict = retry_decide(&answer);
    describe(s);
    return AW_OK;
}

/* *out_buried: its file is gone, so that the statement went to the dead letters. */
static int post_with_files(struct step *s, bool *out_buried, aw_error *err)
{
    const struct xapi_outgoing *st = &s->statements[s->batch.from];
    struct attachment_body body;
    aw_error why = AW_ERROR_INIT;
    int rc = attachment_open(st->bytes, st->len, s->lrs->around.attachments_dir,
                             (size_t)s->lrs->config.attachment_bytes, &body, &why);
    if (rc == AW_ENOMEM || rc == AW_EFILES)
        return error_set(err, rc, why.where, "%s", why.text);
    if (rc != AW_OK) {
        snprintf(s->text, sizeof s->text, "%s: %s", why.where, why.text);
        *out_buried = s->batch.from == 0;
        return *out_buried ? step_bury(s, XAPI_DEAD_ATTACHMENT, s->text) : AW_OK;
    }
    rc = post(s, body.content_type, body.spans, body.span_count, err);
    attachment_close(&body);
    return rc;
}

static int send_step(struct step *s, aw_error *err)
{
    struct xapi_lrs *lrs = s->lrs;
    bool buried = false;
    if (s->n < 2)
        lrs->look.active = false; /* there is no other to look at */
    size_t from = lrs->look.active ? look_index(lrs, s->n) : 0;
    batch_build(lrs, s->statements, s->n, from, lrs->look.active ? 1 : batch_wanted(lrs, s->n),
                &s->batch);
    int64_t begun_ms = timestamp_monotonic_ms();
    s->verdict = (struct retry_verdict){.action = RETRY_BISECT, .dead = XAPI_DEAD_INVALID};
    int rc = s->batch.spans == 0
                 ? post_with_files(s, &buried, err)
                 : post(s, "Content-Type: application/json", lrs->spans, s->batch.spans, err);
    if (rc == AW_OK && !buried) {
        rc = step_react(s);
        if (rc != AW_OK && err && err->code != rc)
            error_set(err, rc, "dead letter", "could not be stored; the statement waits");
    }
    if (rc == AW_OK)
        set_pace(s, begun_ms);
    return rc;
}

static int64_t wait_left(struct xapi_lrs *lrs)
{
    int64_t left = lrs->not_before_ms - timestamp_monotonic_ms();
    if (left <= 0)
        return 0;
    bool stopped = lrs->report.health == XAPI_STOPPED;
    if (stopped && auth_changed(&lrs->config.auth))
        return 0;
    /* Looked at so often, a mended password is seen at once although probes are slow. */
    if (stopped && lrs->config.auth.secret.file && left > CREDENTIALS_LOOK_MS)
        return CREDENTIALS_LOOK_MS;
    return left;
}

int xapi_deliver(struct xapi_lrs *lrs, const struct xapi_outgoing *statements, size_t n,
                 int64_t now_ms, xapi_dead_fn dead, void *context, struct xapi_delivery *out,
                 aw_error *err)
{
    struct step s = {.lrs = lrs, .statements = statements, .n = n, .now_ms = now_ms,
                     .dead = dead, .context = context};
    int64_t wait = n > 0 ? wait_left(lrs) : 0;
    bool stopping = stop_asked(lrs->around.stop);
    if (n > 0 && wait == 0 && !stopping) {
        know_front(lrs, &statements[0]);
        int rc = send_step(&s, err);
        if (rc != AW_OK)
            return rc;
        wait = wait_left(lrs);
    }
    *out = (struct xapi_delivery){.settled = s.settled, .wait_ms = wait,
                                  .health = lrs->report.health};
    return AW_OK;
}
