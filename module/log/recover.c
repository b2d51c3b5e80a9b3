/*
 * recover.c - finding out from the files alone what is in the log.
 *
 * Done by whoever opens the log first: after a reboot, or where the control
 * file is missing. Only the last segment is read through.
 *
 *   - Behind the last whole record of the last segment: a torn tail, cut.
 *   - A damaged place with whole records behind it: if it lies below what was
 *     known to be durable (each record says how far that was, and so does an old
 *     control file), it is damage and stays, for the reader to report. If not,
 *     power went in the middle of a group whose pages reached the disk in any
 *     order: nobody was told that it is safe, and a filler covers it.
 *   - Less data than was durable: the segment ends where it ended before, and
 *     the reader reports what is missing.
 */
#include "error.h"
#include "internal.h"
#include "scan.h"
#include "timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct hole {
    uint64_t from, to, record, next_record;
};

struct tail {
    uint64_t end, record; /* behind the last whole record */
    uint64_t synced_to;   /* the furthest that any record says was durable */
    struct hole *holes;   /* damaged places before `end` */
    size_t count, capacity;
};

static bool add_hole(struct tail *t, struct hole hole)
{
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : 8;
        struct hole *more = realloc(t->holes, capacity * sizeof *more);
        if (!more)
            return false;
        t->holes = more;
        t->capacity = capacity;
    }
    t->holes[t->count++] = hole;
    return true;
}

static int walk(struct log *log, uint64_t segment, struct scan *scan, uint64_t size,
                const struct segment_info *info, struct tail *t, aw_error *err)
{
    uint64_t at = SEGMENT_DATA_AT, record = info->first_record;
    size_t holes_before_end = 0;
    t->end = at;
    t->record = record;
    while (at < size) {
        struct scan_found found = scan_next(scan, at, record, size);
        if (found.kind == SCAN_END)
            break;
        if (found.kind == SCAN_NOMEM)
            return error_nomem(err, log->dir);
        if (found.kind == SCAN_ERRNO)
            return segment_errno(log, segment, found.errno_value, "read", err);
        if (found.kind == SCAN_DAMAGE) {
            if (!add_hole(t, (struct hole){at, found.next, record, found.next_record}))
                return error_nomem(err, log->dir);
        } else {
            t->end = found.next;
            t->record = found.next_record;
            holes_before_end = t->count;
            if (found.info.synced_to > t->synced_to)
                t->synced_to = found.info.synced_to;
        }
        at = found.next;
        record = found.next_record;
    }
    t->count = holes_before_end; /* the rest is the torn tail */
    return AW_OK;
}

/* A filler carries the number of the record behind it, less one, so that numbers go on. */
static int fill_hole(int fd, uint64_t salt, const struct hole *hole)
{
    uint8_t header[RECORD_HEADER_BYTES];
    struct record_info info = {.len = (uint32_t)(hole->to - hole->from - RECORD_HEADER_BYTES),
                               .flags = RECORD_FILLER,
                               .record = hole->next_record - 1};
    record_encode(&info, salt, hole->from, header);
    return write_at(fd, header, sizeof header, hole->from);
}

/* Cuts the torn tail and covers holes that nobody was ever told are safe. */
static int mend(struct log *log, int fd, const struct segment_info *info, uint64_t size,
                const struct tail *t, uint64_t durable, aw_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < t->count && rc == 0; i++) {
        const struct hole *hole = &t->holes[i];
        if (hole->from >= durable && hole->to - hole->from >= RECORD_HEADER_BYTES)
            rc = fill_hole(fd, info->salt, hole);
    }
    /* Cut and preallocate anew: what was behind must not look like data to a later recovery. */
    if (rc == 0 && ftruncate(fd, (off_t)t->end) != 0)
        rc = errno;
    if (rc == 0 && fallocate(fd, 0, 0, (off_t)size) != 0) {
        rc = errno;
        if (rc == EOPNOTSUPP || rc == ENOSYS)
            rc = ftruncate(fd, (off_t)size) == 0 ? 0 : errno;
    }
    if (rc == 0 && fsync(fd) != 0)
        rc = errno;
    return rc == 0 ? AW_OK : segment_errno(log, info->segment, rc, "mend", err);
}

static void take_state(const struct segment_info *info, uint64_t size, const struct tail *t,
                       struct state *s)
{
    s->segment = info->segment;
    s->size = size;
    s->salt = info->salt;
    s->offset = s->durable_offset = t->end;
    s->record = s->durable_record = t->record;
}

