/*
 * deliver.c - one request from the front of what is waiting, and what became of it.
 *
 * Each call is one step of a small machine whose state is in struct xapi_lrs:
 *   suspect  a batch was refused: its first half next, until one statement is left
 *   again    the outcome is unknown: the same statements, the same bytes
 *   look     one alone is refused each time: is it that one, or does the LRS take
 *            nothing from us at all? Others are tried before it is given up.
 * What an answer means is decided in retry.c; here is only how many statements
 * that concerns.
 */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "attachment.h"
#include "lrs_batch.h"
#include "error.h"
#include "lrs.h"
#include "timestamp.h"

#define FAILURES_BEFORE_SHRINKING 3 /* one statement may be what breaks the LRS */
#define ALONE_BEFORE_LOOKING 4
#define REFUSALS_BELIEVED 5         /* single ones in a row, before the version is suspected */
#define SPACING_FIRST_MS 100
#define SPACING_CAP_MS 60000
#define CREDENTIALS_LOOK_MS 1000    /* how soon a mended secret is seen */

struct step { /* one call of xapi_deliver */
    struct xapi_lrs *lrs;
    const struct xapi_outgoing *statements;
    size_t n;
    int64_t now_ms;
    xapi_dead_fn dead;
    void *context;
    struct batch batch;
    struct retry_verdict verdict;
    char text[1024]; /* what the LRS, or the network, said */
    int64_t wait_ms; /* on top of the rate */
    size_t settled;
};

/* ---- the front -------------------------------------------------------------- */

static void forget_front(struct xapi_lrs *lrs)
{
    lrs->suspect = lrs->again = 0;
    lrs->alone_failures = 0;
    lrs->look.active = false;
}

static void know_front(struct xapi_lrs *lrs, const struct xapi_outgoing *first)
{
    if (!lrs->has_front || !uuid5_equal(&lrs->front, &first->id))
        forget_front(lrs);
    lrs->front = first->id;
    lrs->has_front = true;
}

static void settle(struct step *s, size_t count)
{
    struct xapi_lrs *lrs = s->lrs;
    size_t suspect = lrs->suspect > count ? lrs->suspect - count : 0;
    forget_front(lrs);
    lrs->suspect = suspect;
    lrs->has_front = count < s->n;
    if (lrs->has_front)
        lrs->front = s->statements[count].id;
    s->settled = count;
}

/* The whole batch is one statement (its twins aside). */
static bool alone(const struct step *s)
{
    return s->batch.spans <= 3;
}

static int bury(struct step *s, const char *code, const char *text)
{
    int rc = s->dead(s->context, 0, code, text);
    if (rc != AW_OK)
        return rc;
    struct xapi_lrs *lrs = s->lrs;
    size_t count = s->batch.from == 0 && alone(s) ? s->batch.count : 1;
    lrs->report.dead++;
    if (strcmp(code, XAPI_DEAD_CONFLICT) == 0)
        lrs->report.conflicts++;
    settle(s, count);
    lrs->suspect = 0; /* that was the one; of the others nothing is known */
    return AW_OK;
}

/* ---- pace ------------------------------------------------------------------- */

static void slow_down(struct xapi_lrs *lrs)
{
    int64_t spacing = 2 * lrs->spacing_ms;
    if (spacing < SPACING_FIRST_MS)
        spacing = SPACING_FIRST_MS;
    lrs->spacing_ms = spacing < SPACING_CAP_MS ? spacing : SPACING_CAP_MS;
}

