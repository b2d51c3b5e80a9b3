/*
 * attempt_session.c - which session of an attempt a commit belongs to. Pure.
 *
 * commitSequence counts within a session and starts again in the next, so a
 * low number is either late or of a new session. What decides is whether that
 * number was seen: a session never uses one twice. Number seen with the same
 * bytes: a duplicate. Seen with other bytes: a new session. Not seen (a gap):
 * late. Without numbers only equal bytes, cmi.entry and the end of the session speak.
 */
#include "attempt_state.h"

#include <string.h>

#include "cmi_value.h"

/* A commit that overtook the last one of its session arrives within this time. */
#define LATE_MS 10000

static bool window_has(const struct attempt_state *s, uint32_t crc)
{
    for (size_t i = 0; i < ATTEMPT_WINDOW; i++)
        if (s->window[i] == crc)
            return true;
    return false;
}

/* The window keeps 0 for "not seen". */
static uint32_t mark_of(uint32_t crc)
{
    return crc ? crc : 1;
}

static int64_t session_time(const struct scorm_commit *c)
{
    const struct scorm_value *v = scorm_commit_get(c, CMI_SESSION_TIME, 0, 0);
    int64_t ms;
    return v && cmi_duration_ms(v->text, v->len, &ms) ? ms : 0;
}

static bool says_resume(const struct scorm_commit *c)
{
    return scorm_value_is(scorm_commit_get(c, CMI_ENTRY, 0, 0), "resume");
}

static enum attempt_place place_by_sequence(const struct attempt_state *s, const struct scorm_commit *c)
{
    bool resumes = says_resume(c) && !s->resumed_entry;
    if (c->sequence > s->sequence)
        return s->end == SESSION_ENDED || resumes ? PLACE_NEW_SESSION : PLACE_SAME;
    if (s->sequence - c->sequence >= ATTEMPT_WINDOW)
        return s->end != SESSION_OPEN || resumes || c->sequence <= 2 ? PLACE_NEW_SESSION : PLACE_STALE;
    uint32_t seen = s->window[c->sequence % ATTEMPT_WINDOW];
    if (seen == mark_of(c->crc))
        return PLACE_DUPLICATE;
    return seen || resumes ? PLACE_NEW_SESSION : PLACE_STALE;
}

static enum attempt_place place_without(const struct attempt_state *s, const struct scorm_commit *c,
                                        int64_t time_ms)
{
    if (window_has(s, mark_of(c->crc)))
        return PLACE_DUPLICATE;
    if (says_resume(c) && !s->resumed_entry)
        return PLACE_NEW_SESSION;
    if (s->end == SESSION_OPEN)
        return PLACE_SAME;
    if (s->end == SESSION_LIKELY_ENDED) /* the guess was wrong if its time goes on */
        return session_time(c) >= s->session_ms ? PLACE_SAME : PLACE_NEW_SESSION;
    /* Sent by fetch before the last one, which went by beacon. */
    if (c->terminated == SCORM_TERMINATED_NO && session_time(c) > 0 &&
        session_time(c) <= s->session_ms && time_ms - s->time_ms < LATE_MS)
        return PLACE_STALE;
    return PLACE_NEW_SESSION;
}

enum attempt_place attempt_place_of(const struct attempt_state *s, const struct scorm_commit *c,
                                    int64_t time_ms)
{
    if (s->session == 0)
        return PLACE_NEW_SESSION;
    if (c->has_sequence && s->has_sequence)
        return place_by_sequence(s, c);
    return place_without(s, c, time_ms);
}

void attempt_note(struct attempt_state *s, const struct scorm_commit *c)
{
    if (c->has_sequence) {
        /* Numbers that were skipped have not been seen. */
        for (int64_t i = s->sequence + 1; s->has_sequence && i < c->sequence &&
                                          i <= s->sequence + ATTEMPT_WINDOW; i++)
            s->window[i % ATTEMPT_WINDOW] = 0;
        s->window[c->sequence % ATTEMPT_WINDOW] = mark_of(c->crc);
        s->has_sequence = true;
        s->sequence = c->sequence;
    } else {
        s->window[s->commits % ATTEMPT_WINDOW] = mark_of(c->crc);
    }
    s->commits++;
}
