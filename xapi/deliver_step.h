/*
 * deliver_step.h - one call of xapi_deliver on its way: deliver.c sends, react.c draws the
 * consequences.
 */
#ifndef XAPI_DELIVER_STEP_H
#define XAPI_DELIVER_STEP_H

#include "lrs_batch.h"

struct step {
    struct xapi_lrs *lrs;
    const struct xapi_outgoing *statements;
    size_t n;
    int64_t now_ms;
    xapi_dead_fn dead;
    void *context;
    struct batch batch;
    struct retry_verdict verdict;
    char text[1024]; /* what the LRS, or the network, said */
    int64_t wait_ms; /* on top of the rate */
    size_t settled;
};

/* What follows from step->verdict. AW_OK, or what `dead` returned. */
int step_react(struct step *s);
/* Stores the front statement as a dead letter and settles it. */
int step_bury(struct step *s, const char *code, const char *text);
/* Nothing is known of what is at the front. */
void step_forget_front(struct xapi_lrs *lrs);

/* How many others are looked at before a lone refusal is believed, of n waiting. */
static inline size_t step_looks(size_t n)
{
    return n - 1 < LRS_MAX_LOOKS ? n - 1 : LRS_MAX_LOOKS;
}

#endif
