/* test_cmi.c - the data model's table against the reference, and every value format. */
#include <math.h>

#include "scorm_help.h"

#include "cmi.h"
#include "cmi_value.h"

static void test_the_table_is_sorted_and_whole(void **state)
{
    (void)state;
    for (size_t i = 1; i < CMI_ELEMENT_COUNT; i++) {
        const struct cmi_element *a = &cmi_elements[i - 1], *b = &cmi_elements[i];
        assert_true(a->version < b->version ||
                    (a->version == b->version && strcmp(a->path, b->path) < 0));
    }
    size_t of_12 = 0;
    for (size_t i = 0; i < CMI_ELEMENT_COUNT; i++)
        of_12 += cmi_elements[i].version == SCORM_12;
    assert_int_equal(of_12, 48);
}

static void test_a_path_means_the_same_in_both_versions(void **state)
{
    (void)state;
    for (size_t i = 0; i < 48; i++)
        for (size_t k = 48; k < CMI_ELEMENT_COUNT; k++)
            if (strcmp(cmi_elements[i].path, cmi_elements[k].path) == 0)
                assert_int_equal(cmi_elements[i].role, cmi_elements[k].role);
    /* Within a version a role is one element, but for keywords. */
    for (size_t i = 0; i < CMI_ELEMENT_COUNT; i++)
        for (size_t k = i + 1; k < CMI_ELEMENT_COUNT; k++)
            if (cmi_elements[i].version == cmi_elements[k].version &&
                cmi_elements[i].role != CMI_KEYWORD)
                assert_int_not_equal(cmi_elements[i].role, cmi_elements[k].role);
}

static bool same_vocabulary(const char *ours, const json_t *theirs)
{
    size_t i, count = 0, own = 1;
    json_t *word;
    json_array_foreach((json_t *)(uintptr_t)theirs, i, word) {
        const char *text = json_string_value(word);
        if (text[0] == '<')
            continue;
        count++;
        if (!cmi_vocabulary_has(ours, text, strlen(text)))
            return false;
    }
    for (const char *p = ours; *p; p++)
        own += *p == '|';
    return own == count;
}

static void test_the_table_agrees_with_the_reference(void **state)
{
    (void)state;
    json_t *model = shared_json("cmi-datamodel.json"), *e;
    const json_t *elements = json_object_get(model, "elements");
    size_t i;
    assert_int_equal(json_array_size(elements), CMI_ELEMENT_COUNT);
    json_array_foreach((json_t *)(uintptr_t)elements, i, e) {
        const char *path = text_at(e, "element"), *access = text_at(e, "access");
        enum scorm_version version = strcmp(text_at(e, "version"), "1.2") == 0 ? SCORM_12 : SCORM_2004;
        const struct cmi_element *ours = cmi_find(version, path, strlen(path));
        if (!ours)
            fail_msg("%s is missing", path);
        assert_int_equal(ours->access, (strchr(access, 'r') ? CMI_R : 0) | (strchr(access, 'w') ? CMI_W : 0));
        assert_int_equal(ours->spm, json_integer_value(at(e, "spm")));
        assert_string_equal(ours->default_text, text_at(e, "default"));
        const json_t *range = at(e, "range");
        assert_true(range || isinf(ours->lo));
        if (range) {
            assert_true(ours->lo == json_number_value(json_array_get(range, 0)));
            const json_t *hi = json_array_get(range, 1);
            assert_true(json_is_null(hi) ? isinf(ours->hi) : ours->hi == json_number_value(hi));
        }
        if (at(e, "vocab"))
            assert_true(same_vocabulary(ours->vocabulary, at(e, "vocab")));
        assert_int_equal(ours->xapi != NULL, at(e, "xapi") != NULL);
    }
    json_decref(model);
}

static void test_indexed_paths(void **state)
{
    (void)state;
    uint16_t n, m;
#define FIND(path) cmi_find_indexed(SCORM_2004, path, strlen(path), &n, &m)
    const struct cmi_element *e = FIND("cmi.interactions.12.objectives.3.id");
    assert_non_null(e);
    assert_int_equal(e->role, CMI_INTERACTION_OBJECTIVE);
    assert_int_equal(n, 12);
    assert_int_equal(m, 3);
    assert_non_null(FIND("cmi.objectives.65535.id"));
    assert_null(FIND("cmi.objectives.65536.id"));
    assert_null(FIND("cmi.objectives.99999999999999999999.id"));
    assert_null(FIND("cmi.objectives.n.id"));
    assert_null(FIND("cmi.objectives.1"));
    assert_null(FIND("cmi.objectives.1.2.3.id"));
    assert_null(FIND("cmi.objectives.1a.id"));
    assert_null(FIND(""));
    assert_null(FIND("cmi.core.lesson_status"));
    assert_null(FIND("cmi.interactions.0.an_element_with_a_name_that_is_far_too_long_to_be_one"));
#undef FIND
}

