/*
 * fuzz_link.c - any bytes as a link and as a post: refused, or a link that reads back the same,
 * and HTML in which no tag stands that Markdown cannot make.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What cmark writes of its own; everything else must have been escaped. */
static void check_html(const char *html)
{
    static const char *const tags[] = {"p>", "a href=\"", "a>", "em>", "strong>", "code", "pre>", "ul>", "ol", "li>", "h1>", "h2>",
                                       "h3>", "h4>", "h5>", "h6>", "hr />", "br />", "blockquote>", "img src=\""};

    for (const char *at = html; (at = strchr(at, '<'));) {
        bool known = false;
        at += at[1] == '/' ? 2 : 1;
        for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
            known = known || strncmp(at, tags[i], strlen(tags[i])) == 0;
        must(known);
        if (strncmp(at, "a href=\"", 8) == 0)
            must(strncasecmp(at + 8, "javascript:", 11) != 0);
    }
}

static void ignore(void *context, bool fatal, const char *where, const char *sentence)
{
    (void)fatal;
    must(*where && *sentence);
    ++*(size_t *)context;
}

static void check_link(const char *data, size_t size)
{
    struct link *link = NULL, *again = NULL;
    struct link_values values = {"A *course*", "<room>", NULL, NULL};
    char *markdown = NULL, *html = NULL, *title = NULL;
    size_t reports = 0;

    if (link_read(data, size, "c", &link, NULL) != AW_OK)
        return;
    char *json = link_json(link), *json2 = NULL;
    must(json && link_read(json, strlen(json), NULL, &again, NULL) == AW_OK);
    json2 = link_json(again);
    must(json2 && strcmp(json, json2) == 0);
    bool good = link_check(link, NULL, ignore, &reports);
    must(good || reports > 0);
    if (link_opening_post(link, "de-AT", &values, &markdown, &html, NULL) == AW_OK)
        check_html(html);
    must(link_title(link, NULL, &values, &title, NULL) == AW_OK || title == NULL);
    free(title);
    free(markdown);
    free(html);
    free(json);
    free(json2);
    link_free(link);
    link_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *html = NULL;

    check_link((const char *)data, size);
    if (link_markdown_html((const char *)data, size, &html, NULL) == AW_OK)
        check_html(html);
    free(html);
    return 0;
}
