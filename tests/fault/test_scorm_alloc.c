/*
 * test_scorm_alloc.c - every allocation on the way from commit to statements fails once.
 *
 * The n-th allocation fails, for n = 1, 2, ... until the work succeeds. Each failure must be
 * told as AW_ENOMEM, never as a different decision or statement, and leave nothing
 * allocated; the statements of the final success must be those of the first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "documents_scorm.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

int main(void)
{
    printf("skipped: the sanitizer has the allocator\n");
    return 77;
}

#else

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);
#define SEEN __attribute__((visibility("default")))
SEEN void *malloc(size_t);
SEEN void *calloc(size_t, size_t);
SEEN void *realloc(void *, size_t);
SEEN void free(void *);

/* Only what our own code asks for fails and is counted. libcrypto allocates for each id, and
 * uuid5.c ends the process rather than make a different one. */
extern const char __executable_start, etext;

#define HELD_MAX 8192 /* blocks at a time; there are some dozens */

static bool watching;
static long fail_at, allocations, live;
static void *held[HELD_MAX];

static bool ours(const void *caller)
{
    return watching && (const char *)caller >= &__executable_start && (const char *)caller < &etext;
}

static bool fails(const void *caller)
{
    return ours(caller) && ++allocations == fail_at;
}

/* In the first free place; what is freed is looked for, whoever frees it. */
static void *counted(void *p, const void *caller)
{
    if (ours(caller) && p) {
        size_t i = 0;
        while (held[i] && i + 1 < HELD_MAX)
            i++;
        held[i] = p;
        live++;
    }
    return p;
}

static void let_go(const void *p)
{
    for (size_t i = 0; i < HELD_MAX && live > 0 && p; i++)
        if (held[i] == p) {
            held[i] = NULL;
            live--;
            return;
        }
}

void *malloc(size_t n)
{
    const void *caller = __builtin_return_address(0);
    return fails(caller) ? NULL : counted(__libc_malloc(n), caller);
}

void *calloc(size_t n, size_t size)
{
    const void *caller = __builtin_return_address(0);
    return fails(caller) ? NULL : counted(__libc_calloc(n, size), caller);
}

void *realloc(void *p, size_t n)
{
    const void *caller = __builtin_return_address(0);
    if (fails(caller))
        return NULL;
    if (!p)
        return counted(__libc_realloc(p, n), caller);
    void *grown = __libc_realloc(p, n);
    for (size_t i = 0; i < HELD_MAX && grown && live > 0; i++)
        if (held[i] == p)
            held[i] = grown;
    return grown;
}

void free(void *p)
{
    let_go(p);
    __libc_free(p);
}

/* ---- the work ------------------------------------------------------------------ */

static const char first[] =
    "{\"runtimeData\":{\"cmi\":{\"mode\":\"normal\",\"credit\":\"Credit\",\"entry\":\"ab-initio\","
    "\"completion_status\":\"Complete\",\"success_status\":\"unknown\",\"score\":{\"scaled\":\"0.9\"},"
    "\"scaled_passing_score\":\"0.8\",\"suspend_data\":\"a\\u00e4\\ud800\",\"exit\":\"suspend\","
    "\"comments_from_learner\":{\"0\":{\"comment\":\"{lang=de}Gut\"}},\"objectives\":{\"0\":{\"id\":"
    "\"o 1\",\"success_status\":\"passed\",\"score\":{\"scaled\":\"1\"},\"description\":\"d\"}},"
    "\"interactions\":{\"0\":{\"id\":\"q 1\",\"type\":\"Performance\",\"learner_response\":\"a[.]1\","
    "\"result\":\"correct\",\"weighting\":\"2\",\"latency\":\"PT5S\",\"correct_responses\":{\"0\":{"
    "\"pattern\":\"a[.]1[:]2\"}},\"objectives\":{\"0\":{\"id\":\"o 1\"}}}}}},\"scoId\":\"i\\u0074em\","
    "\"terminated\":true,\"commitSequence\":1}";
