/*
 * package.h - a SCORM package, that is a zip file, opened safely.
 *
 * Before anything of it is used the whole directory is checked: names that leave
 * the package (zip slip), too many or too large files, ratios only a bomb has,
 * symbolic links, encryption. A package that fails is refused as a whole.
 */
#ifndef SCORM_PACKAGE_H
#define SCORM_PACKAGE_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "course.h"

#define SCORM_PACKAGE_BYTES (2ull << 30)       /* the zip file */
#define SCORM_PACKAGE_FILES 20000
#define SCORM_PACKAGE_FILE_BYTES (1ull << 30)  /* one file, unpacked */
#define SCORM_PACKAGE_TOTAL_BYTES (4ull << 30) /* all of them */
#define SCORM_PACKAGE_RATIO 200                /* unpacked to packed, from 1 MiB on */
#define SCORM_PACKAGE_DEPTH 32                 /* folders in folders */
#define SCORM_PACKAGE_NAME_BYTES 1024
#define SCORM_SIDECAR_BYTES (256u << 10)       /* discussion.json */

struct scorm_package;

/* path: a .zip file. Errors say what is wrong in an author's words. */
int scorm_package_open(const char *path, struct scorm_package **out, aw_error *err);
/* The same from memory, which must stay. */
int scorm_package_open_bytes(const void *bytes, size_t len, struct scorm_package **out, aw_error *err);
void scorm_package_close(struct scorm_package *p);

/* One file by its path in the package: as named, else percent-decoded, else
 * regardless of case (as a Windows author tested it). A new buffer, NUL-terminated.
 * Errors: AW_ENOTFOUND, AW_ELIMIT, AW_EINVAL (damaged). */
int scorm_package_file(struct scorm_package *p, const char *path, size_t max_bytes, char **out,
                       size_t *out_len, aw_error *err);
bool scorm_package_has(struct scorm_package *p, const char *path);
size_t scorm_package_file_count(const struct scorm_package *p);
const char *scorm_package_file_name(const struct scorm_package *p, size_t i); /* borrowed */

/* The course. The manifest may lie in a sub-folder; the uppermost one is taken. */
int scorm_package_course(struct scorm_package *p, struct scorm_course **out, aw_error *err);
/* "" or "folder/": where the manifest lies. */
const char *scorm_package_folder(const struct scorm_package *p);

/* The author's discussion.json, beside the manifest or in the root: bytes for link_read().
 * AW_ENOTFOUND if there is none. */
int scorm_package_sidecar(struct scorm_package *p, char **out, size_t *out_len, aw_error *err);

/* Unpacks everything below a new or empty folder. Nothing is left there on failure. */
int scorm_package_unpack(struct scorm_package *p, const char *folder, aw_error *err);

/* A package, or a bare imsmanifest.xml: whichever the file is (by its bytes). */
int scorm_course_open(const char *path, struct scorm_course **out, aw_error *err);

#endif
