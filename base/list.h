/* list.h - growing an array: `T *in; size_t count, room;`. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

/* The array, perhaps moved, with room for one more behind `count` elements; NULL: out of
 * memory, and the old one is as it was. items may be NULL; free() it in the end. */
void *list_grow(void *items, size_t count, size_t *room, size_t size);

#endif
