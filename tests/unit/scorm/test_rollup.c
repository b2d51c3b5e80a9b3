/*
 * test_rollup.c - tables of courses, statuses and what the course then is.
 *
 * Courses are written as manifests in a few lines, statuses as "item:c/s/measure"
 * where c is c(ompleted), i(ncomplete) or -, and s is p(assed), f(ailed) or -.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "manifest.h"
#include "package.h"
#include "rollup.h"

#define HEAD_2004                                                                                  \
    "<manifest identifier='m'><metadata><schemaversion>2004 4th Edition</schemaversion>"           \
    "</metadata><organizations default='o'><organization identifier='o'><title>T</title>"
#define HEAD_12                                                                                    \
    "<manifest identifier='m'><metadata><schemaversion>1.2</schemaversion></metadata>"             \
    "<organizations default='o'><organization identifier='o'><title>T</title>"
#define TAIL                                                                                       \
    "</organization></organizations><resources>"                                                   \
    "<resource identifier='r' type='webcontent' adlcp:scormType='sco' href='a.html'/>"             \
    "<resource identifier='x' type='webcontent' adlcp:scormType='asset' href='x.html'/>"           \
    "</resources></manifest>"
#define SCO(id) "<item identifier='" id "' identifierref='r'><title>" id "</title></item>"
#define SCO_SEQ(id, seq)                                                                           \
    "<item identifier='" id "' identifierref='r'><title>" id "</title><imsss:sequencing>" seq      \
    "</imsss:sequencing></item>"
#define ASSET(id) "<item identifier='" id "' identifierref='x'><title>" id "</title></item>"
#define CLUSTER(id, content) "<item identifier='" id "'><title>" id "</title>" content "</item>"
#define SEQ(content) "<imsss:sequencing>" content "</imsss:sequencing>"
#define BY_MEASURE(min)                                                                            \
    "<imsss:objectives><imsss:primaryObjective satisfiedByMeasure='true'><imsss:minNormalizedMeasure>" min \
    "</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>"
#define RULE(set, cond, act)                                                                       \
    "<imsss:rollupRule childActivitySet='" set "'><imsss:rollupConditions>" cond                   \
    "</imsss:rollupConditions><imsss:rollupAction action='" act "'/></imsss:rollupRule>"
#define COND(c) "<imsss:rollupCondition condition='" c "'/>"
#define NOT(c) "<imsss:rollupCondition operator='not' condition='" c "'/>"
#define RULES(attrs, rules) "<imsss:rollupRules " attrs ">" rules "</imsss:rollupRules>"
#define CONSIDER(attrs) "<adlseq:rollupConsiderations " attrs "/>"

static struct scorm_course *course_of(const char *xml)
{
    struct scorm_course *course = NULL;
    aw_error err = AW_ERROR_INIT;

    if (scorm_manifest_read(xml, strlen(xml), "", NULL, NULL, &course, &err) != AW_OK)
        fail_msg("%s: %s", err.text, xml);
    return course;
}

#define STATUSES 12

/* "a:c/p/0.8 b:i/-" ; a trailing "!" means suspended, "@0.5" is progress. */
static size_t parse(const char *text, struct scorm_item_status *out, char names[STATUSES][32])
{
    size_t n = 0;

    for (const char *p = text; *p; n++) {
        assert_in_range(n, 0, STATUSES - 1);
        size_t len = strcspn(p, ":");
        snprintf(names[n], 32, "%.*s", (int)len, p);
        p += len + 1;
        out[n] = (struct scorm_item_status){.item = names[n], .time_ms = (int64_t)n};
        out[n].completion = *p == 'c' ? SCORM_COMPLETED : *p == 'i' ? SCORM_INCOMPLETE : SCORM_COMPLETION_UNKNOWN;
        p += 2;
        out[n].success = *p == 'p' ? SCORM_PASSED : *p == 'f' ? SCORM_FAILED : SCORM_SUCCESS_UNKNOWN;
        p++;
        char *end = (char *)p;
        if (*p == '/') {
            out[n].scaled.given = true;
            out[n].scaled.value = strtod(p + 1, &end);
        }
        if (*end == '@') {
            out[n].progress.given = true;
            out[n].progress.value = strtod(end + 1, &end);
        }
        if (*end == '!') {
            out[n].suspended = true;
            end++;
        }
        p = *end == ' ' ? end + 1 : end;
    }
    return n;
}

