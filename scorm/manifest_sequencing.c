/*
 * manifest_sequencing.c - what rollup needs of an item's sequencing: objectives, maps, rules, flags.
 *
 * A <sequencing> may refer to one of the sequencingCollection; each element of
 * its own then replaces that one's (IMS SS 4.1, CAM 5.1.1).
 */
#include <string.h>
#include <strings.h>

#include "manifest_reader.h"
#include "manifest_xml.h"

#define OBJECTIVES_MAX 1000
#define MAPS_MAX 1000
#define RULES_MAX 200
#define CONDITIONS_MAX 50

/* imsss:objectives and adlseq:objectives have one local name and different content. */
static bool is_adlseq(const xmlNode *node)
{
    return (node->ns && node->ns->href && strstr((const char *)node->ns->href, "adlseq")) ||
           strncmp((const char *)node->name, "adlseq:", 7) == 0;
}

static const xmlNode *child_of(const xmlNode *parent, const char *name, bool adlseq)
{
    const xmlNode *n = xml_child(parent, name);

    while (n && is_adlseq(n) != adlseq)
        n = xml_next(n, name);
    return n;
}

struct sequencing { /* its own, and the collection's it refers to */
    const xmlNode *own, *shared;
};

static const xmlNode *part(const struct sequencing *s, const char *name, bool adlseq)
{
    const xmlNode *n = child_of(s->own, name, adlseq);

    return n ? n : child_of(s->shared, name, adlseq);
}

static const xmlNode *find_shared(struct manifest_reader *r, const char *id)
{
    for (const xmlNode *list = xml_child(r->root, "sequencingCollection"); list;
         list = xml_next(list, "sequencingCollection")) {
        for (const xmlNode *n = xml_child(list, "sequencing"); n; n = xml_next(n, "sequencing")) {
            const char *have = xml_attr(r->a, n, "ID");
            if (have && strcmp(have, id) == 0)
                return n;
        }
    }
    manifest_warn(r, "The sequencing \"%.100s\" that an item refers to does not exist; the defaults were taken.", id);
    return NULL;
}

static size_t count_of(const xmlNode *parent, const char *name, size_t max)
{
    size_t count = 0;

    for (const xmlNode *n = xml_child(parent, name); n && count < max; n = xml_next(n, name))
        count++;
    return count;
}

/* ---- objectives ------------------------------------------------------------------------ */

static void read_maps(struct manifest_reader *r, const xmlNode *node, const xmlNode *extended,
                      struct scorm_course_objective *out)
{
    size_t count = count_of(node, "mapInfo", MAPS_MAX), more = count_of(extended, "mapInfo", MAPS_MAX), at = 0;
    struct scorm_map *maps = count + more ? arena_alloc(r->a, (count + more) * sizeof *maps) : NULL;

    if (!maps)
        return;
    for (const xmlNode *n = xml_child(node, "mapInfo"); n && at < count; n = xml_next(n, "mapInfo")) {
        struct scorm_map *m = &maps[at];
        m->target = xml_attr(r->a, n, "targetObjectiveID");
        m->read_satisfied = m->read_measure = true;
        xml_bool(r->a, n, "readSatisfiedStatus", &m->read_satisfied);
        xml_bool(r->a, n, "writeSatisfiedStatus", &m->write_satisfied);
        xml_bool(r->a, n, "readNormalizedMeasure", &m->read_measure);
        xml_bool(r->a, n, "writeNormalizedMeasure", &m->write_measure);
        at += m->target && *m->target;
    }
    for (const xmlNode *n = xml_child(extended, "mapInfo"); n && at < count + more; n = xml_next(n, "mapInfo")) {
        struct scorm_map *m = &maps[at];
        m->target = xml_attr(r->a, n, "targetObjectiveID");
        m->read_completion = m->read_progress = true;
        xml_bool(r->a, n, "readCompletionStatus", &m->read_completion);
        xml_bool(r->a, n, "writeCompletionStatus", &m->write_completion);
        xml_bool(r->a, n, "readProgressMeasure", &m->read_progress);
        xml_bool(r->a, n, "writeProgressMeasure", &m->write_progress);
        at += m->target && *m->target;
    }
    out->maps = maps;
    out->map_count = at;
}

/* The adlseq:objective of the same id. */
static const xmlNode *extended_of(struct manifest_reader *r, const xmlNode *extensions, const char *id)
{
    for (const xmlNode *n = xml_child(extensions, "objective"); n; n = xml_next(n, "objective")) {
        const char *have = xml_attr(r->a, n, "objectiveID");
        if (have && strcmp(have, id) == 0)
            return n;
    }
    return NULL;
}

