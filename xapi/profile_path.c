/*
 * profile_path.c - the JSONPath of Statement Templates, evaluated.
 *
 * xAPI Profiles 1.0 allows JSONPath without filters and scripts. Each step maps
 * the values so far to values; what is not there maps to nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "profile_parts.h"

struct step {
    enum { CHILD, INDEX, ALL } kind;
    const char *name; /* CHILD */
    size_t len;
    size_t index;     /* INDEX */
};

static void add(struct profile_values *v, const json_t *value)
{
    if (v->failed || !value)
        return;
    if (v->count == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 8;
        const json_t **grown = realloc(v->at, cap * sizeof *grown);
        if (!grown) {
            v->failed = true;
            return;
        }
        v->at = grown;
        v->cap = cap;
    }
    v->at[v->count++] = value;
}

void profile_values_free(struct profile_values *v)
{
    free(v->at);
    *v = (struct profile_values){0};
}

static const char *name_end(const char *p)
{
    return p + strcspn(p, ".[| \t");
}

/* "['name']" or "[\"name\"]", "[3]", "[*]"; p is behind the bracket. */
static const char *bracket(const char *p, struct step *out)
{
    if (*p == '\'' || *p == '"') {
        const char *close = strchr(p + 1, *p);
        if (!close || close[1] != ']')
            return NULL;
        *out = (struct step){.kind = CHILD, .name = p + 1, .len = (size_t)(close - p - 1)};
        return close + 2;
    }
    if (*p == '*' && p[1] == ']') {
        *out = (struct step){.kind = ALL};
        return p + 2;
    }
    char *end = NULL;
    unsigned long n = *p >= '0' && *p <= '9' ? strtoul(p, &end, 10) : 0;
    if (!end || *end != ']')
        return NULL;
    *out = (struct step){.kind = INDEX, .index = n};
    return end + 1;
}

/* One step from p, which is at "." or "[" (or at a name, at the beginning). NULL: malformed. */
static const char *next_step(const char *p, struct step *out)
{
    if (*p == '[')
        return bracket(p + 1, out);
    if (*p == '.')
        p++;
    if (*p == '*') {
        *out = (struct step){.kind = ALL};
        return p + 1;
    }
    const char *end = name_end(p);
    if (end == p)
        return NULL;
    *out = (struct step){.kind = CHILD, .name = p, .len = (size_t)(end - p)};
    return end;
}

static void take_step(const json_t *value, const struct step *s, struct profile_values *out)
{
    const char *key;
    json_t *child;
    size_t i;
    if (s->kind == INDEX) {
        add(out, json_array_get(value, s->index));
    } else if (s->kind == CHILD) {
        json_object_foreach((json_t *)(uintptr_t)value, key, child)
            if (strlen(key) == s->len && memcmp(key, s->name, s->len) == 0)
                add(out, child);
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, child)
            add(out, child);
    } else {
        json_object_foreach((json_t *)(uintptr_t)value, key, child)
            add(out, child);
    }
}

/* One path up to "|" or the end. */
static const char *one_path(const json_t *root, const char *p, struct profile_values *out)
{
    struct profile_values now = {0};
    add(&now, root);
    p += strspn(p, " \t");
    if (*p == '$')
        p++;
    else if (!*p || *p == '|') /* an empty path is none */
        out->failed = true;
    while (*p && *p != '|' && *p != ' ' && *p != '\t') {
        struct profile_values next = {0};
        struct step s;
        p = next_step(p, &s);
        for (size_t i = 0; p && i < now.count; i++)
            take_step(now.at[i], &s, &next);
        next.failed = next.failed || now.failed || !p;
        profile_values_free(&now);
        now = next;
        if (!p)
            break;
    }
    for (size_t i = 0; i < now.count; i++)
        add(out, now.at[i]);
    out->failed = out->failed || now.failed;
    profile_values_free(&now);
    return p ? p + strspn(p, " \t") : NULL;
}

void profile_path(const json_t *root, const char *path, struct profile_values *out)
{
    const char *p = path;
    do {
        p = one_path(root, p, out);
        if (p && *p && *p != '|')
            p = NULL;
        out->failed = out->failed || !p;
    } while (p && *p++ == '|');
}

bool profile_path_good(const char *path)
{
    struct profile_values v = {0};
    json_t *nothing = json_object();
    bool good = *path != '\0';
    profile_path(nothing, path, &v);
    good = good && !v.failed;
    profile_values_free(&v);
    json_decref(nothing);
    return good;
}
