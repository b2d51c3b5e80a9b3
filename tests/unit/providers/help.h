/* help.h - a fake forum with a provider on it, and what it reported. Static: one per test program. */
#ifndef TESTS_PROVIDERS_HELP_H
#define TESTS_PROVIDERS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "lend.h"
#include "provider.h"

#define DISCUSSION "11111111-2222-5333-8444-555555555555"

struct told { /* an event, copied */
    uint32_t kind, revision;
    char key[160], topic[32], post[32], parent[32], user[32], type[16], discussion[64], title[64];
    char body[256];
};

struct there {
    struct fake *f;
    struct lend lend;
    aw_forum_services services;
    struct provider *p;
    aw_forum_reply reply;
    struct told told[256];
    size_t told_count;
    int refuse; /* what emit() returns, once */
};

#define NODEBB_CONFIG                                                                              \
    "{\"type\":\"nodebb\",\"url\":\"http://nodebb.test\",\"token_env\":\"FAKE_TOKEN\",\"uid\":1,"   \
    "\"template_cid\":2,\"webhook_secret_env\":\"FAKE_HOOK\"%s}"
#define DISCOURSE_CONFIG                                                                           \
    "{\"type\":\"discourse\",\"url\":\"http://discourse.test\",\"api_key_env\":\"FAKE_KEY\","       \
    "\"api_username\":\"afterword\",\"webhook_secret_env\":\"FAKE_HOOK\",\"calls_per_minute\":0%s}"

static inline int there_open(struct there *t, const char *config, const char *more, aw_error *err)
{
    char text[1024];
    setenv("FAKE_TOKEN", "nodebb-token", 1);
    setenv("FAKE_KEY", "discourse-key", 1);
    setenv("FAKE_CONNECT", "connect-secret", 1);
    setenv("FAKE_HOOK", "hook-secret", 1);
    const char *at = strstr(config, "%s");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - config), config, more, at + 2);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    t->lend.f = t->f;
    lend_services(&t->lend, &t->services);
    provider_close(t->p);
    t->p = NULL;
    int rc = provider_open(json, NULL, &t->services, &t->p, err);
    json_decref(json);
    return rc;
}

static inline struct there *there_new(struct fake *f, const char *config, const char *more)
{
    struct there *t = calloc(1, sizeof *t);
    aw_error err = AW_ERROR_INIT;
    t->f = f;
    if (there_open(t, config, more, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
    return t;
}

static inline void there_free(struct there *t)
{
    assert_string_equal(t->f->violation, "");
    provider_close(t->p);
    fake_free(t->f);
    free(t);
}

static inline int there_call(struct there *t, enum provider_call call, aw_forum_request r)
{
    r.struct_size = (uint32_t)sizeof r;
    return provider_call(t->p, call, &r, &t->reply);
}

/* Until it is done; what is asked to wait waits. */
static inline const char *there_do(struct there *t, enum provider_call call, aw_forum_request r)
{
    for (int i = 0; i < 50; i++) {
        int outcome = there_call(t, call, r);
        if (outcome == AW_FORUM_OK)
            return t->reply.ref;
        if (outcome != AW_FORUM_RETRY)
            break;
        fake_advance(t->f, t->reply.retry_after_ms > 0 ? t->reply.retry_after_ms : 1000);
    }
    fail_msg("call %d: %s", (int)call, t->reply.reason);
    return "";
}

/* Acts in the forum as somebody; returns the status, and the answer in *out if wanted. */
static inline int there_act(struct there *t, const char *method, const char *target,
                            const char *user, const char *body, json_t **out)
{
    struct fake_request r = {method, target, body, t->f->key, user};
    struct fake_reply reply;
    fake_handle(t->f, &r, &reply);
    if (out)
        *out = json_loads(reply.body, JSON_DECODE_ANY, NULL);
    free(reply.body);
    return reply.status;
}

static inline void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static inline int there_emit(void *context, const aw_event *e)
{
    struct there *t = context;
    if (t->refuse) {
        int rc = t->refuse;
        t->refuse = 0;
        return rc;
    }
    assert_true(t->told_count < 256);
    struct told *o = &t->told[t->told_count++];
    o->kind = e->kind;
    o->revision = e->revision;
    copy_text(o->key, sizeof o->key, e->key);
    copy_text(o->topic, sizeof o->topic, e->topic);
    copy_text(o->post, sizeof o->post, e->post);
    copy_text(o->parent, sizeof o->parent, e->parent_post);
    copy_text(o->user, sizeof o->user, e->forum_user);
    copy_text(o->type, sizeof o->type, e->topic_type);
    copy_text(o->title, sizeof o->title, e->title);
    copy_text(o->body, sizeof o->body, e->body);
    copy_text(o->discussion, sizeof o->discussion, e->discussion);
    assert_true(e->time_ms > 0);
    return AW_OK;
}

static inline int there_poll(struct there *t, const char *room, char cursor[192])
{
    const char *rooms[] = {room, NULL};
    aw_forum_poll poll = {.struct_size = (uint32_t)sizeof poll, .cursor = *cursor ? cursor : NULL,
                          .room_refs = rooms, .emit = there_emit, .context = t};
    int outcome = provider_poll(t->p, &poll, &t->reply);
    if (outcome == AW_FORUM_OK)
        memcpy(cursor, t->reply.ref, 192);
    return outcome;
}

static inline size_t there_told(const struct there *t, uint32_t kind)
{
    size_t n = 0;
    for (size_t i = 0; i < t->told_count; i++)
        n += t->told[i].kind == kind;
    return n;
}

#endif
