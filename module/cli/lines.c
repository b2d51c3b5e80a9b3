/* lines.c - reading a file or standard input line by line, with a limit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "error.h"

struct cli_lines {
    FILE *file;
    char *line;
    size_t cap, max;
};

struct cli_lines *cli_lines_open(const char *path, size_t max_bytes, aw_error *err)
{
    struct cli_lines *l = calloc(1, sizeof *l);
    if (!l) {
        error_nomem(err, "lines");
        return NULL;
    }
    l->max = max_bytes;
    l->file = path && strcmp(path, "-") != 0 ? fopen(path, "rb") : stdin;
    if (!l->file) {
        error_errno(err, errno, "open", path);
        free(l);
        return NULL;
    }
    return l;
}

void cli_lines_close(struct cli_lines *l)
{
    if (!l)
        return;
    if (l->file != stdin)
        fclose(l->file);
    free(l->line);
    free(l);
}

static bool grow(struct cli_lines *l)
{
    size_t cap = l->cap ? l->cap * 2 : 4096;
    char *line = realloc(l->line, cap);
    if (!line)
        return false;
    l->line = line;
    l->cap = cap;
    return true;
}

char *cli_lines_next(struct cli_lines *l, size_t *out_len, bool *too_long)
{
    size_t len = 0;
    int c;
    *too_long = false;
    while ((c = getc_unlocked(l->file)) != EOF && c != '\n') {
        /* The rest of an over-long line is read past, not kept. */
        if (*too_long || len >= l->max || (len + 1 >= l->cap && !grow(l)))
            *too_long = true;
        else
            l->line[len++] = (char)c;
    }
    if (c == EOF && len == 0 && !*too_long)
        return NULL;
    if (l->cap == 0 && !grow(l))
        return NULL;
    if (len > 0 && l->line[len - 1] == '\r')
        len--;
    l->line[len] = 0;
    *out_len = len;
    return l->line;
}
