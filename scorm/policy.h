/*
 * policy.h - the switches of the decision, read from the "scorm" object of the configuration.
 *
 *   {"mastery_override": true, "failed_completes": false, "no_status": "incomplete",
 *    "early_completion": false, "missing_scaled": "keep", "infer_terminate": true,
 *    "course_rule": "all" | "any" | ["item", ...],
 *    "courses": {"safety-101": {"no_status": "completed"}}}
 *
 * A course's own object overrides single switches. docs/scorm-decisions.md says what each does.
 */
#ifndef SCORM_POLICY_H
#define SCORM_POLICY_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How a SCORM 1.2 course with several SCOs is decided; 2004 has rollup instead. */
enum scorm_course_rule { SCORM_COURSE_ALL, SCORM_COURSE_ANY, SCORM_COURSE_NAMED };

struct scorm_policy {
    bool mastery_override;     /* measures (mastery, passing score, threshold) beat what the content set */
    bool failed_completes;     /* 1.2: failed claims completion as well */
    bool no_status_completes;  /* 1.2: a terminated attempt that set no status is completed (as Moodle) */
    bool early_completion;     /* act on `completed` before terminate, never where a mastery score exists */
    bool missing_scaled_unknown; /* 2004: a passing score without a scaled score: unknown (as ADL) */
    bool infer_terminate;      /* take a body that looks like the last of its session for that */
    enum scorm_course_rule course_rule;
    const char *const *course_items; /* SCORM_COURSE_NAMED: ids of the items, borrowed */
    size_t course_item_count;
};

/* The defaults. */
void scorm_policy_init(struct scorm_policy *p);

/* All policies of a configuration. config may be NULL (defaults). Errors: AW_ECONFIG. */
struct scorm_policies;
int scorm_policies_read(const json_t *config, struct scorm_policies **out, aw_error *err);
void scorm_policies_free(struct scorm_policies *p);
/* The policy of a course; of no course in particular with NULL. Never NULL; borrowed. */
const struct scorm_policy *scorm_policies_for(const struct scorm_policies *p, const char *course);

#endif
