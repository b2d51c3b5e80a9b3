/* record.c - a record of the statement log. */
#include "record.h"

#include <string.h>

#include "error.h"

#define FIXED 22

void record_header(struct buf *out, const struct record *r)
{
    const uint8_t head[4] = {RECORD_VERSION, r->type, r->verb, r->flags};
    const uint8_t length[2] = {(uint8_t)(r->course_len & 255), (uint8_t)(r->course_len >> 8)};
    buf_append(out, head, 4);
    buf_append(out, r->id.bytes, 16);
    buf_append(out, length, 2);
    buf_append(out, r->course, r->course_len);
}

int record_read(const void *bytes, size_t len, struct record *out, aw_error *err)
{
    const uint8_t *p = bytes;
    if (len < FIXED || p[0] != RECORD_VERSION)
        return error_set(err, AW_EVERSION, "statement log",
                         "a record of version %d; this build reads %d", len ? p[0] : 0,
                         RECORD_VERSION);
    size_t course_len = (size_t)(p[20] | p[21] << 8);
    if (len < FIXED + course_len)
        return error_set(err, AW_ECORRUPT, "statement log", "a record is shorter than it says");
    out->type = p[1];
    out->verb = p[2];
    out->flags = p[3];
    memcpy(out->id.bytes, p + 4, 16);
    out->course = (const char *)p + FIXED;
    out->course_len = course_len;
    out->json = (const char *)p + FIXED + course_len;
    out->json_len = len - FIXED - course_len;
    return AW_OK;
}
