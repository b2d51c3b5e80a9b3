/* known.c - the courses that are registered, as the hook sees them. */
#include "known.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "error.h"
#include "fs.h"
#include "state.h"

#define MAX_BYTES (256u << 20)

struct known {
    pthread_mutex_t mutex;
    char path[4096];
    struct stat seen; /* of the file that `ids` came from */
    char *text;
    const char **ids; /* sorted, into text */
    size_t count;
};

int known_open(const char *state_dir, struct known **out, aw_error *err)
{
    struct known *k = calloc(1, sizeof *k);
    if (!k)
        return error_nomem(err, "courses");
    int rc = fs_join(k->path, sizeof k->path, state_dir, "courses.txt", err);
    if (rc != AW_OK) {
        free(k);
        return rc;
    }
    pthread_mutex_init(&k->mutex, NULL);
    *out = k;
    return AW_OK;
}

void known_close(struct known *k)
{
    if (!k)
        return;
    pthread_mutex_destroy(&k->mutex);
    free(k->ids);
    free(k->text);
    free(k);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int load(struct known *k, const struct stat *now, aw_error *err)
{
    char *text = NULL;
    size_t len, lines = 0, n = 0;
    int rc = fs_read(k->path, MAX_BYTES, &text, &len, err);
    if (rc != AW_OK)
        return rc;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    const char **ids = calloc(lines + 1, sizeof *ids);
    if (!ids) {
        free(text);
        return error_nomem(err, "courses");
    }
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        ids[n++] = line;
    qsort(ids, n, sizeof *ids, compare);
    free(k->text);
    free(k->ids);
    k->text = text;
    k->ids = ids;
    k->count = n;
    k->seen = *now;
    return AW_OK;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int known_check(struct known *k, const char *course, aw_error *err)
{
    struct stat now;
    int rc = AW_OK;
    pthread_mutex_lock(&k->mutex);
    if (stat(k->path, &now) < 0) {
        if (errno != ENOENT)
            rc = error_errno(err, errno, "examine", k->path);
        k->count = 0;
    } else if (!same_file(&now, &k->seen)) {
        rc = load(k, &now, err);
    }
    bool found = rc == AW_OK && k->count > 0 &&
                 bsearch(&course, k->ids, k->count, sizeof *k->ids, compare) != NULL;
    pthread_mutex_unlock(&k->mutex);
    if (rc != AW_OK || found)
        return rc;
    return error_set(err, AW_ENOTFOUND, "course",
                     "\"%.100s\" is not known: register it with `afterword course add` or attach a "
                     "discussion with `afterword link add`, or set courses.unknown to \"accept\"",
                     course);
}

static int add_course(void *context, const struct state_course *course)
{
    buf_puts(context, course->id);
    buf_putc(context, '\n');
    return 0;
}

static int add_link(void *context, const char *id, const char *course, const char *json)
{
    (void)id;
    (void)json;
    buf_puts(context, course);
    buf_putc(context, '\n');
    return 0;
}

int known_write(const char *state_dir, struct state *s, aw_error *err)
{
    char path[4096];
    struct buf b = BUF_INIT(MAX_BYTES);
    int rc = fs_join(path, sizeof path, state_dir, "courses.txt", err);
    if (rc == AW_OK)
        rc = state_courses(s, add_course, &b, err);
    if (rc == AW_OK)
        rc = state_links(s, NULL, add_link, &b, err);
    if (rc == AW_OK)
        rc = buf_error(&b, "courses", err);
    if (rc == AW_OK)
        rc = fs_write_atomic(path, b.data ? b.data : "", b.len, 0660, err);
    buf_free(&b);
    return rc;
}
