/*
 * fuzz_scorm_commit.c - any bytes as commits of one attempt: read, applied, told, resumed.
 *
 * A zero byte ends a body, so that one input is several commits. Every statement
 * that comes must be valid, ids must not repeat, timestamps must rise, the state
 * must read back, and the same body again must change nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "valid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IDS_MAX 4096

struct fuzz {
    uuid5 ids[IDS_MAX];
    size_t count;
    int64_t last_ms;
    struct buf line;
};

static int emit(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct fuzz *f = user;
    struct xapi_fault fault;
    if (s->timestamp_ms <= f->last_ms)
        abort();
    f->last_ms = s->timestamp_ms;
    for (size_t i = 0; i < f->count; i++)
        if (uuid5_equal(&f->ids[i], &s->id))
            abort();
    if (f->count < IDS_MAX)
        f->ids[f->count++] = s->id;
    buf_reset(&f->line);
    if (xapi_statement_write(&f->line, s, err) != AW_OK ||
        xapi_validate(f->line.data, f->line.len, XAPI_1_0_3, &fault) != AW_OK)
        abort();
    return AW_OK;
}

static void apply(const char *body, size_t len, struct scorm_commit *commit, struct scorm_context *ctx,
                  struct buf *blob, struct fuzz *f)
{
    struct scorm_policy policy;
    struct scorm_outcome outcome;
    aw_error err = AW_ERROR_INIT;
    scorm_policy_init(&policy);
    if (scorm_commit_read(commit, body, len, AW_UNKNOWN, &err) != AW_OK)
        return;
    for (int again = 0; again < 2; again++) {
        struct buf next = BUF_INIT(1u << 26), resume = BUF_INIT(1u << 26);
        if (scorm_attempt_apply(blob->data, blob->len, commit, ctx, &policy, emit, f, &next, &outcome,
                                &err) != AW_OK)
            abort();
        if (again && outcome.applied)
            abort();
        scorm_outcome_free(&outcome);
        buf_free(blob);
        *blob = next;
        if (scorm_attempt_outcome(blob->data, blob->len, &outcome, &err) != AW_OK ||
            scorm_attempt_resume_json(blob->data, blob->len, &resume, &err) != AW_OK)
            abort();
        scorm_outcome_free(&outcome);
        buf_free(&resume);
    }
}

/* What the state store gives back may be damaged as well. */
static void damaged(const uint8_t *data, size_t size)
{
    struct scorm_outcome outcome;
    struct buf resume = BUF_INIT(1u << 24);
    if (scorm_attempt_outcome(data, size, &outcome, NULL) == AW_OK)
        scorm_outcome_free(&outcome);
    scorm_attempt_resume_json(data, size, &resume, NULL);
    buf_free(&resume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz f;
    uuid5 site = uuid5_afterword;
    struct scorm_context ctx = {
        .site = &site, .registration = uuid5_afterword, .course = "c", .item = "i",
        .actor = {.home_page = "https://example.org", .account_name = "u"},
        .course_iri = "https://example.org/c", .item_iri = "https://example.org/c/i",
        .utc_offset_min = 60, .time_ms = INT64_C(1764000000000)};
    struct scorm_commit commit;
    struct buf blob = BUF_INIT(1u << 26);
    if (size > 1u << 16)
        return 0;
    damaged(data, size);
    f.count = 0;
    f.last_ms = INT64_MIN;
    f.line.max = 1u << 20;
    scorm_commit_init(&commit);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, 0, size - at);
        size_t len = end ? (size_t)(end - data) - at : size - at;
        char *body = malloc(len ? len : 1); /* exact, for the sanitizer */
        if (!body)
            break;
        memcpy(body, data + at, len);
        ctx.time_ms += 5000;
        apply(body, len, &commit, &ctx, &blob, &f);
        free(body);
        at += len + 1;
    }
    scorm_commit_free(&commit);
    buf_free(&blob);
    return 0;
}
