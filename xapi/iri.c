/*
 * iri.c - RFC 3987 IRIs, RFC 3986 URIs and mailto: addresses.
 *
 * A table of character classes and one pass over each component. Writing a
 * statement checks a dozen IRIs, so the common case (ASCII, no escapes) costs a
 * table look-up a byte. "ab=c://x" and "should fail" are not IRIs; "urn:x:y" and
 * "tag:a@b,2020:c" are.
 */
#include "value.h"

#include <string.h>

enum {
    SCHEME = 1,   /* ALPHA DIGIT + - . */
    PCHAR = 2,    /* unreserved, sub-delims, ":" and "@" */
    REGNAME = 4,  /* unreserved, sub-delims */
    HEX = 8,
    ALPHA = 16,
    DIGIT = 32,
    ATEXT = 64    /* RFC 5322, section 3.2.3 */
};

#define DIGITS(c) [c] = SCHEME | PCHAR | REGNAME | ATEXT | HEX | DIGIT
#define LETTER(c) [c] = SCHEME | PCHAR | REGNAME | ATEXT | ALPHA
#define HEXLET(c) [c] = SCHEME | PCHAR | REGNAME | ATEXT | ALPHA | HEX
static const uint8_t class_of[128] = {
    DIGITS('0'), DIGITS('1'), DIGITS('2'), DIGITS('3'), DIGITS('4'), DIGITS('5'),
    DIGITS('6'), DIGITS('7'), DIGITS('8'), DIGITS('9'),
    HEXLET('A'), HEXLET('B'), HEXLET('C'), HEXLET('D'), HEXLET('E'), HEXLET('F'),
    HEXLET('a'), HEXLET('b'), HEXLET('c'), HEXLET('d'), HEXLET('e'), HEXLET('f'),
    LETTER('G'), LETTER('H'), LETTER('I'), LETTER('J'), LETTER('K'), LETTER('L'),
    LETTER('M'), LETTER('N'), LETTER('O'), LETTER('P'), LETTER('Q'), LETTER('R'),
    LETTER('S'), LETTER('T'), LETTER('U'), LETTER('V'), LETTER('W'), LETTER('X'),
    LETTER('Y'), LETTER('Z'), LETTER('g'), LETTER('h'), LETTER('i'), LETTER('j'),
    LETTER('k'), LETTER('l'), LETTER('m'), LETTER('n'), LETTER('o'), LETTER('p'),
    LETTER('q'), LETTER('r'), LETTER('s'), LETTER('t'), LETTER('u'), LETTER('v'),
    LETTER('w'), LETTER('x'), LETTER('y'), LETTER('z'),
    ['-'] = SCHEME | PCHAR | REGNAME | ATEXT,
    ['.'] = SCHEME | PCHAR | REGNAME,
    ['+'] = SCHEME | PCHAR | REGNAME | ATEXT,
    ['_'] = PCHAR | REGNAME | ATEXT,
    ['~'] = PCHAR | REGNAME | ATEXT,
    ['!'] = PCHAR | REGNAME | ATEXT,
    ['$'] = PCHAR | REGNAME | ATEXT,
    ['&'] = PCHAR | REGNAME | ATEXT,
    ['\''] = PCHAR | REGNAME | ATEXT,
    ['('] = PCHAR | REGNAME,
    [')'] = PCHAR | REGNAME,
    ['*'] = PCHAR | REGNAME | ATEXT,
    [','] = PCHAR | REGNAME,
    [';'] = PCHAR | REGNAME,
    ['='] = PCHAR | REGNAME | ATEXT,
    [':'] = PCHAR,
    ['@'] = PCHAR,
    ['#'] = ATEXT,
    ['%'] = ATEXT,
    ['/'] = ATEXT,
    ['?'] = ATEXT,
    ['^'] = ATEXT,
    ['`'] = ATEXT,
    ['{'] = ATEXT,
    ['|'] = ATEXT,
    ['}'] = ATEXT,
};

static bool is(char c, unsigned bits)
{
    return (unsigned char)c < 128 && (class_of[(unsigned char)c] & bits);
}

/* One UTF-8 sequence of more than one byte; its length, 0 if it is malformed. */
static size_t decode(const char *p, const char *end, uint32_t *out)
{
    unsigned char c = (unsigned char)*p;
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || (size_t)(end - p) < n)
        return 0;
    uint32_t v = c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | ((unsigned char)p[i] & 0x3fu);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *out = v;
    return n;
}

/* ucschar, and in a query also iprivate. */
static bool is_ucschar(uint32_t v, bool query)
{
    if (v < 0xa0)
        return false;
    if (v <= 0xd7ff || (v >= 0xf900 && v <= 0xfdcf) || (v >= 0xfdf0 && v <= 0xffef))
        return true;
    if (v >= 0x10000 && v <= 0xefffd)
        return (v & 0xffff) <= 0xfffd && (v < 0xe0000 || v >= 0xe1000);
    return query && ((v >= 0xe000 && v <= 0xf8ff) || (v >= 0xf0000 && (v & 0xffff) <= 0xfffd));
}

/* Moves over characters of the class, escapes and, if unicode, ucschars. NULL on a bad
 * escape or sequence; stops before the first other character. */
