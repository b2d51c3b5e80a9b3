/*
 * slow_sync.c - LD_PRELOAD: a slow disk that does one flush at a time.
 *
 * Each fsync and fdatasync of any process takes AW_SLOW_SYNC_US (2000) longer,
 * under one lock for all processes that name the same file in AW_SLOW_SYNC_LOCK.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int fsync(int fd);
EXPORT int fdatasync(int fd);

static int slowly(long call, int fd)
{
    const char *us_text = getenv("AW_SLOW_SYNC_US"), *path = getenv("AW_SLOW_SYNC_LOCK");
    long us = us_text ? atol(us_text) : 2000;
    /* A description of its own for each call: flock also keeps threads apart then. */
    int lock = open(path ? path : "/tmp/aw-slow-sync.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock >= 0)
        flock(lock, LOCK_EX);
    nanosleep(&(struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000}, NULL);
    int rc = (int)syscall(call, fd);
    if (lock >= 0)
        close(lock);
    return rc;
}

int fsync(int fd)
{
    return slowly(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return slowly(SYS_fdatasync, fd);
}
