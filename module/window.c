/* window.c - see window.h. A record is either whole in the window or comes again: running out of
 * memory, or a dead letter that cannot be kept now, must not make a statement disappear. */
#include "window.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "limit.h"

int window_open(struct window *w, struct log *log, struct log_pos from, size_t room,
                const struct window_owner *owner, aw_error *err)
{
    w->owner = *owner;
    w->room = room;
    w->read = from;
    buf_init(&w->bytes, WINDOW_BYTES + LIMIT_STATEMENT_BYTES * 2);
    w->items = calloc(room, sizeof *w->items);
    return w->items ? log_reader_open(log, from, &w->reader, err) : error_nomem(err, "window");
}

void window_close(struct window *w)
{
    log_reader_close(w->reader);
    buf_free(&w->bytes);
    free(w->items);
}

static void compact(struct window *w)
{
    if (w->first == 0)
        return;
    if (w->count == 0) {
        buf_reset(&w->bytes);
    } else {
        size_t gone = w->items[w->first].offset;
        memmove(w->bytes.data, w->bytes.data + gone, w->bytes.len - gone);
        w->bytes.len -= gone;
        memmove(w->items, w->items + w->first, w->count * sizeof *w->items);
        for (size_t i = 0; i < w->count; i++)
            w->items[i].offset -= gone;
    }
    w->first = 0;
}

static int take_in(struct window *w, const struct record *r, aw_error *err)
{
    if (!buf_reserve(&w->bytes, r->json_len)) {
        int rc = buf_error(&w->bytes, "window", err);
        w->bytes.error = AW_OK; /* what is in it is as before */
        return rc;
    }
    w->items[w->count++] = (struct item){w->bytes.len, r->json_len, r->id,
                                         (r->flags & RECORD_FILES) != 0,
                                         r->type == RECORD_DOCUMENT, w->ahead.next};
    buf_append(&w->bytes, r->json, r->json_len);
    return AW_OK;
}

/* One record. AW_EAGAIN: there is none. */
static int take_one(struct window *w, aw_error *err)
{
    struct record r;
    if (!w->ahead.there) {
        int rc = log_read(w->reader, &w->ahead.bytes, &w->ahead.len, &w->ahead.next, &w->ahead.why);
        if (rc != AW_OK && rc != AW_ECORRUPT) {
            if (err)
                *err = w->ahead.why;
            return rc;
        }
        w->ahead.there = true;
        w->ahead.rc = rc;
    }
    int rc;
    if (w->ahead.rc == AW_ECORRUPT) {
        rc = w->owner.damaged(w->owner.context, w->read.record, &w->ahead.why, err);
    } else {
        rc = record_read(w->ahead.bytes, w->ahead.len, &r, err);
        if (rc == AW_OK && w->owner.wanted(w->owner.context, &r))
            rc = take_in(w, &r, err);
    }
    if (rc != AW_OK)
        return rc;
    w->read = w->ahead.next;
    w->ahead.there = false;
    return AW_OK;
}

int window_fill(struct window *w, size_t most, struct log_pos end, aw_error *err)
{
    int rc = AW_OK;
    if (most > w->room)
        most = w->room;
    if (w->count >= most || w->bytes.len > WINDOW_BYTES)
        return AW_OK;
    compact(w);
    while (rc == AW_OK && w->count < most && w->bytes.len < WINDOW_BYTES &&
           log_pos_cmp(w->read, end) < 0)
        rc = take_one(w, err);
    return rc == AW_EAGAIN ? AW_OK : rc;
}

struct log_pos window_settled(struct window *w, size_t count)
{
    struct log_pos after = w->items[w->first + count - 1].after;
    w->first += count;
    w->count -= count;
    return w->count == 0 ? w->read : after;
}