static const char *run(const char *p, const char *end, unsigned bits, const char *more,
                       bool unicode, bool query)
{
    while (p < end) {
        bool ascii = *p > '\0' && *p != '%';
        if (is(*p, bits) || (ascii && strchr(more, *p))) {
            p++;
        } else if (*p == '%') {
            if (end - p < 3 || !is(p[1], HEX) || !is(p[2], HEX))
                return NULL;
            p += 3;
        } else if ((unsigned char)*p >= 0x80) {
            uint32_t v;
            size_t n = unicode ? decode(p, end, &v) : 0;
            if (n == 0 || !is_ucschar(v, query))
                return NULL;
            p += n;
        } else {
            break;
        }
    }
    return p;
}

/* "[" IPv6address or IPvFuture "]": its characters and shape, not each group's value. */
static const char *ip_literal(const char *p, const char *end)
{
    const char *close = memchr(p, ']', (size_t)(end - p));
    if (!close || close == p + 1)
        return NULL;
    int colons = 0, doubles = 0, digits = 0;
    bool future = p[1] == 'v' || p[1] == 'V';
    for (const char *q = p + 1; q < close; q++) {
        if (future ? !is(*q, PCHAR) : !is(*q, HEX) && *q != ':' && *q != '.')
            return NULL;
        digits = is(*q, HEX) ? digits + 1 : 0;
        if (!future && digits > 4)
            return NULL;
        colons += *q == ':';
        doubles += *q == ':' && q[1] == ':';
    }
    if (!future && (colons < 2 || colons > 8 || doubles > 1 || (doubles == 0 && colons > 7)))
        return NULL;
    return close + 1;
}

/* After "//": [userinfo "@"] host [":" port], up to "/", "?", "#" or the end. */
static const char *authority(const char *p, const char *end, bool unicode)
{
    const char *stop = p;
    while (stop < end && *stop != '/' && *stop != '?' && *stop != '#')
        stop++;
    const char *at = memchr(p, '@', (size_t)(stop - p));
    if (at) {
        if (run(p, at, REGNAME, ":", unicode, false) != at)
            return NULL;
        p = at + 1;
    }
    p = p < stop && *p == '[' ? ip_literal(p, stop) : run(p, stop, REGNAME, "", unicode, false);
    if (p && p < stop && *p == ':')
        for (p++; p < stop && is(*p, DIGIT);)
            p++;
    return p == stop ? stop : NULL;
}

/* The end of "scheme:", or NULL. */
static const char *scheme(const char *p, const char *end)
{
    if (p == end || !is(*p, ALPHA))
        return NULL;
    while (p < end && is(*p, SCHEME))
        p++;
    return p < end && *p == ':' ? p + 1 : NULL;
}

static bool check(const char *p, const char *end, bool unicode)
{
    p = scheme(p, end);
    if (!p)
        return false;
    if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
        const char *host = p + 2;
        p = authority(host, end, unicode);
        /* "http://" and "http:///x" name nothing; "file:///x" does, but is no identifier of
         * anything shared either, so only an empty authority with an empty path is refused. */
        if (!p || (p == host && p == end))
            return false;
    }
    p = run(p, end, PCHAR, "/", unicode, false);
    if (p && p < end && *p == '?')
        p = run(p + 1, end, PCHAR, "/?", unicode, true);
    if (p && p < end && *p == '#')
        p = run(p + 1, end, PCHAR, "/?", unicode, false);
    return p == end;
}

bool xapi_is_iri(const char *text, size_t len)
{
    return check(text, text + len, true);
}

bool xapi_is_uri(const char *text, size_t len)
{
    return check(text, text + len, false);
}

static const char *dot_atom(const char *p, const char *end)
{
    for (;;) {
        const char *start = p;
        while (p < end && (is(*p, ATEXT) || (unsigned char)*p >= 0x80))
            p++;
        if (p == start)
            return NULL;
        if (p == end || *p != '.')
            return p;
        p++;
    }
}

static const char *quoted_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\' && ++p == end)
            return NULL;
    return p < end ? p + 1 : NULL;
}

static bool domain(const char *p, const char *end)
{
    if (p < end && *p == '[')
        return end - p > 2 && end[-1] == ']' && !memchr(p, ' ', (size_t)(end - p));
    for (;;) {
        const char *start = p;
        while (p < end && (is(*p, ALPHA | DIGIT) || *p == '-' || (unsigned char)*p >= 0x80))
            p++;
        if (p == start || *start == '-' || p[-1] == '-' || p - start > 63)
            return false;
        if (p == end)
            return true;
        if (*p++ != '.')
            return false;
    }
}

bool xapi_is_mailto(const char *text, size_t len)
{
    static const char prefix[] = "mailto:";
    const char *p = text, *end = text + len;
    if (len < sizeof prefix || memcmp(p, prefix, sizeof prefix - 1) != 0)
        return false;
    p += sizeof prefix - 1;
    /* RFC 6068 has a "?" begin header fields; an Inverse Functional Identifier is one
     * address, nothing else. Escapes must be well-formed where a "%" is one. */
    if (memchr(p, ' ', (size_t)(end - p)) || memchr(p, '?', (size_t)(end - p)))
        return false;
    p = *p == '"' ? quoted_string(p, end) : dot_atom(p, end);
    return p && p < end && *p == '@' && domain(p + 1, end);
}
