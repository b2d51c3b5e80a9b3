/*
 * rollup_global.c - global objectives: what items write to them and read from them.
 *
 * Leaves write in the order of their commits, so that the latest wins. A value
 * that a map reads and that is known takes the place of the item's own (SN 3.10.3,
 * as ADL's sample RTE and scorm-again have it): so a passed pre-test satisfies the
 * lessons that share its objective.
 */
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "error.h"
#include "rollup_tree.h"

static struct rollup_global *find(struct rollup_tree *t, const char *target)
{
    for (size_t i = 0; target && i < t->global_count; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): collect() gives each a target */
        if (strcmp(t->globals[i].target, target) == 0)
            return &t->globals[i];
    return NULL;
}

static size_t count_maps(const struct scorm_course *c)
{
    size_t count = 0;

    for (uint32_t i = 0; i < c->item_count; i++)
        for (size_t o = 0; o < c->items[i].objective_count; o++)
            count += c->items[i].objectives[o].map_count;
    return count;
}

static void collect(struct rollup_tree *t)
{
    for (uint32_t i = 0; i < t->course->item_count; i++) {
        const struct scorm_item *item = &t->course->items[i];
        for (size_t o = 0; o < item->objective_count; o++) {
            for (size_t m = 0; m < item->objectives[o].map_count; m++) {
                const char *target = item->objectives[o].maps[m].target;
                if (target && !find(t, target))
                    t->globals[t->global_count++].target = target;
            }
        }
    }
}

/* What an item knows about one of its objectives. */
struct local {
    enum scorm_success success;
    enum scorm_completion completion;
    struct scorm_number scaled, progress;
};

static struct local value_of(const struct rollup_node *node, const struct scorm_course_objective *objective)
{
    struct local none = {SCORM_SUCCESS_UNKNOWN, SCORM_COMPLETION_UNKNOWN, {false, 0}, {false, 0}};
    const struct scorm_item_status *s = node->status;

    if (objective->primary)
        return (struct local){node->now.success, node->now.completion, node->now.scaled, node->now.progress};
    for (size_t i = 0; s && objective->id && i < s->objective_count; i++) {
        const struct scorm_objective *o = &s->objectives[i];
        if (o->id && strcmp(o->id, objective->id) == 0)
            return (struct local){o->success, o->completion, o->scaled, o->progress};
    }
    return none;
}

static bool set_number(struct scorm_number *to, struct scorm_number from)
{
    bool changed = from.given && (!to->given || to->value < from.value || to->value > from.value);

    if (changed)
        *to = from;
    return changed;
}

static bool write_map(struct rollup_global *g, const struct scorm_map *m, const struct local *v)
{
    bool changed = false;

    if (m->write_satisfied && v->success != SCORM_SUCCESS_UNKNOWN && g->success != v->success) {
        g->success = v->success;
        changed = true;
    }
    if (m->write_completion && v->completion != SCORM_COMPLETION_UNKNOWN && g->completion != v->completion) {
        g->completion = v->completion;
        changed = true;
    }
    changed |= m->write_measure && set_number(&g->scaled, v->scaled);
    changed |= m->write_progress && set_number(&g->progress, v->progress);
    return changed;
}

bool rollup_write_globals(struct rollup_tree *t, uint32_t item)
{
    const struct scorm_item *i = &t->course->items[item];
    bool changed = false;

    /* What is not tracked has no status that it could share. */
    for (size_t o = 0; i->tracked && o < i->objective_count; o++) {
        struct local v = value_of(&t->nodes[item], &i->objectives[o]);
        for (size_t m = 0; m < i->objectives[o].map_count; m++) {
            struct rollup_global *g = find(t, i->objectives[o].maps[m].target);
            changed |= g && write_map(g, &i->objectives[o].maps[m], &v);
        }
    }
    return changed;
}

/* Only the primary objective is what rolls up. */
void rollup_read_globals(struct rollup_tree *t, uint32_t item)
{
    const struct scorm_item *i = &t->course->items[item];
    const struct scorm_course_objective *primary = i->objective_count ? &i->objectives[0] : NULL;
    struct scorm_rolled *now = &t->nodes[item].now;

    for (size_t m = 0; primary && primary->primary && m < primary->map_count; m++) {
        const struct scorm_map *map = &primary->maps[m];
        const struct rollup_global *g = find(t, map->target);
        if (!g)
            continue;
        /* By measure, only a measure decides. */
        if (map->read_satisfied && !primary->satisfied_by_measure && g->success != SCORM_SUCCESS_UNKNOWN)
            now->success = g->success;
        if (map->read_completion && g->completion != SCORM_COMPLETION_UNKNOWN)
            now->completion = g->completion;
        if (map->read_progress && g->progress.given)
            now->progress = g->progress;
        if (map->read_measure && g->scaled.given) {
            now->scaled = g->scaled;
            if (primary->satisfied_by_measure)
                now->success = g->scaled.value >= primary->min_measure ? SCORM_PASSED : SCORM_FAILED;
        }
    }
}

static int by_time(const void *a, const void *b)
{
    const struct scorm_item_status *x = *(const struct scorm_item_status *const *)a;
    const struct scorm_item_status *y = *(const struct scorm_item_status *const *)b;

    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x < y ? -1 : x > y; /* as given */
}

int rollup_globals_init(struct rollup_tree *t, const struct scorm_item_status *statuses, size_t count,
                        aw_error *err)
{
    size_t maps = count_maps(t->course);
    const struct scorm_item_status **order;

    if (maps == 0)
        return AW_OK;
    t->globals = calloc(maps, sizeof *t->globals);
    order = calloc(count + 1, sizeof *order);
    if (!t->globals || !order) {
        free(order);
        return error_nomem(err, "course");
    }
    collect(t);
    for (size_t i = 0; i < count; i++)
        order[i] = &statuses[i];
    qsort(order, count, sizeof *order, by_time);
    for (size_t i = 0; i < count; i++) {
        uint32_t item = scorm_course_find(t->course, order[i]->item);
        if (item != SCORM_NO_ITEM && t->nodes[item].status == order[i])
            rollup_write_globals(t, item);
    }
    free(order);
    return AW_OK;
}

void rollup_globals_free(struct rollup_tree *t)
{
    free(t->globals);
    t->globals = NULL;
    t->global_count = 0;
}
