/* test_manifest.c - other tools' manifests as their index describes them; limits; addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "manifest.h"
#include "manifest_path.h"
#include "package.h"

/* ---- manifests of other tools -------------------------------------------------------- */

static void check_launches(const char *file, const struct scorm_course *c, const json_t *wanted)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)wanted, i, one)
    {
        const char *address = json_string_value(one);
        size_t len = strlen(address);
        bool found = false;
        for (uint32_t k = 0; k < c->item_count; k++)
            found = found || (c->items[k].launch && strncmp(c->items[k].launch, address, len) == 0 &&
                              strchr("?&#", c->items[k].launch[len]));
        if (!found)
            fail_msg("%s: nothing launches %s", file, address);
    }
}

/* facts has the texts as they stand, with white space among them. */
static void check_numbers(const char *file, const struct scorm_course *c, const json_t *wanted, bool mastery)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)wanted, i, one)
    {
        char *end;
        double value = strtod(json_string_value(one), &end);
        bool found = end == json_string_value(one); /* white space only */
        for (uint32_t k = 0; k < c->item_count; k++) {
            struct scorm_number n = mastery ? c->items[k].mastery : scorm_item_passing(&c->items[k]);
            found = found || (n.given && fabs(n.value - value) < 1e-9);
            for (size_t o = 0; !mastery && o < c->items[k].objective_count; o++)
                found = found || fabs(c->items[k].objectives[o].min_measure - value) < 1e-9;
        }
        if (!found)
            fail_msg("%s: %s is on no item", file, json_string_value(one));
    }
}

static void check_against_facts(const char *file, const struct scorm_course *c, const json_t *facts)
{
    const char *edition = json_string_value(json_object_get(facts, "schemaversion"));
    const char *organization = json_string_value(json_object_get(facts, "default_org"));
    bool is_2004 = strcmp(json_string_value(json_object_get(facts, "cp_ns")), "2004") == 0;
    size_t rules = 0, shared = 0, hidden = 0, thresholds = 0, data = 0;

    assert_int_equal(c->version, is_2004 ? SCORM_2004 : SCORM_12);
    assert_true(strstr(edition, c->edition) && (c->edition[0] != '\0') == is_2004);
    assert_string_equal(c->organization, organization);
    if (c->item_count - 1 != (uint32_t)json_integer_value(json_object_get(facts, "items")))
        fail_msg("%s: %u items", file, c->item_count - 1);
    for (uint32_t i = 0; i < c->item_count; i++) {
        const struct scorm_item *item = &c->items[i];
        for (uint32_t k = 0; k < i && item->resource; k++)
            if (c->items[k].resource && strcmp(c->items[k].resource, item->resource) == 0) {
                shared++;
                break;
            }
        rules += item->rule_count;
        hidden += !item->visible;
        thresholds += item->completed_by_measure || item->min_progress < 1 || item->progress_weight < 1 ||
                      item->progress_weight > 1;
        data += item->launch_data != NULL;
        assert_true(item->title[0] != '\0');
    }
    assert_int_equal(rules, json_integer_value(json_object_get(facts, "rollupRules")));
    assert_int_equal(shared, json_integer_value(json_object_get(facts, "shared_resource_items")));
    assert_int_equal(hidden, json_integer_value(json_object_get(facts, "item_invisible")));
    assert_int_equal(data > 0, json_is_true(json_object_get(facts, "dataFromLMS")));
    if (json_is_true(json_object_get(facts, "completionThreshold")) && thresholds == 0)
        fail_msg("%s: no threshold", file);
    check_launches(file, c, json_object_get(facts, "launch"));
    check_numbers(file, c, json_object_get(facts, "masteryscore"), true);
    check_numbers(file, c, json_object_get(facts, "minNormalizedMeasure"), false);
}

