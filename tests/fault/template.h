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

/* Is everything in `lrs` as in `reference`: the same ids with the same bytes? */
static inline void judge_same(struct lrs *lrs, const struct lrs *reference, const char *what)
{
    for (size_t i = 0; i < lrs->capacity; i++) {
        const struct lrs_statement *s = &lrs->list[i];
        if (!s->bytes)
            continue;
        const struct lrs_statement *r = &reference->list[lrs_slot(reference, s->id)];
        if (!r->bytes)
            fail_msg("%s: nobody expects %s", what, s->bytes);
        if (r->len != s->len || memcmp(r->bytes, s->bytes, s->len) != 0)
            fail_msg("%s: other bytes than in an undisturbed run:\n%s\n%s", what, s->bytes, r->bytes);
    }
    if (lrs->count != reference->count)
        fail_msg("%s: %zu statements, and %zu in an undisturbed run", what, lrs->count, reference->count);
    if (lrs->different)
        fail_msg("%s: %u statements were sent again with other bytes", what, lrs->different);
}

static inline void lrs_begin_again(struct lrs *l)
{
    pthread_mutex_lock(&l->mutex);
    lrs_forget(l);
    lrs_grow(l);
    pthread_mutex_unlock(&l->mutex);
}

#endif
