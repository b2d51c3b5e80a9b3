/*
 * attempt_tell.h - what is new in an attempt, as statements of ADL's SCORM profile.
 *
 * Each thing is told once: the state remembers what was told. Statement ids are
 * made of what the statement is about and of its content, timestamps strictly
 * increase. Text of the content goes out as valid UTF-8, cut where it would
 * make a statement too large.
 */
#ifndef SCORM_ATTEMPT_TELL_H
#define SCORM_ATTEMPT_TELL_H

#include "attempt_state.h"

/* Of an interaction, in its definition: cmi.interactions.n.weighting. */
#define SCORM_EXT_WEIGHTING "https://w3id.org/xapi/afterword/extensions/weighting"

struct tell {
    struct attempt_state *s;
    const struct scorm_context *ctx;
    scorm_emit emit;
    void *user;
    aw_error *err;
    int rc;                      /* the first failure; after it nothing more is told */
    struct xapi_activity sco, course, attempt, category;
    struct xapi_activity grouping[2 + 16]; /* course, attempt, then an interaction's objectives */
    const char *registration;    /* as text */
    char registration_text[UUID5_TEXT], attempt_text[12], session_text[12];
    char *scratch;               /* text of one statement */
    size_t used, size, base;     /* base: what lives through all statements */
};

int tell_open(struct tell *t, struct attempt_state *s, const struct scorm_context *ctx,
              scorm_emit emit, void *user, aw_error *err);
void tell_close(struct tell *t);

void tell_session_begin(struct tell *t, bool resumed);
/* An interrupted session of which the next one shows that it was not the end. */
void tell_interrupted(struct tell *t);
void tell_session_end(struct tell *t, bool suspended, const struct xapi_score *score);
void tell_score(struct tell *t, const struct xapi_score *score);
void tell_progress(struct tell *t);
void tell_decision(struct tell *t, const struct xapi_score *score);
/* attempt_tell_rows.c; `ended`: nothing more can come for rows that look unfinished. */
void tell_interactions(struct tell *t, bool ended);
void tell_objectives(struct tell *t);
void tell_comments(struct tell *t);

/* ---- for attempt_tell_rows.c ------------------------------------------------------- */

void tell_init(struct tell *t, struct xapi_statement *st, enum xapi_verb verb);
/* what, index, hash, times: the discriminator of the id. */
void tell_send(struct tell *t, struct xapi_statement *st, int64_t wanted_ms, const char *what,
               unsigned index, uint32_t hash, uint32_t times);
/* NUL-terminated valid UTF-8 in the scratch; "" if there is no room. Never NULL. */
const char *tell_text(struct tell *t, const char *text, size_t len);
/* The same of a buffer, which is freed; running out of memory ends the telling. */
const char *tell_take(struct tell *t, struct buf *b);
/* <sco>/<folder>/<id>, percent-encoded; a long or empty id becomes a UUID of it. */
const char *tell_row_iri(struct tell *t, const char *folder, const char *id, size_t len);
/* The milliseconds of an event inside this session, from the content's own clock. */
int64_t tell_when(const struct tell *t, const struct scorm_value *timestamp);
uint32_t tell_hash(uint32_t hash, const struct scorm_value *v);
uint32_t tell_hash_score(const struct xapi_score *score);

#endif
