/*
 * attempt.h - one learner's attempts on one item: state, differencing, decision, statements.
 *
 * The state is an opaque blob, kept by the caller per (learner, registration,
 * item). A commit carries the full CMI state each time, so each is compared
 * with the state before it and only what is new is told. Stale sequence numbers
 * and duplicates change nothing and emit nothing. A new session that does not
 * resume begins a new attempt.
 */
#ifndef SCORM_ATTEMPT_H
#define SCORM_ATTEMPT_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "commit.h"
#include "decide.h"
#include "policy.h"
#include "statement.h"
#include "uuid5.h"

/* What the statements need beside the commit. All text is borrowed. */
struct scorm_context {
    const uuid5 *site;            /* namespace of the statement ids */
    uuid5 registration;
    struct xapi_actor actor;
    const char *course;           /* ids as the host and the manifest know them */
    const char *item;
    const char *course_iri;       /* activity ids */
    const char *item_iri;         /* scorm_item_iri() makes one */
    const char *course_title, *item_title; /* NULL: none */
    const char *language;         /* BCP 47 of the course, or NULL */
    const char *platform;         /* or NULL */
    int32_t utc_offset_min;       /* or AW_UTC_OFFSET_UNKNOWN */
    int64_t time_ms;              /* when the commit was made */
    uint32_t attempt;             /* the host's number of the attempt, 0: counted here */
    const struct xapi_activity *other; /* tags (cohort, region, ...) for every statement */
    size_t other_count;
    /* From the manifest where it is known; used when the commit does not carry them. */
    struct scorm_number mastery, threshold, passing; /* 1.2; 2004; 2004 */
    /* In and out: the last timestamp told in this registration, so that they strictly
     * increase across items. NULL: kept per item only. */
    int64_t *last_ms;
};

/* What became of a SCO's objective; for rollup and for whoever asks. */
struct scorm_objective {
    const char *id;               /* in the outcome's memory */
    enum scorm_success success;
    enum scorm_completion completion;
    struct scorm_number scaled, progress;
};

struct scorm_outcome {
    bool applied;                 /* false: stale, or a duplicate; nothing changed */
    bool changed;                 /* the decision differs from the one before this commit */
    bool became_final;            /* the first commit that made it final in this attempt */
    bool terminated;              /* this commit ended a session */
    bool suspended;               /* ... which goes on later */
    bool lossy;
    enum scorm_version version;
    uint32_t attempt;             /* from 1 */
    struct scorm_decision decision; /* what stands for the item: an earlier attempt's final one
                                     * until the present attempt has its own */
    struct scorm_number scaled;   /* its measure for rollup: scaled, or raw/100 in 1.2 */
    struct scorm_number progress;
    struct xapi_score score;      /* of the present attempt, guarded: what an LRS would take */
    int64_t total_time_ms;        /* all sessions of the attempt; -1: not known */
    int64_t time_ms;              /* of the latest commit: orders writes to global objectives */
    const struct scorm_objective *objectives;
    size_t objective_count;
    void *memory;
};
void scorm_outcome_free(struct scorm_outcome *o);

typedef int (*scorm_emit)(void *user, const struct xapi_statement *s, aw_error *err);

/*
 * Applies one commit to the state (blob, blob_len; NULL, 0: none yet) and appends
 * the new state to `out_blob`, also when nothing changed. emit may be NULL.
 * An error of emit ends it and is returned; then neither output counts.
 * Errors: AW_ECORRUPT, AW_EVERSION (the blob), AW_ENOMEM, AW_ELIMIT.
 */
int scorm_attempt_apply(const void *blob, size_t blob_len, const struct scorm_commit *commit,
                        const struct scorm_context *ctx, const struct scorm_policy *policy,
                        scorm_emit emit, void *user, struct buf *out_blob,
                        struct scorm_outcome *out, aw_error *err);

/* The outcome kept in a blob, without a commit (applied is false). */
int scorm_attempt_outcome(const void *blob, size_t blob_len, struct scorm_outcome *out,
                          aw_error *err);

/*
 * What a player loads to resume, as scorm-again's loadFromJSON takes it:
 * {"version":"1.2"|"2004","entry":"resume"|"ab-initio"|"","attempt":n,"cmi":{...}}.
 * After a suspended session everything is given back with entry "resume"; after
 * a finished one a new attempt begins: entry "ab-initio" and empty cmi.
 */
int scorm_attempt_resume_json(const void *blob, size_t blob_len, struct buf *out, aw_error *err);

/* "<base>/activities/sco/<course>/<item>", and the attempt's IRI below it. */
void scorm_item_iri(struct buf *out, const char *base_iri, const char *course, const char *item);
/* "<course>/<item>", where only the course's own IRI is known. */
void scorm_sco_iri(struct buf *out, const char *course_iri, const char *item);
void scorm_attempt_iri(struct buf *out, const struct scorm_context *ctx, uint32_t attempt);

#endif
