/*
 * kill_at.c - LD_PRELOAD: the process is killed right before its n-th step.
 *
 * A step is a call that changes what others see: a write, a sync, a rename, an
 * unlink, a truncation, or something sent to a peer. AW_KILL_AT says at which
 * one; without it, or when the end is reached, the number of steps is written to
 * the file AW_KILL_COUNT.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long steps;
static long kill_at = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("AW_KILL_AT");
    kill_at = at ? atol(at) : -1;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("AW_KILL_COUNT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    fprintf(f, "%ld\n", atomic_load(&steps));
    fclose(f);
}

static void step(void)
{
    if (atomic_fetch_add(&steps, 1) + 1 == kill_at)
        raise(SIGKILL);
}

/* The project hides symbols by default; these are meant to be found. */
#pragma GCC visibility push(default)

#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (!real) {                                                                                   \
        void *symbol = dlsym(RTLD_NEXT, name);                                                     \
        memcpy(&real, &symbol, sizeof real);                                                       \
    }                                                                                              \
    step()

ssize_t write(int fd, const void *bytes, size_t len)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return real(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return real(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
    return real(fd, parts, count, at);
}

int fdatasync(int fd)
{
    REAL(int, "fdatasync", int);
    return real(fd);
}

int fsync(int fd)
{
    REAL(int, "fsync", int);
    return real(fd);
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *);
    return real(from, to);
}

int unlink(const char *path)
{
    REAL(int, "unlink", const char *);
    return real(path);
}

int ftruncate(int fd, off_t len)
{
    REAL(int, "ftruncate", int, off_t);
    return real(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
    REAL(int, "ftruncate64", int, off64_t);
    return real(fd, len);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    REAL(ssize_t, "send", int, const void *, size_t, int);
    return real(fd, bytes, len, flags);
}

#pragma GCC visibility pop
