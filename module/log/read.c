/*
 * read.c - reading records in order, following the appenders.
 *
 * A reader takes no lock. It reads below the durable end only, in the last
 * segment; in an older one below the end that its successor's header records.
 */
#include "error.h"
#include "internal.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct log_reader {
    struct log *log;
    struct log_pos at;
    struct scan scan;
    uint64_t open_segment;     /* that scan.fd is; 0: none */
    uint64_t end, end_record;  /* of that segment, once it has a successor */
    uint64_t successor;        /* 0: not known yet */
    uint64_t missing;          /* the segment that the successor follows, if it is not this one */
    uint64_t truncations;
};

int log_reader_open(struct log *log, struct log_pos from, struct log_reader **out, aw_error *err)
{
    struct log_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err, log->dir);
    r->log = log;
    r->at = from;
    r->scan.fd = -1;
    r->truncations = control_snapshot(log->control).truncations;
    *out = r;
    return AW_OK;
}

static void leave_segment(struct log_reader *r)
{
    if (r->scan.fd >= 0)
        close(r->scan.fd);
    r->scan.fd = -1;
    r->open_segment = 0;
    r->successor = 0;
    r->missing = 0;
    scan_forget(&r->scan);
}

void log_reader_close(struct log_reader *r)
{
    if (!r)
        return;
    leave_segment(r);
    scan_free(&r->scan);
    free(r);
}

static int corrupt(const struct log_reader *r, uint64_t segment, uint64_t offset, const char *what,
                   aw_error *err)
{
    char name[LOG_NAME_BYTES], path[LOG_PATH_BYTES + LOG_NAME_BYTES];
    segment_name(segment, name);
    snprintf(path, sizeof path, "%s/%s", r->log->dir, name);
    return error_set(err, AW_ECORRUPT, path, "damaged at offset %" PRIu64 ": %s", offset, what);
}

/* Goes to the start of the next segment file; its header says which record that is. */
static void enter(struct log_reader *r, uint64_t segment, uint64_t record)
{
    leave_segment(r);
    r->at.segment = segment;
    r->at.offset = SEGMENT_DATA_AT;
    r->at.record = record;
}

/* Opens the segment of r->at. A damaged or missing one is left behind and reported once. */
static int open_segment(struct log_reader *r, const struct state *s, aw_error *err)
{
    struct log *log = r->log;
    struct segment_info info;
    enum segment_state state = SEGMENT_OK;
    int fd = segment_open(log, r->at.segment, O_RDONLY);
    if (fd < 0 && errno != ENOENT)
        return segment_errno(log, r->at.segment, errno, "open", err);
    if (fd >= 0) {
        int rc = segment_read_info(fd, r->at.segment, &info, NULL, &state);
        if (rc == 0 && (state == SEGMENT_OK || state == SEGMENT_ONE_COPY)) {
            r->open_segment = r->at.segment;
            scan_start(&r->scan, fd, info.salt);
            if (r->at.offset < SEGMENT_DATA_AT)
                r->at.offset = SEGMENT_DATA_AT;
            if (r->at.offset == SEGMENT_DATA_AT)
                r->at.record = info.first_record;
            return AW_OK;
        }
        close(fd);
        if (rc != 0)
            return segment_errno(log, r->at.segment, rc, "read", err);
        if (state == SEGMENT_VERSION)
            return segment_version(log, r->at.segment, err);
    }
    uint64_t lost = r->at.segment;
    struct state now = control_snapshot(log->control);
    uint64_t next = segment_next(log, lost, now.segment);
    if (next == 0) {
        /* The last one: go behind what it held, where the next append goes on. */
        r->at = (struct log_pos){s->segment, s->durable_offset, s->durable_record};
        leave_segment(r);
    } else {
        enter(r, next, r->at.record);
    }
    if (fd < 0 && lost < now.begin_segment)
        return AW_OK; /* trimmed while we looked */
    return corrupt(r, lost, 0, fd < 0 ? "the segment's file is missing"
                                      : "both copies of the segment's header", err);
}

