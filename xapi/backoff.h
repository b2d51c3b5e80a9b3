/* backoff.h - how long to wait after the n-th failure in a row: capped, with full jitter. */
#ifndef XAPI_BACKOFF_H
#define XAPI_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t first_ms, cap_ms;
    uint32_t failures; /* in a row */
    uint64_t random;   /* state of the generator; any seed but 0 */
};

/* Counts a failure and gives a wait from 1 to min(cap, first * 2^failures) ms, evenly spread:
 * senders that failed together do not come back together. */
int64_t backoff_next_ms(struct backoff *b);
void backoff_reset(struct backoff *b);

#endif
