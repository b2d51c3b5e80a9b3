/* buf.c - a growing byte buffer that is born with a maximum. */
#include "buf.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "utf8.h"

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf)BUF_INIT(max_bytes);
}

void buf_free(struct buf *b)
{
    if (!b)
        return;
    free(b->data);
    *b = (struct buf)BUF_INIT(b->max);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->error = AW_OK;
    if (b->data)
        b->data[0] = 0;
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->error)
        return false;
    if (b->cap - b->len > more) /* one byte stays for the NUL */
        return true;
    if (more > b->max || b->len > b->max - more) {
        b->error = AW_ELIMIT;
        return false;
    }
    size_t cap = b->cap ? b->cap : 256;
    while (cap - b->len <= more)
        cap *= 2;
    if (cap > b->max + 1)
        cap = b->max + 1;
    char *grown = realloc(b->data, cap);
    if (!grown) {
        b->error = AW_ENOMEM;
        return false;
    }
    b->data = grown;
    b->cap = cap;
    return true;
}

void buf_append(struct buf *b, const void *bytes, size_t len)
{
    if (!buf_reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = 0;
}

void buf_puts(struct buf *b, const char *text)
{
    if (text)
        buf_append(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
    buf_append(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char small[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (n < 0) {
        b->error = b->error ? b->error : AW_EINTERNAL;
        return;
    }
    if ((size_t)n < sizeof small) {
        buf_append(b, small, (size_t)n);
        return;
    }
    if (!buf_reserve(b, (size_t)n))
        return;
    va_start(args, fmt);
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_i64(struct buf *b, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (value < 0)
        digits[--at] = '-';
    buf_append(b, digits + at, sizeof digits - at);
}

/* Up to four decimals, which is what scores have: if n / 10000 is this very double, then the
 * digits of n are its shortest text. */
static bool put_short_decimal(struct buf *b, double value)
{
    double scaled = value * 10000;
    if (!(scaled > -1e12 && scaled < 1e12))
        return false;
    int64_t n = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    if ((double)n / 10000 != value)
        return false;
    char text[24];
    size_t at = sizeof text;
    uint64_t u = n < 0 ? (uint64_t)-n : (uint64_t)n;
    int decimals = 4;
    for (; decimals > 0 && u % 10 == 0; decimals--)
        u /= 10;
    for (int i = 0; i < decimals || u > 0 || i == decimals; i++) {
        if (i == decimals && decimals > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + u % 10);
        u /= 10;
    }
    if (n < 0)
        text[--at] = '-';
    buf_append(b, text + at, sizeof text - at);
    return true;
}

void buf_json_real(struct buf *b, double value)
{
    char text[40];
    if (!isfinite(value)) {
        b->error = b->error ? b->error : AW_EINVAL;
        return;
    }
    if (put_short_decimal(b, value))
        return;
    if (fabs(value) < 1e15 && value == floor(value)) {
        buf_i64(b, (int64_t)value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    /* A host may have set a locale with another decimal point, even one of several bytes. */
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool plain = strchr("0123456789+-eE.", *from) != NULL;
        if (plain || to == text || to[-1] != '.')
            *to++ = plain ? *from : '.';
    }
    buf_append(b, text, (size_t)(to - text));
}

/* What a byte below 0x80 becomes inside a JSON string: 0 = itself, 'u' = \u00XX, else \c. */
static const char escapes[128] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\',
    [1] = 'u',  [2] = 'u',  [3] = 'u',  [4] = 'u',  [5] = 'u',  [6] = 'u',  [7] = 'u',  [11] = 'u',
    [14] = 'u', [15] = 'u', [16] = 'u', [17] = 'u', [18] = 'u', [19] = 'u', [20] = 'u', [21] = 'u',
    [22] = 'u', [23] = 'u', [24] = 'u', [25] = 'u', [26] = 'u', [27] = 'u', [28] = 'u', [29] = 'u',
    [30] = 'u', [31] = 'u', [127] = 'u',
};

static void escape(struct buf *b, unsigned char c)
{
    if (escapes[c] == 'u') {
        buf_printf(b, "\\u%04x", c);
    } else {
        char pair[2] = {'\\', escapes[c]};
        buf_append(b, pair, 2);
    }
}

/* Of eight bytes: is any below 0x20, above 0x7e, a quote or a backslash? */
static bool special8(const char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\', del = x ^ ones * 0x7f;
    return ((x | (x - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones)) & high) != 0;
}

/* ASCII with nothing to escape, as most texts are. */
static bool plain(const char *p, size_t len)
{
    for (; len >= 8; p += 8, len -= 8)
        if (special8(p))
            return false;
    for (; len > 0; len--, p++)
        if ((unsigned char)(*p - 0x20) > 0x7e - 0x20 || *p == '"' || *p == '\\')
            return false;
    return true;
}

void buf_json_string(struct buf *b, const char *text, size_t len)
{
    if (plain(text, len)) {
        if (!buf_reserve(b, len + 2))
            return;
        char *p = b->data + b->len;
        *p = '"';
        memcpy(p + 1, text, len);
        memcpy(p + 1 + len, "\"", 2);
        b->len += len + 2;
        return;
    }
    if (!utf8_valid(text, len, NULL)) {
        b->error = b->error ? b->error : AW_EUTF8;
        return;
    }
    if (!buf_reserve(b, len + 2))
        return;
    buf_putc(b, '"');
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 128 || !escapes[c])
            continue;
        buf_append(b, text + start, i - start);
        escape(b, c);
        start = i + 1;
    }
    buf_append(b, text + start, len - start);
    buf_putc(b, '"');
}

void buf_json_str(struct buf *b, const char *text)
{
    if (text)
        buf_json_string(b, text, strlen(text));
    else
        BUF_LIT(b, "null");
}

char *buf_take(struct buf *b, size_t *out_len)
{
    if (b->error || !buf_reserve(b, 0))
        return NULL;
    char *data = b->data;
    data[b->len] = 0;
    if (out_len)
        *out_len = b->len;
    *b = (struct buf)BUF_INIT(b->max);
    return data;
}

int buf_error(const struct buf *b, const char *where, aw_error *err)
{
    switch (b->error) {
    case AW_OK:
        return AW_OK;
    case AW_ELIMIT:
        return error_set(err, AW_ELIMIT, where, "longer than the limit of %zu bytes", b->max);
    case AW_EUTF8:
        return error_set(err, AW_EUTF8, where,
                         "not valid UTF-8, or holds U+0000; send text as UTF-8");
    case AW_ENOMEM:
        return error_nomem(err, where);
    default:
        return error_set(err, b->error, where, "cannot be written as JSON");
    }
}
