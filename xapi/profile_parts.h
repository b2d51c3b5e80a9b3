/* profile_parts.h - what the files of the profile checker share. */
#ifndef XAPI_PROFILE_PARTS_H
#define XAPI_PROFILE_PARTS_H

#include "profile.h"

struct xapi_profile {
    json_t *document;
    const json_t *templates, *patterns, *concepts; /* arrays, or NULL; borrowed */
    json_t *by_id;                                 /* id -> template or pattern */
    json_t *in_patterns;                           /* ids that patterns refer to -> true */
};

/* Values that a path leads to; borrowed from the document. */
struct profile_values {
    const json_t **at;
    size_t count, cap;
    bool failed; /* out of memory, or the path is malformed */
};

/* The subset of JSONPath that profiles may use: $ . ['..'] [n] [*] .* and unions with |.
 * A path without "$" begins at the root all the same, as ADL's SCORM profile has it. */
void profile_path(const json_t *root, const char *path, struct profile_values *out);
bool profile_path_good(const char *path);
void profile_values_free(struct profile_values *v);

/* Verb, object type, types in the context ...: does the template speak of this statement? */
bool profile_determined(const struct xapi_profile *p, const json_t *tpl, const json_t *statement,
                        xapi_profile_find find, void *find_context);
/* Are all of its rules kept? Each that is not is reported (report may be NULL). */
size_t profile_rules(const json_t *tpl, const json_t *statement, xapi_profile_report report,
                     void *context);

/* Does any template that the patterns use speak of it? Others are outside the patterns: ADL's
 * SCORM profile has none for the course as a whole. */
bool profile_in_patterns(const struct xapi_profile *p, const json_t *statement,
                         xapi_profile_find find, void *find_context);

const char *profile_text(const json_t *object, const char *name); /* NULL: none */
const json_t *profile_by_id(const struct xapi_profile *p, const char *id);

#endif
