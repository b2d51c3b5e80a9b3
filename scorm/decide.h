/*
 * decide.h - from what one SCO said to completed, passed, failed or none of them. Pure.
 *
 * Never claims more than the facts carry: browse, review and no-credit give
 * nothing, abandon gives nothing, and every answer says in words what it rests on.
 */
#ifndef SCORM_DECIDE_H
#define SCORM_DECIDE_H

#include "policy.h"
#include "scorm.h"

enum scorm_status { /* cmi.core.lesson_status */
    SCORM_STATUS_NONE, SCORM_STATUS_NOT_ATTEMPTED, SCORM_STATUS_BROWSED, SCORM_STATUS_INCOMPLETE,
    SCORM_STATUS_COMPLETED, SCORM_STATUS_PASSED, SCORM_STATUS_FAILED
};
enum scorm_mode { SCORM_MODE_NORMAL, SCORM_MODE_BROWSE, SCORM_MODE_REVIEW };
enum scorm_exit { SCORM_EXIT_NONE, SCORM_EXIT_TIMEOUT, SCORM_EXIT_SUSPEND, SCORM_EXIT_LOGOUT, SCORM_EXIT_NORMAL };

struct scorm_number {
    bool given;
    double value;
};

struct scorm_facts {
    enum scorm_version version;
    enum scorm_mode mode;
    bool no_credit;
    bool terminated;             /* the session ended; before that nothing is final */
    bool abandoned;              /* adl.nav.request abandon or abandonAll at terminate */
    enum scorm_exit exit;
    enum scorm_status status;              /* 1.2 */
    struct scorm_number raw, mastery;      /* 1.2 */
    enum scorm_completion completion;      /* 2004, as the content set it */
    enum scorm_success success;            /* 2004 */
    struct scorm_number progress, threshold, scaled, passing; /* 2004 */
};

#define SCORM_BECAUSE_BYTES 160

struct scorm_decision {
    enum scorm_completion completion;
    enum scorm_success success;
    bool final;                     /* may be acted on: terminated, or early completion by policy */
    char because[SCORM_BECAUSE_BYTES]; /* "passed because raw 100 >= mastery 80" */
};

void scorm_decide(const struct scorm_facts *facts, const struct scorm_policy *policy,
                  struct scorm_decision *out);

#endif
