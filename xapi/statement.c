/*
 * statement.c - the order of a statement's members, and what holds for all of it.
 *
 * id, actor, verb, object, result, context, timestamp, attachments; never
 * stored, authority or version, which are the LRS's to set. The same facts give
 * the same bytes, also in the next release: an LRS answers 409 to anything else.
 */
#include "statement.h"

#include "error.h"
#include "limit.h"
#include "timestamp.h"
#include "valid.h"
#include "vocab.h"
#include "write.h"

void xapi_statement_init(struct xapi_statement *s)
{
    *s = (struct xapi_statement){.duration_ms = -1,
                                 .utc_offset_min = AW_UTC_OFFSET_UNKNOWN,
                                 .object.type = XAPI_TYPE_NONE};
}

static void write_verb(struct writer *w, const struct xapi_statement *s)
{
    w->within = "verb";
    if ((unsigned)s->verb >= XAPI_VERB_COUNT) {
        write_fault(w, AW_EINVAL, "id", "not one of the verbs in vocab.c");
        return;
    }
    const struct vocab_verb *verb = &vocab_verbs[s->verb];
    int language = vocab_language(s->language);
    WRITE(w, ",");
    write_bytes(w, verb->open.text, verb->open.len);
    if (language >= 0)
        write_bytes(w, verb->more[language].text, verb->more[language].len);
    WRITE(w, "}}");
}

static void write_object(struct writer *w, const struct xapi_statement *s)
{
    w->within = "object";
    WRITE(w, ",\"object\":");
    if (s->object_is_statement != (s->verb == XAPI_VOIDED)) {
        write_fault(w, AW_EINVAL, "objectType",
                    "a StatementRef is the object of voided, and of no other verb");
        return;
    }
    if (!s->object_is_statement) {
        write_activity(w, &s->object);
        return;
    }
    WRITE(w, "{\"objectType\":\"StatementRef\",\"id\":");
    write_uuid(w, "id", &s->object_statement);
    WRITE(w, "}");
}

static void write_timestamp(struct writer *w, int64_t ms)
{
    char text[TIMESTAMP_TEXT];
    w->within = "";
    if (ms < TIMESTAMP_MIN_MS || ms > TIMESTAMP_MAX_MS) {
        write_fault(w, AW_EINVAL, "timestamp", "not within the years 1 to 9999");
        return;
    }
    timestamp_text(ms, text);
    WRITE(w, ",\"timestamp\":\"");
    write_bytes(w, text, TIMESTAMP_TEXT - 1);
    WRITE(w, "\"");
}

/* In debug builds, so in all tests, what was written is also judged. */
static int judge(const struct buf *out, size_t from, aw_error *err)
{
#ifdef NDEBUG
    (void)out, (void)from, (void)err;
    return AW_OK;
#else
    struct xapi_fault fault = {0};
    /* Twice: the validator knows of no want of memory, it takes it for a fault. */
    for (int i = 0; i < 2; i++)
        if (xapi_validate(out->data + from, out->len - from, XAPI_1_0_3, &fault) == AW_OK)
            return AW_OK;
    return error_set(err, AW_EINTERNAL, fault.path, "the statement that was written is not valid: it %s",
                     fault.reason);
#endif
}

int xapi_statement_write(struct buf *out, const struct xapi_statement *s, aw_error *err)
{
    if (out->error)
        return buf_error(out, "statement", err);
    size_t before = out->len;
    struct writer w = {.out = out, .err = err, .within = "", .index = -1};
    buf_reserve(out, 2048); /* most fit; a buffer with less room left grows as it is filled */
    if (out->error == AW_ELIMIT)
        out->error = AW_OK;
    WRITE(&w, "{\"id\":");
    write_uuid(&w, "id", &s->id);
    WRITE(&w, ",");
    write_actor(&w, &s->actor);
    write_verb(&w, s);
    write_object(&w, s);
    if (s->has_result)
        write_result(&w, s);
    write_context(&w, s);
    write_timestamp(&w, s->timestamp_ms);
    if (s->attachment_count > 0)
        write_attachments(&w, s);
    WRITE(&w, "}");
    int code = w.code;
    if (!code && out->error)
        code = buf_error(out, "statement", err);
    if (!code && out->len - before > LIMIT_STATEMENT_BYTES)
        code = error_set(err, AW_ELIMIT, "statement", "longer than the limit of %u bytes",
                         LIMIT_STATEMENT_BYTES);
    if (!code)
        code = judge(out, before, err);
    if (code) { /* as it was */
        out->len = before;
        out->error = AW_OK;
    }
    if (out->data)
        out->data[out->len] = 0;
    return code;
}
