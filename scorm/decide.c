/*
 * decide.c - from what one SCO said to completed, passed, failed or none of them. Pure.
 *
 * docs/scorm-decisions.md numbers the rules; the comments name them.
 */
#include "decide.h"

#include <string.h>

#include "buf.h"
#include "utf8.h"

/* "passed because raw 100 >= mastery 80". */
static void because_measure(struct buf *b, const char *verdict, const char *name, double value,
                            bool reached, const char *limit_name, double limit)
{
    if (b->len)
        BUF_LIT(b, "; ");
    buf_puts(b, verdict);
    BUF_LIT(b, " because ");
    buf_puts(b, name);
    buf_putc(b, ' ');
    buf_json_real(b, value);
    buf_puts(b, reached ? " >= " : " < ");
    buf_puts(b, limit_name);
    buf_putc(b, ' ');
    buf_json_real(b, limit);
}

static void because(struct buf *b, const char *verdict, const char *why)
{
    if (b->len)
        BUF_LIT(b, "; ");
    buf_puts(b, verdict);
    BUF_LIT(b, " because ");
    buf_puts(b, why);
}

static const char *status_name(enum scorm_status status)
{
    static const char *const names[] = {"",           "not attempted", "browsed", "incomplete",
                                        "completed",  "passed",        "failed"};
    return names[status];
}

/* Rules A: nothing may be claimed, whatever the content set. */
static bool decide_nothing(const struct scorm_facts *f, struct buf *b)
{
    const char *why = NULL;
    if (f->mode == SCORM_MODE_BROWSE)
        why = "the mode was browse"; /* A1 */
    else if (f->mode == SCORM_MODE_REVIEW)
        why = "the mode was review"; /* A1 */
    else if (f->no_credit)
        why = "the attempt was for no credit"; /* A2 */
    else if (f->abandoned)
        why = "the attempt was abandoned"; /* A3 */
    if (why)
        because(b, "nothing is claimed", why);
    return why != NULL;
}

static bool no_measure(const struct scorm_facts *f)
{
    return f->version == SCORM_12 ? !f->mastery.given : !f->passing.given && !f->threshold.given;
}

/* SCORM 1.2: rules B. */
static void decide_12(const struct scorm_facts *f, const struct scorm_policy *p,
                      struct scorm_decision *d, struct buf *b)
{
    if (f->terminated && p->mastery_override && f->mastery.given && f->raw.given) { /* B1 */
        bool reached = f->raw.value >= f->mastery.value;
        d->success = reached ? SCORM_PASSED : SCORM_FAILED;
        d->completion = reached || p->failed_completes ? SCORM_COMPLETED : SCORM_INCOMPLETE;
        because_measure(b, scorm_success_name(d->success), "raw", f->raw.value, reached, "mastery",
                        f->mastery.value);
        return;
    }
    d->completion = SCORM_INCOMPLETE;
    switch (f->status) {
    case SCORM_STATUS_PASSED: /* B3 */
        d->completion = SCORM_COMPLETED;
        d->success = SCORM_PASSED;
        break;
    case SCORM_STATUS_COMPLETED: /* B4 */
        d->completion = SCORM_COMPLETED;
        break;
    case SCORM_STATUS_FAILED: /* B5 */
        d->success = SCORM_FAILED;
        if (p->failed_completes)
            d->completion = SCORM_COMPLETED;
        break;
    case SCORM_STATUS_NONE:
    case SCORM_STATUS_NOT_ATTEMPTED: /* B2 */
        if (f->terminated && p->no_status_completes) {
            d->completion = SCORM_COMPLETED;
            because(b, "completed", "no status was set and the policy no_status says so");
        } else {
            because(b, "incomplete", "no status was set");
        }
        return;
    case SCORM_STATUS_BROWSED:
    case SCORM_STATUS_INCOMPLETE: /* B6 */
        break;
    }
    because(b, d->success ? scorm_success_name(d->success) : scorm_completion_name(d->completion),
            "the content set lesson_status ");
    buf_puts(b, status_name(f->status));
}

/* SCORM 2004, completion: rules C. */
static void complete_2004(const struct scorm_facts *f, const struct scorm_policy *p,
                          struct scorm_decision *d, struct buf *b)
{
    if (f->terminated && p->mastery_override && f->threshold.given && f->progress.given) { /* C1 */
        bool reached = f->progress.value >= f->threshold.value;
        d->completion = reached ? SCORM_COMPLETED : SCORM_INCOMPLETE;
        because_measure(b, scorm_completion_name(d->completion), "progress", f->progress.value,
                        reached, "threshold", f->threshold.value);
        return;
    }
    d->completion = f->completion; /* C2 */
    if (d->completion)
        because(b, scorm_completion_name(d->completion), "the content set completion_status");
}

/* SCORM 2004, success: rules D. */
static void succeed_2004(const struct scorm_facts *f, const struct scorm_policy *p,
                         struct scorm_decision *d, struct buf *b)
{
    if (f->terminated && p->mastery_override && f->passing.given) {
        if (f->scaled.given) { /* D1 */
            bool reached = f->scaled.value >= f->passing.value;
            d->success = reached ? SCORM_PASSED : SCORM_FAILED;
            because_measure(b, scorm_success_name(d->success), "scaled", f->scaled.value, reached,
                            "passing score", f->passing.value);
            return;
        }
        if (p->missing_scaled_unknown) { /* D2 */
            d->success = SCORM_SUCCESS_UNKNOWN;
            because(b, "success unknown", "there is a passing score and no scaled score");
            return;
        }
    }
    d->success = f->success; /* D3 */
    if (d->success)
        because(b, scorm_success_name(d->success), "the content set success_status");
}

static bool is_final(const struct scorm_facts *f, const struct scorm_policy *p,
                     const struct scorm_decision *d)
{
    if (f->terminated) /* E1: a suspended attempt goes on, and only what was reached stays */
        return f->exit != SCORM_EXIT_SUSPEND || d->completion == SCORM_COMPLETED ||
               d->success == SCORM_PASSED;
    /* E2: golf says completed on its last page and failed after its quiz. */
    return p->early_completion && d->completion == SCORM_COMPLETED && no_measure(f);
}

void scorm_decide(const struct scorm_facts *facts, const struct scorm_policy *policy,
                  struct scorm_decision *out)
{
    struct scorm_decision d = {SCORM_COMPLETION_UNKNOWN, SCORM_SUCCESS_UNKNOWN, false, ""};
    char text[4 * SCORM_BECAUSE_BYTES] = "";
    struct buf b = BUF_ON(text);
    if (decide_nothing(facts, &b)) {
        d.final = false;
    } else {
        if (facts->version == SCORM_12) {
            decide_12(facts, policy, &d, &b);
        } else {
            complete_2004(facts, policy, &d, &b);
            succeed_2004(facts, policy, &d, &b);
            if (b.len == 0)
                because(&b, "unknown", "the content set neither completion nor success");
        }
        d.final = is_final(facts, policy, &d);
    }
    size_t len = utf8_cut(text, b.len, sizeof d.because - 1);
    memcpy(d.because, text, len);
    d.because[len] = 0;
    *out = d;
}
