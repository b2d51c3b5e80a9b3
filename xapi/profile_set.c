/*
 * profile_set.c - collects statements, then checks each and each registration's sequence.
 */
#include "profile_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "profile.h"
#include "profile_parts.h"
#include "timestamp.h"
#include "valid.h"
#include "valid_batch.h"

#define MAX_PROFILES 16
#define ATTEMPT "http://adlnet.gov/expapi/activities/attempt"

struct entry {
    const json_t *statement;
    const char *label; /* id, borrowed */
    int64_t time_ms;
    size_t order;      /* in which it came */
    const char *group; /* registration or attempt; NULL: none */
};

struct profile_set {
    struct xapi_profile *profiles[MAX_PROFILES];
    bool per_attempt[MAX_PROFILES];
    size_t profile_count;
    json_t *by_id; /* keeps the statements */
    struct entry *entries;
    size_t count, cap;
};

struct profile_set *profile_set_new(void)
{
    struct profile_set *set = calloc(1, sizeof *set);
    if (set && !(set->by_id = json_object())) {
        free(set);
        set = NULL;
    }
    return set;
}

void profile_set_free(struct profile_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->profile_count; i++)
        xapi_profile_free(set->profiles[i]);
    json_decref(set->by_id);
    free(set->entries);
    free(set);
}

int profile_set_add(struct profile_set *set, const char *json, size_t len, bool per_attempt,
                    aw_error *err)
{
    if (set->profile_count == MAX_PROFILES)
        return error_set(err, AW_ELIMIT, "profile", "more than %d profiles", MAX_PROFILES);
    int rc = xapi_profile_read(json, len, &set->profiles[set->profile_count], err);
    set->per_attempt[set->profile_count] = per_attempt;
    set->profile_count += rc == AW_OK;
    return rc;
}

static const json_t *find(void *context, const char *id)
{
    struct profile_set *set = context;
    return json_object_get(set->by_id, id);
}

static int add_one(struct profile_set *set, json_t *statement, size_t line, aw_error *err)
{
    char name[40];
    const char *id = profile_text(statement, "id"), *time = profile_text(statement, "timestamp");
    struct entry e = {.statement = statement, .order = set->count};
    snprintf(name, sizeof name, "line %zu", line);
    if (id && json_object_get(set->by_id, id)) {
        if (json_equal(json_object_get(set->by_id, id), statement))
            return AW_OK;
        return error_set(err, AW_EINVAL, name, "another statement has the id %s, too", id);
    }
    if (set->count == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 64;
        struct entry *grown = realloc(set->entries, cap * sizeof *grown);
        if (!grown)
            return error_nomem(err, name);
        set->entries = grown;
        set->cap = cap;
    }
    if (json_object_set(set->by_id, id ? id : name, statement))
        return error_nomem(err, name);
    if (!time || !timestamp_parse(time, strlen(time), &e.time_ms, NULL))
        e.time_ms = INT64_MAX;
    e.label = id ? id : "a statement without id";
    set->entries[set->count++] = e;
    return AW_OK;
}

int profile_set_statement(struct profile_set *set, const char *json, size_t len, size_t line,
                          aw_error *err)
{
    json_t *value = NULL;
    char name[40];
    struct xapi_fault fault = {0};
    snprintf(name, sizeof name, "line %zu", line);
    int rc = valid_parse(json, len, &value, &fault);
    if (rc)
        return error_set(err, rc, name, "%s", fault.reason);
    if (!json_is_array(value))
        rc = add_one(set, value, line, err);
    for (size_t i = 0; !rc && i < json_array_size(value); i++)
        rc = add_one(set, json_array_get(value, i), line, err);
    json_decref(value);
    return rc;
}

/* ---- checking -------------------------------------------------------------------- */

struct reporter {
    profile_set_report report;
    void *context;
    const char *label;
};

static void pass_on(void *context, const char *subject, const char *where, const char *reason)
{
    struct reporter *r = context;
    r->report(r->context, r->label, subject, where, reason);
}

