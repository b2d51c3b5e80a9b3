/* control.c - the shared control file: mapping it, its locks, its state. See control.h. */
#include "control.h"

#include "digest.h"
#include "error.h"
#include "fs.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_MAGIC "AWLOGCTL"
#define STATE_WORDS (sizeof(struct state) / sizeof(uint64_t))
#define OPEN_TRIES 500 /* of 10 ms: how long another process may take to recover the log */

bool futex_wait(const uint32_t *word, uint32_t seen, int64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    return syscall(SYS_futex, word, FUTEX_WAIT, seen, timeout_ns < 0 ? NULL : &timeout, NULL, 0) == 0 ||
           errno != ETIMEDOUT;
}

/* FUTEX_WAIT_BITSET takes a time of CLOCK_MONOTONIC, not a duration. */
void futex_wait_bits(const uint32_t *word, uint32_t seen, int64_t timeout_ns, uint32_t bits)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += timeout_ns % 1000000000;
    until.tv_sec += timeout_ns / 1000000000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET, seen, &until, NULL, bits);
}

static void futex_wake_bits(uint32_t *word, int count, uint32_t bits)
{
    syscall(SYS_futex, word, FUTEX_WAKE_BITSET, count, NULL, NULL, bits);
}

void futex_wake_all(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* ---- the state, twice -------------------------------------------------- */

static uint32_t state_crc(const struct state *s)
{
    return digest_crc32c(0, s, offsetof(struct state, crc));
}

static void copy_out(const struct state *from, struct state *to)
{
    const uint64_t *in = (const uint64_t *)from;
    uint64_t *out = (uint64_t *)to;
    for (size_t i = 0; i < STATE_WORDS; i++)
        out[i] = __atomic_load_n(in + i, __ATOMIC_ACQUIRE);
}

struct state control_get(const struct control *c)
{
    struct state s;
    copy_out(&c->copies[__atomic_load_n(&c->active, __ATOMIC_ACQUIRE) & 1], &s);
    return s;
}

void control_put(struct control *c, const struct state *s)
{
    struct state next = *s;
    next.crc = state_crc(&next);
    uint64_t active = __atomic_load_n(&c->active, __ATOMIC_RELAXED) + 1;
    const uint64_t *in = (const uint64_t *)&next;
    uint64_t *out = (uint64_t *)&c->copies[active & 1];
    for (size_t i = 0; i < STATE_WORDS; i++)
        __atomic_store_n(out + i, in[i], __ATOMIC_RELEASE);
    __atomic_store_n(&c->active, active, __ATOMIC_RELEASE);
    /* failures first: who sees its ticket settled must see the failure that settled it. */
    __atomic_store_n(&c->failures, next.failures, __ATOMIC_RELEASE);
    __atomic_store_n(&c->settled, next.settled, __ATOMIC_RELEASE);
}

struct state control_snapshot(const struct control *c)
{
    for (;;) {
        uint64_t before = __atomic_load_n(&c->active, __ATOMIC_ACQUIRE);
        struct state s;
        copy_out(&c->copies[before & 1], &s);
        if (__atomic_load_n(&c->active, __ATOMIC_ACQUIRE) == before)
            return s;
    }
}

bool control_hint(const struct control *c, struct state *out)
{
    if (memcmp(c->magic, CONTROL_MAGIC, 8) != 0 || c->version != CONTROL_VERSION ||
        c->layout_bytes != sizeof *c)
        return false;
    /* After a power loss either copy may be the newer one that survived. */
    bool found = false;
    for (int i = 0; i < 2; i++) {
        struct state s;
        copy_out(&c->copies[i], &s);
        if (s.crc != state_crc(&s) || s.segment == 0)
            continue;
        if (!found || s.ticket > out->ticket || (s.ticket == out->ticket && s.settled > out->settled))
            *out = s;
        found = true;
    }
    return found;
}

/* ---- locks ------------------------------------------------------------- */

static int make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    int rc = pthread_mutexattr_init(&attr);
    if (rc != 0)
        return rc;
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    memset(lock, 0, sizeof *lock);
    rc = pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return rc;
}

