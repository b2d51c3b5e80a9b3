/*
 * fuzz_scorm_zip.c - any bytes as a zip file: refused, or names that all stay in the package.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *name)
{
    must(name[0] != '\0' && name[0] != '/' && !strchr(name, '\\') && name[strlen(name) - 1] != '/');
    for (const char *part = name; *part;) {
        size_t len = strcspn(part, "/");
        must(!(len == 2 && memcmp(part, "..", 2) == 0));
        part += len + (part[len] == '/');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scorm_package *p = NULL;
    struct scorm_course *course = NULL;
    char *bytes = NULL;
    size_t len = 0;
    aw_error err = AW_ERROR_INIT;

    if (scorm_package_open_bytes(data, size, &p, &err) != AW_OK) {
        must(!p && err.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < scorm_package_file_count(p); i++) {
        const char *name = scorm_package_file_name(p, i);
        check_name(name);
        must(scorm_package_has(p, name));
        if (i < 16 && scorm_package_file(p, name, 1u << 16, &bytes, &len, NULL) == AW_OK) {
            must(len <= 1u << 16 && bytes[len] == '\0');
            free(bytes);
        }
    }
    if (scorm_package_course(p, &course, NULL) == AW_OK)
        must(course->item_count > 1);
    scorm_course_free(course);
    if (scorm_package_sidecar(p, &bytes, &len, NULL) == AW_OK)
        free(bytes);
    scorm_package_close(p);
    return 0;
}
