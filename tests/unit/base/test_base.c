/* test_base.c - the leaf helpers: buffers, UTF-8, times, ids, JSON, digests, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uuid/uuid.h>

#include "buf.h"
#include "digest.h"
#include "error.h"
#include "fs.h"
#include "json.h"
#include "say.h"
#include "timestamp.h"
#include "utf8.h"
#include "uuid5.h"

static void test_buf_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(10);
    buf_puts(&b, "0123456789");
    assert_int_equal(b.error, AW_OK);
    assert_string_equal(b.data, "0123456789");
    buf_putc(&b, 'x');
    assert_int_equal(b.error, AW_ELIMIT);
    assert_string_equal(b.data, "0123456789");
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(buf_error(&b, "thing", &err), AW_ELIMIT);
    assert_string_equal(err.where, "thing");
    buf_free(&b);
}

static void json_string_is(const char *text, size_t len, const char *wanted)
{
    struct buf b = BUF_INIT(1000);
    buf_json_string(&b, text, len);
    assert_int_equal(b.error, AW_OK);
    assert_string_equal(b.data, wanted);
    buf_free(&b);
}

static void test_json_strings(void **state)
{
    (void)state;
    json_string_is("a\"b\\c\n\t\x01\x7f", 9, "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\"");
    json_string_is("Grüße", strlen("Grüße"), "\"Grüße\"");
    json_string_is("", 0, "\"\"");
    struct buf b = BUF_INIT(1000);
    buf_json_string(&b, "a\0b", 3);
    assert_int_equal(b.error, AW_EUTF8);
    buf_free(&b);
}

static void real_is(double value, const char *wanted)
{
    struct buf b = BUF_INIT(100);
    buf_json_real(&b, value);
    assert_int_equal(b.error, AW_OK);
    assert_string_equal(b.data, wanted);
    buf_free(&b);
}

static void test_json_reals(void **state)
{
    (void)state;
    real_is(0.785, "0.785");
    real_is(1, "1");
    real_is(-0.0, "0");
    real_is(0.1 + 0.2, "0.30000000000000004");
    real_is(0.6619163824165812, "0.6619163824165812");
    real_is(-100, "-100");
    struct buf b = BUF_INIT(100);
    buf_json_real(&b, 0.0 / 0.0 * 1.0);
    assert_int_equal(b.error, AW_EINVAL);
    buf_free(&b);
}

/* The short way and the long one give the same digits. */
static void test_json_real_digits(void **state)
{
    (void)state;
    char wanted[40];
    uint64_t seed = 88172645463325252u;
    for (int i = -20000; i <= 20000; i++) {
        double value = i / (i % 2 ? 10000.0 : 100.0);
        snprintf(wanted, sizeof wanted, "%.15g", value == 0 ? 0 : value);
        if (!strchr(wanted, 'e'))
            real_is(value, wanted);
    }
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        double value = (double)(seed >> 12) / (double)(1u << (seed & 31));
        struct buf b = BUF_INIT(100);
        buf_json_real(&b, value);
        assert_true(strtod(b.data, NULL) == value);
        buf_free(&b);
    }
}

