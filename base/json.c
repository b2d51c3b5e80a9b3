/* json.c - reading JSON with jansson, with limits and errors a person can act on. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "fs.h"
#include "limit.h"

/* jansson recurses while it parses, so depth is bounded before it starts. */
static bool too_deep(const char *text, size_t len)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH)
                return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

json_t *json_load(const char *text, size_t len, size_t flags, json_error_t *out_error)
{
    /* jansson calls what it had no memory for "invalid token", or nothing at all. An event must not
     * be set aside for that: what is refused is refused twice. */
    json_t *value = json_loadb(text, len, flags, out_error);
    return value ? value : json_loadb(text, len, flags, out_error);
}

bool json_no_memory(const json_error_t *e)
{
    return json_error_code(e) == json_error_out_of_memory || !e->text[0];
}

int json_read(const char *text, size_t len, size_t max_bytes, const char *where, json_t **out,
              aw_error *err)
{
    if (len > max_bytes)
        return error_set(err, AW_ELIMIT, where, "%zu bytes of JSON; at most %zu are taken", len,
                         max_bytes);
    if (too_deep(text, len))
        return error_set(err, AW_ELIMIT, where, "JSON nested deeper than %d levels",
                         LIMIT_JSON_DEPTH);
    json_error_t e;
    json_t *value = json_load(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!value) {
        if (json_no_memory(&e))
            return error_nomem(err, where);
        return error_set(err, AW_EJSON, where, "not valid JSON, line %d, column %d: %s", e.line,
                         e.column, e.text);
    }
    *out = value;
    return AW_OK;
}

int json_read_file(const char *path, size_t max_bytes, json_t **out, aw_error *err)
{
    char *text = NULL;
    size_t len;
    int rc = fs_read(path, max_bytes, &text, &len, err);
    if (rc == AW_OK)
        rc = json_read(text, len, max_bytes, path, out, err);
    free(text);
    return rc;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    default:
        return "null";
    }
}

static int wrong_type(const json_t *value, const char *name, const char *wanted, aw_error *err)
{
    return error_set(err, AW_EINVAL, name, "is %s; it must be %s", type_name(value), wanted);
}

int json_want_object(const json_t *value, const char *where, aw_error *err)
{
    return json_is_object(value) ? AW_OK : wrong_type(value, where, "an object", err);
}

/* The member, or NULL where it is missing or null. */
static json_t *member(const json_t *obj, const char *name)
{
    json_t *value = json_object_get(obj, name);
    return value && !json_is_null(value) ? value : NULL;
}

int json_get_text(const json_t *obj, const char *name, size_t max_bytes, const char **out,
                  aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_string(value))
        return wrong_type(value, name, "text", err);
    size_t len = json_string_length(value);
    if (len > max_bytes)
        return error_set(err, AW_ELIMIT, name, "is %zu bytes long; at most %zu are taken", len,
                         max_bytes);
    if (strlen(json_string_value(value)) != len)
        return error_set(err, AW_EUTF8, name, "holds U+0000; remove it");
    *out = json_string_value(value);
    return AW_OK;
}

int json_get_i64(const json_t *obj, const char *name, int64_t min, int64_t max, int64_t *out,
                 aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_integer(value))
        return wrong_type(value, name, "a whole number", err);
    int64_t n = json_integer_value(value);
    if (n < min || n > max)
        return error_set(err, AW_EINVAL, name, "is %lld; it must be from %lld to %lld",
                         (long long)n, (long long)min, (long long)max);
    *out = n;
    return AW_OK;
}

int json_get_real(const json_t *obj, const char *name, double *out, bool *given, aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_number(value))
        return wrong_type(value, name, "a number", err);
    *out = json_number_value(value);
    if (given)
        *given = true;
    return AW_OK;
}

int json_get_bool(const json_t *obj, const char *name, bool *out, aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_boolean(value))
        return wrong_type(value, name, "true or false", err);
    *out = json_is_true(value);
    return AW_OK;
}

int json_get_object(const json_t *obj, const char *name, const json_t **out, aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_object(value))
        return wrong_type(value, name, "an object", err);
    *out = value;
    return AW_OK;
}

int json_get_array(const json_t *obj, const char *name, const json_t **out, aw_error *err)
{
    const json_t *value = member(obj, name);
    if (!value)
        return AW_OK;
    if (!json_is_array(value))
        return wrong_type(value, name, "an array", err);
    *out = value;
    return AW_OK;
}

/* How many leading and trailing characters two names share: enough to guess a typo. */
static size_t likeness(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), front = 0, back = 0;
    size_t least = la < lb ? la : lb;
    while (front < least && a[front] == b[front])
        front++;
    while (back < least - front && a[la - 1 - back] == b[lb - 1 - back])
        back++;
    return front + back;
}

int json_only(const json_t *obj, const char *where, const char *const *names, aw_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)obj, key, value)
    {
        const char *nearest = NULL;
        size_t best = 0;
        bool known = false;
        for (const char *const *n = names; *n && !known; n++) {
            known = strcmp(*n, key) == 0;
            size_t like = likeness(*n, key);
            if (like > best) {
                best = like;
                nearest = *n;
            }
        }
        if (known)
            continue;
        if (nearest && best * 2 >= strlen(nearest))
            return error_set(err, AW_EINVAL, where, "\"%.60s\" is not known here; did you mean \"%s\"?",
                             key, nearest);
        return error_set(err, AW_EINVAL, where, "\"%.60s\" is not known here", key);
    }
    return AW_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_value(struct buf *b, const json_t *value);

static void write_object(struct buf *b, const json_t *value)
{
    size_t n = json_object_size(value), i = 0;
    const char **names = calloc(n ? n : 1, sizeof *names);
    if (!names) {
        b->error = AW_ENOMEM;
        return;
    }
    const char *key;
    json_t *child;
    json_object_foreach((json_t *)value, key, child) names[i++] = key;
    qsort(names, n, sizeof *names, compare_names);
    buf_putc(b, '{');
    for (i = 0; i < n; i++) {
        if (i)
            buf_putc(b, ',');
        buf_json_str(b, names[i]);
        buf_putc(b, ':');
        write_value(b, json_object_get(value, names[i]));
    }
    buf_putc(b, '}');
    free(names);
}

static void write_value(struct buf *b, const json_t *value)
{
    size_t i;
    json_t *child;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(b, value);
        break;
    case JSON_ARRAY:
        buf_putc(b, '[');
        json_array_foreach(value, i, child)
        {
            if (i)
                buf_putc(b, ',');
            write_value(b, child);
        }
        buf_putc(b, ']');
        break;
    case JSON_STRING:
        buf_json_string(b, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buf_i64(b, json_integer_value(value));
        break;
    case JSON_REAL:
        buf_json_real(b, json_real_value(value));
        break;
    case JSON_TRUE:
        BUF_LIT(b, "true");
        break;
    case JSON_FALSE:
        BUF_LIT(b, "false");
        break;
    default:
        BUF_LIT(b, "null");
    }
}

char *json_text(const json_t *value)
{
    struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES * 4);
    write_value(&b, value);
    char *text = buf_take(&b, NULL);
    buf_free(&b);
    return text;
}
