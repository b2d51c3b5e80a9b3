/* test_words.c - the table of our own sentences: whole in every language, and how one is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "utf8.h"
#include "words.h"

/* The {names} in a text, in order of the alphabet. */
static void names_in(const char *text, char out[256])
{
    static const char *const known[] = {"{address}", "{course}", "{name}", "{room}", "{title}"};
    size_t braces = 0, found = 0;
    out[0] = 0;
    for (const char *c = text; *c; c++)
        braces += *c == '{';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!strstr(text, known[i]))
            continue;
        strcat(out, known[i]);
        found++;
    }
    if (found != braces)
        fail_msg("a placeholder nobody fills in: %s", text);
}

static void test_every_language_says_everything(void **state)
{
    (void)state;
    for (int w = 0; w < WORDS_COUNT; w++) {
        char want[256], have[256];
        names_in(words_in((enum words)w, NULL, 0, NULL), want);
        for (size_t l = 0; words_languages[l]; l++) {
            const char *language;
            const char *text = words_in((enum words)w, &words_languages[l], 1, &language);
            size_t bad;
            if (strcmp(language, words_languages[l]) != 0)
                fail_msg("%s has no text in %s", words_name((enum words)w), words_languages[l]);
            assert_true(*text && utf8_valid(text, strlen(text), &bad));
            names_in(text, have);
            if (strcmp(want, have) != 0)
                fail_msg("%s in %s has %s, not %s", words_name((enum words)w), words_languages[l], have, want);
        }
        for (int other = 0; other < w; other++)
            assert_string_not_equal(words_name((enum words)w), words_name((enum words)other));
    }
}

static void test_the_first_wish_that_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *wishes[3];
        const char *language;
    } rows[] = {
        {{"de", NULL, NULL}, "de"},        {{"de-AT", NULL, NULL}, "de"},  {{"DE-at-1996", "fr", NULL}, "de"},
        {{"sw", "fr-CA", "de"}, "fr"},     {{"", NULL, "es"}, "es"},       {{"den", "x-de", NULL}, "en"},
        {{NULL, NULL, NULL}, "en"},        {{"zh-Hant-TW", "nl", NULL}, "nl"}, {{"-", "de-", NULL}, "de"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *language;
        words_in(WORDS_OTHER, rows[i].wishes, 3, &language);
        if (strcmp(language, rows[i].language) != 0)
            fail_msg("row %zu: %s, not %s", i, language, rows[i].language);
    }
}

static void filled(const char *text, const char *want)
{
    struct buf b = BUF_INIT(1000);
    words_fill(&b, text, (const char *const[]){"name", "{room}", "room", "B", "none", NULL, NULL});
    assert_string_equal(b.data, want);
    buf_free(&b);
}

static void test_filling_in(void **state)
{
    (void)state;
    filled("a {name} b {room}{other} {", "a {room} b B{other} {");
    filled("{nam} {name", "{nam} {name");
    filled("{none}{}.", "{}.");
}

static void test_what_others_wrote_never_becomes_markup(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1000);
    words_escape(&b, "**a** <b> [c](d)\n# e");
    assert_string_equal(b.data, "\\*\\*a\\*\\* \\<b\\> \\[c\\]\\(d\\) \\# e");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_language_says_everything),
        cmocka_unit_test(test_the_first_wish_that_there_is),
        cmocka_unit_test(test_filling_in),
        cmocka_unit_test(test_what_others_wrote_never_becomes_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
