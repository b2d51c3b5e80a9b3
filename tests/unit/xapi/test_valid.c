/* test_valid.c - the validator, rule by rule: what is refused, where, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <afterword/afterword.h>

#include "valid.h"

#define ACTOR "\"actor\":{\"mbox\":\"mailto:a@example.org\"}"
#define VERB "\"verb\":{\"id\":\"http://example.org/v\"}"
#define OBJECT "\"object\":{\"id\":\"http://example.org/a\"}"
#define AVO ACTOR "," VERB "," OBJECT
#define S(more) "{" AVO more "}"
#define CONTEXT(more) S(",\"context\":{" more "}")
#define RESULT(more) S(",\"result\":{" more "}")
#define DEFINITION(more) \
    "{" ACTOR "," VERB ",\"object\":{\"id\":\"http://example.org/a\",\"definition\":{" more "}}}"
#define ACTOR_IS(actor) "{\"actor\":" actor "," VERB "," OBJECT "}"
#define OBJECT_IS(object) "{" ACTOR "," VERB ",\"object\":" object "}"
#define SUB(more) \
    OBJECT_IS("{\"objectType\":\"SubStatement\"," ACTOR "," VERB "," OBJECT more "}")
#define ATTACHMENT(usage, type, more)                                                             \
    S(",\"attachments\":[{\"usageType\":\"" usage "\",\"display\":{\"en\":\"x\"},\"contentType\":\"" \
      type "\",\"length\":27,\"sha2\":"                                                            \
      "\"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a\"" more "}]")
#define UUID "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"
#define AGENT "{\"mbox\":\"mailto:a@example.org\"}"
#define GROUP(more) "{\"objectType\":\"Group\"" more "}"

enum { BOTH, ONLY_1, ONLY_2 };

struct row {
    const char *json;
    const char *path; /* of the fault; NULL: valid */
    int versions;     /* in which the row is told so; in the other a valid one is not */
};

static void judge(const struct row *row, enum xapi_version version)
{
    struct xapi_fault fault;
    size_t len = strlen(row->json);
    char *copy = malloc(len ? len : 1);
    memcpy(copy, row->json, len);
    int rc = xapi_validate(copy, len, version, &fault);
    bool here = row->versions == BOTH || (row->versions == ONLY_1) == (version == XAPI_1_0_3);
    if (row->path == NULL) {
        if ((rc == AW_OK) != here)
            fail_msg("%s (%d): %d %s %s", row->json, version, rc, fault.path, fault.reason);
    } else if (rc == AW_OK || strcmp(fault.path, row->path) != 0) {
        fail_msg("%s: want %s, got %d %s %s", row->json, row->path, rc, rc ? fault.path : "",
                 rc ? fault.reason : "");
    }
    free(copy);
}

static void run(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        judge(&rows[i], XAPI_1_0_3);
        judge(&rows[i], XAPI_2_0_0);
    }
}

#define RUN(rows) run(rows, sizeof(rows) / sizeof *(rows))

static void test_text(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {S(""), NULL, BOTH},
        {"", "", BOTH}, {"{", "", BOTH}, {"nonsense", "", BOTH}, {S("") " x", "", BOTH},
        {"[]", "", BOTH}, {"\"text\"", "", BOTH}, {"null", "", BOTH}, {"{}", "/actor", BOTH},
        {"{" AVO "," ACTOR "}", "", BOTH}, /* a key twice */
        {CONTEXT("\"extensions\":{\"http://e.org/x\":{\"a\":1,\"a\":2}}"), "", BOTH},
        {S(",\"result\":{\"response\":\"\\u0000\"}"), "", BOTH},
        {S(",\"result\":{\"response\":\"\xff\"}"), "", BOTH},
        {S(",\"result\":{\"response\":\"\\ud800\"}"), "", BOTH},
        {S(",\"extra\":1"), "/extra", BOTH}, {S(",\"ID\":\"" UUID "\""), "/ID", BOTH},
        {S(",\"a/b~c\":1"), "/a~1b~0c", BOTH}};
    RUN(rows);
}

