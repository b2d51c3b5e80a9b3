/*
 * failing_malloc.h - malloc, calloc and realloc of this program and of what is linked into it, which
 * fail when fails_now() says so: define that before including this. CAN_FAIL 0: a sanitizer has the
 * allocator.
 */
#ifndef TESTS_FAULT_FAILING_MALLOC_H
#define TESTS_FAULT_FAILING_MALLOC_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAN_FAIL 0
#else
#define CAN_FAIL 1
#define EXPORT __attribute__((visibility("default")))

/* glibc's own names for them. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

EXPORT void *malloc(size_t size)
{
    return fails_now() ? NULL : __libc_malloc(size);
}
EXPORT void *calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __libc_calloc(count, size);
}
EXPORT void *realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __libc_realloc(old, size);
}
#endif

#endif
