/* oauth.c - OAuth 2 client credentials (RFC 6749, 4.4): a secret for a token. */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "digest.h"
#include "error.h"
#include "json.h"
#include "limit.h"

#define TOKEN_ANSWER_MAX 65536
#define LIFETIME_MAX_S INT64_C(86400) /* a longer promise is not believed */

int oauth_read(const char *body, size_t len, char **out_token, int64_t *out_lifetime_s,
               aw_error *err)
{
    json_t *root = NULL;
    const char *token = NULL, *type = "Bearer";
    int64_t lifetime_s = 0;
    char *copy = NULL;
    int rc = json_read(body, len, TOKEN_ANSWER_MAX, "auth.token_url", &root, err);
    if (rc == AW_OK)
        rc = json_want_object(root, "auth.token_url", err);
    if (rc == AW_OK)
        rc = json_get_text(root, "access_token", SECRET_MAX_BYTES, &token, err);
    if (rc == AW_OK)
        rc = json_get_text(root, "token_type", 64, &type, err);
    if (rc == AW_OK)
        rc = json_get_i64(root, "expires_in", 0, INT64_MAX, &lifetime_s, err);
    if (rc == AW_OK && (!token || !*token || strcasecmp(type, "Bearer") != 0))
        rc = error_set(err, AW_EREFUSED, "auth.token_url", "answered without a bearer token");
    for (const char *p = token; rc == AW_OK && *p; p++)
        if ((unsigned char)*p <= 32 || (unsigned char)*p >= 127) /* it goes into a header */
            rc = error_set(err, AW_EREFUSED, "auth.token_url", "answered with a malformed token");
    if (rc == AW_OK && !(copy = strdup(token)))
        rc = error_nomem(err, "auth");
    if (rc == AW_OK) {
        *out_token = copy;
        *out_lifetime_s = lifetime_s < LIFETIME_MAX_S ? lifetime_s : LIFETIME_MAX_S;
    }
    json_decref(root);
    return rc;
}

/* RFC 6749, 2.3.1: id and secret are form-encoded before they are joined. */
static void basic(struct buf *header, const struct auth *a, const char *secret)
{
    struct buf pair = BUF_INIT(4 * SECRET_MAX_BYTES);
    http_escape(&pair, a->user);
    buf_putc(&pair, ':');
    http_escape(&pair, secret);
    BUF_LIT(header, "Authorization: Basic ");
    if (pair.error == AW_OK)
        digest_base64(header, pair.data, pair.len, false);
    if (pair.data)
        explicit_bzero(pair.data, pair.len);
    buf_free(&pair);
}

static void field(struct buf *form, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(form, "%s%s=", form->len ? "&" : "", name);
    http_escape(form, value);
}

static int ask(const struct auth *a, struct http_client *http, const char *secret,
               struct http_answer *answer, aw_error *err)
{
    struct buf header = BUF_INIT(8 * SECRET_MAX_BYTES), form = BUF_INIT(8 * SECRET_MAX_BYTES);
    field(&form, "grant_type", "client_credentials");
    field(&form, "scope", a->scope);
    if (a->secret_in_body) {
        field(&form, "client_id", a->user);
        field(&form, "client_secret", secret);
    } else {
        basic(&header, a, secret);
    }
    int rc = buf_error(&header, "auth", err);
    if (rc == AW_OK)
        rc = buf_error(&form, "auth", err);
    if (rc == AW_OK) {
        const char *headers[] = {"Content-Type: application/x-www-form-urlencoded",
                                 "Accept: application/json",
                                 a->secret_in_body ? NULL : header.data, NULL};
        struct http_span body = {form.data, form.len};
        struct http_request request = {.method = "POST", .url = a->token_url, .headers = headers,
                                       .body = &body, .body_spans = 1,
                                       .answer_max = TOKEN_ANSWER_MAX};
        rc = http_send(http, &request, answer, err);
    }
    if (header.data)
        explicit_bzero(header.data, header.len);
    if (form.data)
        explicit_bzero(form.data, form.len);
    buf_free(&header);
    buf_free(&form);
    return rc;
}

int oauth_token(const struct auth *a, struct http_client *http, char **out_token,
                int64_t *out_lifetime_s, aw_error *err)
{
    char *secret = NULL;
    struct http_answer answer = HTTP_ANSWER_INIT;
    int rc = secret_read(&a->secret, "client_secret", &secret, err);
    if (rc == AW_OK)
        rc = ask(a, http, secret, &answer, err);
    secret_free(secret);
    if (rc == AW_OK) {
        if (answer.fate != HTTP_ANSWERED)
            rc = error_set(err, AW_ENET, "auth.token_url", "%s: %s", a->token_url, answer.error);
        else if (answer.status >= 500 || answer.status == 429 || answer.status == 408)
            rc = error_set(err, AW_ENET, "auth.token_url", "%s answered %d", a->token_url,
                           answer.status);
        else if (answer.status != 200)
            rc = error_set(err, AW_EREFUSED, "auth.token_url",
                           "%s answered %d; check client_id, client_secret and scope", a->token_url,
                           answer.status);
        else
            rc = oauth_read(answer.body.data ? answer.body.data : "", answer.body.len, out_token,
                            out_lifetime_s, err);
    }
    if (answer.body.data)
        explicit_bzero(answer.body.data, answer.body.len);
    http_answer_free(&answer);
    return rc;
}