static void test_statement(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {S(",\"id\":\"" UUID "\""), NULL, BOTH}, {S(",\"id\":\"x\""), "/id", BOTH},
        {S(",\"id\":7"), "/id", BOTH}, {S(",\"id\":null"), "/id", BOTH},
        {"{" VERB "," OBJECT "}", "/actor", BOTH}, {"{" ACTOR "," OBJECT "}", "/verb", BOTH},
        {"{" ACTOR "," VERB "}", "/object", BOTH},
        {"{" ACTOR ",\"verb\":{}," OBJECT "}", "/verb/id", BOTH},
        {"{" ACTOR ",\"verb\":\"x\"," OBJECT "}", "/verb", BOTH},
        {"{" ACTOR ",\"verb\":{\"id\":\"http://e.org/v\",\"display\":{\"en\":1}}," OBJECT "}",
         "/verb/display/en", BOTH},
        {"{" ACTOR ",\"verb\":{\"id\":\"http://e.org/v\",\"display\":{\"en_US\":\"x\"}}," OBJECT "}",
         "/verb/display/en_US", BOTH},
        {"{" ACTOR ",\"verb\":{\"id\":\"http://e.org/v\",\"display\":{}}," OBJECT "}", NULL, BOTH},
        {S(",\"timestamp\":\"2013-05-18T05:32:34.804Z\""), NULL, BOTH},
        {S(",\"timestamp\":\"2013-05-18T05:32:34\""), NULL, ONLY_1},
        {S(",\"timestamp\":\"2013-05-18\""), "/timestamp", BOTH},
        {S(",\"timestamp\":1368855154"), "/timestamp", BOTH},
        {S(",\"stored\":\"yesterday\""), "/stored", BOTH},
        {S(",\"version\":\"1.0.0\""), NULL, BOTH}, {S(",\"version\":\"1.0\""), NULL, BOTH},
        {S(",\"version\":\"2.0.0\""), NULL, ONLY_2}, {S(",\"version\":\"0.9\""), "/version", BOTH},
        {S(",\"version\":\"1.1.0\""), "/version", BOTH}, {S(",\"version\":\"1.0.\""), "/version", BOTH},
        {S(",\"version\":\"1.0.3-b\""), "/version", BOTH}, {S(",\"version\":1.0"), "/version", BOTH},
        {"{" ACTOR ",\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/voided\"},\"object\":"
         "{\"objectType\":\"StatementRef\",\"id\":\"" UUID "\"}}", NULL, BOTH},
        {"{" ACTOR ",\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/voided\"}," OBJECT "}",
         "/object/objectType", BOTH}};
    RUN(rows);
}

static void test_actors(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {ACTOR_IS("{\"objectType\":\"Agent\",\"name\":\"A\",\"openid\":\"http://o.org/1\"}"), NULL, BOTH},
        {ACTOR_IS("{\"account\":{\"homePage\":\"http://e.org\",\"name\":\"\"}}"), NULL, BOTH},
        {ACTOR_IS("{\"account\":{\"homePage\":\"http://e.org\"}}"), "/actor/account/name", BOTH},
        {ACTOR_IS("{\"account\":{\"homePage\":\"e.org\",\"name\":\"x\"}}"), "/actor/account/homePage", BOTH},
        {ACTOR_IS("{\"account\":{\"homePage\":\"http://e.org\",\"name\":\"x\",\"y\":1}}"), "/actor/account/y", BOTH},
        {ACTOR_IS("{\"name\":\"A\"}"), "/actor", BOTH}, {ACTOR_IS("{}"), "/actor", BOTH},
        {ACTOR_IS("{\"mbox\":\"a@example.org\"}"), "/actor/mbox", BOTH},
        {ACTOR_IS("{\"mbox\":\"mailto:a@b.c\",\"openid\":\"http://o.org\"}"), "/actor/openid", BOTH},
        {ACTOR_IS("{\"mbox_sha1sum\":\"abc\"}"), "/actor/mbox_sha1sum", BOTH},
        {ACTOR_IS("{\"objectType\":\"Person\",\"mbox\":\"mailto:a@b.c\"}"), "/actor/objectType", BOTH},
        {ACTOR_IS("{\"mbox\":\"mailto:a@b.c\",\"member\":[]}"), "/actor/member", BOTH},
        {ACTOR_IS(GROUP("")), "/actor/member", BOTH},
        {ACTOR_IS(GROUP(",\"member\":[]")), "/actor/member", BOTH},
        {ACTOR_IS(GROUP(",\"member\":[" AGENT "]")), NULL, BOTH},
        {ACTOR_IS(GROUP(",\"mbox\":\"mailto:g@b.c\"")), NULL, BOTH},
        {ACTOR_IS(GROUP(",\"mbox\":\"mailto:g@b.c\",\"member\":[]")), NULL, BOTH},
        {ACTOR_IS(GROUP(",\"mbox\":\"mailto:g@b.c\",\"member\":" AGENT)), "/actor/member", BOTH},
        {ACTOR_IS(GROUP(",\"member\":[" GROUP(",\"mbox\":\"mailto:a@b.c\"") "]")),
         "/actor/member/0/objectType", BOTH},
        {ACTOR_IS(GROUP(",\"member\":[" AGENT ",{\"name\":\"x\"}]")), "/actor/member/1", BOTH},
        {ACTOR_IS("[" AGENT "]"), "/actor", BOTH},
        {S(",\"authority\":" AGENT), NULL, BOTH},
        {S(",\"authority\":" GROUP(",\"member\":[" AGENT ",{\"account\":{\"homePage\":\"http://e.org\","
           "\"name\":\"app\"}}]")), NULL, BOTH},
        {S(",\"authority\":" GROUP(",\"member\":[" AGENT "]")), "/authority/member", BOTH},
        {S(",\"authority\":" GROUP(",\"member\":[" AGENT "," AGENT "]")), "/authority/member", BOTH},
        {S(",\"authority\":" GROUP(",\"mbox\":\"mailto:g@b.c\",\"member\":[" AGENT "," AGENT "]")),
         "/authority/mbox", BOTH}};
    RUN(rows);
}

