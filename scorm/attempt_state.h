/*
 * attempt_state.h - what is kept of one learner's attempts on one item, and its bytes.
 *
 * The blob is little-endian and self-describing by its version; its values
 * are sorted like a commit's and borrowed from it while it is read. It holds the
 * current attempt only: an earlier one is told and done.
 */
#ifndef SCORM_ATTEMPT_STATE_H
#define SCORM_ATTEMPT_STATE_H

#include "attempt.h"

#define ATTEMPT_BLOB_VERSION 1
#define ATTEMPT_WINDOW 32 /* commits of a session whose checksums are remembered */

/* What was last told of each row of a collection. */
enum told_kind {
    TOLD_INTERACTION, TOLD_OBJECTIVE_COMPLETION, TOLD_OBJECTIVE_SUCCESS, TOLD_OBJECTIVE_SCORE,
    TOLD_OBJECTIVE_PROGRESS, TOLD_COMMENT,
    TOLD_COMPLETED, TOLD_SUCCESS, TOLD_SCORE, TOLD_PROGRESS, /* of the SCO: index 0 */
    TOLD_KINDS
};

struct told {
    uint32_t hash;  /* of what was told; 0: nothing yet */
    uint32_t times; /* how often: makes a repeated one distinct */
};

enum session_end { SESSION_OPEN, SESSION_LIKELY_ENDED, SESSION_ENDED };

struct attempt_state {
    enum scorm_version version;
    uint32_t attempt, session;       /* from 1; 0: nothing yet */
    enum session_end end;
    bool suspended;                  /* the last session ended with exit=suspend */
    bool resumed_entry;              /* the session's cmi.entry was "resume" */
    bool without_total;              /* a commit of this session had no total_time */
    bool end_told;                   /* terminated or suspended was told for this session */
    bool lossy;
    bool has_sequence;
    int64_t sequence;                /* the highest of the session */
    uint32_t window[ATTEMPT_WINDOW]; /* by sequence (or count) modulo its size; 0: not seen */
    uint32_t commits;                /* of the session */
    int64_t time_ms, start_ms;       /* of the last commit; of the session */
    int64_t last_ms;                 /* the last timestamp told */
    int64_t base_ms, session_ms;     /* time of earlier sessions of the attempt, of this one */
    int64_t total_ms;                /* as the player counts it, -1: not known */
    struct scorm_decision current;   /* of this attempt, as far as it is */
    /* What stands for the item: the final decision of an earlier attempt until this one has its
     * own. A learner who looks into a completed item again has not lost it. */
    struct scorm_decision standing;
    struct scorm_number standing_scaled, standing_progress;
    uint32_t comments_bytes, comments_hash; /* 1.2: how much of cmi.comments was told */
    struct told *told;               /* by kind * told_rows + index */
    size_t told_rows;
    const struct scorm_value *values;
    size_t value_count;
    uint32_t first[CMI_ROLE_COUNT + 1];
    struct scorm_value *value_store;
};

/* blob NULL: a state without an attempt. commit: what will be merged, or NULL. */
int attempt_state_read(struct attempt_state *s, const void *blob, size_t len,
                       const struct scorm_commit *commit, aw_error *err);
void attempt_state_free(struct attempt_state *s);
int attempt_state_write(const struct attempt_state *s, struct buf *out, aw_error *err);

/* The state's values with the commit's over them: an empty one takes a value away. */
void attempt_state_merge(struct attempt_state *s, const struct scorm_commit *commit);
/* Before the merge: what belonged to the session before and must not live on in the next. */
void attempt_state_end_values(struct attempt_state *s);
/* Forgets everything but the numbers of the attempt. */
void attempt_state_begin(struct attempt_state *s, uint32_t attempt);

const struct scorm_value *attempt_get(const struct attempt_state *s, enum cmi_role role, unsigned n);

/* True if the row differs from what was told; then it counts as told, *out_times so often. */
bool attempt_tell_row(struct attempt_state *s, enum told_kind kind, unsigned index, uint32_t hash,
                      uint32_t *out_times);

/* ---- attempt_session.c: which session a commit belongs to. Pure. --------- */

enum attempt_place {
    PLACE_STALE,       /* older than what is known: dropped */
    PLACE_DUPLICATE,   /* the same bytes again */
    PLACE_SAME,        /* goes on with the session */
    PLACE_NEW_SESSION
};
enum attempt_place attempt_place_of(const struct attempt_state *s, const struct scorm_commit *c,
                                    int64_t time_ms);
/* Notes the commit in the window of its session. */
void attempt_note(struct attempt_state *s, const struct scorm_commit *c);

/* ---- attempt_facts.c: values to facts ------------------------------------ */

void attempt_facts(const struct attempt_state *s, const struct scorm_context *ctx, bool terminated,
                   struct scorm_facts *out);
/* The guarded score of the SCO, or of an objective's row. */
struct xapi_score attempt_score(const struct attempt_state *s);
struct xapi_score attempt_objective_score(const struct attempt_state *s, unsigned n);
struct xapi_score scorm_score_guard(enum scorm_version version, struct scorm_number scaled,
                                    struct scorm_number raw, struct scorm_number min,
                                    struct scorm_number max);
/* A number that the standard allows for the role, else not given. */
struct scorm_number attempt_number(const struct scorm_value *v, double lo, double hi);
enum scorm_completion scorm_completion_of(const struct scorm_value *v);
enum scorm_success scorm_success_of(const struct scorm_value *v);
enum scorm_status scorm_status_of(const struct scorm_value *v);
bool scorm_value_is(const struct scorm_value *v, const char *text);

#endif
