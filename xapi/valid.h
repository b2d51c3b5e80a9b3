/*
 * valid.h - is this a valid xAPI statement, and if not, where and why?
 *
 * Complete for xAPI 1.0.3 (parts 2 and 3) and 2.0.0 (IEEE 9274.1.1). The text is
 * parsed once; the walk reads tables (valid_shapes.c) that say of every object
 * which members it has, of which form and whether they must be there.
 */
#ifndef XAPI_VALID_H
#define XAPI_VALID_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "value.h"

struct xapi_fault {
    char path[256];   /* JSON Pointer (RFC 6901), "" is the whole; cut if it is longer */
    char reason[256];
};

/* "1.0.3" (also 1.0, 1.0.0 ...) or "2.0.0"; false if it is another. */
bool xapi_version_parse(const char *text, enum xapi_version *out);

/* One statement. AW_OK if it is valid; AW_EINVAL if not, AW_EJSON if it is no JSON, AW_ENOMEM;
 * then *out says where and why. out may not be NULL. */
int xapi_validate(const char *json, size_t len, enum xapi_version version, struct xapi_fault *out);
/* The same of what was parsed already, with duplicate keys refused. */
int xapi_validate_json(const json_t *statement, enum xapi_version version, struct xapi_fault *out);

/* What is POSTed as application/json: a statement, or an array of them whose ids differ. */
int xapi_validate_batch(const char *json, size_t len, enum xapi_version version,
                        struct xapi_fault *out);

/* A request with its Content-Type: application/json, or multipart/mixed with attachments
 * (part 3, section 1.5). Hashes and signatures (part 2, section 2.6) are checked. */
int xapi_validate_request(const char *content_type, const char *body, size_t len,
                          enum xapi_version version, struct xapi_fault *out);

#endif
