/*
 * event_codec.c - the binary record of an event, and back.
 *
 *   record    = version (1 byte, 1), kind (1 byte), field*
 *   field     = tag (1 byte), length (varint), bytes
 *   integers  = zigzag varint; reals = 8 bytes, little endian IEEE 754
 *   attribute = tag 60: name, NUL, value
 *   attachment = tag 61: sha2, NUL, content type, NUL, title, NUL, length in decimal
 *
 * Unknown tags are skipped, so that an older worker reads what a newer host
 * wrote; a known tag keeps its meaning for ever.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "event.h"
#include "event_fields.h"
#include "limit.h"

#define RECORD_VERSION 1

/* ---- writing ------------------------------------------------------------ */

static void put_varint(struct buf *out, uint64_t v)
{
    unsigned char bytes[10];
    size_t n = 0;
    do {
        bytes[n] = (unsigned char)(v & 127);
        v >>= 7;
        if (v)
            bytes[n] |= 128;
        n++;
    } while (v);
    buf_append(out, bytes, n);
}

static void put_bytes(struct buf *out, uint8_t tag, const void *bytes, size_t len)
{
    buf_putc(out, (char)tag);
    put_varint(out, len);
    buf_append(out, bytes, len);
}

static void put_integer(struct buf *out, uint8_t tag, int64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    uint64_t v = (uint64_t)value << 1 ^ (value < 0 ? ~UINT64_C(0) : 0); /* zigzag */
    do {
        bytes[n] = (unsigned char)(v & 127);
        v >>= 7;
        if (v)
            bytes[n] |= 128;
        n++;
    } while (v);
    put_bytes(out, tag, bytes, n);
}

static void put_real(struct buf *out, uint8_t tag, double value)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &value, 8);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
    put_bytes(out, tag, bytes, 8);
}

static void put_field(struct buf *out, const struct event_field *f, const aw_event *e,
                      const aw_event *absent)
{
    const char *at = (const char *)e + f->offset;
    if (f->type == FIELD_TEXT) {
        const char *text;
        memcpy(&text, at, sizeof text);
        if (text && *text)
            put_bytes(out, f->tag, text, strlen(text));
    } else if (f->type == FIELD_BODY) {
        if (e->body)
            put_bytes(out, f->tag, e->body, e->body_bytes);
    } else if (f->type == FIELD_REAL) {
        double value;
        memcpy(&value, at, sizeof value);
        if (e->score_given & f->limit)
            put_real(out, f->tag, value);
    } else {
        size_t size = f->type == FIELD_I64 ? 8 : 4;
        int64_t value;
        if (memcmp(at, (const char *)absent + f->offset, size) == 0)
            return;
        if (f->type == FIELD_I64) {
            memcpy(&value, at, 8);
        } else if (f->type == FIELD_I32) {
            int32_t small;
            memcpy(&small, at, 4);
            value = small;
        } else {
            uint32_t small;
            memcpy(&small, at, 4);
            value = small;
        }
        put_integer(out, f->tag, value);
    }
}

static void put_attachment(struct buf *out, const aw_attachment *a)
{
    struct buf value = BUF_INIT(LIMIT_TITLE_BYTES * 2);
    buf_append(&value, a->sha2, strlen(a->sha2) + 1);
    buf_append(&value, a->content_type, strlen(a->content_type) + 1);
    buf_puts(&value, a->title);
    buf_putc(&value, 0);
    buf_i64(&value, (int64_t)a->bytes);
    if (value.error)
        out->error = out->error ? out->error : value.error;
    else
        put_bytes(out, EVENT_TAG_ATTACHMENT, value.data, value.len);
    buf_free(&value);
}

int event_encode(const aw_event *e, struct buf *out, aw_error *err)
{
    static const aw_event absent = AW_EVENT_INIT;
    buf_putc(out, RECORD_VERSION);
    buf_putc(out, (char)e->kind);
    for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
        put_field(out, &event_fields[i], e, &absent);
    for (size_t i = 0; i < e->attribute_count; i++) {
        const char *name = e->attributes[i].name, *value = e->attributes[i].value;
        size_t name_len = strlen(name), value_len = value ? strlen(value) : 0;
        buf_putc(out, EVENT_TAG_ATTRIBUTE);
        put_varint(out, name_len + 1 + value_len);
        buf_append(out, name, name_len + 1);
        buf_append(out, value, value_len);
    }
    for (size_t i = 0; i < e->attachment_count; i++)
        put_attachment(out, &e->attachments[i]);
    return buf_error(out, "event", err);
}

/* ---- reading ------------------------------------------------------------ */

struct cursor {
    const unsigned char *p, *end;
};

static bool get_varint(struct cursor *c, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
        unsigned char b = *c->p++;
        v |= (uint64_t)(b & 127) << shift;
        if (!(b & 128)) {
            *out = v;
            return true;
        }
    }
    return false;
}

static const struct event_field *field_by_tag(uint8_t tag)
{
    for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
        if (event_fields[i].tag == tag)
            return &event_fields[i];
    return NULL;
}

