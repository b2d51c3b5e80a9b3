/* test_profile.c - our profile's structure; paths, rules, patterns of profiles in general. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "profile_parts.h"
#include "profile_set.h"
#include "statement.h"
#include "vocab.h"

static struct xapi_profile *read_profile(const char *json, size_t len)
{
    aw_error err = AW_ERROR_INIT;
    struct xapi_profile *p = NULL;
    if (xapi_profile_read(json, len, &p, &err))
        fail_msg("%s: %s", err.where, err.text);
    return p;
}

static struct xapi_profile *ours(void)
{
    return read_profile((const char *)xapi_profile_document, xapi_profile_document_len);
}

static void print_fault(void *context, const char *subject, const char *where, const char *reason)
{
    size_t *count = context;
    (*count)++;
    print_message("%s: %s: %s\n", subject, where, reason);
}

static void count_fault(void *context, const char *subject, const char *where, const char *reason)
{
    size_t *count = context;
    assert_true(*subject && where && *reason);
    (*count)++;
}

/* ---- ours ------------------------------------------------------------------------ */

static void test_our_structure(void **state)
{
    (void)state;
    struct xapi_profile *p = ours();
    size_t count = 0;
    assert_int_equal(xapi_profile_lint(p, print_fault, &count), 0);
    assert_string_equal(xapi_profile_id(p), "https://w3id.org/xapi/afterword");
    assert_non_null(strstr((const char *)xapi_profile_document, "\"" XAPI_PROFILE_AFTERWORD "\""));
    assert_non_null(strstr((const char *)xapi_profile_document, "\"" XAPI_EXT_UTC_OFFSET "\""));
    xapi_profile_free(p);
}

/* Each verb that is not of SCORM alone has a template, and none names a verb we do not have. */
static void test_our_verbs(void **state)
{
    (void)state;
    struct xapi_profile *p = ours();
    size_t i;
    json_t *tpl;
    bool spoken[XAPI_VERB_COUNT] = {false};
    json_array_foreach(p->templates, i, tpl) {
        int verb = vocab_verb_by_iri(profile_text(tpl, "verb"));
        assert_true(verb >= 0);
        spoken[verb] = true;
    }
    for (int v = 0; v < XAPI_VERB_COUNT; v++) {
        bool scorm = v >= XAPI_INITIALIZED && v <= XAPI_COMMENTED;
        if (spoken[v] == scorm)
            fail_msg("%s", xapi_verb_iri((enum xapi_verb)v));
    }
    xapi_profile_free(p);
}

