/*
 * package_check.c - the directory of a zip file, checked before anything of it is used.
 *
 * Sizes here are what the archive claims; package_read.c never unpacks more than
 * that, so a lying directory gains nothing. Names are refused, not repaired: a
 * package with a file for "../" was made to leave its folder.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "error.h"
#include "package_internal.h"
#include "utf8.h"

#define RATIO_FROM_BYTES (1u << 20) /* below it a high ratio is only a file of spaces */

static int refuse(aw_error *err, const char *name, const char *why)
{
    return error_set(err, AW_EINVAL, "package", "the package is refused because of the file \"%.200s\": %s", name, why);
}

bool package_name_is_safe(char *name, const char **out_why)
{
    size_t depth = 0;

    for (char *c = name; *c; c++) { /* as zips made by old Windows programs have them */
        if (*c == '\\')
            *c = '/';
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *out_why = "its name has control characters";
            return false;
        }
    }
    if (*name == '\0' || *name == '/' || name[1] == ':') {
        *out_why = "its name is an absolute path, which would be written outside of the package's folder";
        return false;
    }
    for (const char *part = name; *part;) {
        size_t len = strcspn(part, "/");
        if (len == 2 && part[0] == '.' && part[1] == '.') {
            *out_why = "its name leads out of the package with \"..\"";
            return false;
        }
        depth += part[len] == '/';
        part += len + (part[len] == '/');
    }
    if (depth > SCORM_PACKAGE_DEPTH) {
        *out_why = "it lies too deep in folders";
        return false;
    }
    if (strlen(name) > SCORM_PACKAGE_NAME_BYTES) {
        *out_why = "its name is too long";
        return false;
    }
    return true;
}

static bool is_link_or_device(zip_t *zip, uint64_t index)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;

    if (zip_file_get_external_attributes(zip, index, 0, &system, &attributes) != 0)
        return false;
    mode_t type = (mode_t)(attributes >> 16) & S_IFMT;
    return system == ZIP_OPSYS_UNIX && type != 0 && type != S_IFREG && type != S_IFDIR;
}

static int check_sizes(const zip_stat_t *st, const char *name, uint64_t *total, aw_error *err)
{
    if (!(st->valid & ZIP_STAT_SIZE) || !(st->valid & ZIP_STAT_COMP_SIZE))
        return refuse(err, name, "its size is not told");
    if (st->size > SCORM_PACKAGE_FILE_BYTES)
        return error_set(err, AW_ELIMIT, "package", "the file \"%.200s\" is larger than %llu MB when unpacked", name,
                         (unsigned long long)(SCORM_PACKAGE_FILE_BYTES >> 20));
    if (st->size > RATIO_FROM_BYTES && st->size / SCORM_PACKAGE_RATIO > st->comp_size)
        return refuse(err, name, "it would unpack to more than 200 times its packed size, as only a zip bomb does" /* SCORM_PACKAGE_RATIO */);
    *total += st->size;
    if (*total > SCORM_PACKAGE_TOTAL_BYTES)
        return error_set(err, AW_ELIMIT, "package", "the package is larger than %llu MB when unpacked",
                         (unsigned long long)(SCORM_PACKAGE_TOTAL_BYTES >> 20));
    return AW_OK;
}

static int check_entry(struct scorm_package *p, uint64_t index, uint64_t *total, aw_error *err)
{
    zip_stat_t st;
    const char *why = NULL;

    if (zip_stat_index(p->zip, index, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME) || !st.name)
        return error_set(err, AW_EINVAL, "package", "the package is damaged: entry %llu of its directory cannot be read",
                         (unsigned long long)index);
    char *name = strdup(st.name);
    if (!name)
        return error_nomem(err, "package");
    int rc = AW_OK;
    size_t len = strlen(name);
    if (!package_name_is_safe(name, &why))
        rc = refuse(err, name, why);
    else if (!utf8_valid(name, len, NULL))
        rc = refuse(err, "?", "its name is not text");
    else if (is_link_or_device(p->zip, index))
        rc = refuse(err, name, "it is a symbolic link or a device, not a file");
    else if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        rc = refuse(err, name, "it is encrypted; make the package without a password");
    else
        rc = check_sizes(&st, name, total, err);
    if (rc != AW_OK || name[len - 1] == '/') { /* folders come of themselves */
        free(name);
        return rc;
    }
    p->entries[p->count++] = (struct package_entry){name, index, st.size};
    return AW_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct package_entry *)a)->name, ((const struct package_entry *)b)->name);
}

/* Two files of one name, one shown and one run, are a trick; so is a file that is also a folder. */
static int check_twins(const struct scorm_package *p, aw_error *err)
{
    for (size_t i = 1; i < p->count; i++) {
        const char *a = p->entries[i - 1].name, *b = p->entries[i].name;
        size_t len = strlen(a);
        if (strcmp(a, b) == 0)
            return refuse(err, a, "it is in the package twice");
        if (strncmp(a, b, len) == 0 && b[len] == '/')
            return refuse(err, a, "it is a file and a folder at once");
    }
    return AW_OK;
}

int package_read_directory(struct scorm_package *p, uint64_t archive_bytes, aw_error *err)
{
    zip_int64_t count = zip_get_num_entries(p->zip, 0);
    uint64_t total = 0;
    int rc = AW_OK;

    if (count <= 0)
        return error_set(err, AW_EINVAL, "package", "the package is empty");
    if (count > SCORM_PACKAGE_FILES)
        return error_set(err, AW_ELIMIT, "package", "the package has %lld files; %d are allowed", (long long)count,
                         SCORM_PACKAGE_FILES);
    p->entries = calloc((size_t)count, sizeof *p->entries);
    if (!p->entries)
        return error_nomem(err, "package");
    for (uint64_t i = 0; i < (uint64_t)count && rc == AW_OK; i++)
        rc = check_entry(p, i, &total, err);
    if (rc != AW_OK)
        return rc;
    /* Entries may share their packed bytes, so each may look harmless. */
    if (total > RATIO_FROM_BYTES && total / SCORM_PACKAGE_RATIO > archive_bytes)
        return error_set(err, AW_EINVAL, "package",
                         "the package is refused: it would unpack to more than %d times its size, as only a zip "
                         "bomb does",
                         SCORM_PACKAGE_RATIO);
    qsort(p->entries, p->count, sizeof *p->entries, by_name);
    return check_twins(p, err);
}
