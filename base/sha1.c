/* sha1.c - SHA-1 as FIPS 180-4, section 6.1, has it. See sha1.h. */
#include "sha1.h"

#include <string.h>

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void take_block(uint32_t h[5], const uint8_t *bytes)
{
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++, bytes += 4)
        w[i] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    for (int i = 16; i < 80; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
#define ROUNDS(from, to, f, k)                                                                     \
    for (int i = from; i < to; i++) {                                                              \
        uint32_t t = rotate(a, 5) + (f) + e + (k) + w[i];                                          \
        e = d;                                                                                     \
        d = c;                                                                                     \
        c = rotate(b, 30);                                                                         \
        b = a;                                                                                     \
        a = t;                                                                                     \
    }
    ROUNDS(0, 20, (b & c) | (~b & d), 0x5a827999u)
    ROUNDS(20, 40, b ^ c ^ d, 0x6ed9eba1u)
    ROUNDS(40, 60, (b & c) | (b & d) | (c & d), 0x8f1bbcdcu)
    ROUNDS(60, 80, b ^ c ^ d, 0xca62c1d6u)
#undef ROUNDS
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

void sha1_begin(struct sha1 *s)
{
    static const uint32_t start[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    memcpy(s->h, start, sizeof start);
    s->len = 0;
}

void sha1_add(struct sha1 *s, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    size_t used = (size_t)(s->len % 64);
    s->len += len;
    while (len > 0) {
        if (used == 0 && len >= 64) {
            take_block(s->h, at);
            at += 64;
            len -= 64;
            continue;
        }
        size_t some = 64 - used < len ? 64 - used : len;
        memcpy(s->block + used, at, some);
        used += some;
        at += some;
        len -= some;
        if (used == 64) {
            take_block(s->h, s->block);
            used = 0;
        }
    }
}

void sha1_end(struct sha1 *s, uint8_t out[20])
{
    static const uint8_t padding[64] = {0x80};
    uint8_t bits[8];
    uint64_t count = s->len * 8;
    for (int i = 0; i < 8; i++)
        bits[i] = (uint8_t)(count >> (56 - 8 * i));
    size_t used = (size_t)(s->len % 64);
    sha1_add(s, padding, used < 56 ? 56 - used : 120 - used);
    sha1_add(s, bits, sizeof bits);
    for (int i = 0; i < 20; i++)
        out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}
