/*
 * seal.h - small texts that only we can read and nobody can make: AES-256-GCM, base64url.
 *
 * The nonce is derived from key and text (HMAC-SHA256), so the same text always gives the
 * same token: what carries it is the same bytes after a crash. Two texts never share a
 * nonce except by a collision of 96 bits of the HMAC.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define SEAL_TEXT_BYTES 1024

/* Appends the token. purpose keeps tokens of one use from being taken for another. */
int seal_text(const uint8_t key[32], const char *purpose, const char *text, size_t len,
              struct buf *out, aw_error *err);
/* False: not a token of ours. Appends the text. */
bool seal_open(const uint8_t key[32], const char *purpose, const char *token, size_t len,
               struct buf *out);

#endif
