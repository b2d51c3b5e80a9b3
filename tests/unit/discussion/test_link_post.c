/* test_link_post.c - the opening post, safe HTML, and what the check tells an author. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"

static struct link *read_link(const char *json)
{
    struct link *link = NULL;
    aw_error err = AW_ERROR_INIT;

    if (link_read(json, strlen(json), "c", &link, &err) != AW_OK)
        fail_msg("%s: %s (in %s)", err.where, err.text, json);
    return link;
}

static void test_opening_post(void **state)
{
    (void)state;
    struct link *l = read_link(
        "{\"title\":{\"en\":\"After {course}\"},\"prompt\":{\"en\":\"Welcome to **{room}** of {course}.\","
        "\"de\":\"Willkommen in {room}.\"},\"call_to_action\":\"Show us by {due}. {unknown}\",\"due_days\":3}");
    struct link_values v = {"Fire *safety* <b>1</b>", "Room A", "9 March 2026", "- Q: where? A: there."};
    char *markdown = NULL, *html = NULL, *title = NULL;

    assert_int_equal(link_opening_post(l, "en", &v, &markdown, &html, NULL), AW_OK);
    assert_string_equal(markdown,
                        "Welcome to **Room A** of Fire \\*safety\\* \\<b\\>1\\</b\\>.\n\nShow us by 9 March "
                        "2026. {unknown}\n\n---\n\n- Q: where? A: there.\n");
    assert_string_equal(html, "<p>Welcome to <strong>Room A</strong> of Fire *safety* "
                              "&lt;b&gt;1&lt;/b&gt;.</p>\n<p>Show us by 9 March 2026. {unknown}</p>\n"
                              "<hr />\n<ul>\n<li>Q: where? A: there.</li>\n</ul>\n");
    free(markdown);
    free(html);
    assert_int_equal(link_title(l, "en", &v, &title, NULL), AW_OK);
    assert_string_equal(title, "After Fire *safety* <b>1</b>");
    free(title);

    struct link_values none = {NULL, "R", NULL, NULL};
    assert_int_equal(link_opening_post(l, "de-AT", &none, &markdown, NULL, NULL), AW_OK);
    assert_string_equal(markdown, "Willkommen in R.\n\nShow us by . {unknown}\n");
    free(markdown);
    link_free(l);
}

static void test_values_never_become_markup(void **state)
{
    (void)state;
    static const char *const values[] = {
        "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://t/p.png)", "**b**", "`c`",
        "<https://evil.example>", "&lt;script&gt;", "# heading", "a\n\n# b", "1. x", "\\", "https://e.example",
    };
    struct link *l = read_link("{\"title\":\"T\",\"prompt\":\"a {course} z\"}");

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct link_values v = {values[i], NULL, NULL, NULL};
        char *html = NULL;
        assert_int_equal(link_opening_post(l, NULL, &v, NULL, &html, NULL), AW_OK);
        char *inner = strstr(html, "<p>a ");
        assert_ptr_equal(inner, html);
        /* One paragraph, and no tag in it. */
        assert_ptr_equal(strchr(html + 3, '<'), strstr(html, "</p>"));
        assert_string_equal(strstr(html, "</p>"), "</p>\n");
        free(html);
    }
    link_free(l);
}