struct row {
    const char *manifest, *statuses, *expect; /* "c/p/0.75": completion, success, measure ("" none) */
    const char *because;                      /* a part of it, or NULL */
};

static void run(const struct row *rows, size_t count, const struct scorm_policy *policy)
{
    for (size_t i = 0; i < count; i++) {
        struct scorm_course *course = course_of(rows[i].manifest);
        struct scorm_item_status statuses[STATUSES];
        struct scorm_course_decision d;
        char names[STATUSES][32], got[64];
        size_t n = parse(rows[i].statuses, statuses, names);

        assert_int_equal(scorm_rollup(course, policy, statuses, n, &d, NULL, NULL), AW_OK);
        int at = snprintf(got, sizeof got, "%c/%c", "-ic"[d.completion], "-fp"[d.success]);
        if (d.scaled.given)
            snprintf(got + at, sizeof got - (size_t)at, "/%.4g", d.scaled.value);
        if (strcmp(got, rows[i].expect) != 0)
            fail_msg("row %zu (%s): got %s, expected %s (%s)", i, rows[i].statuses, got, rows[i].expect, d.because);
        if (rows[i].because && !strstr(d.because, rows[i].because))
            fail_msg("row %zu: because \"%s\" lacks \"%s\"", i, d.because, rows[i].because);
        assert_true(d.because[0] != '\0');
        scorm_course_free(course);
    }
}
#define RUN(rows, policy) run(rows, sizeof rows / sizeof *rows, policy)

/* ---- 2004 ------------------------------------------------------------------------------ */

#define TWO HEAD_2004 SCO("a") SCO("b") TAIL

static void test_defaults(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {TWO, "", "-/-", "completion not known because 0 of 2"},
        {TWO, "a:c/p", "-/-", NULL},
        {TWO, "a:c/p b:c/p", "c/p", "completed because 2 of 2 SCOs"},
        {TWO, "a:c/- b:c/-", "c/-", NULL},
        {TWO, "a:c/p b:c/-", "c/-", NULL},
        {TWO, "a:c/p b:i/f", "i/f", "failed because not every part"},
        {TWO, "a:c/p b:i/-", "i/-", NULL},
        {TWO, "a:c/p b:-/p", "-/p", NULL},
        {TWO, "a:i/f b:i/f", "i/f", NULL},
        {TWO, "a:c/p b:c/p nobody:i/f", "c/p", NULL},
        {HEAD_2004 SCO("a") TAIL, "a:c/p/0.9", "c/p/0.9", NULL},
        {HEAD_2004 CLUSTER("k", SCO("a")) CLUSTER("l", CLUSTER("m", SCO("b"))) TAIL, "a:c/p b:c/p", "c/p", NULL},
        {HEAD_2004 CLUSTER("k", SCO("a")) CLUSTER("l", CLUSTER("m", SCO("b"))) TAIL, "a:c/p b:c/f", "c/f", NULL},
    };
    RUN(rows, NULL);
}

static void test_what_cannot_report(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {HEAD_2004 SCO("a") ASSET("x") TAIL, "a:c/p", "c/p", NULL},
        {HEAD_2004 SCO("a") CLUSTER("heading", "") TAIL, "a:c/p", "c/p", NULL},
        {HEAD_2004 SCO("a") CLUSTER("k", ASSET("x")) TAIL, "a:c/p", "c/p", NULL},
        /* ... unless the host told about it */
        {HEAD_2004 SCO("a") ASSET("x") TAIL, "a:c/p x:i/-", "i/-", NULL},
        {HEAD_2004 ASSET("x") TAIL, "", "-/-", "nothing in the course can report"},
        {HEAD_2004 SCO("a") SCO_SEQ("b", "<imsss:deliveryControls tracked='false'/>") TAIL, "a:c/p", "c/p", NULL},
        {HEAD_2004 SCO("a") SCO_SEQ("b", "<imsss:deliveryControls tracked='false'/>") TAIL, "b:c/p", "-/-", NULL},
    };
    RUN(rows, NULL);
}

