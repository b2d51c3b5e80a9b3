/* turn.c - who may write next. See turn.h. */
#include "turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(const char *dir, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd >= 0)
        (void)!fchmod(fd, 0660); /* the group shares it, whatever the umask */
    return fd;
}

void turn_open(const char *dir, struct turn *out)
{
    out->write = open_file(dir, "state.turn");
    out->next = out->write < 0 ? -1 : open_file(dir, "state.next");
    if (out->next < 0 && out->write >= 0) {
        close(out->write);
        out->write = -1;
    }
}

static void set(int fd, int operation)
{
    while (flock(fd, operation) < 0 && errno == EINTR)
        ;
}

void turn_take(const struct turn *t)
{
    if (t->write < 0)
        return;
    set(t->next, LOCK_EX);
    set(t->write, LOCK_EX);
    set(t->next, LOCK_UN);
}

void turn_give(const struct turn *t)
{
    if (t->write >= 0)
        set(t->write, LOCK_UN);
}

void turn_close(struct turn *t)
{
    if (t->write >= 0)
        close(t->write);
    if (t->next >= 0)
        close(t->next);
    t->write = t->next = -1;
}
