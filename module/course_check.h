/* course_check.h - what is wrong with a package, in words its author understands. */
#ifndef MODULE_COURSE_CHECK_H
#define MODULE_COURSE_CHECK_H

#include "link.h"

/* Reports as link_check() does; `where` is "package", "manifest", "pages" or
 * "discussion.json" and what link_check() adds to it. Returns AW_OK if it could
 * look at all of it, with *out_good false if something must be mended; else
 * why it could not (out of memory, no such file). */
int course_check(const char *path, const struct link_surroundings *around, link_report report,
                 void *context, bool *out_good, aw_error *err);

#endif
