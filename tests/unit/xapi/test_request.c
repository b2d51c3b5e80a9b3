/* test_request.c - requests: Content-Type, multipart framing, hashes, JWS signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <afterword/afterword.h>

#include "buf.h"
#include "digest.h"
#include "valid.h"

#define AVO "\"actor\":{\"mbox\":\"mailto:a@example.org\"},\"verb\":{\"id\":\"http://e.org/v\"}," \
            "\"object\":{\"id\":\"http://e.org/a\"}"
#define MIXED "multipart/mixed; boundary=B"

static char *sha2_of(const void *bytes, size_t len, char out[65])
{
    uint8_t digest[32];
    assert_true(digest_sha256(bytes, len, digest));
    digest_hex(digest, 32, out);
    return out;
}

/* A statement with an attachment of these bytes. */
static void put_statement(struct buf *b, const char *usage, const char *type, const char *sha2,
                          size_t len, const char *more)
{
    buf_printf(b, "{" AVO ",\"attachments\":[{\"usageType\":\"%s\",\"display\":{\"en\":\"x\"},"
               "\"contentType\":\"%s\",\"length\":%zu,\"sha2\":\"%s\"%s}]}", usage, type, len, sha2, more);
}

static int judge(const char *content_type, const struct buf *body, struct xapi_fault *fault)
{
    /* An exact copy, so that a sanitizer sees a read past the end. */
    char *copy = malloc(body->len ? body->len : 1);
    memcpy(copy, body->data, body->len);
    int rc = xapi_validate_request(content_type, copy, body->len, XAPI_1_0_3, fault);
    free(copy);
    return rc;
}

static const char bytes[] = "here\r\n--Bx\r\n--B\nbinary \x00 bytes"; /* near misses of a boundary */

struct shape {
    const char *before, *first_type, *second_headers, *end, *more;
    const char *content_type;
    const char *reason; /* NULL: valid */
};

static void test_multipart(void **state)
{
    (void)state;
    char sha2[65], hash[100];
    sha2_of(bytes, sizeof bytes - 1, sha2);
    snprintf(hash, sizeof hash, "X-Experience-API-Hash: %s\r\n", sha2);
    static const char binary[] = "content-transfer-encoding:  BINARY \r\n";
    static const char json[] = "Content-Type: application/json; charset=utf-8\r\n\r\n";
    const struct shape shapes[] = {
        {"--B\r\n", json, binary, "\r\n--B--", "", MIXED, NULL},
        {"preamble\r\n--B  \r\n", json, binary, "\r\n--B--\r\nepilogue", "", MIXED, NULL},
        {"--B\r\n", json, binary, "\r\n--B--", "", "Multipart/Mixed ; charset=x; Boundary=\"B\"", NULL},
        {"--B\r\n", json, binary, "\r\n--B--", "", "multipart/form-data; boundary=B", "neither"},
        {"--B\r\n", json, binary, "\r\n--B--", "", "multipart/mixed;", "no boundary"},
        {"--B\r\n", json, binary, "\r\n--B--", "", "multipart/mixed; boundary=", "no boundary"},
        {"--B\r\n", json, binary, "\r\n--B--", "", "multipart/mixed; boundary=C", "does not contain"},
        {"", json, binary, "\r\n--B--", "", MIXED, "part 1"},
        {"--B\r\n", json, binary, "\r\n", "", MIXED, "closing boundary"},
        {"--B\r\n", json, binary, "\r\n--B--x", "", MIXED, "closing boundary"},
        {"--B\r\n", "Content-Type: text/plain\r\n\r\n", binary, "\r\n--B--", "", MIXED, "application/json"},
        {"--B\r\n", "\r\n", binary, "\r\n--B--", "", MIXED, "application/json"},
        {"--B\r\n", json, "", "\r\n--B--", "", MIXED, "binary"},
        {"--B\r\n", json, "Content-Transfer-Encoding: base64\r\n", "\r\n--B--", "", MIXED, "binary"},
        {"--B\r\n", json, binary, "x\r\n--B--", "", MIXED, "not that of its bytes"},
        {"--B\r\n", json, binary, "\r\n--B--", ",\"fileUrl\":\"http://f.org/x\"", MIXED, NULL}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape *s = &shapes[i];
        struct buf b = BUF_INIT(1u << 16);
        struct xapi_fault fault = {"", ""};
        buf_puts(&b, s->before);
        buf_puts(&b, s->first_type);
        put_statement(&b, "act:u", "text/plain", sha2, sizeof bytes - 1, s->more);
        buf_printf(&b, "\r\n--B\r\n%s%s\r\n", s->second_headers, hash);
        buf_append(&b, bytes, sizeof bytes - 1);
        buf_puts(&b, s->end);
        int rc = judge(s->content_type, &b, &fault);
        if (s->reason ? rc == AW_OK || !strstr(fault.reason, s->reason) : rc != AW_OK)
            fail_msg("shape %zu: %d %s %s", i, rc, fault.path, fault.reason);
        buf_free(&b);
    }
}

