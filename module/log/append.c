/*
 * append.c - appending by many processes.
 *
 * Who appends, with append_lock: writes its record behind the last one (into
 * the page cache), takes a ticket, and has it settled (settle.c).
 *
 * Crash windows
 *   - Killed while writing a record: the state still says it does not exist.
 *     append_repair() zeroes what may have been touched.
 *   - Killed between storing the state and waking: sleepers time out and see it.
 *     Whoever returns AW_OK wakes the readers itself, so that no acknowledged
 *     record waits for a dead process's wake.
 */
#include "error.h"
#include "internal.h"
#include "limit.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/uio.h>
#include <unistd.h>

#define GROUP 64 /* records per system call */

/* ---- writing ----------------------------------------------------------- */

static int write_vector(int fd, struct iovec *v, int count, uint64_t offset)
{
    while (count > 0) {
        ssize_t n = pwritev(fd, v, count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        offset += (uint64_t)n;
        while (count > 0 && (size_t)n >= v->iov_len) {
            n -= (ssize_t)v->iov_len;
            v++;
            count--;
        }
        if (count > 0) {
            v->iov_base = (char *)v->iov_base + n;
            v->iov_len -= (size_t)n;
        }
    }
    return 0;
}

/* Header, body and padding of up to GROUP records in one call. */
static int write_group(int fd, struct state *s, const struct log_span *records, size_t count)
{
    static const uint8_t padding[8];
    uint8_t headers[GROUP][RECORD_HEADER_BYTES];
    struct iovec v[GROUP * 3];
    int used = 0;
    uint64_t start = s->offset;
    for (size_t i = 0; i < count; i++) {
        size_t len = records[i].len, pad = (size_t)record_body_bytes(len) - len;
        struct record_info info = {.len = (uint32_t)len,
                                   .body_crc = record_body_crc(records[i].bytes, len),
                                   .record = s->record,
                                   .synced_to = s->durable_offset};
        record_encode(&info, s->salt, s->offset, headers[i]);
        v[used++] = (struct iovec){headers[i], RECORD_HEADER_BYTES};
        if (len > 0)
            v[used++] = (struct iovec){(void *)(uintptr_t)records[i].bytes, len};
        if (pad > 0)
            v[used++] = (struct iovec){(void *)(uintptr_t)padding, pad};
        s->offset += record_bytes(len);
        s->record++;
    }
    return write_vector(fd, v, used, start);
}

/* lock held. The state changes only if all were written. */
static int write_records(struct log *log, const struct log_span *records, size_t count,
                         uint64_t total, struct state *s, aw_error *err)
{
    struct state next = *s;
    int rc = 0;
    __atomic_store_n(&log->control->written_to, s->offset + total, __ATOMIC_RELEASE);
    for (size_t done = 0; done < count && rc == 0; done += GROUP)
        rc = write_group(log->fd, &next, records + done, count - done < GROUP ? count - done : GROUP);
    if (rc != 0) {
        if (zero_at(log->fd, s->offset, s->offset + total) != 0)
            s->rotate = 1;
        control_put(log->control, s);
        return segment_errno(log, s->segment, rc, "write", err);
    }
    next.ticket++;
    control_put(log->control, &next);
    *s = next;
    return AW_OK;
}

/* ---- appending --------------------------------------------------------- */

int append_repair(struct log *log, aw_error *err)
{
    struct control *c = log->control;
    struct state s = control_get(c);
    uint64_t written_to = __atomic_load_n(&c->written_to, __ATOMIC_ACQUIRE);
    int rc = segment_use(log, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = segment_settle(log, s.segment, &s.begin_segment, &s.bytes, err);
    if (rc != AW_OK)
        return rc;
    if (!s.rotate && written_to > s.offset) {
        int failed = zero_at(log->fd, s.offset, written_to < s.size ? written_to : s.size);
        if (failed != 0)
            s.rotate = 1;
    }
    c->written_to = s.offset;
    control_put(c, &s);
    control_wake_followers(c);
    return AW_OK;
}

/* lock held, and again after AW_OK: room for `total` bytes in the segment that log->fd is. */
static int make_room(struct log *log, uint64_t total, struct state *s, aw_error *err)
{
    for (;;) {
        *s = control_get(log->control);
        if (!s->rotate && total <= s->size - s->offset)
            break;
        if (s->settled >= s->ticket) {
            int rc = segment_rotate(log, s, s->segment, total, err);
            if (rc != AW_OK)
                control_unlock(log->control);
            return rc;
        }
        /* Nobody squeezes a smaller record in: the others must come to an end. */
        s->rotate = 1;
        control_put(log->control, s);
        int rc = settle_drain(log, err);
        if (rc != AW_OK)
            return rc;
    }
    int rc = segment_use(log, s, err);
    if (rc != AW_OK)
        control_unlock(log->control);
    return rc;
}

static int check_sizes(const struct log *log, const struct log_span *records, size_t count,
                       uint64_t *out_total, aw_error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].len > log->max_record_bytes)
            return error_set(err, AW_ELIMIT, log->dir,
                             "a record of %zu bytes is over the limit of %" PRIu32, records[i].len,
                             log->max_record_bytes);
        total += record_bytes(records[i].len);
        if (total > LOG_BATCH_BYTES)
            return error_set(err, AW_ELIMIT, log->dir, "a batch is over the limit of %" PRIu64 " bytes",
                             LOG_BATCH_BYTES);
    }
    *out_total = total;
    return AW_OK;
}

int log_append_batch(struct log *log, const struct log_span *records, size_t count,
                     struct log_pos *out_end, aw_error *err)
{
    struct control *c = log->control;
    struct state s;
    uint64_t total = 0;
    int rc = check_sizes(log, records, count, &total, err);
    if (rc != AW_OK)
        return rc;
    if (count == 0) {
        if (out_end)
            *out_end = log_end(log);
        return AW_OK;
    }
    rc = control_lock(log, err);
    if (rc != AW_OK)
        return rc;
    rc = make_room(log, total, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = write_records(log, records, count, total, &s, err);
    if (rc != AW_OK) {
        control_unlock(c);
        return rc;
    }
    settle_gathered(c, s.ticket);
    rc = settle_ticket(log, s.ticket, s.failures, err);
    if (rc != AW_OK)
        return rc;
    log_announce_append(c);
    /* Behind the sync: what was acknowledged was in the directory when it was durable. */
    rc = log_still_there(log, err);
    if (rc == AW_OK && out_end)
        *out_end = (struct log_pos){s.segment, s.offset, s.record};
    return rc;
}

int log_append(struct log *log, const void *bytes, size_t len, struct log_pos *out_end, aw_error *err)
{
    struct log_span one = {bytes, len};
    return log_append_batch(log, &one, 1, out_end, err);
}
