/*
 * format.h - the bytes of a segment file: its header and its records.
 *
 * docs/log-format.md says the same for people. Everything is little-endian.
 *
 *   0     segment header, 72 bytes, with its own CRC-32C
 *   512   the same header once more, for a damaged first copy
 *   1024  records, each at a multiple of 8
 *
 * A record is a header of 32 bytes and a body padded with zeros to 8. Two
 * checksums, so that a damaged body does not hide where the next record is. The
 * header's checksum is taken over the segment's random salt and the record's
 * own offset too: bytes inside a body, or of another segment, are never taken
 * for a record.
 */
#ifndef LOG_FORMAT_H
#define LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAGIC "AWLOGSEG"
#define FORMAT_VERSION 1u
#define SEGMENT_HEADER_BYTES 72u
#define SEGMENT_COPY_AT 512u
#define SEGMENT_DATA_AT 1024u
#define RECORD_HEADER_BYTES 32u

/* Not data: recovery covered a torn place with it, up to the record after it. */
#define RECORD_FILLER 1u

struct segment_info {
    uint64_t segment;      /* its own number */
    uint64_t first_record; /* number of its first record */
    uint64_t prev_segment; /* the segment it follows; 0: none */
    uint64_t prev_end;     /* where that one ends, whatever lies behind in its file */
    uint64_t salt;
    int64_t created_ms;
};

struct record_info {
    uint32_t len;       /* of the body, without padding */
    uint32_t body_crc;  /* over body and padding */
    uint32_t flags;
    uint64_t record;    /* its number, from 0 */
    uint64_t synced_to; /* offset up to which this segment was durable when it was written */
};

enum segment_state {
    SEGMENT_OK,
    SEGMENT_ONE_COPY, /* readable, but one copy is damaged */
    SEGMENT_DAMAGED,
    SEGMENT_VERSION   /* of a version that this build does not read */
};

static inline uint64_t record_body_bytes(uint64_t len)
{
    return (len + 7u) & ~UINT64_C(7);
}

static inline uint64_t record_bytes(uint64_t len)
{
    return RECORD_HEADER_BYTES + record_body_bytes(len);
}

void segment_encode(const struct segment_info *info, uint8_t out[SEGMENT_DATA_AT]);
/* *bad_at, if not NULL, is the offset of the damaged copy. */
enum segment_state segment_decode(const uint8_t in[SEGMENT_DATA_AT], struct segment_info *out,
                                  uint64_t *bad_at);

void record_encode(const struct record_info *info, uint64_t salt, uint64_t offset,
                   uint8_t out[RECORD_HEADER_BYTES]);
bool record_decode(const uint8_t in[RECORD_HEADER_BYTES], uint64_t salt, uint64_t offset,
                   struct record_info *out);
uint32_t record_body_crc(const void *body, size_t len);

#endif
