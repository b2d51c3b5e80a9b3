/* filter.c - which statements one LRS gets. */
#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "vocab.h"

static const struct {
    const char *name;
    unsigned bit;
} profiles[] = {
    {"afterword", XAPI_OF_AFTERWORD},
    {XAPI_PROFILE_AFTERWORD, XAPI_OF_AFTERWORD},
    {"scorm", XAPI_OF_SCORM},
    {XAPI_PROFILE_SCORM, XAPI_OF_SCORM},
};

static int want_text(const json_t *value, const char *where, aw_error *err)
{
    if (json_is_string(value) && json_string_length(value) > 0 &&
        json_string_length(value) == strlen(json_string_value(value)))
        return AW_OK;
    return error_set(err, AW_ECONFIG, where, "must be a list of texts that are not empty");
}

static int read_profiles(const json_t *list, struct filter *f, aw_error *err)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value)
    {
        unsigned bit = 0;
        int rc = want_text(value, "filter.profiles", err);
        if (rc != AW_OK)
            return rc;
        for (size_t p = 0; p < sizeof profiles / sizeof *profiles; p++)
            if (strcmp(profiles[p].name, json_string_value(value)) == 0)
                bit = profiles[p].bit;
        if (!bit)
            return error_set(err, AW_ECONFIG, "filter.profiles",
                             "\"%.80s\" is not known; use \"afterword\" or \"scorm\"",
                             json_string_value(value));
        f->profiles |= bit;
    }
    return AW_OK;
}

/* By IRI or, as people write it, by its last part or its English display. */
static int verb_index(const char *text)
{
    int v = vocab_verb_by_iri(text);
    for (int i = 0; v < 0 && i < XAPI_VERB_COUNT; i++) {
        const char *last = strrchr(vocab_verbs[i].iri, '/');
        if (strcmp(last + 1, text) == 0 || strcmp(vocab_verbs[i].en, text) == 0)
            v = i;
    }
    return v;
}

static int read_verbs(const json_t *list, bool value_for, const char *where, struct filter *f,
                      aw_error *err)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value)
    {
        int rc = want_text(value, where, err);
        if (rc != AW_OK)
            return rc;
        int v = verb_index(json_string_value(value));
        if (v < 0)
            return error_set(err, AW_ECONFIG, where,
                             "\"%.80s\" is no verb of ours; docs/statements.md lists them",
                             json_string_value(value));
        f->verbs[v] = value_for;
    }
    return AW_OK;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_courses(const json_t *list, const char *where, struct filter_courses *out,
                        aw_error *err)
{
    size_t i;
    json_t *value;
    out->ids = calloc(json_array_size(list) + 1, sizeof *out->ids);
    if (!out->ids)
        return error_nomem(err, where);
    json_array_foreach(list, i, value)
    {
        int rc = want_text(value, where, err);
        if (rc != AW_OK)
            return rc;
        out->ids[out->count++] = json_string_value(value);
    }
    qsort(out->ids, out->count, sizeof *out->ids, compare_ids);
    return AW_OK;
}

int filter_config(const json_t *obj, struct filter *out, aw_error *err)
{
    static const char *const names[] = {"profiles", "verbs", "not_verbs", "courses", "not_courses",
                                        NULL};
    const json_t *of = NULL, *verbs = NULL, *not_verbs = NULL, *only = NULL, *never = NULL;
    struct filter f = {0};
    int rc = obj ? json_only(obj, "filter", names, err) : AW_OK;
    if (rc == AW_OK)
        rc = json_get_array(obj, "profiles", &of, err);
    if (rc == AW_OK)
        rc = json_get_array(obj, "verbs", &verbs, err);
    if (rc == AW_OK)
        rc = json_get_array(obj, "not_verbs", &not_verbs, err);
    if (rc == AW_OK)
        rc = json_get_array(obj, "courses", &only, err);
    if (rc == AW_OK)
        rc = json_get_array(obj, "not_courses", &never, err);
    if (rc == AW_OK && of)
        rc = read_profiles(of, &f, err);
    f.some_verbs = verbs || not_verbs;
    for (int v = 0; v < XAPI_VERB_COUNT; v++)
        f.verbs[v] = !verbs;
    if (rc == AW_OK && verbs)
        rc = read_verbs(verbs, true, "filter.verbs", &f, err);
    if (rc == AW_OK && not_verbs)
        rc = read_verbs(not_verbs, false, "filter.not_verbs", &f, err);
    if (rc == AW_OK && only)
        rc = read_courses(only, "filter.courses", &f.only, err);
    if (rc == AW_OK && never)
        rc = read_courses(never, "filter.not_courses", &f.never, err);
    f.verbs[XAPI_VOIDED] = true; /* no LRS may keep what was withdrawn */
    if (rc != AW_OK)
        filter_free(&f);
    else
        *out = f;
    return rc;
}

void filter_free(struct filter *f)
{
    free(f->only.ids);
    free(f->never.ids);
    f->only.ids = f->never.ids = NULL;
}

static bool has_course(const struct filter_courses *c, const char *id, size_t len)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strncmp(c->ids[mid], id, len);
        if (order == 0 && c->ids[mid][len])
            order = 1; /* ours is longer, so it sorts behind */
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

bool filter_passes(const struct filter *f, int verb, unsigned of, const char *course,
                   size_t course_len)
{
    if (f->some_verbs && (verb < 0 || verb >= XAPI_VERB_COUNT || !f->verbs[verb]))
        return false;
    if (f->profiles && !(f->profiles & of) && verb != XAPI_VOIDED)
        return false;
    if (f->only.ids && !has_course(&f->only, course, course_len))
        return false;
    return !f->never.ids || !has_course(&f->never, course, course_len);
}
