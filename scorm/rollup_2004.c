/*
 * rollup_2004.c - one cluster from its children: measure, objective, completion.
 *
 * SCORM 2004 4th edition, SN 4.6 (RB.1.1 to RB.1.4.2). There is no navigation
 * here, so nothing is ever "skipped" and no cluster is "active"; children of
 * which nobody can ever hear anything (assets, headings) take no part, or a
 * course with one would never be completed.
 */
#include "rollup_tree.h"

enum truth { FALSE, TRUE, UNKNOWN };

static enum truth not(enum truth t)
{
    return t == UNKNOWN ? UNKNOWN : t == TRUE ? FALSE : TRUE;
}

/* ---- measure (RB.1.1) and progress -------------------------------------------------- */

static struct scorm_number weighted(const struct rollup_tree *t, uint32_t cluster, bool progress)
{
    const struct scorm_item *items = t->course->items;
    double sum = 0, weights = 0;
    bool any = false;

    for (uint32_t i = items[cluster].first_child; i != SCORM_NO_ITEM; i = items[i].next) {
        double weight = progress ? items[i].progress_weight : items[i].measure_weight;
        const struct scorm_number *n = progress ? &t->nodes[i].now.progress : &t->nodes[i].now.scaled;
        if (!items[i].tracked || weight <= 0 || items[i].type == SCORM_ITEM_NONE)
            continue;
        weights += weight; /* also of a child without a measure */
        if (n->given) {
            sum += weight * n->value;
            any = true;
        }
    }
    return any ? (struct scorm_number){true, sum / weights} : (struct scorm_number){false, 0};
}

/* ---- does the child take part? (RB.1.4.2) -------------------------------------------- */

static bool takes_part(const struct rollup_tree *t, uint32_t child, enum scorm_rollup_action action)
{
    const struct scorm_item *item = &t->course->items[child];
    const struct rollup_node *node = &t->nodes[child];
    const struct {
        bool flag;
        enum scorm_consideration required;
    } of[] = {
        [SCORM_ROLL_SATISFIED] = {item->rollup_satisfied, item->required_satisfied},
        [SCORM_ROLL_NOT_SATISFIED] = {item->rollup_satisfied, item->required_not_satisfied},
        [SCORM_ROLL_COMPLETED] = {item->rollup_completion, item->required_completed},
        [SCORM_ROLL_INCOMPLETE] = {item->rollup_completion, item->required_incomplete},
    };

    if (!item->tracked || !node->counts || !of[action].flag)
        return false;
    switch (of[action].required) {
    case SCORM_IF_ATTEMPTED:
        return node->now.attempted;
    case SCORM_IF_NOT_SUSPENDED:
        return node->now.attempted && !node->now.suspended;
    default: /* always; nothing is skipped without navigation */
        return true;
    }
}

/* ---- conditions (RB.1.4.1) ------------------------------------------------------------- */

static enum truth condition(const struct rollup_node *node, const struct scorm_condition *c)
{
    const struct scorm_rolled *n = &node->now;
    enum truth is = FALSE;

    switch (c->kind) {
    case SCORM_COND_SATISFIED:
        is = n->success == SCORM_SUCCESS_UNKNOWN ? UNKNOWN : n->success == SCORM_PASSED ? TRUE : FALSE;
        break;
    case SCORM_COND_COMPLETED:
        is = n->completion == SCORM_COMPLETION_UNKNOWN ? UNKNOWN : n->completion == SCORM_COMPLETED ? TRUE : FALSE;
        break;
    case SCORM_COND_OBJECTIVE_KNOWN:
        is = n->success != SCORM_SUCCESS_UNKNOWN ? TRUE : FALSE;
        break;
    case SCORM_COND_MEASURE_KNOWN:
        is = n->scaled.given ? TRUE : FALSE;
        break;
    case SCORM_COND_PROGRESS_KNOWN:
        is = n->completion != SCORM_COMPLETION_UNKNOWN ? TRUE : FALSE;
        break;
    case SCORM_COND_ATTEMPTED:
        is = n->attempted ? TRUE : FALSE;
        break;
    case SCORM_COND_NEVER:
        break;
    }
    return c->negated ? not(is) : is;
}

static enum truth conditions(const struct rollup_node *node, const struct scorm_rollup_rule *rule)
{
    enum truth deciding = rule->all_conditions ? FALSE : TRUE;
    bool unknown = false;

    for (size_t i = 0; i < rule->condition_count; i++) {
        enum truth one = condition(node, &rule->conditions[i]);
        if (one == deciding)
            return deciding;
        unknown = unknown || one == UNKNOWN;
    }
    return unknown ? UNKNOWN : not(deciding);
}

/* ---- rules (RB.1.4) ----------------------------------------------------------------------- */

