/* test_seal.c - sealed texts: stable, unreadable, and nobody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "seal.h"

static const uint8_t key[32] = "0123456789abcdef0123456789abcde";
static const uint8_t other[32] = "0123456789abcdef0123456789abcdf";

static char *sealed(const char *purpose, const char *text)
{
    struct buf b = BUF_INIT(4096);
    assert_int_equal(seal_text(key, purpose, text, strlen(text), &b, NULL), AW_OK);
    return buf_take(&b, NULL);
}

static bool opens(const uint8_t k[32], const char *purpose, const char *token, const char *text)
{
    struct buf b = BUF_INIT(4096);
    bool ok = seal_open(k, purpose, token, strlen(token), &b);
    if (ok)
        assert_string_equal(b.data, text);
    buf_free(&b);
    return ok;
}

static void test_round_trip(void **state)
{
    (void)state;
    char *a = sealed("discuss", "d-1\x1fu-1"), *again = sealed("discuss", "d-1\x1fu-1");
    char *b = sealed("discuss", "d-1\x1fu-2");
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    assert_null(strstr(a, "u-1"));
    assert_true(opens(key, "discuss", a, "d-1\x1fu-1"));
    assert_true(opens(key, "discuss", b, "d-1\x1fu-2"));
    assert_false(opens(key, "anonymous", a, ""));
    assert_false(opens(other, "discuss", a, ""));
    free(a);
    free(again);
    free(b);
}

static void test_every_changed_character_is_noticed(void **state)
{
    (void)state;
    char *a = sealed("discuss", "d-1\x1fu-1");
    size_t len = strlen(a);
    for (size_t i = 0; i + 1 < len; i++) { /* the last may hold unused bits */
        char was = a[i];
        a[i] = was == 'A' ? 'B' : 'A';
        assert_false(opens(key, "discuss", a, ""));
        a[i] = was;
    }
    for (size_t i = 0; i + 1 < len; i++) {
        struct buf b = BUF_INIT(4096);
        assert_false(seal_open(key, "discuss", a, i, &b));
        buf_free(&b);
    }
    free(a);
}

static void test_limits(void **state)
{
    (void)state;
    static char text[SEAL_TEXT_BYTES + 1], token[8192];
    struct buf b = BUF_INIT(8192);
    memset(text, 'x', sizeof text);
    memset(token, 'A', sizeof token);
    assert_int_equal(seal_text(key, "p", text, SEAL_TEXT_BYTES, &b, NULL), AW_OK);
    buf_reset(&b);
    assert_int_equal(seal_text(key, "p", text, SEAL_TEXT_BYTES + 1, &b, NULL), AW_ELIMIT);
    assert_int_equal(seal_text(key, "p", text, 0, &b, NULL), AW_ELIMIT);
    assert_false(seal_open(key, "p", token, sizeof token, &b));
    assert_false(seal_open(key, "p", "", 0, &b));
    assert_false(seal_open(key, "p", "not base64!", 11, &b));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_changed_character_is_noticed),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