static void test_mac(void **state)
{
    (void)state;
    uint8_t key[32] = "a key of thirty-two bytes, or so", once[32], again[32];
    struct digest_mac *m = digest_mac_open(key, sizeof key);
    assert_non_null(m);
    for (size_t len = 0; len < 200; len += 13) {
        uint8_t text[200];
        memset(text, (int)len, sizeof text);
        assert_true(digest_hmac_sha256(key, sizeof key, text, len, once));
        assert_true(digest_mac(m, text, len, again));
        assert_memory_equal(once, again, 32);
    }
    digest_mac_close(m);
    digest_mac_close(NULL);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        bool ok;
    } rows[] = {
        {"plain ascii that is long enough", 31, true},
        {"\xC3\xA9", 2, true},
        {"\xF0\x9F\x98\x80", 4, true},
        {"\xED\xA0\x80", 3, false},         /* surrogate */
        {"\xC0\x80", 2, false},             /* overlong NUL */
        {"\xE0\x80\x80", 3, false},         /* overlong */
        {"\xF4\x90\x80\x80", 4, false},     /* beyond U+10FFFF */
        {"\xC3", 1, false},                 /* cut */
        {"1234567\0", 8, false},            /* NUL within a fast block */
        {"12345678\xFF", 9, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(utf8_valid(rows[i].bytes, rows[i].len, NULL), rows[i].ok);
    size_t at = 0;
    assert_false(utf8_valid("abc\xFFz", 5, &at));
    assert_int_equal(at, 3);
    assert_int_equal(utf8_cut("a\xC3\xA9z", 4, 2), 1);
    assert_int_equal(utf8_cut("a\xC3\xA9z", 4, 3), 3);
    assert_int_equal(utf8_length("a\xC3\xA9z", 4), 3);
}

static void test_timestamps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
        const char *utc;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
        {"2026-03-02T09:00:00.001+01:00", INT64_C(1772438400001), "2026-03-02T08:00:00.001Z"},
        {"2024-02-29T23:59:59.9999Z", INT64_C(1709251199999), "2024-02-29T23:59:59.999Z"},
        {"1969-12-31T23:59:59.5Z", -500, "1969-12-31T23:59:59.500Z"},
        {"0001-01-01T00:00:00Z", TIMESTAMP_MIN_MS, "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z", TIMESTAMP_MAX_MS, "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 1;
        char text[TIMESTAMP_TEXT];
        assert_true(timestamp_parse(rows[i].text, strlen(rows[i].text), &ms, NULL));
        assert_int_equal(ms, rows[i].ms);
        timestamp_text(ms, text);
        assert_string_equal(text, rows[i].utc);
    }
    static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01",
                                      "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
                                      "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00.Z", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms;
        assert_false(timestamp_parse(bad[i], strlen(bad[i]), &ms, NULL));
    }
}

