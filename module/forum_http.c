/* forum_http.c - HTTP and the rest of what the core lends a provider. */
#include "forum_http.h"

#include <stdlib.h>
#include <time.h>

#include "error.h"
#include "http_lend.h"
#include "json.h"
#include "provider.h"
#include "stop.h"

#define SLICE_MS 20 /* how soon a pause ends with the worker */

struct forum_http {
    struct aw *aw;
    struct http_client *client;
    const volatile int *stop;
    aw_forum_services services;
};

static int call(void *user, const aw_forum_http *request, aw_forum_http_reply *out)
{
    return http_lend(((struct forum_http *)user)->client, request, out);
}

static void release(void *user, aw_forum_http_reply *reply)
{
    http_lend_free(((struct forum_http *)user)->client, reply);
}

static int64_t now_ms(void *user)
{
    return handle_now_ms(((struct forum_http *)user)->aw);
}

static void log_line(void *user, int level, const char *line)
{
    say(&((struct forum_http *)user)->aw->say, level, line, "from", "forum", SAY_END);
}

static int wait_ms(void *user, int64_t ms)
{
    const struct forum_http *h = user;
    for (; ms > 0 && !stop_asked(h->stop); ms -= SLICE_MS)
        nanosleep(&(struct timespec){.tv_nsec = (ms < SLICE_MS ? ms : SLICE_MS) * 1000000}, NULL);
    return stop_asked(h->stop);
}

int forum_http_open(struct aw *self, const json_t *config, const volatile int *stop,
                    struct forum_http **out, aw_error *err)
{
    struct http_options options = {.timeout_ms = 20000, .stop = stop, .stop_grace_ms = 10000};
    struct forum_http *h = calloc(1, sizeof *h);
    if (!h)
        return error_nomem(err, "forums");
    h->aw = self;
    h->stop = stop;
    int rc = json_get_i64(config, "timeout_ms", 100, 600000, &options.timeout_ms, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "ca_file", 4095, &options.ca_file, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "proxy", 1023, &options.proxy, err);
    if (rc == AW_OK)
        rc = http_open(&options, &h->client, err);
    if (rc != AW_OK) {
        free(h);
        return rc;
    }
    h->services = (aw_forum_services){.struct_size = sizeof h->services, .user = h, .http = call,
                                      .http_free = release, .now_ms = now_ms, .log = log_line,
                                      .wait = wait_ms};
    *out = h;
    return AW_OK;
}

void forum_http_close(struct forum_http *h)
{
    if (!h)
        return;
    http_close(h->client);
    free(h);
}

const aw_forum_services *forum_http_services(const struct forum_http *h)
{
    return &h->services;
}

/* What the core reads itself is not for the provider. */
static json_t *providers_part(const json_t *config)
{
    static const char *const ours[] = {"timeout_ms", "ca_file", "proxy", "poll_seconds"};
    json_t *part = json_copy((json_t *)config);
    for (size_t i = 0; part && i < sizeof ours / sizeof *ours; i++)
        json_object_del(part, ours[i]);
    return part;
}

int forum_provider_open(struct aw *self, const json_t *config, const struct forum_http *http,
                        struct provider **out, aw_error *err)
{
    json_t *part = providers_part(config);
    int rc = part ? provider_open(part, &self->host, &http->services, out, err)
                  : error_nomem(err, "forums");
    json_decref(part);
    return rc;
}
