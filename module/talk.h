/* talk.h - what talk_read.c, talk_write.c, judge.c and idea.c share: the place an event speaks of. */
#ifndef MODULE_TALK_H
#define MODULE_TALK_H

#include "interpret.h"
#include "note.h"

/* The cast of someone who acts on a topic (and post) that we know. */
struct talk {
    struct cast cast;
    struct state_post post; /* post "" where the event names none */
    char who[STATE_ID];     /* who acted */
};

/* The discussion that the event names: by our id, or by the forum's own reference. */
int talk_discussion(struct interp *in, const aw_event *e, struct state_discussion *out, aw_error *err);
/* The cast of somebody in it. e: may be NULL. */
int talk_cast(struct interp *in, const char *who, const struct state_discussion *d, const aw_event *e,
              struct cast *out, aw_error *err);
/* Finds topic, post, discussion; AW_ENOTFOUND with what is not known. who: the
 * learner of the event, or `by` where that is given. */
int talk_find(struct interp *in, const aw_event *e, bool want_post, struct talk *out,
              aw_error *err);
/* May this person speak here? Members and those the link names; other forums judge themselves. */
int talk_may_speak(struct interp *in, const struct cast *c, const char *who, aw_error *err);
/* The link of the cast's discussion, or NULL if it was removed. */
const struct link *talk_link(const struct cast *c);
/* Are later rooms shown what was asked and answered in this one? */
bool talk_shares(const struct talk *t);
/* How a topic or post is called among facts that are true once: forums may use the same ids. */
#define TALK_TARGET (STATE_ID + 66)
const char *talk_target(const char *provider, const char *id, char out[TALK_TARGET]);
/* What whoever asked hears of it, where the forum itself cannot tell them. */
int talk_tell_asker(struct interp *in, const struct talk *t, enum words words, const char *post,
                    aw_error *err);
/* A topic, a reply, that are in the forum by now, whoever put them there. */
int talk_topic_there(struct interp *in, const aw_event *e, aw_error *err);
int talk_reply_there(struct interp *in, const aw_event *e, aw_error *err);
/* Tells and saves. */
int talk_tell(struct interp *in, enum tell_what what, struct talk *t, const struct tell_facts *f,
              int64_t happened_ms, aw_error *err);
/* The statement that a reply refers to: the parent's, else the topic's. */
uuid5 talk_ref(struct interp *in, const struct state_topic *t, const char *parent);
/* Keeps a reply: the post's row, the topic's and the member's counts. */
int talk_keep_reply(struct interp *in, struct talk *t, const aw_event *e, const uuid5 *statement,
                    bool official, aw_error *err);

#endif