#define WEIGHTED(wa, wb, min)                                                                      \
    HEAD_2004 SCO_SEQ("a", RULES("objectiveMeasureWeight='" wa "'", ""))                           \
    SCO_SEQ("b", RULES("objectiveMeasureWeight='" wb "'", "")) SEQ(BY_MEASURE(min)) TAIL

static void test_measure(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {WEIGHTED("1", "1", "0.7"), "a:c/-/0.8 b:c/-/0.6", "c/p/0.7", "passed because measure 0.7 >= 0.7"},
        {WEIGHTED("1", "1", "0.7"), "a:c/-/0.8 b:c/-/0.5", "c/f/0.65", "failed because measure 0.65 < 0.7"},
        {WEIGHTED("0.25", "0.75", "0.7"), "a:c/-/0 b:c/-/1", "c/p/0.75", NULL},
        {WEIGHTED("0.75", "0.25", "0.7"), "a:c/-/0 b:c/-/1", "c/f/0.25", NULL},
        /* a child without a measure counts in the denominator */
        {WEIGHTED("1", "1", "0.7"), "a:c/-/1 b:c/-", "c/f/0.5", NULL},
        {WEIGHTED("1", "1", "0.5"), "a:c/-/1", "-/p/0.5", NULL},
        {WEIGHTED("1", "0", "0.7"), "a:c/-/0.9 b:c/-/0.1", "c/p/0.9", NULL},
        {WEIGHTED("0", "0", "0.7"), "a:c/-/0.9 b:c/-/0.1", "c/-", NULL},
        /* by measure, the children's own success does not matter; without measures nothing is known */
        {WEIGHTED("1", "1", "0.7"), "a:c/p b:c/p", "c/-", NULL},
        /* nobody has failed what was not begun: not known yet */
        {WEIGHTED("1", "1", "0.7"), "a:c/-/1", "-/-/0.5", "not passed yet because measure 0.5 < 0.7 and 1 SCO is to come"},
        {WEIGHTED("1", "0", "0.7"), "a:c/-/0.5", "-/f/0.5", NULL},
        {WEIGHTED("1", "1", "0.7"), "a:c/-/1 b:i/-", "i/f/0.5", NULL},
        {WEIGHTED("1", "1", "0.7"), "a:c/-/1 b:i/-/0.1!", "i/-/0.55", "1 SCO is to come"},
        {WEIGHTED("1", "1", "-1"), "a:c/f/-1 b:c/f/-0.5", "c/p/-0.75", NULL},
    };
    RUN(rows, NULL);
}

static void test_flags_and_considerations(void **state)
{
    (void)state;
#define FLAGS(f) HEAD_2004 SCO("a") SCO_SEQ("b", RULES(f, "")) TAIL
#define NEEDS(f) HEAD_2004 SCO("a") SCO_SEQ("b", CONSIDER(f)) TAIL
    static const struct row rows[] = {
        {FLAGS("rollupObjectiveSatisfied='false'"), "a:c/p b:c/f", "c/p", NULL},
        {FLAGS("rollupObjectiveSatisfied='false'"), "a:c/p", "-/p", NULL},
        {FLAGS("rollupProgressCompletion='false'"), "a:c/p b:i/p", "c/p", NULL},
        {FLAGS("rollupProgressCompletion='false' rollupObjectiveSatisfied='false'"), "a:c/p", "c/p", NULL},
        {NEEDS("requiredForSatisfied='ifAttempted'"), "a:c/p", "-/p", NULL},
        {NEEDS("requiredForSatisfied='ifAttempted'"), "a:c/p b:i/-", "i/-", NULL},
        {NEEDS("requiredForCompleted='ifAttempted'"), "a:c/p", "c/-", NULL},
        {NEEDS("requiredForCompleted='ifNotSuspended'"), "a:c/p b:i/-!", "c/-", NULL},
        {NEEDS("requiredForCompleted='ifNotSuspended'"), "a:c/p b:i/-", "i/-", NULL},
        {NEEDS("requiredForIncomplete='ifAttempted'"), "a:i/-", "i/-", NULL},
        {NEEDS("requiredForNotSatisfied='ifNotSuspended'"), "a:c/f", "-/f", NULL},
        {NEEDS("requiredForCompleted='ifNotSkipped'"), "a:c/p", "-/-", NULL},
    };
    RUN(rows, NULL);
}

