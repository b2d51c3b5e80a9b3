/*
 * write.c - text, IRIs, UUIDs, language maps and extensions of a statement.
 *
 * Text of plain ASCII is found so eight bytes at a time and copied; anything
 * else goes through buf_json_string, which checks and escapes.
 */
#include "write.h"

#include <stdio.h>

#include <jansson.h>

#include "error.h"
#include "json.h"
#include "skim.h"
#include "value.h"

void write_fault(struct writer *w, int code, const char *member, const char *text)
{
    char where[128];
    if (w->code)
        return;
    w->code = code;
    const char *dot = *w->within && *member ? "." : "";
    if (w->index >= 0)
        snprintf(where, sizeof where, "%s[%d]%s%s", w->within, w->index, dot, member);
    else
        snprintf(where, sizeof where, "%s%s%s", w->within, dot, member);
    error_set(w->err, code, where, "%s", text);
}

static void write_quoted(struct writer *w, const char *text, size_t len)
{
    struct buf *b = w->out;
    if (b->cap - b->len <= len + 2 && !buf_reserve(b, len + 2))
        return;
    char *p = b->data + b->len;
    *p = '"';
    memcpy(p + 1, text, len);
    p[len + 1] = '"';
    b->len += len + 2;
}

void write_text(struct writer *w, const char *member, const char *text)
{
    int before = w->out->error;
    buf_json_string(w->out, text, strlen(text));
    if (before == AW_OK && w->out->error == AW_EUTF8)
        write_fault(w, AW_EUTF8, member, "not valid UTF-8; send text as UTF-8");
}

void write_iri(struct writer *w, const char *member, const char *iri)
{
    size_t len = iri ? strlen(iri) : 0;
    if (!iri || !xapi_is_iri(iri, len)) {
        write_fault(w, AW_EINVAL, member,
                    iri ? "not an IRI: give one with a scheme, as https://example.org/x"
                        : "an IRI is missing");
        return;
    }
    write_quoted(w, iri, len); /* an IRI holds nothing that JSON escapes */
}

void write_uuid(struct writer *w, const char *member, const uuid5 *id)
{
    char text[UUID5_TEXT];
    if (!xapi_is_uuid_bytes(id->bytes)) {
        write_fault(w, AW_EINVAL, member, "not a UUID of RFC 9562 (wrong version or variant)");
        return;
    }
    uuid5_text(id, text);
    write_quoted(w, text, UUID5_TEXT - 1);
}

void write_language_map(struct writer *w, const char *name, const char *language, const char *text,
                        bool comma)
{
    if (!text || !*text)
        return;
    if (!language || !*language)
        language = "und";
    size_t len = strlen(language);
    if (!xapi_is_language_tag(language, len)) {
        write_fault(w, AW_EINVAL, name, "its language is not a BCP 47 tag, as en or pt-BR");
        return;
    }
    if (comma)
        WRITE(w, ",");
    write_quoted(w, name, strlen(name));
    WRITE(w, ":{");
    write_quoted(w, language, len);
    WRITE(w, ":");
    write_text(w, name, text);
    WRITE(w, "}");
}

void write_real(struct writer *w, const char *member, double value)
{
    if (!(value - value == 0)) {
        write_fault(w, AW_EINVAL, member, "not a finite number");
        return;
    }
    buf_json_real(w->out, value);
}

/* ---- extensions ------------------------------------------------------------- */

#define MAX_KEYS 64

struct keys {
    const char *ours;
    size_t count;
    struct {
        const char *text;
        size_t len;
    } at[MAX_KEYS];
    const char *fault;
};

static bool take_key(void *context, const char *key, size_t len)
{
    struct keys *k = context;
    if (!xapi_is_iri(key, len))
        k->fault = "a key of the extensions is not an IRI";
    else if (k->ours && strlen(k->ours) == len && memcmp(key, k->ours, len) == 0)
        k->fault = "a key of the extensions is one that is written already";
    else if (k->count == MAX_KEYS)
        k->fault = "more than 64 extensions";
    for (size_t i = 0; !k->fault && i < k->count; i++)
        if (k->at[i].len == len && memcmp(k->at[i].text, key, len) == 0)
            k->fault = "a key of the extensions stands twice";
    if (k->fault)
        return false;
    k->at[k->count].text = key;
    k->at[k->count++].len = len;
    return true;
}

/* What a reader of the statement would trip over and skimming does not see: keys that stand
 * twice further in, numbers out of range. */
static bool readable(const char *json, size_t len)
{
    json_error_t e;
    json_t *value = json_load(json, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &e);
    json_decref(value);
    return value != NULL;
}

void write_extension_members(struct writer *w, const char *member, const char *json,
                             const char *ours, bool *first)
{
    struct keys keys = {.ours = ours};
    const char *inner;
    size_t len;
    if (!skim_object(json, strlen(json), take_key, &keys, &inner, &len) ||
        !readable(json, strlen(json))) {
        write_fault(w, AW_EINVAL, member, keys.fault ? keys.fault : "not a JSON object, or one with a key twice");
        return;
    }
    if (len == 0)
        return;
    if (!*first)
        WRITE(w, ",");
    *first = false;
    write_bytes(w, inner, len);
}
