/* normal.c - the normal form of a statement, written as text and digested. */
#include "normal.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "error.h"
#include "limit.h"
#include "timestamp.h"

#define NORMAL_MAX_BYTES (8u << 20)

static const char *const set_by_lrs[] = {"stored", "authority", "version", NULL};

static bool one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* Members that say nothing: what the LRS sets itself, and the default kind of an object. */
static bool says_nothing(const char *name, const json_t *value, int depth)
{
    const char *text = json_string_value(value);
    if (depth == 0 && one_of(name, set_by_lrs))
        return true;
    if (strcmp(name, "objectType") == 0 && text)
        return strcmp(text, "Activity") == 0 || strcmp(text, "Agent") == 0;
    return json_is_array(value) && json_array_size(value) == 0;
}

static void write_value(struct buf *b, const char *name, const json_t *value, int depth);

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_object(struct buf *b, const json_t *value, int depth)
{
    size_t n = 0;
    const char *name, **names = calloc(json_object_size(value) + 1, sizeof *names);
    json_t *member;
    if (!names) {
        b->error = AW_ENOMEM;
        return;
    }
    json_object_foreach((json_t *)value, name, member) if (!says_nothing(name, member, depth))
        names[n++] = name;
    qsort(names, n, sizeof *names, compare_names);
    buf_putc(b, '{');
    for (size_t i = 0; i < n; i++) {
        buf_json_str(b, names[i]);
        buf_putc(b, ':');
        write_value(b, names[i], json_object_get(value, names[i]), depth + 1);
        buf_putc(b, ',');
    }
    buf_putc(b, '}');
    free(names);
}

static bool is_context_list(const char *name)
{
    static const char *const lists[] = {"parent", "grouping", "category", "other", NULL};
    return one_of(name, lists);
}

static void write_text(struct buf *b, const char *name, const json_t *value, int depth)
{
    int64_t ms;
    const char *text = json_string_value(value);
    if (depth == 1 && strcmp(name, "timestamp") == 0 &&
        timestamp_parse(text, json_string_length(value), &ms, NULL)) {
        buf_i64(b, ms);
        return;
    }
    bool any_case = (depth == 1 && strcmp(name, "id") == 0) || strcmp(name, "registration") == 0;
    for (size_t i = 0; i < json_string_length(value); i++)
        buf_putc(b, (char)(any_case && text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]));
    buf_putc(b, 0); /* an end that no text holds */
}

static void write_value(struct buf *b, const char *name, const json_t *value, int depth)
{
    size_t i;
    json_t *item;
    bool lone = json_is_object(value) && depth == 3 && is_context_list(name);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        buf_puts(b, lone ? "[" : ""); /* one activity may stand for an array of one */
        write_object(b, value, depth);
        buf_puts(b, lone ? "]" : "");
        break;
    case JSON_ARRAY:
        buf_putc(b, '[');
        json_array_foreach(value, i, item) write_value(b, "", item, depth + 1);
        buf_putc(b, ']');
        break;
    case JSON_STRING: write_text(b, name, value, depth); break;
    case JSON_INTEGER:
    case JSON_REAL: buf_json_real(b, json_number_value(value)); break;
    default: buf_putc(b, json_is_true(value) ? 't' : json_is_false(value) ? 'f' : 'n'); break;
    }
}

int normal_digest(const json_t *statement, uint64_t *out, aw_error *err)
{
    struct buf b = BUF_INIT(NORMAL_MAX_BYTES);
    uint8_t digest[32];
    write_value(&b, "", statement, 0);
    int rc = buf_error(&b, "statement", err);
    if (rc == AW_OK && !digest_sha256(b.data, b.len, digest))
        rc = error_nomem(err, "statement");
    if (rc == AW_OK)
        memcpy(out, digest, sizeof *out);
    buf_free(&b);
    return rc;
}
