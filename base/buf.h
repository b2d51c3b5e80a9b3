/*
 * buf.h - a growing byte buffer that is born with a maximum.
 *
 * Appending never returns an error; a buffer that could not grow (out of
 * memory, over its maximum, invalid UTF-8 where text was wanted) remembers it
 * in `error` and ignores what follows, so that a writer checks once at its end.
 * data is always NUL-terminated when error is AW_OK and anything was written.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t len, cap, max;
    int error; /* AW_OK, AW_ENOMEM, AW_ELIMIT or AW_EUTF8 */
};

#define BUF_INIT(max_bytes) {NULL, 0, 0, (max_bytes), AW_OK}

/* Over an array, which it never leaves: no allocation, no buf_free(). What does not fit: AW_ELIMIT. */
#define BUF_ON(array) {(array), 0, sizeof(array), sizeof(array) - 1, AW_OK}

void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);                    /* NULL and zeroed accepted; may be used again */
void buf_reset(struct buf *b);                   /* len 0, error cleared, memory kept */
bool buf_reserve(struct buf *b, size_t more);    /* room for `more` bytes and a NUL */
void buf_append(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);  /* NULL appends nothing */
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_i64(struct buf *b, int64_t value);      /* decimal */
/* A JSON number that reads back as the same double in as few digits as that
 * takes (0.785, not 0.78500000000000003). NaN and infinities set AW_EINVAL. */
void buf_json_real(struct buf *b, double value);
/* A JSON string with quotes, escaped; UTF-8 checked, U+0000 refused. */
void buf_json_string(struct buf *b, const char *text, size_t len);
void buf_json_str(struct buf *b, const char *text); /* NUL-terminated; NULL writes null */
/* Gives the bytes away; the caller frees them with free(). NULL on error. */
char *buf_take(struct buf *b, size_t *out_len);
/* The error of a finished buffer as an aw_error. */
int buf_error(const struct buf *b, const char *where, aw_error *err);

#define BUF_LIT(b, literal) buf_append((b), (literal), sizeof(literal) - 1)

#endif
