/* lrs_config.c - one element of the configuration's "lrs". docs/lrs.md lists its members. */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "lrs.h"

#define DAY_MS INT64_C(86400000)

static const char *const names[] = {
    "name",   "endpoint", "version", "auth",    "batch",       "timeout_ms", "connect_timeout_ms",
    "ca_file", "proxy",   "proxy_user", "proxy_password_file", "proxy_password_env", "filter",
    "rate",   "backoff",  "probe_ms", "attachments", "erase",
    "documents", NULL};

static int check_name(const char *name, aw_error *err)
{
    size_t len = name ? strlen(name) : 0;
    if (len > 0 && len <= 64 &&
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == len)
        return AW_OK;
    return error_set(err, AW_ECONFIG, "lrs.name",
                     "every LRS needs a name of at most 64 letters, digits, - _ or .");
}

/* Credentials in the address would end up in logs; a query would hide the resource. */
static int check_url(const char *where, const char *url, aw_error *err)
{
    const char *rest = NULL;
    if (url && strncmp(url, "https://", 8) == 0)
        rest = url + 8;
    else if (url && strncmp(url, "http://", 7) == 0)
        rest = url + 7;
    if (!rest || !*rest || *rest == '/')
        return error_set(err, AW_ECONFIG, where,
                         "must be an address that begins with https:// (or http://), such as "
                         "https://lrs.example.org/xapi");
    if (strchr(rest, '@'))
        return error_set(err, AW_ECONFIG, where,
                         "must not hold a user or password; use \"auth\"");
    for (const unsigned char *p = (const unsigned char *)rest; *p; p++)
        if (*p <= 32 || *p == '?' || *p == '#' || *p == 127)
            return error_set(err, AW_ECONFIG, where, "must not hold spaces, ? or #");
    return AW_OK;
}

static int read_endpoint(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    int rc = json_get_text(obj, "name", 64, &c->name, err);
    if (rc == AW_OK)
        rc = check_name(c->name, err);
    if (rc == AW_OK)
        rc = json_get_text(obj, "endpoint", 1500, &c->endpoint, err);
    if (rc == AW_OK)
        rc = check_url("lrs.endpoint", c->endpoint, err);
    if (rc == AW_OK)
        rc = json_get_text(obj, "version", 16, &c->version, err);
    if (rc == AW_OK && strcmp(c->version, "1.0.3") != 0 && strcmp(c->version, "2.0.0") != 0)
        rc = error_set(err, AW_ECONFIG, "lrs.version", "\"%.16s\" is not known; use \"1.0.3\" or "
                       "\"2.0.0\"", c->version);
    snprintf(c->version_header, sizeof c->version_header, "X-Experience-API-Version: %s",
             c->version);
    return rc;
}

static int read_batch(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    static const char *const members[] = {"statements", "bytes", NULL};
    const json_t *batch = NULL;
    int rc = json_get_object(obj, "batch", &batch, err);
    if (rc != AW_OK || !batch)
        return rc;
    rc = json_only(batch, "batch", members, err);
    if (rc == AW_OK)
        rc = json_get_i64(batch, "statements", 1, LRS_MAX_BATCH, &c->batch_statements, err);
    if (rc == AW_OK)
        rc = json_get_i64(batch, "bytes", 1024, INT64_C(64) << 20, &c->batch_bytes, err);
    return rc;
}

static int read_times(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    static const char *const members[] = {"first_ms", "cap_ms", NULL};
    const json_t *backoff = NULL;
    int rc = json_get_i64(obj, "timeout_ms", 100, 600000, &c->timeout_ms, err);
    if (rc == AW_OK)
        rc = json_get_i64(obj, "connect_timeout_ms", 100, 600000, &c->connect_timeout_ms, err);
    if (rc == AW_OK)
        rc = json_get_i64(obj, "probe_ms", 10, DAY_MS, &c->probe_ms, err);
    if (rc == AW_OK)
        rc = json_get_object(obj, "backoff", &backoff, err);
    if (rc != AW_OK || !backoff)
        return rc;
    rc = json_only(backoff, "backoff", members, err);
    if (rc == AW_OK)
        rc = json_get_i64(backoff, "first_ms", 1, DAY_MS, &c->backoff_first_ms, err);
    if (rc == AW_OK)
        rc = json_get_i64(backoff, "cap_ms", 1, DAY_MS, &c->backoff_cap_ms, err);
    return rc;
}

