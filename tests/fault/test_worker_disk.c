/*
 * test_worker_disk.c - hook and worker on a full disk, a read-only one, a failing one, and without
 * descriptors: the error names the cause, nothing that was acknowledged is lost, and when the cause is
 * gone it works again and comes to the same statements, byte for byte.
 *
 * A disk of its own (tmpfs, in a mount namespace of its own) needs root. AW_SEED and AW_STRIDE choose
 * which calls fail.
 */
#include "calls.h"
#include "template.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>

enum { LEARNERS = 6 };

static struct lrs lrs, reference;
static struct pl template;
static bool own_mounts;

/* ---- the worker that is in trouble: test_worker_disk STATE PORT call|files|calm N ERRNO ----- */

/* Its exit status is the code it came to; what it says must name the cause. */
static int be_worker(char **argv)
{
    aw_error err = AW_ERROR_INIT;
    long n = atol(argv[4]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (strcmp(argv[3], "files") == 0)
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)n, files.rlim_max});
    if (strcmp(argv[3], "call") == 0)
        fault_at(NULL, n, 1, atoi(argv[5]));
    int rc = world_run(argv[1], atoi(argv[2]), true, &err);
    bool reached = fault.seen >= n;
    fault_none();
    setrlimit(RLIMIT_NOFILE, &files); /* a sanitizer wants some at the end */
    if (strcmp(argv[3], "call") == 0 && !reached)
        return 100;
    if (rc != AW_OK)
        fprintf(stderr, "%s %ld: %s: %s\n", argv[3], n, err.where, err.text);
    if (rc != AW_OK && !err.text[0])
        return 101;
    return rc;
}

static int work(const char *state, const char *how, long n, int errno_value)
{
    char port[12], count[24], error[12];
    snprintf(port, sizeof port, "%d", lrs.port);
    snprintf(count, sizeof count, "%ld", n);
    snprintf(error, sizeof error, "%d", errno_value);
    int status = wait_for(start_self((char *[]){"test_worker_disk", (char *)(uintptr_t)state, port,
                                                (char *)(uintptr_t)how, count, error, NULL}));
    if (!WIFEXITED(status))
        fail_msg("%s %ld: the worker ended with status %x", how, n, (unsigned)status);
    return WEXITSTATUS(status);
}

static void settle_and_judge(const char *state, const char *what)
{
    for (int i = 0; i < 2; i++)
        assert_int_equal(work(state, "calm", 0, 0), AW_OK);
    judge_same(&lrs, &reference, what);
}

static bool among(int code, const int *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] == code)
            return true;
    return false;
}

