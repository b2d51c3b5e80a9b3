/* listener.c - libmicrohttpd behind a table of routes. */
#include "listener.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define THREADS 4
#define CONNECTIONS 128
#define CONNECTIONS_PER_ADDRESS 64 /* behind a proxy all are one */
#define CONNECTION_BYTES 32768     /* request line and headers */
#define IDLE_SECONDS 15
#define TOKEN_BYTES 2048

struct listener {
    struct MHD_Daemon *daemon;
    struct listener_handlers handlers;
    uint16_t port;
    bool metrics_everywhere;
};

struct request { /* of one connection, until it is answered */
    struct buf body;
    bool too_large;
};

/* ---- answers ----------------------------------------------------------------------- */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              const char *body, size_t len, const char *location)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)body,
                                                             MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r, "Referrer-Policy", "no-referrer"); /* the token is in the address */
    MHD_add_response_header(r, "Content-Security-Policy",
                            "default-src 'none'; style-src 'unsafe-inline'");
    if (location)
        MHD_add_response_header(r, "Location", location);
    enum MHD_Result queued = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return queued;
}

static enum MHD_Result say_text(struct MHD_Connection *c, unsigned status, const char *text)
{
    return answer(c, status, "text/plain; charset=utf-8", text, strlen(text), NULL);
}

/* For a learner: a few words, nothing of the request in them. */
static enum MHD_Result say_page(struct MHD_Connection *c, unsigned status, const char *title,
                                const char *text)
{
    char page[2048];
    int n = snprintf(page, sizeof page,
                     "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                     "content=\"width=device-width\"><title>%s</title><body style=\"font:1.1rem/1.5 "
                     "system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem\">"
                     "<h1 style=\"font-size:1.5rem\">%s</h1><p>%s</p></body></html>\n",
                     title, title, text);
    return answer(c, status, "text/html; charset=utf-8", page, n > 0 ? (size_t)n : 0, NULL);
}

/* ---- routes ------------------------------------------------------------------------------ */

struct headers {
    aw_forum_header list[LISTENER_HEADERS];
    size_t count;
};

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    struct headers *h = context;
    (void)kind;
    if (h->count == LISTENER_HEADERS)
        return MHD_NO;
    h->list[h->count++] = (aw_forum_header){name, value ? value : ""};
    return MHD_YES;
}

static enum MHD_Result webhook(struct listener *l, struct MHD_Connection *c, const char *forum,
                               const struct request *r)
{
    struct headers headers = {.count = 0};
    if (r->too_large)
        return say_text(c, MHD_HTTP_CONTENT_TOO_LARGE, "a webhook is at most 1 MiB\n");
    if (!*forum || strchr(forum, '/') || !l->handlers.webhook)
        return say_text(c, MHD_HTTP_NOT_FOUND, "no such forum\n");
    MHD_get_connection_values(c, MHD_HEADER_KIND, collect, &headers);
    int outcome = l->handlers.webhook(l->handlers.context, forum, headers.list, headers.count,
                                      r->body.data ? r->body.data : "", r->body.len);
    switch (outcome) {
    case AW_FORUM_OK:
        return say_text(c, MHD_HTTP_OK, "ok\n");
    case AW_FORUM_RETRY:
        return say_text(c, MHD_HTTP_SERVICE_UNAVAILABLE, "later\n");
    case AW_FORUM_REFUSED: /* not why: whoever guesses learns nothing */
        return say_text(c, MHD_HTTP_FORBIDDEN, "refused\n");
    default:
        return say_text(c, MHD_HTTP_NOT_FOUND, "no such forum\n");
    }
}

static bool is_address(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

static bool is_token(const char *token)
{
    size_t len = strlen(token);
    return len > 0 && len <= TOKEN_BYTES &&
           strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static enum MHD_Result discuss(struct listener *l, struct MHD_Connection *c, const char *token)
{
    char url[LISTENER_URL_BYTES] = "";
    int rc = is_token(token) && l->handlers.discuss
                 ? l->handlers.discuss(l->handlers.context, token, url) : AW_ENOTFOUND;
    /* What leads elsewhere than to a web page, or holds a line break, is a defect of ours. */
    if (rc == AW_OK && (!is_address(url) || strpbrk(url, "\r\n")))
        rc = AW_EAGAIN;
    if (rc == AW_OK)
        return answer(c, MHD_HTTP_FOUND, "text/plain; charset=utf-8", "", 0, url);
    if (rc == AW_ENOTFOUND)
        return say_page(c, MHD_HTTP_NOT_FOUND, "This link leads nowhere",
                        "Open the discussion from your course, or ask for a new invitation.");
    return say_page(c, MHD_HTTP_SERVICE_UNAVAILABLE, "Just a moment",
                    "The discussion is not reachable right now. Please try again in a few minutes.");
}

static bool from_loopback(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info ? info->client_addr : NULL;
    if (peer && peer->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)peer)->sin_addr.s_addr) >> 24 == 127;
    if (peer && peer->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr);
    return false;
}

