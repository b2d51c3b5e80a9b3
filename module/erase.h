/*
 * erase.h - a person asks to be forgotten: `afterword erase LEARNER`. docs/operations.md.
 *
 * First the LRSs (their own erasure, or every statement voided), then what is
 * kept here; so a call that failed half-way can be made again. Voiding
 * statements have ids of their own, made from what they void, so that calling
 * again voids nothing twice. What remains, and until when, is reported.
 */
#ifndef MODULE_ERASE_H
#define MODULE_ERASE_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>

#include "handle.h"

struct erase_options {
    bool anyway;              /* also where statements are still waiting to be delivered */
    const volatile int *stop;
};

/*
 * *out_report, a new reference:
 *   {"learner", "actor", "lrs": [{"name", "how": "erased" or "voided", "statements"}],
 *    "local": {"rows", "dead_letters", "files"}, "remains": ["sentence", ...]}
 * AW_EBUSY: statements wait for an LRS. AW_ENET, AW_EREFUSED: an LRS did not do it; nothing here
 * was removed.
 */
int erase_learner(struct aw *self, const char *learner, const struct erase_options *options,
                  json_t **out_report, aw_error *err);

#endif