static void test_rules(void **state)
{
    (void)state;
#define RULED(rules) HEAD_2004 SCO("a") SCO("b") SCO("c") SEQ(RULES("", rules)) TAIL
    static const struct row rows[] = {
        {RULED(RULE("any", COND("satisfied"), "completed")), "a:i/p", "c/-", "by the course's rollup rules"},
        {RULED(RULE("any", COND("satisfied"), "completed")), "a:c/f b:c/f c:c/f", "-/f", NULL},
        {RULED(RULE("any", COND("satisfied"), "satisfied")), "b:i/p", "-/p", "passed by the course's rollup rules"},
        {RULED(RULE("none", COND("satisfied"), "satisfied")), "a:c/f b:c/f c:c/f", "c/p", NULL},
        {RULED(RULE("none", COND("satisfied"), "satisfied")), "a:c/f b:c/f", "-/-", NULL},
        {RULED(RULE("all", NOT("attempted"), "incomplete")), "", "i/-", NULL},
        {RULED(RULE("atLeastCount' minimumCount='2", COND("completed"), "completed")), "a:c/- c:c/-", "c/-", NULL},
        {RULED(RULE("atLeastCount' minimumCount='2", COND("completed"), "completed")), "a:c/-", "-/-", NULL},
        {RULED(RULE("atLeastPercent' minimumPercent='0.6", COND("completed"), "completed")), "a:c/- c:c/-", "c/-", NULL},
        {RULED(RULE("atLeastPercent' minimumPercent='0.7", COND("completed"), "completed")), "a:c/- c:c/-", "-/-", NULL},
        /* any condition is the default combination */
        {RULED(RULE("all", COND("completed") COND("satisfied"), "completed")), "a:c/- b:-/p c:c/f", "c/-", NULL},
        /* the positive overrides the negative */
        {RULED(RULE("any", COND("attempted"), "incomplete") RULE("any", COND("completed"), "completed")), "a:c/-", "c/-",
         NULL},
        {RULED(RULE("any", COND("completed"), "completed") RULE("any", COND("attempted"), "incomplete")), "a:c/-", "c/-",
         NULL},
        {RULED(RULE("any", COND("attempted"), "incomplete") RULE("any", COND("completed"), "completed")), "a:i/-", "i/-",
         NULL},
        {RULED(RULE("any", COND("objectiveMeasureKnown"), "satisfied")), "a:i/-/0.1", "-/p/0.03333", NULL},
        {RULED(RULE("any", COND("timeLimitExceeded"), "completed")), "a:c/p b:c/p c:c/p", "-/p", NULL},
        /* a rule that is not understood decides nothing, not even half of it */
        {RULED(RULE("any", COND("satisfied") COND("moonPhase"), "completed")), "a:c/p b:c/p c:c/p", "c/p", NULL},
    };
    RUN(rows, NULL);
}

static void test_completion_threshold(void **state)
{
    (void)state;
#define PROGRESS(min)                                                                              \
    HEAD_2004 SCO("a") "<item identifier='b' identifierref='r'><title>b</title><adlcp:completionThreshold progressWeight='3'/></item>" \
    "<adlcp:completionThreshold completedByMeasure='true' minProgressMeasure='" min "'/>" TAIL
    static const struct row rows[] = {
        {PROGRESS("0.75"), "a:c/-@0 b:c/-@1", "c/-", "completed because progress 0.75 >= 0.75"},
        {PROGRESS("0.75"), "a:c/-@1 b:c/-@0.6", "i/-", "not completed because progress 0.7 < 0.75"},
        {PROGRESS("0.75"), "a:c/- b:c/-", "-/-", "no progress was reported"},
        {PROGRESS("0.2"), "a:c/-@1", "c/-", NULL},
    };
    RUN(rows, NULL);
}

#define MAP(flags)                                                                                 \
    "<imsss:objectives><imsss:primaryObjective objectiveID='p'><imsss:mapInfo targetObjectiveID=' g ' " flags \
    "/></imsss:primaryObjective></imsss:objectives>"