/* ---- the vectors that ADL's own validators judged ------------------------------- */

static bool judge(const char *kind, const char *value, const char *b)
{
    size_t len = strlen(value);
    if (strcmp(kind, "duration") == 0)
        return cmi_duration_strict(value, len);
    if (strcmp(kind, "durationadd") == 0)
        return cmi_duration_strict(value, len) && cmi_duration_strict(b, strlen(b));
    if (strcmp(kind, "datetime") == 0)
        return cmi_datetime_strict(value, len);
    if (strcmp(kind, "result") == 0)
        return cmi_result_strict(value, len);
    if (strcmp(kind, "real0..1") == 0)
        return cmi_real_strict(value, len, 0, 1);
    if (strcmp(kind, "real-1..1") == 0)
        return cmi_real_strict(value, len, -1, 1);
    if (strcmp(kind, "lang") == 0)
        return cmi_language_strict(value, len);
    assert_string_equal(kind, "uri4000");
    return cmi_uri_strict(value, len);
}

static void test_the_vectors(void **state)
{
    (void)state;
    size_t len, count = 0;
    char *text = shared_file("value-vectors.jsonl", &len), *save;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save), count++) {
        json_t *v = json_loads(line, 0, NULL);
        if (judge(text_at(v, "kind"), text_at(v, "value"), text_at(v, "b")) != json_is_true(at(v, "ok")))
            fail_msg("judged otherwise: %s", line);
        if (at(v, "sum")) {
            struct buf sum = BUF_INIT(100);
            int64_t x, y;
            assert_true(cmi_duration_ms(text_at(v, "value"), strlen(text_at(v, "value")), &x));
            assert_true(cmi_duration_ms(text_at(v, "b"), strlen(text_at(v, "b")), &y));
            cmi_duration_write_long(&sum, x + y);
            assert_string_equal(sum.data, text_at(v, "sum"));
            buf_free(&sum);
        }
        json_decref(v);
    }
    assert_int_equal(count, 76);
    free(text);
}

/* ---- strict and lenient, ours ---------------------------------------------------- */

