/*
 * report.h - from a forum's post to events: posted, replied, edited, deleted, voted.
 *
 * Every event has a key made of the forum, the post and the revision (or the voter), so
 * that the same thing seen by webhook, poll and sweep is the same event. What the bot
 * wrote is never told: the core wrote it.
 */
#ifndef PROVIDERS_REPORT_H
#define PROVIDERS_REPORT_H

#include <afterword/forum.h>

#include "seen.h"

#define REPORT_TEXT_BYTES 2000 /* of an accepted answer */

struct report { /* a post as both forums have it */
    const char *discussion; /* NULL: not known */
    int64_t topic, post, parent; /* parent 0: the topic's first post */
    int64_t user;
    int64_t posted_ms, edited_ms, deleted_ms; /* edited, deleted 0: was not */
    uint32_t revision;      /* 0: never edited */
    uint32_t number;        /* in its topic; 0: this forum does not count */
    bool first;             /* the topic's first post */
    bool deleted;
    const char *title;      /* of the topic, for its first post */
    const char *type;       /* "question", "idea", "discussion" */
    const char *language;
};

struct reporter {
    const char *provider;
    struct seen *seen;
    aw_forum_emit emit;
    void *context;
    int64_t now_ms;
};

/* 0, or what emit returned: then nothing is remembered and it is told again. */
int report_post(const struct reporter *t, const struct report *p);
int report_vote(const struct reporter *t, const struct report *p, int64_t user);
/* text: what the answer says, plain; the core decides whether it is kept. */
int report_answer(const struct reporter *t, const struct report *p, bool accepted, const char *text);
int report_deleted(const struct reporter *t, const struct seen_post *p);

/* What a topic is, by its tags (JSON array of texts or {value}) or its title. */
struct json_t;
const char *report_type(const struct json_t *tags, const char *title);

#endif