static void test_objects(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {OBJECT_IS("{\"objectType\":\"Activity\",\"id\":\"act:x\"}"), NULL, BOTH},
        {OBJECT_IS("{\"objectType\":\"activity\",\"id\":\"act:x\"}"), "/object/objectType", BOTH},
        {OBJECT_IS("{\"objectType\":7,\"id\":\"act:x\"}"), "/object/objectType", BOTH},
        {OBJECT_IS("{\"objectType\":\"Activity\"}"), "/object/id", BOTH},
        {OBJECT_IS("{\"objectType\":\"Agent\",\"mbox\":\"mailto:a@b.c\"}"), NULL, BOTH},
        {OBJECT_IS(AGENT), "/object/mbox", BOTH},
        {OBJECT_IS(GROUP(",\"member\":[" AGENT "]")), NULL, BOTH},
        {OBJECT_IS("{\"objectType\":\"StatementRef\",\"id\":\"" UUID "\"}"), NULL, BOTH},
        {OBJECT_IS("{\"objectType\":\"StatementRef\",\"id\":\"x\"}"), "/object/id", BOTH},
        {OBJECT_IS("{\"objectType\":\"StatementRef\",\"id\":\"" UUID "\",\"x\":1}"), "/object/x", BOTH},
        {OBJECT_IS("{\"objectType\":\"Statement\",\"id\":\"" UUID "\"}"), "/object/objectType", BOTH},
        {OBJECT_IS("[]"), "/object", BOTH},
        {SUB(""), NULL, BOTH}, {SUB(",\"id\":\"" UUID "\""), "/object/id", BOTH},
        {SUB(",\"stored\":\"2013-05-18T05:32:34Z\""), "/object/stored", BOTH},
        {SUB(",\"version\":\"1.0.0\""), "/object/version", BOTH},
        {SUB(",\"authority\":" AGENT), "/object/authority", BOTH},
        {SUB(",\"timestamp\":\"2013-05-18T05:32:34Z\""), NULL, BOTH},
        {SUB(",\"result\":{\"score\":{\"scaled\":2}}"), "/object/result/score/scaled", BOTH},
        {OBJECT_IS("{\"objectType\":\"SubStatement\"," ACTOR "," VERB "}"), "/object/object", BOTH},
        {OBJECT_IS("{\"objectType\":\"SubStatement\"," ACTOR "," VERB ",\"object\":{\"objectType\":"
                   "\"SubStatement\"," AVO "}}"), "/object/object/objectType", BOTH}};
    RUN(rows);
}

