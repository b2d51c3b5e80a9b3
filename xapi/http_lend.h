/*
 * http_lend.h - the HTTP that the core lends to forum providers (aw_forum_services).
 *
 * The same client as for LRSs: TLS verified, no redirects followed, answers
 * bounded, and whether the peer may have acted is always said. One per
 * provider thread.
 */
#ifndef XAPI_HTTP_LEND_H
#define XAPI_HTTP_LEND_H

#include <afterword/forum.h>

#include "http.h"

/* For aw_forum_services.http and .http_free; user: a struct http_client. */
int http_lend(void *user, const aw_forum_http *request, aw_forum_http_reply *out);
void http_lend_free(void *user, aw_forum_http_reply *reply);

#endif
