/*
 * erase_later.h - a person whom the LMS deleted: queued by the interpreter, erased by a thread of
 * the worker once everything that was to be said of them has been delivered.
 */
#ifndef MODULE_ERASE_LATER_H
#define MODULE_ERASE_LATER_H

#include "worker.h"

#define ERASE_SINK "(erase)" /* of its jobs and its note; no forum may be called so */

struct eraser;

int eraser_start(struct worker *w, struct eraser **out, aw_error *err);
void eraser_stop(struct eraser *e); /* after w->ending is set; joins and frees; NULL accepted */
bool eraser_idle(struct eraser *e); /* nothing to do now: all is erased, or it waits for its turn */

#endif
