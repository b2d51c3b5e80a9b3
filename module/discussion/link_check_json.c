/*
 * link_check_json.c - checks a link as it was written, going on behind what cannot be read.
 *
 * link_read() stops at the first thing that it cannot take. An author wants all of them: so
 * what was refused is said, taken out, and the rest is read again.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "limit.h"
#include "link.h"
#include "link_check.h"

#define MOST 40

/* The member that the error speaks of: `where` up to its first dot, or the first word in quotes. */
static void culprit(const aw_error *err, char out[64])
{
    size_t len = strcspn(err->where, ".");
    const char *from = err->where;
    if (strcmp(err->where, "link") == 0 && strchr(err->text, '"')) {
        from = strchr(err->text, '"') + 1;
        len = strcspn(from, "\"");
    }
    len = len < 63 ? len : 63;
    memcpy(out, from, len);
    out[len] = 0;
}

/* Takes it out, or puts in what was missing, so that reading gets further. False: it does not. */
static bool step_over(json_t *root, const char *name)
{
    static const char *const inside_room[] = {"room", "by", "cap", NULL};
    for (size_t i = 0; inside_room[i]; i++)
        if (strcmp(name, inside_room[i]) == 0)
            return json_object_del(root, "room") == 0;
    if (strcmp(name, "title") == 0)
        return !json_is_string(json_object_get(root, "title")) || strcmp(json_string_value(json_object_get(root, "title")), "T") != 0
                   ? json_object_set_new(root, "title", json_string("T")) == 0
                   : false;
    if (strcmp(name, "prompt") == 0) {
        const char *stands = "What did you see at your own place?";
        const char *has = json_string_value(json_object_get(root, "prompt"));
        return has && strcmp(has, stands) == 0 ? false
                                               : json_object_set_new(root, "prompt", json_string(stands)) == 0;
    }
    return json_object_del(root, name) == 0;
}

int link_check_json(const char *json, size_t len, const char *course, const struct link_surroundings *around,
                    link_report report, void *context, bool *out_good, aw_error *err)
{
    json_t *root = NULL;
    struct link *link = NULL;
    bool refused = false;
    int rc = json_read(json, len, LIMIT_LINK_JSON_BYTES, "link", &root, err);
    if (rc == AW_OK)
        rc = json_want_object(root, "link", err);
    for (int i = 0; rc == AW_OK && !link && i < MOST; i++) {
        aw_error why = AW_ERROR_INIT;
        char name[64], *text = json_dumps(root, JSON_COMPACT);
        int read = text ? link_read(text, strlen(text), course, &link, &why) : AW_ENOMEM;
        free(text);
        if (read == AW_OK)
            break;
        if (read == AW_ENOMEM) {
            rc = error_nomem(err, "link");
            break;
        }
        refused = true;
        report(context, true, why.where, why.text);
        culprit(&why, name);
        if (!step_over(root, name))
            break;
    }
    if (rc == AW_OK && link)
        refused = !link_check(link, around, report, context) || refused;
    if (rc == AW_OK)
        *out_good = !refused;
    link_free(link);
    json_decref(root);
    return rc;
}
