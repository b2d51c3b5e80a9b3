/* provider.c - the table of forums, shared objects, and calls that a provider may lack. */
#include "provider.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "provider_secret.h"

struct provider {
    char name[PROVIDER_NAME_BYTES + 1];
    const aw_forum_provider *table;
    void *self;
    void *object; /* of dlopen() */
    bool borrowed; /* the host's: not ours to close */
};

static const struct {
    const char *type;
    const aw_forum_provider *table;
} builtins[] = {
    {"discourse", &provider_discourse},
    {"nodebb", &provider_nodebb},
};

const aw_forum_provider *provider_builtin(const char *type)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i].type, type) == 0)
            return builtins[i].table;
    return NULL;
}

/* ---- opening ------------------------------------------------------------- */

static int load_object(struct provider *p, const char *path, aw_error *err)
{
    p->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!p->object)
        return error_set(err, AW_ECONFIG, "forums.type", "the provider cannot be loaded: %s",
                         dlerror());
    /* POSIX: the address of a function fits a void *; the copy keeps -Wpedantic content. */
    void *symbol = dlsym(p->object, "aw_forum_provider_get");
    aw_forum_provider_get_fn get = NULL;
    if (!symbol)
        return error_set(err, AW_ECONFIG, "forums.type",
                         "%s exports no aw_forum_provider_get; see fixtures/forum-skeleton", path);
    memcpy(&get, &symbol, sizeof get);
    p->table = get(AW_FORUM_ABI_VERSION);
    if (!p->table)
        return error_set(err, AW_EVERSION, "forums.type",
                         "%s was built for another version of the provider ABI than %u", path,
                         AW_FORUM_ABI_VERSION);
    return AW_OK;
}

/* What every table must have to be called at all. */
static int check_table(const struct provider *p, const char *type, aw_error *err)
{
    size_t least = offsetof(aw_forum_provider, check);
    if (p->table->struct_size < least)
        return error_set(err, AW_EVERSION, "forums.type", "%s: struct_size %u is less than %zu",
                         type, p->table->struct_size, least);
    if (p->table->abi_version != AW_FORUM_ABI_VERSION)
        return error_set(err, AW_EVERSION, "forums.type",
                         "%s speaks version %u of the provider ABI; this build speaks %u", type,
                         p->table->abi_version, AW_FORUM_ABI_VERSION);
    if (!p->table->open && !p->borrowed)
        return error_set(err, AW_ECONFIG, "forums.type", "%s has no open()", type);
    return AW_OK;
}

static int find_table(struct provider *p, const char *type, const aw_host *host, aw_error *err)
{
    if (strcmp(type, "host") == 0) {
        if (!host || !host->forum)
            return error_set(err, AW_ECONFIG, "forums.type",
                             "\"host\" needs a host that gives aw_host.forum; this one does not");
        p->table = host->forum;
        p->self = host->forum_self;
        p->borrowed = true;
        return AW_OK;
    }
    p->table = provider_builtin(type);
    if (p->table)
        return AW_OK;
    if (strchr(type, '/'))
        return load_object(p, type, err);
    return error_set(err, AW_ECONFIG, "forums.type",
                     "\"%s\" is not a forum we know; use local, host, discourse, nodebb or the path "
                     "of a provider's shared object", type);
}

static int open_self(struct provider *p, const json_t *config, const aw_forum_services *services,
                     aw_error *err)
{
    json_t *resolved = NULL;
    char *text = NULL;
    int rc = provider_secrets(config, &resolved, err);
    if (rc == AW_OK) {
        text = json_dumps(resolved, JSON_COMPACT);
        rc = text ? p->table->open(services, text, &p->self, err) : error_nomem(err, "forums");
    }
    provider_secrets_wipe(resolved);
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return rc;
}

int provider_open(const json_t *config, const aw_host *host, const aw_forum_services *services,
                  struct provider **out, aw_error *err)
{
    const char *type = NULL, *name = NULL;
    struct provider *p = calloc(1, sizeof *p);
    if (!p)
        return error_nomem(err, "forums");
    int rc = json_want_object(config, "forums", err);
    if (rc == AW_OK)
        rc = json_get_text(config, "type", 4096, &type, err);
    if (rc == AW_OK && !type)
        rc = error_set(err, AW_ECONFIG, "forums.type", "is missing");
    if (rc == AW_OK)
        rc = json_get_text(config, "name", PROVIDER_NAME_BYTES, &name, err);
    if (rc == AW_OK && !name && strchr(type, '/'))
        rc = error_set(err, AW_ECONFIG, "forums.name", "is missing");
    if (rc == AW_OK) {
        snprintf(p->name, sizeof p->name, "%s", name ? name : type);
        rc = find_table(p, type, host, err);
    }
    if (rc == AW_OK)
        rc = check_table(p, type, err);
    if (rc == AW_OK && !p->borrowed)
        rc = open_self(p, config, services, err);
    if (rc != AW_OK) {
        if (p->object)
            dlclose(p->object);
        free(p);
        return rc;
    }
    *out = p;
    return AW_OK;
}

