/*
 * attempt_tell_rows.c - statements about the rows of an attempt: interactions, objectives, comments.
 *
 * Rows without an id are what a refused SetValue leaves behind: skipped. A row
 * whose index is used again for another answer is told again. In 1.2 the
 * delimiters are those of the data model, in xAPI those of SCORM 2004.
 */
#include <string.h>

#include "cmi_value.h"
#include "digest.h"
#include "attempt_tell.h"
#include "value.h"

#define PATTERNS_MAX 64
#define GROUPING_ROOM (sizeof((struct tell *)0)->grouping / sizeof(struct xapi_activity))

static const struct scorm_value *rows(const struct attempt_state *s, enum cmi_role role, size_t *out_count)
{
    *out_count = s->first[role + 1] - s->first[role];
    return s->values + s->first[role];
}

/* ---- interactions ----------------------------------------------------------------- */

/* One of the ten types, "other" if the content named none of them. */
static const char *interaction_type(const struct scorm_value *v)
{
    static const char *const types[] = {"true-false", "choice",     "fill-in", "long-fill-in",
                                        "matching",   "performance", "sequencing", "likert",
                                        "numeric",    "other"};
    char text[32] = "";
    struct buf b = BUF_ON(text);
    const char *found = "other";
    const struct cmi_element *e = cmi_element_of(SCORM_2004, CMI_INTERACTION_TYPE);
    if (v && v->len <= 40 && cmi_read(e, v->text, v->len, &b) != CMI_BAD)
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (strcmp(text, types[i]) == 0)
                found = types[i];
    return found;
}

static bool contains(const char *text, size_t len, const char *word)
{
    return memmem(text, len, word, strlen(word)) != NULL;
}

/* {a,b} or a,b to a[,]b; in pairs a.1,b.2 to a[.]1[,]b[.]2, at the first dot of each. */
static const char *convert_list(struct tell *t, const char *text, size_t len, bool pairs)
{
    struct buf b = BUF_INIT(200000);
    bool dotted = false;
    if (contains(text, len, "[,]") || contains(text, len, "[.]"))
        return tell_text(t, text, len);
    if (len >= 2 && text[0] == '{' && text[len - 1] == '}')
        text++, len -= 2;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ',') {
            BUF_LIT(&b, "[,]");
            dotted = false;
        } else if (pairs && text[i] == '.' && !dotted) {
            BUF_LIT(&b, "[.]");
            dotted = true;
        } else {
            buf_putc(&b, text[i]);
        }
    }
    return tell_take(t, &b);
}

/* min[:]max to min:max, as xAPI's own sample of a performance has it. */
static const char *convert_range(struct tell *t, const char *text, size_t len)
{
    struct buf b = BUF_INIT(200000);
    for (size_t i = 0; i < len; i++) {
        if (len - i >= 3 && memcmp(text + i, "[:]", 3) == 0) {
            buf_putc(&b, ':');
            i += 2;
        } else {
            buf_putc(&b, text[i]);
        }
    }
    return tell_take(t, &b);
}

static const char *convert(struct tell *t, const char *type, const char *text, size_t len, bool pattern)
{
    if (t->s->version == SCORM_2004)
        return pattern && strcmp(type, "performance") == 0 ? convert_range(t, text, len)
                                                           : tell_text(t, text, len);
    if (strcmp(type, "true-false") == 0 && cmi_vocabulary_has("t|1|T", text, len))
        return "true";
    if (strcmp(type, "true-false") == 0 && cmi_vocabulary_has("f|0|F", text, len))
        return "false";
    if (strcmp(type, "choice") == 0 || strcmp(type, "sequencing") == 0)
        return convert_list(t, text, len, false);
    if (strcmp(type, "matching") == 0)
        return convert_list(t, text, len, true);
    return tell_text(t, text, len);
}

