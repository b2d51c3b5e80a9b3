/* package.c - opening a package, finding and reading its files, its manifest and sidecar. */
#include "package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "error.h"
#include "fs.h"
#include "manifest.h"
#include "manifest_path.h"
#include "package_internal.h"

#define MANIFEST_NAME "imsmanifest.xml"

/* ---- opening ------------------------------------------------------------------------- */

static int zip_failed(zip_error_t *e, const char *path, aw_error *err)
{
    if (zip_error_code_zip(e) == ZIP_ER_MEMORY)
        return error_nomem(err, "package");
    if (zip_error_system_type(e) == ZIP_ET_SYS && zip_error_code_system(e) != 0)
        return error_errno(err, zip_error_code_system(e), "open", path);
    return error_set(err, AW_EINVAL, "package", "%.300s is not a zip file, or it is damaged (%.100s)", path,
                     zip_error_strerror(e));
}

/* size: of the archive, in bytes. */
static int open_source(zip_source_t *source, uint64_t size, zip_error_t *e, const char *path,
                       struct scorm_package **out, aw_error *err)
{
    struct scorm_package *p = calloc(1, sizeof *p);
    int rc;

    if (!p) {
        zip_source_free(source);
        return error_nomem(err, "package");
    }
    p->zip = zip_open_from_source(source, ZIP_RDONLY, e);
    if (!p->zip) {
        rc = zip_failed(e, path, err);
        zip_source_free(source);
        scorm_package_close(p);
        return rc;
    }
    if ((rc = package_read_directory(p, size, err)) != AW_OK) {
        scorm_package_close(p);
        return rc;
    }
    *out = p;
    return AW_OK;
}

int scorm_package_open(const char *path, struct scorm_package **out, aw_error *err)
{
    zip_error_t e;
    struct stat st;

    if (stat(path, &st) != 0)
        return error_errno(err, errno, "open", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, AW_EINVAL, "package", "%.300s is not a file", path);
    if ((uint64_t)st.st_size > SCORM_PACKAGE_BYTES)
        return error_set(err, AW_ELIMIT, "package", "%.300s is larger than %llu MB", path,
                         (unsigned long long)(SCORM_PACKAGE_BYTES >> 20));
    zip_error_init(&e);
    zip_source_t *source = zip_source_file_create(path, 0, -1, &e);
    int rc = source ? open_source(source, (uint64_t)st.st_size, &e, path, out, err) : zip_failed(&e, path, err);
    zip_error_fini(&e);
    return rc;
}

int scorm_package_open_bytes(const void *bytes, size_t len, struct scorm_package **out, aw_error *err)
{
    zip_error_t e;

    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(bytes, len, 0, &e);
    int rc = source ? open_source(source, len, &e, "the package", out, err) : zip_failed(&e, "the package", err);
    zip_error_fini(&e);
    return rc;
}

void scorm_package_close(struct scorm_package *p)
{
    if (!p)
        return;
    if (p->zip)
        zip_discard(p->zip);
    for (size_t i = 0; i < p->count; i++)
        free(p->entries[i].name);
    free(p->entries);
    free(p->folder);
    free(p);
}

/* ---- files --------------------------------------------------------------------------------- */

static const struct package_entry *find_exact(const struct scorm_package *p, const char *path)
{
    size_t low = 0, high = p->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(p->entries[middle].name, path);
        if (order == 0)
            return &p->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct package_entry *package_find(const struct scorm_package *p, const char *path)
{
    const struct package_entry *found = find_exact(p, path);

    if (!found && strchr(path, '%')) {
        struct arena *a = arena_new(strlen(path) + 16);
        const char *decoded = a ? path_of_file(a, path) : NULL;
        found = decoded ? find_exact(p, decoded) : NULL;
        arena_free(a);
    }
    for (size_t i = 0; !found && i < p->count; i++)
        if (strcasecmp(p->entries[i].name, path) == 0)
            found = &p->entries[i];
    return found;
}

bool scorm_package_has(struct scorm_package *p, const char *path)
{
    return package_find(p, path) != NULL;
}

size_t scorm_package_file_count(const struct scorm_package *p)
{
    return p->count;
}

const char *scorm_package_file_name(const struct scorm_package *p, size_t i)
{
    return i < p->count ? p->entries[i].name : NULL;
}

static int read_all(zip_file_t *f, char *to, uint64_t bytes)
{
    uint64_t got = 0;

    while (got < bytes) {
        zip_int64_t n = zip_fread(f, to + got, bytes - got);
        if (n <= 0)
            return -1;
        got += (uint64_t)n;
    }
    char more; /* reading on to the end checks the checksum, and that there is no more */
    return zip_fread(f, &more, 1) == 0 ? 0 : -1;
}

int scorm_package_file(struct scorm_package *p, const char *path, size_t max_bytes, char **out,
                       size_t *out_len, aw_error *err)
{
    const struct package_entry *entry = package_find(p, path);

    if (!entry)
        return error_set(err, AW_ENOTFOUND, "package", "there is no file \"%.300s\" in the package", path);
    if (entry->bytes > max_bytes)
        return error_set(err, AW_ELIMIT, "package", "the file \"%.300s\" is larger than %zu KB", path, max_bytes >> 10);
    char *bytes = malloc((size_t)entry->bytes + 1);
    if (!bytes)
        return error_nomem(err, "package");
    zip_file_t *f = zip_fopen_index(p->zip, entry->index, 0);
    int failed = f ? read_all(f, bytes, entry->bytes) : -1;
    if (f)
        failed |= zip_fclose(f);
    if (failed) {
        free(bytes);
        return error_set(err, AW_EINVAL, "package", "the file \"%.300s\" in the package is damaged; make the package anew",
                         path);
    }
    bytes[entry->bytes] = '\0';
    *out = bytes;
    if (out_len)
        *out_len = (size_t)entry->bytes;
    return AW_OK;
}

/* ---- manifest and sidecar ---------------------------------------------------------------------- */

static size_t depth_of(const char *name)
{
    size_t depth = 0;

    for (; *name; name++)
        depth += *name == '/';
    return depth;
}

/* The uppermost imsmanifest.xml; of several at one depth the first by name. */
static const struct package_entry *find_manifest(const struct scorm_package *p)
{
    const struct package_entry *best = NULL;
    const size_t n = strlen(MANIFEST_NAME);

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): both callers have just opened it */
    for (size_t i = 0; i < p->count; i++) {
        const char *name = p->entries[i].name;
        size_t len = strlen(name);
        if (len < n || strcasecmp(name + len - n, MANIFEST_NAME) != 0 || (len > n && name[len - n - 1] != '/') ||
            strncmp(name, "__MACOSX/", 9) == 0)
            continue;
        if (!best || depth_of(name) < depth_of(best->name))
            best = &p->entries[i];
    }
    return best;
}

