/* uuid5.c - name-based UUIDs (SHA-1, RFC 9562, section 5.5); a test compares them with libuuid's. */
#include "uuid5.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sha1.h"

/* UUIDv5 of the URL namespace and "https://w3id.org/xapi/afterword"; a test derives it again. */
const char uuid5_end[] = "";

const uuid5 uuid5_afterword = {{0x17, 0xbe, 0x6b, 0xf6, 0x8e, 0x36, 0x5f, 0x33, 0x8d, 0xca, 0xd3,
                                0xe6, 0x85, 0xff, 0x51, 0x81}};

/* No memory is needed and nothing can fail: an id must come out, and always the same. */
static uuid5 finish(struct sha1 *hash)
{
    uint8_t sha1[20];
    uuid5 id;
    sha1_end(hash, sha1);
    memcpy(id.bytes, sha1, 16);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x50);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

uuid5 uuid5_bytes(const uuid5 *ns, const void *name, size_t len)
{
    struct sha1 hash;
    sha1_begin(&hash);
    sha1_add(&hash, ns->bytes, sizeof ns->bytes);
    sha1_add(&hash, name, len);
    return finish(&hash);
}

uuid5 uuid5_make(const uuid5 *ns, const char *first, ...)
{
    struct sha1 hash;
    va_list args;
    sha1_begin(&hash);
    sha1_add(&hash, ns->bytes, sizeof ns->bytes);
    va_start(args, first);
    for (const char *part = first; part != UUID5_END; part = va_arg(args, const char *)) {
        if (part != first)
            sha1_add(&hash, "\x1f", 1);
        if (part)
            sha1_add(&hash, part, strlen(part));
    }
    va_end(args);
    return finish(&hash);
}

void uuid5_text(const uuid5 *id, char out[UUID5_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[id->bytes[i] >> 4];
        *p++ = hex[id->bytes[i] & 15];
    }
    *p = 0;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid5_parse(const char *text, uuid5 *out)
{
    uuid5 id;
    if (!text || strlen(text) != UUID5_TEXT - 1)
        return false;
    const char *p = text;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
            return false;
        int high = nibble(p[0]), low = nibble(p[1]);
        if (high < 0 || low < 0)
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    /* RFC 9562, section 4.1: the variant that has versions. */
    if ((id.bytes[8] & 0xC0) != 0x80)
        return false;
    *out = id;
    return true;
}

bool uuid5_equal(const uuid5 *a, const uuid5 *b)
{
    return memcmp(a->bytes, b->bytes, 16) == 0;
}
