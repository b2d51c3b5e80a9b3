/* filter.h - which statements one LRS gets: by profile, verb and course. A pure decision. */
#ifndef XAPI_FILTER_H
#define XAPI_FILTER_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "statement.h"

struct filter_courses { /* sorted, borrowed from the configuration */
    const char **ids;
    size_t count;
};

struct filter {
    unsigned profiles;            /* XAPI_OF_...; 0: any */
    bool some_verbs;              /* else every verb */
    bool verbs[XAPI_VERB_COUNT];
    struct filter_courses only, never;
};

/* Of the member "filter" (NULL: everything passes). */
int filter_config(const json_t *obj, struct filter *out, aw_error *err);
void filter_free(struct filter *f);
bool filter_passes(const struct filter *f, int verb, unsigned of, const char *course,
                   size_t course_len);

#endif
