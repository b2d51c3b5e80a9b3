/*
 * attempt_resume.c - what a player loads to go on with an attempt.
 *
 * Everything that content may set is given back, and the time of all sessions.
 * The table is sorted by path, so members of one object come together and the
 * JSON can be written straight from it. Unpaired surrogates in suspend data are
 * written as escapes: the content gets back exactly what it stored.
 */
#include <stdio.h>
#include <string.h>

#include "attempt_state.h"
#include "cmi_value.h"
#include "error.h"

#define PATH_MAX_BYTES 160

struct nest {
    struct buf *out;
    char path[PATH_MAX_BYTES]; /* of the last member written */
    bool first;
};

static void json_bytes(struct buf *out, const char *text, size_t len)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == 0xed && len - i >= 3 && (unsigned char)text[i + 1] >= 0xa0) {
            unsigned code = 0xd000u | ((unsigned)text[i + 1] & 0x3f) << 6 | ((unsigned)text[i + 2] & 0x3f);
            buf_printf(out, "\\u%04x", code);
            i += 2;
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            if (c == '"' || c == '\\')
                buf_putc(out, '\\');
            buf_putc(out, (char)c);
        }
    }
    buf_putc(out, '"');
}

/* How many bytes of whole segments (with their dot) the two paths share. */
static size_t shared(const char *a, const char *b)
{
    size_t last = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            last = i + 1;
    return last;
}

static void close_to(struct nest *n, size_t keep)
{
    for (size_t i = keep; n->path[i]; i++)
        if (n->path[i] == '.')
            buf_putc(n->out, '}');
}

/* Closes and opens objects between the last path and this one, then the member's name. */
static void member(struct nest *n, const char *path)
{
    size_t keep = n->first ? 0 : shared(n->path, path), start = keep;
    if (!n->first) {
        close_to(n, keep);
        buf_putc(n->out, ',');
    }
    n->first = false;
    for (size_t i = keep; ; i++) {
        if (path[i] && path[i] != '.')
            continue;
        json_bytes(n->out, path + start, i - start);
        buf_putc(n->out, ':');
        if (!path[i])
            break;
        buf_putc(n->out, '{');
        start = i + 1;
    }
    snprintf(n->path, sizeof n->path, "%s", path);
}

/* The element's path with its indices instead of "n". */
static void concrete(const struct cmi_element *e, unsigned i, unsigned j, char out[PATH_MAX_BYTES])
{
    size_t to = 0;
    bool inner = false;
    for (const char *p = e->path; *p && to + 8 < PATH_MAX_BYTES; p++) {
        if (*p == 'n' && p[-1] == '.' && p[1] == '.') {
            to += (size_t)snprintf(out + to, PATH_MAX_BYTES - to, "%u", inner ? j : i);
            inner = true;
        } else {
            out[to++] = *p;
        }
    }
    out[to] = 0;
}

static bool goes_back(const struct cmi_element *e)
{
    return (e->access & CMI_W) && e->role != CMI_KEYWORD && e->role != CMI_EXIT &&
           e->role != CMI_SESSION_TIME && e->role != CMI_NAV_REQUEST;
}

static void write_values(struct nest *n, const struct attempt_state *s, const struct cmi_element *e,
                         unsigned row)
{
    char path[PATH_MAX_BYTES];
    size_t i = scorm_values_from(s->values, s->first, e->role, row);
    for (; i < s->first[e->role + 1] && s->values[i].n == row; i++) {
        const struct scorm_value *v = &s->values[i];
        concrete(e, v->n, v->m, path);
        member(n, path);
        json_bytes(n->out, v->text, v->len);
    }
}

static unsigned row_count(const struct attempt_state *s, size_t from, size_t to)
{
    unsigned rows = 0;
    for (size_t i = from; i < to; i++) {
        enum cmi_role role = cmi_elements[i].role;
        if (s->first[role + 1] > s->first[role] && s->values[s->first[role + 1] - 1].n >= rows)
            rows = s->values[s->first[role + 1] - 1].n + 1u;
    }
    return rows;
}

static const char *entry_of(const struct attempt_state *s)
{
    if (s->session == 0)
        return "ab-initio";
    if (s->suspended || s->end == SESSION_OPEN) /* suspended, or the browser died */
        return "resume";
    /* 1.2: a learner who left in the middle keeps the bookmark, though nothing was suspended. */
    if (s->version == SCORM_12 && s->current.completion != SCORM_COMPLETED &&
        s->current.success == SCORM_SUCCESS_UNKNOWN)
        return "";
    return "ab-initio";
}

static void write_cmi(struct nest *n, const struct attempt_state *s, const char *entry)
{
    for (size_t i = 0; i < CMI_ELEMENT_COUNT;) {
        const struct cmi_element *e = &cmi_elements[i];
        const char *row = strstr(e->path, ".n.");
        size_t to = i + 1;
        if (e->version != s->version || (row && s->first[CMI_ROLE_COUNT] == 0)) {
            i++;
            continue;
        }
        if (row) /* all elements of this collection */
            while (to < CMI_ELEMENT_COUNT && cmi_elements[to].version == e->version &&
                   strncmp(cmi_elements[to].path, e->path, (size_t)(row - e->path) + 3) == 0)
                to++;
        unsigned rows = row ? row_count(s, i, to) : 1;
        for (unsigned r = 0; r < rows; r++)
            for (size_t k = i; k < to; k++)
                if (goes_back(&cmi_elements[k]))
                    write_values(n, s, &cmi_elements[k], r);
        if (e->role == CMI_ENTRY) {
            member(n, e->path);
            json_bytes(n->out, entry, strlen(entry));
        } else if (e->role == CMI_TOTAL_TIME && s->total_ms > 0) {
            member(n, e->path);
            buf_putc(n->out, '"');
            (s->version == SCORM_12 ? cmi_timespan_write : cmi_duration_write)(n->out, s->total_ms);
            buf_putc(n->out, '"');
        }
        i = to;
    }
    if (!n->first)
        close_to(n, 0);
}

int scorm_attempt_resume_json(const void *blob, size_t blob_len, struct buf *out, aw_error *err)
{
    struct attempt_state s;
    int rc = attempt_state_read(&s, blob, blob_len, NULL, err);
    if (rc != AW_OK)
        return rc;
    const char *entry = entry_of(&s);
    uint32_t attempt = s.attempt ? s.attempt : 1;
    if (s.session && (strcmp(entry, "resume") != 0))
        attempt++;
    if (s.session && strcmp(entry, "ab-initio") == 0) { /* a new attempt begins with nothing */
        s.value_count = 0;
        memset(s.first, 0, sizeof s.first);
        s.total_ms = -1;
    }
    buf_puts(out, "{\"version\":");
    buf_puts(out, s.version == SCORM_12     ? "\"1.2\""
                  : s.version == SCORM_2004 ? "\"2004\""
                                            : "null");
    buf_printf(out, ",\"entry\":\"%s\",\"attempt\":%u,", entry, attempt);
    struct nest n = {.out = out, .first = true};
    if (s.version)
        write_cmi(&n, &s, entry);
    else
        buf_puts(out, "\"cmi\":{}");
    buf_putc(out, '}');
    attempt_state_free(&s);
    return buf_error(out, "attempt", err);
}
