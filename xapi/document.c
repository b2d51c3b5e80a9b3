/* document.c - documents at the LRS, read, merged and written with ETags. */
#include "document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "error.h"
#include "json.h"

#define MERGE_TRIES 8
#define URL_MAX 16384

static const struct {
    const char *path, *id_name;
    bool activity, agent;
} kinds[] = {
    [DOCUMENT_STATE] = {"activities/state", "stateId", true, true},
    [DOCUMENT_ACTIVITY_PROFILE] = {"activities/profile", "profileId", true, false},
    [DOCUMENT_AGENT_PROFILE] = {"agents/profile", "profileId", false, true},
};

static void parameter(struct buf *url, const char *name, const char *value)
{
    buf_putc(url, strchr(url->data, '?') ? '&' : '?');
    buf_puts(url, name);
    buf_putc(url, '=');
    http_escape(url, value);
}

static int build_path(const struct document_key *key, struct buf *url, aw_error *err)
{
    bool activity = kinds[key->kind].activity, agent = kinds[key->kind].agent;
    if (!key->id || !*key->id || (activity && !key->activity) || (agent && !key->agent))
        return error_set(err, AW_EINVAL, "document", "needs an id, and the activity or agent it is of");
    buf_puts(url, kinds[key->kind].path);
    if (url->error)
        return buf_error(url, "document", err);
    if (activity)
        parameter(url, "activityId", key->activity);
    if (agent)
        parameter(url, "agent", key->agent);
    if (key->kind == DOCUMENT_STATE && key->registration)
        parameter(url, "registration", key->registration);
    parameter(url, kinds[key->kind].id_name, key->id);
    return buf_error(url, "document", err);
}

/* AW_OK for 2xx; else what the caller can do about it. */
static int judge(struct xapi_lrs *lrs, const char *what, aw_error *err)
{
    const struct http_answer *a = &lrs->answer;
    char reason[300];
    if (a->fate != HTTP_ANSWERED)
        return error_set(err, AW_ENET, lrs->config.name, "%s: %s", what, a->error);
    if (a->status >= 200 && a->status <= 299)
        return a->truncated ? error_set(err, AW_ELIMIT, lrs->config.name, "%s: larger than %u bytes",
                                        what, LIMIT_ANSWER_BYTES)
                            : AW_OK;
    answer_reason(a->body.data ? a->body.data : "", a->body.len, reason, sizeof reason);
    int code = AW_EREFUSED;
    if (a->status == 412 || a->status == 409)
        code = AW_EBUSY;
    else if (a->status == 404)
        code = AW_ENOTFOUND;
    else if (a->status >= 500 || a->status == 429 || a->status == 408 || a->status == 401 ||
             a->status == 403 || (a->status >= 300 && a->status <= 399))
        code = AW_ENET; /* credentials, a redirect: a person has to look, and then it goes on */
    return error_set(err, code, lrs->config.name, "%s answered %d: %s", what, a->status, reason);
}

static int call(struct xapi_lrs *lrs, const char *method, const struct document_key *key,
                const char *const *headers, const struct http_span *body, aw_error *err)
{
    struct buf path = BUF_INIT(URL_MAX);
    int rc = build_path(key, &path, err);
    if (rc == AW_OK)
        rc = lrs_call(lrs, method, path.data, headers, body, body ? 1 : 0, err);
    buf_free(&path);
    return rc == AW_OK ? judge(lrs, kinds[key->kind].path, err) : rc;
}

void document_free(struct document *d)
{
    if (!d)
        return;
    free(d->body);
    d->body = NULL;
}

int document_get(struct xapi_lrs *lrs, const struct document_key *key, struct document *out,
                 aw_error *err)
{
    int rc = call(lrs, "GET", key, NULL, NULL, err);
    if (rc != AW_OK)
        return rc;
    struct http_answer *a = &lrs->answer;
    struct document d = {.len = a->body.len};
    snprintf(d.content_type, sizeof d.content_type, "%s", a->content_type);
    snprintf(d.etag, sizeof d.etag, "%s", a->etag);
    d.body = malloc(d.len + 1);
    if (!d.body)
        return error_nomem(err, "document");
    if (d.len > 0)
        memcpy(d.body, a->body.data, d.len);
    d.body[d.len] = 0;
    *out = d;
    return AW_OK;
}

