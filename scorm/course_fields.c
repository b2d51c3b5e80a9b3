/* course_fields.c - the tables of course_fields.h. A new field of a course goes here, too. */
#include "course_fields.h"

#include "course.h"

#define TEXT_FIELD(s, n, m) {n, FIELD_TEXT, offsetof(struct s, m), 0, 0, NULL, 0}
#define BOOL_FIELD(s, n, m, d) {n, FIELD_BOOL, offsetof(struct s, m), d, 0, NULL, 0}
#define REAL_FIELD(s, n, m, d) {n, FIELD_REAL, offsetof(struct s, m), d, 0, NULL, 0}
#define NUMBER_FIELD(s, n, m) {n, FIELD_NUMBER, offsetof(struct s, m), 0, 0, NULL, 0}
#define COUNT_FIELD(s, n, m, d) {n, FIELD_COUNT, offsetof(struct s, m), d, 0, NULL, 0}
#define ENUM_FIELD(s, n, m, last) {n, FIELD_ENUM, offsetof(struct s, m), 0, last, NULL, 0}
#define LIST_FIELD(s, n, m, c, t) {n, FIELD_LIST, offsetof(struct s, m), 0, 0, &(t), offsetof(struct s, c)}
#define END {NULL, FIELD_TEXT, 0, 0, 0, NULL, 0}

static const struct field map_fields[] = {
    TEXT_FIELD(scorm_map, "target", target),
    BOOL_FIELD(scorm_map, "rs", read_satisfied, 0),
    BOOL_FIELD(scorm_map, "ws", write_satisfied, 0),
    BOOL_FIELD(scorm_map, "rm", read_measure, 0),
    BOOL_FIELD(scorm_map, "wm", write_measure, 0),
    BOOL_FIELD(scorm_map, "rc", read_completion, 0),
    BOOL_FIELD(scorm_map, "wc", write_completion, 0),
    BOOL_FIELD(scorm_map, "rp", read_progress, 0),
    BOOL_FIELD(scorm_map, "wp", write_progress, 0),
    END,
};
static const struct field_type map_type = {sizeof(struct scorm_map), map_fields};

static const struct field objective_fields[] = {
    TEXT_FIELD(scorm_course_objective, "id", id),
    BOOL_FIELD(scorm_course_objective, "primary", primary, 0),
    BOOL_FIELD(scorm_course_objective, "by_measure", satisfied_by_measure, 0),
    REAL_FIELD(scorm_course_objective, "min", min_measure, 1),
    LIST_FIELD(scorm_course_objective, "maps", maps, map_count, map_type),
    END,
};
static const struct field_type objective_type = {sizeof(struct scorm_course_objective), objective_fields};

static const struct field condition_fields[] = {
    ENUM_FIELD(scorm_condition, "kind", kind, SCORM_COND_NEVER),
    BOOL_FIELD(scorm_condition, "not", negated, 0),
    END,
};
static const struct field_type condition_type = {sizeof(struct scorm_condition), condition_fields};

static const struct field rule_fields[] = {
    ENUM_FIELD(scorm_rollup_rule, "set", set, SCORM_SET_AT_LEAST_PERCENT),
    COUNT_FIELD(scorm_rollup_rule, "count", minimum_count, 0),
    REAL_FIELD(scorm_rollup_rule, "percent", minimum_percent, 0),
    BOOL_FIELD(scorm_rollup_rule, "all", all_conditions, 0),
    ENUM_FIELD(scorm_rollup_rule, "action", action, SCORM_ROLL_INCOMPLETE),
    LIST_FIELD(scorm_rollup_rule, "conditions", conditions, condition_count, condition_type),
    END,
};
static const struct field_type rule_type = {sizeof(struct scorm_rollup_rule), rule_fields};

static const struct field item_fields[] = {
    TEXT_FIELD(scorm_item, "id", id),
    TEXT_FIELD(scorm_item, "title", title),
    ENUM_FIELD(scorm_item, "type", type, SCORM_ITEM_NONE),
    TEXT_FIELD(scorm_item, "launch", launch),
    TEXT_FIELD(scorm_item, "resource", resource),
    TEXT_FIELD(scorm_item, "launch_data", launch_data),
    TEXT_FIELD(scorm_item, "prerequisites", prerequisites),
    TEXT_FIELD(scorm_item, "max_time", max_time_allowed),
    TEXT_FIELD(scorm_item, "time_limit", time_limit_action),
    BOOL_FIELD(scorm_item, "visible", visible, 1),
    COUNT_FIELD(scorm_item, "parent", parent, SCORM_NO_ITEM),
    NUMBER_FIELD(scorm_item, "mastery", mastery),
    BOOL_FIELD(scorm_item, "by_progress", completed_by_measure, 0),
    REAL_FIELD(scorm_item, "min_progress", min_progress, 1),
    REAL_FIELD(scorm_item, "progress_weight", progress_weight, 1),
    BOOL_FIELD(scorm_item, "tracked", tracked, 1),
    BOOL_FIELD(scorm_item, "content_completion", completion_set_by_content, 0),
    BOOL_FIELD(scorm_item, "content_objective", objective_set_by_content, 0),
    BOOL_FIELD(scorm_item, "roll_satisfied", rollup_satisfied, 1),
    BOOL_FIELD(scorm_item, "roll_completion", rollup_completion, 1),
    REAL_FIELD(scorm_item, "weight", measure_weight, 1),
    BOOL_FIELD(scorm_item, "measure_if_active", measure_if_active, 1),
    ENUM_FIELD(scorm_item, "for_satisfied", required_satisfied, SCORM_IF_NOT_SUSPENDED),
    ENUM_FIELD(scorm_item, "for_not_satisfied", required_not_satisfied, SCORM_IF_NOT_SUSPENDED),
    ENUM_FIELD(scorm_item, "for_completed", required_completed, SCORM_IF_NOT_SUSPENDED),
    ENUM_FIELD(scorm_item, "for_incomplete", required_incomplete, SCORM_IF_NOT_SUSPENDED),
    LIST_FIELD(scorm_item, "objectives", objectives, objective_count, objective_type),
    LIST_FIELD(scorm_item, "rules", rules, rule_count, rule_type),
    END,
};
const struct field_type item_field_type = {sizeof(struct scorm_item), item_fields};

static const struct field course_fields[] = {
    ENUM_FIELD(scorm_course, "version", version, SCORM_2004),
    TEXT_FIELD(scorm_course, "edition", edition),
    TEXT_FIELD(scorm_course, "identifier", identifier),
    TEXT_FIELD(scorm_course, "organization", organization),
    TEXT_FIELD(scorm_course, "title", title),
    BOOL_FIELD(scorm_course, "global", global_to_system, 0),
    END,
};
const struct field_type course_field_type = {sizeof(struct scorm_course), course_fields};
