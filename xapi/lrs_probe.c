/* lrs_probe.c - is the LRS there, does it speak the version, does it take the credentials? */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "error.h"
#include "json.h"
#include "lrs.h"

static void list_versions(const struct http_answer *a, char *out, size_t size, bool *speaks,
                          const char *wanted)
{
    json_t *root = NULL;
    const json_t *list = NULL;
    size_t i, used = 0;
    json_t *value;
    out[0] = 0;
    *speaks = true; /* an about that says nothing is no proof of anything */
    if (json_read(a->body.data ? a->body.data : "", a->body.len, 65536, "about", &root, NULL) != AW_OK)
        return;
    if (json_get_array(root, "version", &list, NULL) == AW_OK && list) {
        *speaks = false;
        json_array_foreach(list, i, value)
        {
            const char *v = json_is_string(value) ? json_string_value(value) : "?";
            *speaks = *speaks || strncmp(v, wanted, 3) == 0;
            if (used + 24 < size)
                used += (size_t)snprintf(out + used, size - used, "%s%.16s", used ? ", " : "", v);
        }
    }
    json_decref(root);
}

static int failed(struct xapi_lrs *lrs, const char *what, aw_error *err)
{
    const struct http_answer *a = &lrs->answer;
    char reason[256];
    if (a->fate != HTTP_ANSWERED)
        return error_set(err, AW_ENET, lrs->config.name, "%s: %s", lrs->config.endpoint, a->error);
    answer_reason(a->body.data ? a->body.data : "", a->body.len, reason, sizeof reason);
    const struct retry_answer answer = lrs_answer(lrs, 0);
    enum xapi_alert alert = retry_decide(&answer).alert;
    const char *advice = alert == XAPI_ALERT_CREDENTIALS ? "check \"auth\" and the rights at the LRS"
                         : alert == XAPI_ALERT_ENDPOINT  ? "check \"endpoint\""
                                                         : "see the LRS's log";
    return error_set(err, alert == XAPI_ALERT_TROUBLE || alert == XAPI_ALERT_BUSY ? AW_ENET
                                                                                  : AW_EREFUSED,
                     lrs->config.name, "%s answered %d to %s; %s (%.160s)", lrs->config.endpoint,
                     a->status, what, advice, reason);
}

int xapi_lrs_probe(struct xapi_lrs *lrs, char *out_text, size_t size, aw_error *err)
{
    char versions[128] = "";
    bool speaks = true;
    int rc = lrs_call(lrs, "GET", "about", NULL, NULL, 0, err);
    if (rc != AW_OK)
        return rc;
    if (lrs->answer.fate != HTTP_ANSWERED)
        return failed(lrs, "GET about", err);
    /* Some LRSs have no about; the statements resource decides. */
    if (lrs->answer.status == 200)
        list_versions(&lrs->answer, versions, sizeof versions, &speaks, lrs->config.version);
    if (!speaks)
        return error_set(err, AW_EREFUSED, lrs->config.name,
                         "it speaks %s, not %s; change \"version\"", versions, lrs->config.version);
    rc = lrs_call(lrs, "GET", "statements?limit=1", NULL, NULL, 0, err);
    if (rc != AW_OK)
        return rc;
    const struct http_answer *a = &lrs->answer;
    if (a->fate != HTTP_ANSWERED || a->status != 200 ||
        answer_is_web_page(a->content_type, a->body.data ? a->body.data : "", a->body.len))
        return failed(lrs, "GET statements", err);
    snprintf(out_text, size, "%s is there%s%s, answers in %lld ms", lrs->config.endpoint,
             versions[0] ? ", speaks " : "", versions, (long long)a->latency_ms);
    return AW_OK;
}
