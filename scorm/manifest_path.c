/* manifest_path.c - addresses in a manifest. See manifest_path.h. */
#include "manifest_path.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "arena.h"

/* The length of "https" in "https:...", 0 if there is no scheme. A single letter is a drive. */
static size_t scheme_length(const char *href)
{
    size_t n = 0;

    if (!isalpha((unsigned char)href[0]))
        return 0;
    while (isalnum((unsigned char)href[n]) || href[n] == '+' || href[n] == '-' || href[n] == '.')
        n++;
    return href[n] == ':' && n > 1 ? n : 0;
}

bool path_is_remote(const char *href)
{
    return strncasecmp(href, "http://", 7) == 0 || strncasecmp(href, "https://", 8) == 0 ||
           strncmp(href, "//", 2) == 0;
}

/* Resolves "." and ".." of the first len bytes in place; false: it goes above its root. */
static bool resolve_dots(char *path, size_t len, size_t *out_len)
{
    size_t n = 0, at = 0;

    while (at < len) {
        size_t end = at;
        while (end < len && path[end] != '/')
            end++;
        size_t part = end - at;
        bool slash = end < len;
        if (part == 2 && path[at] == '.' && path[at + 1] == '.') {
            if (n == 0)
                return false;
            n--; /* the slash */
            while (n > 0 && path[n - 1] != '/')
                n--;
        } else if (part > 0 && !(part == 1 && path[at] == '.')) {
            memmove(path + n, path + at, part);
            n += part;
            if (slash)
                path[n++] = '/';
        }
        at = slash ? end + 1 : end;
    }
    *out_len = n;
    return true;
}

enum path_fault path_join(struct arena *a, const char *base, const char *href, const char **out,
                          bool *out_backslash)
{
    size_t base_len = strlen(base), href_len = strlen(href), path_len, tail_len;
    bool rooted = href[0] == '/';

    if (path_is_remote(href) || (path_is_remote(base) && !scheme_length(href))) {
        bool join = !path_is_remote(href);
        char *whole = arena_alloc(a, (join ? base_len : 0) + href_len + 1);
        if (whole) {
            if (join)
                memcpy(whole, base, base_len);
            memcpy(whole + (join ? base_len : 0), href, href_len);
        }
        *out = whole;
        return PATH_OK;
    }
    if (scheme_length(href))
        return PATH_FORBIDDEN;
    if (isalpha((unsigned char)href[0]) && href[1] == ':')
        return PATH_OUTSIDE;
    path_len = strcspn(href, "?#");
    tail_len = href_len - path_len;
    if (rooted) /* "/index.html" can only mean the package's root */
        base_len = 0;
    char *joined = arena_alloc(a, base_len + href_len + 2);
    *out = joined;
    if (!joined)
        return PATH_OK;
    memcpy(joined, base, base_len);
    memcpy(joined + base_len, href, path_len);
    for (size_t i = 0; i < base_len + path_len; i++) {
        if (joined[i] == '\\') {
            joined[i] = '/';
            *out_backslash = true;
        }
    }
    size_t n = 0;
    if (!resolve_dots(joined, base_len + path_len, &n))
        return PATH_OUTSIDE;
    memcpy(joined + n, href + path_len, tail_len);
    joined[n + tail_len] = '\0';
    return PATH_OK;
}

const char *path_with_parameters(struct arena *a, const char *address, const char *parameters)
{
    size_t path_len = strcspn(address, "#"), len = strlen(address);
    size_t add = strlen(parameters);

    if (*parameters != '#') {
        while (*parameters == '?' || *parameters == '&') {
            parameters++;
            add--;
        }
    } else if (address[path_len] == '#') {
        return address; /* a second fragment: the parameters are dropped */
    }
    if (add == 0)
        return address;
    char *out = arena_alloc(a, len + add + 2);
    if (!out)
        return address;
    if (*parameters == '#') {
        memcpy(out, address, len);
        memcpy(out + len, parameters, add);
        return out;
    }
    /* Before the fragment, or the browser would take them for a part of it. */
    memcpy(out, address, path_len);
    out[path_len] = memchr(address, '?', path_len) ? '&' : '?';
    memcpy(out + path_len + 1, parameters, add);
    memcpy(out + path_len + 1 + add, address + path_len, len - path_len);
    return out;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *path_of_file(struct arena *a, const char *address)
{
    size_t len = strcspn(address, "?#"), n = 0;
    char *out = arena_text(a, address, len);

    if (!out)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        int high = i + 2 < len && address[i] == '%' ? hex(address[i + 1]) : -1;
        int low = high >= 0 ? hex(address[i + 2]) : -1;
        if (low >= 0 && (high | low) != 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = address[i];
        }
    }
    out[n] = '\0';
    return out;
}
