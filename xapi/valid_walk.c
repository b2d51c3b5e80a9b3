/*
 * valid_walk.c - paths, and the walk over objects and arrays.
 */
#include "valid_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "utf8.h"

static void write_reason(struct walk *w, const char *fmt, va_list args)
{
    vsnprintf(w->fault->reason, sizeof w->fault->reason, fmt, args);
}

bool walk_fail(struct walk *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_reason(w, fmt, args);
    va_end(args);
    return false;
}

bool walk_fail_at(struct walk *w, const char *member, const char *fmt, ...)
{
    va_list args;
    walk_enter(w, member);
    va_start(args, fmt);
    write_reason(w, fmt, args);
    va_end(args);
    return false;
}

/* One more step of a JSON Pointer; what does not fit is left out, whole steps at a time. */
size_t walk_enter(struct walk *w, const char *key)
{
    size_t mark = w->path_len, len = mark;
    char *path = w->fault->path;
    if (len + 2 >= sizeof w->fault->path)
        return mark;
    path[len++] = '/';
    for (; *key; key++) {
        const char *escape = *key == '~' ? "~0" : *key == '/' ? "~1" : NULL;
        if (len + 3 >= sizeof w->fault->path) {
            path[mark] = '\0';
            return mark;
        }
        if (escape) {
            path[len++] = escape[0];
            path[len++] = escape[1];
        } else {
            path[len++] = *key;
        }
    }
    path[len] = '\0';
    w->path_len = len;
    return mark;
}

size_t walk_enter_index(struct walk *w, size_t index)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", index);
    return walk_enter(w, text);
}

void walk_leave(struct walk *w, size_t mark)
{
    w->path_len = mark;
    w->fault->path[mark] = '\0';
}

static const char *type_name(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_INTEGER:
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "a boolean";
    default: return "null";
    }
}

/* ---- objects ----------------------------------------------------------------- */

static bool unknown_member(struct walk *w, const struct shape *shape, const char *key)
{
    for (const struct walk_member *m = shape->members; m->name; m++)
        if (strcasecmp(m->name, key) == 0)
            return m->only_2_0 && strcmp(m->name, key) == 0
                       ? walk_fail_at(w, key, "is a property of xAPI 2.0 only")
                       : walk_fail_at(w, key, "is written \"%s\" (the case of keys matters)", m->name);
    return walk_fail_at(w, key, "is no property of %s", shape->what);
}

static const struct walk_member *find(struct walk *w, const struct shape *shape, const char *key)
{
    for (const struct walk_member *m = shape->members; m->name; m++)
        if (strcmp(m->name, key) == 0)
            return m->only_2_0 && w->version < XAPI_2_0_0 ? NULL : m;
    return NULL;
}

bool walk_shape(struct walk *w, const json_t *value, const void *arg)
{
    const struct shape *shape = arg;
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return walk_fail(w, "is %s, not %s", type_name(value), shape->what);
    /* jansson wants a mutable object to iterate, and does not change it */
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        const struct walk_member *known = find(w, shape, key);
        if (!known)
            return unknown_member(w, shape, key);
        size_t mark = walk_enter(w, key);
        if (json_is_null(member))
            return walk_fail(w, "is null, which only extensions may hold");
        if (!known->check(w, member, known->arg))
            return false;
        walk_leave(w, mark);
    }
    for (const struct walk_member *m = shape->members; m->name; m++)
        if (m->required && !json_object_get(value, m->name))
            return walk_fail_at(w, m->name, "is missing; %s needs it", shape->what);
    return !shape->rule || shape->rule(w, value);
}

/* ---- arrays ------------------------------------------------------------------ */

bool walk_array(struct walk *w, const json_t *value, const void *arg)
{
    const struct walk_items *items = arg;
    if (!json_is_array(value))
        return walk_fail(w, "is %s, not an array", type_name(value));
    if (json_array_size(value) < items->least)
        return walk_fail(w, "has %zu elements, not at least %zu", json_array_size(value),
                         items->least);
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t mark = walk_enter_index(w, i);
        const json_t *element = json_array_get(value, i);
        if (json_is_null(element))
            return walk_fail(w, "is null, which only extensions may hold");
        if (!items->check(w, element, items->arg))
            return false;
        walk_leave(w, mark);
    }
    return !items->rule || items->rule(w, value);
}

