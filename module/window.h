/* window.h - the statements that a sender has in hand, read ahead from the statement log. */
#ifndef MODULE_WINDOW_H
#define MODULE_WINDOW_H

#include "buf.h"
#include "log.h"
#include "record.h"

#define WINDOW_BYTES (8u << 20)

struct item {
    size_t offset, len; /* in the window's bytes */
    uuid5 id;
    bool with_files;
    bool document;        /* no statement: goes alone, when it is at the front */
    struct log_pos after; /* the cursor once it is settled */
};

/* Whose window it is. */
struct window_owner {
    void *context;
    bool (*wanted)(void *context, const struct record *r);
    /* Record number `record` is damaged; AW_OK: that is remembered, and it may be passed. */
    int (*damaged)(void *context, uint64_t record, const aw_error *why, aw_error *err);
};

struct window {
    struct window_owner owner;
    struct log_reader *reader;
    struct buf bytes; /* the statements, one behind the other */
    struct item *items;
    size_t count, first, room; /* items[first .. first + count) */
    struct log_pos read;       /* how far the log was taken in */
    struct {                   /* the record behind `read`, while it could not be taken in yet */
        bool there;
        int rc;
        aw_error why;
        const void *bytes; /* of the reader */
        size_t len;
        struct log_pos next;
    } ahead;
};

int window_open(struct window *w, struct log *log, struct log_pos from, size_t room,
                const struct window_owner *owner, aw_error *err);
void window_close(struct window *w);

/* Takes in up to `most` statements, none behind `end`. After an error what was taken in is whole,
 * and the next call goes on with the record that failed. */
int window_fill(struct window *w, size_t most, struct log_pos end, aw_error *err);

/* The first `count` leave it. Returns what the cursor is then. */
struct log_pos window_settled(struct window *w, size_t count);

#endif