static void test_definitions(void **state)
{
    (void)state;
#define CHOICES "\"choices\":[{\"id\":\"a\"},{\"id\":\"b\",\"description\":{\"en\":\"B\"}}]"
    static const struct row rows[] = {
        {DEFINITION(""), NULL, BOTH},
        {DEFINITION("\"name\":{\"en\":\"x\"},\"description\":{},\"type\":\"act:t\",\"moreInfo\":\"http://m.org\""),
         NULL, BOTH},
        {DEFINITION("\"name\":\"x\""), "/object/definition/name", BOTH},
        {DEFINITION("\"type\":\"x\""), "/object/definition/type", BOTH},
        {DEFINITION("\"moreInfo\":\"/x\""), "/object/definition/moreInfo", BOTH},
        {DEFINITION("\"extensions\":{\"x\":1}"), "/object/definition/extensions/x", BOTH},
        {DEFINITION("\"extensions\":[]"), "/object/definition/extensions", BOTH},
        {DEFINITION("\"extensions\":{\"http://e.org/x\":{\"a\":[null]},\"http://e.org/y\":null}"), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"choice\"," CHOICES ",\"correctResponsesPattern\":[\"a\"]"), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"sequencing\"," CHOICES), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"likert\"," CHOICES), "/object/definition/choices", BOTH},
        {DEFINITION("\"interactionType\":\"likert\",\"scale\":[{\"id\":\"1\"}]"), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"matching\",\"source\":[{\"id\":\"1\"}],\"target\":[{\"id\":\"1\"}]"), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"performance\",\"steps\":[{\"id\":\"1\"}]"), NULL, BOTH},
        {DEFINITION("\"interactionType\":\"true-false\",\"steps\":[{\"id\":\"1\"}]"), "/object/definition/steps", BOTH},
        {DEFINITION("\"interactionType\":\"Choice\""), "/object/definition/interactionType", BOTH},
        {DEFINITION(CHOICES), "/object/definition/interactionType", BOTH},
        {DEFINITION("\"correctResponsesPattern\":[]"), "/object/definition/interactionType", BOTH},
        {DEFINITION("\"interactionType\":\"other\",\"correctResponsesPattern\":\"x\""),
         "/object/definition/correctResponsesPattern", BOTH},
        {DEFINITION("\"interactionType\":\"other\",\"correctResponsesPattern\":[1]"),
         "/object/definition/correctResponsesPattern/0", BOTH},
        {DEFINITION("\"interactionType\":\"choice\",\"choices\":[{\"id\":\"a\"},{\"id\":\"a\"}]"),
         "/object/definition/choices/1/id", BOTH},
        {DEFINITION("\"interactionType\":\"choice\",\"choices\":[{\"description\":{}}]"),
         "/object/definition/choices/0/id", BOTH},
        {DEFINITION("\"interactionType\":\"choice\",\"choices\":[{\"id\":\"a\",\"x\":1}]"),
         "/object/definition/choices/0/x", BOTH},
        {DEFINITION("\"interactionType\":\"choice\",\"choices\":[null]"), "/object/definition/choices/0", BOTH}};
    RUN(rows);
}

static void test_results(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {RESULT(""), NULL, BOTH}, {S(",\"result\":[]"), "/result", BOTH},
        {RESULT("\"success\":true,\"completion\":false,\"response\":\"\",\"duration\":\"PT1S\""), NULL, BOTH},
        {RESULT("\"success\":\"true\""), "/result/success", BOTH},
        {RESULT("\"completion\":1"), "/result/completion", BOTH},
        {RESULT("\"response\":1"), "/result/response", BOTH},
        {RESULT("\"duration\":\"1h\""), "/result/duration", BOTH},
        {RESULT("\"extensions\":{\"\":1}"), "/result/extensions/", BOTH},
        {RESULT("\"score\":{}"), NULL, BOTH}, {RESULT("\"score\":5"), "/result/score", BOTH},
        {RESULT("\"score\":{\"scaled\":1,\"raw\":5,\"min\":0,\"max\":5}"), NULL, BOTH},
        {RESULT("\"score\":{\"scaled\":-1}"), NULL, BOTH},
        {RESULT("\"score\":{\"scaled\":1.01}"), "/result/score/scaled", BOTH},
        {RESULT("\"score\":{\"scaled\":-1.01}"), "/result/score/scaled", BOTH},
        {RESULT("\"score\":{\"raw\":\"5\"}"), "/result/score/raw", BOTH},
        {RESULT("\"score\":{\"raw\":6,\"max\":5}"), "/result/score/raw", BOTH},
        {RESULT("\"score\":{\"raw\":-1,\"min\":0}"), "/result/score/raw", BOTH},
        {RESULT("\"score\":{\"min\":5,\"max\":5}"), "/result/score/min", BOTH},
        {RESULT("\"score\":{\"min\":6,\"max\":5}"), "/result/score/min", BOTH},
        {RESULT("\"score\":{\"raw\":99999999999999999999999}"), NULL, BOTH},
        {RESULT("\"score\":{\"Raw\":1}"), "/result/score/Raw", BOTH}};
    RUN(rows);
}

