/*
 * settle.c - shared syncs: a ticket becomes durable, or failed.
 *
 * Whoever gets lead_lock is the leader: it remembers how far records were
 * written, lets go of append_lock, syncs the segment, and settles everything up
 * to there. All others sleep on sync_seq, each for this sync or for the next, so
 * that its end wakes whom it settled and one more, who leads the next.
 *
 * Crash windows
 *   - Killed while leading: the kernel gives lead_lock to the next one as
 *     EOWNERDEAD; sleepers look every FOLLOW_NS. The dead leader may have taken
 *     the kernel's only report of a failed write with it, so the next one writes
 *     what is unsettled again before it syncs (write_again).
 *   - A failed sync: everything not yet durable is given up, and the segment ends
 *     at its last durable byte. Tickets are never given out twice, so a follower
 *     that wakes late cannot take a later record's success for its own.
 *   - All syncs of a segment happen under lead_lock: two at once on one
 *     descriptor could split "written" and "failed" between them.
 */
#include "error.h"
#include "internal.h"
#include "scan.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLLOW_NS INT64_C(20000000) /* after this a sleeper looks whether the leader lives */
#define GATHER_LEAST_NS UINT64_C(1000000)

static uint64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- leading ----------------------------------------------------------- */

/* Everything written but not durable is given up; the segment ends at its last durable byte. */
static void fail_pending(struct log *log, struct state *s, int errno_value)
{
    struct control *c = log->control;
    struct failure *slot = &c->failed[s->failures % CONTROL_FAILURES];
    __atomic_store_n(&slot->from, s->settled + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&slot->to, s->ticket, __ATOMIC_RELEASE);
    __atomic_store_n(&slot->errno_value, (uint64_t)errno_value, __ATOMIC_RELEASE);
    s->failures++;
    s->settled = s->ticket;
    s->offset = s->durable_offset;
    s->record = s->durable_record;
    s->rotate = 1;
    control_put(c, s);
    /* Now if it can be, so that a power loss does not bring the given-up records back; if it
     * cannot, the next append tries again and names the cause. */
    segment_rotate(log, s, s->segment, 0, NULL);
}

/* After a leader was killed: whatever its sync told it is lost, so write the same bytes again. */
static int write_again(struct log *log, const struct state *s)
{
    uint8_t bytes[16384];
    for (uint64_t at = s->durable_offset; at < s->offset;) {
        size_t len = s->offset - at < sizeof bytes ? (size_t)(s->offset - at) : sizeof bytes;
        ssize_t n = read_at(log->fd, bytes, len, at);
        int rc = n < 0 ? errno : (size_t)n < len ? EIO : write_at(log->fd, bytes, len, at);
        if (rc != 0)
            return rc;
        at += len;
    }
    /* They are dirty now and stay in memory until synced: are they still our records? */
    struct scan scan = {.fd = -1};
    scan_start(&scan, log->fd, s->salt);
    uint64_t at = s->durable_offset, record = s->durable_record;
    int rc = 0;
    while (rc == 0 && at < s->offset) {
        struct scan_found found = scan_next(&scan, at, record, s->offset);
        if (found.kind == SCAN_RECORD && found.info.record == record) {
            at = found.next;
            record = found.next_record;
        } else {
            rc = found.kind == SCAN_NOMEM ? ENOMEM : EIO;
        }
    }
    scan_free(&scan);
    return rc;
}

/* Where a sync takes long, wait a moment for those that the last one has just let go. */
static void gather(struct control *c, uint64_t sync_ns, uint64_t goal)
{
    if (sync_ns < GATHER_LEAST_NS)
        return;
    uint64_t until = monotonic_ns() + sync_ns / 8;
    for (uint64_t now; control_snapshot(c).ticket < goal && (now = monotonic_ns()) < until;) {
        uint32_t seen = __atomic_load_n(&c->gather_seq, __ATOMIC_SEQ_CST);
        __atomic_store_n(&c->gather_goal, goal, __ATOMIC_SEQ_CST);
        if (control_snapshot(c).ticket < goal)
            futex_wait(&c->gather_seq, seen, (int64_t)(until - now));
    }
    __atomic_store_n(&c->gather_goal, 0, __ATOMIC_SEQ_CST);
}

void settle_gathered(struct control *c, uint64_t ticket)
{
    uint64_t goal = __atomic_load_n(&c->gather_goal, __ATOMIC_SEQ_CST);
    if (goal != 0 && ticket >= goal) {
        __atomic_add_fetch(&c->gather_seq, 1, __ATOMIC_SEQ_CST);
        futex_wake_all(&c->gather_seq);
    }
}

