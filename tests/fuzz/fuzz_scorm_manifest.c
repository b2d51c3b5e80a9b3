/*
 * fuzz_scorm_manifest.c - any bytes as a manifest: refused or a sound course.
 *
 * A course that was read must be tree-shaped, go through its stored form
 * unchanged, be shown as JSON and be decided without a fault.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "rollup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_tree(const struct scorm_course *c)
{
    bool launch = false;

    must(c->item_count > 1 && c->item_count <= SCORM_ITEMS_MAX && c->warning_count <= SCORM_WARNINGS_MAX);
    for (uint32_t i = 0; i < c->item_count; i++) {
        const struct scorm_item *item = &c->items[i];
        must(item->id && item->title);
        must(i == 0 ? item->parent == SCORM_NO_ITEM : item->parent < i);
        must(item->first_child == SCORM_NO_ITEM || c->items[item->first_child].parent == i);
        must(item->next == SCORM_NO_ITEM || (item->next > i && c->items[item->next].parent == item->parent));
        must((item->launch != NULL) == (item->type == SCORM_ITEM_SCO || item->type == SCORM_ITEM_ASSET));
        launch = launch || item->launch;
        if (item->launch && !strstr(item->launch, "://") && strncmp(item->launch, "//", 2) != 0)
            must(strncmp(item->launch, "../", 3) != 0 && item->launch[0] != '/');
    }
    must(launch);
}

static void check_decision(const struct scorm_course *c)
{
    struct scorm_item_status s[8];
    struct scorm_course_decision d;
    size_t n = 0;

    for (uint32_t i = 1; i < c->item_count && n < 8; i++)
        s[n++] = (struct scorm_item_status){.item = c->items[i].id, .completion = SCORM_COMPLETED, .success = SCORM_PASSED,
                                            .scaled = {true, 0.5}, .progress = {true, 1}, .time_ms = i};
    must(scorm_rollup(c, NULL, s, n, &d, NULL, NULL) == AW_OK);
    must(d.because[0] != '\0' && d.done <= d.counted);
    must(scorm_rollup(c, NULL, NULL, 0, &d, NULL, NULL) == AW_OK);
    must(d.completion != SCORM_COMPLETED || c->items[0].rule_count > 0 || c->version == SCORM_2004);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scorm_course *course = NULL, *again = NULL;
    char *json = NULL, *json2 = NULL, *shown = NULL;
    aw_error err = AW_ERROR_INIT;

    if (scorm_manifest_read((const char *)data, size, "sub/", NULL, NULL, &course, &err) != AW_OK) {
        must(err.text[0] != '\0' && !course);
        char *error = scorm_inspect_error_json(&err);
        must(error != NULL);
        free(error);
        return 0;
    }
    check_tree(course);
    must(scorm_course_json(course, &json, NULL) == AW_OK);
    must(scorm_course_read(json, strlen(json), &again, NULL) == AW_OK);
    must(scorm_course_json(again, &json2, NULL) == AW_OK && strcmp(json, json2) == 0);
    must(scorm_inspect_json(course, &shown, NULL) == AW_OK);
    json_t *parsed = json_loads(shown, 0, NULL);
    must(parsed != NULL);
    json_decref(parsed);
    check_decision(course);
    check_decision(again);
    free(json);
    free(json2);
    free(shown);
    scorm_course_free(course);
    scorm_course_free(again);
    return 0;
}
