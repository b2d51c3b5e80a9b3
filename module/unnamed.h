/*
 * unnamed.h - posts without a name: who may write them, and how they get into a forum.
 *
 * The hook has replaced the learner by a name made with the site's key (identity.h).
 * Nothing kept leads back; the worker only ever computes the names of a room's
 * members and compares, and forgets them.
 */
#ifndef MODULE_UNNAMED_H
#define MODULE_UNNAMED_H

#include "interpret.h"

/* Is this such a name? */
bool unnamed(const char *who);

/* The member of the discussion behind the name, or somebody its link names (then state is
 * MEMBER_IN). AW_ENOTFOUND: nobody here. For deciding only: the answer is never written down. */
int unnamed_member(struct interp *in, const struct state_discussion *d, const char *who,
                   struct state_member *out, aw_error *err);

/* "Member 3FA2": what others call who gives no name; the same throughout the discussion. */
void unnamed_label(const char *who, char out[5]);

/* Forums outside show who posts, so the bot posts there: asks for it, and keeps and tells
 * the post when the forum says under which id it has it. */
bool unnamed_by_bot(const char *provider);
int unnamed_ask(struct interp *in, const struct cast *c, const aw_event *e, const char *who,
                aw_error *err);
int unnamed_posted(struct interp *in, const struct state_job *job, const struct state_discussion *d,
                   const aw_forum_reply *reply, int64_t now_ms, aw_error *err);

#endif