static int sync_segment(const struct log *log)
{
    while (fdatasync(log->fd) != 0) {
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Both locks held; at the end only append_lock, if AW_OK. *out_all: everybody has to look. */
static int lead(struct log *log, bool taken_over, bool *out_all, aw_error *err)
{
    struct control *c = log->control;
    struct state s = control_get(c);
    int failed = taken_over ? write_again(log, &s) : 0;
    c->sync_number++;
    __atomic_store_n(&c->sync_to, 0, __ATOMIC_SEQ_CST);
    *out_all = true;
    if (failed == 0) {
        uint64_t count = c->last_group, goal = s.settled + count;
        control_unlock(c);
        gather(c, c->last_sync_ns, goal);
        struct state target = control_snapshot(c);
        __atomic_store_n(&c->sync_to, target.ticket, __ATOMIC_SEQ_CST);
        uint64_t start = monotonic_ns();
        failed = sync_segment(log);
        uint64_t took = monotonic_ns() - start;
        control_count_sync(c, took);
        int rc = control_lock(log, err);
        if (rc != AW_OK) {
            control_stop_leading(c);
            return rc;
        }
        s = control_get(c);
        c->last_sync_ns = took;
        /* How many there are at once: those settled now and those that came meanwhile. */
        c->last_group = s.ticket - s.settled;
        if (failed == 0) {
            s.durable_offset = target.offset;
            s.durable_record = target.record;
            s.settled = target.ticket;
            control_put(c, &s);
            *out_all = taken_over; /* the dead one's followers are of another number */
        }
    }
    if (failed != 0)
        fail_pending(log, &s, failed);
    control_stop_leading(c);
    return AW_OK;
}

/* ---- settling ---------------------------------------------------------- */

/* lock held: one step towards settling: lead, or sleep until a sync has ended. On AW_OK the lock
 * is held again, unless *quick is given and `ticket` was seen to be settled well without it. */
static int settle_step(struct log *log, uint64_t ticket, uint64_t failures, bool *quick, aw_error *err)
{
    struct control *c = log->control;
    int rc = control_try_lead(c);
    if (rc == 0 || rc == EOWNERDEAD) {
        bool all = true;
        rc = lead(log, rc == EOWNERDEAD, &all, err);
        if (rc != AW_OK)
            return rc;
        if (!quick) {
            control_wake_followers(c);
            return AW_OK;
        }
        struct state s = control_get(c);
        uint64_t number = c->sync_number;
        control_unlock(c);
        if (all)
            control_wake_followers(c);
        else
            control_wake_settled(c, number, s.ticket > s.settled);
    } else if (rc != EBUSY) {
        control_unlock(c);
        return error_set(err, AW_EINTERNAL, log->dir, "the log's shared lock is unusable (%s); stop "
                         "every process that uses it, then start again", strerror(rc));
    } else {
        /* The sync that runs cannot end before append_lock is let go. If it is not known yet how
         * far it goes, then as far as here. */
        uint32_t seen = __atomic_load_n(&c->sync_seq, __ATOMIC_SEQ_CST);
        uint64_t to = __atomic_load_n(&c->sync_to, __ATOMIC_SEQ_CST);
        uint32_t bits = sync_bit(c->sync_number + (to != 0 && ticket > to));
        control_unlock(c);
        futex_wait_bits(&c->sync_seq, seen, FOLLOW_NS, quick ? bits : UINT32_MAX);
    }
    if (quick && __atomic_load_n(&c->settled, __ATOMIC_ACQUIRE) >= ticket &&
        __atomic_load_n(&c->failures, __ATOMIC_ACQUIRE) == failures) {
        *quick = true;
        return AW_OK;
    }
    return control_lock(log, err);
}

int settle_drain(struct log *log, aw_error *err)
{
    for (;;) {
        struct state s = control_get(log->control);
        if (s.settled >= s.ticket)
            return AW_OK;
        int rc = segment_use(log, &s, err);
        if (rc != AW_OK) {
            control_unlock(log->control);
            return rc;
        }
        rc = settle_step(log, 0, 0, NULL, err);
        if (rc != AW_OK)
            return rc;
    }
}

/* lock held, ticket settled: did it go well? The oldest slot may be half overwritten by a killed
 * process and is not looked at; who is older than all that is known must not be told "well". */
static int verdict(struct log *log, const struct state *s, uint64_t ticket, uint64_t failures,
                   aw_error *err)
{
    const struct control *c = log->control;
    int errno_value = 0;
    uint64_t known = s->failures < CONTROL_FAILURES ? s->failures : CONTROL_FAILURES - 1;
    for (uint64_t i = 0; i < known; i++) {
        const struct failure *f = &c->failed[(s->failures - 1 - i) % CONTROL_FAILURES];
        if (ticket >= f->from && ticket <= f->to)
            errno_value = (int)f->errno_value;
    }
    if (errno_value == 0 && s->failures - failures > known)
        errno_value = EIO;
    if (errno_value == 0)
        return AW_OK;
    return error_errno(err, errno_value, "sync the log in", log->dir);
}

int settle_ticket(struct log *log, uint64_t ticket, uint64_t failures, aw_error *err)
{
    for (;;) {
        struct state s = control_get(log->control);
        if (s.settled >= ticket) {
            int rc = verdict(log, &s, ticket, failures, err);
            control_unlock(log->control);
            return rc;
        }
        bool quick = false;
        int rc = settle_step(log, ticket, failures, &quick, err);
        if (rc != AW_OK || quick)
            return rc;
    }
}
