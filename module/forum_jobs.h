/* forum_jobs.h - a forum's thread, as the listener sees it. */
#ifndef MODULE_FORUM_JOBS_H
#define MODULE_FORUM_JOBS_H

#include <afterword/forum.h>

struct forum_thread;

const char *forum_name(const struct forum_thread *f);
/* Hands a webhook to the provider; an aw_forum_outcome. Thread-safe. */
int forum_webhook(struct forum_thread *f, const aw_forum_header *headers, size_t header_count,
                  const char *body, size_t body_bytes, aw_forum_reply *reply);

#endif