static bool rule_holds(const struct rollup_tree *t, uint32_t cluster, const struct scorm_rollup_rule *rule)
{
    const struct scorm_item *items = t->course->items;
    uint32_t count[3] = {0, 0, 0}, all;

    for (uint32_t i = items[cluster].first_child; i != SCORM_NO_ITEM; i = items[i].next)
        if (takes_part(t, i, rule->action))
            count[conditions(&t->nodes[i], rule)]++;
    all = count[FALSE] + count[TRUE] + count[UNKNOWN];
    if (all == 0) /* no child contributed: nothing is concluded */
        return false;
    switch (rule->set) {
    case SCORM_SET_ALL:
        return count[TRUE] == all;
    case SCORM_SET_ANY:
        return count[TRUE] > 0;
    case SCORM_SET_NONE:
        return count[FALSE] == all;
    case SCORM_SET_AT_LEAST_COUNT:
        return count[TRUE] >= rule->minimum_count;
    case SCORM_SET_AT_LEAST_PERCENT:
        return (double)count[TRUE] / all >= rule->minimum_percent;
    }
    return false;
}

/* Rules for the negative first, since the positive overrides it. -1: neither; and
 * *out_any tells whether there was a rule for either at all. */
static int by_rules(const struct rollup_tree *t, uint32_t cluster, enum scorm_rollup_action yes,
                    enum scorm_rollup_action no, bool *out_any)
{
    const struct scorm_item *item = &t->course->items[cluster];
    int result = -1;

    *out_any = false;
    for (int pass = 0; pass < 2; pass++) {
        enum scorm_rollup_action action = pass ? yes : no;
        for (size_t i = 0; i < item->rule_count; i++) {
            if (item->rules[i].action != action)
                continue;
            *out_any = true;
            if (rule_holds(t, cluster, &item->rules[i]))
                result = pass;
        }
    }
    return result;
}

static int by_default(const struct rollup_tree *t, uint32_t cluster, enum scorm_condition_kind reached,
                      enum scorm_condition_kind known, enum scorm_rollup_action yes, enum scorm_rollup_action no)
{
    const struct scorm_condition is_reached = {reached, false}, is_known = {known, false};
    const struct scorm_rollup_rule all_reached = {.set = SCORM_SET_ALL, .action = yes, .conditions = &is_reached,
                                                  .condition_count = 1};
    const struct scorm_rollup_rule all_known = {.set = SCORM_SET_ALL, .action = no, .conditions = &is_known,
                                                .condition_count = 1};

    if (rule_holds(t, cluster, &all_reached))
        return 1;
    return rule_holds(t, cluster, &all_known) ? 0 : -1;
}

/* ---- the cluster ------------------------------------------------------------------------------ */

static enum scorm_success objective_of(const struct rollup_tree *t, uint32_t cluster, struct scorm_number scaled)
{
    struct scorm_number passing = scorm_item_passing(&t->course->items[cluster]);
    bool any;

    if (passing.given) {
        if (!scaled.given)
            return SCORM_SUCCESS_UNKNOWN;
        return scaled.value >= passing.value ? SCORM_PASSED : SCORM_FAILED;
    }
    int result = by_rules(t, cluster, SCORM_ROLL_SATISFIED, SCORM_ROLL_NOT_SATISFIED, &any);
    if (!any)
        result = by_default(t, cluster, SCORM_COND_SATISFIED, SCORM_COND_OBJECTIVE_KNOWN, SCORM_ROLL_SATISFIED,
                            SCORM_ROLL_NOT_SATISFIED);
    return result < 0 ? SCORM_SUCCESS_UNKNOWN : result ? SCORM_PASSED : SCORM_FAILED;
}

static enum scorm_completion completion_of(const struct rollup_tree *t, uint32_t cluster,
                                           struct scorm_number progress)
{
    struct scorm_number threshold = scorm_item_threshold(&t->course->items[cluster]);
    bool any;

    if (threshold.given) {
        if (!progress.given)
            return SCORM_COMPLETION_UNKNOWN;
        return progress.value >= threshold.value ? SCORM_COMPLETED : SCORM_INCOMPLETE;
    }
    int result = by_rules(t, cluster, SCORM_ROLL_COMPLETED, SCORM_ROLL_INCOMPLETE, &any);
    if (!any)
        result = by_default(t, cluster, SCORM_COND_COMPLETED, SCORM_COND_PROGRESS_KNOWN, SCORM_ROLL_COMPLETED,
                            SCORM_ROLL_INCOMPLETE);
    return result < 0 ? SCORM_COMPLETION_UNKNOWN : result ? SCORM_COMPLETED : SCORM_INCOMPLETE;
}

void rollup_cluster(struct rollup_tree *t, uint32_t cluster)
{
    const struct scorm_item *items = t->course->items;
    struct scorm_rolled *now = &t->nodes[cluster].now;

    now->attempted = now->suspended = false;
    for (uint32_t i = items[cluster].first_child; i != SCORM_NO_ITEM; i = items[i].next) {
        now->attempted = now->attempted || t->nodes[i].now.attempted;
        now->suspended = now->suspended || t->nodes[i].now.suspended;
    }
    now->scaled = weighted(t, cluster, false);
    now->progress = weighted(t, cluster, true);
    now->success = objective_of(t, cluster, now->scaled);
    now->completion = completion_of(t, cluster, now->progress);
}
