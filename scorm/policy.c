/* policy.c - the switches of the decision, read from the "scorm" object of the configuration. */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "limit.h"

#define ITEMS_MAX 1000

struct course_policy {
    char *course;
    struct scorm_policy policy;
};

struct scorm_policies {
    struct scorm_policy base;
    struct course_policy *courses; /* sorted by course */
    size_t course_count;
};

void scorm_policy_init(struct scorm_policy *p)
{
    *p = (struct scorm_policy){.mastery_override = true, .infer_terminate = true};
}

/* A switch with two words instead of a truth value. */
static int read_choice(const json_t *obj, const char *name, const char *off, const char *on,
                       bool *out, aw_error *err)
{
    const char *text = NULL;
    int rc = json_get_text(obj, name, 64, &text, err);
    if (rc != AW_OK || !text)
        return rc;
    if (strcmp(text, off) != 0 && strcmp(text, on) != 0)
        return error_set(err, AW_ECONFIG, name, "\"%s\" is neither \"%s\" nor \"%s\"", text, off, on);
    *out = strcmp(text, on) == 0;
    return AW_OK;
}

static void free_items(struct scorm_policy *p)
{
    for (size_t i = 0; i < p->course_item_count; i++)
        free((char *)(uintptr_t)p->course_items[i]);
    free((void *)(uintptr_t)p->course_items);
    p->course_items = NULL;
    p->course_item_count = 0;
}

static int read_items(const json_t *list, struct scorm_policy *p, aw_error *err)
{
    size_t count = json_array_size(list), i = 0;
    if (count == 0 || count > ITEMS_MAX)
        return error_set(err, AW_ECONFIG, "course_rule", "name 1 to %d items", ITEMS_MAX);
    char **items = calloc(count, sizeof *items);
    if (!items)
        return error_nomem(err, "course_rule");
    for (; i < count; i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (!id || !*id || strlen(id) > LIMIT_TITLE_BYTES) {
            error_set(err, AW_ECONFIG, "course_rule", "item %zu is no identifier of an item", i + 1);
            break;
        }
        if (!(items[i] = strdup(id))) {
            error_nomem(err, "course_rule");
            break;
        }
    }
    p->course_items = (const char *const *)items;
    p->course_item_count = i;
    p->course_rule = SCORM_COURSE_NAMED;
    if (i == count)
        return AW_OK;
    free_items(p);
    return err ? err->code : AW_ECONFIG;
}

static int read_rule(const json_t *obj, struct scorm_policy *p, aw_error *err)
{
    const json_t *rule = json_object_get(obj, "course_rule");
    const char *text = json_string_value(rule);
    if (!rule || json_is_null(rule))
        return AW_OK;
    if (json_is_array(rule))
        return read_items(rule, p, err);
    if (text && strcmp(text, "all") == 0)
        p->course_rule = SCORM_COURSE_ALL;
    else if (text && strcmp(text, "any") == 0)
        p->course_rule = SCORM_COURSE_ANY;
    else
        return error_set(err, AW_ECONFIG, "course_rule",
                         "must be \"all\", \"any\" or a list of item identifiers");
    p->course_items = NULL;
    p->course_item_count = 0;
    return AW_OK;
}

static const char *const names[] = {"mastery_override", "failed_completes", "no_status",
                                    "early_completion", "missing_scaled", "infer_terminate",
                                    "course_rule", "courses", NULL};

/* Over what *p holds already. On failure p's items are not owned. */
static int read_policy(const json_t *obj, const char *where, struct scorm_policy *p, aw_error *err)
{
    int rc;
    if ((rc = json_want_object(obj, where, err)) != AW_OK ||
        (rc = json_only(obj, where, names, err)) != AW_OK ||
        (rc = json_get_bool(obj, "mastery_override", &p->mastery_override, err)) != AW_OK ||
        (rc = json_get_bool(obj, "failed_completes", &p->failed_completes, err)) != AW_OK ||
        (rc = read_choice(obj, "no_status", "incomplete", "completed", &p->no_status_completes,
                          err)) != AW_OK ||
        (rc = json_get_bool(obj, "early_completion", &p->early_completion, err)) != AW_OK ||
        (rc = read_choice(obj, "missing_scaled", "keep", "unknown", &p->missing_scaled_unknown,
                          err)) != AW_OK ||
        (rc = json_get_bool(obj, "infer_terminate", &p->infer_terminate, err)) != AW_OK)
        return rc;
    return read_rule(obj, p, err);
}

