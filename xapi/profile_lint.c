/*
 * profile_lint.c - the structure of a profile by xAPI Profiles 1.0, part 2.
 */
#include <string.h>

#include "profile_parts.h"
#include "value.h"

struct lint {
    const struct xapi_profile *p;
    xapi_profile_report report;
    void *context;
    size_t faults;
};

static void fault(struct lint *l, const char *subject, const char *where, const char *reason)
{
    l->faults++;
    l->report(l->context, subject ? subject : "profile", where, reason);
}

static void want_iri(struct lint *l, const json_t *object, const char *subject, const char *name)
{
    const char *text = profile_text(object, name);
    if (!text || !xapi_is_iri(text, strlen(text)))
        fault(l, subject, name, text ? "is not an IRI" : "is missing");
}

static void want_map(struct lint *l, const json_t *object, const char *subject, const char *name)
{
    const char *key;
    json_t *value, *map = json_object_get(object, name);
    if (json_object_size(map) == 0)
        fault(l, subject, name, "is no language map, or an empty one");
    json_object_foreach(map, key, value)
        if (!xapi_is_language_tag(key, strlen(key)) || json_string_length(value) == 0)
            fault(l, subject, name, "has a key that is no language tag, or an empty text");
}

static void want_constant(struct lint *l, const json_t *object, const char *name, const char *want)
{
    const char *text = profile_text(object, name);
    if (!text || strcmp(text, want) != 0)
        fault(l, NULL, name, "is not what xAPI Profiles 1.0 has there");
}

static bool is_version(const struct lint *l, const char *id)
{
    const json_t *versions = json_object_get(l->p->document, "versions");
    for (size_t i = 0; id && i < json_array_size(versions); i++) {
        const char *version = profile_text(json_array_get(versions, i), "id");
        if (version && strcmp(version, id) == 0)
            return true;
    }
    return false;
}

static void want_common(struct lint *l, const json_t *entry)
{
    const char *id = profile_text(entry, "id");
    want_iri(l, entry, id, "id");
    if (!is_version(l, profile_text(entry, "inScheme")))
        fault(l, id, "inScheme", "is none of the profile's versions");
    want_map(l, entry, id, "prefLabel");
    want_map(l, entry, id, "definition");
}

static void lint_rule(struct lint *l, const char *id, const json_t *rule)
{
    static const char *const presences[] = {"included", "excluded", "recommended"};
    const char *presence = profile_text(rule, "presence"), *location = profile_text(rule, "location");
    const char *selector = profile_text(rule, "selector");
    bool known = false, lists = false;
    if (!profile_path_good(location) || (selector && !profile_path_good(selector)))
        fault(l, id, location, "the location or selector is no JSONPath that profiles may use");
    if (location[0] != '$')
        fault(l, id, location, "the location does not begin with $");
    for (size_t i = 0; presence && i < 3; i++)
        known = known || strcmp(presence, presences[i]) == 0;
    if (presence && !known)
        fault(l, id, location, "its presence is none of included, excluded and recommended");
    for (size_t i = 0; i < 3; i++) {
        const json_t *list = json_object_get(rule, ((const char *[]){"any", "all", "none"})[i]);
        lists = lists || list;
        if (list && json_array_size(list) == 0)
            fault(l, id, location, "any, all or none is no array, or an empty one");
    }
    if (!presence && !lists)
        fault(l, id, location, "the rule has neither presence nor any, all or none");
}

static void want_reference(struct lint *l, const char *id, const json_t *reference, bool may_be_pattern)
{
    const char *to = json_string_value(reference);
    const json_t *node = profile_by_id(l->p, to);
    const char *type = profile_text(node, "type");
    if (!type || (!may_be_pattern && strcmp(type, "StatementTemplate") != 0))
        fault(l, id, to ? to : "", "is referred to, but is not in the profile");
}

