/* test_value.c - IRIs, language tags, durations, timestamps and the other formats: tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

/* Runs the check on an exact copy, so that a sanitizer sees a read past the end. */
static void expect(bool (*is)(const char *, size_t), const char *what, const char *text, bool want)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    if (is(copy, len) != want)
        fail_msg("%s: \"%s\" is judged %s", what, text, want ? "bad" : "good");
    free(copy);
}

static void run(bool (*is)(const char *, size_t), const char *what, const char *const *good,
                const char *const *bad)
{
    for (; *good; good++)
        expect(is, what, *good, true);
    for (; *bad; bad++)
        expect(is, what, *bad, false);
}

static void test_iri(void **state)
{
    (void)state;
    static const char *const good[] = {
        "http://adlnet.gov/expapi/verbs/completed", "https://example.org", "https://example.org/",
        "HTTPS://EXAMPLE.ORG:8080/a?b=c&d=%20#e/f?g", "http://user:pw@host/", "urn:uuid:x", "x:",
        "tag:adlnet.gov,2013:expapi:0.9:verbs:voided", "mailto:a@example.org", "act:blah",
        "http://[::1]/", "http://[2001:db8::7]:80/x", "http://[v1.fe:x]/", "http://127.0.0.1/",
        "https://ex.org/caf\xc3\xa9", "https://\xe4\xbe\x8b.jp/\xe4\xbe\x8b", "file:///etc/x",
        "https://ex.org/?q=\xee\x80\x80" /* iprivate, in a query */,
        "https://ex.org/a;b,c=d@e:f!$'()*+~", NULL};
    static const char *const bad[] = {
        "", "should fail", "example.org", "/relative", "//host/x", "ab=c://should.fail.com", ":x",
        "1http://x", "http", "http://", "https://ex.org/a b", "https://ex.org/<x>",
        "https://ex.org/\"", "https://ex.org/\\", "https://ex.org/{x}", "https://ex.org/|",
        "https://ex.org/^", "https://ex.org/`", "https://ex.org/%", "https://ex.org/%4",
        "https://ex.org/%zz", "https://ex.org/a#b#c", "https://ex.org/[x]", "http://[::1/",
        "http://[]/", "http://[12345::]/", "http://[1::2::3]/", "http://host:port/",
        "https://ex.org/\xff", "https://ex.org/\xc0\xaf", "https://ex.org/\xed\xa0\x80",
        "https://ex.org/\xee\x80\x80" /* iprivate, in a path */, "https://ex.org/\xc3",
        "https://ex.org/\x01", "https://ex.org/\xf4\x90\x80\x80", " http://ex.org/", NULL};
    static const char *const not_uri[] = {"https://ex.org/caf\xc3\xa9", "ab=c://x", NULL};
    run(xapi_is_iri, "IRI", good, bad);
    run(xapi_is_uri, "URI", (const char *const[]){"http://openid.example.org/12345", NULL}, not_uri);
}

static void test_mailto(void **state)
{
    (void)state;
    static const char *const good[] = {
        "mailto:xapi@adlnet.gov", "mailto:a@b", "mailto:o'neill+x.y_z@ex-ample.co.uk",
        "mailto:j\xc3\xbcrgen@example.org",
        "mailto:a%25b@example.org", "mailto:a@[192.0.2.1]", NULL};
    static const char *const bad[] = {
        "", "mailto:", "mailto:@", "mailto:a@", "mailto:@b", "a@example.org", "MAILTO:a@b.c",
        "mailto:should.fail.com", "http://should.fail.com", "mailto:a b@example.org",
        "mailto:a@b@c", "mailto:.a@b.c", "mailto:a.@b.c", "mailto:a..b@c.d", "mailto:a@-b.c",
        "mailto:a@b-.c", "mailto:a@b..c", "mailto:a@b.c?subject=x", "mailto:a@b.c,d@e.f",
        "mailto:a@b_c.d", NULL};
    /* The quoted form holds a space, which a URI cannot; it is given escaped there. */
    run(xapi_is_mailto, "mailto", good, bad);
}

