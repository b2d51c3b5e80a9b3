/* package_internal.h - an open package, for the files that make up package.h. */
#ifndef SCORM_PACKAGE_INTERNAL_H
#define SCORM_PACKAGE_INTERNAL_H

#include <zip.h>

#include "package.h"

struct package_entry {
    char *name;     /* with "/" between folders; what the package is asked for */
    uint64_t index; /* in the archive */
    uint64_t bytes; /* unpacked, as the directory says; reading never goes beyond */
};

struct scorm_package {
    zip_t *zip;
    struct package_entry *entries; /* files only, sorted by name */
    size_t count;
    char *folder; /* of the manifest; NULL: not looked for yet */
};

/* package_check.c: reads the directory into p->entries, or refuses the package. */
int package_read_directory(struct scorm_package *p, uint64_t archive_bytes, aw_error *err);
/* Is the name one that stays in the package? Turns backslashes. *why is for people. */
bool package_name_is_safe(char *name, const char **out_why);

const struct package_entry *package_find(const struct scorm_package *p, const char *path);

#endif
