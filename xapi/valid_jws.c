/*
 * valid_jws.c - is this a well-formed signature of the statement (part 2, section 2.6)?
 *
 * As the specification has it, a certificate in the header only helps to catch
 * mistakes: nobody is authenticated here.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "buf.h"
#include "digest.h"
#include "limit.h"
#include "valid_batch.h"
#include "valid_shapes.h"

struct jws {
    const char *text; /* header "." payload, what is signed */
    size_t signed_len;
    struct buf signature;
    json_t *header, *payload;
    const EVP_MD *md;
};

static json_t *decode_json(const char *text, size_t len)
{
    struct buf bytes = BUF_INIT(LIMIT_STATEMENT_BYTES);
    json_t *value = NULL;
    struct xapi_fault ignored = {0};
    if (digest_unbase64(&bytes, text, len) && !bytes.error && bytes.len > 0)
        valid_parse(bytes.data, bytes.len, &value, &ignored);
    buf_free(&bytes);
    return value;
}

static const char *take_apart(const char *jws, size_t len, struct jws *out)
{
    const char *end = jws + len;
    const char *dot1 = memchr(jws, '.', len);
    const char *dot2 = dot1 ? memchr(dot1 + 1, '.', (size_t)(end - dot1 - 1)) : NULL;
    if (!dot2 || memchr(dot2 + 1, '.', (size_t)(end - dot2 - 1)))
        return "is a signature that is no JWS of three parts";
    out->text = jws;
    out->signed_len = (size_t)(dot2 - jws);
    out->header = decode_json(jws, (size_t)(dot1 - jws));
    if (!json_is_object(out->header))
        return "is a signature whose JWS header is not a JSON object";
    out->payload = decode_json(dot1 + 1, (size_t)(dot2 - dot1 - 1));
    if (!json_is_object(out->payload))
        return "is a signature whose JWS payload is not JSON";
    if (!digest_unbase64(&out->signature, dot2 + 1, (size_t)(end - dot2 - 1)) ||
        out->signature.error || out->signature.len == 0)
        return "is a signature whose last part is not base64url";
    return NULL;
}

static const EVP_MD *algorithm(const json_t *header)
{
    const char *alg = json_string_value(json_object_get(header, "alg"));
    if (!alg)
        return NULL;
    return strcmp(alg, "RS256") == 0 ? EVP_sha256() : strcmp(alg, "RS384") == 0 ? EVP_sha384()
           : strcmp(alg, "RS512") == 0 ? EVP_sha512() : NULL;
}

/* The statement without its signatures. A new reference. */
static json_t *unsigned_copy(const json_t *statement)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)statement);
    const json_t *list = json_object_get(statement, "attachments");
    json_t *rest = json_array();
    for (size_t i = 0; rest && i < json_array_size(list); i++) {
        json_t *a = json_array_get(list, i);
        const char *usage = json_string_value(json_object_get(a, "usageType"));
        if (!usage || strcmp(usage, SIGNATURE_USAGE) != 0)
            json_array_append(rest, a);
    }
    if (copy && json_array_size(rest) > 0)
        json_object_set(copy, "attachments", rest);
    else if (copy)
        json_object_del(copy, "attachments");
    json_decref(rest);
    return copy;
}

/* Everything signed is in the statement, and what is not signed is only what an LRS or a
 * client may add later (part 2, section 2.3.1: statement comparison). */
static bool same_statement(const json_t *payload, const json_t *statement)
{
    static const char *const added[] = {"id", "stored", "timestamp", "authority", "version"};
    json_t *copy = unsigned_copy(statement), *original = unsigned_copy(payload);
    for (size_t i = 0; copy && original && i < sizeof added / sizeof *added; i++) {
        bool set_by_lrs = strcmp(added[i], "stored") == 0 || strcmp(added[i], "authority") == 0;
        if (set_by_lrs || !json_object_get(original, added[i])) {
            json_object_del(copy, added[i]);
            json_object_del(original, added[i]);
        }
    }
    bool same = copy && original && json_equal(copy, original);
    json_decref(copy);
    json_decref(original);
    return same;
}

static bool verified(const struct jws *j, EVP_PKEY *key)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, j->md, NULL, key) == 1 &&
                EVP_DigestVerify(ctx, (const unsigned char *)j->signature.data, j->signature.len,
                                 (const unsigned char *)j->text, j->signed_len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

/* x5c: an array of certificates in base64 (not base64url), the signer's first (RFC 7515,
 * section 4.1.6). */
static const char *certificate_fault(const struct jws *j)
{
    const json_t *x5c = json_object_get(j->header, "x5c");
    const char *text = json_string_value(json_array_get(x5c, 0));
    struct buf der = BUF_INIT(LIMIT_STATEMENT_BYTES);
    X509 *certificate = NULL;
    if (!x5c)
        return NULL;
    if (text && digest_unbase64(&der, text, strlen(text)) && !der.error && der.len > 0) {
        const unsigned char *p = (const unsigned char *)der.data;
        certificate = d2i_X509(NULL, &p, (long)der.len);
    }
    EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
    const char *fault = !key ? "is a signature whose x5c holds no certificate"
                        : !verified(j, key) ? "is a signature that its certificate does not verify"
                                            : NULL;
    X509_free(certificate);
    buf_free(&der);
    return fault;
}

const char *jws_fault(const char *text, size_t len, const json_t *statement)
{
    struct jws j = {.signature = BUF_INIT(64u << 10)};
    const char *fault = take_apart(text, len, &j);
    if (!fault && !(j.md = algorithm(j.header)))
        fault = "is a signature whose algorithm is none of RS256, RS384 and RS512";
    if (!fault && !same_statement(j.payload, statement))
        fault = "is a signature of something else than this statement";
    if (!fault)
        fault = certificate_fault(&j);
    json_decref(j.header);
    json_decref(j.payload);
    buf_free(&j.signature);
    return fault;
}
