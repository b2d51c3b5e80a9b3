/*
 * reconcile.h - does an LRS hold what we say was delivered?
 *
 * First every statement of ours is told (reconcile_expect), then the LRS's are
 * read page by page, following `more`, and compared by content; what did not
 * turn up is asked for by id, as voided too. Nothing is called missing before
 * the LRS says it is consistent through the moment the comparison began.
 * Memory: 32 bytes a statement, plus one page.
 */
#ifndef XAPI_RECONCILE_H
#define XAPI_RECONCILE_H

#include <afterword/afterword.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver.h"

struct reconcile;

enum reconcile_finding {
    RECONCILE_UNSEEN,    /* not compared yet */
    RECONCILE_SAME,
    RECONCILE_DIFFERENT, /* there, with other content */
    RECONCILE_VOIDED,    /* there, and voided */
    RECONCILE_LATE,      /* not there; the LRS is not yet consistent through now */
    RECONCILE_MISSING
};

struct reconcile_counts {
    size_t expected, same, different, voided, late, missing;
    size_t pages, others; /* others: statements of the LRS that are none of those expected */
};

int reconcile_open(struct xapi_lrs *lrs, struct reconcile **out, aw_error *err);
void reconcile_close(struct reconcile *r);

int reconcile_expect(struct reconcile *r, const uuid5 *id, const char *json, size_t len,
                     aw_error *err);

/* Compares. since_ms: statements stored at the LRS before it are not read page by page (0: all
 * are). patience_ms: how long to wait for consistency. AW_ENET, AW_EREFUSED: with the reason. */
int reconcile_run(struct reconcile *r, int64_t since_ms, int64_t patience_ms,
                  struct reconcile_counts *out, aw_error *err);

enum reconcile_finding reconcile_of(const struct reconcile *r, const uuid5 *id);

/* One page of an answer to GET statements: separate for the fuzzer. Calls `each` with every
 * statement (borrowed), puts the path that `more` names, relative to the endpoint's host, into
 * more ("" at the end). AW_EJSON, AW_ELIMIT, or what `each` returned. */
typedef int (*reconcile_each)(void *context, const json_t *statement, aw_error *err);
int reconcile_page(const char *body, size_t len, reconcile_each each, void *context, char *more,
                   size_t more_size, aw_error *err);

#endif
