/* auth.c - making, keeping and renewing the Authorization header. */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "timestamp.h"

/* A token is renewed so long before it ends, for clocks that differ and requests under way. */
#define TOKEN_MARGIN_MS 30000

static const struct {
    const char *name, *user, *secret;
    const char *members[8];
} types[] = {
    [AUTH_NONE] = {"none", NULL, NULL, {"type"}},
    [AUTH_BASIC] = {"basic", "user", "password",
                    {"type", "user", "password", "password_file", "password_env"}},
    [AUTH_BEARER] = {"bearer", NULL, "token", {"type", "token", "token_file", "token_env"}},
    [AUTH_OAUTH2] = {"oauth2", "client_id", "client_secret",
                     {"type", "token_url", "client_id", "client_secret_file", "client_secret_env",
                      "scope", "client_auth"}},
};
#define TYPE_COUNT (sizeof types / sizeof *types)

static int read_type(const json_t *auth, enum auth_type *out, aw_error *err)
{
    const char *name = NULL;
    int rc = json_get_text(auth, "type", 32, &name, err);
    if (rc != AW_OK)
        return rc;
    for (size_t i = 0; name && i < TYPE_COUNT; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *out = (enum auth_type)i;
            return AW_OK;
        }
    }
    return error_set(err, AW_ECONFIG, "auth.type",
                     "\"%.40s\" is not known; use \"basic\", \"bearer\", \"oauth2\" or \"none\"",
                     name ? name : "");
}

static int read_oauth(const json_t *auth, struct auth *a, aw_error *err)
{
    const char *client_auth = "basic";
    int rc = json_get_text(auth, "token_url", 2048, &a->token_url, err);
    if (rc == AW_OK)
        rc = json_get_text(auth, "scope", 1024, &a->scope, err);
    if (rc == AW_OK)
        rc = json_get_text(auth, "client_auth", 32, &client_auth, err);
    if (rc != AW_OK)
        return rc;
    if (!a->token_url)
        return error_set(err, AW_ECONFIG, "auth.token_url",
                         "is missing; it is where the LRS's tokens come from");
    a->secret_in_body = strcmp(client_auth, "body") == 0;
    if (!a->secret_in_body && strcmp(client_auth, "basic") != 0)
        return error_set(err, AW_ECONFIG, "auth.client_auth",
                         "\"%.40s\" is not known; use \"basic\" or \"body\"", client_auth);
    return AW_OK;
}

int auth_config(const json_t *auth, struct auth *out, aw_error *err)
{
    struct auth a = {.type = AUTH_NONE};
    if (!auth) {
        *out = a;
        return AW_OK;
    }
    int rc = read_type(auth, &a.type, err);
    if (rc == AW_OK)
        rc = json_only(auth, "auth", types[a.type].members, err);
    if (rc == AW_OK && types[a.type].user) {
        rc = json_get_text(auth, types[a.type].user, 1024, &a.user, err);
        if (rc == AW_OK && !a.user)
            rc = error_set(err, AW_ECONFIG, types[a.type].user, "is missing in \"auth\"");
    }
    if (rc == AW_OK && types[a.type].secret) {
        rc = secret_config(auth, types[a.type].secret, &a.secret, err);
        if (rc == AW_OK && !a.secret.file && !a.secret.env)
            rc = error_set(err, AW_ECONFIG, types[a.type].secret,
                           "is missing in \"auth\"; name a file that holds it as \"%s_file\"",
                           types[a.type].secret);
    }
    if (rc == AW_OK && a.type == AUTH_BASIC && a.user && strchr(a.user, ':'))
        rc = error_set(err, AW_ECONFIG, "auth.user", "must not hold a colon (RFC 7617)");
    if (rc == AW_OK && a.type == AUTH_OAUTH2)
        rc = read_oauth(auth, &a, err);
    if (rc == AW_OK)
        *out = a;
    return rc;
}

void auth_free(struct auth *a)
{
    secret_free(a->header);
    a->header = NULL;
}

static int basic_header(const struct auth *a, const char *secret, struct buf *out)
{
    struct buf pair = BUF_INIT(SECRET_MAX_BYTES + 2048);
    buf_printf(&pair, "%s:%s", a->user, secret);
    BUF_LIT(out, "Authorization: Basic ");
    if (pair.error == AW_OK)
        digest_base64(out, pair.data, pair.len, false);
    int code = pair.error;
    if (pair.data)
        explicit_bzero(pair.data, pair.len);
    buf_free(&pair);
    return code;
}

static int make_header(struct auth *a, struct http_client *http, aw_error *err)
{
    char *secret = NULL;
    int64_t lifetime_s = 0;
    struct buf header = BUF_INIT(4 * SECRET_MAX_BYTES);
    uint64_t stamp = secret_stamp(&a->secret);
    int rc = a->type == AUTH_OAUTH2 ? oauth_token(a, http, &secret, &lifetime_s, err)
                                    : secret_read(&a->secret, types[a->type].secret, &secret, err);
    if (rc != AW_OK)
        return rc;
    if (a->type == AUTH_BASIC)
        rc = basic_header(a, secret, &header);
    else
        buf_printf(&header, "Authorization: Bearer %s", secret);
    secret_free(secret);
    if (rc == AW_OK)
        rc = buf_error(&header, "auth", err);
    if (rc != AW_OK) {
        buf_free(&header);
        return rc;
    }
    a->header = buf_take(&header, NULL);
    a->stamp = stamp;
    a->expires_ms =
        lifetime_s > 0 ? timestamp_monotonic_ms() + lifetime_s * 1000 - TOKEN_MARGIN_MS : 0;
    return AW_OK;
}

int auth_ready(struct auth *a, struct http_client *http, aw_error *err)
{
    if (a->type == AUTH_NONE)
        return AW_OK;
    if (a->header && a->expires_ms && timestamp_monotonic_ms() >= a->expires_ms)
        auth_free(a);
    return a->header ? AW_OK : make_header(a, http, err);
}

bool auth_renew(struct auth *a, struct http_client *http, aw_error *err)
{
    if (a->type == AUTH_NONE || !a->header)
        return false;
    char *refused = a->header;
    a->header = NULL;
    bool other = make_header(a, http, err) == AW_OK && strcmp(a->header, refused) != 0;
    secret_free(refused);
    return other;
}

bool auth_changed(struct auth *a)
{
    if (!a->secret.file || secret_stamp(&a->secret) == a->stamp)
        return false;
    a->stamp = secret_stamp(&a->secret);
    auth_free(a);
    return true;
}