static void test_html_is_safe(void **state)
{
    (void)state;
    static const struct {
        const char *markdown, *html;
    } rows[] = {
        {"plain", "<p>plain</p>\n"},
        {"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
        {"use List<String> here", "<p>use List&lt;String&gt; here</p>\n"},
        {"a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"},
        {"[x](javascript:alert(1))", "<p><a href=\"\">x</a></p>\n"},
        {"[x](JaVaScRiPt:alert(1))", "<p><a href=\"\">x</a></p>\n"},
        {"[x](vbscript:x) [y](data:text/html,x) [z](file:///etc/passwd)",
         "<p><a href=\"\">x</a> <a href=\"\">y</a> <a href=\"\">z</a></p>\n"},
        {"![x](data:text/html;base64,AAAA)", "<p><img src=\"\" alt=\"x\" /></p>\n"},
        {"[x](https://e.example/?a=1&b=2)", "<p><a href=\"https://e.example/?a=1&amp;b=2\">x</a></p>\n"},
        {"[x](https://e.example/\"onmouseover=\"x)",
         "<p><a href=\"https://e.example/%22onmouseover=%22x\">x</a></p>\n"},
        {"- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
        {"<!-- hidden -->", "<p>&lt;!-- hidden --&gt;</p>\n"},
        {"<div>\n\n**x**\n\n</div>", "<p>&lt;div&gt;</p>\n<p><strong>x</strong></p>\n<p>&lt;/div&gt;</p>\n"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *html = NULL;
        assert_int_equal(link_markdown_html(rows[i].markdown, strlen(rows[i].markdown), &html, NULL), AW_OK);
        assert_string_equal(html, rows[i].html);
        free(html);
    }
    char *html = NULL;
    assert_int_equal(link_markdown_html("\xff", 1, &html, NULL), AW_EUTF8);
    assert_null(html);
}

static void test_long_text_is_plain(void **state)
{
    (void)state;
    size_t n = 300000;
    char *text = malloc(n + 1), *html = NULL;

    assert_non_null(text);
    memset(text, '[', n);
    memcpy(text, "a<b\n\nc", 6);
    assert_int_equal(link_markdown_html(text, n, &html, NULL), AW_OK);
    assert_memory_equal(html, "<p>a&lt;b</p>\n<p>c[", 19);
    free(html);
    free(text);
}

/* ---- the check ------------------------------------------------------------------ */

struct heard {
    char all[8192];
};

static void hear(void *context, bool fatal, const char *where, const char *sentence)
{
    struct heard *h = context;
    size_t n = strlen(h->all);
    snprintf(h->all + n, sizeof h->all - n, "%s %s: %s\n", fatal ? "FATAL" : "advice", where, sentence);
}

static const struct {
    const char *json;
    bool ok;
    const char *says; /* NULL: nothing at all is said */
} checks[] = {
    {"{\"title\":\"T\",\"prompt\":\"What did you see in {room}?\",\"call_to_action\":\"Take a picture.\"}",
     true, NULL},
    {"{\"title\":\"After {course}\",\"prompt\":\"Tell us by {due} what you saw.\",\"due_days\":7}", true, NULL},
    {"{\"title\":\"T\",\"prompt\":\"Tell us by {due} what you saw.\"}", false, "FATAL prompt: {due} needs"},
    {"{\"title\":\"T {kurs}\",\"prompt\":\"Tell us what you saw.\"}", false, "FATAL title: {kurs} is not"},
    {"{\"title\":\"T\",\"prompt\":{\"en\":\"Tell us in {Room}.\"}}", false, "FATAL prompt.en: {Room}"},
    {"{\"title\":\"T\",\"prompt\":\"This room is for people who finished.\"}", true,
     "advice call_to_action: is missing"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"call_to_action\":\"The workshop of the future\"}", true,
     "advice call_to_action: asks for nothing"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"call_to_action\":\"If there is time, show it.\"}", true,
     NULL},
    {"{\"title\":\"T\",\"prompt\":\"Was habt ihr gesehen?\",\"language\":\"de\",\"call_to_action\":\"Zeigt uns "
     "ein Bild davon.\"}",
     true, NULL},
    {"{\"title\":{\"en\":\"T\",\"de\":\"D\"},\"prompt\":\"What did you see?\"}", true,
     "advice prompt: has no text in \"de\""},
    {"{\"language\":\"fr\",\"title\":{\"en\":\"T\"},\"prompt\":{\"en\":\"What did you see?\"}}", true,
     "falls back to"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"provider\":\"comunity\"}", false,
     "(local, community)"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"anonymous\":true,\"room\":{\"cap\":3}}", false,
     "FATAL room.cap"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"anonymous\":true}", true, "about 4 learners"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"regulated\":true}", false, "FATAL experts"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"regulated\":true,\"experts\":[\"u\"],"
     "\"hand_over_after_hours\":60}",
     true, "advice hand_over_after_hours"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"answer_within_hours\":4}", true, "only kept in regulated"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see? <b>Now</b>\"}", true, "HTML"},
    {"{\"title\":\"T\",\"prompt\":\"What do you see? ![](https://e.example/a.png)\"}", true, "description"},
    {"{\"title\":\"T\",\"prompt\":\"What is in [it](pages/one.html)?\"}", false, "cannot see"},
    {"{\"title\":\"T\",\"prompt\":\"What is in [it](javascript:x)?\"}", false, "left out for safety"},
    {"{\"title\":\"T\",\"prompt\":\"What is in [it](http://e.example)?\"}", true, "not https"},
    {"{\"title\":\"T\",\"prompt\":\"What is in [it]()?  Tell us.\"}", false, "without an address"},
    {"{\"title\":\"T\",\"prompt\":\"What did you see?\",\"managers\":[\"boss\"]}", true, "advice managers"},
    {"{\"title\":\"T\",\"prompt\":\"Why?\"}", true, "very short"},
    {"{\"title\":\"T\",\"prompt\":\"Why did you like {course }?\"}", false, "FATAL prompt: {course } stays"},
    {"{\"title\":\"T {Due-Date}\",\"prompt\":\"Why did you like it?\"}", false, "write {due}"},
    {"{\"title\":\"T\",\"prompt\":\"Why did you like {{course}}?\"}", false, "write {course}"},
    {"{\"title\":\"T\",\"prompt\":\"Why is {\\\"a\\\": 1} or {courses of action} right?\"}", true, NULL},
    {"{\"title\":\"**T**\",\"prompt\":\"Why did you like it?\"}", true, "plain text"},
    {"{\"title\":\"T\",\"prompt\":\"Why did you like it?\",\"anonymous\":true,\"provider\":\"host\"}", false,
     "ask its administrator"},
    {"{\"title\":\"T\",\"prompt\":\"Why did you like it?\",\"share_with_later_rooms\":true,\"provider\":\"community\"}",
     true, "as plain text"},
};

static void test_check(void **state)
{
    (void)state;
    static const char *const providers[] = {"local", "community", NULL};
    struct link_surroundings around = {.providers = providers, .course_title = "Fire safety", .expected_members = 4};

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct link *l = read_link(checks[i].json);
        struct heard h = {""};
        bool ok = link_check(l, &around, hear, &h);
        if (ok != checks[i].ok || (checks[i].says ? !strstr(h.all, checks[i].says) : h.all[0] != '\0'))
            fail_msg("%s\nsaid:\n%s", checks[i].json, h.all);
        assert_int_equal(strstr(h.all, "FATAL") == NULL, ok);
        link_free(l);
    }
}

/* What cannot be read is said, all of it, and the check goes on behind it. */
static void test_check_goes_on(void **state)
{
    (void)state;
    static const char json[] =
        "{\"title\":7,\"promt\":\"x\",\"prompt\":\"Tell us by {due} what you saw.\",\"anonymus\":true,"
        "\"room\":{\"cap\":0},\"experts\":[\" a \"],\"min_anonymous\":1,\"opens_on\":\"finished\","
        "\"language\":\"english\",\"answer_within_hours\":\"2 days\"}";
    static const char *const said[] = {
        "FATAL title:", "did you mean \"prompt\"", "did you mean \"anonymous\"", "FATAL cap: is 0",
        "has a space at its end", "FATAL min_anonymous", "FATAL opens_on", "\"english\" is not a language",
        "FATAL answer_within_hours", "{due} needs a due date"};
    struct heard h = {""};
    bool good = true;
    assert_int_equal(link_check_json(json, sizeof json - 1, "c", NULL, hear, &h, &good, NULL), AW_OK);
    assert_false(good);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(h.all, said[i]))
            fail_msg("not said: %s\nsaid:\n%s", said[i], h.all);
    h.all[0] = 0;
    assert_int_equal(link_check_json("{}", 2, "c", NULL, hear, &h, &good, NULL), AW_OK);
    assert_non_null(strstr(h.all, "FATAL title: is missing\nFATAL prompt: is missing"));
    assert_int_equal(link_check_json("[]", 2, "c", NULL, hear, &h, &good, NULL), AW_EINVAL);
    static const char right[] = "{\"title\":\"T\",\"prompt\":\"What did you see there?\"}";
    assert_int_equal(link_check_json(right, sizeof right - 1, "c", NULL, hear, &h, &good, NULL), AW_OK);
    assert_true(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening_post),       cmocka_unit_test(test_values_never_become_markup),
        cmocka_unit_test(test_html_is_safe),       cmocka_unit_test(test_long_text_is_plain),
        cmocka_unit_test(test_check),              cmocka_unit_test(test_check_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
