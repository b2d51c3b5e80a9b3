/* format.c - segment and record headers to bytes and back. Pure; see format.h. */
#include "format.h"

#include "digest.h"

#include <endian.h>
#include <string.h>

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static uint8_t *put64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static void encode_copy(const struct segment_info *info, uint8_t *out)
{
    memcpy(out, FORMAT_MAGIC, 8);
    uint8_t *at = put32(out + 8, FORMAT_VERSION);
    at = put32(at, SEGMENT_HEADER_BYTES);
    at = put64(at, info->segment);
    at = put64(at, info->first_record);
    at = put64(at, info->prev_segment);
    at = put64(at, info->prev_end);
    at = put64(at, info->salt);
    at = put64(at, (uint64_t)info->created_ms);
    at = put32(at, 0);
    put32(at, digest_crc32c(0, out, SEGMENT_HEADER_BYTES - 4));
}

static enum segment_state decode_copy(const uint8_t *in, struct segment_info *out)
{
    if (memcmp(in, FORMAT_MAGIC, 8) != 0 ||
        digest_crc32c(0, in, SEGMENT_HEADER_BYTES - 4) != get32(in + SEGMENT_HEADER_BYTES - 4))
        return SEGMENT_DAMAGED;
    if (get32(in + 8) != FORMAT_VERSION || get32(in + 12) != SEGMENT_HEADER_BYTES)
        return SEGMENT_VERSION;
    *out = (struct segment_info){.segment = get64(in + 16),
                                 .first_record = get64(in + 24),
                                 .prev_segment = get64(in + 32),
                                 .prev_end = get64(in + 40),
                                 .salt = get64(in + 48),
                                 .created_ms = (int64_t)get64(in + 56)};
    return SEGMENT_OK;
}

void segment_encode(const struct segment_info *info, uint8_t out[SEGMENT_DATA_AT])
{
    memset(out, 0, SEGMENT_DATA_AT);
    encode_copy(info, out);
    memcpy(out + SEGMENT_COPY_AT, out, SEGMENT_HEADER_BYTES);
}

/* The first byte between the header copies that is not zero; 0: none. */
static uint64_t dirty_gap(const uint8_t *in)
{
    for (size_t i = SEGMENT_HEADER_BYTES; i < SEGMENT_DATA_AT; i++) {
        if (i == SEGMENT_COPY_AT)
            i += SEGMENT_HEADER_BYTES;
        if (in[i] != 0)
            return i;
    }
    return 0;
}

enum segment_state segment_decode(const uint8_t in[SEGMENT_DATA_AT], struct segment_info *out,
                                  uint64_t *bad_at)
{
    struct segment_info first = {0}, second = {0};
    enum segment_state a = decode_copy(in, &first), b = decode_copy(in + SEGMENT_COPY_AT, &second);
    bool differ = memcmp(in, in + SEGMENT_COPY_AT, SEGMENT_HEADER_BYTES) != 0; /* each of them sound */
    uint64_t bad = a != SEGMENT_OK ? 0 : b != SEGMENT_OK || differ ? SEGMENT_COPY_AT : dirty_gap(in);
    if (bad_at)
        *bad_at = bad;
    if (a == SEGMENT_VERSION || (a == SEGMENT_DAMAGED && b == SEGMENT_VERSION))
        return SEGMENT_VERSION;
    if (a != SEGMENT_OK && b != SEGMENT_OK)
        return SEGMENT_DAMAGED;
    *out = a == SEGMENT_OK ? first : second;
    return a == SEGMENT_OK && b == SEGMENT_OK && bad == 0 ? SEGMENT_OK : SEGMENT_ONE_COPY;
}

/* crc, len, record, body crc, flags, synced_to; the crc covers salt and offset too. */
static uint32_t header_crc(const uint8_t *header, uint64_t salt, uint64_t offset)
{
    uint8_t seed[16];
    put64(put64(seed, salt), offset);
    return digest_crc32c(digest_crc32c(0, seed, sizeof seed), header + 4, RECORD_HEADER_BYTES - 4);
}

void record_encode(const struct record_info *info, uint64_t salt, uint64_t offset,
                   uint8_t out[RECORD_HEADER_BYTES])
{
    uint8_t *at = put32(out + 4, info->len);
    at = put64(at, info->record);
    at = put32(at, info->body_crc);
    at = put32(at, info->flags);
    put64(at, info->synced_to);
    put32(out, header_crc(out, salt, offset));
}

bool record_decode(const uint8_t in[RECORD_HEADER_BYTES], uint64_t salt, uint64_t offset,
                   struct record_info *out)
{
    if (get32(in) != header_crc(in, salt, offset))
        return false;
    *out = (struct record_info){.len = get32(in + 4),
                                .record = get64(in + 8),
                                .body_crc = get32(in + 16),
                                .flags = get32(in + 20),
                                .synced_to = get64(in + 24)};
    return true;
}

uint32_t record_body_crc(const void *body, size_t len)
{
    static const uint8_t zeros[8];
    uint32_t crc = digest_crc32c(0, body, len);
    return digest_crc32c(crc, zeros, (size_t)(record_body_bytes(len) - len));
}
