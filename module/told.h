/*
 * told.h - what was told to one LRS, again: for `afterword lrs replay` and `afterword reconcile`.
 *
 * The statement log keeps what was sent for as long as journal.retention_days
 * says; here it is walked, filtered as the LRS's own thread filters it, and
 * sent once more with the same bytes, which an LRS takes without a second copy.
 * Runs beside a worker.
 */
#ifndef MODULE_TOLD_H
#define MODULE_TOLD_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver.h"
#include "handle.h"
#include "record.h"

struct told; /* one LRS of the configuration, opened a second time */

/* name: NULL if there is only one. Errors: AW_ENOTFOUND, AW_ECONFIG. */
int told_open(struct aw *self, const char *name, const volatile int *stop, struct told **out,
              aw_error *err);
void told_close(struct told *t);
struct xapi_lrs *told_lrs(struct told *t);

enum told_until {
    TOLD_WRITTEN, /* every statement there is */
    TOLD_SETTLED  /* those behind the LRS's cursor, dead letters left out: what we say it has */
};

/* Each statement this LRS gets, oldest first, whose timestamp is not before since_ms. Stops when
 * `each` returns other than AW_OK, and returns that. */
typedef int (*told_each_fn)(void *context, const struct record *r, int64_t timestamp_ms,
                            aw_error *err);
int told_each(struct told *t, enum told_until until, int64_t since_ms, told_each_fn each,
              void *context, aw_error *err);

/* How many records lie between the LRS's cursor and the end of what is committed. */
int told_pending(struct told *t, uint64_t *out, aw_error *err);

struct told_counts {
    uint64_t sent, dead;
};

/* Sends; waits as the LRS asks. What it refuses for good is a dead letter. AW_ENET: it takes
 * nothing now (err has the reason); AW_EAGAIN: stopped. */
int told_send(struct told *t, const struct record *r, aw_error *err);
int told_flush(struct told *t, aw_error *err);
void told_counts(const struct told *t, struct told_counts *out);

#endif
