/*
 * valid_multipart.c - requests with attachments (part 3, section 1.5; RFC 2046, section 5.1).
 *
 * application/json: the statements alone, and then every attachment has a fileUrl.
 * multipart/mixed: the statements first, then one part for each attachment whose
 * bytes come along, told by its X-Experience-API-Hash. No part may be left over.
 */
#include <afterword/afterword.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "digest.h"
#include "valid_batch.h"
#include "valid_shapes.h"

#define MAX_PARTS 256
#define BOUNDARY_MAX 70 /* RFC 2046, section 5.1.1 */

struct part {
    const char *headers, *body;
    size_t headers_len, body_len;
    bool used;
};

struct request {
    struct part parts[MAX_PARTS];
    size_t count;
};

/* ---- the Content-Type of the request ------------------------------------------- */

static bool is_type(const char *content_type, const char *want)
{
    size_t n = strlen(want);
    const char *p = content_type + strspn(content_type, " \t");
    return strncasecmp(p, want, n) == 0 && (p[n] == '\0' || strchr("; \t", p[n]));
}

/* The boundary parameter, quoted or not; false if there is none. */
static bool boundary_of(const char *content_type, char out[BOUNDARY_MAX + 1])
{
    const char *p = content_type;
    while ((p = strchr(p, ';'))) {
        p += 1 + strspn(p + 1, " \t");
        if (strncasecmp(p, "boundary=", 9) != 0)
            continue;
        p += 9;
        bool quoted = *p == '"';
        size_t n = quoted ? strcspn(p + 1, "\"") : strcspn(p, "; \t");
        if (n == 0 || n > BOUNDARY_MAX || (quoted && p[1 + n] != '"'))
            return false;
        memcpy(out, p + quoted, n);
        out[n] = '\0';
        return true;
    }
    return false;
}

/* ---- parts ---------------------------------------------------------------------- */

/* The next line that is a delimiter, from p on: its start (the CRLF before it belongs to it),
 * what follows it, and whether it closes. NULL if there is none. */
static const char *next_delimiter(const char *p, const char *body, const char *end,
                                  const char *boundary, const char **out_after, bool *out_close)
{
    size_t n = strlen(boundary);
    while (p && p < end) {
        const char *dashes = memmem(p, (size_t)(end - p), "--", 2);
        if (!dashes)
            return NULL;
        bool line = dashes == body || (dashes - body >= 2 && memcmp(dashes - 2, "\r\n", 2) == 0);
        if (line && (size_t)(end - dashes) >= n + 2 && memcmp(dashes + 2, boundary, n) == 0) {
            const char *q = dashes + 2 + n;
            bool close = end - q >= 2 && memcmp(q, "--", 2) == 0;
            if (close)
                q += 2;
            while (q < end && (*q == ' ' || *q == '\t'))
                q++;
            bool eol = end - q >= 2 && memcmp(q, "\r\n", 2) == 0;
            if (eol || (close && q == end)) {
                *out_after = eol ? q + 2 : q;
                *out_close = close;
                return dashes == body ? dashes : dashes - 2;
            }
        }
        p = dashes + 1;
    }
    return NULL;
}

/* Headers, an empty line, the body. */
static bool split_part(const char *from, const char *to, struct part *out)
{
    if (to - from >= 2 && memcmp(from, "\r\n", 2) == 0) { /* no headers at all */
        *out = (struct part){from, from + 2, 0, (size_t)(to - from - 2), false};
        return true;
    }
    const char *blank = memmem(from, (size_t)(to - from), "\r\n\r\n", 4);
    if (!blank)
        return false;
    *out = (struct part){from, blank + 4, (size_t)(blank + 2 - from), (size_t)(to - blank - 4), false};
    return true;
}

