/*
 * react.c - what follows from an answer: what is settled, what is sent next, how long to wait.
 *
 * What an answer means was decided in retry.c; here is only how many statements
 * that concerns, by what is known about the front (lrs.h).
 */
#include <stdio.h>
#include <string.h>

#include "deliver_step.h"

#define FAILURES_BEFORE_SHRINKING 3 /* one statement may be what breaks the LRS */
#define ALONE_BEFORE_LOOKING 4
#define REFUSALS_BELIEVED 5         /* single ones in a row, before the version is suspected */
#define SPACING_FIRST_MS 100
#define SPACING_CAP_MS 60000

/* ---- the front -------------------------------------------------------------- */

void step_forget_front(struct xapi_lrs *lrs)
{
    lrs->suspect = lrs->again = 0;
    lrs->alone_failures = 0;
    lrs->look.active = false;
}

static void settle(struct step *s, size_t count)
{
    struct xapi_lrs *lrs = s->lrs;
    size_t suspect = lrs->suspect > count ? lrs->suspect - count : 0;
    step_forget_front(lrs);
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

int step_bury(struct step *s, const char *code, const char *text)
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

/* ---- looking at others -------------------------------------------------------- */

static void begin_look(struct step *s, const char *dead)
{
    struct lrs_look *look = &s->lrs->look;
    look->active = true;
    look->dead = dead;
    look->tried = 0;
    snprintf(look->text, sizeof look->text, "%s", s->text);
}

static void stop_suspect(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    step_forget_front(lrs);
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
    return step_bury(s, look.dead, look.text);
}

static int look_refused(struct step *s)
{
    struct xapi_lrs *lrs = s->lrs;
    bool breaks = strcmp(lrs->look.dead, XAPI_DEAD_SERVER_ERROR) == 0;
    if (breaks || strcmp(s->verdict.dead, XAPI_DEAD_CONFLICT) == 0)
        return believe(s);
    if (++lrs->look.tried >= step_looks(s->n))
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
        return step_bury(s, code, s->text);
    }
    bool trusted = lrs->refused_in_row < REFUSALS_BELIEVED && (lrs->accepted || s->n == 1);
    if (trusted) {
        lrs->refused_in_row++;
        return step_bury(s, code, s->text);
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
        return step_bury(s, s->verdict.dead, s->text);
    size_t least = s->batch.bytes < lrs->max_bytes ? s->batch.bytes : lrs->max_bytes;
    lrs->max_bytes = least / 2 > 0 ? least / 2 : 1;
    return AW_OK;
}

static int on_stop(struct step *s)
{
    step_forget_front(s->lrs);
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
            step_forget_front(lrs); /* the other one fails as well: it is the LRS */
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

int step_react(struct step *s)
{
    return reactions[s->verdict.action](s);
}
