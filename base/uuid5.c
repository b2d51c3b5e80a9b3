/* uuid5.c - name-based UUIDs over libuuid (SHA-1, RFC 9562, section 5.5). */
#include "uuid5.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <uuid/uuid.h>


const char uuid5_end[] = "";

/* UUIDv5 of the URL namespace and "https://w3id.org/xapi/afterword"; a test derives it again. */
const uuid5 uuid5_afterword = {{0x17, 0xbe, 0x6b, 0xf6, 0x8e, 0x36, 0x5f, 0x33, 0x8d, 0xca, 0xd3,
                                0xe6, 0x85, 0xff, 0x51, 0x81}};

uuid5 uuid5_bytes(const uuid5 *ns, const void *name, size_t len)
{
    uuid5 id;
    uuid_generate_sha1(id.bytes, ns->bytes, name, len);
    return id;
}

#define NAME_BYTES 8192

/* A name being put together. No memory is asked for, so that an id always comes out, and
 * always the same: what does not fit becomes the namespace of the rest. */
struct name {
    uuid5 ns;
    size_t len;
    char bytes[NAME_BYTES];
};

static void add(struct name *n, const char *bytes, size_t len)
{
    while (len > NAME_BYTES - n->len) {
        size_t part = NAME_BYTES - n->len;
        memcpy(n->bytes + n->len, bytes, part);
        n->ns = uuid5_bytes(&n->ns, n->bytes, NAME_BYTES);
        n->len = 0;
        bytes += part;
        len -= part;
    }
    memcpy(n->bytes + n->len, bytes, len);
    n->len += len;
}

uuid5 uuid5_make(const uuid5 *ns, const char *first, ...)
{
    struct name name;
    va_list args;
    name.ns = *ns;
    name.len = 0;
    va_start(args, first);
    for (const char *part = first; part != UUID5_END; part = va_arg(args, const char *)) {
        if (part != first)
            add(&name, "\x1f", 1);
        if (part)
            add(&name, part, strlen(part));
    }
    va_end(args);
    return uuid5_bytes(&name.ns, name.bytes, name.len);
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