static const char *split(const char *body, size_t len, const char *boundary, struct request *out)
{
    const char *end = body + len, *after = NULL;
    bool close = false;
    out->count = 0;
    if (!next_delimiter(body, body, end, boundary, &after, &close))
        return "does not contain the boundary";
    while (!close) {
        const char *from = after;
        /* The CRLF that ends one delimiter's line may begin the next delimiter. */
        const char *to = next_delimiter(from >= body + 2 ? from - 2 : from, body, end, boundary,
                                        &after, &close);
        if (!to)
            return "does not end with the closing boundary";
        if (out->count == MAX_PARTS)
            return "has more than 256 parts";
        if (to < from || !split_part(from, to, &out->parts[out->count]))
            return "has a part without an empty line after its headers";
        out->count++;
    }
    return out->count ? NULL : "has no part";
}

/* A header's value without the blanks around it; false if the part has none. */
static bool header(const struct part *part, const char *name, const char **out, size_t *out_len)
{
    const char *p = part->headers, *end = p + part->headers_len;
    size_t n = strlen(name);
    while (p < end) {
        const char *eol = memmem(p, (size_t)(end - p), "\r\n", 2);
        const char *line_end = eol ? eol : end;
        if ((size_t)(line_end - p) > n && p[n] == ':' && strncasecmp(p, name, n) == 0) {
            p += n + 1;
            while (p < line_end && (*p == ' ' || *p == '\t'))
                p++;
            while (line_end > p && (line_end[-1] == ' ' || line_end[-1] == '\t'))
                line_end--;
            *out = p;
            *out_len = (size_t)(line_end - p);
            return true;
        }
        p = eol ? eol + 2 : end;
    }
    return false;
}

static bool header_is(const struct part *part, const char *name, const char *want)
{
    const char *value;
    size_t len, n = strlen(want);
    return header(part, name, &value, &len) && len >= n && strncasecmp(value, want, n) == 0 &&
           (len == n || strchr("; \t", value[n]));
}

/* ---- hashes --------------------------------------------------------------------- */

/* Is `hash` the SHA-2 of the part's bytes? Its length says which of the family. */
static bool hash_matches(const struct part *part, const char *hash, size_t hash_len)
{
    uint8_t want[64], got[64];
    unsigned got_len = 0;
    const EVP_MD *md = hash_len == 64 ? EVP_sha256() : hash_len == 96 ? EVP_sha384()
                       : hash_len == 128 ? EVP_sha512() : hash_len == 56 ? EVP_sha224() : NULL;
    if (!md || !digest_unhex(hash, hash_len, want, hash_len / 2))
        return false;
    return EVP_Digest(part->body, part->body_len, got, &got_len, md, NULL) == 1 &&
           got_len == hash_len / 2 && memcmp(want, got, got_len) == 0;
}

static const char *part_fault(const struct part *part)
{
    const char *hash;
    size_t len;
    if (!header_is(part, "Content-Transfer-Encoding", "binary"))
        return "has no Content-Transfer-Encoding: binary";
    if (!header(part, "X-Experience-API-Hash", &hash, &len))
        return "has no X-Experience-API-Hash";
    if (!xapi_is_sha2(hash, len))
        return "has an X-Experience-API-Hash that is no SHA-2";
    return hash_matches(part, hash, len) ? NULL
                                         : "has an X-Experience-API-Hash that is not that of its bytes";
}

static struct part *find_part(struct request *r, const char *sha2)
{
    for (size_t i = 1; r && i < r->count; i++) {
        const char *hash;
        size_t len;
        if (header(&r->parts[i], "X-Experience-API-Hash", &hash, &len) && len == strlen(sha2) &&
            strncasecmp(hash, sha2, len) == 0)
            return &r->parts[i];
    }
    return NULL;
}

/* ---- statements against parts --------------------------------------------------- */

static int attachment_fault(const json_t *statement, const json_t *attachment, struct request *r,
                            const char *path, struct xapi_fault *out)
{
    const char *sha2 = json_string_value(json_object_get(attachment, "sha2"));
    const char *usage = json_string_value(json_object_get(attachment, "usageType"));
    struct part *part = find_part(r, sha2);
    if (!part) {
        if (json_object_get(attachment, "fileUrl"))
            return AW_OK;
        char at[sizeof out->path];
        snprintf(at, sizeof at, "%.200s/sha2", path);
        return valid_fault(out, AW_EINVAL, at, "has neither a part with its hash nor a fileUrl");
    }
    part->used = true;
    /* Its length is not compared: the hash says more, and the conformance suite of ADL
     * counts otherwise than bytes. */
    const char *fault = strcmp(usage, SIGNATURE_USAGE) == 0
                            ? jws_fault(part->body, part->body_len, statement) : NULL;
    return fault ? valid_fault(out, AW_EINVAL, path, fault) : AW_OK;
}

