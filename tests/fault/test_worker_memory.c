/*
 * test_worker_memory.c - each allocation of a worker (and of SQLite, curl and most of jansson's in it) fails once:
 * it says so or gets by, it never crashes, and in the end the LRS has what it has after an undisturbed
 * run, byte for byte.
 *
 * AW_STRIDE: every how manieth allocation is one to fail; AW_SEED: which are.
 */
#include "template.h"

#include "digest.h"

#include <errno.h>
#include <jansson.h>
#include <time.h>

static long fail_at, seen; /* fail_at 0: none fails */

static inline bool fails_now(void)
{
    if (__atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED) != __atomic_load_n(&fail_at, __ATOMIC_RELAXED))
        return false;
    errno = ENOMEM;
    return true;
}

#include "failing_malloc.h"

/*
 * jansson 2.14 does not look whether its lexer's buffer could grow: a string then lacks a byte, or is
 * read beyond its end if that byte was the closing quotation mark. The buffer's sizes are powers of
 * two from 32 bytes on; those do not fail here.
 */
static void *json_malloc(size_t size)
{
#if CAN_FAIL
    if (size >= 32 && (size & (size - 1)) == 0)
        return __libc_malloc(size);
#endif
    return malloc(size);
}

/* argv: program, state directory, port, the allocation to fail, a file for how many there were */
static int be_worker(char **argv)
{
    aw_error err = AW_ERROR_INIT;
    long nth = atol(argv[3]);
    int port = atoi(argv[2]);
    uint8_t mac[32];
    /* What libcrypto does at its first use is not ours to mend. */
    digest_hmac_sha256("", 0, "", 0, mac);
    digest_sha256("", 0, mac);
    digest_sha1("", 0, mac);
    json_set_alloc_funcs(json_malloc, free);
    __atomic_store_n(&seen, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&fail_at, nth, __ATOMIC_RELAXED);
    int rc = world_run(argv[1], port, true, &err);
    long count = __atomic_load_n(&seen, __ATOMIC_RELAXED);
    __atomic_store_n(&fail_at, 0, __ATOMIC_RELAXED);
    FILE *f = fopen(argv[4], "w");
    if (!f || fprintf(f, "%ld\n", count) < 0 || fclose(f) != 0)
        return 3;
    if (rc == AW_OK)
        return 0;
    if (rc == AW_ENOMEM && strstr(err.text, "memory"))
        return 10;
    fprintf(stderr, "worker: code %d, %s: %s\n", rc, err.where, err.text);
    return 4;
}

struct place {
    char dir[200], state[230], count[230], port[12];
};

static int work(const struct place *at, long nth)
{
    char call[24];
    snprintf(call, sizeof call, "%ld", nth);
    return wait_for(start_self((char *[]){"test_worker_memory", (char *)(uintptr_t)at->state,
                                          (char *)(uintptr_t)at->port, call,
                                          (char *)(uintptr_t)at->count, NULL}));
}

static void make_place(const struct pl *template, int port, struct place *at)
{
    template_copy(template, at->dir, sizeof at->dir);
    snprintf(at->state, sizeof at->state, "%s/state", at->dir);
    snprintf(at->count, sizeof at->count, "%s/count", at->dir);
    snprintf(at->port, sizeof at->port, "%d", port);
}

static long read_count(const struct place *at)
{
    FILE *f = fopen(at->count, "r");
    long count = 0;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld", &count), 1);
    fclose(f);
    return count;
}

static void make_template(struct pl *template, int port)
{
    struct place at;
    world_make_dir(at.dir, sizeof at.dir);
    snprintf(at.state, sizeof at.state, "%s/state", at.dir);
    aw *self = must_open(at.state, port);
    assert_int_equal(world_link(self), AW_OK);
    for (uint32_t n = 0; n < 4; n++)
        assert_int_equal(world_notify(self, n), AW_OK);
    aw_close(self);
    template_take(template, at.dir);
    world_remove(at.dir);
}

static void test_each_allocation_of_a_worker(void **unused)
{
    (void)unused;
    if (!CAN_FAIL) {
        printf("skipped: the sanitizer has the allocator\n");
        skip();
    }
    struct pl template;
    struct lrs lrs, reference = {0};
    struct place at;
    long seed = number_of("AW_SEED", (long)time(NULL)), stride = number_of("AW_STRIDE", 149);
    printf("AW_SEED=%ld\n", seed);
    fflush(stdout);
    lrs_start(&lrs, (unsigned)seed);
    make_template(&template, lrs.port);
    make_place(&template, lrs.port, &at);
    assert_int_equal(work(&at, 0), 0);
    long count = read_count(&at), told = 0, tried = 0;
    world_remove(at.dir);
    lrs_grow(&reference);
    for (size_t i = 0; i < lrs.capacity; i++) {
        if (lrs.list[i].bytes)
            lrs_keep(&reference, lrs.list[i].bytes, lrs.list[i].len);
    }
    assert_true(reference.count >= 13);
    for (long nth = 1 + seed % stride; nth < count + stride; nth += stride, tried++) {
        char what[40];
        snprintf(what, sizeof what, "allocation %ld", nth);
        make_place(&template, lrs.port, &at);
        lrs_begin_again(&lrs);
        int status = work(&at, nth);
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 10))
            fail_msg("%s: the worker ended with status %x", what, (unsigned)status);
        told += WEXITSTATUS(status) == 10;
        for (int i = 0; i < 2; i++)
            assert_int_equal(work(&at, 0), 0);
        judge_same(&lrs, &reference, what);
        world_remove(at.dir);
    }
    printf("%ld allocations, %ld of them failed, %ld times the worker said so\n", count, tried, told);
    lrs_forget(&reference);
    lrs_stop(&lrs);
    pl_close(&template);
}

int main(int argc, char **argv)
{
    world_now_ms = INT64_C(1772438500000);
    world_more = ",\"statements\":{\"max_bytes\":800000}";
    if (argc > 4)
        return be_worker(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation_of_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