static bool set_integer(aw_event *e, const struct event_field *f, struct cursor c)
{
    uint64_t z;
    if (!get_varint(&c, &z) || c.p != c.end)
        return false;
    int64_t value = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
    char *at = (char *)e + f->offset;
    if (f->type == FIELD_I64) {
        memcpy(at, &value, 8);
    } else if (f->type == FIELD_I32) {
        int32_t small = (int32_t)value;
        if (small != value)
            return false;
        memcpy(at, &small, 4);
    } else {
        uint32_t small = (uint32_t)value;
        if (value < 0 || small != (uint64_t)value || (f->type == FIELD_FACT && small > AW_YES))
            return false;
        memcpy(at, &small, 4);
    }
    return true;
}

static bool set_real(aw_event *e, const struct event_field *f, struct cursor c)
{
    uint64_t bits = 0;
    double value;
    if (c.end - c.p != 8)
        return false;
    for (int i = 0; i < 8; i++)
        bits |= (uint64_t)c.p[i] << 8 * i;
    memcpy(&value, &bits, 8);
    memcpy((char *)e + f->offset, &value, sizeof value);
    e->score_given |= f->limit;
    return true;
}

/* Copies text into *memory with a NUL behind it, since records have none. */
static const char *keep(char **memory, const unsigned char *bytes, size_t len)
{
    char *at = *memory;
    memcpy(at, bytes, len);
    at[len] = 0;
    *memory += len + 1;
    return at;
}

static bool set_field(aw_event *e, const struct event_field *f, struct cursor value, char **memory)
{
    size_t len = (size_t)(value.end - value.p);
    if (f->type == FIELD_TEXT) {
        if (len > f->limit || memchr(value.p, 0, len))
            return false;
        const char *text = keep(memory, value.p, len);
        memcpy((char *)e + f->offset, &text, sizeof text);
        return true;
    }
    if (f->type == FIELD_BODY) {
        if (len > f->limit)
            return false;
        e->body = keep(memory, value.p, len);
        e->body_bytes = len;
        return true;
    }
    return f->type == FIELD_REAL ? set_real(e, f, value) : set_integer(e, f, value);
}

/* What a decoded event's lists and texts live in. */
struct event_room {
    aw_attribute attributes[LIMIT_ATTRIBUTES];
    aw_attachment attachments[LIMIT_ATTACHMENTS];
    char text[];
};

static bool add_attribute(aw_event *e, aw_attribute *room, struct cursor value, char **memory)
{
    size_t len = (size_t)(value.end - value.p);
    const unsigned char *nul = memchr(value.p, 0, len);
    if (!nul || nul == value.p || e->attribute_count == LIMIT_ATTRIBUTES)
        return false;
    aw_attribute *a = &room[e->attribute_count++];
    a->name = keep(memory, value.p, (size_t)(nul - value.p));
    a->value = keep(memory, nul + 1, (size_t)(value.end - nul - 1));
    e->attributes = room;
    return true;
}

static bool add_attachment(aw_event *e, aw_attachment *room, struct cursor value, char **memory)
{
    if (e->attachment_count == LIMIT_ATTACHMENTS)
        return false;
    const char *text = keep(memory, value.p, (size_t)(value.end - value.p));
    const char *end = text + (value.end - value.p), *part[4] = {text};
    for (int i = 1; i < 4; i++) {
        const char *nul = memchr(part[i - 1], 0, (size_t)(end - part[i - 1]));
        if (!nul)
            return false;
        part[i] = nul + 1;
    }
    room[e->attachment_count++] =
        (aw_attachment){part[0], part[1], *part[2] ? part[2] : NULL, strtoull(part[3], NULL, 10)};
    e->attachments = room;
    return true;
}

int event_decode(const void *record, size_t len, struct event_owned *out, aw_error *err)
{
    struct cursor c = {record, (const unsigned char *)record + len};
    if (len < 2 || c.p[0] != RECORD_VERSION)
        return error_set(err, AW_EVERSION, "event",
                         "the record is of version %d; this build reads version %d",
                         len ? c.p[0] : 0, RECORD_VERSION);
    /* Each field costs at least two bytes of the record and adds one NUL (two for an
     * attribute), so twice the record holds every text. */
    struct event_room *room = malloc(sizeof *room + 2 * len);
    if (!room)
        return error_nomem(err, "event");
    char *memory = room->text;
    aw_event e = AW_EVENT_INIT;
    e.kind = c.p[1];
    c.p += 2;
    while (c.p < c.end) {
        uint8_t tag = *c.p++;
        uint64_t n;
        if (!get_varint(&c, &n) || n > (uint64_t)(c.end - c.p))
            goto bad;
        struct cursor value = {c.p, c.p + n};
        c.p += n;
        const struct event_field *f = field_by_tag(tag);
        if (f ? !set_field(&e, f, value, &memory)
              : (tag == EVENT_TAG_ATTRIBUTE && !add_attribute(&e, room->attributes, value, &memory)) ||
                    (tag == EVENT_TAG_ATTACHMENT &&
                     !add_attachment(&e, room->attachments, value, &memory)))
            goto bad;
    }
    out->event = e;
    out->memory = room;
    return AW_OK;
bad:
    free(room);
    return error_set(err, AW_ECORRUPT, "event", "the record is damaged at byte %zu",
                     len - (size_t)(c.end - c.p));
}

void event_free(struct event_owned *e)
{
    if (!e)
        return;
    free(e->memory);
    memset(e, 0, sizeof *e);
}
