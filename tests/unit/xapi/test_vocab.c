/* test_vocab.c - the tables of verbs and types: complete, distinct, fit to be copied into JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"
#include "value.h"
#include "vocab.h"

/* Text that stands between quotes in a fragment needs no escape. */
static void needs_no_escape(const char *text)
{
    assert_non_null(text);
    assert_true(strlen(text) > 0 && utf8_valid(text, strlen(text), NULL));
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\' || *p == 0x7f)
            fail_msg("\"%s\" needs an escape", text);
}

static void test_verbs(void **state)
{
    (void)state;
    for (int v = 0; v < XAPI_VERB_COUNT; v++) {
        const struct vocab_verb *verb = &vocab_verbs[v];
        needs_no_escape(verb->iri);
        needs_no_escape(verb->en);
        assert_true(xapi_is_iri(verb->iri, strlen(verb->iri)));
        assert_int_equal(vocab_verb_by_iri(verb->iri), v); /* distinct */
        for (int l = 0; l < VOCAB_LANGUAGES; l++)
            needs_no_escape(verb->display[l]);
    }
    assert_int_equal(vocab_verb_by_iri("http://example.org/none"), -1);
}

/* The fragments, put together as the writer does, are the verb they should be. */
static void test_fragments(void **state)
{
    (void)state;
    static const char *const tags[VOCAB_LANGUAGES] = {"de", "es", "fr"};
    for (int v = 0; v < XAPI_VERB_COUNT; v++) {
        for (int l = -1; l < VOCAB_LANGUAGES; l++) {
            const struct vocab_verb *verb = &vocab_verbs[v];
            char text[1024];
            snprintf(text, sizeof text, "{%.*s%.*s}}}", (int)verb->open.len, verb->open.text,
                     l < 0 ? 0 : (int)verb->more[l].len, l < 0 ? "" : verb->more[l].text);
            json_t *got = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
            json_t *want = json_pack("{s:{s:s,s:{s:s}}}", "verb", "id", verb->iri, "display", "en", verb->en);
            if (l >= 0)
                json_object_set_new(json_object_get(json_object_get(want, "verb"), "display"), tags[l],
                                    json_string(verb->display[l]));
            if (!json_equal(got, want))
                fail_msg("%s", text);
            json_decref(got);
            json_decref(want);
        }
    }
}

static void test_types(void **state)
{
    (void)state;
    for (int t = 0; t < XAPI_TYPE_NONE; t++) {
        char want[256];
        const char *iri = xapi_type_iri((enum xapi_type)t);
        needs_no_escape(iri);
        assert_true(xapi_is_iri(iri, strlen(iri)));
        snprintf(want, sizeof want, "\"type\":\"%s\"", iri);
        assert_string_equal(vocab_types[t].member.text, want);
        assert_int_equal(vocab_types[t].member.len, strlen(want));
        for (int other = 0; other < t; other++)
            assert_string_not_equal(iri, xapi_type_iri((enum xapi_type)other));
    }
    assert_null(xapi_type_iri(XAPI_TYPE_NONE));
    assert_null(xapi_type_iri((enum xapi_type)99));
}

static void test_languages(void **state)
{
    (void)state;
    static const struct { const char *tag; const char *want; } cases[] = {
        {NULL, "completed"}, {"en", "completed"}, {"en-GB", "completed"}, {"de", "abgeschlossen"},
        {"DE-at", "abgeschlossen"}, {"de-Latn-DE-1996", "abgeschlossen"}, {"fr-CA", "a terminé"},
        {"es-419", "completó"}, {"", NULL}, {"d", NULL}, {"deu", NULL}, {"den", NULL}, {"ja", NULL},
        {"x-de", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = xapi_verb_display(XAPI_COMPLETED, cases[i].tag);
        if (cases[i].want == NULL ? got != NULL : !got || strcmp(got, cases[i].want) != 0)
            fail_msg("%s gives %s", cases[i].tag, got ? got : "nothing");
    }
    assert_null(xapi_verb_display((enum xapi_verb)99, "en"));
    assert_null(xapi_verb_iri((enum xapi_verb)99));
    assert_string_equal(xapi_verb_iri(XAPI_UNLOCKED), "https://w3id.org/xapi/seriousgames/verbs/unlocked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verbs), cmocka_unit_test(test_fragments),
                                       cmocka_unit_test(test_types), cmocka_unit_test(test_languages)};
    return cmocka_run_group_tests_name("xapi.vocab", tests, NULL, NULL);
}