static void test_global_objectives(void **state)
{
    (void)state;
#define SHARED(wa, wb) HEAD_2004 SCO_SEQ("a", MAP(wa)) SCO_SEQ("b", MAP(wb)) TAIL
    static const struct row rows[] = {
        /* a passed pre-test satisfies the lesson that reads its objective */
        {SHARED("writeSatisfiedStatus='true'", ""), "a:c/p", "-/p", NULL},
        {SHARED("writeSatisfiedStatus='true'", "readSatisfiedStatus='false'"), "a:c/p", "-/-", NULL},
        {SHARED("", ""), "a:c/p", "-/-", NULL},
        /* the later write wins, and both read it */
        {SHARED("writeSatisfiedStatus='true'", "writeSatisfiedStatus='true'"), "a:c/p b:c/f", "c/f", NULL},
        {SHARED("writeSatisfiedStatus='true'", "writeSatisfiedStatus='true'"), "b:c/f a:c/p", "c/p", NULL},
        {SHARED("writeNormalizedMeasure='true'", ""), "a:c/p/0.6 b:c/p", "c/p/0.6", NULL},
        {SHARED("writeNormalizedMeasure='true'", "readNormalizedMeasure='false'"), "a:c/p/0.6 b:c/p", "c/p/0.3", NULL},
        /* what is not tracked writes nothing */
        {SHARED("writeSatisfiedStatus='true'/></imsss:primaryObjective></imsss:objectives><imsss:deliveryControls tracked='false'"
                "/><imsss:objectives><imsss:primaryObjective><imsss:mapInfo targetObjectiveID='h'", ""), "a:c/p", "-/-", NULL},
        /* satisfied by measure: only a measure decides */
        {HEAD_2004 SCO_SEQ("a", MAP("writeSatisfiedStatus='true'"))
             SCO_SEQ("b", "<imsss:objectives><imsss:primaryObjective satisfiedByMeasure='true'><imsss:minNormalizedMeasure>0.5"
                          "</imsss:minNormalizedMeasure><imsss:mapInfo targetObjectiveID='g'/></imsss:primaryObjective></imsss:objectives>") TAIL,
         "a:c/p", "-/-", NULL},
        {HEAD_2004 SCO_SEQ("a", MAP("writeNormalizedMeasure='true'"))
             SCO_SEQ("b", "<imsss:objectives><imsss:primaryObjective satisfiedByMeasure='true'><imsss:minNormalizedMeasure>0.5"
                          "</imsss:minNormalizedMeasure><imsss:mapInfo targetObjectiveID='g'/></imsss:primaryObjective></imsss:objectives>") TAIL,
         "a:c/p/0.5", "-/p/0.5", NULL},
        /* a cluster writes what it became, a leaf reads it */
        {HEAD_2004 CLUSTER("k", SCO("x") SEQ(MAP("writeSatisfiedStatus='true'"))) SCO_SEQ("b", MAP("")) TAIL, "x:c/p", "-/p",
         NULL},
    };
    RUN(rows, NULL);
}

static void test_objectives_that_are_not_primary(void **state)
{
    (void)state;
    struct scorm_course *course = course_of(
        HEAD_2004 SCO_SEQ("a", "<imsss:objectives><imsss:primaryObjective/><imsss:objective objectiveID='o1'>"
                               "<imsss:mapInfo targetObjectiveID='g' writeSatisfiedStatus='true'/></imsss:objective>"
                               "</imsss:objectives>")
            SCO_SEQ("b", MAP("")) TAIL);
    const struct scorm_objective o = {.id = "o1", .success = SCORM_PASSED};
    const struct scorm_item_status s = {.item = "a", .completion = SCORM_COMPLETED, .success = SCORM_PASSED,
                                        .objectives = &o, .objective_count = 1};
    struct scorm_course_decision d;
    struct scorm_rolled items[3];

    assert_int_equal(scorm_rollup(course, NULL, &s, 1, &d, items, NULL), AW_OK);
    assert_int_equal(items[2].success, SCORM_PASSED);
    assert_false(items[2].attempted);
    assert_int_equal(d.success, SCORM_PASSED);
    assert_int_equal(d.counted, 2);
    assert_int_equal(d.done, 2);
    scorm_course_free(course);
}

