/*
 * internal.h - an open log in one process, and what the files of this folder
 * do for each other.
 *
 * `fd` belongs to append_lock, except that the leader syncs it without: it can
 * be replaced only when everything is settled, and then nobody leads.
 * There is no lock of our own in here, so a fork at any moment leaves a child
 * a usable log.
 */
#ifndef LOG_INTERNAL_H
#define LOG_INTERNAL_H

#include "control.h"
#include "format.h"
#include "log.h"

#include <sys/stat.h>
#include <sys/types.h>

#define LOG_SEGMENT_BYTES_DEFAULT (UINT64_C(16) << 20)
#define LOG_SEGMENT_BYTES_LEAST (UINT64_C(4) << 10)
#define LOG_BATCH_BYTES (UINT64_C(256) << 20)
#define LOG_PATH_BYTES 4096
#define LOG_NAME_BYTES 32
#define LOG_FILE_MODE 0660
#define LOG_DIR_MODE 02770

struct log {
    char dir[LOG_PATH_BYTES];
    uint64_t segment_bytes, max_bytes;
    uint32_t max_record_bytes;
    int dir_fd, control_fd;
    struct stat control_is; /* which file it was when it was opened */
    struct control *control;
    int fd; /* of segment fd_segment; -1 */
    uint64_t fd_segment;
    uint64_t id; /* of this handle in this process, for log_wait */
    uint32_t wakes_at_open;
};

/* segment.c */
void segment_name(uint64_t segment, char out[LOG_NAME_BYTES]);
bool segment_number(const char *name, uint64_t *out);
/* Every segment file's number, ascending; free(*out). */
int segment_list(const struct log *log, uint64_t **out, size_t *out_count, aw_error *err);
/* -1 and errno. */
int segment_open(const struct log *log, uint64_t segment, int flags);
int segment_read_info(int fd, uint64_t segment, struct segment_info *out, uint64_t *bad_at,
                      enum segment_state *out_state);
/* AW_EVERSION: its format is not ours. */
int segment_version(const struct log *log, uint64_t segment, aw_error *err);
/* Makes a durable, empty segment file of `size` bytes; *out_fd is open for reading and writing. */
int segment_create(struct log *log, const struct segment_info *info, uint64_t size, int *out_fd,
                   aw_error *err);
int segment_remove(struct log *log, uint64_t segment, aw_error *err);
/* The lowest existing number in (after, last]; 0: none. */
uint64_t segment_next(const struct log *log, uint64_t after, uint64_t last);
/* Removes what is not part of the log (newer than `newest`, or cut off by a
 * later segment's header) and sums up what is left. */
int segment_settle(struct log *log, uint64_t newest, uint64_t *out_begin, uint64_t *out_bytes,
                   aw_error *err);
/* lock held, all settled: appending goes on in a new segment, with the highest number, that
 * follows `previous` and its end at s->offset; with room for at_least bytes of records. */
int segment_rotate(struct log *log, struct state *s, uint64_t previous, uint64_t at_least,
                   aw_error *err);
/* The same with the smallest segment, whatever the limit: what lies behind the cut gives more
 * room back than it takes. */
int segment_cut(struct log *log, struct state *s, uint64_t previous, aw_error *err);
/* log->fd becomes the current segment. lock held. */
int segment_use(struct log *log, const struct state *s, aw_error *err);
int segment_errno(const struct log *log, uint64_t segment, int errno_value, const char *action,
                  aw_error *err);
/* -1 and errno; short reads at the end of the file give what there is. */
ssize_t read_at(int fd, void *bytes, size_t len, uint64_t offset);
int write_at(int fd, const void *bytes, size_t len, uint64_t offset); /* 0 or errno */
int zero_at(int fd, uint64_t from, uint64_t to);                      /* 0 or errno */

/* settle.c */
/* lock held; not held afterwards. AW_OK: what `ticket` was given for is durable. `failures`: how
 * many syncs had failed when it was given. */
int settle_ticket(struct log *log, uint64_t ticket, uint64_t failures, aw_error *err);
/* lock held, and again after AW_OK: waits until nothing is unsettled. */
int settle_drain(struct log *log, aw_error *err);
/* `ticket` was given: perhaps a leader has waited for it. */
void settle_gathered(struct control *c, uint64_t ticket);

/* append.c */
/* lock held: after a holder was killed in the middle. */
int append_repair(struct log *log, aw_error *err);

/* wait.c */
/* Wakes the readers that wait, if any do; costs nothing otherwise. */
void log_announce_append(struct control *c);

/* recover.c */
/* Alone with the files: finds the state they say. hint may be NULL. */
int recover_state(struct log *log, const struct state *hint, struct state *out, aw_error *err);
/* Does the current segment's file look as the state says? */
bool recover_plausible(struct log *log, const struct state *s);

#endif
