/*
 * test_manifest.c - golden/manifest/NAME.xml gives what NAME.json says.
 *
 * The manifests are ours: what was not found in the wild (nested manifests,
 * several organizations, UTF-16, spaces everywhere), each quirk on its own, and
 * what must be refused. A new pair is picked up by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "package.h"

static void compare(const char *folder, const char *name)
{
    char path[1024];
    struct scorm_course *course = NULL;
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;

    snprintf(path, sizeof path, "%s/%s.xml", folder, name);
    int rc = scorm_course_open(path, &course, &err);
    if (rc == AW_OK)
        assert_int_equal(scorm_inspect_json(course, &json, &err), AW_OK);
    else
        json = scorm_inspect_error_json(&err);
    assert_non_null(json);
    json_t *got = json_loads(json, 0, NULL);
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    json_t *expected = json_load_file(path, 0, NULL);
    if (!expected)
        fail_msg("%s cannot be read", path);
    if (!json_equal(got, expected))
        fail_msg("%s: got %s", name, json);
    json_decref(got);
    json_decref(expected);
    free(json);
    scorm_course_free(course);
}

static void test_golden(void **state)
{
    (void)state;
    char folder[512];
    size_t count = 0;

    assert_non_null(getenv("AW_SOURCE"));
    snprintf(folder, sizeof folder, "%s/tests/golden/manifest", getenv("AW_SOURCE"));
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (len < 5 || strcmp(e->d_name + len - 4, ".xml") != 0)
            continue;
        e->d_name[len - 4] = '\0';
        compare(folder, e->d_name);
        count++;
    }
    closedir(d);
    assert_true(count >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
