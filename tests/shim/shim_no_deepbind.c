/* shim_no_deepbind.c - dlopen() without RTLD_DEEPBIND, which PHP asks for and sanitizers refuse. */
#include <dlfcn.h>
#include <string.h>

__attribute__((visibility("default"))) void *dlopen(const char *file, int flags)
{
    void *found = dlsym(RTLD_NEXT, "dlopen");
    void *(*next)(const char *, int);
    memcpy(&next, &found, sizeof next);
    return next(file, flags & ~RTLD_DEEPBIND);
}
