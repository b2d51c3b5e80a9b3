/*
 * log.h - a segmented, checksummed, append-only log with cursors.
 *
 * The journal and the statement log are both one of these: a directory of
 * segment files and a small shared control file. Many processes append at once
 * and share their syncs; readers follow. docs/log-format.md is the format.
 *
 * Invariants
 *   - log_append() returns AW_OK only when the record is on the disk.
 *   - A torn tail is cut on recovery; a whole record never is.
 *   - A failed sync is never taken for a success later: the segment is sealed
 *     at its last good byte and appending goes on in a new one.
 *   - Killing a process at any moment stops no other (robust mutex).
 *   - Readers see only records that were synced.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place between records. Compare with log_pos_cmp: by record, because the end
 * of one segment and the start of the next are the same place. Zero is the beginning. */
struct log_pos {
    uint64_t segment; /* number of the segment, from 1 */
    uint64_t offset;  /* bytes into it */
    uint64_t record;  /* how many records lie before it, since the log began */
};

int log_pos_cmp(struct log_pos a, struct log_pos b); /* <0, 0, >0 */

struct log_options {
    const char *dir;           /* made if missing, setgid, files 0660 */
    uint64_t segment_bytes;    /* preallocated; 0: 16 MiB */
    uint64_t max_bytes;        /* of all segments; 0: no limit. Reached: AW_EFULL */
    uint32_t max_record_bytes; /* 0: LIMIT_RECORD_BYTES */
};

struct log;        /* an open log; one per process (and again after fork) */
struct log_reader; /* a place in it; any number */

/* Opens, recovering what a crash left. Fork-safe: a child may use it. */
int log_open(const struct log_options *options, struct log **out, aw_error *err);
void log_close(struct log *log);

struct log_span {
    const void *bytes;
    size_t len;
};

/* AW_EIO: at the log's path is another directory by now, or none. Appending asks this itself. */
int log_still_there(const struct log *log, aw_error *err);
/* Appends one record; durable when it returns AW_OK. out_end may be NULL.
 * Errors: AW_ELIMIT, AW_EFULL, AW_ENOSPC, AW_EIO, AW_EFILES, AW_ENOMEM. */
int log_append(struct log *log, const void *bytes, size_t len, struct log_pos *out_end,
               aw_error *err);
/* Appends many in order with one sync; all or (after an error) none of them counts. */
int log_append_batch(struct log *log, const struct log_span *records, size_t count,
                     struct log_pos *out_end, aw_error *err);

/* The end of what is durable. */
struct log_pos log_end(struct log *log);
/* The oldest record that is still kept. */
struct log_pos log_begin(struct log *log);

/* Cuts off everything behind `end`: for a log with a single writer (the
 * statement log) whose last batch was not committed elsewhere. */
int log_truncate(struct log *log, struct log_pos end, aw_error *err);

/* Removes whole segments before `keep_from` whose newest record is older than
 * retention_ms. */
int log_trim(struct log *log, struct log_pos keep_from, int64_t retention_ms, int64_t now_ms,
             aw_error *err);
uint64_t log_bytes(struct log *log); /* on disk, all segments */

/* Reading. from may lie before log_begin: then it starts at the beginning. */
int log_reader_open(struct log *log, struct log_pos from, struct log_reader **out, aw_error *err);
void log_reader_close(struct log_reader *r);
/* The next record, borrowed until the next call on r; *out_next lies behind it.
 * AW_EAGAIN: nothing more now, *out_next is the end. AW_ECORRUPT: err names file
 * and offset, r has moved behind the damage to *out_next, and the next call goes
 * on there. Any other error: r has not moved, *out_next is where it stands. Wait
 * with the *out_next of the last call, whatever it returned. */
int log_read(struct log_reader *r, const void **out_bytes, size_t *out_len,
             struct log_pos *out_next, aw_error *err);

/* Sleeps until something is appended behind `seen`, log_wake() is called, or
 * timeout_ms has passed (<0: for ever). Uses no CPU. */
void log_wait(struct log *log, struct log_pos seen, int64_t timeout_ms);
void log_wake(struct log *log); /* async-signal-safe; wakes every waiter, in all processes */

/* How long syncs took, of all processes since the log was made or recovered. */
#define LOG_SYNC_BUCKETS 24
struct log_sync_times {
    uint64_t count, total_ns;
    uint64_t buckets[LOG_SYNC_BUCKETS]; /* i: under 2^i microseconds, not cumulative */
    uint64_t failures;
};
void log_sync_times(struct log *log, struct log_sync_times *out);

/* Reads everything and reports each damaged place; returns AW_ECORRUPT if any. */
int log_verify(const char *dir, void (*report)(void *context, const char *file, uint64_t offset,
                                               const char *what),
               void *context, aw_error *err);

#endif