static void check_each(struct profile_set *set, struct reporter *r, struct profile_counts *counts)
{
    for (size_t i = 0; i < set->count; i++) {
        struct xapi_fault fault = {0};
        bool claimed = false;
        r->label = set->entries[i].label;
        if (xapi_validate_json(set->entries[i].statement, XAPI_2_0_0, &fault)) {
            counts->faults++;
            pass_on(r, "xAPI", fault.path, fault.reason);
            continue;
        }
        for (size_t p = 0; p < set->profile_count; p++) {
            if (!xapi_profile_claimed(set->profiles[p], set->entries[i].statement))
                continue;
            claimed = true;
            counts->faults += xapi_profile_check(set->profiles[p], set->entries[i].statement, find, set,
                                                 pass_on, r);
        }
        counts->unclaimed += !claimed;
    }
    counts->statements = set->count;
}

/* What patterns are matched for: the attempt, if that is wanted and there is one, else the
 * registration. */
static const char *group_of(const json_t *statement, bool per_attempt)
{
    const json_t *context = json_object_get(statement, "context");
    const json_t *grouping = json_object_get(json_object_get(context, "contextActivities"), "grouping");
    for (size_t i = 0; per_attempt && i < json_array_size(grouping); i++) {
        const json_t *activity = json_array_get(grouping, i);
        const char *type = profile_text(json_object_get(activity, "definition"), "type");
        if (type && strcmp(type, ATTEMPT) == 0)
            return profile_text(activity, "id");
    }
    return profile_text(context, "registration");
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = strcmp(x->group ? x->group : "", y->group ? y->group : "");
    if (c)
        return c;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* One group of entries against the patterns of one profile. */
static int match_group(struct profile_set *set, const struct xapi_profile *p, size_t from, size_t to,
                       struct reporter *r, struct profile_counts *counts, aw_error *err)
{
    const json_t **sequence = malloc((to - from) * sizeof *sequence);
    const char **labels = malloc((to - from) * sizeof *labels);
    size_t n = 0, at = 0;
    int rc = sequence && labels ? AW_OK : error_nomem(err, "profile");
    for (size_t i = from; !rc && i < to; i++) {
        const json_t *statement = set->entries[i].statement;
        if (!xapi_profile_claimed(p, statement) || !profile_in_patterns(p, statement, find, set))
            continue;
        labels[n] = set->entries[i].label;
        sequence[n++] = statement;
    }
    if (n > 0 && xapi_profile_match(p, sequence, n, find, set, &at) == XAPI_PROFILE_DEVIATES) {
        char where[300];
        const char *verb = at < n ? profile_text(json_object_get(sequence[at], "verb"), "id") : "?";
        snprintf(where, sizeof where, "statement %zu of %zu, %.60s, %.150s", at + 1, n,
                 at < n ? labels[at] : "?", verb ? verb : "?");
        counts->faults++;
        r->label = set->entries[from].group;
        pass_on(r, xapi_profile_id(p), where, "no primary pattern has this statement here");
    }
    free(sequence);
    free(labels);
    return rc;
}

static size_t group_end(const struct profile_set *set, size_t from)
{
    size_t to = from + 1;
    const char *group = set->entries[from].group;
    while (group && to < set->count && set->entries[to].group &&
           strcmp(set->entries[to].group, group) == 0)
        to++;
    return to;
}

static void arrange(struct profile_set *set, bool per_attempt)
{
    for (size_t i = 0; i < set->count; i++)
        set->entries[i].group = group_of(set->entries[i].statement, per_attempt);
    if (set->count > 0)
        qsort(set->entries, set->count, sizeof *set->entries, compare);
}

int profile_set_check(struct profile_set *set, profile_set_report report, void *context,
                      struct profile_counts *out, aw_error *err)
{
    struct reporter r = {report, context, NULL};
    struct profile_counts counts = {0};
    int rc = AW_OK;
    check_each(set, &r, &counts);
    for (size_t p = 0; !rc && p < set->profile_count; p++) {
        arrange(set, set->per_attempt[p]);
        for (size_t from = 0, to; !rc && from < set->count; from = to) {
            to = group_end(set, from);
            if (set->entries[from].group)
                rc = match_group(set, set->profiles[p], from, to, &r, &counts, err);
        }
    }
    arrange(set, false);
    for (size_t from = 0; from < set->count; from = group_end(set, from))
        counts.registrations += set->entries[from].group != NULL;
    if (!rc)
        *out = counts;
    return rc;
}
