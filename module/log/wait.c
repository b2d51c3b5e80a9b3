/*
 * wait.c - sleeping until there is more to read, and waking.
 *
 * A waiter first says that it waits, then looks, then sleeps; an appender first
 * makes its record visible, then looks whether somebody waits. With full
 * barriers on both sides one of them sees the other.
 *
 * A wake that comes just before a wait must not be lost (a signal handler sets
 * a flag and wakes; the loop had looked at the flag a moment before). So each
 * thread remembers, per log, how many wakes it has seen.
 */
#include "internal.h"

#define REMEMBERED 8

struct seen_wakes {
    uint64_t log_id;
    uint32_t wakes;
};

static _Thread_local struct seen_wakes remembered[REMEMBERED];

/* The thread's note for this log, first in the list; the one longest unused makes room. */
static struct seen_wakes *note_of(const struct log *log)
{
    struct seen_wakes note = {log->id, log->wakes_at_open};
    size_t at = 0;
    while (at < REMEMBERED - 1 && remembered[at].log_id != log->id)
        at++;
    if (remembered[at].log_id == log->id)
        note = remembered[at];
    for (; at > 0; at--)
        remembered[at] = remembered[at - 1];
    remembered[0] = note;
    return &remembered[0];
}

static bool woken(struct log *log, struct seen_wakes *note)
{
    uint32_t wakes = __atomic_load_n(&log->control->wakes, __ATOMIC_SEQ_CST);
    bool news = wakes != note->wakes;
    note->wakes = wakes;
    return news;
}

void log_wait(struct log *log, struct log_pos seen, int64_t timeout_ms)
{
    struct control *c = log->control;
    struct seen_wakes *note = note_of(log);
    uint32_t seq = __atomic_load_n(&c->wake_seq, __ATOMIC_SEQ_CST);
    __atomic_exchange_n(&c->waiting, 1, __ATOMIC_SEQ_CST);
    if (woken(log, note) || log_end(log).record > seen.record || timeout_ms == 0)
        return;
    /* A signal ends the sleep as well: its handler may have set what the caller looks at. */
    futex_wait(&c->wake_seq, seq, timeout_ms < 0 ? -1 : timeout_ms * 1000000);
    woken(log, note);
}

void log_announce_append(struct control *c)
{
    /* Read by a read-modify-write: the record became visible before this looks. */
    if (__atomic_fetch_or(&c->waiting, 0, __ATOMIC_SEQ_CST) == 0)
        return;
    __atomic_store_n(&c->waiting, 0, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&c->wake_seq, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&c->wake_seq);
}

void log_wake(struct log *log)
{
    struct control *c = log->control;
    __atomic_add_fetch(&c->wakes, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&c->wake_seq, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&c->wake_seq);
}