int control_lock(struct log *log, aw_error *err)
{
    struct control *c = log->control;
    int rc = pthread_mutex_lock(&c->append_lock);
    if (rc == EOWNERDEAD) {
        /* The note comes first: if we are killed as well, the next one knows. */
        c->repair = 1;
        pthread_mutex_consistent(&c->append_lock);
    } else if (rc != 0) {
        return error_set(err, AW_EINTERNAL, log->dir,
                         "the log's shared lock is unusable (%s); stop every process that uses it, "
                         "then start again", strerror(rc));
    }
    if (c->repair) {
        rc = append_repair(log, err);
        if (rc != AW_OK) {
            pthread_mutex_unlock(&c->append_lock);
            return rc;
        }
        c->repair = 0;
    }
    return AW_OK;
}

void control_unlock(struct control *c)
{
    pthread_mutex_unlock(&c->append_lock);
}

int control_try_lead(struct control *c)
{
    int rc = pthread_mutex_trylock(&c->lead_lock);
    if (rc == EOWNERDEAD)
        pthread_mutex_consistent(&c->lead_lock);
    return rc;
}

void control_stop_leading(struct control *c)
{
    pthread_mutex_unlock(&c->lead_lock);
}

void control_wake_followers(struct control *c)
{
    __atomic_add_fetch(&c->sync_seq, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&c->sync_seq);
}

void control_wake_settled(struct control *c, uint64_t sync_number, bool others)
{
    __atomic_add_fetch(&c->sync_seq, 1, __ATOMIC_SEQ_CST);
    futex_wake_bits(&c->sync_seq, INT32_MAX, sync_bit(sync_number));
    if (others)
        futex_wake_bits(&c->sync_seq, 1, sync_bit(sync_number + 1));
}

void control_count_sync(struct control *c, uint64_t ns)
{
    size_t bucket = 0;
    while (bucket + 1 < CONTROL_SYNC_BUCKETS && ns / 1000 >= UINT64_C(1) << bucket)
        bucket++;
    __atomic_add_fetch(&c->syncs, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&c->sync_ns, ns, __ATOMIC_RELAXED);
    __atomic_add_fetch(&c->sync_buckets[bucket], 1, __ATOMIC_RELAXED);
}

/* ---- opening ----------------------------------------------------------- */

static int read_boot_id(char out[40], aw_error *err)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    char *text = NULL;
    size_t len = 0;
    int rc = fs_read(path, 64, &text, &len, err);
    if (rc != AW_OK)
        return rc;
    memset(out, 0, 40);
    memcpy(out, text, len < 36 ? len : 36);
    free(text);
    return AW_OK;
}

static bool control_valid(struct log *log, const char boot_id[40], uint64_t inode)
{
    const struct control *c = log->control;
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): called with the file mapped */
    return memcmp(c->magic, CONTROL_MAGIC, 8) == 0 && c->version == CONTROL_VERSION &&
           c->layout_bytes == sizeof *c && __atomic_load_n(&c->ready, __ATOMIC_ACQUIRE) == 1 &&
           memcmp(c->boot_id, boot_id, 40) == 0 && c->inode == inode;
}

/* Alone with the log: the files say what is in it. */
static int control_make(struct log *log, const char boot_id[40], uint64_t inode, aw_error *err)
{
    struct control *c = log->control;
    struct state hint, s;
    bool hinted = control_hint(c, &hint);
    __atomic_store_n(&c->ready, 0, __ATOMIC_RELEASE);
    int rc = recover_state(log, hinted ? &hint : NULL, &s, err);
    if (rc != AW_OK)
        return rc;
    uint32_t wakes = c->wakes;
    uint64_t active = c->active;
    memset((char *)c + offsetof(struct control, repair), 0, sizeof *c - offsetof(struct control, repair));
    memcpy(c->magic, CONTROL_MAGIC, 8);
    c->version = CONTROL_VERSION;
    c->layout_bytes = sizeof *c;
    memcpy(c->boot_id, boot_id, 40);
    c->inode = inode;
    c->wakes = wakes;
    c->active = active;
    control_put(c, &s);
    c->written_to = s.offset;
    int failed = make_lock(&c->append_lock);
    if (failed == 0)
        failed = make_lock(&c->lead_lock);
    if (failed != 0)
        return error_errno(err, failed, "make the shared lock in", log->dir);
    __atomic_store_n(&c->ready, 1, __ATOMIC_RELEASE);
    return AW_OK;
}

