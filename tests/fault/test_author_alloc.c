/*
 * test_author_alloc.c - every allocation of reading links, manifests, packages and courses and of
 * rendering a post fails once.
 *
 * The n-th allocation fails, for n = 1, 2, ... until the work succeeds. Each
 * failure must be told (AW_ENOMEM, or what a library made of it), leave outputs
 * untouched and nothing allocated; the final success must equal the first.
 * libxml2 gets allocators of its own, because its 2.9 does not survive failing ones
 * everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "package.h"
#include "rollup.h"

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
/* Seen by the libraries as well, although everything else here is hidden. */
#define SEEN __attribute__((visibility("default")))
SEEN void *malloc(size_t);
SEEN void *calloc(size_t, size_t);
SEEN void *realloc(void *, size_t);
SEEN void free(void *);

static long fail_at; /* 0: never */
static long allocations;

/* What our own code holds. Libraries are not counted: libzip and libcrypto leak or
 * keep a little when their own allocations fail. */
#define HELD_MAX 65536
static void *held[HELD_MAX];
static long held_count;
extern const char __executable_start, etext;

static size_t slot_of(const void *p)
{
    return ((uintptr_t)p >> 4) * 2654435761u % HELD_MAX;
}

static void hold(void *p, const void *caller)
{
    const char *c = caller;

    if (!p || c < &__executable_start || c >= &etext)
        return;
    for (size_t i = slot_of(p);; i = (i + 1) % HELD_MAX) {
        if (!held[i] || held[i] == (void *)-1) {
            held[i] = p;
            held_count++;
            return;
        }
    }
}

static void let_go(const void *p)
{
    for (size_t i = slot_of(p); p && held[i]; i = (i + 1) % HELD_MAX) {
        if (held[i] == p) {
            held[i] = (void *)-1;
            held_count--;
            return;
        }
    }
}

static bool fails(void)
{
    return fail_at > 0 && ++allocations == fail_at;
}

void *malloc(size_t n)
{
    void *p = fails() ? NULL : __libc_malloc(n);
    hold(p, __builtin_return_address(0));
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = fails() ? NULL : __libc_calloc(n, size);
    hold(p, __builtin_return_address(0));
    return p;
}

void *realloc(void *old, size_t n)
{
    void *p = fails() ? NULL : __libc_realloc(old, n);
    if (p) {
        let_go(old);
        hold(p, __builtin_return_address(0));
    }
    return p;
}

void free(void *p)
{
    let_go(p);
    __libc_free(p);
}

static char *steady_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = __libc_malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

/* ---- the work: gives a text that says what came out ----------------------------------- */

struct input {
    const char *bytes;
    size_t len;
};

static int work_link(const struct input *in, char **out, aw_error *err)
{
    struct link *link = NULL;
    int rc = link_read(in->bytes, in->len, "course with spaces", &link, err);

    if (rc == AW_OK) {
        *out = link_json(link);
        if (!*out)
            rc = AW_ENOMEM;
    }
    link_free(link);
    return rc;
}

static int work_post(const struct input *in, char **out, aw_error *err)
{
    return link_markdown_html(in->bytes, in->len, out, err);
}

static int work_course(const struct input *in, char **out, aw_error *err)
{
    struct scorm_package *package = NULL;
    struct scorm_course *course = NULL, *again = NULL;
    struct scorm_course_decision d;
    struct scorm_item_status status = {.item = "label", .completion = SCORM_COMPLETED, .scaled = {true, 1}};
    char *json = NULL, *sidecar = NULL;
    int rc = scorm_package_open_bytes(in->bytes, in->len, &package, err);

    if (rc == AW_OK)
        rc = scorm_package_course(package, &course, err);
    if (rc == AW_OK)
        rc = scorm_package_sidecar(package, &sidecar, NULL, err);
    if (rc == AW_OK)
        rc = scorm_course_json(course, &json, err);
    if (rc == AW_OK)
        rc = scorm_course_read(json, strlen(json), &again, err);
    if (rc == AW_OK)
        rc = scorm_rollup(again, NULL, &status, 1, &d, NULL, err);
    if (rc == AW_OK)
        rc = scorm_inspect_json(again, out, err);
    free(json);
    free(sidecar);
    scorm_course_free(course);
    scorm_course_free(again);
    scorm_package_close(package);
    return rc;
}

static void fail_each(int (*work)(const struct input *, char **, aw_error *), const struct input *in)
{
    char *expected = NULL;
    long n = 1, failures = 0;
    aw_error err = AW_ERROR_INIT;

    /* Also lets libraries make what they keep: a time zone, a digest. */
    assert_int_equal(work(in, &expected, &err), AW_OK);
    const long standing = held_count;
    for (;; n++) {
        char *got = NULL;
        memset(err.text, 0, sizeof err.text);
        allocations = 0;
        fail_at = n;
        int rc = work(in, &got, &err);
        bool reached = allocations >= n;
        fail_at = 0;
        if (!reached) {
            assert_int_equal(rc, AW_OK);
            assert_string_equal(got, expected);
            free(got);
            break;
        }
        if (rc == AW_OK) { /* what failed could be done without */
            assert_string_equal(got, expected);
            free(got);
        } else {
            failures++;
            assert_null(got);
            if (rc != AW_ENOMEM && err.text[0] == '\0')
                fail_msg("allocation %ld: code %d and no word of why", n, rc);
        }
        if (held_count > standing)
            fail_msg("allocation %ld: %ld of ours were left behind", n, held_count - standing);
    }
    print_message("%ld of %ld allocations failed and were told\n", failures, n - 1);
    assert_true(failures > 5);
    free(expected);
}

static void test_link(void **state)
{
    (void)state;
    static const char json[] = "{\"title\":{\"en\":\"T\",\"de\":\"D\"},\"prompt\":\"P {course}\",\"room\":{\"by\":[\"cohort\"],\"cap\":9},"
                               "\"experts\":[\"a\",\"b\"],\"regulated\":true,\"language\":\"de\"}";
    const struct input in = {json, sizeof json - 1};
    fail_each(work_link, &in);
}

static void test_post(void **state)
{
    (void)state;
    static const char markdown[] = "# Why?\n\nA *word* with <b>HTML</b> and [a link](https://example.org).\n\n"
                                   "<div>\nraw\n</div>\n\n- one\n- two `code`\n\n[name]: https://example.org\n";
    const struct input in = {markdown, sizeof markdown - 1};
    fail_each(work_post, &in);
}

static void test_package(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/courses/chemicals-2004.zip", getenv("AW_BUILD") ? getenv("AW_BUILD") : ".");
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: %s is not built\n", path);
        skip();
    }
    static char bytes[200000];
    const struct input in = {bytes, fread(bytes, 1, sizeof bytes, f)};
    fclose(f);
    fail_each(work_course, &in);
}

int main(void)
{
    xmlMemSetup(__libc_free, __libc_malloc, __libc_realloc, steady_strdup);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_link), cmocka_unit_test(test_post), cmocka_unit_test(test_package)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
