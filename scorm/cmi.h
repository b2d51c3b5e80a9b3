/*
 * cmi.h - the CMI data model of SCORM 1.2 and 2004 as one table with one reader.
 *
 * A role is what an element means in either version: cmi.core.score.raw and
 * cmi.score.raw are both CMI_SCORE_RAW, so that what tells and decides is
 * written once. The table (cmi_table.c) is sorted by version and path.
 */
#ifndef SCORM_CMI_H
#define SCORM_CMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scorm.h"

struct buf;

enum cmi_role {
    CMI_KEYWORD, /* _children, _count, _version, request_valid: known, never kept */
    CMI_CREDIT, CMI_MODE, CMI_ENTRY, CMI_EXIT, CMI_LOCATION, CMI_LEARNER_ID, CMI_LEARNER_NAME,
    CMI_LESSON_STATUS,                            /* 1.2 */
    CMI_COMPLETION_STATUS, CMI_SUCCESS_STATUS,    /* 2004 */
    CMI_PROGRESS_MEASURE, CMI_COMPLETION_THRESHOLD, CMI_SCALED_PASSING_SCORE,
    CMI_SCORE_SCALED, CMI_SCORE_RAW, CMI_SCORE_MIN, CMI_SCORE_MAX,
    CMI_SESSION_TIME, CMI_TOTAL_TIME, CMI_SUSPEND_DATA, CMI_LAUNCH_DATA, CMI_MASTERY_SCORE,
    CMI_MAX_TIME_ALLOWED, CMI_TIME_LIMIT_ACTION, CMI_NAV_REQUEST,
    CMI_PREFERENCE_AUDIO, CMI_PREFERENCE_LANGUAGE, CMI_PREFERENCE_SPEED, CMI_PREFERENCE_CAPTIONING,
    CMI_COMMENTS,                                 /* 1.2: one growing text */
    CMI_COMMENT_TEXT, CMI_COMMENT_LOCATION, CMI_COMMENT_TIMESTAMP,
    CMI_LMS_COMMENT_TEXT, CMI_LMS_COMMENT_LOCATION, CMI_LMS_COMMENT_TIMESTAMP,
    CMI_OBJECTIVE_ID, CMI_OBJECTIVE_STATUS, CMI_OBJECTIVE_COMPLETION_STATUS,
    CMI_OBJECTIVE_SUCCESS_STATUS, CMI_OBJECTIVE_PROGRESS_MEASURE, CMI_OBJECTIVE_DESCRIPTION,
    CMI_OBJECTIVE_SCALED, CMI_OBJECTIVE_RAW, CMI_OBJECTIVE_MIN, CMI_OBJECTIVE_MAX,
    CMI_INTERACTION_ID, CMI_INTERACTION_TYPE, CMI_INTERACTION_TIMESTAMP, CMI_INTERACTION_WEIGHTING,
    CMI_INTERACTION_RESPONSE, CMI_INTERACTION_RESULT, CMI_INTERACTION_LATENCY,
    CMI_INTERACTION_DESCRIPTION, CMI_INTERACTION_OBJECTIVE, CMI_INTERACTION_PATTERN,
    CMI_DATA_ID, CMI_DATA_STORE,                  /* adl.data, 2004 4th ed. */
    CMI_ROLE_COUNT
};

enum cmi_type {
    CMI_TYPE_TEXT, CMI_TYPE_LOCALIZED, CMI_TYPE_IDENTIFIER, CMI_TYPE_URI, CMI_TYPE_VOCABULARY,
    CMI_TYPE_DECIMAL, CMI_TYPE_DECIMAL_OR_BLANK, CMI_TYPE_REAL, CMI_TYPE_INTEGER,
    CMI_TYPE_TIMESPAN, CMI_TYPE_TIME, CMI_TYPE_DURATION, CMI_TYPE_DATETIME, CMI_TYPE_LANGUAGE,
    CMI_TYPE_RESULT, CMI_TYPE_FEEDBACK
};

enum cmi_access { CMI_R = 1, CMI_W = 2, CMI_RW = 3 };

struct cmi_element {
    enum scorm_version version;
    enum cmi_role role;
    enum cmi_type type;
    enum cmi_access access;
    uint32_t spm;             /* a floor that an LMS must support, never a reason to refuse; 0: none */
    double lo, hi;
    const char *path;         /* "cmi.interactions.n.objectives.n.id" */
    const char *vocabulary;   /* "a|b|" or NULL */
    const char *default_text;
    const char *xapi;         /* where it goes, in words, or NULL */
};

#define CMI_ELEMENT_COUNT 121
extern const struct cmi_element cmi_elements[CMI_ELEMENT_COUNT];

/* By its path in the table, with "n" for each index; NULL if there is none. */
const struct cmi_element *cmi_find(enum scorm_version version, const char *path, size_t len);
/* By a path as content uses it: cmi.interactions.3.objectives.0.id gives n = 3, m = 0.
 * False if it is not in the data model or an index is over CMI_INDEX_MAX. */
#define CMI_INDEX_MAX 65535
const struct cmi_element *cmi_find_indexed(enum scorm_version version, const char *path, size_t len,
                                           uint16_t *out_n, uint16_t *out_m);
/* By a pattern, in whichever version has it: both give one pattern one role, a test makes
 * sure. CMI_ROLE_COUNT if neither has it; *out_versions: CMI_IN_... bits. */
enum { CMI_IN_12 = 1, CMI_IN_2004 = 2 };
enum cmi_role cmi_role_of(const char *pattern, size_t len, unsigned *out_versions);
/* NULL if that version has no such role, and for CMI_KEYWORD. */
const struct cmi_element *cmi_element_of(enum scorm_version version, enum cmi_role role);

/* The one reader of values. */
enum cmi_verdict {
    CMI_STRICT,  /* as the standard wants it */
    CMI_LENIENT, /* not, but its meaning is clear; `out` has the strict form */
    CMI_BAD      /* no meaning can be read */
};
/* Appends the normalised text to out (which may be NULL) unless CMI_BAD. */
enum cmi_verdict cmi_read(const struct cmi_element *e, const char *text, size_t len,
                          struct buf *out);

#endif