static int read_rate(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    static const char *const members[] = {"requests_per_minute", "statements_per_second", NULL};
    const json_t *rate = NULL;
    int64_t per_minute = 0;
    int rc = json_get_object(obj, "rate", &rate, err);
    if (rc != AW_OK || !rate)
        return rc;
    rc = json_only(rate, "rate", members, err);
    if (rc == AW_OK)
        rc = json_get_i64(rate, "requests_per_minute", 1, 1000000, &per_minute, err);
    if (rc == AW_OK)
        rc = json_get_i64(rate, "statements_per_second", 1, 1000000, &c->statements_per_s, err);
    if (per_minute > 0) /* rounded up: never faster than allowed */
        c->spacing_ms = (60000 + per_minute - 1) / per_minute;
    return rc;
}

static int read_network(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    int rc = json_get_text(obj, "ca_file", 4095, &c->ca_file, err);
    if (rc == AW_OK)
        rc = json_get_text(obj, "proxy", 1500, &c->proxy, err);
    if (rc == AW_OK && c->proxy)
        rc = check_url("lrs.proxy", c->proxy, err);
    if (rc == AW_OK)
        rc = json_get_text(obj, "proxy_user", 1024, &c->proxy_user, err);
    if (rc == AW_OK)
        rc = secret_config(obj, "proxy_password", &c->proxy_password, err);
    return rc;
}

static int read_attachments(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    static const char *const members[] = {"max_bytes", NULL};
    const json_t *o = NULL;
    int rc = json_get_object(obj, "attachments", &o, err);
    if (rc != AW_OK || !o)
        return rc;
    rc = json_only(o, "attachments", members, err);
    if (rc == AW_OK)
        rc = json_get_i64(o, "max_bytes", 0, INT64_C(256) << 20, &c->attachment_bytes, err);
    return rc;
}

/* An LRS's own way to erase a person: a request with the actor's JSON in place of {actor}. */
static int read_erase(const json_t *obj, struct lrs_config *c, aw_error *err)
{
    static const char *const members[] = {"url", "method", NULL};
    const json_t *o = NULL;
    int rc = json_get_object(obj, "erase", &o, err);
    if (rc != AW_OK || !o)
        return rc;
    rc = json_only(o, "erase", members, err);
    if (rc == AW_OK)
        rc = json_get_text(o, "url", 2048, &c->erase_url, err);
    if (rc == AW_OK)
        rc = json_get_text(o, "method", 16, &c->erase_method, err);
    if (rc == AW_OK && (!c->erase_url || strncmp(c->erase_url, "http", 4) != 0))
        rc = error_set(err, AW_ECONFIG, "erase.url", "is missing, or is no http(s) address");
    if (rc == AW_OK && strcmp(c->erase_method, "POST") != 0 &&
        strcmp(c->erase_method, "DELETE") != 0)
        rc = error_set(err, AW_ECONFIG, "erase.method", "must be \"POST\" or \"DELETE\"");
    return rc;
}

int lrs_config_read(const json_t *obj, struct lrs_config *out, aw_error *err)
{
    const json_t *auth = NULL, *filter = NULL;
    struct lrs_config c = {.version = "1.0.3", .batch_statements = 50, .batch_bytes = 1000000,
                           .timeout_ms = 30000, .connect_timeout_ms = 5000, .probe_ms = 60000,
                           .backoff_first_ms = 500, .backoff_cap_ms = 60000,
                           .attachment_bytes = LIMIT_ATTACHMENT_BYTES, .erase_method = "DELETE"};
    int rc = json_want_object(obj, "lrs", err);
    if (rc == AW_OK)
        rc = json_only(obj, "lrs", names, err);
    if (rc == AW_OK)
        rc = read_endpoint(obj, &c, err);
    if (rc == AW_OK)
        rc = read_batch(obj, &c, err);
    if (rc == AW_OK)
        rc = read_times(obj, &c, err);
    if (rc == AW_OK)
        rc = read_rate(obj, &c, err);
    if (rc == AW_OK)
        rc = read_network(obj, &c, err);
    if (rc == AW_OK)
        rc = read_attachments(obj, &c, err);
    if (rc == AW_OK)
        rc = read_erase(obj, &c, err);
    if (rc == AW_OK)
        rc = json_get_bool(obj, "documents", &c.documents, err);
    if (rc == AW_OK)
        rc = json_get_object(obj, "auth", &auth, err);
    if (rc == AW_OK)
        rc = auth_config(auth, &c.auth, err);
    if (rc == AW_OK)
        rc = json_get_object(obj, "filter", &filter, err);
    if (rc == AW_OK)
        rc = filter_config(filter, &c.filter, err);
    if (rc == AW_OK)
        *out = c;
    else if (rc == AW_EINVAL || rc == AW_ELIMIT) {
        if (err)
            err->code = AW_ECONFIG; /* to the administrator it is all configuration */
        rc = AW_ECONFIG;
    }
    return rc;
}

void lrs_config_free(struct lrs_config *c)
{
    auth_free(&c->auth);
    filter_free(&c->filter);
}
