/*
 * rollup.h - from the statuses of a course's items to completed and passed for the course. Pure.
 *
 * SCORM 2004: measure, objective and completion rollup of the SN book (RB.1.1 to
 * RB.1.4) over the item tree, without navigation. SCORM 1.2 has no rollup: all,
 * any or the named SCOs by policy. The answer says in words what it rests on.
 */
#ifndef SCORM_ROLLUP_H
#define SCORM_ROLLUP_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "course.h"
#include "policy.h"

struct scorm_objective; /* attempt.h */

/* What is known about one item of this learner and registration. Items that were
 * never begun are left out. Borrowed for the call. */
struct scorm_item_status {
    const char *item;                 /* its id in the manifest */
    enum scorm_completion completion; /* the decision of its latest attempt */
    enum scorm_success success;
    struct scorm_number scaled;       /* measure, -1 to 1 */
    struct scorm_number progress;     /* 0 to 1 */
    bool suspended;                   /* the attempt goes on later */
    int64_t time_ms;                  /* of the latest commit: a later write to a global objective wins */
    const struct scorm_objective *objectives; /* or NULL */
    size_t objective_count;
    const char *because;              /* of the decision, or NULL */
};

#define SCORM_COURSE_BECAUSE_BYTES 320

struct scorm_course_decision {
    enum scorm_completion completion;
    enum scorm_success success;
    struct scorm_number scaled, progress; /* of the course as a whole */
    uint32_t counted, done;               /* SCOs that count, and of these completed or passed */
    uint32_t open;                        /* 2004: SCOs to come, because of which "failed" is not said yet */
    char because[SCORM_COURSE_BECAUSE_BYTES];
};

/* The same for one item of the tree, for a table of contents and for tests. */
struct scorm_rolled {
    bool attempted, suspended;
    enum scorm_completion completion;
    enum scorm_success success;
    struct scorm_number scaled, progress;
};

/*
 * Statuses of items that the course does not have are ignored. policy is used
 * for 1.2 only. out_items: NULL, or room for course->item_count entries.
 * Errors: AW_ENOMEM.
 */
int scorm_rollup(const struct scorm_course *course, const struct scorm_policy *policy,
                 const struct scorm_item_status *statuses, size_t status_count,
                 struct scorm_course_decision *out, struct scorm_rolled *out_items, aw_error *err);

#endif
