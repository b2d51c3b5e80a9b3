/* test_picture.c - pictures without what a camera wrote into them, and what is no picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"

#define SECRET "51.5N 0.1W"

/* ---- building blocks ----------------------------------------------------------------------- */

static void segment(struct buf *b, unsigned marker, const void *data, size_t len)
{
    buf_putc(b, (char)0xff);
    buf_putc(b, (char)marker);
    buf_putc(b, (char)((len + 2) >> 8));
    buf_putc(b, (char)(len + 2));
    buf_append(b, data, len);
}
#define SEGMENT(b, marker, literal) segment((b), (marker), (literal), sizeof(literal) - 1)

#define JFIF "JFIF\0\1\2\0\0\1\0\1"
#define QUANT "\0quantisation"
#define FRAME "\x08\0\x10\0\x10\1\1\x11\0"
#define SCAN "\1\1\0\0\x3f\0"
#define CODED "a\xff\0b\xff\xd0" "c"

/* Exif of both byte orders: orientation among other tags, and where it was taken. */
static void exif(struct buf *b, bool little, unsigned way)
{
    struct buf t = BUF_INIT(1000);
    BUF_LIT(&t, "Exif\0\0");
    if (little) {
        BUF_LIT(&t, "II\x2a\0\x08\0\0\0" "\2\0" "\x0f\1\2\0\4\0\0\0cam\0" "\x12\1\3\0\1\0\0\0");
        buf_putc(&t, (char)way);
        BUF_LIT(&t, "\0\0\0" "\0\0\0\0" SECRET);
    } else {
        BUF_LIT(&t, "MM\0\x2a\0\0\0\x08" "\0\2" "\1\x0f\0\2\0\0\0\4cam\0" "\1\x12\0\3\0\0\0\1\0");
        buf_putc(&t, (char)way);
        BUF_LIT(&t, "\0\0" "\0\0\0\0" SECRET);
    }
    segment(b, 0xe1, t.data, t.len);
    buf_free(&t);
}

