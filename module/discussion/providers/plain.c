/* plain.c - tags go, entities become characters, space is one space; quotations of others go, too. */
#include "plain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTITY_BYTES 10

struct text {
    char *out;
    size_t len, size;
    bool space; /* before the next character */
    bool full;
};

static void put(struct text *t, const char *bytes, size_t n)
{
    size_t space = t->space && t->len > 0;
    if (t->full || t->len + space + n >= t->size) {
        t->full = true; /* and nothing shorter slips in behind what was cut */
        return;
    }
    if (space)
        t->out[t->len++] = ' ';
    memcpy(t->out + t->len, bytes, n);
    t->len += n;
    t->space = false;
}

static void put_code_point(struct text *t, unsigned long c)
{
    char b[4];
    if (c < 0x80) {
        b[0] = (char)c;
        put(t, b, 1);
    } else if (c < 0x800) {
        b[0] = (char)(0xC0 | c >> 6);
        b[1] = (char)(0x80 | (c & 0x3F));
        put(t, b, 2);
    } else if (c < 0x10000) {
        b[0] = (char)(0xE0 | c >> 12);
        b[1] = (char)(0x80 | (c >> 6 & 0x3F));
        b[2] = (char)(0x80 | (c & 0x3F));
        put(t, b, 3);
    } else {
        b[0] = (char)(0xF0 | c >> 18);
        b[1] = (char)(0x80 | (c >> 12 & 0x3F));
        b[2] = (char)(0x80 | (c >> 6 & 0x3F));
        b[3] = (char)(0x80 | (c & 0x3F));
        put(t, b, 4);
    }
}

/* From '&'; returns what follows. What is no entity that we know stands for itself. */
static const char *put_entity(struct text *t, const char *at)
{
    static const struct {
        const char *name;
        unsigned long code;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''},
                 {"nbsp", ' '}, {"hellip", 0x2026}, {"ndash", 0x2013}, {"mdash", 0x2014}};
    size_t n = 0; /* not strcspn(): each '&' would look through all that follows */
    unsigned long code = 0;
    while (n < ENTITY_BYTES && at[1 + n] && at[1 + n] != ';')
        n++;
    if (at[1 + n] == ';' && n < ENTITY_BYTES) {
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strlen(known[i].name) == n && strncmp(at + 1, known[i].name, n) == 0)
                code = known[i].code;
        if (at[1] == '#' && (at[2] | 32) == 'x')
            code = strtoul(at + 3, NULL, 16);
        else if (at[1] == '#')
            code = strtoul(at + 2, NULL, 10);
    }
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        put(t, at, 1);
        return at + 1;
    }
    if (code <= ' ' || code == 0x7F || code == 0xA0)
        t->space = true;
    else
        put_code_point(t, code);
    return at + n + 2;
}

static bool is_tag(const char *at, const char *name)
{
    size_t n = strlen(name);
    return strncasecmp(at, name, n) == 0 && strchr(" \t\r\n/>", at[n]) && at[n];
}

/* Words run together where one of these begins or ends, were it not for a space. */
static bool breaks(const char *at)
{
    static const char *const blocks[] = {"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4",
                                         "pre", "blockquote", "td", "th", "tr", "img", "aside"};
    at += *at == '/';
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (is_tag(at, blocks[i]))
            return true;
    return false;
}

/* From '<'; returns what follows the tag, or all of a quotation: that is what somebody else said. */
static const char *pass_tag(struct text *t, const char *at, unsigned *quoted)
{
    const char *end = strchr(at, '>');
    if (breaks(at + 1))
        t->space = true;
    if (is_tag(at + 1, "aside") || is_tag(at + 1, "blockquote"))
        ++*quoted;
    else if (*quoted > 0 && at[1] == '/' && (is_tag(at + 2, "aside") || is_tag(at + 2, "blockquote")))
        --*quoted;
    return end ? end + 1 : at + strlen(at);
}

void plain_from_html(const char *html, char *out, size_t size)
{
    struct text t = {.out = out, .size = size};
    unsigned quoted = 0;
    const char *c = html ? html : "";
    while (*c && !t.full) {
        if (*c == '<' && (strchr("/!", c[1]) || ((c[1] | 32) >= 'a' && (c[1] | 32) <= 'z'))) {
            c = pass_tag(&t, c, &quoted);
        } else if (quoted > 0) {
            c++;
        } else if (*c == '&') {
            c = put_entity(&t, c);
        } else if ((unsigned char)*c <= ' ' || *c == 0x7F) {
            t.space = true;
            c++;
        } else {
            size_t n = 1; /* a character at a time: it is there, or it is not */
            while (((unsigned char)c[n] & 0xC0) == 0x80)
                n++;
            put(&t, c, n);
            c += n;
        }
    }
    out[t.len] = '\0';
}
