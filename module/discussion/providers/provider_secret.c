/* provider_secret.c - secrets of a forum's configuration: never in the file that everybody reads. */
#include "provider_secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fs.h"
#include "json.h"

#define SECRET_BYTES 4096
#define NAME_BYTES 64

static const char *const known[] = {"api_key", "token", "connect_secret", "webhook_secret",
                                    "user_key", NULL};
/* End in _file but name a file that someone else opens. */
static const char *const paths[] = {"ca_file", NULL};

static bool listed(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* The length of the name without the suffix; 0 if it does not end so. */
static size_t stem(const char *name, const char *suffix)
{
    size_t n = strlen(name), s = strlen(suffix);
    return n > s && n - s < NAME_BYTES && strcmp(name + n - s, suffix) == 0 ? n - s : 0;
}

static int set_secret(json_t *out, const char *name, size_t name_len, const char *value,
                      const char *where, aw_error *err)
{
    char key[NAME_BYTES];
    snprintf(key, sizeof key, "%.*s", (int)name_len, name);
    if (json_object_get(out, key))
        return error_set(err, AW_ECONFIG, where, "gives \"%s\" twice", key);
    if (!*value)
        return error_set(err, AW_ECONFIG, where, "the secret is empty");
    json_t *text = json_string(value);
    if (!text)
        return error_set(err, AW_ECONFIG, where, "the secret is not UTF-8 text");
    return json_object_set_new(out, key, text) == 0 ? AW_OK : error_nomem(err, where);
}

static int from_file(json_t *out, const char *name, size_t name_len, const char *path,
                     aw_error *err)
{
    char *text = NULL;
    size_t len = 0;
    int rc = fs_read(path, SECRET_BYTES, &text, &len, err);
    if (rc != AW_OK)
        return rc;
    text[strcspn(text, "\r\n")] = '\0';
    rc = set_secret(out, name, name_len, text, name, err);
    explicit_bzero(text, len);
    free(text);
    return rc;
}

static int from_env(json_t *out, const char *name, size_t name_len, const char *variable,
                    aw_error *err)
{
    const char *value = getenv(variable);
    if (!value)
        return error_set(err, AW_ECONFIG, name, "the environment variable %s is not set", variable);
    return set_secret(out, name, name_len, value, name, err);
}

static int one(json_t *out, const char *name, json_t *value, aw_error *err)
{
    size_t file = listed(paths, name) ? 0 : stem(name, "_file"), env = stem(name, "_env");
    if (listed(known, name))
        return error_set(err, AW_ECONFIG, name,
                         "is a secret: put it into a file and name that in %s_file (or a variable "
                         "in %s_env)", name, name);
    if (!file && !env)
        return json_object_set(out, name, value) == 0 ? AW_OK : error_nomem(err, name);
    if (!json_is_string(value))
        return error_set(err, AW_ECONFIG, name, "must be text");
    return file ? from_file(out, name, file, json_string_value(value), err)
                : from_env(out, name, env, json_string_value(value), err);
}

int provider_secrets(const json_t *config, json_t **out, aw_error *err)
{
    json_t *copy = json_object();
    int rc = copy ? AW_OK : error_nomem(err, "forums");
    const char *name;
    json_t *value;
    json_t *from = (json_t *)(uintptr_t)config; /* jansson's iteration wants it so; only read */
    json_object_foreach(from, name, value) {
        if (rc == AW_OK)
            rc = one(copy, name, value, err);
    }
    if (rc != AW_OK)
        provider_secrets_wipe(copy);
    else
        *out = copy;
    return rc;
}

void provider_secrets_wipe(json_t *resolved)
{
    for (size_t i = 0; resolved && known[i]; i++) {
        const char *text = json_string_value(json_object_get(resolved, known[i]));
        if (text)
            explicit_bzero((char *)(uintptr_t)text, strlen(text));
    }
    json_decref(resolved);
}