static void read_objective(struct manifest_reader *r, const xmlNode *node, const xmlNode *extensions, bool primary,
                           const char *title, struct scorm_course_objective *out)
{
    const char *id = xml_attr(r->a, node, "objectiveID");
    const xmlNode *min = xml_child(node, "minNormalizedMeasure");
    double value = 1.0;

    out->id = id ? id : "";
    out->primary = primary;
    out->min_measure = 1.0;
    xml_bool(r->a, node, "satisfiedByMeasure", &out->satisfied_by_measure);
    if (min && !xml_number(xml_text(r->a, min), &value))
        manifest_warn(r, "The passing score of \"%.100s\" is not a number; 1 was taken.", title);
    else if (value < -1 || value > 1)
        manifest_warn(r, "The passing score of \"%.100s\" (%g) is not between -1 and 1; 1 was taken.", title, value);
    else
        out->min_measure = value;
    read_maps(r, node, *out->id ? extended_of(r, extensions, out->id) : NULL, out);
}

static void read_objectives(struct manifest_reader *r, const struct sequencing *s, struct scorm_item *item)
{
    const xmlNode *list = part(s, "objectives", false), *extensions = part(s, "objectives", true);
    const xmlNode *primary = xml_child(list, "primaryObjective");
    size_t count = (primary != NULL) + count_of(list, "objective", OBJECTIVES_MAX), at = 0;
    struct scorm_course_objective *out = count ? arena_alloc(r->a, count * sizeof *out) : NULL;

    if (!out)
        return;
    if (primary)
        read_objective(r, primary, extensions, true, item->title, &out[at++]);
    for (const xmlNode *n = xml_child(list, "objective"); n && at < count; n = xml_next(n, "objective"))
        read_objective(r, n, extensions, false, item->title, &out[at++]);
    item->objectives = out;
    item->objective_count = at;
}

/* ---- words ------------------------------------------------------------------------------ */

struct word {
    const char *text;
    int value;
};

static const struct word sets[] = {
    {"all", SCORM_SET_ALL}, {"any", SCORM_SET_ANY}, {"none", SCORM_SET_NONE},
    {"atLeastCount", SCORM_SET_AT_LEAST_COUNT}, {"atLeastPercent", SCORM_SET_AT_LEAST_PERCENT}, {NULL, 0},
};
static const struct word actions[] = {
    {"satisfied", SCORM_ROLL_SATISFIED}, {"notSatisfied", SCORM_ROLL_NOT_SATISFIED},
    {"completed", SCORM_ROLL_COMPLETED}, {"incomplete", SCORM_ROLL_INCOMPLETE}, {NULL, 0},
};
static const struct word conditions[] = {
    {"satisfied", SCORM_COND_SATISFIED}, {"objectiveStatusKnown", SCORM_COND_OBJECTIVE_KNOWN},
    {"objectiveMeasureKnown", SCORM_COND_MEASURE_KNOWN}, {"completed", SCORM_COND_COMPLETED},
    {"activityProgressKnown", SCORM_COND_PROGRESS_KNOWN}, {"attempted", SCORM_COND_ATTEMPTED},
    {"attemptLimitExceeded", SCORM_COND_NEVER}, {"timeLimitExceeded", SCORM_COND_NEVER},
    {"outsideAvailableTimeRange", SCORM_COND_NEVER}, {"never", SCORM_COND_NEVER}, {NULL, 0},
};
static const struct word considerations[] = {
    {"always", SCORM_ALWAYS}, {"ifAttempted", SCORM_IF_ATTEMPTED}, {"ifNotSkipped", SCORM_IF_NOT_SKIPPED},
    {"ifNotSuspended", SCORM_IF_NOT_SUSPENDED}, {NULL, 0},
};

static bool read_word(struct manifest_reader *r, const xmlNode *node, const char *name, const struct word *words,
                      int *out)
{
    const char *text = xml_attr(r->a, node, name);

    if (!text)
        return false;
    for (; words->text; words++) {
        if (strcasecmp(words->text, text) == 0) {
            *out = words->value;
            return true;
        }
    }
    manifest_warn(r, "The sequencing has the unknown %s \"%.60s\"; it was ignored.", name, text);
    return false;
}

/* ---- rollup rules ------------------------------------------------------------------------ */

