/*
 * lrs_batch.h - which statements go into the next request, and its body.
 *
 * The same statements always make the same body, so that a request whose
 * outcome is unknown is repeated byte for byte.
 */
#ifndef XAPI_LRS_BATCH_H
#define XAPI_LRS_BATCH_H

#include <stddef.h>

#include "lrs.h"

struct batch {
    size_t from;  /* index of the first */
    size_t count; /* how many from there are settled with it */
    size_t spans; /* in lrs->spans; 0: it has files, and is one statement */
    size_t bytes;
};

/* How many are wanted, before bytes and ids are looked at: a pure rule over what is known
 * about the front (lrs.h). */
size_t batch_wanted(const struct xapi_lrs *lrs, size_t n);

/* Builds it from `from`: at most `wanted`, at most max_bytes unless it is one, no id twice
 * with different bytes; an identical twin is left out of the body (an LRS refuses an id that
 * comes twice) but is settled with its like. */
void batch_build(struct xapi_lrs *lrs, const struct xapi_outgoing *statements, size_t n,
                 size_t from, size_t wanted, struct batch *out);

#endif
