/*
 * markdown.h - a Markdown text as cmark's tree, without cmark's way of running out of memory.
 *
 * cmark ends the process when it cannot allocate. Here all that it allocates is in a list; when an
 * allocation fails, whatever of cmark is running is left by longjmp and the list is freed.
 */
#ifndef DISCUSSION_MARKDOWN_H
#define DISCUSSION_MARKDOWN_H

#include <cmark.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What is done with the tree. It may be left in the middle of any call of cmark, and not come
 * back: it holds nothing of its own across one. Everything that cmark gives it ends with it.
 * Nodes are made with `mem` (cmark_node_new_with_mem). False if memory ran out.
 */
typedef bool (*markdown_work)(cmark_node *document, cmark_mem *mem, void *context);

/* Parses and works; false if memory ran out in either. `work` parses nothing itself. */
bool markdown_parse(const char *markdown, size_t len, int options, markdown_work work, void *context);

#endif
