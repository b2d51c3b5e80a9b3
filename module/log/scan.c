/* scan.c - walking over the records of one segment file. See scan.h. */
#include "scan.h"

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_BYTES (256u << 10)

void scan_start(struct scan *s, int fd, uint64_t salt)
{
    s->fd = fd;
    s->salt = salt;
    s->window_len = 0;
}

void scan_forget(struct scan *s)
{
    s->window_len = 0;
}

void scan_free(struct scan *s)
{
    free(s->window);
    *s = (struct scan){.fd = -1};
}

/* Bytes [offset, offset + len), len > 0, all below limit. NULL and *kind on failure. */
static const uint8_t *need(struct scan *s, uint64_t offset, uint64_t len, uint64_t limit,
                           struct scan_found *found)
{
    if (offset >= s->window_at && offset + len <= s->window_at + s->window_len)
        return s->window + (offset - s->window_at);
    size_t want = len > WINDOW_BYTES ? (size_t)len : WINDOW_BYTES;
    if (s->capacity < want) {
        uint8_t *more = realloc(s->window, want);
        if (!more) {
            found->kind = SCAN_NOMEM;
            return NULL;
        }
        s->window = more;
        s->capacity = want;
    }
    if (want > limit - offset)
        want = (size_t)(limit - offset);
    ssize_t n = read_at(s->fd, s->window, want, offset);
    s->window_at = offset;
    s->window_len = n > 0 ? (size_t)n : 0;
    if (n < 0) {
        found->kind = SCAN_ERRNO;
        found->errno_value = errno;
        return NULL;
    }
    if ((uint64_t)n < len) {
        /* The file is shorter than its records were: they are lost. */
        found->kind = SCAN_END;
        return NULL;
    }
    return s->window;
}

/* A whole record at offset? The body is left for the caller to check. */
static bool header_at(struct scan *s, uint64_t offset, uint64_t limit, struct record_info *out,
                      struct scan_found *found)
{
    if (offset + RECORD_HEADER_BYTES > limit)
        return false;
    const uint8_t *at = need(s, offset, RECORD_HEADER_BYTES, limit, found);
    if (!at)
        return false;
    uint64_t first;
    memcpy(&first, at, sizeof first);
    return first != 0 && record_decode(at, s->salt, offset, out) &&
           record_bytes(out->len) <= limit - offset;
}

static const uint8_t *body_at(struct scan *s, uint64_t offset, uint64_t limit,
                              const struct record_info *info, struct scan_found *found)
{
    const uint8_t *at = need(s, offset, record_bytes(info->len), limit, found);
    if (!at)
        return NULL;
    at += RECORD_HEADER_BYTES;
    /* Padding is part of what the checksum covers: it must be the zeros that were written. */
    if (record_body_crc(at, info->len) != info->body_crc)
        return NULL;
    for (uint64_t i = info->len; i < record_body_bytes(info->len); i++) {
        if (at[i] != 0)
            return NULL;
    }
    return at;
}

static bool broken(const struct scan_found *found)
{
    return found->kind == SCAN_ERRNO || found->kind == SCAN_NOMEM;
}

/* Looks behind a damaged header for the next record whose header and body hold. */
static struct scan_found find_again(struct scan *s, uint64_t offset, uint64_t record, uint64_t limit)
{
    struct scan_found found = {.kind = SCAN_DAMAGE, .next = offset, .next_record = record};
    for (uint64_t at = offset + 8; at + RECORD_HEADER_BYTES <= limit; at += 8) {
        struct record_info info;
        if (header_at(s, at, limit, &info, &found) && info.record >= record &&
            (info.flags & RECORD_FILLER || body_at(s, at, limit, &info, &found))) {
            found.next = at;
            found.next_record = info.record;
            found.kind = SCAN_DAMAGE;
            return found;
        }
        if (broken(&found))
            return found;
        if (found.kind == SCAN_END)
            break;
    }
    found.kind = SCAN_END;
    return found;
}

struct scan_found scan_next(struct scan *s, uint64_t offset, uint64_t record, uint64_t limit)
{
    struct scan_found found = {.kind = SCAN_DAMAGE, .next = offset, .next_record = record};
    struct record_info info;
    if (!header_at(s, offset, limit, &info, &found))
        return broken(&found) ? found : find_again(s, offset, record, limit);
    found.next = offset + record_bytes(info.len);
    found.next_record = info.record + 1;
    found.info = info;
    if (info.flags & RECORD_FILLER) {
        found.kind = SCAN_FILLER;
        return found;
    }
    found.body = body_at(s, offset, limit, &info, &found);
    if (found.body)
        found.kind = SCAN_RECORD;
    else if (!broken(&found))
        found.kind = SCAN_DAMAGE;
    return found;
}
