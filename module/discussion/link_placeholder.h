/* link_placeholder.h - finding {course}, {room}, {due} and what only looks like them. */
#ifndef DISCUSSION_LINK_PLACEHOLDER_H
#define DISCUSSION_LINK_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct placeholder {
    const char *start, *end; /* of the whole, braces included */
    const char *name;        /* not terminated */
    size_t name_len;
    int known; /* -1: none of ours */
};

/* The next {word} at or after text. */
bool placeholder_next(const char *text, struct placeholder *out);

#endif
