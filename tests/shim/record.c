/*
 * record.c - LD_PRELOAD: writes down what a program does to the files below
 * AW_RECORD_DIR, in order, so that a loss of power can be replayed at every
 * point (tests/fault/powerloss.h).
 *
 * The trace AW_RECORD_TO is a sequence of struct record_op, each followed by its
 * path and its data. Calls of all processes are put in one order by a lock that
 * is held over call and note together. What is written through a mapping is not
 * recorded: to the replay it never reached the disk. A write to a file named
 * "*.ack" is a note of the program about what it has been promised. What is sent
 * over TCP is noted before it leaves.
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define PATH_BYTES 4096

static pthread_mutex_t in_process = PTHREAD_MUTEX_INITIALIZER;

/* Opened for each call: a description of its own keeps processes and forks apart. */
static int trace_lock(void)
{
    const char *path = getenv("AW_RECORD_TO");
    if (!path || !getenv("AW_RECORD_DIR"))
        return -1;
    pthread_mutex_lock(&in_process);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    else
        pthread_mutex_unlock(&in_process);
    return fd;
}

static void trace_unlock(int trace)
{
    if (trace < 0)
        return;
    int e = errno;
    syscall(SYS_close, trace);
    pthread_mutex_unlock(&in_process);
    errno = e;
}

/* The path below AW_RECORD_DIR; NULL: not ours. */
static const char *below(const char *path)
{
    const char *root = getenv("AW_RECORD_DIR");
    size_t len = root ? strlen(root) : 0;
    if (len == 0 || strncmp(path, root, len) != 0 || (path[len] != '/' && path[len] != 0))
        return NULL;
    return path[len] == '/' ? path + len + 1 : path + len;
}

static bool path_of_fd(int fd, char out[PATH_BYTES])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_BYTES - 1);
    if (n < 0)
        return false;
    out[n] = 0;
    return true;
}

static bool path_at(int dir, const char *name, char out[PATH_BYTES])
{
    if (name[0] == '/') {
        snprintf(out, PATH_BYTES, "%s", name);
        return true;
    }
    char base[PATH_BYTES / 2];
    if (dir == AT_FDCWD) {
        if (!getcwd(base, sizeof base))
            return false;
    } else {
        char whole[PATH_BYTES];
        if (!path_of_fd(dir, whole) || strlen(whole) >= sizeof base)
            return false;
        strcpy(base, whole);
    }
    return snprintf(out, PATH_BYTES, "%s/%s", base, name) < PATH_BYTES;
}

static void note(int trace, uint32_t kind, uint64_t inode, uint64_t offset, uint64_t size,
                 const char *path, const void *data, size_t len)
{
    struct record_op op = {RECORD_MAGIC, kind, inode, offset, size, (uint32_t)strlen(path),
                           (uint32_t)len};
    struct iovec v[3] = {{&op, sizeof op},
                         {(void *)(uintptr_t)path, op.path_bytes},
                         {(void *)(uintptr_t)data, len}};
    int e = errno;
    if (syscall(SYS_writev, trace, v, 3) < 0)
        abort();
    errno = e;
}

/* A note about what was done to an open file, if it is one of ours. */
static void note_fd(int trace, uint32_t kind, int fd, uint64_t offset, uint64_t size,
                    const void *data, size_t len)
{
    char path[PATH_BYTES];
    struct stat st;
    if (trace < 0 || !path_of_fd(fd, path) || fstat(fd, &st) != 0)
        return;
    size_t n = strlen(path);
    if (n > 4 && strcmp(path + n - 4, ".ack") == 0) {
        if (kind == RECORD_WRITE)
            note(trace, RECORD_ACK, 0, 0, 0, "", data, len);
        return;
    }
    const char *name = below(path);
    if (!name)
        return;
    if (kind == RECORD_SYNC && S_ISDIR(st.st_mode))
        kind = RECORD_SYNC_DIR;
    note(trace, kind, (uint64_t)st.st_ino, offset, size, name, data, len);
}

static void note_path(int trace, uint32_t kind, int dir, const char *name, const char *to_data)
{
    char path[PATH_BYTES];
    struct stat st = {0};
    if (trace < 0 || !path_at(dir, name, path) || !below(path))
        return;
    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
    note(trace, kind, (uint64_t)st.st_ino, 0, 0, below(path), to_data, to_data ? strlen(to_data) : 0);
}

static int record_open(int dir, const char *name, int flags, mode_t mode)
{
    int trace = flags & (O_CREAT | O_TRUNC) ? trace_lock() : -1;
    struct stat before;
    bool was = trace >= 0 && fstatat(dir, name, &before, 0) == 0;
    int fd = (int)syscall(SYS_openat, dir, name, flags, mode);
    if (trace >= 0 && fd >= 0) {
        if (!was)
            note_path(trace, RECORD_LINK, dir, name, NULL);
        else if (flags & O_TRUNC)
            note_fd(trace, RECORD_SIZE, fd, 0, 0, NULL, 0);
    }
    trace_unlock(trace);
    return fd;
}

#define OPEN_MODE()                                                                                \
    mode_t mode = 0;                                                                               \
    if (flags & O_CREAT) {                                                                         \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode = va_arg(args, mode_t);                                                               \
        va_end(args);                                                                              \
    }

EXPORT int open(const char *name, int flags, ...)
{
    OPEN_MODE()
    return record_open(AT_FDCWD, name, flags, mode);
}
EXPORT int open64(const char *name, int flags, ...)
{
    OPEN_MODE()
    return record_open(AT_FDCWD, name, flags, mode);
}
EXPORT int openat(int dir, const char *name, int flags, ...)
{
    OPEN_MODE()
    return record_open(dir, name, flags, mode);
}
EXPORT int openat64(int dir, const char *name, int flags, ...)
{
    OPEN_MODE()
    return record_open(dir, name, flags, mode);
}