/* ---- 1.2 ---------------------------------------------------------------------------------- */

#define THREE HEAD_12 CLUSTER("k", SCO("a") SCO("b")) SCO("c") ASSET("x") TAIL

static void test_12_all(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {THREE, "", "-/-", NULL},
        {THREE, "a:c/-", "i/-", "not completed because 1 of 3 SCOs"},
        {THREE, "a:c/- b:c/- c:c/-", "c/-", "completed because 3 of 3 SCOs"},
        {THREE, "a:c/- b:c/- c:c/p/0.8", "c/p/0.8", "passed"},
        {THREE, "a:c/- b:-/p c:c/p", "c/p", NULL},
        {THREE, "a:c/- b:c/- c:-/f", "i/f", NULL},
        {THREE, "a:c/- c:-/f", "i/-", NULL},
        {THREE, "a:c/- b:c/- c:c/f", "c/f", NULL},
        {THREE, "a:c/p/0.5 b:c/p/0.6 c:c/p/0.7", "c/p", NULL},
        {THREE, "a:c/- b:c/- c:c/- x:i/-", "i/-", NULL},
        {HEAD_12 ASSET("x") TAIL, "", "-/-", "no SCOs that could report"},
    };
    RUN(rows, NULL);
}

static void test_12_any_and_named(void **state)
{
    (void)state;
    static const struct row any[] = {
        {THREE, "b:c/-", "c/-", "any one is enough"},
        {THREE, "b:-/p", "c/p", NULL},
        {THREE, "b:i/-", "i/-", NULL},
        {THREE, "a:-/f b:-/f c:-/f", "i/f", NULL},
        {THREE, "a:-/f b:c/p", "c/p", NULL},
    };
    struct scorm_policy policy = {.course_rule = SCORM_COURSE_ANY};
    RUN(any, &policy);

    static const char *const names[] = {"c"};
    static const struct row named[] = {
        {THREE, "a:c/- b:c/-", "-/-", NULL},
        {THREE, "c:c/p", "c/p", "1 of 1 named SCOs"},
        {THREE, "a:-/f c:c/p", "c/p", NULL},
    };
    policy = (struct scorm_policy){.course_rule = SCORM_COURSE_NAMED, .course_items = names, .course_item_count = 1};
    RUN(named, &policy);

    static const char *const missing[] = {"c", "nowhere"};
    static const struct row absent[] = {{THREE, "a:c/p b:c/p c:c/p", "i/-", "do not exist"}};
    policy.course_items = missing;
    policy.course_item_count = 2;
    RUN(absent, &policy);
}

/* ---- manifests of ADL's conformance tests and Rustici's example ---------------------------- */