/* Reads the last segment through. *known false: its header is lost. */
static int recover_last(struct log *log, uint64_t segment, const struct state *hint, struct state *s,
                        bool *known, aw_error *err)
{
    struct segment_info info;
    enum segment_state state = SEGMENT_DAMAGED;
    struct scan scan = {.fd = -1};
    struct tail t = {0};
    struct stat st;
    int fd = segment_open(log, segment, O_RDWR);
    if (fd < 0)
        return segment_errno(log, segment, errno, "open", err);
    int rc = segment_read_info(fd, segment, &info, NULL, &state);
    if (rc == 0 && fstat(fd, &st) != 0)
        rc = errno;
    if (rc != 0) {
        rc = segment_errno(log, segment, rc, "read", err);
        goto out;
    }
    *known = state == SEGMENT_OK || state == SEGMENT_ONE_COPY;
    if (state == SEGMENT_VERSION)
        rc = segment_version(log, segment, err);
    if (rc != AW_OK || !*known)
        goto out;
    uint64_t size = (uint64_t)st.st_size;
    scan_start(&scan, fd, info.salt);
    rc = walk(log, segment, &scan, size, &info, &t, err);
    if (rc != AW_OK)
        goto out;
    bool same = hint && hint->segment == segment && hint->salt == info.salt;
    uint64_t durable = same && hint->durable_offset > t.synced_to ? hint->durable_offset : t.synced_to;
    if (same && hint->size > size)
        size = hint->size;
    if (t.end < durable) {
        /* Acknowledged records are missing: keep their place, and begin a new segment. */
        t.end = durable;
        if (same && hint->durable_record > t.record)
            t.record = hint->durable_record;
        s->rotate = 1;
    } else {
        rc = mend(log, fd, &info, size > t.end ? size : t.end, &t, durable, err);
    }
    take_state(&info, size, &t, s);
out:
    scan_free(&scan);
    free(t.holes);
    close(fd);
    return rc;
}

/* Of a segment whose header is lost: 0, and its records tell their numbers themselves. */
static int first_record_of(struct log *log, uint64_t segment, uint64_t *out, aw_error *err)
{
    struct segment_info info = {0};
    enum segment_state state = SEGMENT_DAMAGED;
    int fd = segment_open(log, segment, O_RDONLY);
    if (fd < 0)
        return segment_errno(log, segment, errno, "open", err);
    int rc = segment_read_info(fd, segment, &info, NULL, &state);
    close(fd);
    if (rc != 0)
        return segment_errno(log, segment, rc, "read", err);
    *out = state == SEGMENT_OK || state == SEGMENT_ONE_COPY ? info.first_record : 0;
    return AW_OK;
}

int recover_state(struct log *log, const struct state *hint, struct state *out, aw_error *err)
{
    struct state s = {0};
    uint64_t *list = NULL, newest = 0;
    size_t count = 0;
    bool known = true;
    int rc = segment_list(log, &list, &count, err);
    if (rc != AW_OK)
        return rc;
    newest = count > 0 ? list[count - 1] : 0;
    free(list);
    if (newest > 0) {
        rc = segment_settle(log, newest, &s.begin_segment, &s.bytes, err);
        if (rc == AW_OK)
            rc = recover_last(log, newest, hint, &s, &known, err);
        if (rc == AW_OK)
            rc = first_record_of(log, s.begin_segment, &s.begin_record, err);
        if (rc != AW_OK)
            return rc;
    }
    if (hint) {
        s.ticket = s.settled = hint->ticket;
        s.truncations = hint->truncations + 1;
    }
    /* No file, or its header is lost, or newer files are: go on behind all that was ever known. */
    if (newest == 0 || !known || (hint && hint->segment > newest)) {
        s.segment = hint && hint->segment > newest ? hint->segment : newest;
        s.offset = SEGMENT_DATA_AT;
        if (hint && hint->durable_record > s.record)
            s.record = hint->durable_record;
        s.rotate = 1;
    }
    if (s.rotate) {
        rc = segment_rotate(log, &s, s.segment, 0, err);
        if (rc != AW_OK)
            return rc;
        if (newest == 0) {
            s.begin_segment = s.segment;
            s.begin_record = s.record;
        }
    }
    *out = s;
    return AW_OK;
}

bool recover_plausible(struct log *log, const struct state *s)
{
    struct segment_info info;
    enum segment_state state = SEGMENT_DAMAGED;
    struct stat st;
    int fd = segment_open(log, s->segment, O_RDONLY);
    if (fd < 0)
        return errno != ENOENT; /* out of descriptors, say: no reason to recover */
    bool fine = segment_read_info(fd, s->segment, &info, NULL, &state) != 0 ||
                ((state == SEGMENT_OK || state == SEGMENT_ONE_COPY) && info.salt == s->salt);
    if (fine && fstat(fd, &st) == 0)
        fine = (uint64_t)st.st_size >= s->durable_offset;
    close(fd);
    return fine;
}
