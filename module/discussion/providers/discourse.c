/*
 * discourse.c - Discourse: configuration, check, table. A category that is closed from
 * birth and open to one group (discourse_room.c); sync_sso makes user and membership in one
 * (discourse_people.c); topics are known by external_id (discourse_post.c); what happened
 * (discourse_poll.c).
 *
 * {"type": "discourse", "url": "https://forum.example.org", "api_key_file": "...",
 *  "api_username": "afterword", "connect_secret_file": "...", "webhook_secret_file": "...",
 *  "user_key_file": "...", "email_domain": "learners.example.org", "learners_start_topics": true,
 *  "calls_per_minute": 50, "settle_ms": 60000}
 */
#include "discourse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "provider.h"

#define DEFAULT_SETTLE_MS 60000
/* The site allows 60 calls a minute to all admin API keys together: others need some. */
#define DEFAULT_CALLS 50

static const char *const members[] = {
    "name", "type", "url", "api_key", "api_username", "connect_secret", "webhook_secret", "user_key",
    "email_domain", "learners_start_topics", "calls_per_minute", "settle_ms", "poll_seconds",
    "ca_file", "timeout_ms", NULL};

bool discourse_room_ref(const char *ref, struct discourse_room *out)
{
    char *end = NULL;
    memset(out, 0, sizeof *out);
    out->category = ref ? strtoll(ref, &end, 10) : 0;
    if (out->category <= 0 || *end != '/')
        return false;
    out->group = strtoll(end + 1, &end, 10);
    if (out->group <= 0 || *end != '/')
        return false;
    const char *name = end + 1, *slash = strchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 0;
    if (len == 0 || len >= sizeof out->group_name || strlen(slash + 1) >= sizeof out->discussion)
        return false;
    memcpy(out->group_name, name, len);
    snprintf(out->discussion, sizeof out->discussion, "%s", slash + 1);
    return true;
}

int64_t discourse_id(const char *ref)
{
    char *end = NULL;
    long long n = ref && *ref >= '0' && *ref <= '9' ? strtoll(ref, &end, 10) : -1;
    return end && *end == '\0' && n > 0 ? n : -1;
}

static int copy_text(const json_t *config, const char *name, const char *otherwise, char **out,
                     aw_error *err)
{
    const char *text = otherwise;
    int rc = json_get_text(config, name, 512, &text, err);
    if (rc != AW_OK || !text)
        return rc;
    *out = strdup(text);
    return *out ? AW_OK : error_nomem(err, name);
}

static int read_texts(struct discourse *d, const json_t *config, aw_error *err)
{
    int rc = copy_text(config, "api_key", NULL, &d->api_key, err);
    if (rc == AW_OK && !d->api_key)
        rc = error_set(err, AW_ECONFIG, "forums.api_key_file",
                       "is missing: make a key in Admin, API (one user, global scope)");
    if (rc == AW_OK)
        rc = copy_text(config, "api_username", "system", &d->api_username, err);
    if (rc == AW_OK)
        rc = copy_text(config, "connect_secret", NULL, &d->connect_secret, err);
    if (rc == AW_OK)
        rc = copy_text(config, "webhook_secret", NULL, &d->webhook_secret, err);
    if (rc == AW_OK)
        rc = copy_text(config, "user_key", NULL, &d->user_key, err);
    if (rc == AW_OK)
        rc = copy_text(config, "email_domain", "afterword.invalid", &d->email_domain, err);
    return rc;
}

