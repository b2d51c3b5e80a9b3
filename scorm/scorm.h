/* scorm.h - the words that every part of scorm/ shares. */
#ifndef SCORM_SCORM_H
#define SCORM_SCORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scorm_version { SCORM_VERSION_UNKNOWN, SCORM_12, SCORM_2004 };

/* "not attempted" counts as unknown (SCORM 2004 4th ed., RTE 4.2.4). */
enum scorm_completion { SCORM_COMPLETION_UNKNOWN, SCORM_INCOMPLETE, SCORM_COMPLETED };
enum scorm_success { SCORM_SUCCESS_UNKNOWN, SCORM_FAILED, SCORM_PASSED };

const char *scorm_completion_name(enum scorm_completion c); /* "unknown", "incomplete", "completed" */
const char *scorm_success_name(enum scorm_success s);       /* "unknown", "failed", "passed" */

#endif
