/* seal.c - AES-256-GCM with a nonce derived from what is sealed. */
#include "seal.h"

#include <openssl/evp.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "error.h"

#define NONCE 12
#define TAG 16

/* One key per purpose and use: to encrypt, and to derive nonces. */
static bool derive(const uint8_t key[32], const char *use, const char *purpose, uint8_t out[32])
{
    char bytes[128];
    struct buf label = BUF_ON(bytes);
    buf_puts(&label, use);
    buf_putc(&label, 0);
    buf_puts(&label, purpose);
    return !label.error && digest_hmac_sha256(key, 32, label.data, label.len, out);
}

static bool encrypt(const uint8_t key[32], const uint8_t nonce[NONCE], const char *text, size_t len,
                    uint8_t *out, uint8_t tag[TAG])
{
    int n = 0, m = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
              EVP_EncryptUpdate(c, out, &n, (const uint8_t *)text, (int)len) == 1 &&
              EVP_EncryptFinal_ex(c, out + n, &m) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
    EVP_CIPHER_CTX_free(c);
    return ok;
}

static bool decrypt(const uint8_t key[32], const uint8_t nonce[NONCE], const uint8_t *sealed,
                    size_t len, uint8_t tag[TAG], uint8_t *out)
{
    int n = 0, m = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
              EVP_DecryptUpdate(c, out, &n, sealed, (int)len) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
              EVP_DecryptFinal_ex(c, out + n, &m) == 1; /* 1 only if the tag is right */
    EVP_CIPHER_CTX_free(c);
    return ok;
}

int seal_text(const uint8_t key[32], const char *purpose, const char *text, size_t len,
              struct buf *out, aw_error *err)
{
    uint8_t cipher[32], nonces[32], mac[32], whole[NONCE + SEAL_TEXT_BYTES + TAG];
    if (len == 0 || len > SEAL_TEXT_BYTES)
        return error_set(err, AW_ELIMIT, purpose, "%zu bytes cannot be sealed; from 1 to %d can", len,
                         SEAL_TEXT_BYTES);
    if (!derive(key, "seal", purpose, cipher) || !derive(key, "nonce", purpose, nonces) ||
        !digest_hmac_sha256(nonces, sizeof nonces, text, len, mac) ||
        !encrypt(cipher, mac, text, len, whole + NONCE, whole + NONCE + len))
        return error_set(err, AW_EINTERNAL, purpose, "libcrypto failed to seal");
    memcpy(whole, mac, NONCE);
    digest_base64(out, whole, NONCE + len + TAG, true);
    return buf_error(out, purpose, err);
}

bool seal_open(const uint8_t key[32], const char *purpose, const char *token, size_t len,
               struct buf *out)
{
    uint8_t cipher[32], text[SEAL_TEXT_BYTES];
    struct buf whole = BUF_INIT(NONCE + SEAL_TEXT_BYTES + TAG);
    bool ok = len <= (NONCE + SEAL_TEXT_BYTES + TAG) * 4 / 3 + 4 &&
              digest_unbase64(&whole, token, len) && whole.error == AW_OK &&
              whole.len > NONCE + TAG && derive(key, "seal", purpose, cipher);
    if (ok) {
        uint8_t *bytes = (uint8_t *)whole.data;
        size_t n = whole.len - NONCE - TAG;
        ok = decrypt(cipher, bytes, bytes + NONCE, n, bytes + NONCE + n, text);
        if (ok)
            buf_append(out, text, n);
    }
    buf_free(&whole);
    return ok && out->error == AW_OK;
}
