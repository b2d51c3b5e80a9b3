/*
 * commit_params.c - commits as name=value&name=value, which scorm-again writes without escaping.
 *
 * A value may hold "&" and "=", so a pair ends only where "&" is followed by the
 * name of an element and "=". Where a name then comes twice, one of them was
 * part of some value: both are dropped and the commit is lossy. Text that is
 * form-encoded throughout is decoded.
 */
#include <string.h>

#include "commit_read.h"

/* The length of the name at `p` if it is an element or a member of ours, followed by "=". */
static size_t known_name(const char *p, const char *end, struct commit_path *out_path)
{
    size_t max = (size_t)(end - p) < 128 ? (size_t)(end - p) : 128;
    const char *equals = memchr(p, '=', max);
    size_t len = equals ? (size_t)(equals - p) : 0;
    uint16_t n, m;
    if (len == 0)
        return 0;
    *out_path = (struct commit_path){.len = 0};
    if (commit_is_meta(p, len))
        return len;
    if (len < 5 || (memcmp(p, "cmi.", 4) != 0 && memcmp(p, "adl.", 4) != 0))
        return 0;
    commit_path_add(out_path, p, len);
    if (cmi_find_indexed(SCORM_12, p, len, &n, &m) || cmi_find_indexed(SCORM_2004, p, len, &n, &m))
        return len;
    /* cmi.objectives=[object Object] */
    static const char *const collections[] = {"cmi.objectives", "cmi.interactions",
                                              "cmi.comments_from_learner", "cmi.comments_from_lms"};
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++)
        if (strlen(collections[i]) == len && memcmp(p, collections[i], len) == 0)
            return len;
    return 0;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                        : c >= 'A' && c <= 'F'   ? c - 'A' + 10
                                                                 : -1;
}

/* Form-encoded throughout: nothing that encoding would have escaped, and something escaped. */
static bool form_encoded(const char *p, const char *end)
{
    bool escaped = false, in_value = false;
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '&') {
            in_value = false;
        } else if (c == '=') {
            if (in_value)
                return false;
            in_value = true;
        } else if (c == '%') {
            if (end - p < 3 || hex(p[1]) < 0 || hex(p[2]) < 0)
                return false;
            escaped = true;
        } else if (c == '+') {
            escaped = true;
        } else if (c <= ' ' || c >= 0x7f || strchr("[]{}\"<>:,;/?@#$^`|\\", c)) {
            return false;
        }
    }
    return escaped;
}

static void decode(struct commit_reader *r, const char **text, size_t *len)
{
    char *base = commit_arena(r, 0), *to = base;
    const char *p = *text, *end = p + *len;
    for (; p < end; p++) {
        if (*p == '+')
            *to++ = ' ';
        else if (*p == '%' && end - p >= 3) {
            *to++ = (char)(hex(p[1]) * 16 + hex(p[2]));
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *text = base;
    *len = (size_t)(to - base);
    commit_arena(r, *len);
}

int commit_read_params(struct commit_reader *r)
{
    bool encoded = form_encoded(r->at, r->end);
    while (r->at < r->end) {
        struct commit_path path, unused;
        const char *name = r->at;
        size_t name_len = known_name(name, r->end, &path);
        if (name_len == 0) { /* nothing of ours up to the next "&" */
            const char *next = memchr(r->at, '&', (size_t)(r->end - r->at));
            r->c->skipped++;
            r->at = next ? next + 1 : r->end;
            continue;
        }
        const char *text = name + name_len + 1, *p = text;
        while ((p = memchr(p, '&', (size_t)(r->end - p))) && !encoded &&
               known_name(p + 1, r->end, &unused) == 0)
            p++;
        const char *stop = p ? p : r->end;
        size_t len = (size_t)(stop - text);
        r->at = p ? p + 1 : r->end;
        if (encoded)
            decode(r, &text, &len);
        int rc = path.len == 0 ? commit_put_meta(r, name, name_len, text, len)
                               : commit_put(r, &path, text, len);
        if (rc != AW_OK)
            return rc;
    }
    return AW_OK;
}
