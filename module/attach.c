/*
 * attach.c - files that learners attach to posts: kept by their digest, once each.
 *
 * They lie in <state_dir>/attachments, each named by its SHA-256. A host keeps a
 * file before it reports the post, so that an event never names what is not there.
 * What a camera wrote into a picture (where, when, by whom) is not kept at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "error.h"
#include "fs.h"
#include "handle.h"
#include "limit.h"
#include "picture.h"

static bool allowed(const struct config *c, const char *content_type)
{
    static const char *const usual[] = {"image/jpeg", "image/png", "image/webp", "image/gif",
                                        "application/pdf"};
    size_t i;
    json_t *type;
    if (!c->attachment_types) {
        for (i = 0; i < sizeof usual / sizeof *usual; i++)
            if (strcasecmp(usual[i], content_type) == 0)
                return true;
        return false;
    }
    json_array_foreach(c->attachment_types, i, type)
    {
        if (json_is_string(type) && strcasecmp(json_string_value(type), content_type) == 0)
            return true;
    }
    return false;
}

static int path_of(const aw *self, const char *sha2, char *out, size_t size, aw_error *err)
{
    char dir[4096];
    uint8_t digest[32];
    if (!digest_unhex(sha2, strnlen(sha2, 65), digest, sizeof digest))
        return error_set(err, AW_EINVAL, "sha2", "is not 64 hexadecimal digits");
    int rc = fs_join(dir, sizeof dir, self->config.state_dir, "attachments", err);
    return rc == AW_OK ? fs_join(out, size, dir, sha2, err) : rc;
}

static int keep(const aw *self, const void *bytes, size_t len, char **out_sha2, aw_error *err)
{
    uint8_t digest[32];
    char hex[65], path[4200], dir[4096];
    if (!digest_sha256(bytes, len, digest))
        return error_set(err, AW_EINTERNAL, "attachment", "no digest could be made");
    digest_hex(digest, sizeof digest, hex);
    int rc = fs_join(dir, sizeof dir, self->config.state_dir, "attachments", err);
    if (rc == AW_OK)
        rc = fs_make_dirs(dir, 02770, err);
    if (rc == AW_OK)
        rc = path_of(self, hex, path, sizeof path, err);
    if (rc == AW_OK && access(path, F_OK) < 0)
        rc = fs_write_atomic(path, bytes, len, 0660, err);
    char *name = rc == AW_OK ? strdup(hex) : NULL;
    if (rc == AW_OK && !name)
        rc = error_nomem(err, "attachment");
    if (rc == AW_OK)
        *out_sha2 = name;
    return rc;
}

int aw_attachment_put(aw *self, const void *bytes, size_t len, const char *content_type,
                      char **out_sha2, aw_error *err)
{
    if (!self || !bytes || !content_type || !out_sha2)
        return error_set(err, AW_EINVAL, "aw_attachment_put", "an argument is NULL");
    if (!self->config.attachments_max)
        return error_set(err, AW_EUNSUPPORTED, "attachments",
                         "are off; give the configuration an \"attachments\" object");
    if (!allowed(&self->config, content_type))
        return error_set(err, AW_EUNSUPPORTED, "content_type",
                         "\"%.80s\" is not among attachments.types", content_type);
    if (len == 0 || len > self->config.attachments_max)
        return error_set(err, len ? AW_ELIMIT : AW_EINVAL, "attachment",
                         "is %zu bytes; from 1 to %llu are taken", len,
                         (unsigned long long)self->config.attachments_max);
    struct buf clean = BUF_INIT(len + 64); /* no longer than it came, but for which way is up */
    int rc = picture_clean(content_type, bytes, len, &clean, err);
    if (rc == AW_OK)
        rc = clean.len ? keep(self, clean.data, clean.len, out_sha2, err)
                       : keep(self, bytes, len, out_sha2, err);
    buf_free(&clean);
    return rc;
}

void attach_measure(const aw *self, const aw_event *e, aw_attachment out[LIMIT_ATTACHMENTS])
{
    char path[4200];
    struct stat file;
    for (size_t i = 0; i < e->attachment_count; i++) {
        out[i] = e->attachments[i];
        if (path_of(self, out[i].sha2, path, sizeof path, NULL) == AW_OK && stat(path, &file) == 0)
            out[i].bytes = (uint64_t)file.st_size;
    }
}

int aw_attachment_get(aw *self, const char *sha2, void **out_bytes, size_t *out_len, aw_error *err)
{
    char path[4200], hex[65];
    uint8_t digest[32];
    char *bytes = NULL;
    size_t len;
    if (!self || !sha2 || !out_bytes || !out_len)
        return error_set(err, AW_EINVAL, "aw_attachment_get", "an argument is NULL");
    int rc = path_of(self, sha2, path, sizeof path, err);
    if (rc == AW_OK)
        rc = fs_read(path, LIMIT_ATTACHMENT_BYTES, &bytes, &len, err);
    if (rc != AW_OK)
        return rc;
    digest_sha256(bytes, len, digest);
    digest_hex(digest, sizeof digest, hex);
    if (strcmp(hex, sha2) != 0) {
        free(bytes);
        return error_set(err, AW_ECORRUPT, path, "is not what was kept: its digest differs");
    }
    *out_bytes = bytes;
    *out_len = len;
    return AW_OK;
}
