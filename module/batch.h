/*
 * batch.h - one batch of the journal: interpreted, its statements durable, then committed.
 *
 * The statements are appended to the statement log and synced first (in a long batch
 * while its later events are still being interpreted: scribe.h); the commit then moves the journal's cursor and the end of the statement log together. A
 * crash before the commit leaves statements behind that end: they were never
 * sent, and are cut off at the next start. So bytes are fixed before the first send.
 */
#ifndef MODULE_BATCH_H
#define MODULE_BATCH_H

#include "interpret.h"
#include "worker.h"

struct batch {
    struct worker *w;
    struct interp *in;
    struct log_reader *reader;
    struct log_pos at;       /* the journal's cursor, as committed */
    struct log_pos seen;     /* where reading stopped */
    bool uncut;              /* the statement log goes on behind the committed end */
    bool careful;            /* a mark before each event of this batch: one of them is poison */
    struct scribe *scribe;   /* of the statement log */
};

/* Opens the interpreter and the reader where the last commit left them. */
int batch_open(struct batch *r, struct worker *w, aw_error *err);
void batch_close(struct batch *r);

/* Interprets what is there, up to a limit. AW_OK: *out_count events are durable (0: the
 * journal is at its end). Anything else: nothing changed; try again later. */
int batch_run(struct batch *r, size_t *out_count, aw_error *err);

/* What is due at now_ms, in a batch of its own. *out_next_ms: when to look again. */
int batch_tick(struct batch *r, int64_t now_ms, int64_t *out_next_ms, aw_error *err);

#endif
