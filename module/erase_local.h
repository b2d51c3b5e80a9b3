/* erase_local.h - forgetting a learner in the state directory, and telling what stays. */
#ifndef MODULE_ERASE_LOCAL_H
#define MODULE_ERASE_LOCAL_H

#include <jansson.h>

#include "handle.h"

/* Removes rows, dead letters about the actor (its account or mbox as text), attached files that
 * nobody else attached. Adds "local" to the report. */
int erase_local(struct aw *self, const char *learner, const char *actor_text, json_t *report,
                aw_error *err);
/* Adds to "remains" what the logs still hold and until when, and the forums. Before erase_local. */
int erase_tell_remains(struct aw *self, const char *learner, const char *actor_text, json_t *remains,
                       aw_error *err);

#endif
