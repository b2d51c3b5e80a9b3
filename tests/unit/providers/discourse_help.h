/* discourse_help.h - a room of Discourse, opened, with learners in it. */
#ifndef TESTS_PROVIDERS_DISCOURSE_HELP_H
#define TESTS_PROVIDERS_DISCOURSE_HELP_H

#include "room_help.h"

#define CONNECT ",\"connect_secret_env\":\"FAKE_CONNECT\""

static inline struct there *discourse(const char *more)
{
    struct there *t = there_new(fake_discourse_new(7), DISCOURSE_CONFIG, more);
    t->f->rate_limit = 0;
    return t;
}

static inline const char *username(struct there *t, const char *id)
{
    return fake_text(fake_find_i64(fake_list(t->f, "users"), "id", atoll(id)), "username");
}

#endif