void provider_close(struct provider *p)
{
    if (!p)
        return;
    if (!p->borrowed && p->table->close)
        p->table->close(p->self);
    if (p->object)
        dlclose(p->object);
    free(p);
}

const char *provider_name(const struct provider *p)
{
    return p->name;
}

uint64_t provider_capabilities(const struct provider *p)
{
    return p->table->capabilities;
}

/* ---- calls ---------------------------------------------------------------- */

/* The member, or NULL where the provider's struct is older and ends before it. */
#define CALL_OF(p, member)                                                                         \
    ((p)->table->struct_size >=                                                                    \
             offsetof(aw_forum_provider, member) + sizeof((p)->table->member)                      \
         ? (p)->table->member                                                                      \
         : NULL)

static void reply_begin(aw_forum_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    reply->struct_size = (uint32_t)sizeof *reply;
}

/* A provider of others may forget a NUL or invent an outcome. */
static int reply_end(struct provider *p, int outcome, aw_forum_reply *reply)
{
    reply->ref[sizeof reply->ref - 1] = '\0';
    reply->url[sizeof reply->url - 1] = '\0';
    reply->reason[sizeof reply->reason - 1] = '\0';
    if (reply->retry_after_ms < 0)
        reply->retry_after_ms = 0;
    if (outcome >= AW_FORUM_OK && outcome <= AW_FORUM_UNSUPPORTED)
        return outcome;
    snprintf(reply->reason, sizeof reply->reason, "the provider of \"%s\" answered %d, which is no "
             "outcome: a defect in it", p->name, outcome);
    return AW_FORUM_REFUSED;
}

static int unsupported(const struct provider *p, const char *what, aw_forum_reply *reply)
{
    snprintf(reply->reason, sizeof reply->reason, "the forum \"%s\" has no %s", p->name, what);
    return AW_FORUM_UNSUPPORTED;
}

int provider_call(struct provider *p, enum provider_call call, const aw_forum_request *request,
                  aw_forum_reply *reply)
{
    typedef int (*request_fn)(void *, const aw_forum_request *, aw_forum_reply *);
    const struct {
        request_fn fn;
        const char *what;
    } calls[PROVIDER_CALLS] = {
        [PROVIDER_ROOM] = {CALL_OF(p, ensure_room), "rooms"},
        [PROVIDER_TOPIC] = {CALL_OF(p, ensure_topic), "topics"},
        [PROVIDER_ADMIT] = {CALL_OF(p, admit), "way to admit a learner"},
        [PROVIDER_REMOVE] = {CALL_OF(p, remove), "way to let a learner out"},
        [PROVIDER_INVITE] = {CALL_OF(p, invite), "invitations"},
        [PROVIDER_POST] = {CALL_OF(p, post_as_bot), "posts by the bot"},
        [PROVIDER_OFFICIAL] = {CALL_OF(p, mark_official), "official posts"},
        [PROVIDER_ANSWER] = {CALL_OF(p, mark_answer), "accepted answers"},
        [PROVIDER_NOTE] = {CALL_OF(p, note), "private notes"},
    };
    reply_begin(reply);
    if (call >= PROVIDER_CALLS || !calls[call].fn)
        return unsupported(p, call < PROVIDER_CALLS ? calls[call].what : "such call", reply);
    return reply_end(p, calls[call].fn(p->self, request, reply), reply);
}

int provider_check(struct provider *p, aw_forum_reply *reply)
{
    reply_begin(reply);
    int (*fn)(void *, aw_forum_reply *) = CALL_OF(p, check);
    return fn ? reply_end(p, fn(p->self, reply), reply) : unsupported(p, "check", reply);
}

int provider_poll(struct provider *p, const aw_forum_poll *poll, aw_forum_reply *reply)
{
    reply_begin(reply);
    int (*fn)(void *, const aw_forum_poll *, aw_forum_reply *) = CALL_OF(p, poll_since);
    return fn ? reply_end(p, fn(p->self, poll, reply), reply) : unsupported(p, "polling", reply);
}

int provider_webhook(struct provider *p, const aw_forum_webhook *webhook, aw_forum_reply *reply)
{
    reply_begin(reply);
    int (*fn)(void *, const aw_forum_webhook *, aw_forum_reply *) = CALL_OF(p, webhook);
    return fn ? reply_end(p, fn(p->self, webhook, reply), reply)
              : unsupported(p, "webhooks", reply);
}
