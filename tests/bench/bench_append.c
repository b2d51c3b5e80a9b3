/*
 * bench_append.c - how long a durable append takes, ours and others'.
 *
 *   bench_append pair DIR EVENTS
 *       one process; aw_notify and a write + fdatasync of as many bytes into a
 *       preallocated file take turns, event by event
 *   bench_append run KIND DIR PROCESSES RATE SECONDS
 *       KIND: hook (aw_notify), file (one preallocated file per process),
 *       sqlite (WAL, synchronous FULL, busy timeout); RATE: events per second
 *       of all processes together, 0: as fast as it goes
 * Prints a JSON object for each kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "log.h"

#define MOST_SAMPLES 400000
#define FILE_BYTES (64u << 20)

/* One way to append; each process has its own. */
struct way {
    const char *kind;
    void (*open)(struct way *w, const char *dir, int process);
    void (*append)(struct way *w, uint64_t n);
    aw *handle;
    int fd;
    off_t at;
    size_t bytes;
    sqlite3 *db;
    sqlite3_stmt *insert;
};

static void hook_open(struct way *w, const char *dir, int process)
{
    (void)process;
    w->handle = bench_open(dir);
}

static void hook_append(struct way *w, uint64_t n)
{
    struct bench_event e;
    aw_error err = AW_ERROR_INIT;
    bench_event(&e, n);
    if (aw_notify(w->handle, &e.event, &err) != AW_OK)
        bench_fail("aw_notify", &err);
}

/* Written with zeros, not only allocated: the quickest that a file can be appended to. */
static void file_open(struct way *w, const char *dir, int process)
{
    static char zeros[1 << 20];
    char path[4200];
    snprintf(path, sizeof path, "%s/file-%d", dir, process);
    w->fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0660);
    off_t size = process < 0 ? FILE_BYTES : 4 << 20;
    for (off_t at = 0; at < size; at += (off_t)sizeof zeros) {
        if (pwrite(w->fd, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros)
            bench_fail(path, NULL);
    }
    if (w->fd < 0 || fsync(w->fd) != 0)
        bench_fail(path, NULL);
}

static void file_append(struct way *w, uint64_t n)
{
    static char record[4096];
    memcpy(record, &n, sizeof n);
    if (pwrite(w->fd, record, w->bytes, w->at) != (ssize_t)w->bytes || fdatasync(w->fd) != 0)
        bench_fail("write", NULL);
    w->at += (off_t)w->bytes;
}

static void sqlite_do(struct way *w, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(w->db, sql, NULL, NULL, &text) != SQLITE_OK) {
        fprintf(stderr, "sqlite: %s: %s\n", sql, text);
        exit(1);
    }
}

