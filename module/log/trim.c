/*
 * trim.c - giving space back: whole old segments, and what lies behind a given end.
 *
 * Truncating does not touch the bytes: a new segment is made whose header says
 * that the log before it ends there. That header is durable or it is not, and so
 * is the truncation.
 */
#include "error.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* lock held, all settled: the log ends at `end`. */
static int cut(struct log *log, struct log_pos end, aw_error *err)
{
    struct state s = control_get(log->control);
    if (end.record == s.durable_record)
        return AW_OK;
    if (end.record > s.durable_record || end.segment > s.segment)
        return error_set(err, AW_EINVAL, log->dir,
                         "cannot cut the log at record %" PRIu64 ", it has only %" PRIu64, end.record,
                         s.durable_record);
    if (end.record < s.begin_record || end.segment < s.begin_segment)
        return error_set(err, AW_EINVAL, log->dir,
                         "cannot cut the log at record %" PRIu64 ", it was trimmed up to %" PRIu64,
                         end.record, s.begin_record);
    s.offset = end.offset;
    s.record = end.record;
    s.truncations++;
    int rc = segment_cut(log, &s, end.segment, err);
    if (rc != AW_OK)
        return rc;
    /* It is cut now. Until the files behind the cut are gone, nobody may append: a reader would
     * take them for the log. If that fails here, whoever takes the lock next tries again. */
    rc = segment_settle(log, s.segment, &s.begin_segment, &s.bytes, err);
    if (rc == AW_OK)
        control_put(log->control, &s);
    else
        log->control->repair = 1;
    return rc;
}

int log_truncate(struct log *log, struct log_pos end, aw_error *err)
{
    int rc = control_lock(log, err);
    if (rc != AW_OK)
        return rc;
    rc = settle_drain(log, err);
    if (rc != AW_OK)
        return rc;
    if (end.segment == 0)
        end = log_begin(log);
    rc = cut(log, end, err);
    control_unlock(log->control);
    return rc;
}

/* May the oldest segment go? *next is the one behind it, as its header says. */
static bool is_old(struct log *log, const struct state *s, struct log_pos keep_from,
                   int64_t retention_ms, int64_t now_ms, struct segment_info *next)
{
    if (s->begin_segment >= s->segment)
        return false;
    uint64_t number = segment_next(log, s->begin_segment, s->segment);
    enum segment_state state = SEGMENT_DAMAGED;
    int fd = number ? segment_open(log, number, O_RDONLY) : -1;
    if (fd < 0)
        return false;
    bool known = segment_read_info(fd, number, next, NULL, &state) == 0 &&
                 (state == SEGMENT_OK || state == SEGMENT_ONE_COPY);
    close(fd);
    /* The next was made when the last record of this one was already there. */
    return known && next->first_record <= keep_from.record &&
           (retention_ms <= 0 || next->created_ms <= now_ms - retention_ms);
}

/* lock held: removes the oldest segment if it may go. The file goes before the state says so:
 * killed in between, the next trim finds nothing to remove and goes on. */
static int trim_one(struct log *log, struct log_pos keep_from, int64_t retention_ms, int64_t now_ms,
                    bool *done, aw_error *err)
{
    struct state s = control_get(log->control);
    struct segment_info next = {0};
    struct stat st = {0};
    *done = !is_old(log, &s, keep_from, retention_ms, now_ms, &next);
    if (*done)
        return AW_OK;
    char name[LOG_NAME_BYTES];
    segment_name(s.begin_segment, name);
    bool there = fstatat(log->dir_fd, name, &st, 0) == 0;
    int rc = segment_remove(log, s.begin_segment, err);
    if (rc != AW_OK)
        return rc;
    if (there)
        s.bytes -= (uint64_t)st.st_size < s.bytes ? (uint64_t)st.st_size : s.bytes;
    s.begin_segment = next.segment;
    s.begin_record = next.first_record;
    control_put(log->control, &s);
    return AW_OK;
}

int log_trim(struct log *log, struct log_pos keep_from, int64_t retention_ms, int64_t now_ms,
             aw_error *err)
{
    for (bool done = false; !done;) {
        /* One at a time: removing a file may take its time, and others want to append. */
        int rc = control_lock(log, err);
        if (rc != AW_OK)
            return rc;
        rc = trim_one(log, keep_from, retention_ms, now_ms, &done, err);
        control_unlock(log->control);
        if (rc != AW_OK)
            return rc;
    }
    return AW_OK;
}
