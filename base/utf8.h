/* utf8.h - is this text UTF-8 (RFC 3629: no surrogates, nothing overlong)? */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True if all of it is valid and holds no U+0000; else *bad_at is the offset. */
bool utf8_valid(const char *text, size_t len, size_t *bad_at);
/* The longest prefix of at most max bytes that does not end inside a sequence. */
size_t utf8_cut(const char *text, size_t len, size_t max);
/* Code points in valid text. */
size_t utf8_length(const char *text, size_t len);

#endif
