/*
 * provider.h - the forums that are configured: found by type, opened, called.
 *
 * A forum of the configuration is {"name": "community", "type": "discourse", ...}.
 * The type is one of the table below, "host" (the host's callbacks), or the path
 * of a shared object that exports aw_forum_provider_get(). "local" is part of the
 * interpreter and not opened here.
 *
 * Invariants: a provider with a smaller struct_size than ours lacks the calls at
 * its end and answers AW_FORUM_UNSUPPORTED to them; a reply is zeroed before each
 * call and its texts are terminated after it; secrets are read from their files
 * here and reach the provider only as part of its configuration text, which is
 * wiped after open(). One call at a time: the caller has one thread per provider
 * or a lock.
 */
#ifndef PROVIDERS_PROVIDER_H
#define PROVIDERS_PROVIDER_H

#include <afterword/forum.h>
#include <jansson.h>

#define PROVIDER_NAME_BYTES 64

struct provider;

extern const aw_forum_provider provider_discourse, provider_nodebb;

/* The built-in of this type, or NULL. */
const aw_forum_provider *provider_builtin(const char *type);

/*
 * Opens the forum that the configuration object describes; makes no connection.
 * host may be NULL (then type "host" is AW_ECONFIG); services outlives *out.
 */
int provider_open(const json_t *config, const aw_host *host, const aw_forum_services *services,
                  struct provider **out, aw_error *err);
void provider_close(struct provider *p);

const char *provider_name(const struct provider *p);
uint64_t provider_capabilities(const struct provider *p);

/* The calls that take a request. */
enum provider_call {
    PROVIDER_ROOM, PROVIDER_TOPIC, PROVIDER_ADMIT, PROVIDER_REMOVE, PROVIDER_INVITE, PROVIDER_POST,
    PROVIDER_OFFICIAL, PROVIDER_ANSWER, PROVIDER_NOTE, PROVIDER_CALLS
};

/* Each returns an aw_forum_outcome and fills in *reply. */
int provider_call(struct provider *p, enum provider_call call, const aw_forum_request *request,
                  aw_forum_reply *reply);
int provider_check(struct provider *p, aw_forum_reply *reply);
int provider_poll(struct provider *p, const aw_forum_poll *poll, aw_forum_reply *reply);
int provider_webhook(struct provider *p, const aw_forum_webhook *webhook, aw_forum_reply *reply);

#endif
