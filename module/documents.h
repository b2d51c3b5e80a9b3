/*
 * documents.h - documents of the SCORM profile on their way: into the statement log, out to an LRS.
 *
 * They go with the statements, in order, to those LRSs that have "documents": true.
 * A record is the JSON of a request: {"api", "activity", "agent", "registration",
 * "id", "appends", "document"}. Sending one merges it into what the LRS holds,
 * with its ETag, so a record that is sent again changes nothing.
 */
#ifndef MODULE_DOCUMENTS_H
#define MODULE_DOCUMENTS_H

#include "attempt.h"
#include "deliver.h"
#include "interpret.h"

#define DOCUMENTS_DEAD "document" /* the code of their dead letters */

/* Does any configured LRS want documents? */
bool documents_wanted(const json_t *lrs_list);

/* Writes what is due after a commit into the batch. */
int documents_tell(struct interp *in, const void *blob, size_t blob_len, const struct scorm_context *ctx,
                   const struct scorm_outcome *outcome, aw_error *err);

/* Sends one record. AW_OK: settled. AW_ENET, AW_EBUSY, AW_ENOMEM: not now. Else: never. */
int documents_send(struct xapi_lrs *lrs, const char *json, size_t len, aw_error *err);

#endif
