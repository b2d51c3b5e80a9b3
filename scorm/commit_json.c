/*
 * commit_json.c - JSON commits, read in one pass into values: no tree, no allocation per member.
 *
 * Not jansson, for two reasons: players send suspend data that holds unpaired
 * surrogates and U+0000 (compressed text), which jansson refuses as a whole, and
 * a tree costs more than everything we do afterwards. Unpaired surrogates are
 * kept in their three-byte form, and written back as escapes when resuming.
 */
#include <string.h>

#include "commit_read.h"
#include "error.h"

static int bad(struct commit_reader *r, const char *what)
{
    return error_set(r->err, AW_EJSON, "body", "not JSON at byte %zu: %s",
                     (size_t)(r->at - r->start), what);
}

static void space(struct commit_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

static int hex4(struct commit_reader *r, uint32_t *out)
{
    uint32_t value = 0;
    if (r->end - r->at < 4)
        return bad(r, "a \\u escape ends early");
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        uint32_t d = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16u;
        if (d == 16)
            return bad(r, "a \\u escape without four hexadecimal digits");
        value = value * 16 + d;
    }
    *out = value;
    return AW_OK;
}

static char *put_code_point(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) { /* unpaired surrogates included */
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* Behind the backslash. */
static int escape(struct commit_reader *r, char **to)
{
    static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    uint32_t c, low;
    if (r->at == r->end)
        return bad(r, "a string that does not end");
    char letter = *r->at++;
    const char *found = letter ? strchr(from, letter) : NULL;
    if (found) {
        *(*to)++ = means[found - from];
        return AW_OK;
    }
    if (letter != 'u')
        return bad(r, "an unknown escape");
    int rc = hex4(r, &c);
    if (rc != AW_OK)
        return rc;
    if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
        const char *back = r->at;
        r->at += 2;
        if ((rc = hex4(r, &low)) != AW_OK)
            return rc;
        if (low >= 0xdc00 && low < 0xe000)
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        else
            r->at = back;
    }
    *to = put_code_point(*to, c);
    return AW_OK;
}

/* A string at r->at: borrowed from the body where it has no escape, else from the arena. */
static int string(struct commit_reader *r, const char **out, size_t *out_len)
{
    const char *start = ++r->at;
    while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20)
        r->at++;
    if (r->at < r->end && *r->at == '"') {
        *out = start;
        *out_len = (size_t)(r->at++ - start);
        return AW_OK;
    }
    /* Decoding never makes text longer, so what is left of the body is room enough. */
    char *base = commit_arena(r, 0), *to = base;
    memcpy(to, start, (size_t)(r->at - start));
    to += r->at - start;
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if ((unsigned char)c < 0x20)
            return bad(r, "a control character in a string");
        if (c != '\\') {
            *to++ = c;
            continue;
        }
        int rc = escape(r, &to);
        if (rc != AW_OK)
            return rc;
    }
    if (r->at == r->end)
        return bad(r, "a string that does not end");
    r->at++;
    *out = base;
    *out_len = (size_t)(to - base);
    commit_arena(r, *out_len);
    return AW_OK;
}

/* A number, true, false or null as text; *out is NULL for null. */
static int bare(struct commit_reader *r, const char **out, size_t *out_len)
{
    static const char *const words[] = {"true", "false", "null"};
    const char *start = r->at;
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(r->end - start) >= n && memcmp(start, words[i], n) == 0) {
            r->at += n;
            *out = i == 2 ? NULL : start;
            *out_len = n;
            return AW_OK;
        }
    }
    size_t digits = 0;
    while (r->at < r->end && (strchr("+-.eE", *r->at) || (*r->at >= '0' && *r->at <= '9'))) {
        if (*r->at == 0)
            break;
        digits += *r->at >= '0' && *r->at <= '9';
        r->at++;
    }
    if (digits == 0)
        return bad(r, "a value is missing");
    *out = start;
    *out_len = (size_t)(r->at - start);
    return AW_OK;
}

static int value(struct commit_reader *r, const struct commit_path *path, int depth);

/* A member of the outermost object (path->len 0 and not yet inside runtimeData). */
static bool is(const char *name, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(name, word, len) == 0;
}

