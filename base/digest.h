/* digest.h - SHA-256, HMAC and keyed pseudonyms over libcrypto; hex and base64; CRC-32C. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

bool digest_sha256(const void *bytes, size_t len, uint8_t out[32]);
bool digest_sha1(const void *bytes, size_t len, uint8_t out[20]);
bool digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                        uint8_t out[32]);
bool digest_hmac_sha1(const void *key, size_t key_len, const void *bytes, size_t len,
                      uint8_t out[20]);

/* HMAC-SHA-256 under one key, over and over: five times as fast as digest_hmac_sha256(). Not for
 * two threads at once. NULL: out of memory. */
struct digest_mac *digest_mac_open(const void *key, size_t key_len);
bool digest_mac(struct digest_mac *m, const void *bytes, size_t len, uint8_t out[32]);
void digest_mac_close(struct digest_mac *m); /* NULL accepted */

/* Constant time. */
bool digest_equal(const void *a, const void *b, size_t len);
bool digest_random(void *out, size_t len);
void digest_hex(const uint8_t *bytes, size_t len, char *out /* 2*len+1 */);
bool digest_unhex(const char *text, size_t text_len, uint8_t *out, size_t out_len);
void digest_base64(struct buf *out, const void *bytes, size_t len, bool url_safe);
bool digest_unbase64(struct buf *out, const char *text, size_t len);
/* CRC-32C (Castagnoli), in hardware where there is SSE4.2. Start with 0. */
uint32_t digest_crc32c(uint32_t crc, const void *bytes, size_t len);

#endif