static void test_lint(void **state)
{
    (void)state;
    static const char head[] =
        "\"@context\":\"https://w3id.org/xapi/profiles/context\",\"id\":\"https://e.org/p\",\"type\":\"Profile\","
        "\"conformsTo\":\"https://w3id.org/xapi/profiles#1.0\",\"prefLabel\":{\"en\":\"x\"},\"definition\":{\"en\":\"x\"},"
        "\"author\":{\"type\":\"Person\",\"name\":\"x\"},\"versions\":[{\"id\":\"https://e.org/p/1\","
        "\"generatedAtTime\":\"2026-11-24T00:00:00Z\"}]";
#define COMMON "\"inScheme\":\"https://e.org/p/1\",\"prefLabel\":{\"en\":\"x\"},\"definition\":{\"en\":\"x\"}"
#define T(more) "\"templates\":[{\"id\":\"https://e.org/p#t\",\"type\":\"StatementTemplate\"," COMMON more "}]"
#define P(more) T("") ",\"patterns\":[{\"id\":\"https://e.org/p#p\",\"type\":\"Pattern\"," COMMON more "}]"
    static const struct { const char *body; size_t faults; } cases[] = {
        {"\"concepts\":[]", 0}, {T(""), 0}, {T(",\"rules\":[{\"location\":\"$.id\",\"presence\":\"included\"}]"), 0},
        {T(",\"rules\":[{\"location\":\"$.id\"}]"), 1},
        {T(",\"rules\":[{\"location\":\"id\",\"presence\":\"included\"}]"), 1},
        {T(",\"rules\":[{\"location\":\"$.id[\",\"presence\":\"included\"}]"), 1},
        {T(",\"rules\":[{\"location\":\"$.id[?(@.x)]\",\"presence\":\"included\"}]"), 1},
        {T(",\"rules\":[{\"location\":\"$.id\",\"presence\":\"perhaps\"}]"), 1},
        {T(",\"rules\":[{\"location\":\"$.id\",\"any\":[]}]"), 1},
        {T(",\"verb\":\"x\""), 1}, {T(",\"contextStatementRefTemplate\":[\"https://e.org/p#u\"]"), 1},
        {P(",\"sequence\":[\"https://e.org/p#t\",\"https://e.org/p#t\"]"), 0},
        {P(",\"oneOrMore\":\"https://e.org/p#t\""), 0}, {P(",\"oneOrMore\":\"https://e.org/p#u\""), 1},
        {P(",\"sequence\":[\"https://e.org/p#t\"]"), 1}, {P(""), 1},
        {P(",\"optional\":\"https://e.org/p#t\",\"zeroOrMore\":\"https://e.org/p#t\""), 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[2048];
        size_t count = 0, len = (size_t)snprintf(json, sizeof json, "{%s,%s}", head, cases[i].body);
        struct xapi_profile *p = read_profile(json, len);
        if (xapi_profile_lint(p, count_fault, &count) != cases[i].faults || count != cases[i].faults)
            fail_msg("case %zu: %zu faults", i, count);
        xapi_profile_free(p);
    }
    aw_error err = AW_ERROR_INIT;
    struct xapi_profile *p = NULL;
    static const char *const bad[] = {"", "[]", "{}", "{\"id\":\"x\",\"type\":\"Template\"}",
                                      "{\"id\":\"x\",\"type\":\"Profile\",\"templates\":[{}]}",
                                      "{\"id\":\"x\",\"type\":\"Profile\",\"templates\":[{\"id\":\"t\",\"type\":"
                                      "\"StatementTemplate\",\"rules\":[{}]}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(xapi_profile_read(bad[i], strlen(bad[i]), &p, &err), AW_OK);
}

/* ---- paths ------------------------------------------------------------------------- */

static void test_paths(void **state)
{
    (void)state;
    json_t *doc = json_loads("{\"a\":{\"b\":[{\"c\":1},{\"c\":2},{\"d\":3}],\"x.y\":4},\"e\":[[5]]}", 0, NULL);
    static const struct { const char *path; const char *want; } cases[] = {
        {"$", NULL}, {"$.a.b[*].c", "12"}, {"a.b[*].c", "12"}, {"$['a']['x.y']", "4"},
        {"$.a[\"x.y\"]", "4"}, {"$.a.b[2].d", "3"}, {"$.a.b[3].d", ""}, {"$.a.b.c", ""},
        {"$.e[*][*]", "5"}, {"$.a.b[0].*", "1"}, {"$.a.b[*].c | $.a.b[*].d", "123"},
        {"$.nothing | $.e[0][0]", "5"}, {"$.a[*]", "4"}};
    for (size_t i = 1; i < sizeof cases / sizeof *cases; i++) {
        struct profile_values v = {0};
        char got[32] = "";
        profile_path(doc, cases[i].path, &v);
        assert_false(v.failed);
        for (size_t k = 0; k < v.count; k++)
            if (json_is_integer(v.at[k]))
                sprintf(got + strlen(got), "%d", (int)json_integer_value(v.at[k]));
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("%s gives %s", cases[i].path, got);
        profile_values_free(&v);
    }
    static const char *const bad[] = {"", "$.", "$..a", "$.a[", "$.a['b]", "$.a[x]", "$.a[-1]", "$.a[1:2]",
                                      "$.a b", "$.a |", "$.a[?(@)]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (profile_path_good(bad[i]))
            fail_msg("\"%s\" is taken", bad[i]);
    json_decref(doc);
}

/* ---- rules --------------------------------------------------------------------------- */

static void test_rules(void **state)
{
    (void)state;
    json_t *statement = json_loads("{\"verb\":{\"id\":\"v\"},\"x\":[1,2],\"y\":[{\"z\":1},{}]}", JSON_DECODE_INT_AS_REAL, NULL);
    static const struct { const char *rule; size_t faults; } cases[] = {
        {"\"location\":\"$.x[*]\",\"presence\":\"included\"", 0},
        {"\"location\":\"$.n\",\"presence\":\"included\"", 1},
        {"\"location\":\"$.n\",\"presence\":\"excluded\"", 0},
        {"\"location\":\"$.x\",\"presence\":\"excluded\"", 1},
        {"\"location\":\"$.n\",\"presence\":\"recommended\"", 0},
        {"\"location\":\"$.n\",\"presence\":\"recommended\",\"any\":[1]", 0},
        {"\"location\":\"$.x[*]\",\"presence\":\"recommended\",\"any\":[3]", 1},
        {"\"location\":\"$.x[*]\",\"any\":[2,9]", 0}, {"\"location\":\"$.n\",\"any\":[2]", 1},
        {"\"location\":\"$.x[*]\",\"all\":[1,2,3]", 0}, {"\"location\":\"$.x[*]\",\"all\":[1]", 1},
        {"\"location\":\"$.n\",\"all\":[1]", 0}, {"\"location\":\"$.x[*]\",\"none\":[3]", 0},
        {"\"location\":\"$.x[*]\",\"none\":[2]", 1},
        {"\"location\":\"$.y[*]\",\"selector\":\"$.z\",\"presence\":\"included\"", 1},
        {"\"location\":\"$.y[0]\",\"selector\":\"$.z\",\"presence\":\"included\"", 0},
        {"\"location\":\"$.y[\",\"presence\":\"recommended\"", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char json[256];
        size_t count = 0;
        snprintf(json, sizeof json, "{\"id\":\"t\",\"rules\":[{%s}]}", cases[i].rule);
        json_t *tpl = json_loads(json, JSON_DECODE_INT_AS_REAL, NULL);
        size_t told = profile_rules(tpl, statement, count_fault, &count);
        if (count != cases[i].faults || told != count)
            fail_msg("%s: %zu faults", cases[i].rule, count);
        json_decref(tpl);
    }
    json_decref(statement);
}

/* ---- patterns --------------------------------------------------------------------------- */

/* Letters as statements: each is a statement whose verb is that letter, and a template t<letter>. */
static struct xapi_profile *letters(const char *patterns)
{
    char json[4096];
    int n = sprintf(json, "{\"id\":\"p\",\"type\":\"Profile\",\"templates\":[");
    for (char c = 'a'; c <= 'd'; c++)
        n += sprintf(json + n, "%s{\"id\":\"t%c\",\"type\":\"StatementTemplate\",\"verb\":\"%c\"}",
                     c > 'a' ? "," : "", c, c);
    n += sprintf(json + n, "],\"patterns\":[%s]}", patterns);
    return read_profile(json, (size_t)n);
}

static void expect_match(const struct xapi_profile *p, const char *word, char want, size_t want_at)
{
    json_t *made[16];
    const json_t *statements[16];
    size_t n = strlen(word), at = 0;
    for (size_t i = 0; i < n; i++)
        statements[i] = made[i] = json_pack("{s:{s:s#}}", "verb", "id", word + i, 1);
    enum xapi_profile_verdict v = xapi_profile_match(p, statements, n, NULL, NULL, &at);
    char got = v == XAPI_PROFILE_FOLLOWS ? 'F' : v == XAPI_PROFILE_UNFINISHED ? 'U' : 'D';
    if (got != want || (want == 'D' && at != want_at))
        fail_msg("\"%s\" gives %c at %zu", word, got, at);
    for (size_t i = 0; i < n; i++)
        json_decref(made[i]);
}

static void test_patterns(void **state)
{
    (void)state;
#define PAT(id, more) "{\"id\":\"" id "\",\"type\":\"Pattern\"," more "}"
#define TOP "\"primary\":true,"
    /* a (b|c)* d?  */
    struct xapi_profile *p = letters(
        PAT("top", TOP "\"sequence\":[\"ta\",\"star\",\"maybe\"]") "," PAT("star", "\"zeroOrMore\":\"or\"") ","
        PAT("or", "\"alternates\":[\"tb\",\"tc\"]") "," PAT("maybe", "\"optional\":\"td\""));
    static const struct { const char *word; char want; size_t at; } first[] = {
        {"", 'F', 0}, {"a", 'F', 0}, {"abcbc", 'F', 0}, {"abd", 'F', 0}, {"ad", 'F', 0}, {"ada", 'D', 2},
        {"aa", 'D', 1}, {"b", 'D', 0}, {"abda", 'D', 3}, {"abdb", 'D', 3}, {"add", 'D', 2},
        {"ax", 'D', 1}};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        expect_match(p, first[i].word, first[i].want, first[i].at);
    xapi_profile_free(p);
    /* (ab)+ c, and beside it dd */
    p = letters(PAT("top", TOP "\"sequence\":[\"plus\",\"tc\"]") "," PAT("plus", "\"oneOrMore\":\"ab\"") ","
                PAT("ab", "\"sequence\":[\"ta\",\"tb\"]") "," PAT("dd", TOP "\"sequence\":[\"td\",\"td\"]"));
    static const struct { const char *word; char want; size_t at; } second[] = {
        {"abc", 'F', 0}, {"ababc", 'F', 0}, {"dd", 'F', 0}, {"abcdd", 'D', 3}, {"ab", 'U', 0}, {"aba", 'U', 0},
        {"d", 'U', 0}, {"abd", 'D', 2}, {"ac", 'D', 1}, {"dda", 'D', 2}, {"ddc", 'D', 2}};
    for (size_t i = 0; i < sizeof second / sizeof *second; i++)
        expect_match(p, second[i].word, second[i].want, second[i].at);
    xapi_profile_free(p);
    /* a cycle ends, a missing reference matches nothing, no primary is followed by everything */
    p = letters(PAT("top", TOP "\"optional\":\"top\"") "," PAT("lost", TOP "\"oneOrMore\":\"gone\""));
    expect_match(p, "a", 'D', 0);
    xapi_profile_free(p);
    p = letters(PAT("x", "\"oneOrMore\":\"ta\""));
    expect_match(p, "b", 'F', 0);
    xapi_profile_free(p);
}

/* ---- statements that follow, and that do not ---------------------------------------------- */

struct tally {
    size_t count;
    char text[4096];
};

static void tally_fault(void *context, const char *statement, const char *subject, const char *where,
                        const char *reason)
{
    struct tally *t = context;
    size_t len = strlen(t->text);
    t->count++;
    snprintf(t->text + len, sizeof t->text - len, "%s|%s|%s|%s\n", statement, subject, where, reason);
}

#define AGENT "\"actor\":{\"objectType\":\"Agent\",\"account\":{\"homePage\":\"https://e.org\",\"name\":\"x\"}}"
#define ACTIVITY(id, type) \
    "{\"objectType\":\"Activity\",\"id\":\"https://e.org/" id "\",\"definition\":{\"type\":\"" type "\"}}"
#define COURSE ACTIVITY("course", "http://adlnet.gov/expapi/activities/course")
#define ROOM ACTIVITY("room", "https://w3id.org/xapi/acrossx/activities/online-discussion")
#define REGISTRATION "2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a"
#define STATEMENT(n, time, verb, object, more, result)                                               \
    "{\"id\":\"3302aadf-e77a-5490-b0e1-c5f1a79ca61" n "\"," AGENT ",\"verb\":{\"id\":\"" verb "\"},\"object\":" \
    object ",\"context\":{\"registration\":\"" REGISTRATION "\",\"contextActivities\":{\"grouping\":[" COURSE   \
    "," ROOM "],\"parent\":[" COURSE "],\"category\":[{\"objectType\":\"Activity\",\"id\":\""                    \
    XAPI_PROFILE_AFTERWORD "\"}]}" more "},\"timestamp\":\"2026-03-02T08:00:0" time "Z\"" result "}"
#define COMPLETED(time, result) \
    STATEMENT("0", time, "http://adlnet.gov/expapi/verbs/completed", COURSE, "", result)
#define UNLOCKED(time, ref)                                                                           \
    STATEMENT("1", time, "https://w3id.org/xapi/seriousgames/verbs/unlocked", ROOM,                    \
              ",\"statement\":{\"objectType\":\"StatementRef\",\"id\":\"3302aadf-e77a-5490-b0e1-c5f1a79ca61" ref "\"}", "")
#define VIEWED(time) STATEMENT("2", time, "http://id.tincanapi.com/verb/viewed", ROOM, "", "")
#define DONE ",\"result\":{\"completion\":true}"

static void check_set(const char *const *statements, size_t faults, const char *text)
{
    aw_error err = AW_ERROR_INIT;
    struct tally t = {0};
    struct profile_counts counts = {0};
    struct profile_set *set = profile_set_new();
    assert_int_equal(profile_set_add(set, (const char *)xapi_profile_document, xapi_profile_document_len, false, &err), AW_OK);
    for (size_t i = 0; statements[i]; i++)
        if (profile_set_statement(set, statements[i], strlen(statements[i]), i + 1, &err))
            fail_msg("%s: %s", err.where, err.text);
    assert_int_equal(profile_set_check(set, tally_fault, &t, &counts, &err), AW_OK);
    if (counts.faults != faults || t.count != faults || (text && !strstr(t.text, text)))
        fail_msg("%zu faults: %s", counts.faults, t.text);
    profile_set_free(set);
}

static void test_sets(void **state)
{
    (void)state;
    /* The order in which they come does not matter, their timestamps do. */
    check_set((const char *[]){VIEWED("3"), UNLOCKED("2", "0"), COMPLETED("1", DONE), NULL}, 0, NULL);
    check_set((const char *[]){COMPLETED("1", DONE), COMPLETED("1", DONE), NULL}, 0, NULL);
    check_set((const char *[]){COMPLETED("1", ""), NULL}, 2, "$.result.completion");
    /* opened before the completion */
    check_set((const char *[]){COMPLETED("2", DONE), UNLOCKED("1", "0"), NULL}, 1, "no primary pattern");
    /* a learner views before it is opened */
    check_set((const char *[]){COMPLETED("1", DONE), VIEWED("2"), UNLOCKED("3", "0"), NULL}, 1, "statement 2 of 3");
    /* opened because of something that opens nothing */
    check_set((const char *[]){COMPLETED("1", DONE), UNLOCKED("3", "2"), VIEWED("2"), NULL}, 2, "no template speaks");
    /* not even xAPI */
    check_set((const char *[]){"{\"actor\":1}", NULL}, 1, "xAPI");
    aw_error err = AW_ERROR_INIT;
    struct profile_set *set = profile_set_new();
    assert_int_equal(profile_set_statement(set, COMPLETED("1", DONE), strlen(COMPLETED("1", DONE)), 1, &err), AW_OK);
    assert_int_equal(profile_set_statement(set, COMPLETED("2", DONE), strlen(COMPLETED("2", DONE)), 2, &err), AW_EINVAL);
    assert_int_equal(profile_set_statement(set, "{", 1, 3, &err), AW_EJSON);
    profile_set_free(set);
}

/* ADL's SCORM profile, as ADL writes it (locations without "$."). */
static void test_scorm_profile(void **state)
{
    (void)state;
    char path[4096], *text = calloc(1, 65536);
    snprintf(path, sizeof path, "%s/data/xapi/scorm-profile.jsonld", getenv("AW_SHARED") ? getenv("AW_SHARED") : "");
    FILE *f = fopen(path, "rb");
    size_t len = f ? fread(text, 1, 65535, f) : 0;
    if (!f) {
        free(text);
        print_message("skipped: %s is absent\n", path);
        skip();
    }
    fclose(f);
    struct xapi_profile *p = read_profile(text, len);
#define SCORM(verb, type, more) "{\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/" verb "\"},\"timestamp\":\"x\"," \
    "\"object\":{\"definition\":{\"type\":\"http://adlnet.gov/expapi/activities/" type "\"}},\"context\":{"          \
    "\"contextActivities\":{\"category\":[{\"id\":\"https://w3id.org/xapi/scorm\"}],\"grouping\":[{\"definition\":{" \
    "\"type\":\"http://adlnet.gov/expapi/activities/attempt\"}},{\"definition\":{\"type\":"                          \
    "\"http://adlnet.gov/expapi/activities/course\"}}]}}" more "}"
    const char *texts[] = {SCORM("initialized", "lesson", ""), SCORM("completed", "lesson", ""),
                           SCORM("suspended", "lesson", ""), SCORM("resumed", "lesson", ""),
                           SCORM("terminated", "lesson", ""), SCORM("commented", "lesson", "")};
    json_t *made[6];
    for (size_t i = 0; i < 6; i++)
        made[i] = json_loads(texts[i], 0, NULL);
    size_t count = 0, at;
    assert_true(xapi_profile_claimed(p, made[0]));
    assert_int_equal(xapi_profile_check(p, made[0], NULL, NULL, print_fault, &count), 0);
    assert_int_equal(xapi_profile_check(p, made[5], NULL, NULL, count_fault, &count), 1); /* no response */
    const json_t *whole[] = {made[0], made[1], made[2], made[3], made[4]};
    assert_int_equal(xapi_profile_match(p, whole, 5, NULL, NULL, &at), XAPI_PROFILE_FOLLOWS);
    assert_int_equal(xapi_profile_match(p, whole, 3, NULL, NULL, &at), XAPI_PROFILE_UNFINISHED);
    assert_int_equal(xapi_profile_match(p, whole + 3, 1, NULL, NULL, &at), XAPI_PROFILE_DEVIATES);
    for (size_t i = 0; i < 6; i++)
        json_decref(made[i]);
    xapi_profile_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_our_structure), cmocka_unit_test(test_our_verbs), cmocka_unit_test(test_lint),
        cmocka_unit_test(test_paths), cmocka_unit_test(test_rules), cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_sets), cmocka_unit_test(test_scorm_profile)};
    return cmocka_run_group_tests_name("xapi.profile", tests, NULL, NULL);
}