static void speed_up(struct xapi_lrs *lrs)
{
    int64_t least = lrs->config.spacing_ms, over = lrs->spacing_ms - least;
    if (over > 0)
        lrs->spacing_ms -= over / 8 + 1;
    size_t most = (size_t)lrs->config.batch_statements;
    lrs->max_statements = lrs->max_statements * 2 < most ? lrs->max_statements * 2 : most;
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

/* ---- looking at others -------------------------------------------------------- */

static void begin_look(struct step *s, const char *dead)
{
    struct lrs_look *look = &s->lrs->look;
    look->active = true;
    look->dead = dead;
    look->tried = 0;
    snprintf(look->text, sizeof look->text, "%s", s->text);
}

static size_t looks(size_t n)
{
    return n - 1 < LRS_MAX_LOOKS ? n - 1 : LRS_MAX_LOOKS;
}

/* Spread over what is waiting, elsewhere at each turn, never the front itself. */
static size_t look_index(const struct xapi_lrs *lrs, size_t n)
{
    size_t stride = (n - 1) / looks(n);
    return 1 + (lrs->look.tried * stride + lrs->look_turn) % (n - 1);
}

static void stop_suspect(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    forget_front(lrs);
    lrs->look_turn++;
    s->wait_ms = lrs->config.probe_ms;
    lrs_alert(lrs, XAPI_STOPPED, XAPI_ALERT_SUSPECT, s->text, s->now_ms);
}

/* Another one went through, or was understood: so it is the front's own fault. */
static int believe(struct step *s)
{
    struct lrs_look look = s->lrs->look;
    s->lrs->accepted = true;
    s->lrs->refused_in_row = 0;
    return bury(s, look.dead, look.text);
}

static int look_refused(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    bool breaks = strcmp(lrs->look.dead, XAPI_DEAD_SERVER_ERROR) == 0;
    if (breaks || strcmp(s->verdict.dead, XAPI_DEAD_CONFLICT) == 0)
        return believe(s);
    if (++lrs->look.tried >= looks(s->n))
        stop_suspect(s);
    return AW_OK;
}

/* ---- reactions ---------------------------------------------------------------- */

static int on_delivered(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    lrs->report.last_success_ms = s->now_ms;
    lrs->report.batches++;
    backoff_reset(&lrs->backoff);
    lrs_calm(lrs);
    if (lrs->look.active)
        return believe(s);
    lrs->accepted = true;
    lrs->refused_in_row = 0;
    lrs->report.delivered += s->batch.count;
    speed_up(lrs);
    settle(s, s->batch.count);
    return AW_OK;
}

static int refused_alone(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    const char *code = s->verdict.dead;
    if (strcmp(code, XAPI_DEAD_INVALID) != 0) {
        lrs->accepted = true; /* it read the statement well enough to compare it */
        return bury(s, code, s->text);
    }
    bool trusted = lrs->refused_in_row < REFUSALS_BELIEVED && (lrs->accepted || s->n == 1);
    if (trusted) {
        lrs->refused_in_row++;
        return bury(s, code, s->text);
    }
    if (s->n > 1)
        begin_look(s, code);
    else
        stop_suspect(s);
    return AW_OK;
}

static int on_bisect(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    backoff_reset(&lrs->backoff);
    if (lrs->report.alert != XAPI_ALERT_SUSPECT)
        lrs_calm(lrs);
    if (lrs->look.active)
        return look_refused(s);
    lrs->again = 0;
    if (alone(s))
        return refused_alone(s);
    lrs->suspect = s->batch.count;
    return AW_OK;
}

static int on_halve(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    backoff_reset(&lrs->backoff);
    if (lrs->look.active)
        return look_refused(s);
    lrs->again = 0;
    if (alone(s))
        return bury(s, s->verdict.dead, s->text);
    size_t least = s->batch.bytes < lrs->max_bytes ? s->batch.bytes : lrs->max_bytes;
    lrs->max_bytes = least / 2 > 0 ? least / 2 : 1;
    return AW_OK;
}

static int on_stop(struct step *s)
{
    forget_front(s->lrs);
    s->wait_ms = s->lrs->config.probe_ms;
    lrs_alert(s->lrs, XAPI_STOPPED, s->verdict.alert, s->text, s->now_ms);
    return AW_OK;
}

static int on_wait(struct step *s)
{
    s->lrs->report.retries++;
    s->lrs->again = s->lrs->look.active ? 0 : s->batch.count;
    s->wait_ms = retry_after_ms(s->lrs->answer.retry_after, s->now_ms);
    slow_down(s->lrs);
    lrs_alert(s->lrs, XAPI_WAITING, s->verdict.alert, s->text, s->now_ms);
    return AW_OK;
}

/* The same bytes again; after some failures in smaller batches, since one statement may be
 * the cause, and at last, alone, compared with others. */
static void plan_again(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    if (lrs->look.active) {
        if (strcmp(lrs->look.dead, XAPI_DEAD_SERVER_ERROR) == 0)
            forget_front(lrs); /* the other one fails as well: it is the LRS */
        return;
    }
    lrs->again = s->batch.count;
    if (!s->verdict.shrink || lrs->backoff.failures < FAILURES_BEFORE_SHRINKING)
        return;
    if (!alone(s)) {
        lrs->again = 0;
        lrs->max_statements = s->batch.count / 2;
    } else if (++lrs->alone_failures >= ALONE_BEFORE_LOOKING && s->n > 1) {
        begin_look(s, XAPI_DEAD_SERVER_ERROR);
    }
}

static int on_later(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    lrs->report.retries++;
    if (s->verdict.unknown)
        lrs->report.unknown++;
    if (s->verdict.alert == XAPI_ALERT_NONE) { /* cut because the worker stops */
        lrs->again = lrs->look.active ? 0 : s->batch.count;
        return AW_OK;
    }
    s->wait_ms = backoff_next_ms(&lrs->backoff);
    if (s->verdict.alert == XAPI_ALERT_BUSY)
        slow_down(lrs);
    plan_again(s);
    lrs_alert(lrs, XAPI_WAITING, s->verdict.alert, s->text, s->now_ms);
    return AW_OK;
}

static int (*const reactions[])(struct step *) = {
    [RETRY_DELIVERED] = on_delivered, [RETRY_BISECT] = on_bisect, [RETRY_HALVE] = on_halve,
    [RETRY_WAIT] = on_wait, [RETRY_LATER] = on_later, [RETRY_STOP] = on_stop,
};

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
        return *out_buried ? bury(s, XAPI_DEAD_ATTACHMENT, s->text) : AW_OK;
    }
    rc = post(s, body.content_type, body.spans, body.span_count, err);
    attachment_close(&body);
    return rc;
}

static int send_step(struct step *s, aw_error *err)
{
    struct xapi_lrs *lrs = s->lrs;
    bool buried = false;
    size_t from = lrs->look.active && s->n > 1 ? look_index(lrs, s->n) : 0;
    batch_build(lrs, s->statements, s->n, from, lrs->look.active ? 1 : batch_wanted(lrs, s->n),
                &s->batch);
    int64_t begun_ms = timestamp_monotonic_ms();
    s->verdict = (struct retry_verdict){.action = RETRY_BISECT, .dead = XAPI_DEAD_INVALID};
    int rc = s->batch.spans == 0
                 ? post_with_files(s, &buried, err)
                 : post(s, "Content-Type: application/json", lrs->spans, s->batch.spans, err);
    if (rc == AW_OK && !buried) {
        rc = reactions[s->verdict.action](s);
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
    bool stopping = lrs->around.stop && *lrs->around.stop;
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
