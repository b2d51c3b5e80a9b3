/*
 * link_post.c - the opening post and title of a room: placeholders filled in.
 *
 * What is filled in comes from the LMS and from learners' attributes, not from
 * the author, so it is escaped and can never become markup. An unknown
 * placeholder stays as it is; link_check() told the author about it.
 */
#include "link.h"
#include "link_placeholder.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "limit.h"
#include "words.h"

#define POST_BYTES (2 * LIMIT_PROMPT_BYTES + LIMIT_BODY_BYTES / 4)

static const struct {
    const char *name;
    size_t offset;
} placeholders[] = {
    {"course", offsetof(struct link_values, course_title)},
    {"room", offsetof(struct link_values, room_name)},
    {"due", offsetof(struct link_values, due)},
};

bool placeholder_next(const char *text, struct placeholder *out)
{
    for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = strspn(open + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (len == 0 || len > 32 || open[1 + len] != '}')
            continue;
        out->start = open;
        out->name = open + 1;
        out->name_len = len;
        out->end = open + len + 2;
        out->known = -1;
        for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
            if (strlen(placeholders[i].name) == len &&
                memcmp(placeholders[i].name, out->name, len) == 0)
                out->known = (int)i;
        return true;
    }
    return false;
}

static const char *value_of(const struct link_values *v, int known)
{
    const char *value;

    memcpy(&value, (const char *)v + placeholders[known].offset, sizeof value);
    return value ? value : "";
}

static void put_value(struct buf *b, const char *value, bool as_markdown)
{
    if (as_markdown) {
        words_escape(b, value);
        return;
    }
    for (const char *c = value; *c; c++)
        buf_putc(b, (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c);
}

static void fill(struct buf *b, const char *text, const struct link_values *v, bool as_markdown)
{
    struct placeholder p;

    while (placeholder_next(text, &p)) {
        buf_append(b, text, (size_t)(p.start - text));
        if (p.known >= 0)
            put_value(b, value_of(v, p.known), as_markdown);
        else
            buf_append(b, p.start, (size_t)(p.end - p.start));
        text = p.end;
    }
    buf_puts(b, text);
}

int link_title(const struct link *link, const char *language, const struct link_values *v,
               char **out_title, aw_error *err)
{
    struct buf b = BUF_INIT(8 * LIMIT_TITLE_BYTES);

    fill(&b, link_text_in(link, &link->title, language, NULL), v, false);
    int rc = buf_error(&b, "title", err);
    if (rc == AW_OK)
        *out_title = buf_take(&b, NULL);
    buf_free(&b);
    return rc;
}

int link_opening_post(const struct link *link, const char *language, const struct link_values *v,
                      char **out_markdown, char **out_html, aw_error *err)
{
    const char *action = link_text_in(link, &link->call_to_action, language, NULL);
    struct buf b = BUF_INIT(POST_BYTES);
    char *markdown = NULL, *html = NULL;
    size_t len = 0;
    int rc;

    fill(&b, link_text_in(link, &link->prompt, language, NULL), v, true);
    if (*action) {
        BUF_LIT(&b, "\n\n");
        fill(&b, action, v, true);
    }
    if (v->earlier_markdown && *v->earlier_markdown) {
        BUF_LIT(&b, "\n\n---\n\n");
        buf_puts(&b, v->earlier_markdown);
    }
    buf_putc(&b, '\n');
    if ((rc = buf_error(&b, "prompt", err)) != AW_OK)
        goto out;
    markdown = buf_take(&b, &len);
    if ((rc = link_markdown_html(markdown, len, &html, err)) != AW_OK)
        goto out;
    if (out_markdown) {
        *out_markdown = markdown;
        markdown = NULL;
    }
    if (out_html) {
        *out_html = html;
        html = NULL;
    }
out:
    free(markdown);
    free(html);
    buf_free(&b);
    return rc;
}
