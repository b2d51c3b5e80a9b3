/*
 * link_html.c - Markdown to HTML that is safe to put into any page.
 *
 * cmark without CMARK_OPT_UNSAFE leaves out javascript:, vbscript:, file: and
 * data: addresses (but for images). Raw HTML it would replace with a comment,
 * and a learner who asks about <angle brackets> would find half of the question
 * gone; so raw HTML becomes text before rendering, and is escaped like any other.
 *
 * Some inputs cost cmark 0.30 quadratic time; the length rendered is bounded and
 * longer text is shown as plain paragraphs.
 */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "limit.h"
#include "markdown.h"
#include "utf8.h"

#define RENDER_BYTES (128u << 10)
#define OPTIONS (CMARK_OPT_DEFAULT | CMARK_OPT_SAFE | CMARK_OPT_VALIDATE_UTF8)

/* A raw HTML node as the text it is; a block becomes a paragraph. */
static bool html_as_text(cmark_node *node, cmark_mem *mem)
{
    const char *literal = cmark_node_get_literal(node);
    size_t len = literal ? strlen(literal) : 0;
    bool block = cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK;
    cmark_node *text = cmark_node_new_with_mem(CMARK_NODE_TEXT, mem), *holder = text;

    if (block) {
        holder = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, mem);
        cmark_node_append_child(holder, text);
    }
    while (block && len > 0 && literal[len - 1] == '\n')
        len--;
    char *copy = mem->calloc(len + 1, 1);
    memcpy(copy, literal ? literal : "", len);
    return cmark_node_set_literal(text, copy) && cmark_node_replace(node, holder);
}

static bool defuse(cmark_node *document, cmark_mem *mem)
{
    cmark_iter *iter = cmark_iter_new(document);
    bool ok = true;

    while (ok && cmark_iter_next(iter) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        /* Leaves: the iterator is already on the next node when it hands these out. */
        if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
            ok = html_as_text(node, mem);
    }
    return ok;
}

static bool render(cmark_node *document, cmark_mem *mem, void *out_html)
{
    if (!defuse(document, mem))
        return false;
    const char *html = cmark_render_html(document, OPTIONS);
    char *copy = strdup(html);
    *(char **)out_html = copy;
    return copy != NULL;
}

static void escape(struct buf *b, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '&': BUF_LIT(b, "&amp;"); break;
        case '<': BUF_LIT(b, "&lt;"); break;
        case '>': BUF_LIT(b, "&gt;"); break;
        case '"': BUF_LIT(b, "&quot;"); break;
        case '\r': break;
        case '\n': BUF_LIT(b, "<br />\n"); break;
        default: buf_putc(b, text[i]);
        }
    }
}

/* Empty lines part the paragraphs. */
static void plain(struct buf *b, const char *text, size_t len)
{
    while (len > 0) {
        const char *gap = memmem(text, len, "\n\n", 2);
        size_t n = gap ? (size_t)(gap - text) : len;
        if (n > 0) {
            BUF_LIT(b, "<p>");
            escape(b, text, n);
            BUF_LIT(b, "</p>\n");
        }
        n = gap ? n + 2 : n;
        text += n;
        len -= n;
    }
}

int link_markdown_html(const char *markdown, size_t len, char **out_html, aw_error *err)
{
    size_t bad = 0;

    if (len > LIMIT_BODY_BYTES)
        return error_set(err, AW_ELIMIT, "markdown", "is longer than %u bytes", LIMIT_BODY_BYTES);
    if (!utf8_valid(markdown, len, &bad))
        return error_set(err, AW_EUTF8, "markdown", "is not UTF-8 at byte %zu", bad);
    if (len <= RENDER_BYTES) {
        char *html = NULL;
        if (!markdown_parse(markdown, len, OPTIONS, render, &html))
            return error_nomem(err, "markdown");
        *out_html = html;
        return AW_OK;
    }
    struct buf b = BUF_INIT((size_t)7 * LIMIT_BODY_BYTES);
    plain(&b, markdown, len);
    int rc = buf_error(&b, "markdown", err);
    if (rc == AW_OK)
        *out_html = buf_take(&b, NULL);
    buf_free(&b);
    return rc;
}
