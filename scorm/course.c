/* course.c - questions about a course that has been read. */
#include "course.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

void scorm_course_free(struct scorm_course *course)
{
    if (!course)
        return;
    arena_free(course->memory);
    free(course);
}

const char *scorm_item_type_name(enum scorm_item_type t)
{
    static const char *const names[] = {"cluster", "sco", "asset", "none"};

    return (unsigned)t < sizeof names / sizeof *names ? names[t] : "none";
}

uint32_t scorm_course_find(const struct scorm_course *course, const char *item_id)
{
    /* items[0] is the organization: content never reports for it. */
    for (uint32_t i = 1; item_id && i < course->item_count; i++)
        if (strcmp(course->items[i].id, item_id) == 0)
            return i;
    return SCORM_NO_ITEM;
}

uint32_t scorm_course_sco_count(const struct scorm_course *course)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < course->item_count; i++)
        count += course->items[i].type == SCORM_ITEM_SCO;
    return count;
}

struct scorm_number scorm_item_passing(const struct scorm_item *item)
{
    struct scorm_number none = {false, 0};

    /* The primary objective stands first. */
    if (item->objective_count == 0 || !item->objectives[0].primary ||
        !item->objectives[0].satisfied_by_measure)
        return none;
    return (struct scorm_number){true, item->objectives[0].min_measure};
}

struct scorm_number scorm_item_threshold(const struct scorm_item *item)
{
    return (struct scorm_number){item->completed_by_measure,
                                 item->completed_by_measure ? item->min_progress : 0};
}
