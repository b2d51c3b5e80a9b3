/*
 * listener.h - the worker's own HTTP: webhooks in, learners through, figures out.
 *
 *   POST /webhook/<forum>     what a forum tells, at most LISTENER_BODY_BYTES
 *   GET  /discuss/<token>     sends the learner on to the discussion (302)
 *   GET  /metrics             Prometheus text, to loopback peers unless metrics_everywhere
 *   GET  /healthz             200 "ok", or 503 with what is wrong
 *
 * It knows nothing of forums and state: whoever starts it gives it handlers, which are
 * called from several threads at once. It never redirects to where a request says, never
 * repeats what a request says in a page, and bounds connections, headers, bodies and time.
 */
#ifndef MODULE_LISTENER_H
#define MODULE_LISTENER_H

#include <afterword/afterword.h>
#include <afterword/forum.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#define LISTENER_BODY_BYTES (1u << 20)
#define LISTENER_HEADERS 64
#define LISTENER_URL_BYTES 1024

#define LISTENER_NO_FORUM (-1)

struct listener_handlers {
    void *context;
    /* An aw_forum_outcome: OK answers 200, RETRY 503, REFUSED 403, UNSUPPORTED and
     * LISTENER_NO_FORUM 404. */
    int (*webhook)(void *context, const char *forum, const aw_forum_header *headers, size_t count,
                   const char *body, size_t body_bytes);
    /* Where the token leads. AW_OK and an http or https address, AW_ENOTFOUND (not a token of
     * ours), AW_EAGAIN (not open yet), or what prevented it. */
    int (*discuss)(void *context, const char *token, char url[LISTENER_URL_BYTES]);
    int (*metrics)(void *context, struct buf *out);
    /* True, or false and what is wrong. */
    bool (*health)(void *context, char *why, size_t why_size);
};

struct listener_options {
    const char *address;      /* NULL: 127.0.0.1 */
    uint16_t port;            /* 0: a free one */
    bool metrics_everywhere;
};

struct listener;

/* Listens when it returns AW_OK; the handlers must stay until listener_stop() has returned. */
int listener_start(const struct listener_options *options, const struct listener_handlers *handlers,
                   struct listener **out, aw_error *err);
uint16_t listener_port(const struct listener *l);
void listener_stop(struct listener *l); /* ends what is in flight; NULL accepted */

#endif
