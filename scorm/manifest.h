/*
 * manifest.h - imsmanifest.xml to a course.
 *
 * No network, no external DTD, no entity is ever read. Tolerant of what real
 * tools write (see ../shared/scorm.md); each thing put right leaves a warning in
 * the course. Refused is only what has no usable item, and what is dangerous.
 */
#ifndef SCORM_MANIFEST_H
#define SCORM_MANIFEST_H

#include "course.h"

#define SCORM_MANIFEST_BYTES (8u << 20)

/* Does the package hold this file? path is decoded, without query and fragment.
 * NULL: nobody knows, and nothing is said about missing files. */
typedef bool (*scorm_has_file)(void *context, const char *path);

/* folder: where the manifest lies in its package, "" or "course/"; launch
 * addresses are made relative to the package's root with it.
 * Errors: AW_EINVAL (not XML, not a manifest, nothing to launch: the text says
 * which), AW_ELIMIT, AW_ENOMEM. */
int scorm_manifest_read(const char *xml, size_t len, const char *folder, scorm_has_file has_file,
                        void *context, struct scorm_course **out, aw_error *err);

#endif
