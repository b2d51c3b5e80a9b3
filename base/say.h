/*
 * say.h - one line of logfmt to whoever opened us. Only the worker and the
 * command log; everything else returns errors. Values are quoted as needed and
 * secrets never passed.
 */
#ifndef BASE_SAY_H
#define BASE_SAY_H

#include <afterword/afterword.h>

struct say {
    void (*log)(void *user, int level, const char *line);
    void *user;
    int level; /* lines above it are dropped */
};

extern const char say_end[];
#define SAY_END say_end
/* say(s, AW_LOG_INFO, "statement delivered", "lrs", name, "count", n_text, SAY_END):
 * pairs of name and text; a NULL value skips the pair. */
void say(const struct say *s, int level, const char *message, ...);
/* The same with an error's code, where and text. */
void say_error(const struct say *s, int level, const char *message, const aw_error *err);

#endif