static void test_contexts(void **state)
{
    (void)state;
#define REF "{\"objectType\":\"StatementRef\",\"id\":\"" UUID "\"}"
#define TYPES(list) ",\"relevantTypes\":" list
    static const struct row rows[] = {
        {CONTEXT(""), NULL, BOTH}, {CONTEXT("\"registration\":\"" UUID "\""), NULL, BOTH},
        {CONTEXT("\"registration\":\"x\""), "/context/registration", BOTH},
        {CONTEXT("\"registration\":null"), "/context/registration", BOTH},
        {CONTEXT("\"instructor\":" AGENT ",\"team\":" GROUP(",\"member\":[" AGENT "]")), NULL, BOTH},
        {CONTEXT("\"team\":" AGENT), "/context/team/objectType", BOTH},
        {CONTEXT("\"instructor\":{}"), "/context/instructor", BOTH},
        {CONTEXT("\"language\":\"en-GB\",\"revision\":\"\",\"platform\":\"p\""), NULL, BOTH},
        {CONTEXT("\"language\":\"english language\""), "/context/language", BOTH},
        {CONTEXT("\"revision\":1"), "/context/revision", BOTH},
        {CONTEXT("\"statement\":" REF), NULL, BOTH},
        {CONTEXT("\"statement\":{\"id\":\"" UUID "\"}"), "/context/statement/objectType", BOTH},
        {CONTEXT("\"statement\":{\"objectType\":\"StatementRef\"}"), "/context/statement/id", BOTH},
        {CONTEXT("\"contextActivities\":{}"), NULL, BOTH},
        {CONTEXT("\"contextActivities\":{\"parent\":{\"id\":\"act:a\"},\"other\":[{\"id\":\"act:b\"}],\"grouping\":[]}"),
         NULL, BOTH},
        {CONTEXT("\"contextActivities\":{\"parents\":[]}"), "/context/contextActivities/parents", BOTH},
        {CONTEXT("\"contextActivities\":{\"parent\":[{\"id\":\"act:b\"},{\"id\":\"b\"}]}"),
         "/context/contextActivities/parent/1/id", BOTH},
        {CONTEXT("\"contextActivities\":{\"parent\":[" AGENT "]}"), "/context/contextActivities/parent/0/mbox", BOTH},
        {CONTEXT("\"contextActivities\":[]"), "/context/contextActivities", BOTH},
        {CONTEXT("\"contextAgents\":[]"), NULL, ONLY_2},
        {CONTEXT("\"contextAgents\":[{\"objectType\":\"contextAgent\",\"agent\":" AGENT TYPES("[\"act:t\"]") "}]"),
         NULL, ONLY_2},
        {CONTEXT("\"contextGroups\":[{\"objectType\":\"contextGroup\",\"group\":"
                 GROUP(",\"member\":[" AGENT "]") TYPES("[\"act:t\"]") "}]"), NULL, ONLY_2},
        {OBJECT_IS("{\"objectType\":\"Agent\",\"mbox\":\"mailto:a@b.c\"},\"context\":{\"platform\":\"x\"}"),
         "/context/platform", BOTH},
        {OBJECT_IS(REF ",\"context\":{\"revision\":\"x\"}"), "/context/revision", BOTH},
        {OBJECT_IS(REF ",\"context\":{\"language\":\"en\"}"), NULL, BOTH},
        {SUB(",\"context\":{\"revision\":\"x\"}"), NULL, BOTH},
        {SUB("},\"context\":{\"revision\":\"x\""), "/context/revision", BOTH}};
    RUN(rows);
    static const struct row only_2[] = {
        {CONTEXT("\"contextAgents\":{}"), "/context/contextAgents", ONLY_2},
        {CONTEXT("\"contextAgents\":[{\"objectType\":\"contextAgent\"}]"), "/context/contextAgents/0/agent", ONLY_2},
        {CONTEXT("\"contextAgents\":[{\"objectType\":\"contextAgents\",\"agent\":" AGENT "}]"),
         "/context/contextAgents/0/objectType", ONLY_2},
        {CONTEXT("\"contextAgents\":[{\"agent\":" AGENT TYPES("[]") "}]"), "/context/contextAgents/0/relevantTypes", ONLY_2},
        {CONTEXT("\"contextAgents\":[{\"agent\":" AGENT TYPES("[\"abc\"]") "}]"),
         "/context/contextAgents/0/relevantTypes/0", ONLY_2},
        {CONTEXT("\"contextGroups\":[{\"group\":" AGENT "}]"), "/context/contextGroups/0/group/objectType", ONLY_2},
        {CONTEXT("\"contextGroups\":[{\"group\":" GROUP("") "}]"), "/context/contextGroups/0/group/member", ONLY_2}};
    for (size_t i = 0; i < sizeof only_2 / sizeof *only_2; i++)
        judge(&only_2[i], XAPI_2_0_0);
}

