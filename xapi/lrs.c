/* lrs.c - opening and closing one LRS, its alerts and its report. */
#include "lrs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "error.h"
#include "timestamp.h"

#define STOP_GRACE_MS 10000 /* what a request in flight gets once the worker is told to stop */

static int open_http(struct xapi_lrs *lrs, aw_error *err)
{
    const struct lrs_config *c = &lrs->config;
    char *password = NULL;
    if (c->proxy_password.file || c->proxy_password.env) {
        int rc = secret_read(&c->proxy_password, "proxy_password", &password, err);
        if (rc != AW_OK)
            return rc;
    }
    const struct http_options options = {
        .timeout_ms = c->timeout_ms, .connect_timeout_ms = c->connect_timeout_ms,
        .ca_file = c->ca_file, .proxy = c->proxy, .proxy_user = c->proxy_user,
        .proxy_password = password, .stop = lrs->around.stop, .stop_grace_ms = STOP_GRACE_MS};
    int rc = http_open(&options, &lrs->http, err);
    secret_free(password);
    return rc;
}

static int allocate(struct xapi_lrs *lrs, const struct xapi_lrs_surroundings *around,
                    aw_error *err)
{
    size_t n = (size_t)lrs->config.batch_statements;
    for (lrs->seen_size = 4; lrs->seen_size < 2 * n; lrs->seen_size *= 2)
        ;
    lrs->spans = calloc(2 * n + 1, sizeof *lrs->spans);
    lrs->seen = calloc(lrs->seen_size, sizeof *lrs->seen);
    const char *dir = around ? around->attachments_dir : NULL;
    lrs->around.stop = around ? around->stop : NULL;
    lrs->attachments_dir = dir ? strdup(dir) : NULL;
    lrs->around.attachments_dir = lrs->attachments_dir;
    bool all = lrs->spans && lrs->seen && (!dir || lrs->attachments_dir);
    return all ? AW_OK : error_nomem(err, "lrs");
}

int xapi_lrs_open(const json_t *config, const struct xapi_lrs_surroundings *surroundings,
                  struct xapi_lrs **out, aw_error *err)
{
    struct xapi_lrs *lrs = calloc(1, sizeof *lrs);
    if (!lrs || !(lrs->json = json_deep_copy(config))) {
        free(lrs);
        return error_nomem(err, "lrs");
    }
    lrs->answer = (struct http_answer)HTTP_ANSWER_INIT;
    int rc = lrs_config_read(lrs->json, &lrs->config, err);
    if (rc == AW_OK)
        rc = allocate(lrs, surroundings, err);
    if (rc == AW_OK)
        rc = open_http(lrs, err);
    if (rc != AW_OK) {
        xapi_lrs_close(lrs);
        return rc;
    }
    lrs->max_bytes = (size_t)lrs->config.batch_bytes;
    lrs->max_statements = (size_t)lrs->config.batch_statements;
    lrs->spacing_ms = lrs->config.spacing_ms;
    lrs->backoff = (struct backoff){.first_ms = lrs->config.backoff_first_ms,
                                    .cap_ms = lrs->config.backoff_cap_ms};
    digest_random(&lrs->backoff.random, sizeof lrs->backoff.random);
    *out = lrs;
    return AW_OK;
}

void xapi_lrs_close(struct xapi_lrs *lrs)
{
    if (!lrs)
        return;
    http_close(lrs->http);
    http_answer_free(&lrs->answer);
    lrs_config_free(&lrs->config);
    json_decref(lrs->json);
    free(lrs->attachments_dir);
    free(lrs->spans);
    free(lrs->seen);
    free(lrs);
}

int xapi_lrs_check_config(const json_t *config, aw_error *err)
{
    struct lrs_config c;
    int rc = lrs_config_read(config, &c, err);
    if (rc == AW_OK)
        lrs_config_free(&c);
    return rc;
}

bool xapi_lrs_documents(const struct xapi_lrs *lrs)
{
    return lrs->config.documents;
}

const char *xapi_lrs_name(const struct xapi_lrs *lrs)
{
    return lrs->config.name;
}

size_t xapi_lrs_batch_statements(const struct xapi_lrs *lrs)
{
    return (size_t)lrs->config.batch_statements;
}

size_t xapi_lrs_batch_bytes(const struct xapi_lrs *lrs)
{
    return (size_t)lrs->config.batch_bytes;
}

bool xapi_lrs_wants(const struct xapi_lrs *lrs, int verb, unsigned of, const char *course,
                    size_t course_len)
{
    return filter_passes(&lrs->config.filter, verb, of, course, course_len);
}

/* What a person has to know and do; %s is what was seen. */
static const struct {
    const char *name, *advice;
} alerts[] = {
    [XAPI_ALERT_NONE] = {"none", ""},
    [XAPI_ALERT_UNREACHABLE] = {"unreachable",
                                "it is tried again by itself; check that the LRS runs, and "
                                "\"endpoint\" and \"proxy\""},
    [XAPI_ALERT_TLS] = {"tls", "nothing was sent; check the certificate's name and issuer; a "
                               "private CA goes into \"ca_file\""},
    [XAPI_ALERT_SILENT] = {"silent", "the same statements are sent again, which is safe; if it "
                                     "goes on, raise \"timeout_ms\" or lower \"batch\""},
    [XAPI_ALERT_BUSY] = {"busy", "it asks to be sent less; delivery has slowed down"},
    [XAPI_ALERT_TROUBLE] = {"trouble", "the LRS has an error of its own; it is tried again by "
                                       "itself; see the LRS's log"},
    [XAPI_ALERT_CREDENTIALS] = {"credentials", "nothing is lost; mend \"auth\" (files are read "
                                               "again by themselves) or the rights at the LRS"},
    [XAPI_ALERT_ENDPOINT] = {"endpoint", "nothing is lost; \"endpoint\" must be the address that "
                                         "\"/statements\" can be added to"},
    [XAPI_ALERT_SUSPECT] = {"suspect", "it refuses every statement, so that the version is "
                                       "suspected and nothing is given up; check \"version\""},
};

const char *xapi_alert_name(enum xapi_alert alert)
{
    return alerts[alert].name;
}

void lrs_alert(struct xapi_lrs *lrs, enum xapi_health health, enum xapi_alert alert,
               const char *detail, int64_t now_ms)
{
    struct xapi_lrs_report *r = &lrs->report;
    r->health = health;
    if (alert == XAPI_ALERT_NONE)
        return;
    if (r->alert != alert)
        r->alert_since_ms = now_ms;
    r->alert = alert;
    snprintf(r->alert_text, sizeof r->alert_text, "%.280s; %s", detail, alerts[alert].advice);
}

void lrs_calm(struct xapi_lrs *lrs)
{
    struct xapi_lrs_report *r = &lrs->report;
    r->health = XAPI_HEALTHY;
    r->alert = XAPI_ALERT_NONE;
    r->alert_since_ms = 0;
    r->alert_text[0] = 0;
}

void xapi_lrs_report(const struct xapi_lrs *lrs, struct xapi_lrs_report *out)
{
    *out = lrs->report;
    out->batch_statements = lrs->max_statements;
    out->batch_bytes = lrs->max_bytes;
    out->spacing_ms = lrs->spacing_ms;
    int64_t wait = lrs->not_before_ms - timestamp_monotonic_ms();
    out->next_ms = wait > 0 ? timestamp_now_ms() + wait : 0;
}
