/*
 * rollup.c - the course's decision: which leaves count, 2004 by rollup, 1.2 by policy.
 *
 * Never invented: a course in which nothing can report stays unknown, and so
 * does one whose named SCOs do not exist.
 */
#include "rollup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "rollup_tree.h"

#define PASSES_MAX 16 /* clusters that map to each other's objectives settle in two or three */

/* ---- the tree ------------------------------------------------------------------------ */

static void take_status(struct rollup_tree *t, const struct scorm_item_status *s)
{
    uint32_t at = scorm_course_find(t->course, s->item);

    if (at == SCORM_NO_ITEM)
        return;
    const struct scorm_item_status *before = t->nodes[at].status;
    if (!before || before->time_ms <= s->time_ms)
        t->nodes[at].status = s;
}

static bool is_leaf(const struct scorm_course *c, uint32_t i)
{
    return c->items[i].first_child == SCORM_NO_ITEM;
}

/* Leaves as their attempts left them; which nodes can ever report. */
static void prepare(struct rollup_tree *t)
{
    const struct scorm_course *c = t->course;

    for (uint32_t i = c->item_count; i-- > 0;) {
        struct rollup_node *n = &t->nodes[i];
        const struct scorm_item_status *s = n->status;
        if (s)
            n->now = (struct scorm_rolled){true, s->suspended, s->completion, s->success, s->scaled, s->progress};
        /* In 1.2 an item with a page may have children as well. */
        if (is_leaf(c, i) || (c->version == SCORM_12 && c->items[i].type == SCORM_ITEM_SCO))
            n->counts = c->items[i].type == SCORM_ITEM_SCO || s != NULL;
        if (n->counts && i > 0 && c->items[i].tracked)
            t->nodes[c->items[i].parent].counts = true;
    }
}

/* ---- SCORM 2004 ------------------------------------------------------------------------ */

static int roll_2004(struct rollup_tree *t, const struct scorm_item_status *statuses, size_t count, aw_error *err)
{
    const struct scorm_course *c = t->course;
    bool changed = true;
    int rc = rollup_globals_init(t, statuses, count, err);

    if (rc != AW_OK)
        return rc;
    for (int pass = 0; pass < PASSES_MAX && changed; pass++) {
        changed = false;
        for (uint32_t i = c->item_count; i-- > 0;) {
            if (!is_leaf(c, i)) {
                rollup_cluster(t, i);
                changed |= rollup_write_globals(t, i);
            }
            rollup_read_globals(t, i);
        }
    }
    return AW_OK;
}

/* ---- SCORM 1.2 --------------------------------------------------------------------------- */

static bool is_done(const struct scorm_rolled *r)
{
    return r->completion == SCORM_COMPLETED || r->success == SCORM_PASSED;
}

static bool is_decided(const struct scorm_rolled *r)
{
    return is_done(r) || r->success == SCORM_FAILED;
}

struct tally {
    uint32_t counted, done, decided, passed, failed, attempted;
};

static void tally_one(struct tally *n, const struct scorm_rolled *r)
{
    n->counted++;
    n->done += is_done(r);
    n->decided += is_decided(r);
    n->passed += r->success == SCORM_PASSED;
    n->failed += r->success == SCORM_FAILED;
    n->attempted += r->attempted;
}

static void conclude_12(const struct tally *n, bool any, struct scorm_rolled *out)
{
    bool done = n->counted > 0 && (any ? n->done > 0 : n->done == n->counted);
    bool decided = n->counted > 0 && n->decided == n->counted;

    out->attempted = n->attempted > 0;
    out->completion = done ? SCORM_COMPLETED : n->attempted ? SCORM_INCOMPLETE : SCORM_COMPLETION_UNKNOWN;
    out->success = SCORM_SUCCESS_UNKNOWN;
    if (any ? n->passed > 0 : decided && n->passed > 0 && n->failed == 0)
        out->success = SCORM_PASSED;
    else if (decided && n->failed > 0)
        out->success = SCORM_FAILED;
}

static bool is_named(const struct scorm_policy *p, const char *id)
{
    for (size_t i = 0; i < p->course_item_count; i++)
        if (strcmp(p->course_items[i], id) == 0)
            return true;
    return false;
}

/* For the table of contents: a cluster is what all below it are. */
static void clusters_12(struct rollup_tree *t)
{
    const struct scorm_course *c = t->course;

    for (uint32_t i = c->item_count; i-- > 0;) {
        struct tally n = {0};
        for (uint32_t k = c->items[i].first_child; k != SCORM_NO_ITEM; k = c->items[k].next) {
            if (!t->nodes[k].counts)
                continue;
            tally_one(&n, &t->nodes[k].now);
            t->nodes[i].now.suspended |= t->nodes[k].now.suspended;
        }
        if (!is_leaf(c, i) && !t->nodes[i].status)
            conclude_12(&n, false, &t->nodes[i].now);
    }
}

static void explain_12(const struct tally *n, const struct scorm_policy *p, struct scorm_course_decision *out)
{
    const char *of = p->course_rule == SCORM_COURSE_NAMED ? "named SCOs" : "SCOs";
    const char *verb = out->completion == SCORM_COMPLETED ? "completed" : "not completed";

    if (n->counted == 0)
        snprintf(out->because, sizeof out->because, "not decided because the course has no %s that could report", of);
    else if (p->course_rule == SCORM_COURSE_NAMED && n->counted < p->course_item_count)
        snprintf(out->because, sizeof out->because, "not completed because %zu of the SCOs named in course_rule do not exist",
                 p->course_item_count - n->counted);
    else
        snprintf(out->because, sizeof out->because, "%s because %u of %u %s are completed or passed%s%s", verb, n->done,
                 n->counted, of, p->course_rule == SCORM_COURSE_ANY ? ", and any one is enough" : "",
                 out->success == SCORM_PASSED ? "; passed because none failed"
                 : out->success == SCORM_FAILED ? "; failed because not all of them were passed" : "");
}