static const struct {
    enum cmi_type type;
    const char *text;
    enum cmi_verdict verdict;
    const char *normalized;
} readings[] = {
    {CMI_TYPE_DURATION, "PT1H30M45.5S", CMI_STRICT, "PT1H30M45.5S"},
    {CMI_TYPE_DURATION, "P1Y", CMI_STRICT, "PT8760H"},
    {CMI_TYPE_DURATION, "P1M", CMI_STRICT, "PT730H29S"},
    {CMI_TYPE_DURATION, "P1W", CMI_LENIENT, "PT168H"},
    {CMI_TYPE_DURATION, "P", CMI_LENIENT, "PT0S"},
    {CMI_TYPE_DURATION, "PT", CMI_LENIENT, "PT0S"},
    {CMI_TYPE_DURATION, "P1YT", CMI_LENIENT, "PT8760H"},
    {CMI_TYPE_DURATION, "PT1.2345S", CMI_LENIENT, "PT1.23S"},
    {CMI_TYPE_DURATION, "PT1.005S", CMI_LENIENT, "PT1S"},
    {CMI_TYPE_DURATION, "0001:02:03.4", CMI_LENIENT, "PT1H2M3.4S"},
    {CMI_TYPE_DURATION, " PT5S ", CMI_LENIENT, "PT5S"},
    {CMI_TYPE_DURATION, "PT1H30", CMI_BAD, ""},
    {CMI_TYPE_DURATION, "PT1M1H", CMI_BAD, ""},
    {CMI_TYPE_DURATION, "PT0.5H", CMI_BAD, ""},
    {CMI_TYPE_DURATION, "-PT5S", CMI_BAD, ""},
    {CMI_TYPE_DURATION, "P99999999999999999999Y", CMI_BAD, ""},
    {CMI_TYPE_DURATION, "", CMI_BAD, ""},
    {CMI_TYPE_TIMESPAN, "0000:00:02", CMI_STRICT, "0000:00:02.00"},
    {CMI_TYPE_TIMESPAN, "00:05:30.25", CMI_STRICT, "0000:05:30.25"},
    {CMI_TYPE_TIMESPAN, "1:2:3", CMI_LENIENT, "0001:02:03.00"},
    {CMI_TYPE_TIMESPAN, "00:99:99", CMI_STRICT, "0001:40:39.00"},
    {CMI_TYPE_TIMESPAN, "PT5M30.25S", CMI_LENIENT, "0000:05:30.25"},
    {CMI_TYPE_TIMESPAN, "12345:00:00", CMI_LENIENT, "9999:00:00.00"},
    {CMI_TYPE_TIMESPAN, "00:00", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00.0Z", CMI_STRICT, "2026-11-24T08:05:00.0Z"},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00Z", CMI_LENIENT, "2026-11-24T08:05:00.00Z"},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00.123456Z", CMI_LENIENT, "2026-11-24T08:05:00.12Z"},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00+05:30", CMI_LENIENT, "2026-11-24T02:35:00.00Z"},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00-08", CMI_LENIENT, "2026-11-24T16:05:00.00Z"},
    {CMI_TYPE_DATETIME, "2027-01-01T00:30:00+01:00", CMI_LENIENT, "2026-12-31T23:30:00.00Z"},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:00.0+24:00", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "2027-02-29", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "2026-13-01", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "1969-12-31", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "0000", CMI_BAD, ""},
    {CMI_TYPE_DATETIME, "2026-11-24T08:05:60", CMI_BAD, ""},
    {CMI_TYPE_TIME, "10:15:30.5", CMI_STRICT, "10:15:30.50"},
    {CMI_TYPE_TIME, "1:15:30", CMI_LENIENT, "01:15:30.00"},
    {CMI_TYPE_TIME, "24:00:00", CMI_BAD, ""},
    {CMI_TYPE_REAL, "0.5", CMI_STRICT, "0.5"},
    {CMI_TYPE_REAL, " 0.5", CMI_STRICT, "0.5"},
    {CMI_TYPE_REAL, "-0", CMI_STRICT, "0"},
    {CMI_TYPE_REAL, "1e-1", CMI_STRICT, "0.1"},
    {CMI_TYPE_REAL, "NaN", CMI_BAD, ""},
    {CMI_TYPE_REAL, "Infinity", CMI_BAD, ""},
    {CMI_TYPE_REAL, "1e999", CMI_BAD, ""},
    {CMI_TYPE_REAL, "1,5", CMI_BAD, ""},
    {CMI_TYPE_REAL, "", CMI_BAD, ""},
    {CMI_TYPE_RESULT, "correct", CMI_STRICT, "correct"},
    {CMI_TYPE_RESULT, "wrong", CMI_LENIENT, "incorrect"},
    {CMI_TYPE_RESULT, "0.5", CMI_STRICT, "0.5"},
    {CMI_TYPE_RESULT, "true", CMI_LENIENT, "correct"},
    {CMI_TYPE_RESULT, "NaN", CMI_BAD, ""},
    {CMI_TYPE_RESULT, "perhaps", CMI_BAD, ""},
    {CMI_TYPE_LANGUAGE, "", CMI_STRICT, ""},
    {CMI_TYPE_LANGUAGE, "pt-BR", CMI_STRICT, "pt-BR"},
    {CMI_TYPE_LANGUAGE, "{lang=de}", CMI_LENIENT, "de"},
    {CMI_TYPE_LANGUAGE, "i", CMI_BAD, ""},
    {CMI_TYPE_LANGUAGE, "en-", CMI_BAD, ""},
    {CMI_TYPE_URI, "urn:q:1", CMI_STRICT, "urn:q:1"},
    {CMI_TYPE_URI, "Q 1", CMI_LENIENT, "Q%201"},
    {CMI_TYPE_URI, "a{b}", CMI_LENIENT, "a%7Bb%7D"},
    {CMI_TYPE_URI, "frage-ä", CMI_STRICT, "frage-ä"},
    {CMI_TYPE_URI, "http://[::1]:80/x?y#z", CMI_STRICT, "http://[::1]:80/x?y#z"},
    {CMI_TYPE_URI, "http://", CMI_BAD, ""},
    {CMI_TYPE_URI, "1:2", CMI_BAD, ""},
    {CMI_TYPE_URI, "a%2", CMI_BAD, ""},
    {CMI_TYPE_URI, "", CMI_BAD, ""},
};

static struct cmi_element any(enum cmi_type type)
{
    return (struct cmi_element){.version = SCORM_2004, .type = type, .lo = -INFINITY, .hi = INFINITY,
                                .vocabulary = "correct|incorrect|unanticipated|neutral"};
}

static void test_readings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        struct buf out = BUF_INIT(1000);
        struct cmi_element e = any(readings[i].type);
        enum cmi_verdict v = cmi_read(&e, readings[i].text, strlen(readings[i].text), &out);
        if (v != readings[i].verdict || strcmp(out.data ? out.data : "", readings[i].normalized) != 0)
            fail_msg("\"%s\" was read as %d \"%s\"", readings[i].text, v, out.data ? out.data : "");
        buf_free(&out);
    }
}

