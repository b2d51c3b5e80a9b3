/* retry.c - what an LRS's answer means: one table, read from above, the first row that fits. */
#include "retry.h"

struct row {
    int from, to;                /* statuses */
    struct retry_verdict verdict;
};

#define ALERT(name) .alert = XAPI_ALERT_##name

static const struct row rows[] = {
    {200, 299, {.action = RETRY_DELIVERED}},
    /* A redirect is not followed: it could carry the credentials to another host. */
    {300, 399, {.action = RETRY_STOP, ALERT(ENDPOINT)}},
    {400, 400, {.action = RETRY_BISECT, .dead = XAPI_DEAD_INVALID}},
    {401, 401, {.action = RETRY_STOP, ALERT(CREDENTIALS)}},
    {403, 403, {.action = RETRY_STOP, ALERT(CREDENTIALS)}},
    {404, 405, {.action = RETRY_STOP, ALERT(ENDPOINT)}},
    {406, 406, {.action = RETRY_STOP, ALERT(SUSPECT)}},
    {407, 407, {.action = RETRY_STOP, ALERT(CREDENTIALS)}},
    {408, 408, {.action = RETRY_LATER, ALERT(SILENT), .unknown = true, .shrink = true}},
    {409, 409, {.action = RETRY_BISECT, .dead = XAPI_DEAD_CONFLICT}},
    {410, 410, {.action = RETRY_STOP, ALERT(ENDPOINT)}},
    {412, 412, {.action = RETRY_BISECT, .dead = XAPI_DEAD_PRECONDITION}},
    {413, 413, {.action = RETRY_HALVE, .dead = XAPI_DEAD_TOO_LARGE}},
    {415, 415, {.action = RETRY_STOP, ALERT(SUSPECT)}},
    {422, 422, {.action = RETRY_BISECT, .dead = XAPI_DEAD_INVALID}},
    {425, 425, {.action = RETRY_LATER, ALERT(BUSY)}},
    {429, 429, {.action = RETRY_LATER, ALERT(BUSY)}},
    {500, 599, {.action = RETRY_LATER, ALERT(TROUBLE), .shrink = true}},
};

/* Anything else is no LRS that we know: keep everything and tell a person. */
static const struct retry_verdict stranger = {.action = RETRY_STOP, ALERT(ENDPOINT)};

static const enum xapi_alert trouble_alerts[] = {
    [HTTP_TROUBLE_NONE] = XAPI_ALERT_SILENT,
    [HTTP_TROUBLE_NAME] = XAPI_ALERT_UNREACHABLE,
    [HTTP_TROUBLE_CONNECT] = XAPI_ALERT_UNREACHABLE,
    [HTTP_TROUBLE_TLS] = XAPI_ALERT_TLS,
    [HTTP_TROUBLE_TIMEOUT] = XAPI_ALERT_SILENT,
    [HTTP_TROUBLE_BROKEN] = XAPI_ALERT_SILENT,
    [HTTP_TROUBLE_STOPPED] = XAPI_ALERT_NONE,
};

struct retry_verdict retry_decide(const struct retry_answer *a)
{
    if (a->fate != HTTP_ANSWERED) {
        bool unknown = a->fate == HTTP_UNKNOWN;
        enum xapi_alert alert = trouble_alerts[a->trouble];
        if (!unknown && alert == XAPI_ALERT_SILENT)
            alert = XAPI_ALERT_UNREACHABLE; /* it timed out before anything was sent */
        /* A batch that is cut again and again may be more than the LRS can do in time. */
        return (struct retry_verdict){.action = RETRY_LATER, .alert = alert, .unknown = unknown,
                                      .shrink = unknown};
    }
    if (a->retry_after_ms >= 0 && (a->status == 429 || a->status == 503))
        return (struct retry_verdict){.action = RETRY_WAIT, .alert = XAPI_ALERT_BUSY};
    /* A login or portal page that answers 200 has stored nothing. */
    if (a->status >= 200 && a->status <= 299 && a->web_page)
        return stranger;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (a->status >= rows[i].from && a->status <= rows[i].to)
            return rows[i].verdict;
    return stranger;
}