static void add_result(struct xapi_statement *st, const struct scorm_value *v)
{
    double number;
    if (!v)
        return;
    if (cmi_vocabulary_has("correct|true", v->text, v->len)) {
        st->success = AW_YES;
    } else if (cmi_vocabulary_has("incorrect|wrong|false", v->text, v->len)) {
        st->success = AW_NO;
    } else if (cmi_real(v->text, v->len, &number)) {
        st->score.has_raw = true;
        st->score.raw = number;
    }
}

static void add_patterns(struct tell *t, struct xapi_activity *q, unsigned n, const char **patterns)
{
    const struct scorm_value *end = t->s->values + t->s->first[CMI_INTERACTION_PATTERN + 1];
    const struct scorm_value *p =
        t->s->values + scorm_values_from(t->s->values, t->s->first, CMI_INTERACTION_PATTERN, n);
    for (; p < end && p->n == n && q->correct_pattern_count < PATTERNS_MAX; p++)
        patterns[q->correct_pattern_count++] =
            convert(t, q->interaction_type, p->text, p->len, true);
    q->correct_patterns = patterns;
}

static void add_objectives(struct tell *t, struct xapi_statement *st, unsigned n)
{
    const struct scorm_value *end = t->s->values + t->s->first[CMI_INTERACTION_OBJECTIVE + 1];
    const struct scorm_value *p =
        t->s->values + scorm_values_from(t->s->values, t->s->first, CMI_INTERACTION_OBJECTIVE, n);
    for (; p < end && p->n == n && st->grouping_count < GROUPING_ROOM; p++)
        t->grouping[st->grouping_count++] = (struct xapi_activity){
            .id = tell_row_iri(t, "objectives", p->text, p->len), .type = XAPI_TYPE_OBJECTIVE};
}

/* The text, and its language where {lang=...} names a real one; else the course's. */
static void add_description(struct tell *t, struct xapi_activity *a, const struct scorm_value *v)
{
    const char *language;
    size_t language_len, len;
    if (!v)
        return;
    const char *text = cmi_localized(v->text, v->len, &language, &language_len, &len);
    a->description = tell_text(t, text, len);
    a->description_language = t->ctx->language;
    if (language_len && xapi_is_language_tag(language, language_len))
        a->description_language = tell_text(t, language, language_len);
}

static const char *weighting_json(struct tell *t, const struct scorm_value *v)
{
    char json[160] = "";
    struct buf b = BUF_ON(json);
    double number;
    if (!v || !cmi_real(v->text, v->len, &number))
        return NULL;
    BUF_LIT(&b, "{\"" SCORM_EXT_WEIGHTING "\":");
    buf_json_real(&b, number);
    buf_putc(&b, '}');
    return b.error ? NULL : tell_text(t, b.data, b.len);
}

static void tell_response(struct tell *t, const struct scorm_value *id, uint32_t hash, uint32_t times)
{
    const struct attempt_state *s = t->s;
    const struct scorm_value *response = attempt_get(s, CMI_INTERACTION_RESPONSE, id->n);
    const struct scorm_value *latency = attempt_get(s, CMI_INTERACTION_LATENCY, id->n);
    const char *patterns[PATTERNS_MAX];
    struct xapi_statement st;
    int64_t ms;
    tell_init(t, &st, XAPI_RESPONDED);
    struct xapi_activity q = {.type = XAPI_TYPE_INTERACTION};
    q.id = tell_row_iri(t, "interactions", id->text, id->len);
    q.interaction_type = interaction_type(attempt_get(s, CMI_INTERACTION_TYPE, id->n));
    q.extensions_json = weighting_json(t, attempt_get(s, CMI_INTERACTION_WEIGHTING, id->n));
    st.has_result = true;
    if (response)
        st.response = convert(t, q.interaction_type, response->text, response->len, false);
    add_result(&st, attempt_get(s, CMI_INTERACTION_RESULT, id->n));
    if (latency && cmi_duration_ms(latency->text, latency->len, &ms))
        st.duration_ms = ms;
    add_description(t, &q, attempt_get(s, CMI_INTERACTION_DESCRIPTION, id->n));
    add_objectives(t, &st, id->n);
    add_patterns(t, &q, id->n, patterns);
    st.object = q;
    st.parent = &t->sco;
    int64_t when = tell_when(t, attempt_get(s, CMI_INTERACTION_TIMESTAMP, id->n));
    tell_send(t, &st, when, "interaction", id->n, hash, times);
}

