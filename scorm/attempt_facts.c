/* attempt_facts.c - the values of an attempt as facts for the decision, and scores an LRS takes. */
#include <math.h>
#include <string.h>

#include "attempt_state.h"
#include "cmi_value.h"

bool scorm_value_is(const struct scorm_value *v, const char *text)
{
    return v && v->len == strlen(text) && memcmp(v->text, text, v->len) == 0;
}

/* The strict form of a vocabulary value, or "". */
static const char *word(const struct scorm_value *v, enum scorm_version version, char out[32])
{
    char text[32] = "";
    struct buf b = BUF_ON(text);
    const struct cmi_element *e = v ? cmi_element_of(version, (enum cmi_role)v->role) : NULL;
    out[0] = 0;
    if (e && v->len <= 40 && cmi_read(e, v->text, v->len, &b) != CMI_BAD && !b.error)
        memcpy(out, text, b.len + 1);
    return out;
}

enum scorm_completion scorm_completion_of(const struct scorm_value *v)
{
    char w[32];
    word(v, SCORM_2004, w);
    return strcmp(w, "completed") == 0    ? SCORM_COMPLETED
           : strcmp(w, "incomplete") == 0 ? SCORM_INCOMPLETE
                                          : SCORM_COMPLETION_UNKNOWN;
}

enum scorm_success scorm_success_of(const struct scorm_value *v)
{
    char w[32];
    word(v, SCORM_2004, w);
    return strcmp(w, "passed") == 0   ? SCORM_PASSED
           : strcmp(w, "failed") == 0 ? SCORM_FAILED
                                      : SCORM_SUCCESS_UNKNOWN;
}

enum scorm_status scorm_status_of(const struct scorm_value *v)
{
    static const char *const names[] = {"",          "not attempted", "browsed", "incomplete",
                                        "completed", "passed",        "failed"};
    char w[32];
    word(v, SCORM_12, w);
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(w, names[i]) == 0)
            return (enum scorm_status)i;
    return SCORM_STATUS_NONE;
}

struct scorm_number attempt_number(const struct scorm_value *v, double lo, double hi)
{
    struct scorm_number n = {false, 0};
    double value;
    if (v && cmi_real(v->text, v->len, &value) && value >= lo && value <= hi)
        n = (struct scorm_number){true, value};
    return n;
}

static struct scorm_number number_of(const struct attempt_state *s, enum cmi_role role, double lo,
                                     double hi)
{
    return attempt_number(attempt_get(s, role, 0), lo, hi);
}

static enum scorm_exit exit_of(const struct attempt_state *s)
{
    static const char *const names[] = {"", "time-out", "suspend", "logout", "normal"};
    char w[32];
    word(attempt_get(s, CMI_EXIT, 0), s->version, w);
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(w, names[i]) == 0)
            return (enum scorm_exit)i;
    return SCORM_EXIT_NONE;
}

void attempt_facts(const struct attempt_state *s, const struct scorm_context *ctx, bool terminated,
                   struct scorm_facts *out)
{
    const struct scorm_value *mode = attempt_get(s, CMI_MODE, 0);
    const struct scorm_value *nav = attempt_get(s, CMI_NAV_REQUEST, 0);
    *out = (struct scorm_facts){
        .version = s->version,
        .mode = scorm_value_is(mode, "browse")   ? SCORM_MODE_BROWSE
                : scorm_value_is(mode, "review") ? SCORM_MODE_REVIEW
                                                 : SCORM_MODE_NORMAL,
        .no_credit = scorm_value_is(attempt_get(s, CMI_CREDIT, 0), "no-credit"),
        .terminated = terminated,
        .abandoned = terminated && (scorm_value_is(nav, "abandon") || scorm_value_is(nav, "abandonAll")),
        .exit = exit_of(s),
        .status = scorm_status_of(attempt_get(s, CMI_LESSON_STATUS, 0)),
        .completion = scorm_completion_of(attempt_get(s, CMI_COMPLETION_STATUS, 0)),
        .success = scorm_success_of(attempt_get(s, CMI_SUCCESS_STATUS, 0)),
        .raw = number_of(s, CMI_SCORE_RAW, -INFINITY, INFINITY),
        .mastery = number_of(s, CMI_MASTERY_SCORE, -INFINITY, INFINITY),
        .progress = number_of(s, CMI_PROGRESS_MEASURE, 0, 1),
        .threshold = number_of(s, CMI_COMPLETION_THRESHOLD, 0, 1),
        .scaled = number_of(s, CMI_SCORE_SCALED, -1, 1),
        .passing = number_of(s, CMI_SCALED_PASSING_SCORE, -1, 1),
    };
    if (scorm_value_is(nav, "suspendAll")) /* SN 5.6.4: suspends the attempt whatever exit says */
        out->exit = SCORM_EXIT_SUSPEND;
    /* The commit repeats what the player was launched with; the manifest counts where it is silent. */
    if (!out->mastery.given)
        out->mastery = ctx->mastery;
    if (!out->threshold.given)
        out->threshold = ctx->threshold;
    if (!out->passing.given)
        out->passing = ctx->passing;
}

struct xapi_score scorm_score_guard(enum scorm_version version, struct scorm_number scaled,
                                    struct scorm_number raw, struct scorm_number min,
                                    struct scorm_number max)
{
    struct xapi_score out = {0};
    if (min.given && max.given && min.value >= max.value)
        min.given = max.given = false;
    if (raw.given && ((min.given && raw.value < min.value) || (max.given && raw.value > max.value)))
        raw.given = false;
    /* ADL's profile: in 1.2 a score is a percentage by definition (RTE 3.4.4). */
    if (version == SCORM_12)
        scaled = (struct scorm_number){raw.given && raw.value >= 0 && raw.value <= 100, raw.value / 100};
    if (scaled.given && (scaled.value < -1 || scaled.value > 1))
        scaled.given = false;
    if (!scaled.given && !raw.given)
        return out; /* min and max alone are defaults, not a score */
    out.has_scaled = scaled.given;
    out.scaled = scaled.value;
    out.has_raw = raw.given;
    out.raw = raw.value;
    out.has_min = min.given;
    out.min = min.value;
    out.has_max = max.given;
    out.max = max.value;
    return out;
}

static struct xapi_score score_of(const struct attempt_state *s, unsigned n, enum cmi_role scaled,
                                  enum cmi_role raw, enum cmi_role min, enum cmi_role max)
{
    return scorm_score_guard(s->version, attempt_number(attempt_get(s, scaled, n), -INFINITY, INFINITY),
                             attempt_number(attempt_get(s, raw, n), -INFINITY, INFINITY),
                             attempt_number(attempt_get(s, min, n), -INFINITY, INFINITY),
                             attempt_number(attempt_get(s, max, n), -INFINITY, INFINITY));
}

struct xapi_score attempt_score(const struct attempt_state *s)
{
    return score_of(s, 0, CMI_SCORE_SCALED, CMI_SCORE_RAW, CMI_SCORE_MIN, CMI_SCORE_MAX);
}

struct xapi_score attempt_objective_score(const struct attempt_state *s, unsigned n)
{
    return score_of(s, n, CMI_OBJECTIVE_SCALED, CMI_OBJECTIVE_RAW, CMI_OBJECTIVE_MIN, CMI_OBJECTIVE_MAX);
}
