/*
 * sha1.h - SHA-1 (FIPS 180-4) that needs no memory and cannot fail, for ids.
 *
 * Not for security: UUIDv5 wants SHA-1, and an id must come out also when memory
 * is short. Everything else uses digest.h.
 */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

struct sha1 {
    uint32_t h[5];
    uint64_t len;
    uint8_t block[64];
};

void sha1_begin(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *bytes, size_t len);
void sha1_end(struct sha1 *s, uint8_t out[20]);

#endif
