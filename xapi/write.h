/*
 * write.h - the primitives of the statement writer.
 *
 * A writer remembers its first fault and where it was; everything after that is
 * ignored work, so that the writers of parts need no checks of their own. The
 * common case (room in the buffer, plain ASCII) is inline and does not allocate.
 */
#ifndef XAPI_WRITE_H
#define XAPI_WRITE_H

#include <string.h>

#include "buf.h"
#include "statement.h"

struct writer {
    struct buf *out;
    aw_error *err;
    int code;           /* the first fault, AW_OK so far */
    const char *within; /* "object", "context.contextActivities.grouping": for the error */
    int index;          /* of the element in `within`, -1: it is no array */
};

void write_fault(struct writer *w, int code, const char *member, const char *text);

static inline void write_bytes(struct writer *w, const char *bytes, size_t len)
{
    struct buf *b = w->out;
    if (b->cap - b->len > len && b->error == AW_OK) {
        memcpy(b->data + b->len, bytes, len);
        b->len += len;
    } else {
        buf_append(b, bytes, len);
    }
}

#define WRITE(w, literal) write_bytes((w), (literal), sizeof(literal) - 1)

/* A JSON string with its quotes. */
void write_text(struct writer *w, const char *member, const char *text);
/* The same, refused unless it is an IRI. */
void write_iri(struct writer *w, const char *member, const char *iri);
/* "8-4-4-4-12" with quotes; not a UUID of RFC 9562: refused. */
void write_uuid(struct writer *w, const char *member, const uuid5 *id);
/* ,"name":{"en":"..."}; nothing if text is NULL or empty. `lead` is ',' or 0. */
void write_language_map(struct writer *w, const char *name, const char *language, const char *text,
                        bool comma);
void write_real(struct writer *w, const char *member, double value);

/* The members of a JSON object of extensions, without the braces, copied as they are after
 * a check: an object, keys are IRIs and differ, no U+0000, UTF-8, not the key `ours`.
 * *first says whether a comma is needed before. */
void write_extension_members(struct writer *w, const char *member, const char *json,
                             const char *ours, bool *first);

void write_activity(struct writer *w, const struct xapi_activity *a);
void write_actor(struct writer *w, const struct xapi_actor *a);
void write_result(struct writer *w, const struct xapi_statement *s);
void write_context(struct writer *w, const struct xapi_statement *s);
void write_attachments(struct writer *w, const struct xapi_statement *s);

#endif
