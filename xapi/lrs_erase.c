/* lrs_erase.c - asking an LRS to erase a person by its own means, where the configuration has them. */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "error.h"
#include "lrs.h"

/* The address with the actor's JSON, percent-encoded, in place of {actor}. */
static void build_url(struct buf *url, const char *template, const char *actor_json)
{
    const char *mark = strstr(template, "{actor}");
    buf_append(url, template, mark ? (size_t)(mark - template) : strlen(template));
    if (!mark)
        return;
    http_escape(url, actor_json);
    buf_puts(url, mark + strlen("{actor}"));
}

static int judge(struct xapi_lrs *lrs, aw_error *err)
{
    const struct http_answer *a = &lrs->answer;
    char reason[300];
    if (a->fate != HTTP_ANSWERED)
        return error_set(err, AW_ENET, lrs->config.name, "erasure: %s; it may be called again",
                         a->error);
    if ((a->status >= 200 && a->status <= 299) || a->status == 404 || a->status == 410)
        return AW_OK; /* gone, or never there */
    answer_reason(a->body.data ? a->body.data : "", a->body.len, reason, sizeof reason);
    return error_set(err, a->status >= 500 || a->status == 429 ? AW_ENET : AW_EREFUSED,
                     lrs->config.name, "erasure was answered %d: %s", a->status, reason);
}

int xapi_lrs_erase(struct xapi_lrs *lrs, const char *actor_json, aw_error *err)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const struct lrs_config *c = &lrs->config;
    const struct http_span body = {actor_json, strlen(actor_json)};
    struct buf url = BUF_INIT(65536);
    bool post = strcmp(c->erase_method, "POST") == 0;
    if (!c->erase_url)
        return error_set(err, AW_EUNSUPPORTED, c->name, "has no \"erase\" in the configuration");
    build_url(&url, c->erase_url, actor_json);
    int rc = buf_error(&url, "erase.url", err);
    if (rc == AW_OK)
        rc = lrs_call_url(lrs, c->erase_method, url.data, headers, post ? &body : NULL, post ? 1 : 0,
                          err);
    buf_free(&url);
    return rc == AW_OK ? judge(lrs, err) : rc;
}
