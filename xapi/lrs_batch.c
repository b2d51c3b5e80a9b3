/* lrs_batch.c - which statements go into the next request. */
#include "lrs_batch.h"

#include <string.h>

size_t batch_wanted(const struct xapi_lrs *lrs, size_t n)
{
    size_t wanted = lrs->max_statements;
    if (lrs->suspect > 0)
        wanted = lrs->suspect > 1 ? (lrs->suspect + 1) / 2 : 1;
    if (lrs->again > 0)
        wanted = lrs->again;
    if (lrs->report.health == XAPI_STOPPED)
        wanted = 1; /* a probe */
    return wanted < n ? wanted : n;
}

static size_t slot_of(const struct xapi_lrs *lrs, const uuid5 *id)
{
    uint64_t h;
    memcpy(&h, id->bytes + 8, sizeof h); /* UUIDv5: a digest already */
    return (size_t)((h * 0x9E3779B97F4A7C15u) >> 20) & (lrs->seen_size - 1);
}

/* The index of an earlier one with this id, or `none`, remembering it. */
static size_t earlier(struct xapi_lrs *lrs, const struct xapi_outgoing *statements, size_t at,
                      size_t none)
{
    size_t slot = slot_of(lrs, &statements[at].id);
    while (lrs->seen[slot]) {
        size_t other = lrs->seen[slot] - 1;
        if (uuid5_equal(&statements[other].id, &statements[at].id))
            return other;
        slot = (slot + 1) & (lrs->seen_size - 1);
    }
    lrs->seen[slot] = (uint32_t)(at + 1);
    return none;
}

static bool same_bytes(const struct xapi_outgoing *a, const struct xapi_outgoing *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

void batch_build(struct xapi_lrs *lrs, const struct xapi_outgoing *statements, size_t n,
                 size_t from, size_t wanted, struct batch *out)
{
    static const struct http_span open = {"[", 1}, comma = {",", 1}, close = {"]", 1};
    struct batch b = {.from = from, .bytes = 2};
    memset(lrs->seen, 0, lrs->seen_size * sizeof *lrs->seen);
    for (size_t i = from; i < n && b.count < wanted; i++, b.count++) {
        const struct xapi_outgoing *s = &statements[i];
        if (b.count > 0 && (s->with_files || b.bytes + s->len + 1 > lrs->max_bytes))
            break;
        size_t twin = earlier(lrs, statements, i, n);
        if (twin < n && same_bytes(s, &statements[twin]))
            continue;
        if (twin < n)
            break; /* alone it will get the 409 that it deserves */
        lrs->spans[b.spans] = b.spans ? comma : open;
        lrs->spans[b.spans + 1] = (struct http_span){s->bytes, s->len};
        b.spans += 2;
        b.bytes += s->len + 1;
        if (s->with_files) {
            b.count = 1;
            b.spans = 0;
            *out = b;
            return;
        }
    }
    lrs->spans[b.spans++] = close;
    *out = b;
}