bool walk_one_or_array(struct walk *w, const json_t *value, const void *arg)
{
    const struct walk_items *items = arg;
    return json_is_array(value) ? walk_array(w, value, arg) : items->check(w, value, items->arg);
}

/* ---- values ------------------------------------------------------------------ */

/* The string's text, or NULL after saying what it is instead. */
static const char *text_of(struct walk *w, const json_t *value, size_t *out_len)
{
    if (!json_is_string(value)) {
        walk_fail(w, "is %s, not a string", type_name(value));
        return NULL;
    }
    *out_len = json_string_length(value);
    return json_string_value(value);
}

/* Text shortened for a reason, so that it stays readable; never inside a character. */
#define SHOWN "\"%.*s\""
#define SHOW(text, len) (int)utf8_cut((text), (len), 60), (text)

static bool formatted(struct walk *w, const json_t *value, bool (*is)(const char *, size_t),
                      const char *what)
{
    size_t len;
    const char *text = text_of(w, value, &len);
    if (!text)
        return false;
    return is(text, len) || walk_fail(w, "is not %s: " SHOWN, what, SHOW(text, len));
}

bool walk_string(struct walk *w, const json_t *value, const void *arg)
{
    size_t len;
    (void)arg;
    return text_of(w, value, &len) != NULL;
}

bool walk_constant(struct walk *w, const json_t *value, const void *arg)
{
    size_t len;
    const char *text = text_of(w, value, &len), *want = arg;
    if (!text)
        return false;
    return strcmp(text, want) == 0 || walk_fail(w, "is " SHOWN ", not \"%s\"", SHOW(text, len), want);
}

bool walk_bool(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return json_is_boolean(value) || walk_fail(w, "is %s, not true or false", type_name(value));
}

bool walk_number(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return json_is_number(value) || walk_fail(w, "is %s, not a number", type_name(value));
}

bool walk_size(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    double v = json_number_value(value);
    if (!json_is_number(value))
        return walk_fail(w, "is %s, not an integer", type_name(value));
    if (v < 0 || (json_is_real(value) && (v > 1e15 || v != (double)(int64_t)v)))
        return walk_fail(w, "is not an integer from 0");
    return true;
}

bool walk_iri(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_iri, "an IRI with a scheme (RFC 3987)");
}

bool walk_uri(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_uri, "a URI with a scheme (RFC 3986)");
}

bool walk_mailto(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_mailto, "of the form mailto:name@example.org");
}

bool walk_sha1(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_sha1, "a SHA-1 of 40 hexadecimal digits");
}

bool walk_sha2(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_sha2, "a SHA-2 in hexadecimal digits");
}

bool walk_uuid(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_uuid, "a UUID of 8-4-4-4-12 hexadecimal digits");
}

bool walk_language(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_language_tag, "a language tag of RFC 5646");
}

bool walk_media_type(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_media_type, "a media type, as image/png");
}

bool walk_duration(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return formatted(w, value, xapi_is_duration,
                     "an ISO 8601 duration with designators (PT1H12M; weeks stand alone)");
}

bool walk_timestamp(struct walk *w, const json_t *value, const void *arg)
{
    size_t len;
    (void)arg;
    const char *text = text_of(w, value, &len);
    const char *fault = text ? xapi_timestamp_fault(text, len, w->version) : NULL;
    if (!text)
        return false;
    return !fault || walk_fail(w, SHOWN " %s", SHOW(text, len), fault);
}

bool walk_language_map(struct walk *w, const json_t *value, const void *arg)
{
    const char *key;
    json_t *member;
    (void)arg;
    if (!json_is_object(value))
        return walk_fail(w, "is %s, not a language map", type_name(value));
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        size_t mark = walk_enter(w, key);
        if (!xapi_is_language_tag(key, strlen(key)))
            return walk_fail(w, "is no language tag of RFC 5646");
        if (!json_is_string(member))
            return walk_fail(w, "is %s, not a string", type_name(member));
        walk_leave(w, mark);
    }
    return true;
}

bool walk_extensions(struct walk *w, const json_t *value, const void *arg)
{
    const char *key;
    json_t *member;
    (void)arg;
    if (!json_is_object(value))
        return walk_fail(w, "is %s, not an object of extensions", type_name(value));
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        if (!xapi_is_iri(key, strlen(key)))
            return walk_fail_at(w, key, "the key is not an IRI with a scheme");
    }
    return true;
}