static int record_temporary(char *name, int flags)
{
    int trace = trace_lock();
    size_t len = strlen(name);
    int fd = -1;
    for (unsigned i = (unsigned)getpid(); fd < 0 && i < (unsigned)getpid() + 1000; i++) {
        snprintf(name + len - 6, 7, "%06u", i % 1000000);
        fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd >= 0)
        note_path(trace, RECORD_LINK, AT_FDCWD, name, NULL);
    trace_unlock(trace);
    return fd;
}

EXPORT int mkostemp(char *name, int flags)
{
    return record_temporary(name, flags);
}
EXPORT int mkostemp64(char *name, int flags);
EXPORT int mkostemp64(char *name, int flags)
{
    return record_temporary(name, flags);
}

static ssize_t record_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    int trace = trace_lock();
    ssize_t n = syscall(SYS_pwrite64, fd, bytes, len, at);
    if (n > 0)
        note_fd(trace, RECORD_WRITE, fd, (uint64_t)at, 0, bytes, (size_t)n);
    trace_unlock(trace);
    return n;
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return record_pwrite(fd, bytes, len, at);
}
EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at);
EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return record_pwrite(fd, bytes, len, at);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    int trace = trace_lock();
    ssize_t n = syscall(SYS_pwritev, fd, v, count, at, 0);
    ssize_t left = n;
    for (int i = 0; i < count && left > 0; i++) {
        size_t part = v[i].iov_len < (size_t)left ? v[i].iov_len : (size_t)left;
        note_fd(trace, RECORD_WRITE, fd, (uint64_t)at, 0, v[i].iov_base, part);
        at += (off_t)part;
        left -= (ssize_t)part;
    }
    trace_unlock(trace);
    return n;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t len)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return syscall(SYS_write, fd, bytes, len);
    int trace = trace_lock();
    ssize_t n = syscall(SYS_write, fd, bytes, len);
    if (n > 0)
        note_fd(trace, RECORD_WRITE, fd, (uint64_t)(lseek(fd, 0, SEEK_CUR) - n), 0, bytes, (size_t)n);
    trace_unlock(trace);
    return n;
}

static int record_sync(long call, int fd)
{
    int trace = trace_lock();
    int rc = (int)syscall(call, fd);
    if (rc == 0)
        note_fd(trace, RECORD_SYNC, fd, 0, 0, NULL, 0);
    trace_unlock(trace);
    return rc;
}

EXPORT int fsync(int fd)
{
    return record_sync(SYS_fsync, fd);
}
EXPORT int fdatasync(int fd)
{
    return record_sync(SYS_fdatasync, fd);
}

static int record_size(int fd, off_t size, bool grow_only, int rc, int trace)
{
    struct stat st;
    if (rc == 0 && fstat(fd, &st) == 0)
        note_fd(trace, RECORD_SIZE, fd, 0, grow_only ? (uint64_t)st.st_size : (uint64_t)size, NULL, 0);
    trace_unlock(trace);
    return rc;
}

EXPORT int ftruncate(int fd, off_t size)
{
    int trace = trace_lock();
    return record_size(fd, size, false, (int)syscall(SYS_ftruncate, fd, size), trace);
}
EXPORT int ftruncate64(int fd, off_t size);
EXPORT int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}
EXPORT int fallocate(int fd, int mode, off_t at, off_t len)
{
    int trace = trace_lock();
    return record_size(fd, 0, true, (int)syscall(SYS_fallocate, fd, mode, at, len), trace);
}
EXPORT int fallocate64(int fd, int mode, off_t at, off_t len);
EXPORT int fallocate64(int fd, int mode, off_t at, off_t len)
{
    return fallocate(fd, mode, at, len);
}

EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    char path[PATH_BYTES];
    int trace = trace_lock();
    int rc = (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
    /* Noted under the new name, with the old one as data; the inode is found there now. */
    if (rc == 0 && path_at(from_dir, from, path) && below(path))
        note_path(trace, RECORD_RENAME, to_dir, to, below(path));
    trace_unlock(trace);
    return rc;
}
EXPORT int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
EXPORT int link(const char *from, const char *to)
{
    int trace = trace_lock();
    int rc = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (rc == 0)
        note_path(trace, RECORD_NAME, AT_FDCWD, to, NULL);
    trace_unlock(trace);
    return rc;
}
EXPORT int unlinkat(int dir, const char *name, int flags)
{
    int trace = trace_lock();
    int rc = (int)syscall(SYS_unlinkat, dir, name, flags);
    if (rc == 0)
        note_path(trace, RECORD_UNLINK, dir, name, NULL);
    trace_unlock(trace);
    return rc;
}
EXPORT int unlink(const char *name)
{
    return unlinkat(AT_FDCWD, name, 0);
}
EXPORT int mkdir(const char *name, mode_t mode)
{
    int trace = trace_lock();
    int rc = (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
    if (rc == 0)
        note_path(trace, RECORD_MKDIR, AT_FDCWD, name, NULL);
    trace_unlock(trace);
    return rc;
}

EXPORT ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    struct sockaddr_storage peer;
    struct stat st;
    socklen_t size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.ss_family == AF_INET &&
        fstat(fd, &st) == 0) {
        int trace = trace_lock();
        if (trace >= 0)
            note(trace, RECORD_SENT, (uint64_t)st.st_ino, 0, 0, "", bytes, len);
        trace_unlock(trace);
    }
    return syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
}
