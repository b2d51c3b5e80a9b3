/* identity.c - keyed pseudonyms, registrations. */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "digest.h"
#include "error.h"
#include "fs.h"

static int read_key(const char *path, struct identity *out, aw_error *err)
{
    char *text = NULL;
    size_t len;
    int rc = fs_read(path, 4096, &text, &len, err);
    if (rc != AW_OK)
        return rc;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (!digest_unhex(text, len, out->key, IDENTITY_KEY_BYTES))
        rc = error_set(err, AW_ECONFIG, path,
                       "must hold 64 hexadecimal digits; with another key every learner would get "
                       "a new pseudonym, so restore the old file if there was one");
    free(text);
    return rc;
}

/* Written aside and linked into place, so that of two processes that start at once
 * both end up with the same key; its name is on the disk before anybody is told a pseudonym. */
static int make_key(const char *dir, const char *path, aw_error *err)
{
    uint8_t key[IDENTITY_KEY_BYTES];
    char hex[2 * IDENTITY_KEY_BYTES + 2], aside[4200];
    if (!digest_random(key, sizeof key))
        return error_set(err, AW_EINTERNAL, path, "no random numbers to be had");
    digest_hex(key, sizeof key, hex);
    hex[2 * IDENTITY_KEY_BYTES] = '\n';
    snprintf(aside, sizeof aside, "%s.%ld", path, (long)getpid());
    int rc = fs_write_atomic(aside, hex, 2 * IDENTITY_KEY_BYTES + 1, 0660, err);
    if (rc != AW_OK)
        return rc;
    if (link(aside, path) < 0 && errno != EEXIST)
        rc = error_errno(err, errno, "create", path);
    unlink(aside);
    return rc == AW_OK ? fs_sync_dir(dir, err) : rc;
}

/* False: out of memory. */
static bool keyed(const struct identity *id, const char *purpose, const char *a, const char *b,
                  uint8_t out[32])
{
    char bytes[8192];
    struct buf text = BUF_ON(bytes);
    buf_puts(&text, purpose);
    buf_putc(&text, '\x1f');
    buf_puts(&text, a);
    buf_putc(&text, '\x1f');
    buf_puts(&text, b);
    if (text.error)
        return false;
    return id->mac ? digest_mac(id->mac, text.data, text.len, out)
                   : digest_hmac_sha256(id->key, sizeof id->key, text.data, text.len, out);
}

void identity_prepare(struct identity *id)
{
    id->mac = digest_mac_open(id->key, sizeof id->key);
}

void identity_release(struct identity *id)
{
    digest_mac_close(id->mac);
    id->mac = NULL;
}

int identity_open(const struct config *c, struct identity *out, aw_error *err)
{
    char path[4096];
    uint8_t mac[32];
    int rc;
    /* libcrypto sets itself up at its first use, and breaks down when it has no memory for that:
     * rather while the host starts than in the middle of what it does. */
    if (!digest_hmac_sha256("", 0, "", 0, mac))
        return error_nomem(err, "identity");
    if (c->key_file)
        return read_key(c->key_file, out, err);
    rc = fs_join(path, sizeof path, c->state_dir, "pseudonym.key", err);
    if (rc == AW_OK && access(path, F_OK) < 0)
        rc = make_key(c->state_dir, path, err);
    return rc == AW_OK ? read_key(path, out, err) : rc;
}

bool identity_account(const struct identity *id, const char *learner, char out[UUID5_TEXT])
{
    uint8_t mac[32];
    uuid5 u;
    /* A pseudonym that differs from run to run would be worse than none. */
    if (!keyed(id, "account", learner, "", mac))
        return false;
    memcpy(u.bytes, mac, 16);
    u.bytes[6] = (uint8_t)((u.bytes[6] & 0x0f) | 0x80); /* version 8: our own */
    u.bytes[8] = (uint8_t)((u.bytes[8] & 0x3f) | 0x80);
    uuid5_text(&u, out);
    return true;
}

bool identity_anonymous(const struct identity *id, const char *learner, const char *discussion,
                        char out[48])
{
    uint8_t mac[32];
    char hex[33];
    if (!keyed(id, "anonymous", learner, discussion, mac))
        return false;
    digest_hex(mac, 16, hex);
    snprintf(out, 48, "%s%s", IDENTITY_ANONYMOUS, hex);
    return true;
}

uuid5 identity_registration(const struct config *c, const char *learner, const char *course)
{
    return uuid5_make(&c->site, "registration", learner, course, UUID5_END);
}