static void test_manifests_of_other_tools(void **state)
{
    (void)state;
    const char *shared = getenv("AW_SHARED");
    char path[1024];
    size_t i;
    json_t *entry;

    snprintf(path, sizeof path, "%s/data/scorm/manifests/index.json", shared ? shared : "");
    json_t *index = json_load_file(path, 0, NULL);
    if (!index) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    json_array_foreach(index, i, entry)
    {
        const char *file = json_string_value(json_object_get(entry, "file"));
        struct scorm_course *course = NULL;
        aw_error err = AW_ERROR_INIT;
        snprintf(path, sizeof path, "%s/data/scorm/manifests/%s", shared, file);
        if (scorm_course_open(path, &course, &err) != AW_OK)
            fail_msg("%s: %s", file, err.text);
        if (course->warning_count)
            fail_msg("%s: %s", file, course->warnings[0]);
        check_against_facts(file, course, json_object_get(entry, "facts"));
        scorm_course_free(course);
    }
    assert_true(json_array_size(index) > 0);
    json_decref(index);
}

/* ---- limits ------------------------------------------------------------------------------- */

#define HEAD "<manifest identifier='m'><metadata><schemaversion>1.2</schemaversion></metadata>"

/* before, middle `count` times, after. */
static int read_repeated(const char *before, const char *middle, size_t count, const char *after,
                         struct scorm_course **out, aw_error *err)
{
    size_t m = strlen(middle);
    char *xml = malloc(strlen(before) + m * count + strlen(after) + 1), *at = xml;

    assert_non_null(xml);
    at = stpcpy(at, before);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, middle);
    at = stpcpy(at, after);
    int rc = scorm_manifest_read(xml, (size_t)(at - xml), "", NULL, NULL, out, err);
    free(xml);
    return rc;
}

static void test_limits(void **state)
{
    (void)state;
    static const char items_before[] = HEAD "<organizations><organization identifier='o'><title>T</title>";
    static const char item[] = "<item identifierref='r'><title>t</title></item>";
    static const char after[] = "</organization></organizations><resources>"
                                "<resource identifier='r' adlcp:scormtype='sco' href='a'/></resources></manifest>";
    static const char resource[] = "<resource identifier='q' adlcp:scormtype='asset' href='a'/>";
    struct scorm_course *course = NULL;
    aw_error err = AW_ERROR_INIT;

    assert_int_equal(read_repeated(items_before, item, 2000, after, &course, &err), AW_OK);
    assert_int_equal(course->item_count, 2001);
    assert_int_equal(course->warning_count, SCORM_WARNINGS_MAX); /* and no more than that */
    scorm_course_free(course);
    course = NULL;
    assert_int_equal(read_repeated(items_before, item, SCORM_ITEMS_MAX + 1, after, &course, &err), AW_ELIMIT);
    assert_non_null(strstr(err.text, "too many items"));
    assert_int_equal(read_repeated(HEAD "<resources>", resource, 20001, "</resources></manifest>", &course, &err),
                     AW_ELIMIT);
    assert_non_null(strstr(err.text, "too many resources"));
    assert_int_equal(read_repeated(HEAD, "          ", SCORM_MANIFEST_BYTES / 10, "</manifest>", &course, &err), AW_ELIMIT);
    assert_non_null(strstr(err.text, "larger than 8 MB"));
    assert_null(course);
}

static void test_long_texts(void **state)
{
    (void)state;
    struct scorm_course *course = NULL;
    aw_error err = AW_ERROR_INIT;
    static const char before[] = HEAD "<organizations><organization identifier='o'><title>";
    static const char after[] = "</title><item identifier='i' identifierref='r'/></organization></organizations><resources>"
                                "<resource identifier='r' adlcp:scormtype='sco' href='a'/></resources></manifest>";

    assert_int_equal(read_repeated(before, "\xc3\xa4", 5000, after, &course, &err), AW_OK);
    assert_int_equal(strlen(course->title), 1024);
    scorm_course_free(course);
}

/* ---- files and folders ------------------------------------------------------------------------ */

static bool has_only(void *context, const char *path)
{
    return strcmp(context, path) == 0;
}

