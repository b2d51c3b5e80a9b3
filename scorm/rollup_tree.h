/* rollup_tree.h - what the parts of rollup share while one course is decided. */
#ifndef SCORM_ROLLUP_TREE_H
#define SCORM_ROLLUP_TREE_H

#include "rollup.h"

struct rollup_global { /* a global objective */
    const char *target;
    enum scorm_success success;
    enum scorm_completion completion;
    struct scorm_number scaled, progress;
};

struct rollup_node {
    const struct scorm_item_status *status; /* of a leaf; NULL: never begun */
    bool counts;                            /* it can report, or something below it can */
    struct scorm_rolled now;
};

struct rollup_tree {
    const struct scorm_course *course;
    struct rollup_node *nodes; /* one for each item */
    struct rollup_global *globals;
    size_t global_count;
};

/* rollup_global.c: local objectives to and from the global ones they map to. */
int rollup_globals_init(struct rollup_tree *t, const struct scorm_item_status *statuses, size_t count,
                        aw_error *err);
void rollup_globals_free(struct rollup_tree *t);
/* True if a global objective changed. */
bool rollup_write_globals(struct rollup_tree *t, uint32_t item);
void rollup_read_globals(struct rollup_tree *t, uint32_t item);

/* rollup_2004.c: one cluster from its children. */
void rollup_cluster(struct rollup_tree *t, uint32_t cluster);

/* rollup_because.c */
void rollup_explain_2004(const struct rollup_tree *t, struct scorm_course_decision *out);

#endif
