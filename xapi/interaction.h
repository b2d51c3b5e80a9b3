/* interaction.h - the interaction types of xAPI (part 2, section 2.4.4.1) and their lists. */
#ifndef XAPI_INTERACTION_H
#define XAPI_INTERACTION_H

#include <stdbool.h>
#include <stddef.h>

enum {
    INTERACTION_CHOICES = 1,
    INTERACTION_SCALE = 2,
    INTERACTION_SOURCE = 4,
    INTERACTION_TARGET = 8,
    INTERACTION_STEPS = 16
};

/* False if there is no such type; *out_lists: the bits of the lists that it may have. */
bool interaction_lists(const char *type, size_t len, unsigned *out_lists);

#endif
