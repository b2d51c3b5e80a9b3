/* rollup_because.c - why a 2004 course was decided as it was, in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rollup_tree.h"

static void add(struct scorm_course_decision *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct scorm_course_decision *out, const char *fmt, ...)
{
    size_t n = strlen(out->because);
    va_list args;

    if (n > 0)
        n += (size_t)snprintf(out->because + n, sizeof out->because - n, "; ");
    if (n >= sizeof out->because)
        return;
    va_start(args, fmt);
    vsnprintf(out->because + n, sizeof out->because - n, fmt, args);
    va_end(args);
}

static bool has_rule(const struct scorm_item *item, enum scorm_rollup_action a, enum scorm_rollup_action b)
{
    for (size_t i = 0; i < item->rule_count; i++)
        if (item->rules[i].action == a || item->rules[i].action == b)
            return true;
    return false;
}

static void explain_completion(const struct rollup_tree *t, struct scorm_course_decision *out)
{
    static const char *const words[] = {"completion not known", "not completed", "completed"};
    const struct scorm_item *root = &t->course->items[0];
    const char *word = words[out->completion];

    if (out->counted == 0)
        add(out, "not decided because nothing in the course can report");
    else if (root->completed_by_measure && out->progress.given)
        add(out, "%s because progress %.4g %s %.4g", word, out->progress.value,
            out->completion == SCORM_COMPLETED ? ">=" : "<", root->min_progress);
    else if (root->completed_by_measure)
        add(out, "%s because no progress was reported", word);
    else if (has_rule(root, SCORM_ROLL_COMPLETED, SCORM_ROLL_INCOMPLETE))
        add(out, "%s by the course's rollup rules, with %u of %u SCOs completed or passed", word, out->done, out->counted);
    else
        add(out, "%s because %u of %u SCOs are completed or passed", word, out->done, out->counted);
}

void rollup_explain_2004(const struct rollup_tree *t, struct scorm_course_decision *out)
{
    const struct scorm_item *root = &t->course->items[0];
    struct scorm_number passing = scorm_item_passing(root);
    const char *word = out->success == SCORM_PASSED ? "passed" : "failed";

    explain_completion(t, out);
    if (out->open > 0)
        add(out, "not passed yet because measure %.4g < %.4g and %u SCO%s to come", out->scaled.value, passing.value,
            out->open, out->open == 1 ? " is" : "s are");
    if (out->success == SCORM_SUCCESS_UNKNOWN)
        return;
    if (passing.given && out->scaled.given)
        add(out, "%s because measure %.4g %s %.4g", word, out->scaled.value,
            out->success == SCORM_PASSED ? ">=" : "<", passing.value);
    else if (has_rule(root, SCORM_ROLL_SATISFIED, SCORM_ROLL_NOT_SATISFIED))
        add(out, "%s by the course's rollup rules", word);
    else if (out->success == SCORM_PASSED)
        add(out, "passed because every part that counts is satisfied");
    else
        add(out, "failed because not every part that counts is satisfied");
}