void tell_interactions(struct tell *t, bool ended)
{
    size_t count;
    const struct scorm_value *ids = rows(t->s, CMI_INTERACTION_ID, &count);
    for (size_t i = 0; i < count && t->rc == AW_OK; i++) {
        unsigned n = ids[i].n;
        const struct scorm_value *response = attempt_get(t->s, CMI_INTERACTION_RESPONSE, n);
        const struct scorm_value *result = attempt_get(t->s, CMI_INTERACTION_RESULT, n);
        uint32_t times;
        /* The last row may have been caught half-way: its result comes with the next commit. */
        if ((!response && !result) || ((!response || !result) && i + 1 == count && !ended))
            continue;
        uint32_t hash = tell_hash(0, &ids[i]);
        hash = tell_hash(hash, response);
        hash = tell_hash(hash, result);
        hash = tell_hash(hash, attempt_get(t->s, CMI_INTERACTION_TIMESTAMP, n));
        if (attempt_tell_row(t->s, TOLD_INTERACTION, n, hash, &times))
            tell_response(t, &ids[i], hash, times);
    }
}

/* ---- objectives ------------------------------------------------------------------- */

struct objective {
    const struct scorm_value *id;
    enum scorm_completion completion;
    enum scorm_success success;
};

static struct objective objective_of(const struct attempt_state *s, const struct scorm_value *id)
{
    struct objective o = {.id = id};
    if (s->version == SCORM_2004) {
        o.completion = scorm_completion_of(attempt_get(s, CMI_OBJECTIVE_COMPLETION_STATUS, id->n));
        o.success = scorm_success_of(attempt_get(s, CMI_OBJECTIVE_SUCCESS_STATUS, id->n));
        return o;
    }
    enum scorm_status status = scorm_status_of(attempt_get(s, CMI_OBJECTIVE_STATUS, id->n));
    if (status == SCORM_STATUS_COMPLETED)
        o.completion = SCORM_COMPLETED;
    o.success = status == SCORM_STATUS_PASSED   ? SCORM_PASSED
                : status == SCORM_STATUS_FAILED ? SCORM_FAILED
                                                : SCORM_SUCCESS_UNKNOWN;
    return o;
}

static bool objective_new(struct tell *t, const struct objective *o, enum told_kind kind, uint32_t value,
                          uint32_t *out_hash, uint32_t *out_times)
{
    *out_hash = digest_crc32c(tell_hash(0, o->id), &value, sizeof value);
    return attempt_tell_row(t->s, kind, o->id->n, *out_hash, out_times);
}

static void objective_init(struct tell *t, struct xapi_statement *st, const struct objective *o,
                           enum xapi_verb verb)
{
    tell_init(t, st, verb);
    st->object = (struct xapi_activity){.id = tell_row_iri(t, "objectives", o->id->text, o->id->len),
                                        .type = XAPI_TYPE_OBJECTIVE};
    add_description(t, &st->object, attempt_get(t->s, CMI_OBJECTIVE_DESCRIPTION, o->id->n));
    st->parent = &t->sco;
    st->has_result = true;
}

