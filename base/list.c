/* list.c - growing an array. */
#include "list.h"

#include <stdint.h>
#include <stdlib.h>

void *list_grow(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room ? *room * 2 : 16;
    void *grown = more > SIZE_MAX / size ? NULL : realloc(items, more * size);
    if (grown)
        *room = more;
    return grown;
}
