/*
 * auth.h - the Authorization header of one LRS: basic, bearer, or OAuth 2 client credentials.
 *
 * The header is made once and kept until it is refused, its file changes, or
 * (OAuth 2) it is about to expire.
 */
#ifndef XAPI_AUTH_H
#define XAPI_AUTH_H

#include <jansson.h>
#include <stdbool.h>

#include "http.h"
#include "secret.h"

enum auth_type { AUTH_NONE, AUTH_BASIC, AUTH_BEARER, AUTH_OAUTH2 };

struct auth {
    enum auth_type type;
    const char *user;          /* basic; OAuth 2: the client's id */
    struct secret secret;      /* password, token, client secret */
    const char *token_url, *scope;
    bool secret_in_body;       /* OAuth 2: as form fields instead of basic */
    char *header;              /* "Authorization: ...", or NULL: to be made */
    uint64_t stamp;            /* of the secret that `header` was made from */
    int64_t expires_ms;        /* monotonic; 0: does not */
};

/* Of the member "auth" (NULL: none). Texts are borrowed from it. */
int auth_config(const json_t *auth, struct auth *out, aw_error *err);
void auth_free(struct auth *a);

/* Makes sure there is a header (a->header stays NULL for AUTH_NONE). AW_ECONFIG, AW_EACCES ...:
 * the secret cannot be read. AW_EREFUSED: the token's server refused the client. AW_ENET: it
 * cannot be reached now. */
int auth_ready(struct auth *a, struct http_client *http, aw_error *err);
/* The peer refused the header: makes a new one if the secret, or the token, can be
 * another. False: it would be the same. */
bool auth_renew(struct auth *a, struct http_client *http, aw_error *err);
/* Did the secret's file change since the header was made? Forgets the header then. */
bool auth_changed(struct auth *a);

/* oauth.c: asks the token's server; *out_token for secret_free(). */
int oauth_token(const struct auth *a, struct http_client *http, char **out_token,
                int64_t *out_lifetime_s, aw_error *err);
/* Reads its answer (RFC 6749, 5.1); separate for the fuzzer. */
int oauth_read(const char *body, size_t len, char **out_token, int64_t *out_lifetime_s,
               aw_error *err);

#endif
