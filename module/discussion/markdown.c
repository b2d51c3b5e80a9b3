/*
 * markdown.c - cmark with an allocator that can fail.
 *
 * cmark's allocator has no argument for a context, so the list that is being worked on is the
 * thread's. Only cmark's frames lie between setjmp and longjmp, and it keeps nothing but memory.
 */
#include "markdown.h"

#include <setjmp.h>
#include <stdlib.h>

/* In front of what cmark gets. */
struct block {
    _Alignas(max_align_t) struct block *prev;
    struct block *next;
};

struct parse {
    struct block all; /* a ring */
    jmp_buf no_memory;
};

static _Thread_local struct parse *now;

static void *keep(struct block *b)
{
    if (!b)
        longjmp(now->no_memory, 1);
    b->prev = &now->all;
    b->next = now->all.next;
    b->next->prev = b->prev->next = b;
    return b + 1;
}

static struct block *part_from_ring(void *data)
{
    struct block *b = (struct block *)data;
    b--;

    b->prev->next = b->next;
    b->next->prev = b->prev;
    return b;
}

static void *mem_calloc(size_t count, size_t size)
{
    size_t bytes = 0;

    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct block), &bytes))
        longjmp(now->no_memory, 1);
    return keep(calloc(1, bytes));
}

static void *mem_realloc(void *old, size_t size)
{
    size_t bytes = 0;

    if (__builtin_add_overflow(size, sizeof(struct block), &bytes))
        longjmp(now->no_memory, 1);
    if (!old)
        return keep(malloc(bytes));
    struct block *was = part_from_ring(old), *grown = realloc(was, bytes);
    if (!grown)
        keep(was); /* still there, and to be freed with the others */
    return keep(grown);
}

static void mem_free(void *data)
{
    if (data)
        free(part_from_ring(data));
}

bool markdown_parse(const char *markdown, size_t len, int options, markdown_work work, void *context)
{
    cmark_mem mem = {mem_calloc, mem_realloc, mem_free};
    struct parse parse;
    volatile bool ok = false;

    parse.all.prev = parse.all.next = &parse.all;
    now = &parse;
    if (setjmp(parse.no_memory) == 0) {
        cmark_parser *parser = cmark_parser_new_with_mem(options, &mem);
        cmark_parser_feed(parser, markdown, len);
        ok = work(cmark_parser_finish(parser), &mem, context);
    }
    now = NULL;
    for (struct block *b = parse.all.next, *next; b != &parse.all; b = next) {
        next = b->next;
        free(b);
    }
    return ok;
}
