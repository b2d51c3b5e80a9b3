/* test_plain.c - HTML of forums as a line of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plain.h"

static const struct {
    const char *html, *text;
} cases[] = {
    {"", ""},
    {"CO2", "CO2"},
    {"<p>CO2, the <strong>black</strong> one</p>\n<p>Not foam.</p>", "CO2, the black one Not foam."},
    {"<ul>\n<li>one</li><li>two</li></ul>", "one two"},
    {"a<br>b<br/>c", "a b c"},
    {"un<b>believ</b>able", "unbelievable"},
    {"1 &lt; 2 &amp;&amp; &quot;x&quot;&#39;&#x2019;&nbsp;&hellip;", "1 < 2 && \"x\"'\xe2\x80\x99 \xe2\x80\xa6"},
    {"R&D & &unknown; &#0; &#xD800; &#1114112; &;", "R&D & &unknown; &#0; &#xD800; &#1114112; &;"},
    {"&lt;script&gt;", "<script>"},
    {"<aside class=\"quote\"><div>jonas:</div><blockquote>Go fast</blockquote></aside><p>No.</p>", "No."},
    {"<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "d"},
    {"</blockquote>still there", "still there"},
    {"<img src=\"x\" alt=\"y\">seen", "seen"},
    {"cut <b", "cut"},
    {"1 < 2", "1 < 2"},
    {"<!-- word -->left", "left"},
    {"<pre>  a\n  b</pre>", "a b"},
};

static void test_text(void **state)
{
    (void)state;
    char out[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plain_from_html(cases[i].html, out, sizeof out);
        assert_string_equal(out, cases[i].text);
    }
    plain_from_html(NULL, out, sizeof out);
    assert_string_equal(out, "");
}

/* Whatever the room, what comes out is the beginning, and whole characters. */
static void test_cut(void **state)
{
    (void)state;
    static const char text[] = "a\xc3\xbc \xe4\xbd\xa0 \xf0\x9f\x98\x80.";
    for (size_t size = 1; size <= sizeof text; size++) {
        char *out = malloc(size);
        plain_from_html("<p>a\xc3\xbc</p>&#x4f60;<br>&#128512;.", out, size);
        size_t n = strlen(out);
        assert_true(n < size);
        assert_memory_equal(out, text, n);
        assert_true(((unsigned char)text[n] & 0xC0) != 0x80);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
