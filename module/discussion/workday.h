/* workday.h - when does somebody's working day begin? Pure arithmetic over UTC offsets. */
#ifndef DISCUSSION_WORKDAY_H
#define DISCUSSION_WORKDAY_H

#include <stdbool.h>
#include <stdint.h>

#define WORKDAY_BEGINS_MIN (8 * 60) /* 08:00 by the learner's clock */
#define WORKDAY_ENDS_MIN (18 * 60)

/* Monday to Friday, 08:00 to 18:00 where the learner is. */
bool workday_now(int64_t now_ms, int32_t utc_offset_min);
/* Has the working day begun within the last `within_ms`? */
bool workday_just_began(int64_t now_ms, int32_t utc_offset_min, int64_t within_ms);
/* The next time a working day begins there, after now. */
int64_t workday_next_ms(int64_t now_ms, int32_t utc_offset_min);

#endif
