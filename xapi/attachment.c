/* attachment.c - a statement with its files as multipart/mixed. */
#include "attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "error.h"
#include "fs.h"
#include "json.h"
#include "limit.h"
#include "value.h"

#define HEX 64

struct wanted {
    const char *type, *sha2;
    int64_t length;
};

static int read_wanted(const json_t *attachment, struct wanted *out, aw_error *err)
{
    struct wanted w = {NULL, NULL, -1};
    int rc = json_want_object(attachment, "attachments", err);
    if (rc == AW_OK)
        rc = json_get_text(attachment, "contentType", 255, &w.type, err);
    if (rc == AW_OK)
        rc = json_get_text(attachment, "sha2", 128, &w.sha2, err);
    if (rc == AW_OK)
        rc = json_get_i64(attachment, "length", 0, INT64_MAX, &w.length, err);
    if (rc != AW_OK)
        return rc;
    if (!w.type || !xapi_is_media_type(w.type, strlen(w.type)) || !w.sha2 ||
        strlen(w.sha2) != HEX || !xapi_is_sha2(w.sha2, HEX))
        return error_set(err, AW_EINVAL, "attachments",
                         "needs a contentType and the SHA-256 of the file as sha2");
    *out = w;
    return AW_OK;
}

static int map_file(const char *dir, const struct wanted *w, size_t max_bytes,
                    struct attachment_file *out, aw_error *err)
{
    char path[4096], name[HEX + 1];
    struct stat st;
    for (size_t i = 0; i <= HEX; i++)
        name[i] = (char)(w->sha2[i] >= 'A' && w->sha2[i] <= 'F' ? w->sha2[i] + 32 : w->sha2[i]);
    int rc = fs_join(path, sizeof path, dir, name, err);
    if (rc != AW_OK)
        return rc;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(err, AW_ENOTFOUND, path, "is no file");
    }
    if ((uint64_t)st.st_size > max_bytes) {
        close(fd);
        return error_set(err, AW_ELIMIT, path,
                         "has %lld bytes; this LRS gets at most %zu (\"attachments\")",
                         (long long)st.st_size, max_bytes);
    }
    size_t len = (size_t)st.st_size;
    void *bytes = len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    int failed = bytes == MAP_FAILED ? errno : 0;
    close(fd);
    if (failed)
        return error_errno(err, failed, "map", path);
    *out = (struct attachment_file){bytes, len};
    return AW_OK;
}

/* The receiver checks the hash: a file that was changed would be a refusal for ever. */
static int check_file(const struct attachment_file *f, const struct wanted *w, aw_error *err)
{
    uint8_t digest[32];
    char hex[HEX + 1];
    if (!digest_sha256(f->bytes ? f->bytes : "", f->len, digest))
        return error_nomem(err, "attachments");
    digest_hex(digest, sizeof digest, hex);
    if (strcasecmp(hex, w->sha2) != 0)
        return error_set(err, AW_ECORRUPT, "attachments",
                         "the file %.64s is not what the statement says: it was changed", w->sha2);
    if (w->length >= 0 && (uint64_t)w->length != f->len)
        return error_set(err, AW_ECORRUPT, "attachments", "the file %.64s has another length",
                         w->sha2);
    return AW_OK;
}

static struct buf *new_head(struct attachment_body *b)
{
    struct buf *head = &b->heads[b->head_count++];
    buf_init(head, 4096);
    return head;
}

static int add_span(struct attachment_body *b, const char *bytes, size_t len)
{
    b->spans[b->span_count++] = (struct http_span){bytes, len};
    return AW_OK;
}

static int add_head(struct attachment_body *b, struct buf *head, aw_error *err)
{
    int rc = buf_error(head, "attachments", err);
    return rc == AW_OK ? add_span(b, head->data, head->len) : rc;
}

static int add_file(struct attachment_body *b, const json_t *attachment, const char *dir,
                    size_t max_bytes, const char *boundary, aw_error *err)
{
    struct wanted w;
    if (json_object_get(attachment, "fileUrl"))
        return AW_OK; /* the LRS, or its reader, fetches it */
    if (b->file_count == ATTACHMENT_MAX_FILES)
        return error_set(err, AW_ELIMIT, "attachments", "at most %d files go with a statement",
                         ATTACHMENT_MAX_FILES);
    int rc = read_wanted(attachment, &w, err);
    struct attachment_file *f = &b->files[b->file_count];
    if (rc == AW_OK)
        rc = map_file(dir, &w, max_bytes, f, err);
    if (rc != AW_OK)
        return rc;
    b->file_count++;
    rc = check_file(f, &w, err);
    if (rc != AW_OK)
        return rc;
    struct buf *head = new_head(b);
    buf_printf(head,
               "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: binary\r\n"
               "X-Experience-API-Hash: %s\r\n\r\n",
               boundary, w.type, w.sha2);
    rc = add_head(b, head, err);
    return rc == AW_OK ? add_span(b, f->bytes ? f->bytes : "", f->len) : rc;
}

/* From the statement's bytes: a repeated request has the same body. */
static int make_boundary(const char *statement, size_t len, char out[41], aw_error *err)
{
    uint8_t digest[32];
    if (!digest_sha256(statement, len, digest))
        return error_nomem(err, "attachments");
    memcpy(out, "afterwrd", 8);
    digest_hex(digest, 16, out + 8);
    return AW_OK;
}

int attachment_open(const char *statement, size_t len, const char *dir, size_t max_bytes,
                    struct attachment_body *out, aw_error *err)
{
    struct attachment_body *b = out;
    char boundary[41];
    json_t *root = NULL;
    const json_t *list = NULL;
    size_t i;
    json_t *attachment;
    memset(b, 0, sizeof *b);
    int rc = json_read(statement, len, LIMIT_STATEMENT_BYTES, "statement", &root, err);
    if (rc == AW_OK)
        rc = json_get_array(root, "attachments", &list, err);
    if (rc == AW_OK)
        rc = make_boundary(statement, len, boundary, err);
    if (rc == AW_OK) {
        struct buf *head = new_head(b);
        snprintf(b->content_type, sizeof b->content_type,
                 "Content-Type: multipart/mixed; boundary=%s", boundary);
        buf_printf(head, "--%s\r\nContent-Type: application/json\r\n\r\n", boundary);
        rc = add_head(b, head, err);
        add_span(b, statement, len);
    }
    json_array_foreach(list, i, attachment)
    {
        if (rc == AW_OK)
            rc = add_file(b, attachment, dir ? dir : ".", max_bytes, boundary, err);
    }
    if (rc == AW_OK) {
        struct buf *tail = new_head(b);
        buf_printf(tail, "\r\n--%s--\r\n", boundary);
        rc = add_head(b, tail, err);
    }
    json_decref(root);
    if (rc != AW_OK)
        attachment_close(b);
    return rc;
}

void attachment_close(struct attachment_body *b)
{
    for (size_t i = 0; i < b->head_count; i++)
        buf_free(&b->heads[i]);
    for (size_t i = 0; i < b->file_count; i++)
        if (b->files[i].bytes)
            munmap(b->files[i].bytes, b->files[i].len);
    b->head_count = b->file_count = b->span_count = 0;
}