static void roll_12(struct rollup_tree *t, const struct scorm_policy *p, struct scorm_course_decision *out)
{
    const struct scorm_course *c = t->course;
    struct scorm_rolled whole = {0};
    struct tally n = {0};
    const struct scorm_number *score = NULL;
    uint32_t scores = 0;

    for (uint32_t i = 1; i < c->item_count; i++) {
        const struct rollup_node *node = &t->nodes[i];
        bool own = c->items[i].type == SCORM_ITEM_SCO || (is_leaf(c, i) && node->status);
        if (!own || (p->course_rule == SCORM_COURSE_NAMED && !is_named(p, c->items[i].id)))
            continue;
        tally_one(&n, &node->now);
        if (node->now.scaled.given) {
            score = &node->now.scaled;
            scores++;
        }
    }
    clusters_12(t);
    conclude_12(&n, p->course_rule == SCORM_COURSE_ANY, &whole);
    if (p->course_rule == SCORM_COURSE_NAMED && n.counted < p->course_item_count) {
        whole.completion = whole.attempted ? SCORM_INCOMPLETE : SCORM_COMPLETION_UNKNOWN;
        whole.success = SCORM_SUCCESS_UNKNOWN;
    }
    whole.suspended = t->nodes[0].now.suspended;
    if (scores == 1) /* 1.2 says nothing about how several scores become one */
        whole.scaled = *score;
    t->nodes[0].now = whole;
    out->completion = whole.completion;
    out->success = whole.success;
    out->scaled = whole.scaled;
    out->counted = n.counted;
    out->done = n.done;
    explain_12(&n, p, out);
}

/* ---- the whole -------------------------------------------------------------------------------- */

/* SCOs that weigh in the course's measure and have not ended. */
static uint32_t still_open(const struct rollup_tree *t)
{
    const struct scorm_course *c = t->course;
    uint32_t open = 0;

    for (uint32_t i = 1; i < c->item_count; i++)
        open += is_leaf(c, i) && t->nodes[i].counts && c->items[i].tracked && c->items[i].measure_weight > 0 &&
                (t->nodes[i].now.suspended || (!t->nodes[i].status && !t->nodes[i].now.scaled.given));
    return open;
}

static void count_2004(const struct rollup_tree *t, struct scorm_course_decision *out)
{
    const struct scorm_course *c = t->course;
    const struct scorm_rolled *root = &t->nodes[0].now;

    out->completion = root->completion;
    out->success = root->success;
    out->scaled = root->scaled;
    out->progress = root->progress;
    for (uint32_t i = 1; i < c->item_count; i++) {
        if (!is_leaf(c, i) || !t->nodes[i].counts || !c->items[i].tracked)
            continue;
        out->counted++;
        out->done += is_done(&t->nodes[i].now);
    }
    /* By the letter a course is failed from its first SCO on, since those not begun count as
     * nought. Nobody has failed a test that they have not taken: it is not known yet. */
    if (root->success == SCORM_FAILED && scorm_item_passing(&c->items[0]).given && (out->open = still_open(t)) > 0)
        out->success = SCORM_SUCCESS_UNKNOWN;
    rollup_explain_2004(t, out);
}

/* With one SCO the course is what the SCO is, and its own reason says most. */
static void reason_of_only_sco(const struct rollup_tree *t, struct scorm_course_decision *out)
{
    const struct scorm_item_status *only = NULL;

    for (uint32_t i = 1; out->counted == 1 && i < t->course->item_count; i++)
        if (t->nodes[i].status && is_leaf(t->course, i) && t->course->items[i].tracked)
            only = t->nodes[i].status;
    if (only && only->because && only->because[0] && only->completion == out->completion &&
        only->success == out->success)
        snprintf(out->because, sizeof out->because, "%s", only->because);
}

int scorm_rollup(const struct scorm_course *course, const struct scorm_policy *policy,
                 const struct scorm_item_status *statuses, size_t status_count,
                 struct scorm_course_decision *out, struct scorm_rolled *out_items, aw_error *err)
{
    struct rollup_tree t = {.course = course};
    struct scorm_course_decision decision = {0};
    struct scorm_policy standard = {.course_rule = SCORM_COURSE_ALL};
    int rc = AW_OK;

    t.nodes = calloc(course->item_count, sizeof *t.nodes);
    if (!t.nodes)
        return error_nomem(err, "course");
    for (size_t i = 0; i < status_count; i++)
        take_status(&t, &statuses[i]);
    prepare(&t);
    if (course->version == SCORM_2004) {
        if ((rc = roll_2004(&t, statuses, status_count, err)) != AW_OK)
            goto out;
        count_2004(&t, &decision);
    } else {
        roll_12(&t, policy ? policy : &standard, &decision);
    }
    reason_of_only_sco(&t, &decision);
    for (uint32_t i = 0; out_items && i < course->item_count; i++)
        out_items[i] = t.nodes[i].now;
    *out = decision;
out:
    rollup_globals_free(&t);
    free(t.nodes);
    return rc;
}
