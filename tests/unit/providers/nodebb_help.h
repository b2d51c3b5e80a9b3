/* nodebb_help.h - a room of NodeBB, opened, with learners in it. */
#ifndef TESTS_PROVIDERS_NODEBB_HELP_H
#define TESTS_PROVIDERS_NODEBB_HELP_H

#include "room_help.h"

static inline struct there *nodebb(const char *more)
{
    return there_new(fake_nodebb_new(7), NODEBB_CONFIG, more);
}

#endif
