/*
 * profile_pattern.c - patterns: regular expressions over templates, matched against the
 * statements of a registration.
 *
 * For a pattern and a set of places where it may begin, the set of places where
 * it may end. A place is a number of statements consumed. Whoever tries to
 * consume a statement behind the last one shows that more could follow.
 */
#include <stdlib.h>
#include <string.h>

#include "profile_parts.h"

#define DEPTH 64 /* patterns within patterns; a cycle ends there */

struct match {
    const struct xapi_profile *p;
    const json_t *const *statements;
    size_t count;
    xapi_profile_find find;
    void *find_context;
    bool wanted_more, failed;
    size_t furthest; /* the highest place that was reached */
};

/* Sets of places, one byte each: registrations have hundreds of statements, not millions. */
static char *new_set(struct match *m)
{
    char *set = calloc(m->count + 1, 1);
    m->failed = m->failed || !set;
    return set;
}

static bool merge(const struct match *m, char *into, const char *from)
{
    bool changed = false;
    for (size_t i = 0; into && from && i <= m->count; i++) {
        changed = changed || (from[i] && !into[i]);
        into[i] |= from[i];
    }
    return changed;
}

static char *ends(struct match *m, const char *id, const char *starts, int depth);

static char *template_ends(struct match *m, const json_t *tpl, const char *starts)
{
    char *out = new_set(m);
    for (size_t i = 0; out && i <= m->count; i++) {
        if (!starts[i])
            continue;
        if (i == m->count) {
            m->wanted_more = true;
        } else if (profile_determined(m->p, tpl, m->statements[i], m->find, m->find_context) &&
                   profile_rules(tpl, m->statements[i], NULL, NULL) == 0) {
            out[i + 1] = 1;
            m->furthest = i + 1 > m->furthest ? i + 1 : m->furthest;
        }
    }
    return out;
}

static char *sequence_ends(struct match *m, const json_t *list, const char *starts, int depth)
{
    char *now = new_set(m);
    merge(m, now, starts);
    for (size_t i = 0; now && i < json_array_size(list); i++) {
        char *next = ends(m, json_string_value(json_array_get(list, i)), now, depth);
        free(now);
        now = next;
    }
    return now;
}

static char *alternates_ends(struct match *m, const json_t *list, const char *starts, int depth)
{
    char *out = new_set(m);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *one = ends(m, json_string_value(json_array_get(list, i)), starts, depth);
        merge(m, out, one);
        free(one);
    }
    return out;
}

/* Once or more, until no new place is reached. */
static char *repeated_ends(struct match *m, const char *id, const char *starts, int depth)
{
    char *out = new_set(m), *from = new_set(m);
    merge(m, from, starts);
    for (bool changed = true; changed && out && from && !m->failed;) {
        char *one = ends(m, id, from, depth);
        changed = merge(m, out, one);
        free(from);
        from = one;
    }
    free(from);
    return out;
}

static char *ends(struct match *m, const char *id, const char *starts, int depth)
{
    static const char *const zero_or[] = {"optional", "zeroOrMore"};
    const json_t *node = id ? profile_by_id(m->p, id) : NULL, *part;
    const char *type = node ? profile_text(node, "type") : NULL;
    if (depth == 0 || !type || !starts)
        return new_set(m);
    if (strcmp(type, "StatementTemplate") == 0)
        return template_ends(m, node, starts);
    if ((part = json_object_get(node, "sequence")))
        return sequence_ends(m, part, starts, depth - 1);
    if ((part = json_object_get(node, "alternates")))
        return alternates_ends(m, part, starts, depth - 1);
    if ((id = profile_text(node, "oneOrMore")))
        return repeated_ends(m, id, starts, depth - 1);
    for (int i = 0; i < 2; i++) {
        if (!(id = profile_text(node, zero_or[i])))
            continue;
        char *out = i ? repeated_ends(m, id, starts, depth - 1) : ends(m, id, starts, depth - 1);
        merge(m, out, starts);
        return out;
    }
    return new_set(m);
}

bool profile_in_patterns(const struct xapi_profile *p, const json_t *statement,
                         xapi_profile_find find, void *find_context)
{
    const char *id;
    json_t *ignored;
    json_object_foreach(p->in_patterns, id, ignored) {
        const json_t *node = profile_by_id(p, id);
        const char *type = profile_text(node, "type");
        if (type && strcmp(type, "StatementTemplate") == 0 &&
            profile_determined(p, node, statement, find, find_context))
            return true;
    }
    return false;
}

enum xapi_profile_verdict xapi_profile_match(const struct xapi_profile *p,
                                             const json_t *const *statements, size_t count,
                                             xapi_profile_find find, void *find_context,
                                             size_t *out_at)
{
    struct match m = {p, statements, count, find, find_context, false, false, 0};
    char *start = new_set(&m);
    bool any = false, whole = count == 0;
    if (start)
        start[0] = 1;
    for (size_t i = 0; i < json_array_size(p->patterns); i++) {
        const json_t *pattern = json_array_get(p->patterns, i);
        if (!json_is_true(json_object_get(pattern, "primary")))
            continue;
        char *one = ends(&m, profile_text(pattern, "id"), start, DEPTH);
        any = true;
        whole = whole || (one && one[count]);
        free(one);
    }
    free(start);
    *out_at = m.furthest;
    if (whole || !any)
        return XAPI_PROFILE_FOLLOWS;
    return m.wanted_more && !m.failed ? XAPI_PROFILE_UNFINISHED : XAPI_PROFILE_DEVIATES;
}
