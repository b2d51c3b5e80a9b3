/*
 * write_parts.c - actor, result, context and attachments of a statement.
 */
#include "write.h"

#include <limits.h>

#include "timestamp.h"
#include "value.h"

void write_actor(struct writer *w, const struct xapi_actor *a)
{
    bool account = a->home_page || a->account_name;
    w->within = "actor";
    if (account + (a->mbox != NULL) + (a->mbox_sha1sum != NULL) != 1) {
        write_fault(w, AW_EINVAL, "", "give exactly one of account, mbox and mbox_sha1sum");
        return;
    }
    WRITE(w, "\"actor\":{\"objectType\":\"Agent\",");
    if (a->name && *a->name) {
        WRITE(w, "\"name\":");
        write_text(w, "name", a->name);
        WRITE(w, ",");
    }
    if (account) {
        if (!a->account_name || !*a->account_name)
            write_fault(w, AW_EINVAL, "account.name", "missing");
        WRITE(w, "\"account\":{\"homePage\":");
        write_iri(w, "account.homePage", a->home_page);
        WRITE(w, ",\"name\":");
        write_text(w, "account.name", a->account_name ? a->account_name : "");
        WRITE(w, "}}");
    } else if (a->mbox) {
        if (!xapi_is_mailto(a->mbox, strlen(a->mbox)))
            write_fault(w, AW_EINVAL, "mbox", "not of the form mailto:name@example.org");
        WRITE(w, "\"mbox\":");
        write_text(w, "mbox", a->mbox);
        WRITE(w, "}");
    } else {
        if (!xapi_is_sha1(a->mbox_sha1sum, strlen(a->mbox_sha1sum)))
            write_fault(w, AW_EINVAL, "mbox_sha1sum", "not a SHA-1 of 40 hexadecimal digits");
        WRITE(w, "\"mbox_sha1sum\":");
        write_text(w, "mbox_sha1sum", a->mbox_sha1sum);
        WRITE(w, "}");
    }
}

/* ---- result ------------------------------------------------------------------ */

struct piece { /* a comma before every member but the first */
    struct writer *w;
    bool first;
};

static void name_member(struct piece *p, const char *quoted_name, size_t len)
{
    if (!p->first)
        WRITE(p->w, ",");
    p->first = false;
    write_bytes(p->w, quoted_name, len);
}

#define MEMBER(p, name) name_member((p), "\"" name "\":", sizeof name + 2)

static bool finite_if(bool given, double v)
{
    return !given || v - v == 0;
}

/* What is wrong with a score, or NULL. Every LRS refuses these, so they are never sent. */
static const char *score_fault(const struct xapi_score *s, const char **out_member)
{
    *out_member = "score.scaled";
    if (!finite_if(s->has_scaled, s->scaled) || (s->has_scaled && (s->scaled < -1 || s->scaled > 1)))
        return "not a number from -1 to 1";
    *out_member = "score.raw";
    if (!finite_if(s->has_raw, s->raw))
        return "not a finite number";
    if (s->has_raw && s->has_min && s->raw < s->min)
        return "below min";
    if (s->has_raw && s->has_max && s->raw > s->max)
        return "above max";
    *out_member = "score.min";
    if (!finite_if(s->has_min, s->min) || !finite_if(s->has_max, s->max))
        return "min or max is not a finite number";
    if (s->has_min && s->has_max && s->min >= s->max)
        return "not less than max";
    return NULL;
}

static void write_score(struct writer *w, const struct xapi_score *s)
{
    const char *member, *fault = score_fault(s, &member);
    struct piece p = {w, true};
    if (fault) {
        write_fault(w, AW_EINVAL, member, fault);
        return;
    }
    WRITE(w, "{");
    if (s->has_scaled) {
        MEMBER(&p, "scaled");
        write_real(w, "score.scaled", s->scaled);
    }
    if (s->has_raw) {
        MEMBER(&p, "raw");
        write_real(w, "score.raw", s->raw);
    }
    if (s->has_min) {
        MEMBER(&p, "min");
        write_real(w, "score.min", s->min);
    }
    if (s->has_max) {
        MEMBER(&p, "max");
        write_real(w, "score.max", s->max);
    }
    WRITE(w, "}");
}

static void write_bool(struct piece *p, int value)
{
    if (value == AW_YES)
        WRITE(p->w, "true");
    else
        WRITE(p->w, "false");
}

static void write_duration(struct writer *w, const struct xapi_statement *s)
{
    char text[40];
    if (s->duration && !xapi_is_duration(s->duration, strlen(s->duration)))
        write_fault(w, AW_EINVAL, "duration", "not an ISO 8601 duration, as PT1H12M");
    if (!s->duration)
        timestamp_duration_text(s->duration_ms, text);
    write_text(w, "duration", s->duration ? s->duration : text);
}

void write_result(struct writer *w, const struct xapi_statement *s)
{
    const struct xapi_score *score = &s->score;
    struct piece p = {w, true};
    w->within = "result";
    size_t before = w->out->len;
    WRITE(w, ",\"result\":{");
    if (s->completion != AW_UNKNOWN) {
        MEMBER(&p, "completion");
        write_bool(&p, s->completion);
    }
    if (s->success != AW_UNKNOWN) {
        MEMBER(&p, "success");
        write_bool(&p, s->success);
    }
    if (score->has_scaled || score->has_raw || score->has_min || score->has_max) {
        MEMBER(&p, "score");
        write_score(w, score);
    }
    if (s->duration || s->duration_ms >= 0) {
        MEMBER(&p, "duration");
        write_duration(w, s);
    }
    if (s->response) {
        MEMBER(&p, "response");
        write_text(w, "response", s->response);
    }
    if (s->result_extensions_json) {
        bool first = true;
        MEMBER(&p, "extensions");
        WRITE(w, "{");
        write_extension_members(w, "extensions", s->result_extensions_json, NULL, &first);
        WRITE(w, "}");
    }
    WRITE(w, "}");
    if (p.first && w->out->error == AW_OK) /* nothing known: no result */
        w->out->len = before;
}