static int member(struct commit_reader *r, const struct commit_path *path, const char *key,
                  size_t key_len, int depth)
{
    struct commit_path below = *path;
    const char *text;
    size_t len;
    char c = r->at < r->end ? *r->at : 0;
    int rc;
    if (path->len == 0 && is(key, key_len, "runtimeData") && depth == 1) {
        r->c->wrapped = true;
        return value(r, path, depth);
    }
    if (path->len == 0 && depth == 1 && c != '{' && c != '[' && commit_is_meta(key, key_len)) {
        rc = c == '"' ? string(r, &text, &len) : bare(r, &text, &len);
        return rc != AW_OK || !text ? rc : commit_put_meta(r, key, key_len, text, len);
    }
    if (path->len == 0 && memchr(key, '.', key_len))
        r->saw_flat = true;
    /* score, globalObjectives and the like beside runtimeData are summaries: walked, not read. */
    if (path->len == 0 && !is(key, key_len, "cmi") && !is(key, key_len, "adl") &&
        !(key_len > 4 && (memcmp(key, "cmi.", 4) == 0 || memcmp(key, "adl.", 4) == 0)))
        below.unknown = true;
    commit_path_add(&below, key, key_len);
    return value(r, &below, depth);
}

static int object(struct commit_reader *r, const struct commit_path *path, int depth)
{
    r->at++;
    space(r);
    if (r->at < r->end && *r->at == '}') {
        r->at++;
        return AW_OK;
    }
    for (;;) {
        const char *key;
        size_t len;
        int rc;
        space(r);
        if (r->at == r->end || *r->at != '"')
            return bad(r, "a member's name is missing");
        if ((rc = string(r, &key, &len)) != AW_OK)
            return rc;
        space(r);
        if (r->at == r->end || *r->at++ != ':')
            return bad(r, "a colon is missing");
        space(r);
        if ((rc = member(r, path, key, len, depth)) != AW_OK)
            return rc;
        space(r);
        if (r->at < r->end && *r->at == ',') {
            r->at++;
            continue;
        }
        if (r->at < r->end && *r->at == '}') {
            r->at++;
            return AW_OK;
        }
        return bad(r, "a comma or a closing brace is missing");
    }
}

/* "name=value" strings where params were rendered as a list; else items with their index. */
static int element(struct commit_reader *r, const struct commit_path *path, size_t index, int depth)
{
    char number[24];
    size_t at = sizeof number;
    if (path->len == 0 && r->at < r->end && *r->at == '"') {
        const char *text;
        size_t len;
        int rc = string(r, &text, &len);
        if (rc != AW_OK)
            return rc;
        const char *back = r->at, *end = r->end;
        r->at = text;
        r->end = text + len;
        r->saw_params = true;
        rc = commit_read_params(r);
        r->at = back;
        r->end = end;
        return rc;
    }
    do
        number[--at] = (char)('0' + index % 10);
    while (index /= 10);
    struct commit_path below = *path;
    commit_path_add(&below, number + at, sizeof number - at);
    return value(r, &below, depth);
}

static int array(struct commit_reader *r, const struct commit_path *path, int depth)
{
    size_t index = 0;
    r->at++;
    space(r);
    if (r->at < r->end && *r->at == ']') {
        r->at++;
        return AW_OK;
    }
    for (;;) {
        space(r);
        int rc = element(r, path, index++, depth);
        if (rc != AW_OK)
            return rc;
        space(r);
        if (r->at < r->end && *r->at == ',') {
            r->at++;
            continue;
        }
        if (r->at < r->end && *r->at == ']') {
            r->at++;
            return AW_OK;
        }
        return bad(r, "a comma or a closing bracket is missing");
    }
}

static int value(struct commit_reader *r, const struct commit_path *path, int depth)
{
    const char *text;
    size_t len;
    char c = r->at < r->end ? *r->at : 0;
    if (c == '{' || c == '[') {
        if (depth >= COMMIT_DEPTH_MAX)
            return error_set(r->err, AW_ELIMIT, "body", "nested deeper than %d", COMMIT_DEPTH_MAX);
        return c == '{' ? object(r, path, depth + 1) : array(r, path, depth + 1);
    }
    int rc = c == '"' ? string(r, &text, &len) : bare(r, &text, &len);
    if (rc != AW_OK || !text)
        return rc;
    return commit_put(r, path, text, len);
}

int commit_read_json(struct commit_reader *r)
{
    struct commit_path path = {.len = 0};
    space(r);
    int rc = value(r, &path, 0);
    if (rc != AW_OK)
        return rc;
    space(r);
    return r->at == r->end ? AW_OK : bad(r, "text behind the end");
}
