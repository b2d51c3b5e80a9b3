/* open.c - opening and closing a log in one process, and what is asked of it at any time. */
#include "error.h"
#include "text.h"
#include "fs.h"
#include "internal.h"
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int log_pos_cmp(struct log_pos a, struct log_pos b)
{
    return a.record < b.record ? -1 : a.record > b.record;
}

static int set_options(struct log *log, const struct log_options *o, aw_error *err)
{
    if (!o->dir || strlen(o->dir) >= sizeof log->dir)
        return error_set(err, o->dir ? AW_ELIMIT : AW_EINVAL, "dir", "the log's directory is %s",
                         o->dir ? "too long a path" : "not given");
    text_set(log->dir, sizeof log->dir, o->dir);
    log->segment_bytes = o->segment_bytes ? o->segment_bytes : LOG_SEGMENT_BYTES_DEFAULT;
    log->max_bytes = o->max_bytes;
    log->max_record_bytes = o->max_record_bytes ? o->max_record_bytes : LIMIT_RECORD_BYTES;
    /* A limit must leave room for several segments, or trimming could never help. */
    if (log->max_bytes && log->segment_bytes > log->max_bytes / 4)
        log->segment_bytes = log->max_bytes / 4;
    log->segment_bytes &= ~UINT64_C(4095);
    if (log->segment_bytes < LOG_SEGMENT_BYTES_LEAST)
        log->segment_bytes = LOG_SEGMENT_BYTES_LEAST;
    return AW_OK;
}

int log_open(const struct log_options *options, struct log **out, aw_error *err)
{
    static uint64_t handles;
    struct log *log = calloc(1, sizeof *log);
    if (!log)
        return error_nomem(err, options->dir);
    log->dir_fd = log->control_fd = log->fd = -1;
    log->id = __atomic_add_fetch(&handles, 1, __ATOMIC_RELAXED);
    int rc = set_options(log, options, err);
    if (rc == AW_OK)
        rc = fs_make_dirs(log->dir, LOG_DIR_MODE, err);
    if (rc == AW_OK)
        rc = fs_require_local(log->dir, err);
    if (rc == AW_OK) {
        log->dir_fd = open(log->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (log->dir_fd < 0)
            rc = error_errno(err, errno, "open", log->dir);
    }
    if (rc == AW_OK)
        rc = control_open(log, err);
    if (rc != AW_OK) {
        log_close(log);
        return rc;
    }
    log->wakes_at_open = __atomic_load_n(&log->control->wakes, __ATOMIC_SEQ_CST);
    *out = log;
    return AW_OK;
}

/* A process may live for months. Restoring a backup, or moving the directory away, leaves it with
 * files that nobody reads any more: what is appended to those must not be acknowledged. */
int log_still_there(const struct log *log, aw_error *err)
{
    char path[LOG_PATH_BYTES + sizeof "/" CONTROL_NAME];
    struct stat now;
    snprintf(path, sizeof path, "%s/%s", log->dir, CONTROL_NAME);
    bool ours = stat(path, &now) == 0
                    ? now.st_ino == log->control_is.st_ino && now.st_dev == log->control_is.st_dev
                    : errno != ENOENT && errno != ENOTDIR; /* not to be allowed to look proves nothing */
    if (ours)
        return AW_OK;
    return error_set(err, AW_EIO, log->dir,
                     "was replaced or removed while this process had it open; open it again "
                     "(restart the process)");
}

void log_close(struct log *log)
{
    if (!log)
        return;
    control_close(log);
    if (log->fd >= 0)
        close(log->fd);
    if (log->dir_fd >= 0)
        close(log->dir_fd);
    free(log);
}

struct log_pos log_end(struct log *log)
{
    struct state s = control_snapshot(log->control);
    return (struct log_pos){s.segment, s.durable_offset, s.durable_record};
}

struct log_pos log_begin(struct log *log)
{
    struct state s = control_snapshot(log->control);
    return (struct log_pos){s.begin_segment, SEGMENT_DATA_AT, s.begin_record};
}

uint64_t log_bytes(struct log *log)
{
    return control_snapshot(log->control).bytes;
}

void log_sync_times(struct log *log, struct log_sync_times *out)
{
    struct control *c = log->control;
    out->count = __atomic_load_n(&c->syncs, __ATOMIC_RELAXED);
    out->total_ns = __atomic_load_n(&c->sync_ns, __ATOMIC_RELAXED);
    out->failures = __atomic_load_n(&c->failures, __ATOMIC_RELAXED);
    for (size_t i = 0; i < LOG_SYNC_BUCKETS; i++)
        out->buckets[i] = __atomic_load_n(&c->sync_buckets[i], __ATOMIC_RELAXED);
}