/* ---- context ----------------------------------------------------------------- */

static void write_list(struct piece *p, const char *quoted_name, const char *within,
                       const struct xapi_activity *list, size_t count)
{
    struct writer *w = p->w;
    if (count == 0)
        return;
    name_member(p, quoted_name, strlen(quoted_name));
    WRITE(w, "[");
    w->within = within;
    for (size_t i = 0; i < count; i++) {
        w->index = (int)i;
        if (i > 0)
            WRITE(w, ",");
        write_activity(w, &list[i]);
    }
    w->index = -1;
    WRITE(w, "]");
}

static void write_context_activities(struct piece *outer, const struct xapi_statement *s)
{
    struct piece p = {outer->w, true};
    if (s->parent_count + s->grouping_count + s->category_count + s->other_count == 0)
        return;
    MEMBER(outer, "contextActivities");
    WRITE(p.w, "{");
    write_list(&p, "\"parent\":", "context.contextActivities.parent", s->parent, s->parent_count);
    write_list(&p, "\"grouping\":", "context.contextActivities.grouping", s->grouping,
               s->grouping_count);
    write_list(&p, "\"category\":", "context.contextActivities.category", s->category,
               s->category_count);
    write_list(&p, "\"other\":", "context.contextActivities.other", s->other, s->other_count);
    WRITE(p.w, "}");
    p.w->within = "context";
}

static void write_context_extensions(struct piece *outer, const struct xapi_statement *s)
{
    struct writer *w = outer->w;
    bool offset = s->utc_offset_min != AW_UTC_OFFSET_UNKNOWN, first = !offset;
    char text[8];
    if (!offset && !s->context_extensions_json)
        return;
    MEMBER(outer, "extensions");
    WRITE(w, "{");
    if (offset) {
        if (!timestamp_offset_text(s->utc_offset_min, text)) {
            write_fault(w, AW_EINVAL, "extensions", "the UTC offset is not within a day");
            return;
        }
        WRITE(w, "\"" XAPI_EXT_UTC_OFFSET "\":\"");
        write_bytes(w, text, 6);
        WRITE(w, "\"");
    }
    if (s->context_extensions_json)
        write_extension_members(w, "extensions", s->context_extensions_json,
                                offset ? XAPI_EXT_UTC_OFFSET : NULL, &first);
    WRITE(w, "}");
}

void write_context(struct writer *w, const struct xapi_statement *s)
{
    struct piece p = {w, true};
    size_t before = w->out->len;
    w->within = "context";
    WRITE(w, ",\"context\":{");
    if (s->has_registration) {
        MEMBER(&p, "registration");
        write_uuid(w, "registration", &s->registration);
    }
    write_context_activities(&p, s);
    /* part 2, section 2.4.6: platform only where the object is an Activity */
    if (s->platform && *s->platform && !s->object_is_statement) {
        MEMBER(&p, "platform");
        write_text(w, "platform", s->platform);
    }
    if (s->language && *s->language) {
        if (!xapi_is_language_tag(s->language, strlen(s->language)))
            write_fault(w, AW_EINVAL, "language", "not a BCP 47 tag, as en or pt-BR");
        MEMBER(&p, "language");
        write_text(w, "language", s->language);
    }
    if (s->has_statement_ref) {
        MEMBER(&p, "statement");
        WRITE(w, "{\"objectType\":\"StatementRef\",\"id\":");
        write_uuid(w, "statement.id", &s->statement_ref);
        WRITE(w, "}");
    }
    write_context_extensions(&p, s);
    WRITE(w, "}");
    if (p.first && w->out->error == AW_OK)
        w->out->len = before;
}

/* ---- attachments ------------------------------------------------------------- */

static void write_attachment(struct writer *w, const struct xapi_attachment *a)
{
    WRITE(w, "{\"usageType\":");
    write_iri(w, "usageType", a->usage_type);
    if (!a->display || !*a->display)
        write_fault(w, AW_EINVAL, "display", "missing");
    write_language_map(w, "display", a->display_language, a->display, true);
    if (!a->content_type || !xapi_is_media_type(a->content_type, strlen(a->content_type))) {
        write_fault(w, AW_EINVAL, "contentType", "not a media type, as image/png");
        return;
    }
    WRITE(w, ",\"contentType\":");
    write_text(w, "contentType", a->content_type);
    WRITE(w, ",\"length\":");
    if (a->length > INT64_MAX)
        write_fault(w, AW_ELIMIT, "length", "too large");
    else
        buf_i64(w->out, (int64_t)a->length);
    if (!a->sha2 || !xapi_is_sha2(a->sha2, strlen(a->sha2))) {
        write_fault(w, AW_EINVAL, "sha2", "not a SHA-2 in hexadecimal");
        return;
    }
    WRITE(w, ",\"sha2\":");
    write_text(w, "sha2", a->sha2);
    if (a->file_url) {
        WRITE(w, ",\"fileUrl\":");
        write_iri(w, "fileUrl", a->file_url);
    }
    WRITE(w, "}");
}

void write_attachments(struct writer *w, const struct xapi_statement *s)
{
    w->within = "attachments";
    WRITE(w, ",\"attachments\":[");
    for (size_t i = 0; i < s->attachment_count; i++) {
        w->index = (int)i;
        if (i > 0)
            WRITE(w, ",");
        write_attachment(w, &s->attachments[i]);
    }
    w->index = -1;
    WRITE(w, "]");
}
