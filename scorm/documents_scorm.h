/*
 * documents_scorm.h - the documents of ADL's SCORM profile, kept at an LRS beside the statements.
 *
 * State:            activity-state (the attempts of a SCO), attempt-state, suspend data
 * Activity Profile: activity-profile (threshold, passing score, launch data, time limits)
 *
 * They are due when a session ends; the activity profile when an attempt begins.
 * Each is a JSON object and is merged into what is there (document_update), so
 * that other writers' members stay. Suspend data that is no valid Unicode cannot
 * be a JSON document for every LRS and is left out; the player resumes from our
 * own state anyway.
 */
#ifndef SCORM_DOCUMENTS_SCORM_H
#define SCORM_DOCUMENTS_SCORM_H

#include "attempt.h"

enum scorm_document_kind {
    SCORM_DOCUMENT_ACTIVITY_STATE, SCORM_DOCUMENT_ATTEMPT_STATE, SCORM_DOCUMENT_SUSPEND_DATA,
    SCORM_DOCUMENT_ACTIVITY_PROFILE, SCORM_DOCUMENT_COUNT
};

struct scorm_document {
    enum scorm_document_kind kind;
    bool is_profile;          /* Activity Profile API; else State API, with agent and registration */
    const char *activity;     /* IRI: the SCO, or the attempt */
    const char *id;           /* stateId or profileId: an IRI */
    const char *body;         /* a JSON object */
    size_t len;
    bool appends;             /* its arrays are added to those there, without repeats; members are
                               * replaced otherwise */
};

/* Borrowed for the call. */
typedef int (*scorm_document_emit)(void *user, const struct scorm_document *d, aw_error *err);

/*
 * The documents of a kept state after a commit. `outcome` is that commit's: the
 * first commit of an attempt gives the activity profile, the last of a session the
 * State documents, others nothing. Errors: those of the blob and of emit.
 */
int scorm_documents(const void *blob, size_t blob_len, const struct scorm_context *ctx,
                    const struct scorm_outcome *outcome, scorm_document_emit emit, void *user,
                    aw_error *err);

#endif