static bool read_rule(struct manifest_reader *r, const xmlNode *node, struct scorm_rollup_rule *rule)
{
    const xmlNode *list = xml_child(node, "rollupConditions"), *action = xml_child(node, "rollupAction");
    const char *combination = list ? xml_attr(r->a, list, "conditionCombination") : NULL;
    size_t count = count_of(list, "rollupCondition", CONDITIONS_MAX), at = 0;
    struct scorm_condition *out = count ? arena_alloc(r->a, count * sizeof *out) : NULL;
    int value = SCORM_SET_ALL;
    double number;

    read_word(r, node, "childActivitySet", sets, &value);
    rule->set = (enum scorm_child_set)value;
    if (xml_real(r->a, node, "minimumCount", &number) && number >= 0 && number <= SCORM_ITEMS_MAX)
        rule->minimum_count = (uint32_t)number;
    if (xml_real(r->a, node, "minimumPercent", &number) && number >= 0 && number <= 1)
        rule->minimum_percent = number;
    rule->all_conditions = combination && strcasecmp(combination, "all") == 0;
    if (!out || !read_word(r, action, "action", actions, &value))
        return false;
    rule->action = (enum scorm_rollup_action)value;
    for (const xmlNode *n = xml_child(list, "rollupCondition"); n && at < count; n = xml_next(n, "rollupCondition")) {
        const char *operator_name = xml_attr(r->a, n, "operator");
        if (!read_word(r, n, "condition", conditions, &value))
            return false; /* half a rule would decide what its author did not mean */
        out[at].kind = (enum scorm_condition_kind)value;
        out[at++].negated = operator_name && strcasecmp(operator_name, "not") == 0;
    }
    rule->conditions = out;
    rule->condition_count = at;
    return true;
}

static void read_rules(struct manifest_reader *r, const struct sequencing *s, struct scorm_item *item)
{
    const xmlNode *node = part(s, "rollupRules", false);
    size_t count = count_of(node, "rollupRule", RULES_MAX);
    double weight;

    if (!node)
        return;
    xml_bool(r->a, node, "rollupObjectiveSatisfied", &item->rollup_satisfied);
    xml_bool(r->a, node, "rollupProgressCompletion", &item->rollup_completion);
    if (xml_real(r->a, node, "objectiveMeasureWeight", &weight)) {
        if (weight >= 0)
            item->measure_weight = weight;
        if (weight < 0 || weight > 1)
            manifest_warn(r, "The weight of \"%.100s\" (%g) is not between 0 and 1.", item->title, weight);
    }
    struct scorm_rollup_rule *rules = count ? arena_alloc(r->a, count * sizeof *rules) : NULL;
    if (!rules)
        return;
    size_t at = 0;
    for (const xmlNode *n = xml_child(node, "rollupRule"); n && count-- > 0; n = xml_next(n, "rollupRule")) {
        rules[at] = (struct scorm_rollup_rule){.set = SCORM_SET_ALL};
        at += read_rule(r, n, &rules[at]);
    }
    item->rules = rules;
    item->rule_count = at;
}

static void read_considerations(struct manifest_reader *r, const struct sequencing *s, struct scorm_item *item)
{
    const xmlNode *node = part(s, "rollupConsiderations", true);
    const struct {
        const char *name;
        enum scorm_consideration *out;
    } all[] = {
        {"requiredForSatisfied", &item->required_satisfied},
        {"requiredForNotSatisfied", &item->required_not_satisfied},
        {"requiredForCompleted", &item->required_completed},
        {"requiredForIncomplete", &item->required_incomplete},
    };

    if (!node)
        node = part(s, "rollupConsiderations", false); /* prefix undeclared or forgotten */
    if (!node)
        return;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int value = SCORM_ALWAYS;
        if (read_word(r, node, all[i].name, considerations, &value))
            *all[i].out = (enum scorm_consideration)value;
    }
    xml_bool(r->a, node, "measureSatisfactionIfActive", &item->measure_if_active);
}

void manifest_read_sequencing(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item)
{
    struct sequencing s = {xml_child(node, "sequencing"), NULL};
    const char *ref = s.own ? xml_attr(r->a, s.own, "IDRef") : NULL;

    if (!s.own)
        return;
    if (ref && *ref)
        s.shared = find_shared(r, ref);
    const xmlNode *delivery = part(&s, "deliveryControls", false);
    xml_bool(r->a, delivery, "tracked", &item->tracked);
    xml_bool(r->a, delivery, "completionSetByContent", &item->completion_set_by_content);
    xml_bool(r->a, delivery, "objectiveSetByContent", &item->objective_set_by_content);
    read_objectives(r, &s, item);
    read_rules(r, &s, item);
    read_considerations(r, &s, item);
}
