/* discourse_tell.h - a post of Discourse as events; shared by polls and webhooks. */
#ifndef PROVIDERS_DISCOURSE_TELL_H
#define PROVIDERS_DISCOURSE_TELL_H

#include <stdint.h>

struct discourse;

/* The discussion of a category, looked up once; NULL: none of ours. */
const char *discourse_discussion(struct discourse *d, int64_t category);

#endif
