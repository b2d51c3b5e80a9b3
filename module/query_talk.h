/* query_talk.h - what the views of discussions share. */
#ifndef MODULE_QUERY_TALK_H
#define MODULE_QUERY_TALK_H

#include "query.h"

struct reading {
    const struct query *q;
    const char *learner;      /* "" : nobody in particular */
    char anonymous[48];       /* the name under which the learner asks anonymously here */
    const struct state_topic *topic;
    const char *opening;      /* the topic of the author's prompt */
    uint32_t answer_within_hours; /* 0: not regulated */
    int rc;
    aw_error *err;
};

/* The rooms are looked up after the members were read: one statement of a kind at a time. */
struct memberships {
    struct state_member *in;
    size_t count, room;
    bool failed;
};

/* Where the learner is, or was, a member; free(out->in), also after an error. */
int query_memberships(const struct query *q, const char *learner, struct memberships *out,
                      aw_error *err);

/* The members of a topic without its posts, inside an object; and where it is. */
void query_topic_head(struct reading *r, const struct state_topic *t);
void query_topic_place(const struct query *q, const struct state_topic *t,
                       const struct state_discussion *d);

#endif
