/*
 * arena.h - memory that is freed as one piece. Everything a course consists of lives in one.
 *
 * An allocation that cannot be had, or is over the maximum, returns NULL and is
 * remembered in `error`, so that a reader checks once at its end.
 */
#ifndef SCORM_ARENA_H
#define SCORM_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used, max; /* bytes handed out, and how many may be */
    int error;        /* AW_OK, AW_ENOMEM or AW_ELIMIT */
};

struct arena *arena_new(size_t max_bytes); /* NULL: out of memory */
void arena_free(struct arena *a);          /* NULL accepted */
void *arena_alloc(struct arena *a, size_t bytes); /* zeroed, aligned for anything */
char *arena_text(struct arena *a, const char *text, size_t len);
/* A bigger copy of an array; the old one stays where it is until the end. */
void *arena_grow(struct arena *a, const void *old, size_t old_bytes, size_t new_bytes);

#endif
