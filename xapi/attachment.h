/*
 * attachment.h - a statement with its files as one multipart/mixed body (xAPI part 3, 1.5.2).
 *
 * The files lie in a directory, each named by the SHA-256 that the statement
 * gives as sha2; their bytes are mapped, not copied, and checked before they
 * are sent.
 */
#ifndef XAPI_ATTACHMENT_H
#define XAPI_ATTACHMENT_H

#include <afterword/afterword.h>
#include <stddef.h>

#include "buf.h"
#include "http.h"

#define ATTACHMENT_MAX_FILES 16

struct attachment_file {
    void *bytes;
    size_t len;
};

struct attachment_body {
    struct http_span spans[4 + 3 * ATTACHMENT_MAX_FILES];
    size_t span_count;
    char content_type[128];   /* the header: "Content-Type: multipart/mixed; boundary=..." */
    struct buf heads[ATTACHMENT_MAX_FILES + 2];
    size_t head_count;
    struct attachment_file files[ATTACHMENT_MAX_FILES];
    size_t file_count;
};

/* Errors, all for good: AW_ENOTFOUND a file is missing, AW_ECORRUPT it is not what the
 * statement says, AW_ELIMIT too large or too many, AW_EJSON. Passing: AW_ENOMEM, AW_EFILES. */
int attachment_open(const char *statement, size_t len, const char *dir, size_t max_bytes,
                    struct attachment_body *out, aw_error *err);
void attachment_close(struct attachment_body *b);

/* The boundary: derived from the statement's bytes, so that a repeated request is the same. */

#endif
