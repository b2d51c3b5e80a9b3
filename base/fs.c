/* fs.c - files: whole reads with a limit, atomic durable writes, is it a local disk? */
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "error.h"

static int read_all(int fd, const char *path, size_t max_bytes, char **out, size_t *out_len,
                    aw_error *err)
{
    size_t len = 0, cap = 16384;
    char *text = malloc(cap);
    if (!text)
        return error_nomem(err, path);
    for (;;) {
        if (len + 1 == cap) {
            char *grown = realloc(text, cap * 2);
            if (!grown) {
                free(text);
                return error_nomem(err, path);
            }
            text = grown;
            cap *= 2;
        }
        ssize_t n = read(fd, text + len, cap - len - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int e = errno;
            free(text);
            return error_errno(err, e, "read", path);
        }
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > max_bytes) {
            free(text);
            return error_set(err, AW_ELIMIT, path, "larger than the limit of %zu bytes", max_bytes);
        }
    }
    text[len] = 0;
    *out = text;
    *out_len = len;
    return AW_OK;
}

int fs_read(const char *path, size_t max_bytes, char **out, size_t *out_len, aw_error *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", max_bytes, out, out_len, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    int rc = read_all(fd, path, max_bytes, out, out_len, err);
    close(fd);
    return rc;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static void parent_of(const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s", path);
    char *slash = strrchr(out, '/');
    if (!slash)
        snprintf(out, size, ".");
    else if (slash == out)
        out[1] = 0;
    else
        *slash = 0;
}

int fs_sync_dir(const char *path, aw_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    int e = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return e ? error_errno(err, e, "sync", path) : AW_OK;
}

int fs_write_atomic(const char *path, const void *bytes, size_t len, mode_t mode, aw_error *err)
{
    char temporary[4096], dir[4096];
    int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return error_set(err, AW_ELIMIT, path, "the path is too long");
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "create", temporary);
    int e = write_all(fd, bytes, len);
    if (!e && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
        e = errno;
    if (close(fd) < 0 && !e)
        e = errno;
    if (!e && rename(temporary, path) < 0)
        e = errno;
    if (e) {
        unlink(temporary);
        return error_errno(err, e, "write", path);
    }
    parent_of(path, dir, sizeof dir);
    return fs_sync_dir(dir, err);
}

static int make_one(const char *path, mode_t mode, aw_error *err)
{
    if (mkdir(path, 0777) == 0) {
        /* chmod, not the mode of mkdir: the umask must not take the group's rights. */
        if (chmod(path, mode) < 0)
            return error_errno(err, errno, "set the mode of", path);
        /* Its name must be on the disk before anything in it is promised to be. */
        char parent[4096];
        parent_of(path, parent, sizeof parent);
        return fs_sync_dir(parent, err);
    }
    int e = errno;
    struct stat st;
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? AW_OK : error_errno(err, ENOTDIR, "use", path);
    return error_errno(err, e, "create", path);
}

int fs_make_dirs(const char *path, mode_t mode, aw_error *err)
{
    char part[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return error_set(err, len ? AW_ELIMIT : AW_EINVAL, path,
                         len ? "the path is too long" : "no directory is named");
    for (size_t i = 1; i < len; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        int rc = make_one(part, 0755, err);
        if (rc != AW_OK)
            return rc;
    }
    return make_one(path, mode, err);
}

/* Magic numbers of statfs(2): file systems whose locks or syncs reach another machine or
 * a user process. */
static const struct {
    unsigned long magic;
    const char *name;
} remote[] = {
    {0x6969, "NFS"},          {0x517B, "SMB"},         {0xFF534D42, "CIFS"},
    {0xFE534D42, "SMB2"},     {0x01021997, "9p"},      {0x65735546, "FUSE"},
    {0x5346414F, "AFS"},      {0x6B414653, "AFS"},     {0x73757245, "Coda"},
    {0x00C36400, "Ceph"},     {0x0BD00BD0, "Lustre"},  {0x01161970, "GFS2"},
    {0x7461636F, "OCFS2"},    {0x19830326, "BeeGFS"},  {0x564C, "NCP"},
    {0x786F4256, "VirtualBox shared folder"},          {0xBACBACBC, "VMware shared folder"},
    {0x47504653, "GPFS"},     {0x6C6F6F70, "Orange"},
};

int fs_require_local(const char *path, aw_error *err)
{
    struct statfs st;
    if (statfs(path, &st) < 0)
        return error_errno(err, errno, "examine", path);
    unsigned long magic = (unsigned long)st.f_type & 0xFFFFFFFFul;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++) {
        if (remote[i].magic == magic)
            return error_set(err, AW_EFILESYSTEM, path,
                             "this is a %s file system, where locks and syncs cannot be relied on; "
                             "put the state directory on a local disk",
                             remote[i].name);
    }
    return AW_OK;
}

int fs_join(char *out, size_t out_size, const char *dir, const char *name, aw_error *err)
{
    int n = snprintf(out, out_size, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= out_size)
        return error_set(err, AW_ELIMIT, dir, "the path is too long");
    return AW_OK;
}
