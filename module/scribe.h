/*
 * scribe.h - writes statements into their log while the next are being made.
 *
 * A batch of one event is written by its caller. With a backlog waiting, each pile that is full
 * goes to a thread, which checks, writes and syncs it; meanwhile the interpreter fills the other
 * pile. Nothing of it counts before scribe_finish() has said that all of it is on the disk and
 * the transaction that names the new end is committed (batch.h).
 */
#ifndef MODULE_SCRIBE_H
#define MODULE_SCRIBE_H

#include <afterword/afterword.h>

#include "buf.h"
#include "log.h"

/* One event may give a great many statements (a commit of 4 MiB, all of it interactions). */
#define PILE_STATEMENTS 32768
#define PILE_BYTES (96u << 20)

/* Records of the statement log, one behind the other. */
struct pile {
    struct buf bytes;
    size_t count;
    size_t ends[PILE_STATEMENTS];
};

struct scribe;

/* The log is borrowed. No thread is started yet. */
int scribe_open(struct log *statements, struct scribe **out, aw_error *err);
void scribe_close(struct scribe *s); /* NULL accepted */

/* The pile to write into: empty, until it is handed over or the batch begins anew. */
struct pile *scribe_pile(struct scribe *s);
/* Gives the pile to the thread, when it has done the one before, and the next to the caller
 * (scribe_pile()). An error is of the pile before: this one stays as it is. */
int scribe_hand(struct scribe *s, aw_error *err);
/* Writes what is left and waits until all piles of this batch are on the disk. *out_end: where they end;
 * untouched if there was none. */
int scribe_finish(struct scribe *s, struct log_pos *out_end, aw_error *err);
/* Waits for the thread and empties both piles: what it wrote since is to be cut off by the caller. */
void scribe_begin(struct scribe *s);

#endif
