/* course_inspect.c - a course as `afterword scorm inspect` shows it. */
#include "course.h"

#include <stdlib.h>

#include "buf.h"

static void number(struct buf *b, const char *name, struct scorm_number n)
{
    buf_printf(b, ",\"%s\":", name);
    if (n.given)
        buf_json_real(b, n.value);
    else
        BUF_LIT(b, "null");
}

static void children(struct buf *b, const struct scorm_course *course, uint32_t first);

static void item(struct buf *b, const struct scorm_course *course, const struct scorm_item *i)
{
    BUF_LIT(b, "{\"id\":");
    buf_json_str(b, i->id);
    BUF_LIT(b, ",\"title\":");
    buf_json_str(b, i->title);
    buf_printf(b, ",\"type\":\"%s\",\"launch\":", scorm_item_type_name(i->type));
    buf_json_str(b, i->launch);
    number(b, "mastery_score", i->mastery);
    number(b, "min_progress", scorm_item_threshold(i));
    number(b, "scaled_passing_score", scorm_item_passing(i));
    BUF_LIT(b, ",\"children\":");
    children(b, course, i->first_child);
    buf_putc(b, '}');
}

/* As deep as the manifest's items, and those were bounded when they were read. */
static void children(struct buf *b, const struct scorm_course *course, uint32_t first)
{
    buf_putc(b, '[');
    for (uint32_t i = first; i != SCORM_NO_ITEM; i = course->items[i].next) {
        if (i != first)
            buf_putc(b, ',');
        item(b, course, &course->items[i]);
    }
    buf_putc(b, ']');
}

int scorm_inspect_json(const struct scorm_course *course, char **out_json, aw_error *err)
{
    struct buf b = BUF_INIT(SCORM_COURSE_JSON_BYTES);

    buf_printf(&b, "{\"version\":\"%s\",\"edition\":", course->version == SCORM_2004 ? "2004" : "1.2");
    buf_json_str(&b, course->edition[0] ? course->edition : NULL);
    BUF_LIT(&b, ",\"organization\":");
    buf_json_str(&b, course->organization);
    BUF_LIT(&b, ",\"title\":");
    buf_json_str(&b, course->title);
    BUF_LIT(&b, ",\"items\":");
    children(&b, course, course->items[0].first_child);
    BUF_LIT(&b, ",\"warnings\":[");
    for (size_t i = 0; i < course->warning_count; i++) {
        if (i)
            buf_putc(&b, ',');
        buf_json_str(&b, course->warnings[i]);
    }
    BUF_LIT(&b, "]}");
    int rc = buf_error(&b, "course", err);
    if (rc == AW_OK)
        *out_json = buf_take(&b, NULL);
    buf_free(&b);
    return rc;
}

char *scorm_inspect_error_json(const aw_error *why)
{
    struct buf b = BUF_INIT(8192);

    BUF_LIT(&b, "{\"error\":");
    buf_json_str(&b, why->text);
    buf_putc(&b, '}');
    char *json = b.error == AW_OK ? buf_take(&b, NULL) : NULL;
    buf_free(&b);
    return json;
}