static void test_durations_and_offsets(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{0, "PT0S"}, {4320000, "PT1H12M"}, {2920, "PT2.92S"}, {2900, "PT2.9S"},
                {61000, "PT1M1S"}, {1050, "PT1.05S"}, {5, "PT0S"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[40];
        timestamp_duration_text(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
    char offset[8];
    assert_true(timestamp_offset_text(-210, offset));
    assert_string_equal(offset, "-03:30");
    assert_false(timestamp_offset_text(24 * 60, offset));
}

static void test_uuid5(void **state)
{
    (void)state;
    char text[UUID5_TEXT];
    uuid5 url, id;
    assert_true(uuid5_parse("6ba7b811-9dad-11d1-80b4-00c04fd430c8", &url));
    id = uuid5_bytes(&url, "https://w3id.org/xapi/afterword", 31);
    assert_true(uuid5_equal(&id, &uuid5_afterword));
    uuid5_text(&id, text);
    assert_string_equal(text, "17be6bf6-8e36-5f33-8dca-d3e685ff5181");
    uuid5 a = uuid5_make(&url, "a", "b", UUID5_END), b = uuid5_make(&url, "ab", UUID5_END),
          c = uuid5_make(&url, "a", NULL, "b", UUID5_END);
    assert_false(uuid5_equal(&a, &b));
    assert_false(uuid5_equal(&a, &c));
    assert_false(uuid5_parse("6ba7b811-9dad-11d1-c0b4-00c04fd430c8", &id)); /* variant */
    assert_false(uuid5_parse("6ba7b8119dad11d180b400c04fd430c8", &id));
}

static void test_json(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    json_t *v = NULL;
    const char *text = "{\"b\": 0.785, \"a\": [1, null, \"x\"], \"t\": true}";
    assert_int_equal(json_read(text, strlen(text), 1000, "it", &v, &err), AW_OK);
    char *again = json_text(v);
    assert_string_equal(again, "{\"a\":[1,null,\"x\"],\"b\":0.785,\"t\":true}");
    free(again);
    const char *s = NULL;
    assert_int_equal(json_get_text(v, "b", 10, &s, &err), AW_EINVAL);
    assert_string_equal(err.where, "b");
    static const char *const names[] = {"alpha", "b", "t", NULL};
    assert_int_equal(json_only(v, "it", names, &err), AW_EINVAL);
    json_decref(v);
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "{\"a\":1} x", "\"\\u0000\"", "{", "\xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(json_read(bad[i], strlen(bad[i]), 1000, "it", &v, &err), AW_EJSON);
    char deep[400];
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_read(deep, sizeof deep, 1000, "it", &v, &err), AW_ELIMIT);
    assert_int_equal(json_read(deep, sizeof deep, 100, "it", &v, &err), AW_ELIMIT);
}

static void test_digests(void **state)
{
    (void)state;
    uint8_t out[32];
    char hex[65];
    assert_true(digest_hmac_sha256("key", 3, "The quick brown fox jumps over the lazy dog", 43, out));
    digest_hex(out, 32, hex);
    assert_string_equal(hex, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    assert_int_equal(digest_crc32c(0, "123456789", 9), 0xE3069283u);
    struct buf b = BUF_INIT(100);
    digest_base64(&b, "user:pässword", strlen("user:pässword"), false);
    assert_string_equal(b.data, "dXNlcjpww6Rzc3dvcmQ=");
    struct buf back = BUF_INIT(100);
    assert_true(digest_unbase64(&back, b.data, b.len));
    assert_string_equal(back.data, "user:pässword");
    assert_false(digest_unbase64(&back, "a*b=", 4));
    buf_free(&b);
    buf_free(&back);
}

static void test_files(void **state)
{
    (void)state;
    char dir[] = "/tmp/afterword-test-XXXXXX", path[300], deep[200];
    assert_non_null(mkdtemp(dir));
    snprintf(deep, sizeof deep, "%s/a/b", dir);
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(fs_make_dirs(deep, 0770, &err), AW_OK);
    assert_int_equal(fs_make_dirs(deep, 0770, &err), AW_OK);
    snprintf(path, sizeof path, "%s/f", deep);
    assert_int_equal(fs_write_atomic(path, "hello", 5, 0600, &err), AW_OK);
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(fs_read(path, 5, &text, &len, &err), AW_OK);
    assert_string_equal(text, "hello");
    free(text);
    assert_int_equal(fs_read(path, 4, &text, &len, &err), AW_ELIMIT);
    assert_int_equal(fs_read("/nonexistent/f", 4, &text, &len, &err), AW_ENOTFOUND);
    assert_non_null(strstr(err.text, "No such file"));
    unlink(path);
    rmdir(deep);
    snprintf(deep, sizeof deep, "%s/a", dir);
    rmdir(deep);
    rmdir(dir);
}

static void keep_line(void *user, int level, const char *line)
{
    (void)level;
    snprintf(user, 500, "%s", line);
}

static void test_say_quotes(void **state)
{
    (void)state;
    char line[500] = "";
    struct say s = {keep_line, line, AW_LOG_INFO};
    say(&s, AW_LOG_INFO, "it happened", "a", "plain", "b", "two words", "c", NULL, "d", "\xFF", SAY_END);
    assert_non_null(strstr(line, "level=info msg=\"it happened\" a=plain b=\"two words\" d=\"(not UTF-8)\""));
    line[0] = 0;
    say(&s, AW_LOG_DEBUG, "quiet", SAY_END);
    assert_string_equal(line, "");
}

static void test_error_keeps_to_the_callers_size(void **state)
{
    (void)state;
    aw_error err;
    memset(&err, 'x', sizeof err);
    err.struct_size = offsetof(aw_error, text) + 8;
    error_set(&err, AW_EINVAL, "field", "a long explanation");
    assert_string_equal(err.text, "a long ");
    assert_int_equal(err.text[8], 'x');
}

/* Ids are made for good: the same as libuuid's, and as RFC 9562's own example. */
static void test_uuid5_is_libuuids(void **unused)
{
    (void)unused;
    static char name[3000];
    uuid5 ns;
    memset(name, 'n', sizeof name);
    assert_true(uuid5_parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8", &ns));
    char text[UUID5_TEXT];
    uuid5 id = uuid5_bytes(&ns, "www.example.com", 15);
    uuid5_text(&id, text);
    assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    for (size_t len = 0; len < sizeof name; len += 37) {
        unsigned char theirs[16];
        uuid_generate_sha1(theirs, ns.bytes, name, len);
        id = uuid5_bytes(&ns, name, len);
        assert_memory_equal(id.bytes, theirs, 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuid5_is_libuuids),
        cmocka_unit_test(test_buf_stops_at_its_maximum), cmocka_unit_test(test_json_strings),
        cmocka_unit_test(test_json_reals),
        cmocka_unit_test(test_json_real_digits), cmocka_unit_test(test_mac),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_timestamps), cmocka_unit_test(test_durations_and_offsets),
        cmocka_unit_test(test_uuid5), cmocka_unit_test(test_json), cmocka_unit_test(test_digests),
        cmocka_unit_test(test_files), cmocka_unit_test(test_say_quotes),
        cmocka_unit_test(test_error_keeps_to_the_callers_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