static enum MHD_Result metrics(struct listener *l, struct MHD_Connection *c)
{
    struct buf text = BUF_INIT(4u << 20);
    enum MHD_Result r;
    if (!l->metrics_everywhere && !from_loopback(c))
        return say_text(c, MHD_HTTP_FORBIDDEN, "metrics are for this machine only\n");
    if (!l->handlers.metrics || l->handlers.metrics(l->handlers.context, &text) != AW_OK ||
        text.error)
        r = say_text(c, MHD_HTTP_SERVICE_UNAVAILABLE, "the figures cannot be read now\n");
    else
        r = answer(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                   text.data ? text.data : "", text.len, NULL);
    buf_free(&text);
    return r;
}

static enum MHD_Result health(struct listener *l, struct MHD_Connection *c)
{
    char why[512] = "";
    bool well = !l->handlers.health || l->handlers.health(l->handlers.context, why, sizeof why - 1);
    if (well)
        return say_text(c, MHD_HTTP_OK, "ok\n");
    size_t len = strlen(why);
    why[len] = '\n'; /* one byte was kept for it */
    why[len + 1 < sizeof why ? len + 1 : len] = 0;
    return say_text(c, MHD_HTTP_SERVICE_UNAVAILABLE, why);
}

static const char *below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 ? path + n : NULL;
}

static enum MHD_Result route(struct listener *l, struct MHD_Connection *c, const char *method,
                             const char *path, const struct request *r)
{
    bool get = strcmp(method, "GET") == 0, post = strcmp(method, "POST") == 0;
    bool head = strcmp(method, "HEAD") == 0; /* a preview of a link is no view */
    const char *rest;
    if ((rest = below(path, "/webhook/")))
        return post ? webhook(l, c, rest, r) : say_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "POST only\n");
    if ((rest = below(path, "/discuss/")))
        return get ? discuss(l, c, rest) : say_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
    if (!get && !head)
        return say_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
    if (strcmp(path, "/metrics") == 0)
        return metrics(l, c);
    if (strcmp(path, "/healthz") == 0)
        return health(l, c);
    return say_text(c, MHD_HTTP_NOT_FOUND, "nothing here\n");
}

/* ---- libmicrohttpd --------------------------------------------------------------------------- */

/* Answered before anything of it is read. */
static bool announced_too_large(struct MHD_Connection *c)
{
    const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
    return length && (strlen(length) > 9 || strtol(length, NULL, 10) > (long)LISTENER_BODY_BYTES);
}

static enum MHD_Result serve(void *context, struct MHD_Connection *c, const char *path,
                             const char *method, const char *version, const char *data,
                             size_t *data_len, void **state)
{
    struct request *r = *state;
    (void)version;
    if (!r) { /* the headers are there */
        r = calloc(1, sizeof *r);
        if (!r)
            return MHD_NO;
        buf_init(&r->body, LISTENER_BODY_BYTES);
        *state = r;
        r->too_large = announced_too_large(c);
        return r->too_large ? route(context, c, method, path, r) : MHD_YES;
    }
    if (*data_len > 0) {
        buf_append(&r->body, data, *data_len);
        *data_len = 0;
        return r->body.error == AW_OK ? MHD_YES : MHD_NO; /* more than was announced: cut off */
    }
    return route(context, c, method, path, r);
}

static void completed(void *context, struct MHD_Connection *c, void **state,
                      enum MHD_RequestTerminationCode why)
{
    struct request *r = *state;
    (void)context;
    (void)c;
    (void)why;
    if (r)
        buf_free(&r->body);
    free(r);
    *state = NULL;
}

/* IPv4 or IPv6, numeric: a name could mean another machine tomorrow. */
static bool read_address(const char *text, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return true;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return true;
    }
    return false;
}

int listener_start(const struct listener_options *options, const struct listener_handlers *handlers,
                   struct listener **out, aw_error *err)
{
    const char *address = options->address ? options->address : "127.0.0.1";
    struct sockaddr_storage at;
    if (!read_address(address, options->port, &at))
        return error_set(err, AW_ECONFIG, "listener.address",
                         "\"%s\" is not an IP address; use 127.0.0.1, ::1 or one of this machine",
                         address);
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return error_nomem(err, "listener");
    l->handlers = *handlers;
    l->metrics_everywhere = options->metrics_everywhere;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                     (at.ss_family == AF_INET6 ? (unsigned)MHD_USE_IPv6 : 0u);
    l->daemon = MHD_start_daemon(
        flags, options->port, NULL, NULL, serve, l, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_PER_ADDRESS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    if (!l->daemon) {
        free(l);
        return error_set(err, AW_EBUSY, "listener",
                         "cannot listen on %s port %u; is the port taken, or the address not this "
                         "machine's?", address, options->port);
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT);
    l->port = info && info->port ? info->port : options->port;
    *out = l;
    return AW_OK;
}

uint16_t listener_port(const struct listener *l)
{
    return l->port;
}

void listener_stop(struct listener *l)
{
    if (!l)
        return;
    MHD_stop_daemon(l->daemon);
    free(l);
}
