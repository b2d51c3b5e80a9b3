/*
 * course.h - a SCORM course as its manifest describes it: the item tree and what rollup needs.
 *
 * items[0] is the organization itself, the root of the activity tree; every item
 * stands before its children. Status belongs to items, not to resources: one
 * resource may serve several items. All text lives in the course.
 */
#ifndef SCORM_COURSE_H
#define SCORM_COURSE_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decide.h"
#include "scorm.h"

struct arena;

#define SCORM_NO_ITEM UINT32_MAX
#define SCORM_ITEMS_MAX 10000
#define SCORM_ITEM_DEPTH_MAX 32
#define SCORM_WARNINGS_MAX 100
#define SCORM_COURSE_JSON_BYTES (16u << 20)

enum scorm_item_type {
    SCORM_ITEM_CLUSTER, /* has children and nothing to launch */
    SCORM_ITEM_SCO,     /* talks to the LMS */
    SCORM_ITEM_ASSET,   /* is shown and says nothing */
    SCORM_ITEM_NONE     /* a leaf with nothing to launch: a heading, or its resource is missing */
};
const char *scorm_item_type_name(enum scorm_item_type t); /* "cluster", "sco", "asset", "none" */

/* When a child takes part in its parent's rollup (IMS SS 3.4.5, adlseq:rollupConsiderations). */
enum scorm_consideration {
    SCORM_ALWAYS, SCORM_IF_ATTEMPTED, SCORM_IF_NOT_SKIPPED, SCORM_IF_NOT_SUSPENDED
};

enum scorm_child_set {
    SCORM_SET_ALL, SCORM_SET_ANY, SCORM_SET_NONE, SCORM_SET_AT_LEAST_COUNT, SCORM_SET_AT_LEAST_PERCENT
};
enum scorm_rollup_action {
    SCORM_ROLL_SATISFIED, SCORM_ROLL_NOT_SATISFIED, SCORM_ROLL_COMPLETED, SCORM_ROLL_INCOMPLETE
};
enum scorm_condition_kind {
    SCORM_COND_SATISFIED, SCORM_COND_OBJECTIVE_KNOWN, SCORM_COND_MEASURE_KNOWN, SCORM_COND_COMPLETED,
    SCORM_COND_PROGRESS_KNOWN, SCORM_COND_ATTEMPTED,
    SCORM_COND_NEVER /* attempt and time limits: they are not kept here, so never true */
};

struct scorm_condition {
    enum scorm_condition_kind kind;
    bool negated;
};

struct scorm_rollup_rule {
    enum scorm_child_set set;
    uint32_t minimum_count;
    double minimum_percent; /* 0 to 1 */
    bool all_conditions;    /* conditionCombination="all"; the default is any */
    enum scorm_rollup_action action;
    const struct scorm_condition *conditions;
    size_t condition_count;
};

struct scorm_map { /* between a local objective and a global one */
    const char *target;
    bool read_satisfied, write_satisfied, read_measure, write_measure;
    bool read_completion, write_completion, read_progress, write_progress; /* 4th edition */
};

struct scorm_course_objective {
    const char *id; /* "" : the primary one may have none */
    bool primary;
    bool satisfied_by_measure;
    double min_measure;
    const struct scorm_map *maps;
    size_t map_count;
};

struct scorm_item {
    const char *id, *title;
    enum scorm_item_type type;
    const char *launch;      /* relative to the package's root, parameters included; NULL: none */
    const char *resource;    /* identifier, or NULL */
    const char *launch_data; /* dataFromLMS, or NULL */
    const char *prerequisites, *max_time_allowed, *time_limit_action; /* kept, not run; or NULL */
    bool visible;
    uint32_t parent, first_child, next; /* indices, SCORM_NO_ITEM: none */

    struct scorm_number mastery;  /* 1.2 */
    bool completed_by_measure;    /* completionThreshold */
    double min_progress, progress_weight;

    bool tracked, completion_set_by_content, objective_set_by_content;
    bool rollup_satisfied, rollup_completion; /* the rollup flags */
    double measure_weight;
    bool measure_if_active;
    enum scorm_consideration required_satisfied, required_not_satisfied, required_completed,
        required_incomplete;
    const struct scorm_course_objective *objectives; /* the primary one first, if there is one */
    size_t objective_count;
    const struct scorm_rollup_rule *rules;
    size_t rule_count;
};

struct scorm_course {
    enum scorm_version version;
    const char *edition;      /* "2nd Edition", ..., or "" */
    const char *identifier;   /* of the manifest; "" if it has none */
    const char *organization; /* its identifier */
    const char *title;
    bool global_to_system;    /* objectives shared between courses: kept, not run */
    struct scorm_item *items;
    uint32_t item_count;
    const char **warnings;
    size_t warning_count;
    struct arena *memory;
};

void scorm_course_free(struct scorm_course *course);

/* SCORM_NO_ITEM if there is none. The first of several with one id. */
uint32_t scorm_course_find(const struct scorm_course *course, const char *item_id);
/* The number of leaves that report to the LMS. */
uint32_t scorm_course_sco_count(const struct scorm_course *course);
/* The passing score of an item: satisfied by measure on its primary objective. */
struct scorm_number scorm_item_passing(const struct scorm_item *item);
/* The completion threshold, where completion is by measure. */
struct scorm_number scorm_item_threshold(const struct scorm_item *item);

/* The JSON that the state store keeps, and back. json: a new string for free(). */
int scorm_course_json(const struct scorm_course *course, char **out_json, aw_error *err);
int scorm_course_read(const char *json, size_t len, struct scorm_course **out, aw_error *err);

/* What `afterword scorm inspect` prints; a new string for free(). */
int scorm_inspect_json(const struct scorm_course *course, char **out_json, aw_error *err);
/* {"error": "..."}; NULL on AW_ENOMEM. */
char *scorm_inspect_error_json(const aw_error *why);

#endif
