/* names.c - technical names, markers, hashed user names. */
#include "names.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "utf8.h"

#define ROOM_ID_BYTES 40

static void hash_parts(const char *what, const char *key, const char *id, uint8_t out[32])
{
    char text[1024];
    int n = snprintf(text, sizeof text, "afterword\x1f%s\x1f%s", what, id);
    size_t len = n > 0 && (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    memset(out, 0, 32);
    if (key && *key)
        digest_hmac_sha256(key, strlen(key), text, len, out);
    else
        digest_sha256(text, len, out);
}

void name_short(const char *what, const char *id, char out[17])
{
    uint8_t hash[32];
    hash_parts(what, NULL, id, hash);
    digest_hex(hash, 8, out);
    out[16] = '\0';
}

void name_room(const char *prefix, const char *discussion, char out[NAME_ROOM_BYTES])
{
    size_t len = strlen(discussion);
    if (len > 0 && len <= ROOM_ID_BYTES &&
        strspn(discussion, "abcdefghijklmnopqrstuvwxyz0123456789-") == len) {
        snprintf(out, NAME_ROOM_BYTES, "%s%s", prefix, discussion);
        return;
    }
    char hash[17];
    name_short("room", discussion, hash);
    snprintf(out, NAME_ROOM_BYTES, "%sx%s", prefix, hash);
}

const char *name_discussion(const char *prefix, const char *name)
{
    size_t n = strlen(prefix);
    if (!name || strncmp(name, prefix, n) != 0 || !name[n])
        return NULL;
    /* A hashed one cannot be read back. */
    return name[n] == 'x' && strlen(name + n) == 17 ? NULL : name + n;
}

void name_user(const char *learner, const char *user_key, char out[17])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t hash[32];
    hash_parts("user", user_key, learner, hash);
    memcpy(out, "aw", 2);
    for (size_t i = 0; i < 14; i++) { /* five bits each */
        size_t bit = i * 5;
        unsigned two = (unsigned)hash[bit / 8] << 8 | hash[bit / 8 + 1];
        out[2 + i] = digits[two >> (11 - bit % 8) & 31];
    }
    out[16] = '\0';
}

void name_marker(const char *key, char out[NAME_MARKER_BYTES])
{
    snprintf(out, NAME_MARKER_BYTES, "[//]: # \"afterword %s\"", key);
}

/* Forums may store quotes as &quot; so only the words are compared, whole. */
bool name_has_marker(const char *text, const char *key)
{
    char words[NAME_MARKER_BYTES];
    int n = snprintf(words, sizeof words, "afterword %s", key);
    for (const char *at = text ? strstr(text, words) : NULL; at; at = strstr(at + 1, words))
        if (at > text && (at[-1] == '"' || at[-1] == ';') && (at[n] == '"' || at[n] == '&'))
            return true;
    return false;
}

char *name_mark(const char *markdown, const char *key)
{
    char marker[NAME_MARKER_BYTES];
    name_marker(key, marker);
    const char *body = markdown ? markdown : "";
    size_t size = strlen(body) + strlen(marker) + 4;
    char *out = malloc(size);
    if (out)
        snprintf(out, size, "%s\n\n%s\n", body, marker);
    return out;
}

void name_cut(const char *text, char *out, size_t max_bytes)
{
    size_t len = text ? strlen(text) : 0;
    size_t n = utf8_cut(text ? text : "", len, max_bytes - 1);
    memcpy(out, text ? text : "", n);
    out[n] = '\0';
}

void name_for_people(const char *course, const char *room, char *out, size_t max_bytes)
{
    char text[512];
    const char *first = course ? course : "", *then = room ? room : "";
    snprintf(text, sizeof text, "%.200s%s%.200s", first, *first && *then ? ": " : "", then);
    name_cut(text, out, max_bytes);
}
