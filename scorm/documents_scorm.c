/* documents_scorm.c - State and Activity Profile documents of ADL's SCORM profile, from the kept state. */
#include "documents_scorm.h"

#include <math.h>
#include <string.h>

#include "attempt_state.h"
#include "cmi_value.h"
#include "utf8.h"

#define BASE "https://w3id.org/xapi/scorm/"

static const struct {
    const char *id;
    bool is_profile, of_attempt, appends;
} kinds[SCORM_DOCUMENT_COUNT] = {
    [SCORM_DOCUMENT_ACTIVITY_STATE] = {BASE "activity-state", false, false, true},
    [SCORM_DOCUMENT_ATTEMPT_STATE] = {BASE "attempt-state", false, true, false},
    [SCORM_DOCUMENT_SUSPEND_DATA] = {BASE "types/adl-suspend-data", false, true, false},
    [SCORM_DOCUMENT_ACTIVITY_PROFILE] = {BASE "activity-profile", true, false, false},
};

/* ---- members ------------------------------------------------------------------ */

static void name(struct buf *b, const char *member)
{
    if (b->len && b->data[b->len - 1] != '{' && b->data[b->len - 1] != '[')
        buf_putc(b, ',');
    buf_json_str(b, member);
    buf_putc(b, ':');
}

static bool sound(const struct scorm_value *v)
{
    size_t bad_at;
    return v && v->len && utf8_valid(v->text, v->len, &bad_at);
}

static void text(struct buf *b, const char *member, const struct scorm_value *v)
{
    if (!sound(v))
        return;
    name(b, member);
    buf_json_string(b, v->text, v->len);
}

static void number(struct buf *b, const char *member, struct scorm_number n)
{
    if (!n.given)
        return;
    name(b, member);
    buf_json_real(b, n.value);
}

static void duration(struct buf *b, const char *member, int64_t ms)
{
    char iso[64] = "";
    struct buf text_of_it = BUF_ON(iso);
    cmi_duration_write(&text_of_it, ms);
    name(b, member);
    buf_json_str(b, iso);
}

/* ---- bodies --------------------------------------------------------------------- */

static void preferences(struct buf *b, const struct attempt_state *s)
{
    static const struct {
        const char *member;
        enum cmi_role role;
    } list[] = {{"audio_level", CMI_PREFERENCE_AUDIO}, {"delivery_speed", CMI_PREFERENCE_SPEED},
                {"audio_captioning", CMI_PREFERENCE_CAPTIONING}};
    name(b, "preferences");
    buf_putc(b, '{');
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        number(b, list[i].member, attempt_number(attempt_get(s, list[i].role, 0), -INFINITY, INFINITY));
    text(b, "language", attempt_get(s, CMI_PREFERENCE_LANGUAGE, 0));
    buf_putc(b, '}');
}

/* adl.data, 2004 4th edition: [{"id", "store"}]. */
static void adl_data(struct buf *b, const struct attempt_state *s)
{
    size_t first = s->first[CMI_DATA_ID], end = s->first[CMI_DATA_ID + 1];
    if (first == end)
        return;
    name(b, "adl_data");
    buf_putc(b, '[');
    for (size_t i = first, written = 0; i < end; i++) {
        if (!sound(&s->values[i]))
            continue;
        if (written++)
            buf_putc(b, ',');
        buf_putc(b, '{');
        text(b, "id", &s->values[i]);
        text(b, "store", attempt_get(s, CMI_DATA_STORE, s->values[i].n));
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void attempt_state_body(struct buf *b, const struct attempt_state *s)
{
    text(b, "credit", attempt_get(s, CMI_CREDIT, 0));
    text(b, "mode", attempt_get(s, CMI_MODE, 0));
    text(b, "location", attempt_get(s, CMI_LOCATION, 0));
    preferences(b, s);
    duration(b, "total_time", s->total_ms > 0 ? s->total_ms : 0);
    text(b, "comments_from_lms", attempt_get(s, CMI_LMS_COMMENT_TEXT, 0));
    adl_data(b, s);
}

static void profile_body(struct buf *b, const struct attempt_state *s, const struct scorm_context *ctx)
{
    const struct scorm_value *limit = attempt_get(s, CMI_MAX_TIME_ALLOWED, 0);
    struct scorm_facts f;
    int64_t ms;
    attempt_facts(s, ctx, false, &f);
    if (s->version == SCORM_12) /* a percentage, as the profile has it */
        f.passing = (struct scorm_number){f.mastery.given, f.mastery.value / 100};
    number(b, "completion_threshold", f.threshold);
    number(b, "scaled_passing_score", f.passing);
    text(b, "launch_data", attempt_get(s, CMI_LAUNCH_DATA, 0));
    if (limit && cmi_duration_ms(limit->text, limit->len, &ms))
        duration(b, "max_time_allowed", ms);
    text(b, "time_limit_action", attempt_get(s, CMI_TIME_LIMIT_ACTION, 0));
}

/* False: there is nothing to keep. */
static bool body(struct buf *b, enum scorm_document_kind kind, const struct attempt_state *s,
                 const struct scorm_context *ctx, const char *attempt)
{
    const struct scorm_value *suspended = attempt_get(s, CMI_SUSPEND_DATA, 0);
    buf_putc(b, '{');
    switch (kind) {
    case SCORM_DOCUMENT_ACTIVITY_STATE:
        name(b, "attempts");
        buf_putc(b, '[');
        buf_json_str(b, attempt);
        buf_putc(b, ']');
        break;
    case SCORM_DOCUMENT_ATTEMPT_STATE:
        attempt_state_body(b, s);
        break;
    case SCORM_DOCUMENT_SUSPEND_DATA:
        text(b, "suspend_data", suspended);
        break;
    default:
        profile_body(b, s, ctx);
        break;
    }
    buf_putc(b, '}');
    return b->len > 2;
}

static bool due(enum scorm_document_kind kind, const struct attempt_state *s,
                const struct scorm_outcome *outcome)
{
    if (!outcome->applied)
        return false;
    if (kinds[kind].is_profile)
        return s->session == 1 && s->commits == 1;
    return outcome->terminated;
}

int scorm_documents(const void *blob, size_t blob_len, const struct scorm_context *ctx,
                    const struct scorm_outcome *outcome, scorm_document_emit emit, void *user,
                    aw_error *err)
{
    struct attempt_state s;
    struct buf attempt = BUF_INIT(16384), b = BUF_INIT(1u << 24);
    int rc = attempt_state_read(&s, blob, blob_len, NULL, err);
    if (rc != AW_OK)
        return rc;
    scorm_attempt_iri(&attempt, ctx, s.attempt);
    rc = buf_error(&attempt, "attempt", err);
    for (int k = 0; k < SCORM_DOCUMENT_COUNT && rc == AW_OK; k++) {
        if (!due((enum scorm_document_kind)k, &s, outcome))
            continue;
        buf_reset(&b);
        bool something = body(&b, (enum scorm_document_kind)k, &s, ctx, attempt.data);
        if ((rc = buf_error(&b, "document", err)) != AW_OK || !something)
            continue;
        struct scorm_document d = {
            .kind = (enum scorm_document_kind)k, .is_profile = kinds[k].is_profile,
            .activity = kinds[k].of_attempt ? attempt.data : ctx->item_iri, .id = kinds[k].id,
            .body = b.data, .len = b.len, .appends = kinds[k].appends};
        rc = emit(user, &d, err);
    }
    buf_free(&b);
    buf_free(&attempt);
    attempt_state_free(&s);
    return rc;
}