static void test_parts_and_attachments(void **state)
{
    (void)state;
    char sha2[65];
    struct xapi_fault fault;
    struct buf b = BUF_INIT(1u << 16);
    /* attachment without its bytes */
    sha2_of("a", 1, sha2);
    put_statement(&b, "act:u", "text/plain", sha2, 1, "");
    assert_int_equal(judge("application/json", &b, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/attachments/0/sha2");
    buf_reset(&b);
    put_statement(&b, "act:u", "text/plain", sha2, 1, ",\"fileUrl\":\"http://f.org/x\"");
    assert_int_equal(judge("application/json", &b, &fault), AW_OK);
    buf_reset(&b);
    buf_puts(&b, "[{" AVO "},");
    put_statement(&b, "act:u", "text/plain", sha2, 1, "");
    buf_puts(&b, "]");
    assert_int_equal(judge("application/json", &b, &fault), AW_EINVAL);
    assert_string_equal(fault.path, "/1/attachments/0/sha2");
    /* a part that belongs to nothing */
    buf_reset(&b);
    buf_printf(&b, "--B\r\nContent-Type: application/json\r\n\r\n{" AVO "}\r\n--B\r\n"
               "Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %s\r\n\r\na\r\n--B--", sha2);
    assert_int_equal(judge(MIXED, &b, &fault), AW_EINVAL);
    assert_non_null(strstr(fault.reason, "no attachment"));
    /* an empty attachment: two delimiters with nothing between */
    buf_reset(&b);
    sha2_of("", 0, sha2);
    buf_puts(&b, "--B\r\nContent-Type: application/json\r\n\r\n");
    put_statement(&b, "act:u", "text/plain", sha2, 0, "");
    buf_printf(&b, "\r\n--B\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %s\r\n\r\n"
               "\r\n--B--\r\n", sha2);
    if (judge(MIXED, &b, &fault))
        fail_msg("%s %s", fault.path, fault.reason);
    buf_free(&b);
}

/* ---- signatures --------------------------------------------------------------- */

static EVP_PKEY *key;
static char certificate[4096]; /* base64 of the DER */

static int make_key(void **state)
{
    (void)state;
    X509 *x = X509_new();
    unsigned char *der = NULL;
    key = EVP_RSA_gen(2048);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    int len = i2d_X509(x, &der);
    struct buf b = BUF_INIT(sizeof certificate - 1);
    digest_base64(&b, der, (size_t)len, false);
    strcpy(certificate, b.data);
    buf_free(&b);
    OPENSSL_free(der);
    X509_free(x);
    return 0;
}

static int free_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

/* header "." payload "." signature, with RS256. */
static void sign(struct buf *out, const char *header, const char *payload)
{
    unsigned char signature[512];
    size_t len = sizeof signature;
    digest_base64(out, header, strlen(header), true);
    buf_putc(out, '.');
    digest_base64(out, payload, strlen(payload), true);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len, (unsigned char *)out->data, out->len), 1);
    EVP_MD_CTX_free(ctx);
    buf_putc(out, '.');
    digest_base64(out, signature, len, true);
}

static int judge_signed(const struct buf *jws, struct xapi_fault *fault)
{
    char sha2[65];
    struct buf b = BUF_INIT(1u << 16);
    sha2_of(jws->data, jws->len, sha2);
    buf_puts(&b, "--B\r\nContent-Type: application/json\r\n\r\n");
    put_statement(&b, "http://adlnet.gov/expapi/attachments/signature", "application/octet-stream",
                  sha2, jws->len, "");
    buf_printf(&b, "\r\n--B\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %s\r\n\r\n"
               "%s\r\n--B--\r\n", sha2, jws->data);
    int rc = judge(MIXED, &b, fault);
    buf_free(&b);
    return rc;
}

static void test_signature(void **state)
{
    (void)state;
    static const char plain[] = "{\"alg\":\"RS256\"}", same[] = "{ " AVO " }";
    char with[4200], garbage[] = "{\"alg\":\"RS256\",\"x5c\":[\"AAAA\"]}";
    snprintf(with, sizeof with, "{\"alg\":\"RS256\",\"x5c\":[\"%s\"]}", certificate);
    const struct { const char *header, *payload, *reason; } cases[] = {
        {plain, same, NULL}, {with, same, NULL}, {garbage, same, "holds no certificate"},
        {plain, "{" AVO ",\"id\":\"fd41c918-b88b-4b20-a0a5-a4c32391aaa0\"}", "something else"},
        {plain, "{" AVO ",\"authority\":{\"mbox\":\"mailto:x@y.z\"}}", NULL},
        {plain, "{\"actor\":1}", "something else"}, {plain, "[]", "payload"}, {plain, "{", "payload"},
        {"{\"alg\":\"HS256\"}", same, "algorithm"}, {"{\"alg\":\"none\"}", same, "algorithm"},
        {"{}", same, "algorithm"}, {"nonsense", same, "header"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf jws = BUF_INIT(1u << 16);
        struct xapi_fault fault = {"", ""};
        sign(&jws, cases[i].header, cases[i].payload);
        int rc = judge_signed(&jws, &fault);
        if (cases[i].reason ? rc == AW_OK || !strstr(fault.reason, cases[i].reason) : rc != AW_OK)
            fail_msg("case %zu: %d %s %s", i, rc, fault.path, fault.reason);
        if (cases[i].header == with) { /* a changed bit is seen only with the certificate */
            char *last = strrchr(jws.data, '.') + 10;
            *last = *last == 'A' ? 'B' : 'A';
            assert_int_equal(judge_signed(&jws, &fault), AW_EINVAL);
            assert_non_null(strstr(fault.reason, "does not verify"));
        }
        buf_free(&jws);
    }
    static const char *const bad[] = {"", "a.b", "a.b.c.d", "...", "e30.e30.", "e30.e30.!!"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf jws = BUF_INIT(1u << 16);
        struct xapi_fault fault;
        buf_puts(&jws, bad[i]);
        assert_int_equal(judge_signed(&jws, &fault), AW_EINVAL);
        buf_free(&jws);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_multipart),
                                       cmocka_unit_test(test_parts_and_attachments),
                                       cmocka_unit_test(test_signature)};
    return cmocka_run_group_tests_name("xapi.request", tests, make_key, free_key);
}
