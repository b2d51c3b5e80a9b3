/* nodebb_tell.h - what polling and webhooks of NodeBB share: telling of a post. */
#ifndef PROVIDERS_NODEBB_TELL_H
#define PROVIDERS_NODEBB_TELL_H

#include "nodebb.h"
#include "report.h"

/* Tells what is new about the post; 0, or what emit() returned. */
int nodebb_tell_post(struct nodebb *n, const struct reporter *t, const json_t *post,
                     const json_t *topic, const char *discussion);

#endif
