/* text.h - a text into a fixed array: what snprintf("%s") does, for paths where its cost counts. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <string.h>

/* NULL is ""; what does not fit is cut off (at a byte: callers check lengths where that matters). */
static inline void text_set(char *out, size_t size, const char *text)
{
    size_t len = text ? strnlen(text, size - 1) : 0;
    if (len > 0)
        memcpy(out, text, len);
    out[len] = 0;
}

#endif