/* Blocks on disk for the whole file: a page of a hole would be SIGBUS on a full disk. */
static int control_map(struct log *log, uint64_t *out_inode, aw_error *err)
{
    struct stat st;
    if (fstat(log->control_fd, &st) != 0)
        return error_errno(err, errno, "look at the control file in", log->dir);
    if ((uint64_t)st.st_size < sizeof(struct control)) {
        int rc = zero_at(log->control_fd, (uint64_t)st.st_size, sizeof(struct control));
        if (rc == 0 && fsync(log->control_fd) != 0)
            rc = errno;
        if (rc != 0)
            return error_errno(err, rc, "write the control file in", log->dir);
    }
    if (log->control == NULL) {
        void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED,
                        log->control_fd, 0);
        if (at == MAP_FAILED)
            return error_errno(err, errno, "map the control file in", log->dir);
        log->control = at;
    }
    log->control_is = st;
    *out_inode = (uint64_t)st.st_ino;
    return AW_OK;
}

/* With the file locked for us alone. */
static int control_prepare(struct log *log, const char boot_id[40], aw_error *err)
{
    uint64_t inode = 0;
    int rc = control_map(log, &inode, err);
    if (rc != AW_OK)
        return rc;
    if (control_valid(log, boot_id, inode)) {
        struct state s = control_snapshot(log->control);
        if (recover_plausible(log, &s))
            return AW_OK;
    }
    return control_make(log, boot_id, inode, err);
}

/* 1: opened; 0: try again; below 0: *err is filled in. */
static int control_try_open(struct log *log, const char boot_id[40], int *out_code, aw_error *err)
{
    if (flock(log->control_fd, LOCK_EX | LOCK_NB) == 0) {
        *out_code = control_prepare(log, boot_id, err);
        if (*out_code != AW_OK)
            return -1;
    }
    /* Not atomic when we held it alone; then somebody else may prepare, equally well. */
    if (flock(log->control_fd, LOCK_SH | LOCK_NB) != 0)
        return 0;
    uint64_t inode = 0;
    struct stat st;
    if (fstat(log->control_fd, &st) != 0 || (uint64_t)st.st_size < sizeof(struct control)) {
        flock(log->control_fd, LOCK_UN);
        return 0;
    }
    *out_code = control_map(log, &inode, err);
    if (*out_code != AW_OK)
        return -1;
    if (control_valid(log, boot_id, inode))
        return 1;
    const struct control *c = log->control;
    bool other = memcmp(c->magic, CONTROL_MAGIC, 8) == 0 && c->ready == 1 &&
                 (c->version != CONTROL_VERSION || c->layout_bytes != sizeof *c);
    flock(log->control_fd, LOCK_UN);
    if (!other)
        return 0;
    *out_code = error_set(err, AW_EVERSION, log->dir,
                          "a process of another version of Afterword has this log open; stop it "
                          "first");
    return -1;
}

int control_open(struct log *log, aw_error *err)
{
    char boot_id[40];
    int code = read_boot_id(boot_id, err);
    if (code != AW_OK)
        return code;
    mode_t create = LOG_FILE_MODE;
    log->control_fd = openat(log->dir_fd, CONTROL_NAME, O_RDWR | O_CLOEXEC);
    if (log->control_fd < 0 && errno == ENOENT) {
        log->control_fd = openat(log->dir_fd, CONTROL_NAME, O_RDWR | O_CREAT | O_CLOEXEC, create);
        if (log->control_fd >= 0)
            fchmod(log->control_fd, create); /* the umask must not keep the group out */
    }
    if (log->control_fd < 0)
        return error_errno(err, errno, "open the control file in", log->dir);
    for (int i = 0; i < OPEN_TRIES; i++) {
        int done = control_try_open(log, boot_id, &code, err);
        if (done != 0)
            return code;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return error_set(err, AW_EBUSY, log->dir,
                     "another process has been recovering this log for more than five seconds; "
                     "see whether it hangs");
}

void control_close(struct log *log)
{
    if (log->control)
        munmap(log->control, sizeof *log->control);
    if (log->control_fd >= 0)
        close(log->control_fd); /* and the shared flock with it, after the last fork's copy */
    log->control = NULL;
    log->control_fd = -1;
}
