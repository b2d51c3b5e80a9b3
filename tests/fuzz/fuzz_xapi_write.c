/*
 * fuzz_xapi_write.c - whatever the writer agrees to write, the validator finds valid.
 *
 * The input is cut at its newlines into the texts of a statement, in turn; its
 * first bytes choose the verb, the type and the numbers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "limit.h"
#include "statement.h"
#include "valid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIXED 24

struct input {
    const uint8_t *p, *end;
    char *texts[32]; /* freed at the end */
    size_t count;
};

/* The next line as text, NULL if it is "-" or there is none. */
static const char *next(struct input *in)
{
    if (in->p >= in->end || in->count == 32)
        return NULL;
    const uint8_t *eol = memchr(in->p, '\n', (size_t)(in->end - in->p));
    const uint8_t *to = eol ? eol : in->end;
    size_t len = (size_t)(to - in->p);
    char *text = malloc(len + 1);
    if (!text)
        return NULL;
    memcpy(text, in->p, len);
    text[len] = '\0';
    in->p = to + 1;
    in->texts[in->count++] = text;
    return strcmp(text, "-") == 0 ? NULL : text;
}

static void fill_activity(struct xapi_activity *a, struct input *in, uint8_t type)
{
    a->type = (enum xapi_type)(type % (XAPI_TYPE_COUNT + 1));
    a->id = next(in);
    a->name = next(in);
    a->name_language = next(in);
    a->topic_type = next(in);
    a->extensions_json = next(in);
}

static void fill(struct xapi_statement *s, struct xapi_activity *other, struct xapi_attachment *file,
                 struct xapi_component *part, struct input *in, const uint8_t *fixed)
{
    xapi_statement_init(s);
    memset(&s->id, 0x8a, sizeof s->id);
    s->id.bytes[6] = fixed[0];
    s->registration = s->statement_ref = s->object_statement = s->id;
    s->has_registration = fixed[1] & 1;
    s->has_statement_ref = fixed[1] & 2;
    s->has_result = fixed[1] & 4;
    s->object_is_statement = fixed[1] & 8;
    s->verb = (enum xapi_verb)(fixed[2] % (XAPI_VERB_COUNT + 1));
    memcpy(&s->score.scaled, fixed + 8, sizeof(double));
    memcpy(&s->score.raw, fixed + 16, sizeof(double));
    s->score.has_scaled = fixed[3] & 1;
    s->score.has_raw = fixed[3] & 2;
    s->score.has_min = s->score.has_max = fixed[3] & 4;
    s->score.max = (double)fixed[4];
    s->completion = fixed[5] % 3;
    s->success = fixed[5] / 3 % 3;
    s->duration_ms = (int64_t)fixed[6] * 99991 - 1;
    s->timestamp_ms = (int64_t)fixed[6] << (fixed[7] % 56);
    s->utc_offset_min = fixed[5] & 0x80 ? AW_UTC_OFFSET_UNKNOWN : (int32_t)fixed[7] * 12 - 1500;
    s->actor.home_page = next(in);
    s->actor.account_name = next(in);
    s->actor.mbox = next(in);
    s->actor.mbox_sha1sum = next(in);
    s->actor.name = next(in);
    fill_activity(&s->object, in, fixed[4]);
    s->object.interaction_type = next(in);
    part->id = next(in);
    part->text = next(in);
    s->object.choices = part;
    s->object.choice_count = s->object.interaction_type && (fixed[3] & 8);
    fill_activity(other, in, fixed[5]);
    s->other = s->parent = other;
    s->other_count = fixed[3] >> 4 & 1;
    s->parent_count = fixed[3] >> 5 & 1;
    s->platform = next(in);
    s->language = next(in);
    s->response = next(in);
    s->duration = next(in);
    s->context_extensions_json = next(in);
    s->result_extensions_json = next(in);
    file->usage_type = next(in);
    file->display = file->display_language = next(in);
    file->content_type = next(in);
    file->sha2 = next(in);
    s->attachments = file;
    s->attachment_count = fixed[3] >> 6 & 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < FIXED)
        return 0;
    struct input in = {.p = data + FIXED, .end = data + size};
    struct xapi_statement s;
    struct xapi_activity other = {0};
    struct xapi_attachment file = {0};
    struct xapi_component part = {0};
    struct buf out = BUF_INIT(LIMIT_STATEMENT_BYTES);
    struct xapi_fault fault;
    fill(&s, &other, &file, &part, &in, data);
    buf_puts(&out, "x");
    if (xapi_statement_write(&out, &s, NULL) == AW_OK) {
        if (xapi_validate(out.data + 1, out.len - 1, XAPI_1_0_3, &fault) ||
            xapi_validate(out.data + 1, out.len - 1, XAPI_2_0_0, &fault))
            abort();
    } else if (out.len != 1 || out.error) {
        abort();
    }
    buf_free(&out);
    for (size_t i = 0; i < in.count; i++)
        free(in.texts[i]);
    return 0;
}