static void cleaned(const char *type, const struct buf *in, struct buf *out)
{
    aw_error err = AW_ERROR_INIT;
    buf_init(out, in->len + 64);
    if (picture_clean(type, in->data, in->len, out, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
    assert_null(memmem(out->data, out->len, SECRET, strlen(SECRET)));
    /* What is clean stays as it is, byte for byte. */
    struct buf again = BUF_INIT(out->len + 64);
    assert_int_equal(picture_clean(type, out->data, out->len, &again, &err), AW_OK);
    assert_int_equal(again.len, out->len);
    assert_memory_equal(again.data, out->data, out->len);
    buf_free(&again);
}

static void is(const struct buf *have, const struct buf *want)
{
    assert_int_equal(have->len, want->len);
    assert_memory_equal(have->data, want->data, want->len);
}

static void image(struct buf *b)
{
    SEGMENT(b, 0xdb, QUANT);
    SEGMENT(b, 0xc0, FRAME);
    SEGMENT(b, 0xda, SCAN);
    BUF_LIT(b, CODED);
}

/* ---- JPEG ------------------------------------------------------------------------------------ */

static void test_jpeg_keeps_the_picture_and_nothing_else(void **state)
{
    (void)state;
    struct buf in = BUF_INIT(4000), want = BUF_INIT(4000), out;
    BUF_LIT(&in, "\xff\xd8");
    SEGMENT(&in, 0xe0, JFIF "\1\1" "rgb" SECRET); /* a small picture in it */
    SEGMENT(&in, 0xe0, "JFXX\0" SECRET);
    exif(&in, false, 1);
    SEGMENT(&in, 0xe1, "http://ns.adobe.com/xap/1.0/\0" SECRET);
    SEGMENT(&in, 0xe2, "ICC_PROFILE\0\1\1colours");
    SEGMENT(&in, 0xe2, "MPF\0" SECRET);
    SEGMENT(&in, 0xed, "Photoshop 3.0\0" SECRET);
    SEGMENT(&in, 0xee, "Adobe\0d\0\0\0\0\1");
    SEGMENT(&in, 0xee, "Other" SECRET);
    SEGMENT(&in, 0xfe, "taken at " SECRET);
    SEGMENT(&in, 0xf7, SECRET);
    BUF_LIT(&in, "\xff\xff\xff"); /* filling */
    image(&in);
    SEGMENT(&in, 0xfe, SECRET); /* between two scans */
    SEGMENT(&in, 0xda, SCAN);
    BUF_LIT(&in, CODED "\xff\xd9" "\xff\xd8\xff\xe1 a film of the moment " SECRET);

    BUF_LIT(&want, "\xff\xd8");
    SEGMENT(&want, 0xe0, JFIF "\0\0");
    SEGMENT(&want, 0xe2, "ICC_PROFILE\0\1\1colours");
    SEGMENT(&want, 0xee, "Adobe\0d\0\0\0\0\1");
    image(&want);
    SEGMENT(&want, 0xda, SCAN);
    BUF_LIT(&want, CODED "\xff\xd9");
    cleaned("image/jpeg", &in, &out);
    is(&out, &want);
    buf_free(&out);
    cleaned("IMAGE/JPEG", &in, &out);
    buf_free(&out);
    buf_free(&in);
    buf_free(&want);
}

static void test_jpeg_stays_the_right_way_up(void **state)
{
    (void)state;
    for (int little = 0; little < 2; little++) {
        for (unsigned way = 0; way < 10; way++) {
            struct buf in = BUF_INIT(4000), out;
            BUF_LIT(&in, "\xff\xd8");
            exif(&in, little, way);
            image(&in);
            BUF_LIT(&in, "\xff\xd9");
            cleaned("image/jpeg", &in, &out);
            static const char tag[] = "\1\x12\0\3\0\0\0\1\0";
            const char *kept = memmem(out.data, out.len, tag, sizeof tag - 1);
            if (way >= 2 && way <= 8) {
                assert_non_null(kept);
                assert_int_equal(kept[sizeof tag - 1], way);
            } else {
                assert_null(kept);
            }
            buf_free(&in);
            buf_free(&out);
        }
    }
}

static void test_jpeg_cut_short_shows_what_there_is(void **state)
{
    (void)state;
    struct buf in = BUF_INIT(4000), out;
    BUF_LIT(&in, "\xff\xd8");
    exif(&in, true, 6);
    image(&in);
    cleaned("image/jpeg", &in, &out);
    assert_memory_equal(out.data + out.len - 2, "\xff\xd9", 2);
    buf_free(&in);
    buf_free(&out);
}

/* ---- PNG, WebP ---------------------------------------------------------------------------------- */

static void chunk(struct buf *b, const char *type, const char *data, size_t len)
{
    buf_append(b, (const char[]){0, 0, 0, (char)len}, 4);
    buf_puts(b, type);
    buf_append(b, data, len);
    BUF_LIT(b, "crc!");
}
#define CHUNK(b, type, literal) chunk((b), (type), (literal), sizeof(literal) - 1)

static void test_png(void **state)
{
    (void)state;
    struct buf in = BUF_INIT(4000), want = BUF_INIT(4000), out;
    BUF_LIT(&in, "\x89PNG\r\n\x1a\n");
    BUF_LIT(&want, "\x89PNG\r\n\x1a\n");
    CHUNK(&in, "IHDR", "0123456789abc");
    CHUNK(&want, "IHDR", "0123456789abc");
    CHUNK(&in, "tEXt", "Author\0" SECRET);
    CHUNK(&in, "eXIf", SECRET);
    CHUNK(&in, "zzZz", SECRET); /* nobody knows it */
    CHUNK(&in, "pHYs", "012345678");
    CHUNK(&want, "pHYs", "012345678");
    CHUNK(&in, "IDAT", "picture");
    CHUNK(&want, "IDAT", "picture");
    CHUNK(&in, "tIME", SECRET);
    CHUNK(&in, "IEND", "");
    CHUNK(&want, "IEND", "");
    BUF_LIT(&in, "behind the end: " SECRET);
    cleaned("image/png", &in, &out);
    is(&out, &want);
    buf_free(&in);
    buf_free(&want);
    buf_free(&out);
}

static void riff(struct buf *b, const char *type, const char *data, size_t len)
{
    buf_puts(b, type);
    buf_append(b, (const char[]){(char)len, 0, 0, 0}, 4);
    buf_append(b, data, len);
    if (len & 1)
        buf_putc(b, 0);
}
#define RIFF(b, type, literal) riff((b), (type), (literal), sizeof(literal) - 1)

static void test_webp(void **state)
{
    (void)state;
    struct buf in = BUF_INIT(4000), want = BUF_INIT(4000), out;
    BUF_LIT(&in, "RIFF\x50\0\0\0WEBP");
    RIFF(&in, "VP8X", "\x2c\0\0\0\1\0\0\1\0\0");
    RIFF(&in, "ICCP", "colours");
    RIFF(&in, "VP8 ", "odd");
    RIFF(&in, "EXIF", SECRET);
    RIFF(&in, "XMP ", SECRET "!");
    BUF_LIT(&want, "RIFF\x32\0\0\0WEBP");
    RIFF(&want, "VP8X", "\x20\0\0\0\1\0\0\1\0\0");
    RIFF(&want, "ICCP", "colours");
    RIFF(&want, "VP8 ", "odd");
    cleaned("image/webp", &in, &out);
    is(&out, &want);
    buf_free(&in);
    buf_free(&want);
    buf_free(&out);
}

/* ---- what is no picture ----------------------------------------------------------------------------- */

static void test_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *type, *bytes;
        size_t len;
    } rows[] = {
#define ROW(type, literal) {(type), (literal), sizeof(literal) - 1}
        ROW("image/jpeg", "abc"), ROW("image/jpeg", "\xff\xd8"), ROW("image/jpeg", "\xff\xd8\xff\xd9"),
        ROW("image/jpeg", "\xff\xd8\xff\xe1\xff\xff x"), ROW("image/jpeg", "\xff\xd8\xff\xe1\0\1"),
        ROW("image/jpeg", "\xff\xd8 \xff\xd9"), ROW("image/png", "\x89PNG\r\n\x1a\n"),
        ROW("image/png", "\x89PNG\r\n\x1a\n\0\0\0\xff" "IDATx"), ROW("image/png", "GIF89a"),
        ROW("image/png", "\x89PNG\r\n\x1a\n\xff\xff\xff\xff" "IDAT"), ROW("image/webp", "RIFF\0\0\0\0WEBP"),
        ROW("image/webp", "RIFF\0\0\0\0WEBPVP8 \xff\0\0\0x"), ROW("image/webp", "RIFF"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aw_error err = AW_ERROR_INIT;
        struct buf out = BUF_INIT(1000);
        if (picture_clean(rows[i].type, rows[i].bytes, rows[i].len, &out, &err) != AW_EINVAL)
            fail_msg("row %zu was taken", i);
        assert_non_null(strstr(err.text, "picture that can be read"));
        assert_int_equal(out.len, 0);
        buf_free(&out);
    }
    struct buf out = BUF_INIT(10);
    assert_int_equal(picture_clean("application/pdf", "%PDF-", 5, &out, NULL), AW_OK);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jpeg_keeps_the_picture_and_nothing_else),
        cmocka_unit_test(test_jpeg_stays_the_right_way_up),
        cmocka_unit_test(test_jpeg_cut_short_shows_what_there_is),
        cmocka_unit_test(test_png),
        cmocka_unit_test(test_webp),
        cmocka_unit_test(test_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
