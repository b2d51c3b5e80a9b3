/*
 * picture.c - JPEG, PNG and WebP without metadata. Pure: bytes in, bytes out.
 *
 * What is kept is listed, and all else goes; so a block that nobody here has heard of
 * cannot carry a position. Nothing is decoded: the image's own bytes stay as they are.
 */
#include "picture.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "error.h"

struct reading {
    const uint8_t *at;
    size_t left;
    struct buf *out;
};

static bool begins(const uint8_t *bytes, size_t len, const char *with, size_t with_len)
{
    return len >= with_len && memcmp(bytes, with, with_len) == 0;
}
#define BEGINS(bytes, len, literal) begins((bytes), (len), (literal), sizeof(literal) - 1)

static uint32_t number(const uint8_t *p, size_t bytes, bool little)
{
    uint32_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | p[little ? bytes - 1 - i : i];
    return n;
}

/* Takes n bytes; NULL: there are not so many. */
static const uint8_t *take(struct reading *r, size_t n)
{
    const uint8_t *p = r->at;
    if (n > r->left)
        return NULL;
    r->at += n;
    r->left -= n;
    return p;
}

/* ---- JPEG (ITU T.81, annex B) --------------------------------------------------------------- */

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP14 = 0xee, APP15 = 0xef,
       COM = 0xfe };

/* Which way is up, 1 to 8 (Exif 2.3, tag 0x0112); 1 where it does not say. */
static unsigned orientation(const uint8_t *exif, size_t len)
{
    const uint8_t *tiff = exif + 6;
    if (!BEGINS(exif, len, "Exif\0\0") || len < 6 + 8 || (tiff[0] != 'I' && tiff[0] != 'M'))
        return 1;
    bool little = tiff[0] == 'I';
    size_t size = len - 6, at = number(tiff + 4, 4, little);
    if (at > size || size - at < 2)
        return 1;
    size_t count = number(tiff + at, 2, little);
    for (at += 2; count-- > 0 && at <= size && size - at >= 12; at += 12)
        if (number(tiff + at, 2, little) == 0x0112) {
            uint32_t way = number(tiff + at + 8, 2, little);
            return way >= 1 && way <= 8 ? way : 1;
        }
    return 1;
}

static void put_orientation(struct buf *out, unsigned way)
{
    static const char exif[] = "\xff\xe1\0\x22" "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\x01"
                               "\x01\x12\0\x03\0\0\0\x01\0";
    BUF_LIT(out, exif);
    buf_putc(out, (char)way);
    BUF_LIT(out, "\0\0" "\0\0\0\0");
}

static bool jpeg_keeps(unsigned marker, const uint8_t *data, size_t len)
{
    if (marker == APP2)
        return BEGINS(data, len, "ICC_PROFILE\0");
    if (marker == APP14)
        return BEGINS(data, len, "Adobe");
    return !(marker >= APP0 && marker <= APP15) && marker < 0xf0;
}

/* A segment: its length counts itself. */
static bool jpeg_segment(struct reading *r, unsigned marker, bool *up)
{
    const uint8_t *length = take(r, 2);
    size_t len = length ? number(length, 2, false) : 0;
    const uint8_t *data = len >= 2 ? take(r, len - 2) : NULL;
    if (!data)
        return false;
    unsigned way = marker == APP1 && !*up ? orientation(data, len - 2) : 1;
    if (way != 1) {
        put_orientation(r->out, way);
        *up = true;
    }
    if (marker == APP0 && BEGINS(data, len - 2, "JFIF\0") && len >= 16) { /* without its small picture */
        BUF_LIT(r->out, "\xff\xe0\0\x10");
        buf_append(r->out, data, 12);
        BUF_LIT(r->out, "\0\0");
    } else if (jpeg_keeps(marker, data, len - 2)) {
        buf_putc(r->out, (char)0xff);
        buf_putc(r->out, (char)marker);
        buf_append(r->out, length, len);
    }
    return true;
}

/* The coded image up to the next marker: 0xff is followed by 0, or by a restart. */
static void jpeg_scan(struct reading *r)
{
    size_t n = 0;
    while (n + 1 < r->left && !(r->at[n] == 0xff && r->at[n + 1] != 0 && r->at[n + 1] != 0xff &&
                                !(r->at[n + 1] >= 0xd0 && r->at[n + 1] <= 0xd7)))
        n++;
    if (n + 1 >= r->left)
        n = r->left;
    buf_append(r->out, r->at, n);
    take(r, n);
}

