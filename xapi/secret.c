/* secret.c - a secret from a file or the environment. */
#include "secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "fs.h"
#include "json.h"

int secret_config(const json_t *obj, const char *name, struct secret *out, aw_error *err)
{
    char file[64], env[64];
    struct secret s = {NULL, NULL};
    snprintf(file, sizeof file, "%s_file", name);
    snprintf(env, sizeof env, "%s_env", name);
    if (json_object_get(obj, name))
        return error_set(err, AW_ECONFIG, name,
                         "secrets do not belong in the configuration; put it into a file of its own "
                         "and name that as \"%s\", or name an environment variable as \"%s\"",
                         file, env);
    int rc = json_get_text(obj, file, 4095, &s.file, err);
    if (rc == AW_OK)
        rc = json_get_text(obj, env, 255, &s.env, err);
    if (rc != AW_OK)
        return rc;
    if (s.file && s.env)
        return error_set(err, AW_ECONFIG, file, "give either \"%s\" or \"%s\", not both", file, env);
    *out = s;
    return AW_OK;
}

/* A control character would break out of the header it is sent in. */
static int check_text(const char *text, size_t len, const char *what, const char *from,
                      aw_error *err)
{
    if (len == 0)
        return error_set(err, AW_ECONFIG, what, "is empty in %s", from);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 32 || text[i] == 127)
            return error_set(err, AW_ECONFIG, what,
                             "in %s must be one line without control characters", from);
    return AW_OK;
}

static size_t without_line_end(char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = 0;
    return len;
}

int secret_read(const struct secret *s, const char *what, char **out, aw_error *err)
{
    char *text = NULL;
    size_t len = 0;
    const char *from = s->file ? s->file : s->env;
    if (!from)
        return error_set(err, AW_ECONFIG, what, "is not configured; name a file that holds it");
    if (s->file) {
        int rc = fs_read(s->file, SECRET_MAX_BYTES, &text, &len, err);
        if (rc != AW_OK)
            return rc;
    } else {
        const char *value = getenv(s->env);
        if (!value)
            return error_set(err, AW_ECONFIG, what, "the environment variable %s is not set", s->env);
        if (!(text = strdup(value)))
            return error_nomem(err, what);
        len = strlen(text);
    }
    len = without_line_end(text, len);
    int rc = check_text(text, len, what, from, err);
    if (rc != AW_OK) {
        secret_free(text);
        return rc;
    }
    *out = text;
    return AW_OK;
}

void secret_free(char *text)
{
    if (!text)
        return;
    explicit_bzero(text, strlen(text));
    free(text);
}

uint64_t secret_stamp(const struct secret *s)
{
    struct stat st;
    if (!s->file || stat(s->file, &st) < 0)
        return 0;
    uint64_t stamp = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
    return (stamp ^ (uint64_t)st.st_ino << 32 ^ (uint64_t)st.st_size) | 1;
}
