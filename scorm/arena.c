/* arena.c - blocks of memory in a list; the newest has the room. */
#include "arena.h"

#include <afterword/afterword.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384u

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

struct arena *arena_new(size_t max_bytes)
{
    struct arena *a = calloc(1, sizeof *a);

    if (a)
        a->max = max_bytes;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *b = a->blocks;

    if (bytes > a->max || a->used > a->max - bytes) {
        a->error = AW_ELIMIT;
        return NULL;
    }
    size_t need = (bytes + align - 1) / align * align;
    if (!b || b->size - b->used < need) {
        size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
        b = calloc(1, sizeof *b + size);
        if (!b) {
            a->error = AW_ENOMEM;
            return NULL;
        }
        b->size = size;
        b->next = a->blocks;
        a->blocks = b;
    }
    void *at = b->bytes + b->used;
    b->used += need;
    a->used += bytes;
    return at;
}

char *arena_text(struct arena *a, const char *text, size_t len)
{
    char *copy = arena_alloc(a, len + 1);

    if (copy && len > 0)
        memcpy(copy, text, len);
    return copy;
}

void *arena_grow(struct arena *a, const void *old, size_t old_bytes, size_t new_bytes)
{
    void *bigger = arena_alloc(a, new_bytes);

    if (bigger && old_bytes > 0)
        memcpy(bigger, old, old_bytes);
    return bigger;
}
