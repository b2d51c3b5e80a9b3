/* tick.c - what is due at a time, not at an event: reminders and hand-overs. */
#include "interpret.h"

int interp_tick(struct interp *in, int64_t now_ms, int64_t *out_next_ms, aw_error *err)
{
    (void)in;
    (void)now_ms;
    (void)err;
    *out_next_ms = INT64_MAX;
    return AW_OK;
}
