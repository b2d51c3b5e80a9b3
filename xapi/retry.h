/*
 * retry.h - what an LRS's answer means and what to do about it: a pure decision.
 *
 * The table in retry.c is the one of docs/lrs.md. Delivered, again or dead: every
 * reaction is one of these in the end; how many statements the request had and
 * what happened before is deliver.c's business.
 */
#ifndef XAPI_RETRY_H
#define XAPI_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver.h"
#include "http.h"

enum retry_action {
    RETRY_DELIVERED,
    RETRY_BISECT, /* one of them is at fault: halve; alone: a dead letter */
    RETRY_HALVE,  /* too large: halve and remember; alone: a dead letter */
    RETRY_WAIT,   /* as long as it says, and more slowly from then on */
    RETRY_LATER,  /* back off, then the same bytes */
    RETRY_STOP    /* a person is needed: keep everything, probe slowly */
};

struct retry_answer {
    enum http_fate fate;
    enum http_trouble trouble;
    int status;
    int64_t retry_after_ms; /* < 0: none */
    bool web_page;          /* the body is HTML */
};

struct retry_verdict {
    enum retry_action action;
    enum xapi_alert alert;
    const char *dead; /* the code of a dead letter, for BISECT and HALVE */
    bool unknown;     /* it may have been stored */
    bool shrink;      /* when it goes on, try smaller batches */
};

struct retry_verdict retry_decide(const struct retry_answer *answer);

/* Retry-After, seconds or one of the three forms of an HTTP date (RFC 9110, 10.2.3 and 5.6.7):
 * milliseconds from now, never more than an hour; -1 if it is neither. */
int64_t retry_after_ms(const char *text, int64_t now_ms);
#define RETRY_AFTER_MAX_MS INT64_C(3600000)

#endif