static int no_manifest(const struct scorm_package *p, aw_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        const char *name = p->entries[i].name;
        if (strcasecmp(name, "cmi5.xml") == 0 || strcasecmp(name, "tincan.xml") == 0)
            return error_set(err, AW_EINVAL, "package", "this is a %s package, not a SCORM package: it has no %s",
                             strcasecmp(name, "cmi5.xml") == 0 ? "cmi5" : "Tin Can (xAPI)", MANIFEST_NAME);
        size_t len = strlen(name);
        if (len > 4 && strcasecmp(name + len - 4, ".zip") == 0)
            return error_set(err, AW_EINVAL, "package",
                             "there is no %s in the package, but another zip file (%.200s): use that one", MANIFEST_NAME,
                             name);
    }
    return error_set(err, AW_EINVAL, "package",
                     "this is not a SCORM package: there is no %s in it. Zip the content of the course's folder, "
                     "with %s at its top",
                     MANIFEST_NAME, MANIFEST_NAME);
}

const char *scorm_package_folder(const struct scorm_package *p)
{
    return p->folder ? p->folder : "";
}

static bool has_file(void *context, const char *path)
{
    return scorm_package_has(context, path);
}

int scorm_package_course(struct scorm_package *p, struct scorm_course **out, aw_error *err)
{
    const struct package_entry *manifest = find_manifest(p);
    char *xml = NULL;
    size_t len = 0;
    int rc;

    if (!manifest)
        return no_manifest(p, err);
    if (!p->folder) {
        p->folder = strndup(manifest->name, strlen(manifest->name) - strlen(MANIFEST_NAME));
        if (!p->folder)
            return error_nomem(err, "package");
    }
    rc = scorm_package_file(p, manifest->name, SCORM_MANIFEST_BYTES, &xml, &len, err);
    if (rc == AW_OK)
        rc = scorm_manifest_read(xml, len, p->folder, has_file, p, out, err);
    free(xml);
    return rc;
}

int scorm_package_sidecar(struct scorm_package *p, char **out, size_t *out_len, aw_error *err)
{
    const struct package_entry *manifest = find_manifest(p);
    char path[SCORM_PACKAGE_NAME_BYTES + 32];

    if (manifest) {
        int n = (int)(strlen(manifest->name) - strlen(MANIFEST_NAME));
        snprintf(path, sizeof path, "%.*sdiscussion.json", n, manifest->name);
        if (find_exact(p, path))
            return scorm_package_file(p, path, SCORM_SIDECAR_BYTES, out, out_len, err);
    }
    if (!find_exact(p, "discussion.json"))
        return error_set(err, AW_ENOTFOUND, "discussion.json", "there is no discussion.json in the package");
    return scorm_package_file(p, "discussion.json", SCORM_SIDECAR_BYTES, out, out_len, err);
}

/* ---- whichever it is ------------------------------------------------------------------------------ */

static bool is_zip(const char *path)
{
    char magic[2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return true; /* opening it as a package says why */
    ssize_t n = read(fd, magic, 2);
    close(fd);
    return n == 2 && magic[0] == 'P' && magic[1] == 'K';
}

int scorm_course_open(const char *path, struct scorm_course **out, aw_error *err)
{
    struct scorm_package *p = NULL;
    char *xml = NULL;
    size_t len = 0;
    int rc;

    if (strcmp(path, "-") != 0 && is_zip(path)) {
        if ((rc = scorm_package_open(path, &p, err)) == AW_OK)
            rc = scorm_package_course(p, out, err);
        scorm_package_close(p);
        return rc;
    }
    if ((rc = fs_read(path, SCORM_MANIFEST_BYTES, &xml, &len, err)) == AW_OK)
        rc = scorm_manifest_read(xml, len, "", NULL, NULL, out, err);
    free(xml);
    return rc;
}
