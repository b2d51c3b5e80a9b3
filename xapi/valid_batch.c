/*
 * valid_batch.c - several statements at once: all valid, and no two of one id.
 */
#include "valid_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <afterword/afterword.h>

/* Puts "/i" before the fault's path. */
static void prefix(struct xapi_fault *fault, size_t index)
{
    char path[sizeof fault->path];
    int n = snprintf(path, sizeof path, "/%zu", index);
    snprintf(path + n, sizeof path - (size_t)n, "%.*s", (int)(sizeof path - (size_t)n - 1),
             fault->path);
    memcpy(fault->path, path, sizeof path);
}

struct seen {
    const char *id;
    size_t index;
};

static int compare(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int c = strcasecmp(x->id, y->id);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

/* Part 3, section 2.1.1: the same id twice in a batch is refused, whatever the contents. */
static int distinct_ids(const json_t *array, struct xapi_fault *out)
{
    size_t count = json_array_size(array), n = 0;
    struct seen *seen = malloc((count ? count : 1) * sizeof *seen);
    int rc = AW_OK;
    if (!seen)
        return valid_fault(out, AW_ENOMEM, "", "out of memory");
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(array, i), "id"));
        if (id)
            seen[n++] = (struct seen){id, i};
    }
    qsort(seen, n, sizeof *seen, compare);
    for (size_t i = 1; i < n && !rc; i++) {
        if (strcasecmp(seen[i - 1].id, seen[i].id) != 0)
            continue;
        rc = valid_fault(out, AW_EINVAL, "/id", "is the id of an earlier statement, too");
        prefix(out, seen[i].index);
    }
    free(seen);
    return rc;
}

int valid_batch_json(const json_t *body, enum xapi_version version, struct xapi_fault *out)
{
    if (!json_is_array(body))
        return xapi_validate_json(body, version, out);
    for (size_t i = 0; i < json_array_size(body); i++) {
        int rc = xapi_validate_json(json_array_get(body, i), version, out);
        if (rc) {
            prefix(out, i);
            return rc;
        }
    }
    return distinct_ids(body, out);
}

int xapi_validate_batch(const char *json, size_t len, enum xapi_version version,
                        struct xapi_fault *out)
{
    json_t *body = NULL;
    int rc = valid_parse(json, len, &body, out);
    if (rc)
        return rc;
    rc = valid_batch_json(body, version, out);
    json_decref(body);
    return rc;
}