/* A copy whose items are its own. */
static int own_items(struct scorm_policy *p, aw_error *err)
{
    if (p->course_item_count == 0)
        return AW_OK;
    char **items = calloc(p->course_item_count, sizeof *items);
    for (size_t i = 0; items && i < p->course_item_count; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): its count is not 0 */
        if (!(items[i] = strdup(p->course_items[i]))) {
            while (i > 0)
                free(items[--i]);
            free(items);
            items = NULL;
        }
    if (!items)
        return error_nomem(err, "scorm.courses");
    p->course_items = (const char *const *)items;
    return AW_OK;
}

static int by_course(const void *a, const void *b)
{
    return strcmp(((const struct course_policy *)a)->course,
                  ((const struct course_policy *)b)->course);
}

static int read_course(struct scorm_policies *all, const char *course, const json_t *value,
                       aw_error *err)
{
    struct scorm_policy p = all->base;
    if (json_object_get(value, "courses"))
        return error_set(err, AW_ECONFIG, "scorm.courses", "%s: a course has no courses", course);
    int rc = read_policy(value, "scorm.courses", &p, err);
    /* Unless the course named its own items, those of the base are copied. */
    if (rc == AW_OK && p.course_items == all->base.course_items)
        rc = own_items(&p, err);
    if (rc != AW_OK)
        return rc;
    struct course_policy *entry = &all->courses[all->course_count];
    entry->policy = p;
    entry->course = strdup(course);
    if (!entry->course) {
        free_items(&p);
        return error_nomem(err, "scorm.courses");
    }
    all->course_count++;
    return AW_OK;
}

int scorm_policies_read(const json_t *config, struct scorm_policies **out, aw_error *err)
{
    struct scorm_policies *all = calloc(1, sizeof *all);
    const json_t *courses = NULL;
    int rc = AW_OK;
    if (!all)
        return error_nomem(err, "scorm");
    scorm_policy_init(&all->base);
    if (config && !json_is_null(config) &&
        ((rc = read_policy(config, "scorm", &all->base, err)) != AW_OK ||
         (rc = json_get_object(config, "courses", &courses, err)) != AW_OK))
        goto out;
    if (courses && json_object_size(courses)) {
        const char *course;
        json_t *value;
        all->courses = calloc(json_object_size(courses), sizeof *all->courses);
        if (!all->courses) {
            rc = error_nomem(err, "scorm.courses");
            goto out;
        }
        json_object_foreach((json_t *)(uintptr_t)courses, course, value)
            if ((rc = read_course(all, course, value, err)) != AW_OK)
                goto out;
        qsort(all->courses, all->course_count, sizeof *all->courses, by_course);
    }
    *out = all;
    all = NULL;
out:
    scorm_policies_free(all);
    if (rc == AW_EINVAL || rc == AW_EJSON || rc == AW_ELIMIT) {
        rc = AW_ECONFIG; /* a mistake in the configuration here, not in an argument */
        if (err)
            err->code = rc;
    }
    return rc;
}

void scorm_policies_free(struct scorm_policies *p)
{
    if (!p)
        return;
    free_items(&p->base);
    for (size_t i = 0; i < p->course_count; i++) {
        free_items(&p->courses[i].policy);
        free(p->courses[i].course);
    }
    free(p->courses);
    free(p);
}

const struct scorm_policy *scorm_policies_for(const struct scorm_policies *p, const char *course)
{
    struct course_policy key = {.course = (char *)(uintptr_t)course};
    if (!course || p->course_count == 0)
        return &p->base;
    const struct course_policy *found =
        bsearch(&key, p->courses, p->course_count, sizeof *p->courses, by_course);
    return found ? &found->policy : &p->base;
}