static void test_language(void **state)
{
    (void)state;
    static const char *const good[] = {
        "en", "EN", "de-AT", "es-419", "zh-Hans-CN", "sr-Latn-RS", "sr-Cyrl", "tlh", "und", "mul",
        "sl-rozaj-biske", "de-CH-1901", "hy-Latn-IT-arevela", "zh-cmn-Hans-CN", "zh-yue-HK",
        "en-a-bbb-x-a-ccc", "x-whatever", "qaa-Qaaa-QM-x-southern", "i-klingon", "i-default",
        "en-GB-oed", "sgn-BE-FR", "zh-min-nan", "art-lojban", "ar-a-aaa-b-bbb", "en-4-abc",
        "abcd", "abcdefgh", "de-DE-u-co-phonebk", NULL};
    static const char *const bad[] = {
        "", "a", "something", "a12345678", "en-", "-en", "en--US", "en_US", "en-something-AU",
        "e1", "en-US-GB", "de-419-DE", "a-DE", "en-x", "x", "x-", "en-a", "en-a-b-abc", "en-a-b",
        "en-Latn-Latn-Latn", "ar-a-aaa-a-bbb", "en-abcdefghi", "en US", "\xc3\xa9n", "1234",
        "zh-abc-def-ghi-jkl", "i-unknown", NULL};
    run(xapi_is_language_tag, "language", good, bad);
}

static void test_duration(void **state)
{
    (void)state;
    static const char *const good[] = {
        "PT4H35M59.14S", "PT16559.14S", "P3Y1M29DT4H35M59.14S", "P3Y", "P4W", "PT0S", "P1D",
        "PT1H0M0.1S", "PT1M", "P1M", "P1MT1M", "P0.5Y", "PT0,5H", "P1YT1S", "P2D", "P1.5W",
        "PT36H", NULL};
    static const char *const bad[] = {
        "", "P", "PT", "P1", "1D", "PA1H0M0S", "should fail", "P4W1D", "P1D4W", "P1DT", "-P1D",
        "+P1D", "pt1h", "P1H", "PT1D", "PT1S1M", "P1D1M", "PT1.S", "PT.5S", "PT1.5H30M", "P1.5DT1H",
        "PT1H ", " PT1H", "P0003-06-04T12:30:05", "PT1HT1M", "PT1H1H", "P1W1W", "PTW", "P1YM", "W",
        NULL};
    run(xapi_is_duration, "duration", good, bad);
}

static void test_uuid(void **state)
{
    (void)state;
    static const char *const good[] = {
        "fd41c918-b88b-4b20-a0a5-a4c32391aaa0", "FD41C918-B88B-4B20-A0A5-A4C32391AAA0",
        "01a20ca5-2043-7f2f-bcf8-abb1ef27c4cc", "fd41c918-b88b-4b20-10a5-a4c32391aaa0", NULL};
    static const char *const bad[] = {
        "", "fd41c918", "fd41c918b88b4b20a0a5a4c32391aaa0", "AA97B177-9383-4934-8543-0F91A7A028368",
        "MA97B177-9383-4934-8543-0F91A7A02836", "{fd41c918-b88b-4b20-a0a5-a4c32391aaa0}",
        "fd41c918-b88b-4b20-a0a5-a4c32391aaa", "fd41c918-b88b-4b20-a0a5_a4c32391aaa0",
        "urn:uuid:fd41c918-b88b-4b20-a0a5-a4c32391aaa0", NULL};
    run(xapi_is_uuid, "UUID", good, bad);
    uint8_t bytes[16] = {0};
    assert_false(xapi_is_uuid_bytes(bytes));
    bytes[6] = 0x50;
    bytes[8] = 0x80;
    assert_true(xapi_is_uuid_bytes(bytes));
    bytes[6] = 0x90;
    assert_false(xapi_is_uuid_bytes(bytes));
    bytes[6] = 0x80;
    bytes[8] = 0xc0;
    assert_false(xapi_is_uuid_bytes(bytes));
}

static void test_small_formats(void **state)
{
    (void)state;
    run(xapi_is_sha1, "SHA-1",
        (const char *const[]){"cd9b00a5611f94eaa7b1661edab976068e364975", NULL},
        (const char *const[]){"", "cd9b00", "zd9b00a5611f94eaa7b1661edab976068e364975", NULL});
    run(xapi_is_sha2, "SHA-2",
        (const char *const[]){"495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
                              NULL},
        (const char *const[]){"", "495395", NULL});
    run(xapi_is_media_type, "media type",
        (const char *const[]){"text/plain", "text/plain; charset=ascii", "application/vnd.x+json",
                              "text/plain;charset=\"utf 8\"", "a/b;c=d;e=f", NULL},
        (const char *const[]){"", "text", "text/", "/plain", "text/plain; charset", "text plain",
                              "text/plain;", "text/plain; =x", "text/pl@in", NULL});
}

