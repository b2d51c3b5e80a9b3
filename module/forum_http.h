/* forum_http.h - HTTP and the rest of what the core lends a provider (forum.h). */
#ifndef MODULE_FORUM_HTTP_H
#define MODULE_FORUM_HTTP_H

#include <afterword/forum.h>
#include <jansson.h>

#include "handle.h"

struct forum_http;
struct provider;

/* config: "timeout_ms", "ca_file" and "proxy" of the forum. stop: ends a request in flight. */
int forum_http_open(struct aw *self, const json_t *config, const volatile int *stop,
                    struct forum_http **out, aw_error *err);
void forum_http_close(struct forum_http *h);
const aw_forum_services *forum_http_services(const struct forum_http *h);

/* Opens the provider with its own part of the configuration, without what the core reads. */
int forum_provider_open(struct aw *self, const json_t *config, const struct forum_http *http,
                        struct provider **out, aw_error *err);

#endif
