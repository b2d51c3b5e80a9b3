/* valid_batch.h - what the validators of statements, batches and requests share. */
#ifndef XAPI_VALID_BATCH_H
#define XAPI_VALID_BATCH_H

#include "valid.h"

/* Fills in the fault and gives code. */
int valid_fault(struct xapi_fault *out, int code, const char *path, const char *reason);
/* Duplicate keys refused; *out is a new reference. */
int valid_parse(const char *json, size_t len, json_t **out, struct xapi_fault *fault);
/* A statement or an array of them, as parsed. */
int valid_batch_json(const json_t *body, enum xapi_version version, struct xapi_fault *out);

/* The signature `jws` of the statement (part 2, section 2.6): compact serialization, RS256,
 * RS384 or RS512, its payload the statement without it, and, where the header has a
 * certificate, signed with that. NULL if it is well, else what is wrong. */
const char *jws_fault(const char *jws, size_t len, const json_t *statement);

#endif
