/*
 * skim.c - a checker of JSON (RFC 8259) that builds nothing.
 *
 * For extensions that a caller hands over as JSON text: they are copied into the
 * statement as they are, so they must be JSON, and what LRSs choke on (U+0000,
 * lone surrogates) must not be in them. Stricter than RFC 8259 only there.
 */
#include "skim.h"

#include <string.h>

#include "utf8.h"

#define DEPTH 32

struct skim {
    const char *p, *end;
    skim_member member;
    void *context;
};

static bool value(struct skim *s, int depth);

static void blank(struct skim *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static bool eat(struct skim *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static bool word(struct skim *s, const char *w)
{
    size_t n = strlen(w);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
        return false;
    s->p += n;
    return true;
}

static int hex4(struct skim *s)
{
    int v = 0;
    if (s->end - s->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = *s->p++;
        int d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
                    ? (c | 0x20) - 'a' + 10 : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

/* After "\u". A high surrogate must be followed by an escaped low one. */
static bool unicode_escape(struct skim *s)
{
    int v = hex4(s);
    if (v <= 0 || (v >= 0xdc00 && v <= 0xdfff))
        return false;
    if (v < 0xd800 || v > 0xdbff)
        return true;
    if (!word(s, "\\u"))
        return false;
    v = hex4(s);
    return v >= 0xdc00 && v <= 0xdfff;
}

static bool string(struct skim *s, const char **out, size_t *out_len)
{
    if (!eat(s, '"'))
        return false;
    const char *start = s->p;
    while (s->p < s->end && *s->p != '"') {
        unsigned char c = (unsigned char)*s->p++;
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        if (s->p == s->end)
            return false;
        c = (unsigned char)*s->p++;
        if (c == 'u' ? !unicode_escape(s) : !c || !strchr("\"\\/bfnrt", c))
            return false;
    }
    *out = start;
    *out_len = (size_t)(s->p - start);
    return eat(s, '"');
}

static bool digits(struct skim *s)
{
    const char *start = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > start;
}

static bool number(struct skim *s)
{
    eat(s, '-');
    const char *start = s->p;
    if (!digits(s) || (*start == '0' && s->p - start > 1))
        return false;
    if (eat(s, '.') && !digits(s))
        return false;
    if (eat(s, 'e') || eat(s, 'E')) {
        if (!eat(s, '-'))
            eat(s, '+');
        return digits(s);
    }
    return true;
}

static bool array(struct skim *s, int depth)
{
    s->p++;
    blank(s);
    if (eat(s, ']'))
        return true;
    do {
        if (!value(s, depth + 1))
            return false;
    } while (eat(s, ','));
    return eat(s, ']');
}

static bool object(struct skim *s, int depth)
{
    s->p++;
    blank(s);
    if (eat(s, '}'))
        return true;
    do {
        const char *key;
        size_t len;
        blank(s);
        if (!string(s, &key, &len) || (depth == 0 && s->member && !s->member(s->context, key, len)))
            return false;
        blank(s);
        if (!eat(s, ':') || !value(s, depth + 1))
            return false;
    } while (eat(s, ','));
    return eat(s, '}');
}

/* A value with the blanks around it. */
static bool value(struct skim *s, int depth)
{
    const char *text;
    size_t len;
    bool good;
    if (depth > DEPTH)
        return false;
    blank(s);
    if (s->p == s->end)
        return false;
    switch (*s->p) {
    case '{': good = object(s, depth); break;
    case '[': good = array(s, depth); break;
    case '"': good = string(s, &text, &len); break;
    case 't': good = word(s, "true"); break;
    case 'f': good = word(s, "false"); break;
    case 'n': good = word(s, "null"); break;
    default: good = number(s); break;
    }
    blank(s);
    return good;
}

bool skim_object(const char *text, size_t len, skim_member member, void *context,
                 const char **out_inner, size_t *out_inner_len)
{
    struct skim s = {text, text + len, member, context};
    if (!utf8_valid(text, len, NULL))
        return false;
    blank(&s);
    const char *open = s.p;
    if (s.p == s.end || *s.p != '{' || !value(&s, 0) || s.p != s.end)
        return false;
    const char *close = s.end;
    while (close > open && close[-1] != '}')
        close--;
    const char *from = open + 1, *to = close - 1;
    while (from < to && strchr(" \t\r\n", *from))
        from++;
    while (to > from && strchr(" \t\r\n", to[-1]))
        to--;
    *out_inner = from;
    *out_inner_len = (size_t)(to - from);
    return true;
}