/* Where does the open segment, which is not the last, end? */
static int find_end(struct log_reader *r, const struct state *s, aw_error *err)
{
    if (r->successor != 0)
        return AW_OK;
    struct log *log = r->log;
    struct segment_info info = {0};
    enum segment_state state = SEGMENT_DAMAGED;
    uint64_t next = segment_next(log, r->at.segment, s->segment);
    int fd = next ? segment_open(log, next, O_RDONLY) : -1;
    if (fd < 0 && (next == 0 || errno != ENOENT))
        return segment_errno(log, s->segment, next ? errno : ENOENT, "open", err);
    if (fd >= 0) {
        int rc = segment_read_info(fd, next, &info, NULL, &state);
        close(fd);
        if (rc != 0)
            return segment_errno(log, next, rc, "read", err);
    }
    bool readable = state == SEGMENT_OK || state == SEGMENT_ONE_COPY;
    bool known = readable && info.prev_segment == r->at.segment;
    r->successor = next;
    r->missing = readable && !known ? info.prev_segment : 0;
    /* Unknown: as far as there are records; the file's own end stops the scan. */
    r->end = known ? info.prev_end : UINT64_MAX / 2;
    r->end_record = known ? info.first_record : 0;
    return AW_OK;
}

/* The reader's place against what has been trimmed and truncated meanwhile. */
static void adjust(struct log_reader *r, const struct state *s)
{
    if (r->truncations != s->truncations) {
        leave_segment(r);
        if (r->at.record > s->durable_record)
            r->at = (struct log_pos){s->segment, s->durable_offset, s->durable_record};
        r->truncations = s->truncations;
    }
    if (r->at.segment < s->begin_segment)
        enter(r, s->begin_segment, s->begin_record);
}

/* Takes what scan_next found; *again: there is nothing for the caller in it. */
static int take(struct log_reader *r, const struct scan_found *found, uint64_t limit,
                uint64_t limit_record, bool *again, aw_error *err)
{
    uint64_t from = r->at.offset;
    *again = found->kind == SCAN_FILLER;
    switch (found->kind) {
    case SCAN_RECORD:
    case SCAN_FILLER:
        r->at.offset = found->next;
        r->at.record = found->next_record;
        return AW_OK;
    case SCAN_DAMAGE:
        r->at.offset = found->next;
        r->at.record = found->next_record;
        return corrupt(r, r->at.segment, from, "a record fails its checksum", err);
    case SCAN_END:
        r->at.offset = limit;
        r->at.record = limit_record ? limit_record : r->at.record;
        *again = limit > UINT64_MAX / 4; /* it had no recorded end: nothing is known to be lost */
        return *again ? AW_OK
                      : corrupt(r, r->at.segment, from, "no record up to the end of the segment", err);
    case SCAN_NOMEM:
        return error_nomem(err, r->log->dir);
    case SCAN_ERRNO:
        break;
    }
    return segment_errno(r->log, r->at.segment, found->errno_value, "read", err);
}

static int read_next(struct log_reader *r, const void **out_bytes, size_t *out_len,
                     struct log_pos *out_next, aw_error *err)
{
    for (;;) {
        struct state s = control_snapshot(r->log->control);
        adjust(r, &s);
        if (r->at.segment > s.segment ||
            (r->at.segment == s.segment && r->at.offset >= s.durable_offset)) {
            /* What was trimmed or lost is behind us too: a wait from here must not return at once. */
            *out_next = (struct log_pos){s.segment, s.durable_offset, s.durable_record};
            return AW_EAGAIN;
        }
        int rc = AW_OK;
        if (r->open_segment != r->at.segment) {
            leave_segment(r);
            rc = open_segment(r, &s, err);
            if (rc != AW_OK)
                return rc;
            continue;
        }
        bool last = r->at.segment == s.segment;
        if (!last && (rc = find_end(r, &s, err)) != AW_OK)
            return rc;
        uint64_t limit = last ? s.durable_offset : r->end;
        if (r->at.offset >= limit) {
            uint64_t missing = r->missing;
            enter(r, r->successor, r->end_record ? r->end_record : r->at.record);
            if (missing)
                return corrupt(r, missing, 0, "the segment's file is missing", err);
            continue;
        }
        struct scan_found found = scan_next(&r->scan, r->at.offset, r->at.record, limit);
        bool again = false;
        rc = take(r, &found, limit, last ? s.durable_record : r->end_record, &again, err);
        if (rc == AW_OK && !again) {
            *out_bytes = found.body;
            *out_len = found.info.len;
            *out_next = r->at;
            return AW_OK;
        }
        if (rc != AW_OK)
            return rc;
    }
}

int log_read(struct log_reader *r, const void **out_bytes, size_t *out_len, struct log_pos *out_next,
             aw_error *err)
{
    int rc = read_next(r, out_bytes, out_len, out_next, err);
    if (rc != AW_OK && rc != AW_EAGAIN)
        *out_next = r->at;
    return rc;
}
