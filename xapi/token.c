/*
 * token.c - the small formats: language tags, UUIDs, digests, media types.
 */
#include "value.h"

#include <string.h>
#include <strings.h>

static bool alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool hex(char c)
{
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* ---- RFC 5646 ------------------------------------------------------------- */

struct subtag {
    const char *text;
    size_t len;
    bool letters, digits; /* all of it */
};

/* The next subtag, false at the end; a malformed one (empty, over 8, not alphanumeric) has
 * length 0. */
static bool next_subtag(const char **p, const char *end, struct subtag *out)
{
    if (*p > end)
        return false;
    const char *start = *p, *q = start;
    bool letters = true, digits = true, good = true;
    for (; q < end && *q != '-'; q++) {
        letters = letters && alpha(*q);
        digits = digits && digit(*q);
        good = good && (alpha(*q) || digit(*q));
    }
    *out = (struct subtag){start, good && q - start <= 8 ? (size_t)(q - start) : 0, letters, digits};
    *p = q + 1;
    return true;
}

static bool grandfathered(const char *text, size_t len)
{
    /* The irregular ones; the regular ones match the grammar of langtag anyway. */
    static const char *const tags[] = {
        "en-GB-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux",
        "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-BE-FR", "sgn-BE-NL",
        "sgn-CH-DE"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strlen(tags[i]) == len && strncasecmp(tags[i], text, len) == 0)
            return true;
    return false;
}

/* What may follow in a langtag, in this order. */
enum stage { LANGUAGE, EXTLANG, SCRIPT, REGION, VARIANT, EXTENSION, PRIVATE };

static bool is_variant(const struct subtag *s)
{
    return (s->len >= 5 && s->len <= 8) || (s->len == 4 && digit(s->text[0]));
}

/* The stage that this subtag takes a langtag to; -1 if it fits nowhere from `stage` on. */
static int stage_of(const struct subtag *s, enum stage stage, int extlangs)
{
    if (s->len == 3 && s->letters && stage <= EXTLANG && extlangs < 3)
        return EXTLANG;
    if (s->len == 4 && s->letters && stage < SCRIPT)
        return SCRIPT;
    if (((s->len == 2 && s->letters) || (s->len == 3 && s->digits)) && stage < REGION)
        return REGION;
    if (is_variant(s) && stage <= VARIANT)
        return VARIANT;
    return -1;
}

/* Subtags of an extension or of private use: at least one, each least..8. The cursor ends
 * after them; for an extension before the next singleton. */
static bool tail(const char **p, const char *end, size_t least)
{
    struct subtag s;
    int count = 0;
    for (;;) {
        const char *before = *p;
        if (!next_subtag(p, end, &s))
            return count > 0;
        if (s.len == 0)
            return false;
        if (s.len < least) {
            *p = before;
            return count > 0;
        }
        count++;
    }
}

bool xapi_is_language_tag(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    struct subtag s;
    if (len == 0 || len > 255 || !next_subtag(&p, end, &s) || s.len == 0)
        return false;
    if (s.len == 2 && s.letters && p > end) /* "en": nearly always */
        return true;
    if (s.len == 1)
        return (*s.text | 0x20) == 'x' ? tail(&p, end, 1) && p > end : grandfathered(text, len);
    if (!s.letters)
        return false;
    /* Only a language of two or three letters takes extlangs. */
    enum stage stage = s.len <= 3 ? LANGUAGE : EXTLANG;
    int extlangs = s.len <= 3 ? 0 : 3;
    uint64_t singletons = 0;
    while (next_subtag(&p, end, &s)) {
        if (s.len == 0)
            return grandfathered(text, len);
        if (s.len > 1) {
            int to = stage == EXTENSION ? -1 : stage_of(&s, stage, extlangs);
            if (to < 0)
                return grandfathered(text, len);
            extlangs += to == EXTLANG;
            stage = (enum stage)to;
            continue;
        }
        if ((*s.text | 0x20) == 'x')
            return tail(&p, end, 1) && p > end;
        uint64_t bit = UINT64_C(1) << (digit(*s.text) ? *s.text - '0' : (*s.text | 0x20) - 'a' + 10);
        if ((singletons & bit) || !tail(&p, end, 2)) /* a singleton stands once */
            return false;
        singletons |= bit;
        stage = EXTENSION;
    }
    return true;
}

/* ---- UUIDs and digests ---------------------------------------------------- */

bool xapi_is_uuid(const char *text, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !hex(text[i]))
            return false;
    }
    return true;
}

bool xapi_is_uuid_bytes(const uint8_t bytes[16])
{
    uint8_t version = bytes[6] >> 4;
    return version >= 1 && version <= 8 && (bytes[8] & 0xc0) == 0x80;
}

static bool all_hex(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!hex(text[i]))
            return false;
    return true;
}

bool xapi_is_sha1(const char *text, size_t len)
{
    return len == 40 && all_hex(text, len);
}

bool xapi_is_sha2(const char *text, size_t len)
{
    return (len == 56 || len == 64 || len == 96 || len == 128) && all_hex(text, len);
}

/* ---- media types ---------------------------------------------------------- */

static bool token_char(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", c);
}

static const char *token(const char *p, const char *end)
{
    const char *start = p;
    while (p < end && token_char(*p))
        p++;
    return p > start ? p : NULL;
}

static const char *spaces(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static const char *quoted(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\' && ++p == end)
            return NULL;
    return p < end ? p + 1 : NULL;
}

bool xapi_is_media_type(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    if (!(p = token(p, end)) || p == end || *p++ != '/' || !(p = token(p, end)))
        return false;
    while ((p = spaces(p, end)) < end) {
        if (*p++ != ';')
            return false;
        p = spaces(p, end);
        if (!(p = token(p, end)) || p == end || *p++ != '=')
            return false;
        p = p < end && *p == '"' ? quoted(p, end) : token(p, end);
        if (!p)
            return false;
    }
    return true;
}
