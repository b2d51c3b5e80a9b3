/* documents.c - State and Activity Profile documents: recorded beside statements, sent with ETags. */
#include "documents.h"

#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "documents_scorm.h"
#include "error.h"
#include "json.h"
#include "record.h"

bool documents_wanted(const json_t *lrs_list)
{
    size_t i;
    json_t *lrs;
    json_array_foreach((json_t *)(uintptr_t)lrs_list, i, lrs)
        if (json_is_true(json_object_get(lrs, "documents")))
            return true;
    return false;
}

/* ---- into the log ---------------------------------------------------------------- */

struct telling {
    struct interp *in;
    const struct scorm_context *ctx;
};

static void member(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_puts(b, b->len && b->data[b->len - 1] == '{' ? "" : ",");
    buf_json_str(b, name);
    buf_putc(b, ':');
    buf_json_str(b, value);
}

/* The agent is a parameter of the request, so it carries no name. */
static void agent(struct buf *b, const struct xapi_actor *a)
{
    BUF_LIT(b, ",\"agent\":{");
    member(b, "objectType", "Agent");
    if (a->account_name) {
        BUF_LIT(b, ",\"account\":{");
        member(b, "homePage", a->home_page);
        member(b, "name", a->account_name);
        buf_putc(b, '}');
    }
    member(b, "mbox", a->mbox);
    member(b, "mbox_sha1sum", a->mbox_sha1sum);
    buf_putc(b, '}');
}

static int tell_one(void *user, const struct scorm_document *d, aw_error *err)
{
    const struct telling *t = user;
    struct buf *out = &t->in->pile->bytes;
    struct buf json = BUF_INIT(LIMIT_RECORD_BYTES - 4096);
    char registration[UUID5_TEXT];
    uuid5_text(&t->ctx->registration, registration);
    buf_putc(&json, '{');
    member(&json, "api", d->is_profile ? "activity_profile" : "state");
    member(&json, "activity", d->activity);
    if (!d->is_profile) {
        agent(&json, &t->ctx->actor);
        member(&json, "registration", registration);
    }
    member(&json, "id", d->id);
    buf_printf(&json, ",\"appends\":%s,\"document\":", d->appends ? "true" : "false");
    buf_append(&json, d->body, d->len);
    buf_putc(&json, '}');
    int rc = AW_OK;
    if (json.error == AW_OK) { /* too large for a record: suspend data of megabytes stays with us */
        struct record r = {.type = RECORD_DOCUMENT, .flags = RECORD_SCORM,
                           .id = uuid5_bytes(t->ctx->site, json.data, json.len),
                           .course = t->ctx->course, .course_len = strlen(t->ctx->course)};
        record_header(out, &r);
        buf_append(out, json.data, json.len);
        rc = buf_error(out, "document", err);
        if (rc == AW_OK)
            rc = interp_count_statement(t->in, err);
    } else if (json.error == AW_ENOMEM) {
        rc = error_nomem(err, "document");
    }
    buf_free(&json);
    return rc;
}

int documents_tell(struct interp *in, const void *blob, size_t blob_len, const struct scorm_context *ctx,
                   const struct scorm_outcome *outcome, aw_error *err)
{
    struct telling t = {in, ctx};
    if (!in->documents)
        return AW_OK;
    return scorm_documents(blob, blob_len, ctx, outcome, tell_one, &t, err);
}

/* ---- to an LRS ------------------------------------------------------------------------ */

struct merging {
    const json_t *document;
    bool appends;
};

/* `list` with those of `more` that it lacks, at its end: oldest first, as the profile has it. */
static json_t *united(const json_t *list, const json_t *more)
{
    json_t *out = json_is_array(list) ? json_copy((json_t *)(uintptr_t)list) : json_array(), *item, *other;
    size_t i, k;
    json_array_foreach((json_t *)(uintptr_t)more, i, item) {
        bool there = false;
        json_array_foreach(out, k, other)
            there = there || json_equal(item, other);
        if (!there && json_array_append(out, item) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static int merge(void *context, const json_t *old, json_t **out, aw_error *err)
{
    const struct merging *m = context;
    json_t *merged = old ? json_copy((json_t *)(uintptr_t)old) : json_object(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)m->document, name, value) {
        json_t *put = m->appends && json_is_array(value)
                          ? united(merged ? json_object_get(merged, name) : NULL, value)
                          : json_incref(value);
        if (!merged || !put || json_object_set_new(merged, name, put) < 0) {
            json_decref(merged);
            return error_nomem(err, "document");
        }
    }
    *out = merged;
    return merged ? AW_OK : error_nomem(err, "document");
}

static int send(struct xapi_lrs *lrs, const json_t *request, aw_error *err)
{
    const char *api = NULL;
    const json_t *who = NULL;
    bool appends = false;
    struct document_key key = {0};
    struct merging m = {0};
    int rc = json_get_text(request, "api", 32, &api, err);
    if (rc == AW_OK)
        rc = json_get_text(request, "activity", 8192, &key.activity, err);
    if (rc == AW_OK)
        rc = json_get_text(request, "registration", 64, &key.registration, err);
    if (rc == AW_OK)
        rc = json_get_text(request, "id", 512, &key.id, err);
    if (rc == AW_OK)
        rc = json_get_object(request, "agent", &who, err);
    if (rc == AW_OK)
        rc = json_get_bool(request, "appends", &appends, err);
    if (rc == AW_OK)
        rc = json_get_object(request, "document", &m.document, err);
    if (rc == AW_OK && (!api || !m.document))
        rc = error_set(err, AW_EINVAL, "document", "the record describes no request");
    if (rc != AW_OK || !api)
        return rc;
    key.kind = strcmp(api, "state") == 0 ? DOCUMENT_STATE : DOCUMENT_ACTIVITY_PROFILE;
    m.appends = appends;
    char *agent_json = who ? json_text(who) : NULL;
    if (who && !agent_json)
        return error_nomem(err, "document");
    key.agent = agent_json;
    rc = document_update(lrs, &key, merge, &m, err);
    free(agent_json);
    return rc;
}

int documents_send(struct xapi_lrs *lrs, const char *json, size_t len, aw_error *err)
{
    json_t *request = NULL;
    int rc = json_read(json, len, LIMIT_RECORD_BYTES, "document", &request, err);
    if (rc == AW_OK)
        rc = send(lrs, request, err);
    json_decref(request);
    return rc;
}