#define AMONG(code, ...)                                                                           \
    among(code, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* ---- each call once ------------------------------------------------------------------------ */

static void each_call(int errno_value, int code)
{
    long stride = number_of("AW_STRIDE", 11), tried = 0, told = 0;
    for (long nth = 1 + random() % stride;; nth += stride, tried++) {
        char dir[200], state[230], what[60];
        template_copy(&template, dir, sizeof dir);
        snprintf(state, sizeof state, "%s/state", dir);
        snprintf(what, sizeof what, "call %ld fails with errno %d", nth, errno_value);
        lrs_begin_again(&lrs);
        int rc = work(state, "call", nth, errno_value);
        /* SQLite keeps some causes to itself; what it says of a disk that is really full is below. */
        if (rc != 100 && !AMONG(rc, AW_OK, code, AW_EIO))
            fail_msg("%s: the worker's code is %s", what, aw_code_name(rc));
        told += rc == code;
        settle_and_judge(state, what);
        world_remove(dir);
        if (rc == 100)
            break;
    }
    printf("errno %d: %ld calls failed, %ld times the worker gave up and said so\n", errno_value, tried, told);
    assert_true(told > 0);
}

static void test_the_disk_fails(void **unused)
{
    (void)unused;
    each_call(EIO, AW_EIO);
}

static void test_the_disk_is_full_for_a_call(void **unused)
{
    (void)unused;
    each_call(ENOSPC, AW_ENOSPC);
}

/* ---- descriptors --------------------------------------------------------------------------- */

static void test_no_descriptors(void **unused)
{
    (void)unused;
    long told = 0;
    for (long limit = 4; limit < 40; limit += 2) {
        char dir[200], state[230], what[60];
        template_copy(&template, dir, sizeof dir);
        snprintf(state, sizeof state, "%s/state", dir);
        snprintf(what, sizeof what, "%ld descriptors", limit);
        lrs_begin_again(&lrs);
        int rc = work(state, "files", limit, 0);
        if (!AMONG(rc, AW_OK, AW_EFILES))
            fail_msg("%s: the worker's code is %s", what, aw_code_name(rc));
        told += rc == AW_EFILES;
        settle_and_judge(state, what);
        world_remove(dir);
    }
    assert_true(told > 3);
}

/* ---- a disk of its own ----------------------------------------------------------------------- */

/* A disk of so many bytes with the template on it. */
static void make_disk(char dir[200], char state[230], size_t bytes)
{
    char options[40];
    world_make_dir(dir, 200);
    snprintf(options, sizeof options, "size=%zu", bytes);
    assert_int_equal(mount("none", dir, "tmpfs", 0, options), 0);
    snprintf(state, 230, "%s/state", dir);
    pl_store(&template, dir, true);
}

static void drop_disk(const char *dir)
{
    assert_int_equal(umount2(dir, MNT_DETACH), 0);
    rmdir(dir);
}

/* Takes all that is left but so many bytes. */
static void fill_disk(const char *dir, off_t but)
{
    char path[230];
    static const char block[4096];
    snprintf(path, sizeof path, "%s/filler", dir);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    off_t size = 0;
    while (write(fd, block, sizeof block) == (ssize_t)sizeof block)
        size += (off_t)sizeof block;
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(ftruncate(fd, size > but ? size - but : 0), 0);
    close(fd);
}

static void empty_disk(const char *dir)
{
    char path[230];
    snprintf(path, sizeof path, "%s/filler", dir);
    assert_int_equal(unlink(path), 0);
}

static bool can_mount(void)
{
    if (!own_mounts)
        printf("skipped: a disk of its own needs root and mount namespaces\n");
    return own_mounts;
}

static void test_full_disk_under_the_worker(void **unused)
{
    (void)unused;
    if (!can_mount())
        skip();
    long told = 0;
    for (off_t left = 0; left <= 600 << 10; left += 24 << 10) {
        char dir[200], state[230], what[60];
        make_disk(dir, state, 4 << 20);
        fill_disk(dir, left);
        snprintf(what, sizeof what, "%ld bytes left", (long)left);
        lrs_begin_again(&lrs);
        int rc = work(state, "calm", 0, 0);
        if (!AMONG(rc, AW_OK, AW_ENOSPC))
            fail_msg("%s: the worker's code is %s", what, aw_code_name(rc));
        told += rc == AW_ENOSPC;
        empty_disk(dir);
        settle_and_judge(state, what);
        drop_disk(dir);
    }
    assert_true(told > 3);
}

/* A host goes on using its handle through it all. */
static void test_full_disk_under_the_hook(void **unused)
{
    (void)unused;
    if (!can_mount())
        skip();
    char dir[200], state[230];
    make_disk(dir, state, 8 << 20);
    static struct promises p;
    aw_error err = AW_ERROR_INIT;
    memset(&p, 0, sizeof p);
    aw *self = must_open(state, lrs.port);
    fill_disk(dir, 0);
    int rc = AW_OK;
    uint32_t n = LEARNERS;
    while (rc == AW_OK && n < WORLD_EVENTS) { /* until what was preallocated is used up */
        rc = world_notify_says(self, n, &err);
        p.acked[n] = rc == AW_OK;
        n += rc == AW_OK;
    }
    assert_int_equal(rc, AW_ENOSPC);
    assert_non_null(strstr(err.text, "space"));
    assert_int_equal(world_notify_says(self, n, &err), AW_ENOSPC);
    empty_disk(dir);
    for (uint32_t more = n + 5; n < more; n++) {
        assert_int_equal(world_notify(self, n), AW_OK);
        p.acked[n] = 1;
    }
    for (uint32_t i = 0; i < LEARNERS; i++)
        p.acked[i] = 1;
    p.next = n;
    lrs_begin_again(&lrs);
    for (int i = 0; i < 2; i++)
        assert_int_equal(work(state, "calm", 0, 0), AW_OK);
    judge_provider(self, &p, judge_lrs(&lrs, &p));
    aw_close(self);
    drop_disk(dir);
}

static void test_read_only(void **unused)
{
    (void)unused;
    if (!can_mount())
        skip();
    char dir[200], state[230];
    aw_error err = AW_ERROR_INIT;
    make_disk(dir, state, 4 << 20);
    assert_int_equal(mount("none", dir, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    assert_null(world_open(state, lrs.port, &err));
    assert_int_equal(err.code, AW_EACCES);
    assert_non_null(strstr(err.text, "ead-only"));
    assert_int_equal(work(state, "calm", 0, 0), AW_EACCES);
    assert_int_equal(mount("none", dir, "tmpfs", MS_REMOUNT, NULL), 0);
    lrs_begin_again(&lrs);
    settle_and_judge(state, "writable again");
    drop_disk(dir);
}

/* ---- ------------------------------------------------------------------------------------------ */

static int set_up(void **unused)
{
    (void)unused;
    long seed = number_of("AW_SEED", (long)time(NULL));
    char dir[200], state[230];
    printf("AW_SEED=%ld\n", seed);
    srandom((unsigned)seed);
    own_mounts = unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    lrs_start(&lrs, (unsigned)seed);
    world_make_dir(dir, sizeof dir);
    snprintf(state, sizeof state, "%s/state", dir);
    aw *self = must_open(state, lrs.port);
    if (world_link(self) != AW_OK)
        return 1;
    for (uint32_t n = 0; n < LEARNERS; n++)
        if (world_notify(self, n) != AW_OK)
            return 1;
    aw_close(self);
    template_take(&template, dir);
    if (work(state, "calm", 0, 0) != AW_OK)
        return 1;
    take_over(&reference, &lrs);
    world_remove(dir);
    return reference.count < LEARNERS * TOLD;
}

static int tear_down(void **unused)
{
    (void)unused;
    lrs_stop(&lrs);
    lrs_forget(&reference);
    pl_close(&template);
    return 0;
}

int main(int argc, char **argv)
{
    world_now_ms = INT64_C(1772438500000);
    world_more = ",\"journal\":{\"max_bytes\":100000},\"statements\":{\"max_bytes\":1600000}";
    if (argc > 5)
        return be_worker(argv);
    pthread_mutex_init(&reference.mutex, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_disk_fails),
        cmocka_unit_test(test_the_disk_is_full_for_a_call),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_full_disk_under_the_worker),
        cmocka_unit_test(test_full_disk_under_the_hook),
        cmocka_unit_test(test_read_only),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
