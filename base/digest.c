/* digest.c - digests over libcrypto; hex and base64; CRC-32C. */
#include "digest.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

#include "buf.h"

/* EVP_sha256() makes libcrypto look the algorithm up again at each use, which costs more than
 * hashing a short text. Looked up once, they are shared by all threads and never freed; what could
 * not be had for want of memory is looked up again the next time. */
static EVP_MD *_Atomic sha256, *_Atomic sha1;

static const EVP_MD *look_up(EVP_MD *_Atomic *slot, const char *name)
{
    EVP_MD *md = atomic_load(slot), *other = NULL;
    if (md)
        return md;
    md = EVP_MD_fetch(NULL, name, NULL);
    if (!md || atomic_compare_exchange_strong(slot, &other, md))
        return md;
    EVP_MD_free(md);
    return other;
}

static bool digest(const EVP_MD *md, const void *bytes, size_t len, uint8_t *out)
{
    return md && EVP_Digest(bytes, len, out, NULL, md, NULL) == 1;
}

bool digest_sha256(const void *bytes, size_t len, uint8_t out[32])
{
    return digest(look_up(&sha256, "SHA256"), bytes, len, out);
}

bool digest_sha1(const void *bytes, size_t len, uint8_t out[20])
{
    return digest(look_up(&sha1, "SHA1"), bytes, len, out);
}

bool digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                        uint8_t out[32])
{
    unsigned n = 32;
    return HMAC(EVP_sha256(), key, (int)key_len, bytes, len, out, &n) != NULL;
}

bool digest_hmac_sha1(const void *key, size_t key_len, const void *bytes, size_t len,
                      uint8_t out[20])
{
    unsigned n = 20;
    return HMAC(EVP_sha1(), key, (int)key_len, bytes, len, out, &n) != NULL;
}

/* An EVP_MAC_CTX that has its key; the struct is only a name for it. */
struct digest_mac *digest_mac_open(const void *key, size_t key_len)
{
    char sha256_name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256_name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *c = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac); /* the context keeps it */
    if (c && EVP_MAC_init(c, key, key_len, params) == 1)
        return (struct digest_mac *)c;
    EVP_MAC_CTX_free(c);
    return NULL;
}

bool digest_mac(struct digest_mac *m, const void *bytes, size_t len, uint8_t out[32])
{
    EVP_MAC_CTX *c = (EVP_MAC_CTX *)m;
    size_t n;
    return EVP_MAC_init(c, NULL, 0, NULL) == 1 && EVP_MAC_update(c, bytes, len) == 1 &&
           EVP_MAC_final(c, out, &n, 32) == 1;
}

void digest_mac_close(struct digest_mac *m)
{
    EVP_MAC_CTX_free((EVP_MAC_CTX *)m);
}

bool digest_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

bool digest_random(void *out, size_t len)
{
    /* From the kernel: libcrypto's generator needs memory, and breaks down without. */
    for (size_t done = 0; done < len;) {
        ssize_t n = getrandom((uint8_t *)out + done, len - done, 0);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

void digest_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[2 * len] = 0;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool digest_unhex(const char *text, size_t text_len, uint8_t *out, size_t out_len)
{
    if (text_len != 2 * out_len)
        return false;
    for (size_t i = 0; i < out_len; i++) {
        int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void digest_base64(struct buf *out, const void *bytes, size_t len, bool url_safe)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t w = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                     (left > 2 ? p[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            if (k > left) {
                if (!url_safe)
                    buf_putc(out, '=');
                continue;
            }
            char c = base64_digits[w >> (18 - 6 * k) & 63];
            if (url_safe)
                c = (char)(c == '+' ? '-' : c == '/' ? '_' : c);
            buf_putc(out, c);
        }
    }
}

static int base64_value(char c)
{
    if (c == '-')
        c = '+';
    if (c == '_')
        c = '/';
    const char *at = c ? strchr(base64_digits, c) : NULL;
    return at ? (int)(at - base64_digits) : -1;
}

bool digest_unbase64(struct buf *out, const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == '=')
        len--;
    if (len % 4 == 1)
        return false;
    uint32_t w = 0;
    for (size_t i = 0; i < len; i++) {
        int v = base64_value(text[i]);
        if (v < 0)
            return false;
        w = w << 6 | (uint32_t)v;
        if (i % 4 == 3) {
            buf_putc(out, (char)(w >> 16));
            buf_putc(out, (char)(w >> 8));
            buf_putc(out, (char)w);
            w = 0;
        }
    }
    if (len % 4 == 2)
        buf_putc(out, (char)(w >> 4));
    if (len % 4 == 3) {
        buf_putc(out, (char)(w >> 10));
        buf_putc(out, (char)(w >> 2));
    }
    return true;
}

/* CRC-32C, polynomial 0x1EDC6F41 reflected: in software four bits at a time (a table that
 * fits in a cache line), in hardware eight bytes at a time. */
static const uint32_t crc_nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t crc_portable(uint32_t crc, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        crc = crc >> 4 ^ crc_nibble[crc & 15];
        crc = crc >> 4 ^ crc_nibble[crc & 15];
    }
    return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>
__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t crc, const uint8_t *p,
                                                               size_t len)
{
    uint64_t c = crc;
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        c = _mm_crc32_u64(c, w);
    }
    uint32_t c32 = (uint32_t)c;
    for (; len > 0; p++, len--)
        c32 = _mm_crc32_u8(c32, *p);
    return c32;
}
#endif

uint32_t digest_crc32c(uint32_t crc, const void *bytes, size_t len)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~crc_hardware(~crc, bytes, len);
#endif
    return ~crc_portable(~crc, bytes, len);
}
