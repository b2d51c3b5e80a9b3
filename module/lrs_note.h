/* lrs_note.h - how an LRS is doing, as the note that `afterword status` and the metrics read. */
#ifndef MODULE_LRS_NOTE_H
#define MODULE_LRS_NOTE_H

#include "buf.h"
#include "deliver.h"

void lrs_note(const struct xapi_lrs_report *r, struct buf *b);

#endif
