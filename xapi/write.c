/*
 * write.c - text, IRIs, UUIDs, language maps and extensions of a statement.
 *
 * Text of plain ASCII is found so eight bytes at a time and copied; anything
 * else goes through buf_json_string, which checks and escapes.
 */
#include "write.h"

#include <stdio.h>

#include <jansson.h>

#include "error.h"
#include "skim.h"
#include "value.h"

void write_fault(struct writer *w, int code, const char *member, const char *text)
{
    char where[128];
    if (w->code)
        return;
    w->code = code;
    const char *dot = *w->within && *member ? "." : "";
    if (w->index >= 0)
        snprintf(where, sizeof where, "%s[%d]%s%s", w->within, w->index, dot, member);
    else
        snprintf(where, sizeof where, "%s%s%s", w->within, dot, member);
    error_set(w->err, code, where, "%s", text);
}

/* Of eight bytes: is any below 0x20, above 0x7e, a quote or a backslash? */
static bool special8(const char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\', del = x ^ ones * 0x7f;
    return ((x | (x - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones)) & high) != 0;
}

static bool plain(const char *p, size_t len)
{
    while (len >= 8) {
        if (special8(p))
            return false;
        p += 8;
        len -= 8;
    }
    for (; len > 0; len--, p++)
        if ((unsigned char)(*p - 0x20) > 0x7e - 0x20 || *p == '"' || *p == '\\')
            return false;
    return true;
}

static void write_quoted(struct writer *w, const char *text, size_t len)
{
    struct buf *b = w->out;
    if (b->cap - b->len <= len + 2 && !buf_reserve(b, len + 2))
        return;
    char *p = b->data + b->len;
    *p = '"';
    memcpy(p + 1, text, len);
    p[len + 1] = '"';
    b->len += len + 2;
}

void write_text(struct writer *w, const char *member, const char *text)
{
    size_t len = strlen(text);
    if (plain(text, len)) {
        write_quoted(w, text, len);
        return;
    }
    int before = w->out->error;
    buf_json_string(w->out, text, len);
    if (before == AW_OK && w->out->error == AW_EUTF8)
        write_fault(w, AW_EUTF8, member, "not valid UTF-8; send text as UTF-8");
}

void write_iri(struct writer *w, const char *member, const char *iri)
{
    size_t len = iri ? strlen(iri) : 0;
    if (!iri || !xapi_is_iri(iri, len)) {
        write_fault(w, AW_EINVAL, member,
                    iri ? "not an IRI: give one with a scheme, as https://example.org/x"
                        : "an IRI is missing");
        return;
    }
    write_quoted(w, iri, len); /* an IRI holds nothing that JSON escapes */
}

void write_uuid(struct writer *w, const char *member, const uuid5 *id)
{
    char text[UUID5_TEXT];
    if (!xapi_is_uuid_bytes(id->bytes)) {
        write_fault(w, AW_EINVAL, member, "not a UUID of RFC 9562 (wrong version or variant)");
        return;
    }
    uuid5_text(id, text);
    write_quoted(w, text, UUID5_TEXT - 1);
}

void write_language_map(struct writer *w, const char *name, const char *language, const char *text,
                        bool comma)
{
    if (!text || !*text)
        return;
    if (!language || !*language)
        language = "und";
    size_t len = strlen(language);
    if (!xapi_is_language_tag(language, len)) {
        write_fault(w, AW_EINVAL, name, "its language is not a BCP 47 tag, as en or pt-BR");
        return;
    }
    if (comma)
        WRITE(w, ",");
    write_quoted(w, name, strlen(name));
    WRITE(w, ":{");
    write_quoted(w, language, len);
    WRITE(w, ":");
    write_text(w, name, text);
    WRITE(w, "}");
}

void write_real(struct writer *w, const char *member, double value)
{
    if (!(value - value == 0)) {
        write_fault(w, AW_EINVAL, member, "not a finite number");
        return;
    }
    /* Up to four decimals, which is what scores have: if n/10000 is this very double, then
     * the digits of n are its shortest text. */
    double scaled = value * 10000;
    if (scaled > -1e12 && scaled < 1e12) {
        int64_t n = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
        if ((double)n / 10000 == value) {
            char text[24];
            size_t at = sizeof text;
            uint64_t u = n < 0 ? (uint64_t)-n : (uint64_t)n;
            int decimals = 4;
            for (; decimals > 0 && u % 10 == 0; decimals--)
                u /= 10;
            for (int i = 0; i < decimals || u > 0 || i == decimals; i++) {
                if (i == decimals && decimals > 0)
                    text[--at] = '.';
                text[--at] = (char)('0' + u % 10);
                u /= 10;
            }
            if (n < 0)
                text[--at] = '-';
            write_bytes(w, text + at, sizeof text - at);
            return;
        }
    }
    buf_json_real(w->out, value);
}

/* ---- extensions ------------------------------------------------------------- */

#define MAX_KEYS 64

struct keys {
    const char *ours;
    size_t count;
    struct {
        const char *text;
        size_t len;
    } at[MAX_KEYS];
    const char *fault;
};

static bool take_key(void *context, const char *key, size_t len)
{
    struct keys *k = context;
    if (!xapi_is_iri(key, len))
        k->fault = "a key of the extensions is not an IRI";
    else if (k->ours && strlen(k->ours) == len && memcmp(key, k->ours, len) == 0)
        k->fault = "a key of the extensions is one that is written already";
    else if (k->count == MAX_KEYS)
        k->fault = "more than 64 extensions";
    for (size_t i = 0; !k->fault && i < k->count; i++)
        if (k->at[i].len == len && memcmp(k->at[i].text, key, len) == 0)
            k->fault = "a key of the extensions stands twice";
    if (k->fault)
        return false;
    k->at[k->count].text = key;
    k->at[k->count++].len = len;
    return true;
}

/* What a reader of the statement would trip over and skimming does not see: keys that stand
 * twice further in, numbers out of range. */
static bool readable(const char *json, size_t len)
{
    json_t *value = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    json_decref(value);
    return value != NULL;
}

void write_extension_members(struct writer *w, const char *member, const char *json,
                             const char *ours, bool *first)
{
    struct keys keys = {.ours = ours};
    const char *inner;
    size_t len;
    if (!skim_object(json, strlen(json), take_key, &keys, &inner, &len) ||
        !readable(json, strlen(json))) {
        write_fault(w, AW_EINVAL, member, keys.fault ? keys.fault : "not a JSON object, or one with a key twice");
        return;
    }
    if (len == 0)
        return;
    if (!*first)
        WRITE(w, ",");
    *first = false;
    write_bytes(w, inner, len);
}
