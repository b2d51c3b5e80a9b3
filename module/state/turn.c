/* turn.c - who may write next. See turn.h. */
#include "turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEXT, WRITE }; /* bytes of the file */

int turn_open(const char *dir)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/state.turn", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd >= 0)
        (void)!fchmod(fd, 0660); /* the group shares it, whatever the umask */
    return fd;
}

static void set(int fd, int byte, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    while (fcntl(fd, F_OFD_SETLKW, &lock) < 0 && errno == EINTR)
        ;
}

void turn_take(int fd)
{
    if (fd < 0)
        return;
    set(fd, NEXT, F_WRLCK);
    set(fd, WRITE, F_WRLCK);
    set(fd, NEXT, F_UNLCK);
}

void turn_give(int fd)
{
    if (fd >= 0)
        set(fd, WRITE, F_UNLCK);
}

void turn_close(int fd)
{
    if (fd >= 0)
        close(fd);
}
