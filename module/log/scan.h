/*
 * scan.h - walking over the records of one segment file, damaged or not.
 *
 * The reader, recovery and log_verify all walk with this one function. It reads
 * only below the limit it is given, so a window never holds bytes that may
 * still change.
 */
#ifndef LOG_SCAN_H
#define LOG_SCAN_H

#include "format.h"

struct scan {
    int fd;
    uint64_t salt;
    uint8_t *window;
    size_t capacity;
    uint64_t window_at; /* offset of window[0] */
    size_t window_len;
};

enum scan_kind {
    SCAN_RECORD,
    SCAN_FILLER, /* skip it */
    SCAN_DAMAGE, /* [offset, next) is not what was written */
    SCAN_END,    /* no record behind offset */
    SCAN_ERRNO,  /* reading failed */
    SCAN_NOMEM
};

struct scan_found {
    enum scan_kind kind;
    uint64_t next;        /* where to go on */
    uint64_t next_record; /* the number there */
    struct record_info info;
    const uint8_t *body;  /* borrowed until the next call */
    int errno_value;
};

void scan_start(struct scan *s, int fd, uint64_t salt);
void scan_forget(struct scan *s); /* the file has changed */
void scan_free(struct scan *s);
/* What lies at offset, where record number `record` is expected and the data ends at limit? */
struct scan_found scan_next(struct scan *s, uint64_t offset, uint64_t record, uint64_t limit);

#endif