static int read_config(struct discourse *d, const aw_forum_services *services,
                       const json_t *config, aw_error *err)
{
    const char *url = NULL, *name = "discourse";
    int64_t settle = DEFAULT_SETTLE_MS, calls = DEFAULT_CALLS;
    bool start_topics = true;
    int rc = json_only(config, "forums", members, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "url", 350, &url, err);
    if (rc == AW_OK)
        rc = rest_init(&d->rest, services, url, err);
    if (rc == AW_OK)
        rc = json_get_text(config, "name", 64, &name, err);
    if (rc == AW_OK)
        rc = read_texts(d, config, err);
    if (rc == AW_OK)
        rc = json_get_i64(config, "settle_ms", 0, 3600000, &settle, err);
    if (rc == AW_OK)
        rc = json_get_i64(config, "calls_per_minute", 0, REST_WINDOW, &calls, err);
    if (rc == AW_OK)
        rc = json_get_bool(config, "learners_start_topics", &start_topics, err);
    if (rc != AW_OK)
        return rc;
    d->rest.settle_ms = settle;
    d->rest.per_minute = (size_t)calls;
    d->permission = start_topics ? 1 : 2;
    snprintf(d->provider, sizeof d->provider, "%s", name);
    return rest_header(&d->rest, "Api-Key", d->api_key) &&
                   rest_header(&d->rest, "Api-Username", d->api_username)
               ? AW_OK : AW_EINTERNAL;
}

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static void discourse_close(void *self)
{
    struct discourse *d = self;
    if (!d)
        return;
    wipe(d->api_key);
    wipe(d->connect_secret);
    wipe(d->webhook_secret);
    wipe(d->user_key);
    free(d->api_username);
    free(d->email_domain);
    free(d);
}

static int discourse_open(const aw_forum_services *services, const char *config_json,
                          void **out_self, aw_error *err)
{
    json_t *config = NULL;
    struct discourse *d = calloc(1, sizeof *d);
    if (!d)
        return error_nomem(err, "forums");
    int rc = json_read(config_json, strlen(config_json), 65536, "forums", &config, err);
    if (rc == AW_OK)
        rc = read_config(d, services, config, err);
    json_decref(config);
    if (rc == AW_OK)
        *out_self = d;
    else
        discourse_close(d);
    return rc;
}

/* Only an administrator's key may read this; it changes nothing. */
static int discourse_check(void *self, aw_forum_reply *reply)
{
    struct discourse *d = self;
    struct answer a;
    rest_get(&d->rest, &a, "/admin/site_settings.json?filter_names=enable_discourse_connect");
    int outcome = answer_done(&a) ? AW_FORUM_OK : reply_failed(reply, &a, "try the API key");
    size_t i;
    const json_t *setting;
    bool connect = !d->connect_secret;
    json_array_foreach(json_object_get(a.json, "site_settings"), i, setting) {
        if (strcmp(json_member_text(setting, "setting"), "enable_discourse_connect") == 0)
            connect = connect || strcmp(json_member_text(setting, "value"), "true") == 0;
    }
    answer_free(&a);
    if (outcome == AW_FORUM_OK && !connect)
        outcome = reply_refuse(reply, "connect_secret_file is configured, but the site setting "
                               "enable_discourse_connect is off; switch it on or take the secret out");
    return outcome == AW_FORUM_OK ? reply_ok(reply, false, "%s", d->api_username) : outcome;
}

const aw_forum_provider provider_discourse = {
    .struct_size = (uint32_t)sizeof(aw_forum_provider),
    .abi_version = AW_FORUM_ABI_VERSION,
    .name = "discourse",
    .capabilities = AW_FORUM_CAN_HIDE_ROOMS | AW_FORUM_CAN_INVITE | AW_FORUM_CAN_MARK_OFFICIAL |
                    AW_FORUM_CAN_MARK_ANSWER | AW_FORUM_CAN_POLL | AW_FORUM_CAN_WEBHOOK |
                    AW_FORUM_CAN_POST_AS_BOT | AW_FORUM_CAN_DIRECT_NOTE,
    .open = discourse_open,
    .close = discourse_close,
    .check = discourse_check,
    .ensure_room = discourse_ensure_room,
    .ensure_topic = discourse_ensure_topic,
    .admit = discourse_admit,
    .remove = discourse_remove,
    .invite = discourse_invite,
    .post_as_bot = discourse_post_as_bot,
    .mark_official = discourse_mark_official,
    .mark_answer = discourse_mark_answer,
    .note = discourse_note,
    .poll_since = discourse_poll,
    .webhook = discourse_webhook,
};
