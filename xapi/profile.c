/*
 * profile.c - reading a profile, and what the specification asks of its structure.
 */
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "profile_parts.h"
#include "valid_batch.h"

#define TEMPLATE "StatementTemplate"
#define PATTERN "Pattern"

const char *profile_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const json_t *profile_by_id(const struct xapi_profile *p, const char *id)
{
    return id ? json_object_get(p->by_id, id) : NULL;
}

const char *xapi_profile_id(const struct xapi_profile *p)
{
    return profile_text(p->document, "id");
}

void xapi_profile_free(struct xapi_profile *p)
{
    if (!p)
        return;
    json_decref(p->in_patterns);
    json_decref(p->by_id);
    json_decref(p->document);
    free(p);
}

static int index_list(struct xapi_profile *p, const json_t *list, const char *type, aw_error *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        const char *id = profile_text(entry, "id"), *found = profile_text(entry, "type");
        if (!id || !found || strcmp(found, type) != 0)
            return error_set(err, AW_EINVAL, "profile", "entry %zu of the %ss has no id or is no %s", i,
                             type, type);
        if (json_object_get(p->by_id, id))
            return error_set(err, AW_EINVAL, "profile", "%s is there twice", id);
        const json_t *rules = json_object_get(entry, "rules");
        for (size_t r = 0; r < json_array_size(rules); r++) {
            const json_t *rule = json_array_get(rules, r);
            if (!profile_text(rule, "location"))
                return error_set(err, AW_EINVAL, "profile", "rule %zu of %s has no location", r, id);
        }
        if (json_object_set(p->by_id, id, entry))
            return error_nomem(err, "profile");
    }
    return AW_OK;
}

static int note(struct xapi_profile *p, const json_t *id, aw_error *err)
{
    if (!json_is_string(id) || json_object_set_new(p->in_patterns, json_string_value(id), json_true()) == 0)
        return AW_OK;
    return error_nomem(err, "profile");
}

static int note_references(struct xapi_profile *p, aw_error *err)
{
    static const char *const kinds[] = {"sequence", "alternates", "optional", "oneOrMore", "zeroOrMore"};
    int rc = AW_OK;
    for (size_t i = 0; i < json_array_size(p->patterns); i++) {
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const json_t *part = json_object_get(json_array_get(p->patterns, i), kinds[k]);
            rc = rc ? rc : note(p, part, err);
            for (size_t j = 0; !rc && j < json_array_size(part); j++)
                rc = note(p, json_array_get(part, j), err);
        }
    }
    return rc;
}

int xapi_profile_read(const char *json, size_t len, struct xapi_profile **out, aw_error *err)
{
    struct xapi_profile *p = calloc(1, sizeof *p);
    struct xapi_fault fault = {0};
    int rc = p ? valid_parse(json, len, &p->document, &fault) : error_nomem(err, "profile");
    if (!p)
        return rc;
    if (rc) {
        rc = error_set(err, rc, "profile", "%s", fault.reason);
        goto out;
    }
    p->by_id = json_object();
    p->in_patterns = json_object();
    p->templates = json_object_get(p->document, "templates");
    p->patterns = json_object_get(p->document, "patterns");
    p->concepts = json_object_get(p->document, "concepts");
    if (!p->by_id || !p->in_patterns)
        rc = error_nomem(err, "profile");
    else if (!profile_text(p->document, "id") || !profile_text(p->document, "type") ||
             strcmp(profile_text(p->document, "type"), "Profile") != 0)
        rc = error_set(err, AW_EINVAL, "profile", "no xAPI profile: no id, or its type is not Profile");
    else
        rc = index_list(p, p->templates, TEMPLATE, err);
    if (!rc)
        rc = index_list(p, p->patterns, PATTERN, err);
    if (!rc)
        rc = note_references(p, err);
    if (!rc) {
        *out = p;
        p = NULL;
    }
out:
    xapi_profile_free(p);
    return rc;
}

/* A category is the profile's version; the SCORM profile's own text has the profile itself. */
bool xapi_profile_claimed(const struct xapi_profile *p, const json_t *statement)
{
    const json_t *lists = json_object_get(json_object_get(statement, "context"), "contextActivities");
    const json_t *category = json_object_get(lists, "category");
    const json_t *versions = json_object_get(p->document, "versions");
    for (size_t i = 0; i < json_array_size(category); i++) {
        const char *id = profile_text(json_array_get(category, i), "id");
        if (id && strcmp(id, xapi_profile_id(p)) == 0)
            return true;
        for (size_t v = 0; id && v < json_array_size(versions); v++) {
            const char *version = profile_text(json_array_get(versions, v), "id");
            if (version && strcmp(id, version) == 0)
                return true;
        }
    }
    return false;
}