static void test_files_are_looked_for_decoded(void **state)
{
    (void)state;
    static const char xml[] =
        HEAD "<organizations><organization identifier='o'><title>T</title><item identifier='i' identifierref='r'"
             " parameters='?a=b'><title>I</title></item></organization></organizations><resources>"
             "<resource identifier='r' adlcp:scormtype='sco' href='one%20two.html#x'/></resources></manifest>";
    struct scorm_course *course = NULL;

    assert_int_equal(scorm_manifest_read(xml, strlen(xml), "sub/", has_only, "sub/one two.html", &course, NULL), AW_OK);
    assert_int_equal(course->warning_count, 0);
    assert_string_equal(course->items[1].launch, "sub/one%20two.html?a=b#x");
    scorm_course_free(course);
    assert_int_equal(scorm_manifest_read(xml, strlen(xml), "sub/", has_only, "one two.html", &course, NULL), AW_OK);
    assert_int_equal(course->warning_count, 1);
    scorm_course_free(course);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *base, *href;
        enum path_fault fault;
        const char *joined;
    } rows[] = {
        {"", "a.html", PATH_OK, "a.html"},
        {"x/", "a.html", PATH_OK, "x/a.html"},
        {"x/y/", "../a.html", PATH_OK, "x/a.html"},
        {"x/y/", "../../a.html", PATH_OK, "a.html"},
        {"x/y/", "../../../a.html", PATH_OUTSIDE, NULL},
        {"x/", "/a.html", PATH_OK, "a.html"},
        {"x/", "/../a.html", PATH_OUTSIDE, NULL},
        {"", "./././a", PATH_OK, "a"},
        {"", "a//b///c", PATH_OK, "a/b/c"},
        {"", "a/b/..", PATH_OK, "a/"},
        {"", "..", PATH_OUTSIDE, NULL},
        {"", "", PATH_OK, ""},
        {"x/", "?q", PATH_OK, "x/?q"},
        {"x/", "a.html?../../b", PATH_OK, "x/a.html?../../b"},
        {"x/", "a.html#../../b", PATH_OK, "x/a.html#../../b"},
        {"x/", "a\\b.html", PATH_OK, "x/a/b.html"},
        {"x/", "..\\..\\b.html", PATH_OUTSIDE, NULL},
        {"x/", "javascript:alert(1)", PATH_FORBIDDEN, NULL},
        {"x/", "JAVASCRIPT:alert(1)", PATH_FORBIDDEN, NULL},
        {"x/", "data:text/html,x", PATH_FORBIDDEN, NULL},
        {"x/", "file:///etc/passwd", PATH_FORBIDDEN, NULL},
        {"x/", "c:/windows", PATH_OUTSIDE, NULL},
        {"x/", "https://e.example/a/../b", PATH_OK, "https://e.example/a/../b"},
        {"x/", "//e.example/a", PATH_OK, "//e.example/a"},
        {"https://e.example/c/", "a.html", PATH_OK, "https://e.example/c/a.html"},
        {"https://e.example/c/", "javascript:x", PATH_FORBIDDEN, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(10000);
        const char *joined = NULL;
        bool backslash = false;
        enum path_fault fault = path_join(a, rows[i].base, rows[i].href, &joined, &backslash);
        if (fault != rows[i].fault || (fault == PATH_OK && strcmp(joined, rows[i].joined) != 0))
            fail_msg("%s + %s: %d %s", rows[i].base, rows[i].href, fault, joined ? joined : "");
        if (fault == PATH_OK)
            assert_int_equal(backslash, strchr(rows[i].href, '\\') != NULL);
        arena_free(a);
    }
}

static void test_arena_is_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new(100);

    assert_non_null(arena_alloc(a, 60));
    assert_null(arena_alloc(a, 60));
    assert_int_equal(a->error, AW_ELIMIT);
    assert_null(arena_alloc(a, SIZE_MAX - 4));
    arena_free(a);
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifests_of_other_tools),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_files_are_looked_for_decoded),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_arena_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
