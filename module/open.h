/* open.h - what done.c and worker.c need of open.c. */
#ifndef MODULE_OPEN_H
#define MODULE_OPEN_H

#include "interpret.h"

/* Asks for the topic with the author's prompt, once the room is there. */
int open_topic(struct interp *in, const struct state_discussion *d, int64_t now_ms, aw_error *err);
/* Asks for the member to be let in. */
int open_admit(struct interp *in, const struct state_discussion *d, const struct state_member *m,
               aw_error *err);
/* What earlier rooms of the link asked and had answered, as Markdown; NULL if nothing. For free(). */
int open_earlier(struct interp *in, const struct link *link, const struct state_discussion *d,
                 char **out_markdown, aw_error *err);

#endif
