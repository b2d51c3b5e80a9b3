/*
 * course_json.c - a course to and from the JSON that the state store keeps.
 *
 * {"v":1,"version":...,"items":[...]}: items in their order, each with the index
 * of its parent. Both directions walk the tables of course_fields.c; what has its
 * default value is left out. Enumerations are numbers: the form is
 * ours alone, and "v" says which.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "course.h"
#include "course_fields.h"
#include "error.h"
#include "json.h"

#define FORM 1
#define TEXT_MAX (1u << 20)
#define ARENA_BYTES (64u << 20)

/* ---- writing ------------------------------------------------------------------------ */

static void name(struct buf *b, const char *text)
{
    if (b->len > 0 && b->data[b->len - 1] != '{')
        buf_putc(b, ',');
    buf_json_str(b, text);
    buf_putc(b, ':');
}

static void write_members(struct buf *b, const struct field_type *type, const char *object);

static void write_list(struct buf *b, const struct field *f, const char *object)
{
    const char *list;
    size_t count;

    memcpy(&list, object + f->offset, sizeof list);
    memcpy(&count, object + f->count_offset, sizeof count);
    if (count == 0)
        return;
    name(b, f->name);
    for (size_t i = 0; i < count; i++) {
        buf_puts(b, i ? ",{" : "[{");
        write_members(b, f->of, list + i * f->of->size);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void write_text(struct buf *b, const struct field *f, const char *object)
{
    const char *text;

    memcpy(&text, object + f->offset, sizeof text);
    if (!text)
        return;
    name(b, f->name);
    buf_json_str(b, text);
}

static void write_number(struct buf *b, const struct field *f, double value, bool given)
{
    if (!given)
        return;
    name(b, f->name);
    buf_json_real(b, value);
}

static void write_field(struct buf *b, const struct field *f, const char *object)
{
    const void *at = object + f->offset;
    struct scorm_number n;
    uint32_t u;
    double d;
    int e;

    switch (f->kind) {
    case FIELD_TEXT:
        write_text(b, f, object);
        break;
    case FIELD_BOOL:
        if (*(const bool *)at == (f->standard > 0))
            break;
        name(b, f->name);
        buf_puts(b, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_REAL:
        memcpy(&d, at, sizeof d);
        write_number(b, f, d, d < f->standard || d > f->standard);
        break;
    case FIELD_NUMBER:
        memcpy(&n, at, sizeof n);
        write_number(b, f, n.value, n.given);
        break;
    case FIELD_COUNT:
        memcpy(&u, at, sizeof u);
        write_number(b, f, u, u != (uint32_t)f->standard);
        break;
    case FIELD_ENUM:
        memcpy(&e, at, sizeof e);
        write_number(b, f, e, e != 0);
        break;
    case FIELD_LIST:
        write_list(b, f, object);
        break;
    }
}

static void write_members(struct buf *b, const struct field_type *type, const char *object)
{
    for (const struct field *f = type->fields; f->name; f++)
        write_field(b, f, object);
}

int scorm_course_json(const struct scorm_course *course, char **out_json, aw_error *err)
{
    struct buf b = BUF_INIT(SCORM_COURSE_JSON_BYTES);

    buf_printf(&b, "{\"v\":%d", FORM);
    write_members(&b, &course_field_type, (const char *)course);
    BUF_LIT(&b, ",\"items\":[");
    for (uint32_t i = 0; i < course->item_count; i++) {
        buf_puts(&b, i ? ",{" : "{");
        write_members(&b, &item_field_type, (const char *)&course->items[i]);
        buf_putc(&b, '}');
    }
    BUF_LIT(&b, "],\"warnings\":[");
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

/* ---- reading --------------------------------------------------------------------------- */

static int read_members(struct arena *a, const struct field_type *type, const json_t *json, char *object, aw_error *err);

static int read_list(struct arena *a, const struct field *f, const json_t *json, char *object, aw_error *err)
{
    const json_t *list = NULL;
    int rc = json_get_array(json, f->name, &list, err);
    size_t count = json_array_size(list);

    if (rc != AW_OK || count == 0)
        return rc;
    if (count > SCORM_ITEMS_MAX)
        return error_set(err, AW_ELIMIT, f->name, "has more than %d entries", SCORM_ITEMS_MAX);
    char *out = arena_alloc(a, count * f->of->size);
    if (!out)
        return error_nomem(err, "course");
    for (size_t i = 0; i < count && rc == AW_OK; i++)
        rc = read_members(a, f->of, json_array_get(list, i), out + i * f->of->size, err);
    memcpy(object + f->offset, &out, sizeof out);
    memcpy(object + f->count_offset, &count, sizeof count);
    return rc;
}

static int read_text(struct arena *a, const struct field *f, const json_t *json, char *object, aw_error *err)
{
    const char *text = NULL;
    int rc = json_get_text(json, f->name, TEXT_MAX, &text, err);

    if (rc != AW_OK || !text)
        return rc;
    text = arena_text(a, text, strlen(text));
    if (!text)
        return error_nomem(err, "course");
    memcpy(object + f->offset, &text, sizeof text);
    return AW_OK;
}

static int read_field(struct arena *a, const struct field *f, const json_t *json, char *object, aw_error *err)
{
    char *at = object + f->offset;
    bool given = false, flag = f->standard > 0;
    int64_t number = f->kind == FIELD_COUNT ? (int64_t)f->standard : 0;
    double real = f->standard;
    int rc = AW_OK;

    switch (f->kind) {
    case FIELD_TEXT:
        return read_text(a, f, json, object, err);
    case FIELD_LIST:
        return read_list(a, f, json, object, err);
    case FIELD_BOOL:
        if ((rc = json_get_bool(json, f->name, &flag, err)) == AW_OK)
            memcpy(at, &flag, sizeof flag);
        return rc;
    case FIELD_REAL:
        if ((rc = json_get_real(json, f->name, &real, &given, err)) == AW_OK)
            memcpy(at, &real, sizeof real);
        return rc;
    case FIELD_NUMBER:
        if ((rc = json_get_real(json, f->name, &real, &given, err)) == AW_OK)
            memcpy(at, &(struct scorm_number){given, real}, sizeof(struct scorm_number));
        return rc;
    case FIELD_COUNT:
        if ((rc = json_get_i64(json, f->name, 0, UINT32_MAX, &number, err)) == AW_OK)
            memcpy(at, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return rc;
    case FIELD_ENUM:
        if ((rc = json_get_i64(json, f->name, 0, f->max, &number, err)) == AW_OK)
            memcpy(at, &(int){(int)number}, sizeof(int));
        return rc;
    }
    return AW_OK;
}

static int read_members(struct arena *a, const struct field_type *type, const json_t *json, char *object, aw_error *err)
{
    int rc = json_want_object(json, "course", err);

    for (const struct field *f = type->fields; f->name && rc == AW_OK; f++)
        rc = read_field(a, f, json, object, err);
    return rc;
}

static int broken(aw_error *err, const char *what)
{
    return error_set(err, AW_ECORRUPT, "course", "the stored course is damaged: %s; register its package again", what);
}

/* Children are linked in the order of the array. */
static int link_tree(struct scorm_course *c, uint32_t *last_child, aw_error *err)
{
    for (uint32_t i = 0; i < c->item_count; i++) {
        struct scorm_item *item = &c->items[i];
        item->first_child = item->next = last_child[i] = SCORM_NO_ITEM;
        if (!item->id || !item->title)
            return broken(err, "an item without id or title");
        if (i == 0 ? item->parent != SCORM_NO_ITEM : item->parent >= i)
            return broken(err, "an item before its parent");
        if (i == 0)
            continue;
        if (last_child[item->parent] == SCORM_NO_ITEM)
            c->items[item->parent].first_child = i;
        else
            c->items[last_child[item->parent]].next = i;
        last_child[item->parent] = i;
    }
    return AW_OK;
}

static int read_items(struct scorm_course *c, const json_t *root, aw_error *err)
{
    const json_t *list = NULL, *warnings = NULL;
    int rc;

    if ((rc = json_get_array(root, "items", &list, err)) != AW_OK ||
        (rc = json_get_array(root, "warnings", &warnings, err)) != AW_OK)
        return rc;
    size_t count = json_array_size(list), warning_count = json_array_size(warnings);
    if (count == 0 || count > SCORM_ITEMS_MAX || warning_count > SCORM_WARNINGS_MAX)
        return broken(err, "no items, or too many");
    c->items = arena_alloc(c->memory, count * sizeof *c->items);
    c->warnings = arena_alloc(c->memory, (warning_count + 1) * sizeof *c->warnings);
    uint32_t *last_child = arena_alloc(c->memory, count * sizeof *last_child);
    if (!c->items || !c->warnings || !last_child)
        return error_nomem(err, "course");
    for (size_t i = 0; i < count && rc == AW_OK; i++)
        rc = read_members(c->memory, &item_field_type, json_array_get(list, i), (char *)&c->items[i], err);
    c->item_count = (uint32_t)count;
    for (size_t i = 0; i < warning_count && rc == AW_OK; i++) {
        const char *text = json_string_value(json_array_get(warnings, i));
        c->warnings[i] = arena_text(c->memory, text ? text : "", text ? strlen(text) : 0);
        c->warning_count++;
        if (!c->warnings[i])
            return error_nomem(err, "course");
    }
    return rc == AW_OK ? link_tree(c, last_child, err) : rc;
}

int scorm_course_read(const char *json, size_t len, struct scorm_course **out, aw_error *err)
{
    struct scorm_course *course = NULL;
    json_t *root = NULL;
    int64_t form = 0;
    int rc = json_read(json, len, SCORM_COURSE_JSON_BYTES, "course", &root, err);

    if (rc != AW_OK)
        return rc;
    course = calloc(1, sizeof *course);
    if (!course || !(course->memory = arena_new(ARENA_BYTES))) {
        rc = error_nomem(err, "course");
        goto out;
    }
    if ((rc = json_want_object(root, "course", err)) != AW_OK ||
        (rc = json_get_i64(root, "v", 0, INT32_MAX, &form, err)) != AW_OK)
        goto out;
    if (form != FORM) {
        rc = error_set(err, AW_EVERSION, "course", "the stored course has form %d, this build knows %d", (int)form, FORM);
        goto out;
    }
    course->edition = course->identifier = course->organization = course->title = "";
    if ((rc = read_members(course->memory, &course_field_type, root, (char *)course, err)) != AW_OK ||
        (rc = read_items(course, root, err)) != AW_OK)
        goto out;
    *out = course;
    course = NULL;
out:
    scorm_course_free(course);
    json_decref(root);
    return rc;
}
