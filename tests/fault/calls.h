/*
 * calls.h - system calls that fail on order, for tests of one process.
 *
 * A test program that includes this defines the calls itself, and what is
 * linked with it calls these instead of the C library's. `fault_at` lets the
 * n-th call fail; a name narrows it to one kind.
 */
#ifndef TESTS_FAULT_CALLS_H
#define TESTS_FAULT_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FAULT_KILL (-1) /* instead of an errno: the process dies before the call */

static struct {
    const char *_Atomic name; /* NULL: any; atomic, because threads call while a test orders */
    _Atomic long left;        /* calls until it fails; 0: never */
    _Atomic long times;       /* how many fail in a row; <0: all from then on */
    _Atomic int errno_value;
    _Atomic long seen;        /* calls so far */
} fault;

static inline void fault_at(const char *name, long nth, long times, int errno_value)
{
    fault.name = name;
    fault.left = nth;
    fault.times = times;
    fault.errno_value = errno_value;
    fault.seen = 0;
}

static inline void fault_none(void)
{
    fault_at(NULL, 0, 0, 0);
}

static inline bool fault_now(const char *name)
{
    if (fault.name && strcmp(fault.name, name) != 0)
        return false;
    fault.seen++;
    if (fault.left == 0 || fault.seen < fault.left)
        return false;
    if (fault.times >= 0 && fault.seen >= fault.left + fault.times)
        return false;
    if (fault.errno_value == FAULT_KILL)
        kill(getpid(), SIGKILL);
    errno = fault.errno_value;
    return true;
}

/* Visible, so that shared libraries (SQLite) call these too. */
#define FAULT_EXPORT __attribute__((visibility("default")))

#define FAULT_CALL(name, parameters, number, ...)                                                  \
    FAULT_EXPORT int name parameters;                                                              \
    int name parameters                                                                            \
    {                                                                                              \
        return fault_now(#name) ? -1 : (int)syscall(number, __VA_ARGS__);                          \
    }

FAULT_CALL(fdatasync, (int fd), SYS_fdatasync, fd)
FAULT_CALL(fsync, (int fd), SYS_fsync, fd)
FAULT_CALL(fallocate, (int fd, int mode, off_t at, off_t len), SYS_fallocate, fd, mode, at, len)
FAULT_CALL(ftruncate, (int fd, off_t len), SYS_ftruncate, fd, len)
FAULT_CALL(renameat, (int a, const char *from, int b, const char *to), SYS_renameat, a, from, b, to)
FAULT_CALL(unlinkat, (int dir, const char *name, int flags), SYS_unlinkat, dir, name, flags)

FAULT_CALL(ftruncate64, (int fd, off_t len), SYS_ftruncate, fd, len)
FAULT_CALL(unlink, (const char *name), SYS_unlink, name)

/* Half of it is written and then the call fails, or it fails at once. */
FAULT_EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at);
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return fault_now("pwrite") ? -1 : syscall(SYS_pwrite64, fd, bytes, len, at);
}

FAULT_EXPORT ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    if (!fault_now("pwrite"))
        return syscall(SYS_pwrite64, fd, bytes, len, at);
    return -1;
}

ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    if (!fault_now("pwritev"))
        return syscall(SYS_pwritev, fd, v, count, at, 0);
    int e = errno;
    if (e == 0) /* a short write: one part, and no error */
        return syscall(SYS_pwritev, fd, v, 1, at, 0);
    syscall(SYS_pwritev, fd, v, count > 1 ? count - 1 : count, at, 0);
    errno = e;
    return -1;
}

int openat(int dir, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return fault_now("openat") ? -1 : (int)syscall(SYS_openat, dir, name, flags, mode);
}

#endif
