/* attempt_tell.c - statements about the SCO itself: sessions, score, progress, completed, passed, failed. */
#include "attempt_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmi_value.h"
#include "digest.h"
#include "error.h"
#include "utf8.h"

#define TEXT_MAX 65536 /* one text; JSON may need six bytes for one, and a statement has 1 MiB */
#define SCRATCH_MAX 150000
#define ROW_ID_MAX 1000

/* ---- text -------------------------------------------------------------------- */

const char *tell_text(struct tell *t, const char *text, size_t len)
{
    size_t bad_at, room = t->size - t->used;
    char *out = t->scratch + t->used, *to = out;
    if (room < 2)
        return "";
    room = room - 1 < TEXT_MAX ? room - 1 : TEXT_MAX;
    if (utf8_valid(text, len, &bad_at)) {
        len = utf8_cut(text, len, room);
        memcpy(out, text, len);
        to += len;
    } else {
        /* Unpaired surrogates (three bytes) and U+0000: a statement must not hold them. */
        for (size_t i = 0; i < len && (size_t)(to - out) + 4 <= room;) {
            size_t n = 1;
            while (i + n < len && ((unsigned char)text[i + n] & 0xc0) == 0x80)
                n++;
            if (utf8_valid(text + i, n, &bad_at) && n <= 4) {
                memcpy(to, text + i, n);
                to += n;
            } else {
                memcpy(to, "\xef\xbf\xbd", 3);
                to += 3;
            }
            i += n;
        }
    }
    *to = 0;
    t->used += (size_t)(to - out) + 1;
    return out;
}

static void percent(struct buf *out, const char *text, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            (c && strchr("-._~", c))) {
            buf_putc(out, (char)c);
        } else {
            char triple[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_append(out, triple, 3);
        }
    }
}

void scorm_item_iri(struct buf *out, const char *base_iri, const char *course, const char *item)
{
    buf_puts(out, base_iri);
    BUF_LIT(out, "/activities/sco/");
    percent(out, course, strlen(course));
    buf_putc(out, '/');
    percent(out, item, strlen(item));
}

void scorm_sco_iri(struct buf *out, const char *course_iri, const char *item)
{
    buf_puts(out, course_iri);
    if (out->len && out->data[out->len - 1] != '/')
        buf_putc(out, '/');
    percent(out, item, strlen(item));
}

static uuid5 id_of_attempt(const struct scorm_context *ctx, uint32_t attempt)
{
    char registration[UUID5_TEXT], number[12];
    uuid5_text(&ctx->registration, registration);
    snprintf(number, sizeof number, "%u", attempt);
    return uuid5_make(ctx->site, "scorm-attempt", registration, ctx->item, number, UUID5_END);
}

/* The profile's own example: <sco>?attemptId=<uuid>. */
void scorm_attempt_iri(struct buf *out, const struct scorm_context *ctx, uint32_t attempt)
{
    char text[UUID5_TEXT];
    uuid5 id = id_of_attempt(ctx, attempt);
    uuid5_text(&id, text);
    buf_puts(out, ctx->item_iri);
    buf_puts(out, strchr(ctx->item_iri, '?') ? "&attemptId=" : "?attemptId=");
    buf_puts(out, text);
}

const char *tell_take(struct tell *t, struct buf *b)
{
    const char *out = "";
    if (b->error && b->error != AW_ELIMIT && t->rc == AW_OK)
        t->rc = buf_error(b, "statement", t->err);
    else if (b->data)
        out = tell_text(t, b->data, b->len);
    buf_free(b);
    return out;
}

const char *tell_row_iri(struct tell *t, const char *folder, const char *id, size_t len)
{
    char unique[UUID5_TEXT];
    struct buf b = BUF_INIT(SCRATCH_MAX);
    buf_puts(&b, t->ctx->item_iri);
    buf_putc(&b, '/');
    buf_puts(&b, folder);
    buf_putc(&b, '/');
    if (len == 0 || len > ROW_ID_MAX) {
        uuid5 u = uuid5_bytes(t->ctx->site, id, len);
        uuid5_text(&u, unique);
        buf_puts(&b, unique);
    } else {
        percent(&b, id, len);
    }
    return tell_take(t, &b);
}

/* ---- one statement ------------------------------------------------------------- */

void tell_init(struct tell *t, struct xapi_statement *st, enum xapi_verb verb)
{
    const struct scorm_context *ctx = t->ctx;
    xapi_statement_init(st);
    st->actor = ctx->actor;
    st->verb = verb;
    st->object = t->sco;
    st->has_registration = true;
    st->registration = ctx->registration;
    st->platform = ctx->platform;
    st->language = ctx->language;
    st->utc_offset_min = ctx->utc_offset_min;
    st->parent = &t->course;
    st->parent_count = 1;
    st->grouping = t->grouping;
    st->grouping_count = 2;
    st->category = &t->category;
    st->category_count = 1;
    st->other = ctx->other;
    st->other_count = ctx->other_count;
}

