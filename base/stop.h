/* stop.h - the flag with which a thread is asked to end. A host sets it from a signal handler, a worker
 * from another thread, so it is read as what it is: shared. */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

static inline bool stop_asked(const volatile int *stop) /* NULL: nobody can ask */
{
    return stop && __atomic_load_n(stop, __ATOMIC_RELAXED) != 0;
}

static inline void stop_ask(volatile int *stop)
{
    __atomic_store_n(stop, 1, __ATOMIC_RELAXED);
}

#endif
