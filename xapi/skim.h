/* skim.h - walks JSON text without building anything: is it JSON, and what are its members? */
#ifndef XAPI_SKIM_H
#define XAPI_SKIM_H

#include <stdbool.h>
#include <stddef.h>

/* The text between the outermost braces of one JSON object, members untouched, if it is one:
 * UTF-8, no U+0000 (escaped either), no lone surrogates, depth <= 32. Calls `member` with
 * each key of the object itself, as it stands between its quotes; false stops. NULL text: ok. */
typedef bool (*skim_member)(void *context, const char *key, size_t len);
bool skim_object(const char *text, size_t len, skim_member member, void *context,
                 const char **out_inner, size_t *out_inner_len);

#endif