void tell_send(struct tell *t, struct xapi_statement *st, int64_t wanted_ms, const char *what,
               unsigned index, uint32_t hash, uint32_t times)
{
    char row[64];
    int64_t last = t->s->last_ms;
    if (t->rc == AW_OK && t->emit) {
        if (t->ctx->last_ms && *t->ctx->last_ms > last)
            last = *t->ctx->last_ms;
        st->timestamp_ms = wanted_ms > last ? wanted_ms : last + 1;
        snprintf(row, sizeof row, "%u/%08x/%u", index, hash, times);
        st->id = uuid5_make(t->ctx->site, "scorm", t->registration_text, t->ctx->item,
                            t->attempt_text, xapi_verb_iri(st->verb), what, row, UUID5_END);
        t->s->last_ms = st->timestamp_ms;
        if (t->ctx->last_ms)
            *t->ctx->last_ms = st->timestamp_ms;
        t->rc = t->emit(t->user, st, t->err);
    }
    t->used = t->base;
}

int tell_open(struct tell *t, struct attempt_state *s, const struct scorm_context *ctx,
              scorm_emit emit, void *user, aw_error *err)
{
    struct buf iri = BUF_INIT(SCRATCH_MAX);
    *t = (struct tell){.s = s, .ctx = ctx, .emit = emit, .user = user, .err = err};
    uuid5_text(&ctx->registration, t->registration_text);
    snprintf(t->attempt_text, sizeof t->attempt_text, "%u", s->attempt);
    snprintf(t->session_text, sizeof t->session_text, "%u", s->session);
    scorm_attempt_iri(&iri, ctx, s->attempt);
    size_t longest = 0;
    for (size_t i = 0; i < s->value_count; i++)
        longest += s->values[i].len;
    t->size = iri.len + 4 * (longest + strlen(ctx->item_iri)) + 8192;
    t->size = t->size < SCRATCH_MAX ? t->size : SCRATCH_MAX;
    t->scratch = iri.error ? NULL : malloc(t->size);
    if (!t->scratch) {
        buf_free(&iri);
        return error_nomem(err, "statement");
    }
    t->sco = (struct xapi_activity){.id = ctx->item_iri, .type = XAPI_TYPE_LESSON,
                                    .name = ctx->item_title, .name_language = ctx->language};
    t->course = (struct xapi_activity){.id = ctx->course_iri, .type = XAPI_TYPE_COURSE,
                                       .name = ctx->course_title, .name_language = ctx->language};
    t->attempt = (struct xapi_activity){.id = tell_text(t, iri.data, iri.len),
                                        .type = XAPI_TYPE_ATTEMPT};
    t->category = (struct xapi_activity){.id = XAPI_PROFILE_SCORM, .type = XAPI_TYPE_PROFILE};
    t->grouping[0] = t->course;
    t->grouping[1] = t->attempt;
    t->base = t->used;
    buf_free(&iri);
    return AW_OK;
}

void tell_close(struct tell *t)
{
    free(t->scratch);
    t->scratch = NULL;
}

/* ---- sessions ------------------------------------------------------------------ */

void tell_session_begin(struct tell *t, bool resumed)
{
    struct xapi_statement st;
    tell_init(t, &st, resumed ? XAPI_RESUMED : XAPI_INITIALIZED);
    tell_send(t, &st, t->s->start_ms, "session", t->s->session, 0, 1);
}

void tell_interrupted(struct tell *t)
{
    struct xapi_statement st;
    tell_init(t, &st, XAPI_SUSPENDED);
    st.has_result = t->s->session_ms > 0;
    st.duration_ms = st.has_result ? t->s->session_ms : -1;
    tell_send(t, &st, t->s->time_ms, "session", t->s->session, 0, 1);
}

static int three(bool yes, bool no)
{
    return yes ? AW_YES : no ? AW_NO : AW_UNKNOWN;
}

static void add_decision(const struct tell *t, struct xapi_statement *st)
{
    const struct scorm_decision *d = &t->s->current;
    st->has_result = true;
    st->completion = three(d->completion == SCORM_COMPLETED, d->completion == SCORM_INCOMPLETE);
    if (d->final) /* a suspended attempt has not failed yet */
        st->success = three(d->success == SCORM_PASSED, d->success == SCORM_FAILED);
}