static void sqlite_open(struct way *w, const char *dir, int process)
{
    char path[4200];
    (void)process;
    snprintf(path, sizeof path, "%s/journal.db", dir);
    if (sqlite3_open(path, &w->db) != SQLITE_OK)
        bench_fail(path, NULL);
    sqlite3_busy_timeout(w->db, 60000);
    sqlite_do(w, "PRAGMA journal_mode=WAL");
    sqlite_do(w, "PRAGMA synchronous=FULL");
    sqlite_do(w, "CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
    if (sqlite3_prepare_v2(w->db, "INSERT INTO event (body) VALUES (?)", -1, &w->insert, NULL) != SQLITE_OK)
        bench_fail(path, NULL);
}

static void sqlite_append(struct way *w, uint64_t n)
{
    static char record[4096];
    memcpy(record, &n, sizeof n);
    sqlite3_bind_blob(w->insert, 1, record, (int)w->bytes, SQLITE_STATIC);
    if (sqlite3_step(w->insert) != SQLITE_DONE)
        bench_fail(sqlite3_errmsg(w->db), NULL);
    sqlite3_reset(w->insert);
}

static const struct way ways[] = {
    {.kind = "hook", .open = hook_open, .append = hook_append},
    {.kind = "file", .open = file_open, .append = file_append, .bytes = 616},
    {.kind = "sqlite", .open = sqlite_open, .append = sqlite_append, .bytes = 616},
};

static struct log_pos journal_end(const char *dir)
{
    char path[4200];
    struct log *log = NULL;
    aw_error err = AW_ERROR_INIT;
    snprintf(path, sizeof path, "%s/journal", dir);
    struct log_options options = {.dir = path};
    if (log_open(&options, &log, &err) != AW_OK)
        bench_fail(path, &err);
    struct log_pos end = log_end(log);
    log_close(log);
    return end;
}

/* Bytes that one of our events takes in the journal: appends two, in case a segment ends between. */
static size_t event_bytes(struct way *ours, const char *dir)
{
    for (uint64_t n = 0; n < 2; n++) {
        struct log_pos before = journal_end(dir);
        ours->append(ours, n);
        struct log_pos after = journal_end(dir);
        if (before.segment == after.segment)
            return (size_t)(after.offset - before.offset);
    }
    return 616;
}

static int pair(const char *dir, size_t events)
{
    struct way ours = ways[0], theirs = ways[1];
    uint32_t *a = calloc(events, sizeof *a), *b = calloc(events, sizeof *b);
    double seconds[2] = {0};
    if (!a || !b)
        return 1;
    ours.open(&ours, dir, -1);
    theirs.bytes = event_bytes(&ours, dir);
    theirs.open(&theirs, dir, -1);
    for (size_t i = 0; i < events; i++) {
        uint64_t start = bench_ns();
        ours.append(&ours, i + 1);
        uint64_t middle = bench_ns();
        theirs.append(&theirs, i);
        uint64_t end = bench_ns();
        a[i] = (uint32_t)(middle - start);
        b[i] = (uint32_t)(end - middle);
        seconds[0] += (double)(middle - start) / 1e9;
        seconds[1] += (double)(end - middle) / 1e9;
    }
    bench_print("hook", a, events, seconds[0], theirs.bytes);
    bench_print("prealloc", b, events, seconds[1], theirs.bytes);
    return 0;
}

/* ---- many processes ---------------------------------------------------- */

struct shared {
    uint32_t ready, go;
    uint64_t start_ns, end_ns, used;
    uint32_t samples[MOST_SAMPLES];
};

static void sleep_until(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

static void one_process(struct way *w, const char *dir, int process, int processes, double rate,
                        double seconds, struct shared *shared)
{
    w->open(w, dir, process);
    __atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
        usleep(500);
    srandom((unsigned)process + 1);
    uint64_t interval = rate > 0 ? (uint64_t)(1e9 * processes / rate) : 0;
    uint64_t next = shared->start_ns + (interval ? (uint64_t)random() % interval : 0);
    uint64_t end = shared->start_ns + (uint64_t)(seconds * 1e9);
    for (uint64_t n = (uint64_t)process * 100000000; bench_ns() < end; n++) {
        if (interval) {
            if (next >= end)
                break;
            sleep_until(next);
            next += interval / 2 + (uint64_t)random() % interval;
        }
        uint64_t start = bench_ns();
        w->append(w, n);
        uint64_t took = bench_ns() - start;
        uint64_t slot = __atomic_fetch_add(&shared->used, 1, __ATOMIC_RELAXED);
        if (slot < MOST_SAMPLES)
            shared->samples[slot] = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
    }
    _exit(0);
}

static int many(const char *kind, const char *dir, int processes, double rate, double seconds)
{
    struct way way = {0};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].kind, kind) == 0)
            way = ways[i];
    }
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!way.kind || shared == MAP_FAILED || processes < 1)
        return 2;
    if (strcmp(kind, "sqlite") == 0) { /* its tables are not made by 32 at once */
        struct way first = way;
        first.open(&first, dir, 0);
        sqlite3_finalize(first.insert);
        sqlite3_close(first.db);
    }
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child == 0)
            one_process(&way, dir, i, processes, rate, seconds, shared);
        if (child < 0)
            bench_fail("fork", NULL);
    }
    while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < (uint32_t)processes) {
        int status;
        if (waitpid(-1, &status, WNOHANG) > 0)
            return 1;
        usleep(1000);
    }
    shared->start_ns = bench_ns();
    __atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
    int failed = 0;
    for (int i = 0; i < processes; i++) {
        int status = 0;
        wait(&status);
        failed |= status;
    }
    double took = (double)(bench_ns() - shared->start_ns) / 1e9;
    size_t kept = shared->used < MOST_SAMPLES ? (size_t)shared->used : MOST_SAMPLES;
    size_t bytes = way.bytes ? way.bytes : 616;
    uint64_t all = shared->used;
    bench_print(kind, shared->samples, kept, took * (double)kept / (double)(all ? all : 1), bytes);
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "pair") == 0)
        return pair(argv[2], (size_t)atol(argv[3]));
    if (argc == 7 && strcmp(argv[1], "run") == 0)
        return many(argv[2], argv[3], atoi(argv[4]), atof(argv[5]), atof(argv[6]));
    fprintf(stderr, "usage: bench_append pair DIR EVENTS\n"
                    "       bench_append run hook|file|sqlite DIR PROCESSES RATE SECONDS\n");
    return 2;
}
