/* template.h - a state directory that was made once and is copied for each case of a test. */
#ifndef TESTS_FAULT_TEMPLATE_H
#define TESTS_FAULT_TEMPLATE_H

#include "replay.h"
#include "world.h"

/* What is in `dir`, kept in memory; pl_close() frees it. */
static inline void template_take(struct pl *t, const char *dir)
{
    pl_load(t, dir);
}

/* A new directory with the same content, named in out. */
static inline void template_copy(const struct pl *t, char *out, size_t size)
{
    world_make_dir(out, size);
    pl_store(t, out, true);
}

/* l's mutex held. What is the first thing that is not as in `reference`? */
static inline bool find_difference(const struct lrs *l, const struct lrs *reference, char *out, size_t size)
{
    for (size_t i = 0; i < l->capacity; i++) {
        const struct lrs_statement *s = &l->list[i];
        const struct lrs_statement *r = s->bytes ? &reference->list[lrs_slot(reference, s->id)] : NULL;
        if (r && !r->bytes)
            return snprintf(out, size, "nobody expects %s", s->bytes) > 0;
        if (r && (r->len != s->len || memcmp(r->bytes, s->bytes, s->len) != 0))
            return snprintf(out, size, "other bytes than in an undisturbed run:\n%s\n%s", s->bytes, r->bytes) > 0;
    }
    if (l->count != reference->count)
        return snprintf(out, size, "%zu statements, and %zu in an undisturbed run", l->count, reference->count) > 0;
    if (l->different)
        return snprintf(out, size, "%u statements were sent again with other bytes", l->different) > 0;
    return false;
}

/* Is everything in `l` as in `reference`: the same ids with the same bytes? */
static inline void judge_same(struct lrs *l, const struct lrs *reference, const char *what)
{
    char difference[8192];
    pthread_mutex_lock(&l->mutex);
    bool differs = find_difference(l, reference, difference, sizeof difference);
    pthread_mutex_unlock(&l->mutex);
    if (differs)
        fail_msg("%s: %s", what, difference);
}

static inline void lrs_begin_again(struct lrs *l)
{
    pthread_mutex_lock(&l->mutex);
    lrs_forget(l);
    lrs_grow(l);
    pthread_mutex_unlock(&l->mutex);
}

#endif