static const char second[] =
    "{\"runtimeData\":{\"cmi\":{\"entry\":\"resume\",\"exit\":\"\",\"session_time\":\"PT9S\"}},"
    "\"terminated\":true,\"commitSequence\":1}";

struct result {
    char text[32768]; /* all statements, documents and what to resume from; no allocation */
    size_t len;
};

static void add(struct result *r, const char *text, size_t len)
{
    if (r->len + len < sizeof r->text) {
        memcpy(r->text + r->len, text, len);
        r->len += len;
    }
}

static int emit(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct buf line = BUF_INIT(1u << 16);
    int rc = xapi_statement_write(&line, s, err);
    if (rc == AW_OK)
        add(user, line.data, line.len);
    buf_free(&line);
    return rc;
}

static int emit_document(void *user, const struct scorm_document *d, aw_error *err)
{
    (void)err;
    add(user, d->body, d->len);
    return AW_OK;
}

static int one(const char *body, const struct scorm_context *ctx, struct buf *blob, struct result *out,
               aw_error *err)
{
    struct scorm_policy policy;
    struct scorm_commit commit;
    struct scorm_outcome outcome = {0};
    struct buf next = BUF_INIT(1u << 20), resume = BUF_INIT(1u << 20);
    scorm_policy_init(&policy);
    scorm_commit_init(&commit);
    int rc = scorm_commit_read(&commit, body, strlen(body), AW_UNKNOWN, err);
    if (rc == AW_OK)
        rc = scorm_attempt_apply(blob->data, blob->len, &commit, ctx, &policy, emit, out, &next, &outcome, err);
    if (rc == AW_OK) {
        add(out, outcome.decision.because, strlen(outcome.decision.because));
        rc = scorm_documents(next.data, next.len, ctx, &outcome, emit_document, out, err);
    }
    if (rc == AW_OK)
        rc = scorm_attempt_resume_json(next.data, next.len, &resume, err);
    if (rc == AW_OK) {
        add(out, resume.data, resume.len);
        buf_free(blob);
        *blob = next;
        next = (struct buf)BUF_INIT(1u << 20);
    }
    scorm_outcome_free(&outcome);
    scorm_commit_free(&commit);
    buf_free(&next);
    buf_free(&resume);
    return rc;
}

static int work(struct result *out, aw_error *err)
{
    uuid5 site = uuid5_afterword;
    struct scorm_context ctx = {
        .site = &site, .registration = uuid5_afterword, .course = "c", .item = "i",
        .actor = {.home_page = "https://example.org", .account_name = "u"},
        .course_iri = "https://example.org/c", .item_iri = "https://example.org/c/i",
        .utc_offset_min = AW_UTC_OFFSET_UNKNOWN, .time_ms = INT64_C(1764000000000)};
    struct buf blob = BUF_INIT(1u << 20);
    out->len = 0;
    int rc = one(first, &ctx, &blob, out, err);
    ctx.time_ms += 60000;
    if (rc == AW_OK)
        rc = one(second, &ctx, &blob, out, err);
    buf_free(&blob);
    return rc;
}

static struct result wanted, got;

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(work(&wanted, &err), AW_OK);
    assert_true(wanted.len > 5000);
    for (long n = 1;; n++) {
        err = (aw_error)AW_ERROR_INIT;
        fail_at = n;
        allocations = live = 0;
        memset(held, 0, sizeof held);
        watching = true;
        int rc = work(&got, &err);
        watching = false;
        if (live != 0)
            fail_msg("allocation %ld failed and %ld blocks were lost", n, live);
        if (rc == AW_OK) {
            assert_true(allocations < n); /* none failed: a failure is never swallowed */
            assert_true(n > 20);
            break;
        }
        if (rc != AW_ENOMEM || err.code != AW_ENOMEM)
            fail_msg("allocation %ld failed and gave %s: %s: %s", n, aw_code_name(rc), err.where, err.text);
    }
    assert_int_equal(got.len, wanted.len);
    assert_memory_equal(got.text, wanted.text, wanted.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
