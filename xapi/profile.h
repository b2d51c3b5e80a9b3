/*
 * profile.h - xAPI Profiles 1.0: does a statement follow the templates of a
 * profile, and do the statements of a registration follow its patterns?
 *
 * Works with any profile (ours in docs/profile, ADL's for SCORM). Statements are
 * as parsed by jansson with integers as reals (valid_parse).
 */
#ifndef XAPI_PROFILE_H
#define XAPI_PROFILE_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct xapi_profile;

/* The document of docs/profile/afterword.jsonld, NUL-terminated. */
extern const unsigned char xapi_profile_document[];
extern const size_t xapi_profile_document_len;

int xapi_profile_read(const char *json, size_t len, struct xapi_profile **out, aw_error *err);
void xapi_profile_free(struct xapi_profile *p);
const char *xapi_profile_id(const struct xapi_profile *p);

/* One fault: of which template, pattern or concept, where in the statement or document, what.
 * All three are borrowed for the call. */
typedef void (*xapi_profile_report)(void *context, const char *subject, const char *where,
                                    const char *reason);

/* The structure of the document itself, by the specification: properties that must be there,
 * IRIs, versions, references that lead somewhere. The count of faults. */
size_t xapi_profile_lint(const struct xapi_profile *p, xapi_profile_report report, void *context);

/* Does the statement say (in category) that it follows this profile? */
bool xapi_profile_claimed(const struct xapi_profile *p, const json_t *statement);

/* Another statement by its id, or NULL if it is not known; for statement references. */
typedef const json_t *(*xapi_profile_find)(void *context, const char *id);

/* The statement must have the verb, types and so on of at least one template, and keep every
 * rule of all whose it has. Returns the count of faults, each reported. find may be NULL. */
size_t xapi_profile_check(const struct xapi_profile *p, const json_t *statement,
                          xapi_profile_find find, void *find_context, xapi_profile_report report,
                          void *context);

enum xapi_profile_verdict {
    XAPI_PROFILE_FOLLOWS,    /* a primary pattern, from its beginning to its end */
    XAPI_PROFILE_UNFINISHED, /* so far; more statements may complete it */
    XAPI_PROFILE_DEVIATES
};

/* The statements of one registration in the order in which they happened. On DEVIATES *out_at
 * is the first that no primary pattern could take. A profile without primary patterns is
 * followed by everything. */
enum xapi_profile_verdict xapi_profile_match(const struct xapi_profile *p,
                                             const json_t *const *statements, size_t count,
                                             xapi_profile_find find, void *find_context,
                                             size_t *out_at);

#endif