static void lint_template(struct lint *l, const json_t *tpl)
{
    static const char *const lists[] = {"objectStatementRefTemplate", "contextStatementRefTemplate"};
    const char *id = profile_text(tpl, "id");
    const json_t *rules = json_object_get(tpl, "rules");
    want_common(l, tpl);
    if (json_object_get(tpl, "verb"))
        want_iri(l, tpl, id, "verb");
    if (json_object_get(tpl, "objectActivityType"))
        want_iri(l, tpl, id, "objectActivityType");
    for (size_t i = 0; i < json_array_size(rules); i++)
        lint_rule(l, id, json_array_get(rules, i));
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < json_array_size(json_object_get(tpl, lists[i])); j++)
            want_reference(l, id, json_array_get(json_object_get(tpl, lists[i]), j), false);
}

static void lint_pattern(struct lint *l, const json_t *pattern)
{
    static const struct {
        const char *name;
        bool list;
    } kinds[] = {{"sequence", true}, {"alternates", true}, {"optional", false}, {"oneOrMore", false},
                 {"zeroOrMore", false}};
    const char *id = profile_text(pattern, "id");
    size_t found = 0;
    want_common(l, pattern);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const json_t *part = json_object_get(pattern, kinds[k].name);
        if (!part)
            continue;
        found++;
        if (!kinds[k].list) {
            want_reference(l, id, part, true);
            continue;
        }
        if (json_array_size(part) < 2)
            fault(l, id, kinds[k].name, "has fewer than two members");
        for (size_t i = 0; i < json_array_size(part); i++) {
            const json_t *to = profile_by_id(l->p, json_string_value(json_array_get(part, i)));
            want_reference(l, id, json_array_get(part, i), true);
            if (strcmp(kinds[k].name, "alternates") == 0 &&
                (json_object_get(to, "optional") || json_object_get(to, "zeroOrMore")))
                fault(l, id, "alternates", "holds an optional or zeroOrMore pattern directly");
        }
    }
    if (found != 1)
        fault(l, id, "", "is not exactly one of sequence, alternates, optional, oneOrMore, zeroOrMore");
}

static void lint_head(struct lint *l, const json_t *document)
{
    const json_t *author = json_object_get(document, "author");
    const json_t *versions = json_object_get(document, "versions");
    const char *kind = profile_text(author, "type");
    want_constant(l, document, "@context", "https://w3id.org/xapi/profiles/context");
    want_constant(l, document, "conformsTo", "https://w3id.org/xapi/profiles#1.0");
    want_iri(l, document, NULL, "id");
    want_map(l, document, NULL, "prefLabel");
    want_map(l, document, NULL, "definition");
    if (!kind || (strcmp(kind, "Organization") != 0 && strcmp(kind, "Person") != 0) ||
        !profile_text(author, "name"))
        fault(l, NULL, "author", "has no type (Organization or Person) or no name");
    if (json_array_size(versions) == 0)
        fault(l, NULL, "versions", "is missing");
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const json_t *version = json_array_get(versions, i);
        const char *time = profile_text(version, "generatedAtTime");
        want_iri(l, version, NULL, "id");
        if (!time || xapi_timestamp_fault(time, strlen(time), XAPI_2_0_0))
            fault(l, NULL, "generatedAtTime", "is no timestamp");
    }
}

size_t xapi_profile_lint(const struct xapi_profile *p, xapi_profile_report report, void *context)
{
    struct lint l = {p, report, context, 0};
    lint_head(&l, p->document);
    for (size_t i = 0; i < json_array_size(p->concepts); i++) {
        const json_t *concept = json_array_get(p->concepts, i);
        want_common(&l, concept);
        if (!profile_text(concept, "type"))
            fault(&l, profile_text(concept, "id"), "type", "is missing");
    }
    for (size_t i = 0; i < json_array_size(p->templates); i++)
        lint_template(&l, json_array_get(p->templates, i));
    for (size_t i = 0; i < json_array_size(p->patterns); i++)
        lint_pattern(&l, json_array_get(p->patterns, i));
    return l.faults;
}