/* What is normalised is strictly right, and normalising it again changes nothing. */
static void test_normalised_values_are_strict(void **state)
{
    (void)state;
    static const enum cmi_type types[] = {CMI_TYPE_DURATION, CMI_TYPE_TIMESPAN, CMI_TYPE_DATETIME,
                                          CMI_TYPE_TIME, CMI_TYPE_REAL, CMI_TYPE_RESULT,
                                          CMI_TYPE_LANGUAGE, CMI_TYPE_URI};
    static const char alphabet[] = "PTYMDHSWZ0123456789.:-+,eE {}lang=/?#%correctaft";
    uint32_t seed = 20261124;
    size_t read = 0;
    for (int round = 0; round < 400000; round++) {
        char text[24];
        size_t len = 0;
        /* Half of them are vectors with a byte changed, so that many are nearly right. */
        if (round % 2) {
            const char *from = readings[(seed >> 8) % (sizeof readings / sizeof readings[0])].text;
            len = strlen(from) < 22 ? strlen(from) : 22;
            memcpy(text, from, len);
        }
        for (int k = 0; k < (round % 2 ? 1 : 8); k++) {
            seed = seed * 1664525u + 1013904223u;
            size_t where = round % 2 ? (seed >> 16) % (len + 1) : len;
            if (where == len)
                len++;
            text[where] = alphabet[(seed >> 8) % (sizeof alphabet - 1)];
        }
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
            struct buf once = BUF_INIT(1000), twice = BUF_INIT(1000);
            struct cmi_element e = any(types[t]);
            if (cmi_read(&e, text, len, &once) != CMI_BAD) {
                read++;
                if (cmi_read(&e, once.data ? once.data : "", once.len, &twice) != CMI_STRICT ||
                    once.len != twice.len || memcmp(once.data ? once.data : "",
                                                    twice.data ? twice.data : "", once.len) != 0)
                    fail_msg("\"%.*s\" became \"%s\" and then \"%s\"", (int)len, text, once.data,
                             twice.data ? twice.data : "");
            }
            buf_free(&once);
            buf_free(&twice);
        }
    }
    assert_true(read > 10000);
}

static void test_vocabularies_of_real_content(void **state)
{
    (void)state;
    const struct cmi_element *status = cmi_element_of(SCORM_12, CMI_LESSON_STATUS);
    static const struct {
        const char *text;
        enum cmi_verdict verdict;
        const char *normalized;
    } words[] = {{"passed", CMI_STRICT, "passed"},   {"Passed", CMI_LENIENT, "passed"},
                 {"complete", CMI_LENIENT, "completed"}, {" failed ", CMI_LENIENT, "failed"},
                 {"not attempted", CMI_STRICT, "not attempted"}, {"done", CMI_BAD, ""},
                 {"", CMI_BAD, ""}, {"a word that is much longer than any of the vocabulary", CMI_BAD, ""}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct buf out = BUF_INIT(100);
        assert_int_equal(cmi_read(status, words[i].text, strlen(words[i].text), &out), words[i].verdict);
        assert_string_equal(out.data ? out.data : "", words[i].normalized);
        buf_free(&out);
    }
    const struct cmi_element *nav = cmi_element_of(SCORM_2004, CMI_NAV_REQUEST);
    assert_int_equal(cmi_read(nav, "{target=item 3}choice", 21, NULL), CMI_STRICT);
    assert_int_equal(cmi_read(nav, "{target=item 3}leap", 19, NULL), CMI_BAD);
    assert_null(cmi_element_of(SCORM_12, CMI_SCORE_SCALED));
}

static void test_numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    double value;
    /* More digits than the short path takes go through strtod_l. */
    assert_true(cmi_real("0.12345678901234567890", 22, &value));
    assert_true(value == 0.12345678901234567890);
    assert_true(cmi_real("123456789.123456789e-3", 22, &value));
    assert_true(value == 123456.789123456789);
    assert_true(cmi_real("-.5", 3, &value) && value == -0.5);
    assert_false(cmi_real("0x10", 4, &value));
    assert_false(cmi_real("-", 1, &value));
    assert_false(cmi_real(".", 1, &value));
    assert_false(cmi_real("1e", 2, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_sorted_and_whole),
        cmocka_unit_test(test_a_path_means_the_same_in_both_versions),
        cmocka_unit_test(test_the_table_agrees_with_the_reference),
        cmocka_unit_test(test_indexed_paths),
        cmocka_unit_test(test_the_vectors),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_normalised_values_are_strict),
        cmocka_unit_test(test_vocabularies_of_real_content),
        cmocka_unit_test(test_numbers_do_not_depend_on_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
