/*
 * seen.h - what a provider has already reported, so that overlapping polls,
 * sweeps and webhooks stay quiet about what did not change.
 *
 * It is bounded and only in memory: after a restart things are reported once
 * more, under the same post and revision, and the core knows them. So it saves
 * work and is never needed for correctness.
 */
#ifndef PROVIDERS_SEEN_H
#define PROVIDERS_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEN_POSTS 8192
#define SEEN_EVENTS 1024

struct seen_post {
    int64_t id, topic; /* id 0: free */
    int64_t room;      /* the category, where it is needed; or 0 */
    uint32_t revision; /* the last that was reported */
    uint32_t votes;
    uint32_t round;    /* the sweep that last met it */
    uint32_t number;   /* of the post in its topic, where a forum counts so */
    bool deleted, accepted;
};

struct seen {
    struct seen_post posts[SEEN_POSTS]; /* by id, open addressing of one step: newest wins */
    uint64_t events[SEEN_EVENTS];       /* hashes of webhook ids, a ring */
    size_t next_event;
    uint32_t round;
};

/* What is known of the post, or NULL. */
struct seen_post *seen_find(struct seen *s, int64_t id);
struct seen_post *seen_put(struct seen *s, int64_t id, int64_t topic);
/* True the first time (within the last SEEN_EVENTS) that this webhook id is seen. */
bool seen_event(struct seen *s, const char *id, size_t len);
/* Forgets it again: what it told could not be recorded. */
void seen_event_undo(struct seen *s, const char *id, size_t len);

#endif