void tell_session_end(struct tell *t, bool suspended, const struct xapi_score *score)
{
    struct xapi_statement st;
    if (t->s->end_told)
        return;
    t->s->end_told = true;
    tell_init(t, &st, suspended ? XAPI_SUSPENDED : XAPI_TERMINATED);
    st.has_result = true;
    if (score) { /* none where nothing is claimed */
        add_decision(t, &st);
        st.score = *score;
    }
    st.duration_ms = t->s->session_ms;
    tell_send(t, &st, t->s->time_ms, "session", t->s->session, 0, 1);
}

/* ---- score, progress, decision ---------------------------------------------------- */

uint32_t tell_hash_score(const struct xapi_score *score)
{
    const double numbers[] = {score->has_scaled ? score->scaled : -9e99, score->has_raw ? score->raw : -9e99,
                              score->has_min ? score->min : -9e99, score->has_max ? score->max : -9e99};
    return digest_crc32c(0, numbers, sizeof numbers);
}

void tell_score(struct tell *t, const struct xapi_score *score)
{
    struct xapi_statement st;
    uint32_t hash = tell_hash_score(score), times;
    if ((!score->has_scaled && !score->has_raw) ||
        !attempt_tell_row(t->s, TOLD_SCORE, 0, hash, &times))
        return;
    tell_init(t, &st, XAPI_SCORED);
    st.has_result = true;
    st.score = *score;
    tell_send(t, &st, t->s->time_ms, "score", 0, hash, times);
}

void tell_progress(struct tell *t)
{
    struct xapi_statement st;
    const struct scorm_value *v = attempt_get(t->s, CMI_PROGRESS_MEASURE, 0);
    struct scorm_number progress = attempt_number(v, 0, 1);
    uint32_t hash = digest_crc32c(0, &progress.value, sizeof progress.value), times;
    if (!progress.given || !attempt_tell_row(t->s, TOLD_PROGRESS, 0, hash, &times))
        return;
    tell_init(t, &st, XAPI_PROGRESSED);
    st.has_result = true;
    st.score.has_scaled = true; /* where ADL's profile puts it */
    st.score.scaled = progress.value;
    tell_send(t, &st, t->s->time_ms, "progress", 0, hash, times);
}

/* passed and failed as often as it changes, completed once in an attempt. */
void tell_decision(struct tell *t, const struct xapi_score *score)
{
    const struct scorm_decision *d = &t->s->current;
    struct xapi_statement st;
    uint32_t times;
    if (d->success && attempt_tell_row(t->s, TOLD_SUCCESS, 0, (uint32_t)d->success, &times)) {
        tell_init(t, &st, d->success == SCORM_PASSED ? XAPI_PASSED : XAPI_FAILED);
        add_decision(t, &st);
        st.score = *score;
        tell_send(t, &st, t->s->time_ms, "status", 0, 0, times);
    }
    if (d->completion == SCORM_COMPLETED && attempt_tell_row(t->s, TOLD_COMPLETED, 0, 1, &times)) {
        tell_init(t, &st, XAPI_COMPLETED);
        add_decision(t, &st);
        st.score = *score;
        if (t->s->total_ms > 0)
            st.duration_ms = t->s->total_ms;
        tell_send(t, &st, t->s->time_ms, "status", 0, 0, 1);
    }
}

/* ---- the content's clock ------------------------------------------------------------ */

uint32_t tell_hash(uint32_t hash, const struct scorm_value *v)
{
    static const char end[] = {0x1f};
    if (v)
        hash = digest_crc32c(hash, v->text, v->len);
    return digest_crc32c(hash, end, 1);
}

int64_t tell_when(const struct tell *t, const struct scorm_value *v)
{
    const int64_t day = 86400000, from = t->s->start_ms, to = t->s->time_ms;
    bool zone_known = t->ctx->utc_offset_min != AW_UTC_OFFSET_UNKNOWN;
    int64_t offset = zone_known ? (int64_t)t->ctx->utc_offset_min * 60000 : 0, clock;
    struct cmi_datetime when;
    if (!v || v->len == 0)
        return to;
    if (cmi_datetime_read(v->text, v->len, &when)) {
        if (!when.has_zone && !zone_known)
            return to;
        int64_t ms = when.has_zone ? when.ms : when.ms - offset;
        return ms >= from && ms <= to ? ms : to;
    }
    /* 1.2 has only a time of day, by the learner's clock: the last such before the commit. */
    if (!zone_known || !cmi_time_ms(v->text, v->len, &clock))
        return to;
    int64_t local = to + offset, midnight = local - ((local % day) + day) % day;
    int64_t ms = midnight + clock - offset;
    if (ms > to)
        ms -= day;
    return ms >= from ? ms : to;
}