static void test_manifests_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *file, *statuses, *item, *expect; /* of the item; "" for the course */
    } rows[] = {
        /* RU-02a: any child satisfied completes the cluster */
        {"6x-ADL-CTS-RU-02a.xml", "activity_3:i/p", "activity_2", "c/-"},
        {"6x-ADL-CTS-RU-02a.xml", "activity_3:c/f activity_4:c/f activity_5:c/f", "activity_2", "-/f"},
        {"6x-ADL-CTS-RU-02a.xml", "activity_1:c/p activity_4:i/p activity_6:c/p", "", "c/-"},
        /* CT-01: the cluster is completed by measure from 0.45 on */
        {"6x-ADL-CTS-CT-01.xml", "activity_3:c/-@1 activity_4:c/-@0.35", "activity_2", "c/-"},
        {"6x-ADL-CTS-CT-01.xml", "activity_3:c/-@1 activity_4:c/-@0.34", "activity_2", "i/-"},
        {"6x-ADL-CTS-CT-01.xml", "activity_3:c/- activity_4:c/- activity_5:c/-", "activity_2", "-/-"},
        /* CO-10: completion is shared through a global objective, the third item is not tracked */
        {"6x-ADL-CTS-CO-10.xml", "activity_1:c/-", "activity_2", "c/-"},
        {"6x-ADL-CTS-CO-10.xml", "activity_1:c/-", "", "c/-"},
        {"6x-ADL-CTS-CO-10.xml", "activity_3:c/-", "activity_2", "-/-"},
        /* the lessons count for nothing, each quiz satisfies its lesson, all quizzes the course */
        {"15-golf-SequencingSimpleRemediation-2004-3rd.xml", "playing_item:c/p test_1:c/p test_2:c/p test_3:c/p", "", "-/-"},
        {"15-golf-SequencingSimpleRemediation-2004-3rd.xml", "test_1:c/p test_2:c/p test_3:c/p test_4:c/p", "", "c/p"},
        {"15-golf-SequencingSimpleRemediation-2004-3rd.xml", "test_1:c/p", "playing_item", "-/p"},
        {"15-golf-SequencingSimpleRemediation-2004-3rd.xml", "test_1:c/p test_2:c/p test_3:c/f test_4:c/p", "", "c/f"},
    };
    const char *shared = getenv("AW_SHARED");
    char path[1024];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scorm_course *course = NULL;
        struct scorm_item_status statuses[STATUSES];
        struct scorm_course_decision d;
        char names[STATUSES][32], got[8];

        snprintf(path, sizeof path, "%s/data/scorm/manifests/%s", shared ? shared : "", rows[i].file);
        if (scorm_course_open(path, &course, NULL) != AW_OK) {
            print_message("skipped: %s is not there\n", path);
            skip();
        }
        struct scorm_rolled *items = calloc(course->item_count, sizeof *items);
        size_t n = parse(rows[i].statuses, statuses, names);
        assert_non_null(items);
        assert_int_equal(scorm_rollup(course, NULL, statuses, n, &d, items, NULL), AW_OK);
        const struct scorm_rolled *r = &items[*rows[i].item ? scorm_course_find(course, rows[i].item) : 0];
        snprintf(got, sizeof got, "%c/%c", "-ic"[r->completion], "-fp"[r->success]);
        if (strcmp(got, rows[i].expect) != 0)
            fail_msg("%s, %s: %s is %s, expected %s (%s)", rows[i].file, rows[i].statuses, rows[i].item, got, rows[i].expect,
                     d.because);
        free(items);
        scorm_course_free(course);
    }
}

/* ---- reasons, clusters, determinism ------------------------------------------------------------ */

static void test_reason_of_the_only_sco(void **state)
{
    (void)state;
    struct scorm_course *course = course_of(HEAD_12 SCO("a") TAIL);
    const struct scorm_item_status s = {.item = "a", .completion = SCORM_COMPLETED, .success = SCORM_PASSED,
                                        .because = "passed because raw 100 >= mastery 80"};
    struct scorm_course_decision d;

    assert_int_equal(scorm_rollup(course, NULL, &s, 1, &d, NULL, NULL), AW_OK);
    assert_string_equal(d.because, "passed because raw 100 >= mastery 80");
    scorm_course_free(course);
}

static void test_clusters_are_told(void **state)
{
    (void)state;
    struct scorm_course *course = course_of(THREE);
    struct scorm_item_status s[2] = {{.item = "a", .completion = SCORM_COMPLETED}, {.item = "b", .success = SCORM_PASSED}};
    struct scorm_course_decision d;
    struct scorm_rolled items[6];

    assert_int_equal(course->item_count, 6);
    assert_int_equal(scorm_rollup(course, NULL, s, 2, &d, items, NULL), AW_OK);
    assert_string_equal(course->items[1].id, "k");
    assert_int_equal(items[1].completion, SCORM_COMPLETED);
    assert_int_equal(items[1].success, SCORM_PASSED);
    assert_int_equal(items[0].completion, SCORM_INCOMPLETE);
    assert_int_equal(d.counted, 3);
    assert_int_equal(d.done, 2);
    scorm_course_free(course);
}