/* What the write was based on, as a header. */
static void precondition(const char *etag, char *out, size_t size)
{
    if (!etag)
        snprintf(out, size, "If-None-Match: *");
    else
        snprintf(out, size, "If-Match: %s", etag);
}

int document_put(struct xapi_lrs *lrs, const struct document_key *key, const char *content_type,
                 const char *body, size_t len, const char *etag, aw_error *err)
{
    char type[160], guard[160];
    const char *const headers[] = {type, guard, NULL};
    const struct http_span span = {body, len};
    snprintf(type, sizeof type, "Content-Type: %s", content_type);
    precondition(etag, guard, sizeof guard);
    return call(lrs, "PUT", key, headers, &span, err);
}

int document_delete(struct xapi_lrs *lrs, const struct document_key *key, const char *etag,
                    aw_error *err)
{
    char guard[160];
    const char *const headers[] = {etag ? guard : NULL, NULL};
    if (etag)
        precondition(etag, guard, sizeof guard);
    return call(lrs, "DELETE", key, headers, NULL, err);
}

/* What is there as a JSON object; *out NULL: nothing is. */
static int read_object(struct xapi_lrs *lrs, const struct document_key *key, json_t **out,
                       char etag[128], aw_error *err)
{
    struct document d = {NULL, 0, "", ""};
    json_t *value = NULL;
    int rc = document_get(lrs, key, &d, err);
    if (rc == AW_ENOTFOUND) {
        *out = NULL;
        return AW_OK;
    }
    if (rc == AW_OK && (json_read(d.body, d.len, LIMIT_ANSWER_BYTES, "document", &value, NULL) != AW_OK ||
                        !json_is_object(value)))
        rc = error_set(err, AW_EREFUSED, lrs->config.name,
                       "the document \"%.80s\" is no JSON object; it is left as it is", key->id);
    if (rc == AW_OK) {
        snprintf(etag, 128, "%s", d.etag[0] ? d.etag : "*"); /* an LRS without ETags: best effort */
        *out = value;
    } else {
        json_decref(value);
    }
    document_free(&d);
    return rc;
}

static int update_once(struct xapi_lrs *lrs, const struct document_key *key, document_merge_fn merge,
                       void *context, aw_error *err)
{
    json_t *old = NULL, *new = NULL;
    char etag[128], *text = NULL;
    int rc = read_object(lrs, key, &old, etag, err);
    if (rc == AW_OK)
        rc = merge(context, old, &new, err);
    if (rc == AW_OK && !(text = json_text(new)))
        rc = error_nomem(err, "document");
    if (rc == AW_OK && !(old && json_equal(old, new)))
        rc = document_put(lrs, key, "application/json", text, strlen(text), old ? etag : NULL, err);
    free(text);
    json_decref(old);
    json_decref(new);
    return rc;
}

int document_update(struct xapi_lrs *lrs, const struct document_key *key, document_merge_fn merge,
                    void *context, aw_error *err)
{
    int rc = AW_EBUSY;
    for (int i = 0; i < MERGE_TRIES && rc == AW_EBUSY; i++)
        rc = update_once(lrs, key, merge, context, err);
    return rc;
}

static int apply(void *context, const json_t *old, json_t **out, aw_error *err)
{
    const json_t *changes = context;
    const char *name;
    json_t *value, *new = old ? json_copy((json_t *)old) : json_object();
    if (!new)
        return error_nomem(err, "document");
    json_object_foreach((json_t *)changes, name, value)
    {
        if (json_is_null(value))
            json_object_del(new, name);
        else if (json_object_set(new, name, value) < 0) {
            json_decref(new);
            return error_nomem(err, "document");
        }
    }
    *out = new;
    return AW_OK;
}

int document_merge(struct xapi_lrs *lrs, const struct document_key *key, const json_t *changes,
                   aw_error *err)
{
    return document_update(lrs, key, apply, (void *)(uintptr_t)changes, err);
}
