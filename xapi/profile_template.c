/*
 * profile_template.c - Statement Templates: determining properties, then rules.
 */
#include <stdio.h>
#include <string.h>

#include "profile_parts.h"

/* ---- determining properties ------------------------------------------------------ */

/* Which property of a template is about which place of a statement. Where the template lists
 * several, the statement must have each of them there. */
static const struct {
    const char *property, *location;
} determining[] = {
    {"verb", "$.verb.id"},
    {"objectActivityType", "$.object.definition.type"},
    {"contextParentActivityType", "$.context.contextActivities.parent[*].definition.type"},
    {"contextGroupingActivityType", "$.context.contextActivities.grouping[*].definition.type"},
    {"contextCategoryActivityType", "$.context.contextActivities.category[*].definition.type"},
    {"contextOtherActivityType", "$.context.contextActivities.other[*].definition.type"},
    {"attachmentUsageType", "$.attachments[*].usageType"},
};

static bool holds(const struct profile_values *v, const json_t *wanted)
{
    for (size_t i = 0; i < v->count; i++)
        if (json_equal(v->at[i], wanted))
            return true;
    return false;
}

static bool has_all(const json_t *statement, const char *location, const json_t *wanted)
{
    struct profile_values v = {0};
    profile_path(statement, location, &v);
    bool all = !v.failed;
    if (json_is_array(wanted)) {
        for (size_t i = 0; all && i < json_array_size(wanted); i++)
            all = holds(&v, json_array_get(wanted, i));
    } else {
        all = all && holds(&v, wanted);
    }
    profile_values_free(&v);
    return all;
}

/* The statement that a reference leads to follows one of the templates. One that is not known
 * (it is in another file, or was never sent here) is not held against it. */
static bool ref_follows(const struct xapi_profile *p, const json_t *tpl, const char *property,
                        const json_t *ref, xapi_profile_find find, void *find_context)
{
    const json_t *wanted = json_object_get(tpl, property);
    if (!wanted)
        return true;
    const char *id = profile_text(ref, "id");
    if (!id)
        return false;
    const json_t *other = find ? find(find_context, id) : NULL;
    if (!other)
        return true;
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        const json_t *t = profile_by_id(p, json_string_value(json_array_get(wanted, i)));
        /* Without find: a chain of references is not followed further. */
        if (t && profile_determined(p, t, other, NULL, NULL) && profile_rules(t, other, NULL, NULL) == 0)
            return true;
    }
    return false;
}

bool profile_determined(const struct xapi_profile *p, const json_t *tpl, const json_t *statement,
                        xapi_profile_find find, void *find_context)
{
    for (size_t i = 0; i < sizeof determining / sizeof *determining; i++) {
        const json_t *wanted = json_object_get(tpl, determining[i].property);
        if (wanted && !has_all(statement, determining[i].location, wanted))
            return false;
    }
    return ref_follows(p, tpl, "contextStatementRefTemplate",
                       json_object_get(json_object_get(statement, "context"), "statement"), find,
                       find_context) &&
           ref_follows(p, tpl, "objectStatementRefTemplate", json_object_get(statement, "object"),
                       find, find_context);
}

/* ---- rules ------------------------------------------------------------------------- */

/* Location, then selector on each of its values. *unmatchable: a selector found nothing. */
static void rule_values(const json_t *rule, const json_t *statement, struct profile_values *out,
                        bool *unmatchable)
{
    const char *selector = profile_text(rule, "selector");
    struct profile_values located = {0};
    profile_path(statement, profile_text(rule, "location"), selector ? &located : out);
    for (size_t i = 0; i < located.count; i++) {
        size_t before = out->count;
        profile_path(located.at[i], selector, out);
        *unmatchable = *unmatchable || out->count == before;
    }
    out->failed = out->failed || located.failed;
    profile_values_free(&located);
}

static bool in_list(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), value))
            return true;
    return false;
}

static const char *list_fault(const json_t *rule, const struct profile_values *v)
{
    const json_t *any = json_object_get(rule, "any"), *all = json_object_get(rule, "all");
    const json_t *none = json_object_get(rule, "none");
    bool found = false;
    for (size_t i = 0; i < v->count; i++) {
        found = found || in_list(any, v->at[i]);
        if (all && !in_list(all, v->at[i]))
            return "has a value that is not in the rule's \"all\"";
        if (none && in_list(none, v->at[i]))
            return "has a value of the rule's \"none\"";
    }
    return any && !found ? "has no value of the rule's \"any\"" : NULL;
}

static const char *rule_fault(const json_t *rule, const json_t *statement)
{
    const char *presence = profile_text(rule, "presence");
    struct profile_values v = {0};
    bool unmatchable = false;
    rule_values(rule, statement, &v, &unmatchable);
    const char *fault = NULL;
    presence = presence ? presence : "";
    if (v.failed)
        fault = "cannot be evaluated: is the location a JSONPath?";
    else if (strcmp(presence, "excluded") == 0)
        fault = v.count > 0 ? "is there, but is excluded" : NULL;
    else if (strcmp(presence, "included") == 0 && (v.count == 0 || unmatchable))
        fault = "is missing";
    else if (strcmp(presence, "recommended") != 0 || v.count > 0)
        fault = list_fault(rule, &v);
    profile_values_free(&v);
    return fault;
}

size_t profile_rules(const json_t *tpl, const json_t *statement, xapi_profile_report report,
                     void *context)
{
    const json_t *rules = json_object_get(tpl, "rules");
    size_t faults = 0;
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        const char *fault = rule_fault(rule, statement);
        faults += fault != NULL;
        if (fault && report)
            report(context, profile_text(tpl, "id"), profile_text(rule, "location"), fault);
    }
    return faults;
}

/* ---- all templates ------------------------------------------------------------------ */

size_t xapi_profile_check(const struct xapi_profile *p, const json_t *statement,
                          xapi_profile_find find, void *find_context, xapi_profile_report report,
                          void *context)
{
    size_t faults = 0, meant = 0;
    for (size_t i = 0; i < json_array_size(p->templates); i++) {
        const json_t *tpl = json_array_get(p->templates, i);
        if (!profile_determined(p, tpl, statement, find, find_context))
            continue;
        meant++;
        faults += profile_rules(tpl, statement, report, context);
    }
    if (meant > 0)
        return faults;
    char where[200];
    const char *verb = profile_text(json_object_get(statement, "verb"), "id");
    const char *type = profile_text(json_object_get(json_object_get(statement, "object"), "definition"),
                                    "type");
    snprintf(where, sizeof where, "%.90s on %.90s", verb ? verb : "?", type ? type : "?");
    report(context, xapi_profile_id(p), where, "no template speaks of this statement");
    return faults + 1;
}
