/* metrics.h - how it goes, as Prometheus text. docs/operations.md lists the metrics. */
#ifndef MODULE_METRICS_H
#define MODULE_METRICS_H

#include "buf.h"
#include "handle.h"

/* Appends the exposition (text format 0.0.4). Any process may ask. */
int metrics_write(struct aw *self, struct buf *out, aw_error *err);

#endif