static void tell_objective(struct tell *t, const struct objective *o)
{
    struct xapi_statement st;
    uint32_t hash, times;
    unsigned n = o->id->n;
    struct xapi_score score = attempt_objective_score(t->s, n);
    struct scorm_number progress =
        attempt_number(attempt_get(t->s, CMI_OBJECTIVE_PROGRESS_MEASURE, n), 0, 1);
    if ((score.has_raw || score.has_scaled) &&
        objective_new(t, o, TOLD_OBJECTIVE_SCORE, tell_hash_score(&score), &hash, &times)) {
        objective_init(t, &st, o, XAPI_SCORED);
        st.score = score;
        tell_send(t, &st, t->s->time_ms, "objective-score", n, hash, times);
    }
    if (progress.given &&
        objective_new(t, o, TOLD_OBJECTIVE_PROGRESS,
                      digest_crc32c(0, &progress.value, sizeof progress.value), &hash, &times)) {
        objective_init(t, &st, o, XAPI_PROGRESSED);
        st.score.has_scaled = true;
        st.score.scaled = progress.value;
        tell_send(t, &st, t->s->time_ms, "objective-progress", n, hash, times);
    }
    if (o->success && objective_new(t, o, TOLD_OBJECTIVE_SUCCESS, (uint32_t)o->success, &hash, &times)) {
        objective_init(t, &st, o, o->success == SCORM_PASSED ? XAPI_PASSED : XAPI_FAILED);
        st.success = o->success == SCORM_PASSED ? AW_YES : AW_NO;
        st.score = score;
        tell_send(t, &st, t->s->time_ms, "objective-status", n, hash, times);
    }
    if (o->completion == SCORM_COMPLETED &&
        objective_new(t, o, TOLD_OBJECTIVE_COMPLETION, (uint32_t)o->completion, &hash, &times)) {
        objective_init(t, &st, o, XAPI_COMPLETED);
        st.completion = AW_YES;
        tell_send(t, &st, t->s->time_ms, "objective-status", n, hash, times);
    }
}

void tell_objectives(struct tell *t)
{
    size_t count;
    const struct scorm_value *ids = rows(t->s, CMI_OBJECTIVE_ID, &count);
    for (size_t i = 0; i < count && t->rc == AW_OK; i++) {
        struct objective o = objective_of(t->s, &ids[i]);
        tell_objective(t, &o);
    }
}

/* ---- comments --------------------------------------------------------------------- */

static void tell_comment(struct tell *t, const char *text, size_t len, int64_t when, unsigned index,
                         uint32_t hash, uint32_t times)
{
    struct xapi_statement st;
    const char *language;
    size_t language_len;
    tell_init(t, &st, XAPI_COMMENTED);
    text = cmi_localized(text, len, &language, &language_len, &len);
    st.has_result = true;
    st.response = tell_text(t, text, len);
    if (language_len && xapi_is_language_tag(language, language_len))
        st.language = tell_text(t, language, language_len);
    tell_send(t, &st, when, "comment", index, hash, times);
}

/* 1.2 keeps one growing text: only what came behind what was told is new. */
static void tell_comments_12(struct tell *t)
{
    const struct scorm_value *v = attempt_get(t->s, CMI_COMMENTS, 0);
    uint32_t told = t->s->comments_bytes, times;
    if (!v)
        return;
    if (told > v->len || digest_crc32c(0, v->text, told) != t->s->comments_hash)
        told = 0;
    uint32_t hash = digest_crc32c(0, v->text, v->len);
    t->s->comments_bytes = v->len;
    t->s->comments_hash = hash;
    if (told == v->len || !attempt_tell_row(t->s, TOLD_COMMENT, 0, hash, &times))
        return;
    tell_comment(t, v->text + told, v->len - told, t->s->time_ms, 0, hash, times);
}

void tell_comments(struct tell *t)
{
    size_t count;
    const struct scorm_value *texts = rows(t->s, CMI_COMMENT_TEXT, &count);
    tell_comments_12(t);
    for (size_t i = 0; i < count && t->rc == AW_OK; i++) {
        const struct scorm_value *at = attempt_get(t->s, CMI_COMMENT_TIMESTAMP, texts[i].n);
        uint32_t hash = tell_hash(tell_hash(0, &texts[i]), at), times;
        if (attempt_tell_row(t->s, TOLD_COMMENT, texts[i].n, hash, &times))
            tell_comment(t, texts[i].text, texts[i].len, tell_when(t, at), texts[i].n, hash, times);
    }
}