static void expect_time(const char *text, enum xapi_version version, bool want)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    const char *fault = xapi_timestamp_fault(copy, len, version);
    if ((fault == NULL) != want)
        fail_msg("%s, \"%s\": %s", version ? "2.0.0" : "1.0.3", text, fault ? fault : "is taken");
    free(copy);
}

static void test_timestamp(void **state)
{
    (void)state;
    static const struct { const char *text; bool v1, v2; } cases[] = {
        {"2013-05-18T05:32:34.804Z", 1, 1}, {"2013-05-18T05:32:34Z", 1, 1},
        {"2013-05-18T05:32:34.804+00:00", 1, 1}, {"2013-05-18T05:32:34.8041234567+05:30", 1, 1},
        {"2013-05-18T05:32:34-09:30", 1, 1}, {"2016-02-29T00:00:00Z", 1, 1},
        {"2000-02-29T00:00:00Z", 1, 1}, {"2016-12-31T23:59:60Z", 1, 1},
        {"2017-01-01T00:59:60+01:00", 1, 1}, {"0001-01-01T00:00:00Z", 1, 1},
        {"2013-05-18T23:59:59+23:59", 1, 1},
        /* ISO 8601 only */
        {"2013-05-18T05:32:34.804", 1, 0}, {"2013-05-18T05:32:34", 1, 0},
        {"20130518T053234Z", 1, 0}, {"20130518T053234.5+0100", 1, 0},
        {"2013-05-18T05:32:34+0100", 1, 0}, {"2013-05-18T05:32:34+01", 1, 0},
        {"2013-05-18T05:32Z", 1, 0}, {"2013-05-18T05:32:34,804Z", 1, 0},
        {"2013-05-18T24:00:00Z", 1, 0},
        /* RFC 3339 only */
        {"2013-05-18t05:32:34z", 0, 1}, {"2013-05-18 05:32:34Z", 0, 1},
        /* neither */
        {"", 0, 0}, {"should fail", 0, 0}, {"2013", 0, 0}, {"2013-05", 0, 0}, {"2013-05-18", 0, 0},
        {"2013-05-18T", 0, 0}, {"2013-05-18Z", 0, 0}, {"05:32:34Z", 0, 0},
        {"2008-09-15T15:53:00.601-00", 0, 0}, {"2008-09-15T15:53:00.601-0000", 0, 0},
        {"2008-09-15T15:53:00.601-00:00", 0, 0}, {"2013-13-18T05:32:34Z", 0, 0},
        {"2013-00-18T05:32:34Z", 0, 0}, {"2013-05-32T05:32:34Z", 0, 0},
        {"2013-05-00T05:32:34Z", 0, 0}, {"2013-04-31T05:32:34Z", 0, 0},
        {"2013-02-29T05:32:34Z", 0, 0}, {"1900-02-29T05:32:34Z", 0, 0},
        {"2013-05-18T25:00:00Z", 0, 0}, {"2013-05-18T05:60:00Z", 0, 0},
        {"2013-05-18T05:32:61Z", 0, 0}, {"2013-05-18T05:32:60Z", 0, 0},
        {"2013-05-18T24:00:01Z", 0, 0}, {"2013-05-18T05:32:34.Z", 0, 0},
        {"2013-05-18T05:32:34+24:00", 0, 0}, {"2013-05-18T05:32:34+01:60", 0, 0},
        {"2013-05-18T05:32:34+1:00", 0, 0}, {"2013-05-18T05:32:34ZZ", 0, 0},
        {"2013-05-18T05:32:34 Z", 0, 0}, {" 2013-05-18T05:32:34Z", 0, 0},
        {"13-05-18T05:32:34Z", 0, 0}, {"12013-05-18T05:32:34Z", 0, 0},
        {"-2013-05-18T05:32:34Z", 0, 0}, {"2013-5-18T05:32:34Z", 0, 0},
        {"2013/05/18T05:32:34Z", 0, 0}, {"2013-05-18T5:32:34Z", 0, 0},
        {"1368855154", 0, 0}, {"Sat, 18 May 2013 05:32:34 GMT", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_time(cases[i].text, XAPI_1_0_3, cases[i].v1);
        expect_time(cases[i].text, XAPI_2_0_0, cases[i].v2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iri), cmocka_unit_test(test_mailto), cmocka_unit_test(test_language),
        cmocka_unit_test(test_duration), cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_small_formats), cmocka_unit_test(test_timestamp)};
    return cmocka_run_group_tests_name("xapi.value", tests, NULL, NULL);
}
