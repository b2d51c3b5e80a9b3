/* workday.c - when does somebody's working day begin? */
#include "workday.h"

#define DAY_MS INT64_C(86400000)

/* Milliseconds since local midnight, and the local weekday (0: Monday). */
static int64_t local(int64_t now_ms, int32_t offset_min, int *out_weekday)
{
    int64_t ms = now_ms + (int64_t)offset_min * 60000;
    int64_t days = ms / DAY_MS, rest = ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    *out_weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return rest;
}

bool workday_now(int64_t now_ms, int32_t offset_min)
{
    int weekday;
    int64_t at = local(now_ms, offset_min, &weekday);
    return weekday < 5 && at >= WORKDAY_BEGINS_MIN * INT64_C(60000) &&
           at < WORKDAY_ENDS_MIN * INT64_C(60000);
}

bool workday_just_began(int64_t now_ms, int32_t offset_min, int64_t within_ms)
{
    int weekday;
    int64_t at = local(now_ms, offset_min, &weekday) - WORKDAY_BEGINS_MIN * INT64_C(60000);
    return weekday < 5 && at >= 0 && at < within_ms;
}

int64_t workday_next_ms(int64_t now_ms, int32_t offset_min)
{
    int weekday;
    int64_t at = local(now_ms, offset_min, &weekday);
    int64_t next = now_ms - at + WORKDAY_BEGINS_MIN * INT64_C(60000);
    if (at >= WORKDAY_BEGINS_MIN * INT64_C(60000)) {
        next += DAY_MS;
        weekday = (weekday + 1) % 7;
    }
    while (weekday >= 5) { /* over the weekend */
        next += DAY_MS;
        weekday = (weekday + 1) % 7;
    }
    return next;
}