/* The attachments of a statement, or of its SubStatement. */
static int attachments_fault(const json_t *statement, const json_t *holder, struct request *r,
                             const char *path, struct xapi_fault *out)
{
    const json_t *list = json_object_get(holder, "attachments");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char at[sizeof out->path];
        snprintf(at, sizeof at, "%.160s/attachments/%zu", path, i);
        int rc = attachment_fault(statement, json_array_get(list, i), r, at, out);
        if (rc)
            return rc;
    }
    return AW_OK;
}

static int statement_fault(const json_t *statement, struct request *r, const char *path,
                           struct xapi_fault *out)
{
    char at[80];
    int rc = attachments_fault(statement, statement, r, path, out);
    snprintf(at, sizeof at, "%.60s/object", path);
    return rc ? rc : attachments_fault(statement, json_object_get(statement, "object"), r, at, out);
}

static int check_attachments(const json_t *body, struct request *r, struct xapi_fault *out)
{
    if (!json_is_array(body))
        return statement_fault(body, r, "", out);
    for (size_t i = 0; i < json_array_size(body); i++) {
        char path[32];
        snprintf(path, sizeof path, "/%zu", i);
        int rc = statement_fault(json_array_get(body, i), r, path, out);
        if (rc)
            return rc;
    }
    return AW_OK;
}

static int check_statements(const char *json, size_t len, enum xapi_version version,
                            struct request *r, struct xapi_fault *out)
{
    json_t *body = NULL;
    int rc = valid_parse(json, len, &body, out);
    if (!rc)
        rc = valid_batch_json(body, version, out);
    if (!rc)
        rc = check_attachments(body, r, out);
    json_decref(body);
    return rc;
}

static int part_error(struct xapi_fault *out, size_t number, const char *reason)
{
    char text[200];
    snprintf(text, sizeof text, "part %zu of the request %s", number, reason);
    return valid_fault(out, AW_EINVAL, "", text);
}

static int check_multipart(const char *boundary, const char *body, size_t len,
                           enum xapi_version version, struct xapi_fault *out)
{
    struct request r;
    char text[200];
    const char *fault = split(body, len, boundary, &r);
    if (fault) {
        snprintf(text, sizeof text, "the body %s", fault);
        return valid_fault(out, AW_EINVAL, "", text);
    }
    if (!header_is(&r.parts[0], "Content-Type", "application/json"))
        return part_error(out, 1, "is not application/json; the statements come first");
    for (size_t i = 1; i < r.count; i++)
        if ((fault = part_fault(&r.parts[i])))
            return part_error(out, i + 1, fault);
    int rc = check_statements(r.parts[0].body, r.parts[0].body_len, version, &r, out);
    for (size_t i = 1; !rc && i < r.count; i++)
        if (!r.parts[i].used)
            rc = part_error(out, i + 1, "is no attachment of the statements");
    return rc;
}

int xapi_validate_request(const char *content_type, const char *body, size_t len,
                          enum xapi_version version, struct xapi_fault *out)
{
    char boundary[BOUNDARY_MAX + 1];
    if (is_type(content_type, "application/json"))
        return check_statements(body, len, version, NULL, out);
    if (!is_type(content_type, "multipart/mixed"))
        return valid_fault(out, AW_EINVAL, "",
                           "the Content-Type is neither application/json nor multipart/mixed");
    if (!boundary_of(content_type, boundary))
        return valid_fault(out, AW_EINVAL, "", "the Content-Type has no boundary");
    return check_multipart(boundary, body, len, version, out);
}
