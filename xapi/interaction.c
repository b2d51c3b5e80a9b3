/* interaction.c - which lists of components an interaction type may have: one table. */
#include "interaction.h"

#include <string.h>

static const struct {
    const char *type;
    unsigned lists;
} table[] = {
    {"choice", INTERACTION_CHOICES},
    {"sequencing", INTERACTION_CHOICES},
    {"likert", INTERACTION_SCALE},
    {"matching", INTERACTION_SOURCE | INTERACTION_TARGET},
    {"performance", INTERACTION_STEPS},
    {"true-false", 0},
    {"fill-in", 0},
    {"long-fill-in", 0},
    {"numeric", 0},
    {"other", 0},
};

bool interaction_lists(const char *type, size_t len, unsigned *out_lists)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strlen(table[i].type) == len && memcmp(table[i].type, type, len) == 0) {
            *out_lists = table[i].lists;
            return true;
        }
    }
    return false;
}
