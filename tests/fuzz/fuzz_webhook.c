/*
 * fuzz_webhook.c - whatever arrives at a webhook: the first byte chooses the forum and whether
 * the signature is right, the rest is the body. Nothing may crash, leak or be told that a
 * wrong signature vouches for.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int told;

static int on_event(void *context, const aw_event *event)
{
    (void)context;
    (void)event;
    told++;
    return AW_OK;
}

/* A forum that answers everything with what a post looks like. */
static int http(void *user, const aw_forum_http *request, aw_forum_http_reply *out)
{
    static const char post[] =
        "{\"id\":5,\"topic_id\":3,\"user_id\":9,\"post_number\":2,\"version\":2,\"created_at\":"
        "\"2026-01-01T00:00:00Z\",\"category\":{\"slug\":\"aw-1\"},\"response\":{\"pid\":5,\"tid\":3,"
        "\"uid\":9,\"cid\":4,\"mainPid\":5,\"timestamp\":1780000000000,\"handle\":\"aw-1\"}}";
    (void)user;
    (void)request;
    out->status = 200;
    out->body = strdup(post);
    out->body_bytes = strlen(post);
    return AW_OK;
}

static void http_free(void *user, aw_forum_http_reply *reply)
{
    (void)user;
    free(reply->body);
}

static int64_t now_ms(void *user)
{
    (void)user;
    return INT64_C(1780000000000);
}

static struct provider *open_forum(const char *json, const aw_forum_services *services)
{
    struct provider *p = NULL;
    json_t *config = json_loads(json, 0, NULL);
    setenv("FUZZ_SECRET", "secret", 1);
    if (provider_open(config, NULL, services, &p, NULL) != AW_OK)
        abort();
    json_decref(config);
    return p;
}

static void sign(bool nodebb, bool right, const char *body, size_t len, char out[80])
{
    uint8_t mac[32];
    const char *secret = right ? "secret" : "guess";
    if (nodebb)
        digest_hmac_sha1(secret, strlen(secret), body, len, mac);
    else
        digest_hmac_sha256(secret, strlen(secret), body, len, mac);
    strcpy(out, nodebb ? "sha1=" : "sha256=");
    digest_hex(mac, nodebb ? 20 : 32, out + strlen(out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const aw_forum_services services = {.struct_size = (uint32_t)sizeof services,
                                               .http = http, .http_free = http_free,
                                               .now_ms = now_ms};
    static struct provider *forums[2];
    static const char *const events[] = {"post_created", "post_edited", "post_destroyed",
                                         "accepted_solution"};
    if (!forums[0]) {
        forums[0] = open_forum("{\"type\":\"discourse\",\"url\":\"http://f\",\"api_key_env\":"
                               "\"FUZZ_SECRET\",\"webhook_secret_env\":\"FUZZ_SECRET\","
                               "\"calls_per_minute\":0}", &services);
        forums[1] = open_forum("{\"type\":\"nodebb\",\"url\":\"http://f\",\"token_env\":"
                               "\"FUZZ_SECRET\",\"uid\":1,\"template_cid\":2,"
                               "\"webhook_secret_env\":\"FUZZ_SECRET\"}", &services);
    }
    if (size == 0)
        return 0;
    bool nodebb = data[0] & 1, right = !(data[0] & 2);
    char signature[80];
    aw_forum_reply reply;
    const char *body = (const char *)data + 1;
    sign(nodebb, right, body, size - 1, signature);
    aw_forum_header headers[] = {
        {nodebb ? "x-webhook-signature" : "X-Discourse-Event-Signature", signature},
        {"X-Discourse-Event", events[data[0] >> 2 & 3]}};
    aw_forum_webhook hook = {.struct_size = (uint32_t)sizeof hook, .headers = headers,
                             .header_count = 2, .body = body, .body_bytes = size - 1,
                             .emit = on_event};
    told = 0;
    int outcome = provider_webhook(forums[nodebb], &hook, &reply);
    if (!right && (outcome != AW_FORUM_REFUSED || told > 0))
        abort();
    return 0;
}