/* The stored form decides as the manifest does: every row again through JSON. */
static void test_same_through_json(void **state)
{
    (void)state;
    static const char *const manifests[] = {TWO, WEIGHTED("0.25", "0.75", "0.7"), THREE, PROGRESS("0.75"),
                                            NEEDS("requiredForCompleted='ifNotSuspended'"),
                                            RULED(RULE("atLeastCount' minimumCount='2", NOT("completed"), "incomplete")),
                                            SHARED("writeSatisfiedStatus='true'", "writeNormalizedMeasure='true'")};

    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++) {
        struct scorm_course *course = course_of(manifests[i]), *again = NULL;
        char *json = NULL, *json2 = NULL, *shown = NULL, *shown2 = NULL;
        aw_error err = AW_ERROR_INIT;

        assert_int_equal(scorm_course_json(course, &json, &err), AW_OK);
        if (scorm_course_read(json, strlen(json), &again, &err) != AW_OK)
            fail_msg("%s: %s in %s", err.where, err.text, json);
        assert_int_equal(scorm_course_json(again, &json2, &err), AW_OK);
        assert_string_equal(json, json2);
        assert_int_equal(scorm_inspect_json(course, &shown, &err), AW_OK);
        assert_int_equal(scorm_inspect_json(again, &shown2, &err), AW_OK);
        assert_string_equal(shown, shown2);
        for (int bits = 0; bits < 64; bits++) {
            struct scorm_item_status s[2] = {
                {.item = "a", .completion = (enum scorm_completion)(bits % 3), .success = (enum scorm_success)(bits / 3 % 3),
                 .scaled = {bits & 1, 0.8}, .progress = {bits & 2, 0.9}},
                {.item = "b", .completion = (enum scorm_completion)(bits / 9 % 3), .suspended = bits & 4, .time_ms = bits & 8},
            };
            struct scorm_course_decision d1, d2;
            memset(&d1, 0, sizeof d1);
            memset(&d2, 0, sizeof d2);
            assert_int_equal(scorm_rollup(course, NULL, s, 2, &d1, NULL, NULL), AW_OK);
            assert_int_equal(scorm_rollup(again, NULL, s, 2, &d2, NULL, NULL), AW_OK);
            assert_string_equal(d1.because, d2.because);
            assert_int_equal(d1.completion, d2.completion);
            assert_int_equal(d1.success, d2.success);
        }
        free(json);
        free(json2);
        free(shown);
        free(shown2);
        scorm_course_free(course);
        scorm_course_free(again);
    }
}

static void test_stored_form_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int code;
    } rows[] = {
        {"", AW_EJSON},
        {"{}", AW_EVERSION},
        {"{\"v\":2,\"items\":[]}", AW_EVERSION},
        {"{\"v\":1,\"items\":[]}", AW_ECORRUPT},
        {"{\"v\":1,\"items\":[{\"id\":\"o\"}]}", AW_ECORRUPT},
        {"{\"v\":1,\"items\":[{\"id\":\"o\",\"title\":\"T\",\"parent\":0}]}", AW_ECORRUPT},
        {"{\"v\":1,\"items\":[{\"id\":\"o\",\"title\":\"T\"},{\"id\":\"a\",\"title\":\"T\"}]}", AW_ECORRUPT},
        {"{\"v\":1,\"items\":[{\"id\":\"o\",\"title\":\"T\"},{\"id\":\"a\",\"title\":\"T\",\"parent\":1}]}", AW_ECORRUPT},
        {"{\"v\":1,\"items\":[{\"id\":\"o\",\"title\":\"T\"},{\"id\":\"a\",\"title\":\"T\",\"parent\":0}]}", AW_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scorm_course *course = NULL;
        assert_int_equal(scorm_course_read(rows[i].json, strlen(rows[i].json), &course, NULL), rows[i].code);
        assert_true((course != NULL) == (rows[i].code == AW_OK));
        scorm_course_free(course);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_what_cannot_report),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_flags_and_considerations),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_completion_threshold),
        cmocka_unit_test(test_global_objectives),
        cmocka_unit_test(test_objectives_that_are_not_primary),
        cmocka_unit_test(test_12_all),
        cmocka_unit_test(test_12_any_and_named),
        cmocka_unit_test(test_manifests_of_others),
        cmocka_unit_test(test_reason_of_the_only_sco),
        cmocka_unit_test(test_clusters_are_told),
        cmocka_unit_test(test_same_through_json),
        cmocka_unit_test(test_stored_form_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
