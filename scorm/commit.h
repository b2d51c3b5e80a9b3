/*
 * commit.h - one commit body, as a player sent it, read into values of the CMI data model.
 *
 * Told apart by its bytes alone, never by a Content-Type (the last commit of a
 * session comes by sendBeacon as text/plain): json or flattened, wrapped in
 * {runtimeData, courseId, ...} or bare, or `params` (unescaped a=b&c=d).
 * Values stay text; whoever uses them parses them with value.h. Rows without an
 * id, and what is not in the data model, are skipped and counted, never guessed.
 */
#ifndef SCORM_COMMIT_H
#define SCORM_COMMIT_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmi.h"
#include "scorm.h"

enum scorm_shape { SCORM_SHAPE_JSON, SCORM_SHAPE_FLATTENED, SCORM_SHAPE_PARAMS };

/* Was it the last commit of its session? */
enum scorm_terminated {
    SCORM_TERMINATED_UNKNOWN, SCORM_TERMINATED_NO, SCORM_TERMINATED_LIKELY, SCORM_TERMINATED_YES
};

struct scorm_value {
    uint16_t role;      /* enum cmi_role */
    uint16_t n, m;      /* indices: interactions.n.objectives.m.id; 0 where there is none */
    uint16_t versions;  /* which versions have the element; while reading */
    uint32_t len, order;
    const char *text;   /* borrowed from the body or the commit's arena; not NUL-terminated */
};

struct scorm_commit {
    enum scorm_version version;
    enum scorm_shape shape;
    bool wrapped;
    bool lossy;          /* params, or [object Object]: some of it could not be read soundly */
    enum scorm_terminated terminated;
    const char *course, *item, *learner; /* courseId, scoId, learnerId; "" if absent */
    bool has_sequence;
    int64_t sequence;    /* commitSequence */
    const struct scorm_value *values; /* sorted by role, n, m; one each (the last one counts) */
    size_t value_count;
    size_t skipped;      /* members that are not of the data model, or not text */
    uint32_t crc;        /* of the body: equal bodies are duplicates */
    uint32_t first[CMI_ROLE_COUNT + 1]; /* values of role r are [first[r], first[r + 1]) */

    /* Memory, kept for the next body. */
    struct scorm_value *store;
    size_t store_cap;
    char *arena;
    size_t arena_len, arena_cap;
};

void scorm_commit_init(struct scorm_commit *c);
void scorm_commit_free(struct scorm_commit *c);

/*
 * Reads a body; may be called again on the same commit. The result borrows from
 * body. `terminated` is what the host said: AW_UNKNOWN lets the body decide.
 * Errors: AW_EJSON (with where), AW_EINVAL (no CMI data in it), AW_EUTF8,
 * AW_ELIMIT, AW_ENOMEM.
 */
int scorm_commit_read(struct scorm_commit *c, const char *body, size_t len, uint32_t terminated,
                      aw_error *err);

/* The value, or NULL; and all values of a role. */
const struct scorm_value *scorm_commit_get(const struct scorm_commit *c, enum cmi_role role,
                                           unsigned n, unsigned m);
const struct scorm_value *scorm_commit_all(const struct scorm_commit *c, enum cmi_role role,
                                           size_t *out_count);

/* Values sorted by role, n and m, with the table of where each role begins. */
const struct scorm_value *scorm_values_find(const struct scorm_value *values, const uint32_t *first,
                                            enum cmi_role role, unsigned n, unsigned m);
/* Index of the first value of the role that is not before row n. */
size_t scorm_values_from(const struct scorm_value *values, const uint32_t *first,
                         enum cmi_role role, unsigned n);

#endif
