/* seen.c - a small memory of what was reported. */
#include "seen.h"

#include <string.h>

#include "digest.h"

struct seen_post *seen_find(struct seen *s, int64_t id)
{
    struct seen_post *p = &s->posts[(uint64_t)id % SEEN_POSTS];
    return id > 0 && p->id == id ? p : NULL;
}

struct seen_post *seen_put(struct seen *s, int64_t id, int64_t topic)
{
    struct seen_post *p = &s->posts[(uint64_t)id % SEEN_POSTS];
    if (p->id != id)
        *p = (struct seen_post){.id = id, .topic = topic};
    return p;
}

static uint64_t event_hash(const char *id, size_t len)
{
    uint8_t hash[32] = {0};
    uint64_t h;
    digest_sha256(id, len, hash);
    memcpy(&h, hash, sizeof h);
    return h ? h : 1;
}

bool seen_event(struct seen *s, const char *id, size_t len)
{
    uint64_t h = event_hash(id, len);
    for (size_t i = 0; i < SEEN_EVENTS; i++)
        if (s->events[i] == h)
            return false;
    s->events[s->next_event++ % SEEN_EVENTS] = h;
    return true;
}

void seen_event_undo(struct seen *s, const char *id, size_t len)
{
    uint64_t h = event_hash(id, len);
    for (size_t i = 0; i < SEEN_EVENTS; i++)
        if (s->events[i] == h)
            s->events[i] = 0;
}