static void test_attachments(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {S(",\"attachments\":[]"), NULL, BOTH}, {S(",\"attachments\":{}"), "/attachments", BOTH},
        {S(",\"attachments\":[{}]"), "/attachments/0/usageType", BOTH},
        {ATTACHMENT("act:u", "image/png", ""), NULL, BOTH},
        {ATTACHMENT("act:u", "image/png", ",\"fileUrl\":\"http://f.org/x\",\"description\":{}"), NULL, BOTH},
        {ATTACHMENT("u", "image/png", ""), "/attachments/0/usageType", BOTH},
        {ATTACHMENT("act:u", "image", ""), "/attachments/0/contentType", BOTH},
        {ATTACHMENT("act:u", "image/png", ",\"fileUrl\":\"x\""), "/attachments/0/fileUrl", BOTH},
        {ATTACHMENT("act:u", "image/png", ",\"more\":1"), "/attachments/0/more", BOTH},
        {ATTACHMENT("http://adlnet.gov/expapi/attachments/signature", "application/octet-stream", ""), NULL, BOTH},
        {ATTACHMENT("http://adlnet.gov/expapi/attachments/signature", "text/plain", ""),
         "/attachments/0/contentType", BOTH}};
    RUN(rows);
    static const char *const lengths[] = {"-1", "1.5", "\"27\"", "null", "1e300", "[]"};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char json[1024];
        snprintf(json, sizeof json,
                 S(",\"attachments\":[{\"usageType\":\"act:u\",\"display\":{},\"contentType\":\"a/b\","
                   "\"sha2\":\"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a\","
                   "\"length\":%s}]"), lengths[i]);
        judge(&(struct row){json, "/attachments/0/length", BOTH}, XAPI_1_0_3);
    }
}

static void test_batch(void **state)
{
    (void)state;
    struct xapi_fault fault;
    static const char twice[] = "[" S(",\"id\":\"" UUID "\"") "," S("") "," S(",\"id\":\"FD41C918-b88b-4b20-a0a5-a4c32391aaa0\"") "]";
    static const char second[] = "[" S("") "," CONTEXT("\"registration\":7") "]";
    assert_int_equal(xapi_validate_batch("[]", 2, XAPI_1_0_3, &fault), AW_OK);
    assert_int_equal(xapi_validate_batch(S(""), strlen(S("")), XAPI_1_0_3, &fault), AW_OK);
    assert_int_equal(xapi_validate_batch(twice, strlen(twice), XAPI_1_0_3, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/2/id");
    assert_int_equal(xapi_validate_batch(second, strlen(second), XAPI_1_0_3, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/1/context/registration");
    assert_int_equal(xapi_validate_batch("[1]", 3, XAPI_1_0_3, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/0");
}

/* A path longer than the fault's buffer is cut at a whole step, and the reason stays. */
static void test_long_path(void **state)
{
    (void)state;
    char *json = malloc(4096);
    struct xapi_fault fault;
    int n = sprintf(json, "{" AVO ",\"result\":{\"extensions\":{\"");
    memset(json + n, 'k', 2000);
    strcpy(json + n + 2000, "\":1}}}");
    assert_int_equal(xapi_validate(json, strlen(json), XAPI_1_0_3, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/result/extensions");
    assert_non_null(strstr(fault.reason, "IRI"));
    free(json);
}

static void test_depth(void **state)
{
    (void)state;
    struct xapi_fault fault;
    char json[2048], *p = json + sprintf(json, "{" AVO ",\"result\":{\"extensions\":{\"act:x\":");
    memset(p, '[', 500);
    memset(p + 500, ']', 500);
    strcpy(p + 1000, "}}}");
    assert_int_equal(xapi_validate(json, strlen(json), XAPI_1_0_3, &fault), AW_EJSON);
    assert_non_null(strstr(fault.reason, "deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text), cmocka_unit_test(test_statement), cmocka_unit_test(test_actors),
        cmocka_unit_test(test_objects), cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_results), cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_attachments), cmocka_unit_test(test_batch),
        cmocka_unit_test(test_long_path), cmocka_unit_test(test_depth)};
    return cmocka_run_group_tests_name("xapi.valid", tests, NULL, NULL);
}
