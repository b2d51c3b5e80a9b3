/*
 * control.h - what the processes of one log share: DIR/control, mapped.
 *
 * Invariants
 *   - `append_lock` guards the state; `lead_lock` is held by the one process
 *     that syncs. Both are robust: the kernel tells the next one when a holder
 *     was killed. Order: lead_lock is only ever tried, never waited for, with
 *     append_lock held.
 *   - The state is kept twice. A change is written to the idle copy and becomes
 *     the state by one store to `active`; a process killed in between changed
 *     nothing. Readers take no lock: they copy and check that `active` stood still.
 *   - A fact in the state about the disk (durable_offset and what lies before
 *     it) was true on the disk before it was stored; so an old control file
 *     found after a reboot is a lower bound, never a promise too much.
 *   - Every process that has the log open holds a shared flock on the file;
 *     only who finds nobody else may make it anew.
 *   - Locks of before a reboot are worthless: the boot id is part of the file.
 */
#ifndef LOG_CONTROL_H
#define LOG_CONTROL_H

#include <afterword/afterword.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define CONTROL_NAME "control"
#define CONTROL_VERSION 1u
#define CONTROL_FAILURES 8u
#define CONTROL_SYNC_BUCKETS 24u /* bucket i: syncs under 2^i microseconds */

/* Only uint64_t members: it is copied word by word. */
struct state {
    uint64_t segment;        /* the one that is appended to */
    uint64_t size;           /* its capacity */
    uint64_t salt;           /* its salt */
    uint64_t offset;         /* where the next record goes */
    uint64_t record;         /* its number */
    uint64_t ticket;         /* counts appends; never taken back, unlike record */
    uint64_t durable_offset; /* synced up to here */
    uint64_t durable_record;
    uint64_t settled;        /* tickets up to this are durable, or have failed */
    uint64_t failures;       /* how many syncs have failed; the last ones are in `failed` */
    uint64_t rotate;         /* 1: nothing more into this segment */
    uint64_t begin_segment;  /* the oldest one kept */
    uint64_t begin_record;
    uint64_t bytes;          /* of all segment files */
    uint64_t truncations;
    uint64_t crc;            /* over the above; checked only when the file is old */
};

struct failure {
    uint64_t from, to; /* tickets */
    uint64_t errno_value;
};

struct control {
    char magic[8];
    uint32_t version;
    uint32_t layout_bytes; /* sizeof this, which depends on the C library */
    char boot_id[40];
    uint64_t inode; /* of the control file itself: a copied file is not shared memory */
    uint32_t ready;
    uint32_t repair; /* a holder of append_lock was killed and nobody has cleaned up yet */
    uint64_t written_to; /* bytes of the segment up to this may have been touched */

    _Alignas(64) pthread_mutex_t append_lock;
    pthread_mutex_t lead_lock;

    _Alignas(64) uint64_t active; /* copies[active & 1] is the state */
    struct state copies[2];
    struct failure failed[CONTROL_FAILURES];

    /* What followers look at without a lock. */
    _Alignas(64) uint64_t settled;
    uint64_t failures;
    uint32_t sync_seq; /* futex: a sync has ended */
    uint32_t gather_seq; /* futex: all who were expected have appended */
    uint64_t gather_goal; /* a ticket; 0: nobody gathers */
    uint64_t last_sync_ns; /* append_lock; only advice */
    uint64_t last_group;   /* append_lock; how many tickets there were at once */
    uint64_t sync_number;  /* append_lock; of the sync that runs or ran last */
    uint64_t sync_to;      /* the ticket up to which the running one settles; 0: not known yet */

    /* Readers. */
    _Alignas(64) uint32_t wake_seq; /* futex */
    uint32_t waiting; /* somebody may sleep on wake_seq */
    uint32_t wakes;   /* how often log_wake was called */

    _Alignas(64) uint64_t syncs;
    uint64_t sync_ns;
    uint64_t sync_buckets[CONTROL_SYNC_BUCKETS];
};

/* Who waits for a sync, as bits of sync_seq's futex: for the one that runs, or the next. */
static inline uint32_t sync_bit(uint64_t sync_number)
{
    return UINT32_C(1) << (sync_number & 1);
}

struct log;

/* Maps DIR/control, making it (and recovering the log) where nobody else has it open. */
int control_open(struct log *log, aw_error *err);
void control_close(struct log *log);

/* append_lock; cleans up after a killed holder. On an error it is not held. */
int control_lock(struct log *log, aw_error *err);
void control_unlock(struct control *c);
/* lead_lock: 0, EBUSY, or EOWNERDEAD (taken, and the holder was killed in its sync). */
int control_try_lead(struct control *c);
void control_stop_leading(struct control *c);

struct state control_get(const struct control *c);            /* lock held */
void control_put(struct control *c, const struct state *s);   /* lock held */
struct state control_snapshot(const struct control *c);       /* no lock */
/* The state in a control file of unknown age, if its checksum holds. */
bool control_hint(const struct control *c, struct state *out);

/* Makes all look whose ticket may be settled. */
void control_wake_followers(struct control *c);
/* Only those who wait for this sync and, if there are others, one of them: it leads the next. */
void control_wake_settled(struct control *c, uint64_t sync_number, bool others);
void control_count_sync(struct control *c, uint64_t ns);

/* timeout_ns < 0: for ever. False on a timeout. */
bool futex_wait(const uint32_t *word, uint32_t seen, int64_t timeout_ns);
/* Woken only by a wake whose bits have one of these. */
void futex_wait_bits(const uint32_t *word, uint32_t seen, int64_t timeout_ns, uint32_t bits);
void futex_wake_all(uint32_t *word);

#endif
