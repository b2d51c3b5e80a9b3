/* backoff.c - capped exponential backoff with full jitter. */
#include "backoff.h"

static uint64_t next_random(struct backoff *b)
{
    uint64_t x = b->random ? b->random : 0x9E3779B97F4A7C15u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return b->random = x;
}

int64_t backoff_next_ms(struct backoff *b)
{
    uint32_t doublings = b->failures < 30 ? b->failures : 30;
    int64_t most = b->first_ms << doublings;
    if (most > b->cap_ms)
        most = b->cap_ms;
    if (b->failures < UINT32_MAX)
        b->failures++;
    return most <= 1 ? 1 : 1 + (int64_t)(next_random(b) % (uint64_t)most);
}

void backoff_reset(struct backoff *b)
{
    b->failures = 0;
}