static bool jpeg(struct reading *r)
{
    const uint8_t *start = take(r, 2), *p;
    bool up = false, scanned = false;
    if (!start || start[0] != 0xff || start[1] != SOI)
        return false;
    buf_append(r->out, start, 2);
    while ((p = take(r, 1))) {
        if (*p != 0xff)
            return false;
        while ((p = take(r, 1)) && *p == 0xff) /* may be filled up with these */
            ;
        if (!p || *p == EOI)
            break;
        unsigned marker = *p;
        /* These belong into a scan: what goes out behind one would be read as its data. */
        if (marker == 0 || (marker >= 0xd0 && marker <= SOI))
            return false;
        if (!jpeg_segment(r, marker, &up))
            return false;
        if (marker == SOS) {
            jpeg_scan(r);
            scanned = true;
        }
    }
    BUF_LIT(r->out, "\xff\xd9"); /* also where the file was cut short: browsers show the part there is */
    return scanned;
}

/* ---- PNG (ISO 15948) -------------------------------------------------------------------------- */

static bool png_keeps(const uint8_t *type)
{
    static const char kept[][5] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP",
                                   "sBIT", "bKGD", "pHYs", "cICP", "acTL", "fcTL", "fdAT"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (memcmp(kept[i], type, 4) == 0)
            return true;
    return false;
}

static bool png(struct reading *r)
{
    const uint8_t *p = take(r, 8);
    if (!p || !BEGINS(p, 8, "\x89PNG\r\n\x1a\n"))
        return false;
    buf_append(r->out, p, 8);
    while ((p = take(r, 8))) {
        size_t len = number(p, 4, false);
        if (len > INT32_MAX || !take(r, len + 4)) /* the data and its checksum */
            return false;
        if (png_keeps(p + 4))
            buf_append(r->out, p, 8 + len + 4);
        if (BEGINS(p + 4, 4, "IEND"))
            return true;
    }
    return false;
}

/* ---- WebP (RIFF) -------------------------------------------------------------------------------- */

static bool webp_keeps(const uint8_t *type)
{
    static const char kept[][5] = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (memcmp(kept[i], type, 4) == 0)
            return true;
    return false;
}

static bool webp(struct reading *r)
{
    const uint8_t *p = take(r, 12);
    size_t pictures = 0;
    if (!p || !BEGINS(p, 4, "RIFF") || !BEGINS(p + 8, 4, "WEBP"))
        return false;
    buf_append(r->out, p, 12);
    while ((p = take(r, 8))) {
        size_t len = number(p + 4, 4, true), padded = len + (len & 1), at = r->out->len;
        if (len > INT32_MAX || !take(r, padded))
            return false;
        if (!webp_keeps(p))
            continue;
        pictures += p[3] != 'X';
        buf_append(r->out, p, 8 + padded);
        if (BEGINS(p, 4, "VP8X") && len > 0 && !r->out->error)
            r->out->data[at + 8] = (char)(p[8] & ~0x0c); /* neither Exif nor XMP follows */
    }
    for (size_t i = 0; i < 4 && !r->out->error; i++)
        r->out->data[4 + i] = (char)((r->out->len - 8) >> (8 * i));
    return r->left == 0 && pictures > 0;
}

/* ---- by type -------------------------------------------------------------------------------------- */

int picture_clean(const char *content_type, const void *bytes, size_t len, struct buf *out, aw_error *err)
{
    static const struct {
        const char *type, *name;
        bool (*clean)(struct reading *r);
    } kinds[] = {{"image/jpeg", "JPEG", jpeg}, {"image/png", "PNG", png}, {"image/webp", "WebP", webp}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct reading r = {bytes, len, out};
        if (strcasecmp(kinds[i].type, content_type) != 0)
            continue;
        if (kinds[i].clean(&r))
            return buf_error(out, "attachment", err);
        buf_reset(out);
        return error_set(err, AW_EINVAL, "attachment",
                         "is not a %s picture that can be read; save it anew, or take another", kinds[i].name);
    }
    return AW_OK;
}
