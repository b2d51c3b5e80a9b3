/* utf8.c - UTF-8 as RFC 3629 has it, eight ASCII bytes at a time where it can. */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed sequence at p (RFC 3629, section 4), 0 if there is none. */
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned char a = p[0];
    if (a < 0x80)
        return a != 0;
    if (a < 0xC2 || a > 0xF4)
        return 0;
    size_t n = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (a == 0xE0)
        low = 0xA0; /* overlong */
    else if (a == 0xED)
        high = 0x9F; /* surrogates */
    else if (a == 0xF0)
        low = 0x90; /* overlong */
    else if (a == 0xF4)
        high = 0x8F; /* beyond U+10FFFF */
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* True if none of the eight bytes is 0 or above 0x7F. */
static bool plain8(const unsigned char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    return ((w | ((w - ones) & ~w)) & tops) == 0;
}

bool utf8_valid(const char *text, size_t len, size_t *bad_at)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    while (i < len) {
        if (len - i >= 8 && plain8(p + i)) {
            i += 8;
            continue;
        }
        size_t n = sequence(p + i, len - i);
        if (n == 0) {
            if (bad_at)
                *bad_at = i;
            return false;
        }
        i += n;
    }
    return true;
}

size_t utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    size_t n = max;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

size_t utf8_length(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}
