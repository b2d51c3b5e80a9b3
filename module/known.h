/*
 * known.h - the courses that are registered, as the hook sees them.
 *
 * <state_dir>/courses.txt lists one id a line. It is rewritten atomically when a
 * link or course changes, and read again by a hook when it is another file than
 * before; that costs the hook one stat() and no database.
 */
#ifndef MODULE_KNOWN_H
#define MODULE_KNOWN_H

#include <afterword/afterword.h>
#include <stdbool.h>

struct known;
struct state;

int known_open(const char *state_dir, struct known **out, aw_error *err);
void known_close(struct known *k);
/* Thread-safe. AW_ENOTFOUND with what to do about it. */
int known_check(struct known *k, const char *course, aw_error *err);
/* Writes courses.txt from the store. */
int known_write(const char *state_dir, struct state *s, aw_error *err);

#endif
