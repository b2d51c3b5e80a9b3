/*
 * package_unpack.c - writes a package's files below a folder, for a host that serves them.
 *
 * Every name was checked when the package was opened; here each is opened
 * relative to the folder above it without following links, so that nothing
 * lying in the target folder can lead a write elsewhere. Nothing is left on failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "text.h"
#include "fs.h"
#include "package_internal.h"

#define CHUNK 65536

/* Opens the folder that name lies in, making what is missing. -1: errno. */
static int open_parent(int root, const char *name, const char **out_leaf)
{
    int at = dup(root);

    for (const char *slash; at >= 0 && (slash = strchr(name, '/')); name = slash + 1) {
        char part[SCORM_PACKAGE_NAME_BYTES + 1];
        size_t len = (size_t)(slash - name);
        if (len == 0 || (len == 1 && *name == '.'))
            continue;
        memcpy(part, name, len);
        part[len] = '\0';
        int next = mkdirat(at, part, 0755) == 0 || errno == EEXIST
                       ? openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                       : -1;
        int saved = errno;
        close(at);
        errno = saved;
        at = next;
    }
    *out_leaf = name;
    return at;
}

/* 0, an errno, or -1 if the package is damaged. */
static int copy(struct scorm_package *p, const struct package_entry *entry, int fd)
{
    char *chunk = malloc(CHUNK);
    zip_file_t *f = chunk ? zip_fopen_index(p->zip, entry->index, 0) : NULL;
    uint64_t left = entry->bytes;
    zip_int64_t n;
    int failed = chunk ? f ? 0 : -1 : ENOMEM;

    while (!failed && (n = zip_fread(f, chunk, CHUNK)) != 0) {
        if (n < 0 || (uint64_t)n > left) {
            failed = -1;
            break;
        }
        left -= (uint64_t)n;
        for (zip_int64_t done = 0; done < n && !failed;) {
            ssize_t w = write(fd, chunk + done, (size_t)(n - done));
            if (w < 0 && errno != EINTR)
                failed = errno;
            done += w > 0 ? w : 0;
        }
    }
    if (!failed && left > 0)
        failed = -1;
    if (f && zip_fclose(f) != 0 && !failed)
        failed = -1;
    free(chunk);
    return failed;
}

static int unpack_one(struct scorm_package *p, const struct package_entry *entry, int root, aw_error *err)
{
    const char *leaf = entry->name;
    int parent = open_parent(root, entry->name, &leaf), fd = -1, failed = 0;

    if (parent < 0)
        return error_errno(err, errno, "make the folder of", entry->name);
    fd = openat(parent, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    failed = fd < 0 ? errno : copy(p, entry, fd);
    if (fd >= 0 && close(fd) != 0 && !failed)
        failed = errno;
    if (failed && fd >= 0)
        unlinkat(parent, leaf, 0);
    close(parent);
    if (failed > 0)
        return error_errno(err, failed, "write", entry->name);
    if (failed < 0)
        return error_set(err, AW_EINVAL, "package", "the file \"%.300s\" in the package is damaged; make the package anew",
                         entry->name);
    return AW_OK;
}

/* Takes back what was written; folders go when they are empty. */
static void take_back(struct scorm_package *p, int root, size_t count)
{
    char path[SCORM_PACKAGE_NAME_BYTES + 1];

    for (size_t i = count; i-- > 0;) {
        if (strlen(p->entries[i].name) >= sizeof path)
            continue;
        text_set(path, sizeof path, p->entries[i].name);
        unlinkat(root, path, 0);
        for (char *slash; (slash = strrchr(path, '/'));) {
            *slash = '\0';
            if (unlinkat(root, path, AT_REMOVEDIR) != 0)
                break;
        }
    }
}

int scorm_package_unpack(struct scorm_package *p, const char *folder, aw_error *err)
{
    int rc = fs_make_dirs(folder, 0755, err), root;
    size_t done = 0;

    if (rc != AW_OK)
        return rc;
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return error_errno(err, errno, "open", folder);
    while (done < p->count && (rc = unpack_one(p, &p->entries[done], root, err)) == AW_OK)
        done++;
    if (rc != AW_OK)
        take_back(p, root, done);
    close(root);
    return rc;
}
