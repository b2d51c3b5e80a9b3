/* author.c - what authors and administrators change: links, courses, dead letters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "handle.h"
#include "json.h"
#include "known.h"
#include "limit.h"
#include "link.h"
#include "log.h"
#include "package.h"
#include "state.h"

/* Runs `change` in a transaction and makes the hook see the courses that result. */
typedef int (*author_change)(struct state *s, void *context, aw_error *err);

static int change(aw *self, author_change what, void *context, aw_error *err)
{
    struct state *s;
    int rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = state_begin(s, err);
    if (rc == AW_OK)
        rc = what(s, context, err);
    if (rc == AW_OK)
        rc = state_commit(s, err);
    if (rc != AW_OK)
        state_rollback(s);
    else
        rc = known_write(self->config.state_dir, s, err);
    handle_state_done(self);
    return rc;
}

/* ---- links ---------------------------------------------------------------------- */

static bool has_forum(const struct config *c, const char *name)
{
    size_t i;
    json_t *forum;
    if (strcmp(name, "local") == 0 || strcmp(name, "host") == 0)
        return true;
    json_array_foreach(c->forums, i, forum)
    {
        const char *known = json_string_value(json_object_get(forum, "name"));
        if (known && strcmp(known, name) == 0)
            return true;
    }
    return false;
}

static int put_link(struct state *s, void *context, aw_error *err)
{
    struct link *link = context;
    char *json = link_json(link);
    if (!json)
        return error_nomem(err, "link");
    int rc = state_link_put(s, link->id, link->course, json, err);
    free(json);
    return rc;
}

int aw_link_put(aw *self, const char *json, size_t json_bytes, char **out_id, aw_error *err)
{
    struct link *link = NULL;
    if (!self || !json)
        return error_set(err, AW_EINVAL, self ? "json" : "aw", "is NULL");
    int rc = link_read(json, json_bytes, NULL, &link, err);
    if (rc == AW_OK && !has_forum(&self->config, link->provider))
        rc = error_set(err, AW_ENOTFOUND, "provider",
                       "\"%.60s\" is not among the configuration's forums", link->provider);
    if (rc == AW_OK)
        rc = change(self, put_link, link, err);
    if (rc == AW_OK && out_id) {
        char *id = strdup(link->id);
        if (!id)
            rc = error_nomem(err, "link");
        else
            *out_id = id;
    }
    link_free(link);
    return rc;
}

static int remove_link(struct state *s, void *context, aw_error *err)
{
    int rc = state_link_remove(s, context, err);
    if (rc == AW_ENOTFOUND)
        error_set(err, rc, "link", "\"%.80s\" is not known; `afterword link list` shows all",
                  (char *)context);
    return rc;
}

int aw_link_remove(aw *self, const char *id, aw_error *err)
{
    if (!self || !id)
        return error_set(err, AW_EINVAL, self ? "id" : "aw", "is NULL");
    return change(self, remove_link, (void *)id, err);
}

/* ---- courses ---------------------------------------------------------------------- */

struct adding {
    const char *course, *title;
    char *own_title;    /* of the package, where the caller gave none */
    char *course_json;  /* of the item tree, or NULL */
    struct link *link;  /* of the sidecar, or NULL */
};

static int put_course(struct state *s, void *context, aw_error *err)
{
    struct adding *a = context;
    int rc = state_course_put(s, a->course, a->title, NULL, a->course_json, err);
    return rc == AW_OK && a->link ? put_link(s, a->link, err) : rc;
}

/* The package's course tree, its inspection for the caller, and the link of its sidecar. */
static int read_package(const char *path, struct adding *a, char **out_inspect, aw_error *err)
{
    struct scorm_course *course = NULL;
    struct scorm_package *package = NULL;
    char *sidecar = NULL, *inspect = NULL;
    size_t sidecar_len = 0;
    int rc = scorm_course_open(path, &course, err);
    if (rc == AW_OK)
        rc = scorm_course_json(course, &a->course_json, err);
    if (rc == AW_OK)
        rc = scorm_inspect_json(course, &inspect, err);
    if (rc == AW_OK && !(a->title && *a->title)) {
        a->own_title = strdup(course->title);
        a->title = a->own_title;
        if (!a->own_title)
            rc = error_nomem(err, "title");
    }
    /* A bare manifest has no sidecar. */
    if (rc == AW_OK && scorm_package_open(path, &package, NULL) == AW_OK) {
        rc = scorm_package_sidecar(package, &sidecar, &sidecar_len, err);
        if (rc == AW_OK)
            rc = link_read(sidecar, sidecar_len, a->course, &a->link, err);
        else if (rc == AW_ENOTFOUND)
            rc = AW_OK;
    }
    free(sidecar);
    scorm_package_close(package);
    scorm_course_free(course);
    if (rc != AW_OK) {
        free(inspect);
        return rc;
    }
    *out_inspect = inspect;
    return AW_OK;
}

int aw_course_add(aw *self, const char *course, const char *title, const char *path, char **out_json,
                  aw_error *err)
{
    struct adding a = {.course = course, .title = title};
    char *inspect = NULL;
    if (!self || !course || !*course)
        return error_set(err, AW_EINVAL, self ? "course" : "aw", "is missing");
    if (strlen(course) > LIMIT_ID_BYTES || strpbrk(course, "\r\n"))
        return error_set(err, AW_EINVAL, "course", "is longer than %d bytes, or holds a line end",
                         LIMIT_ID_BYTES);
    int rc = path ? read_package(path, &a, &inspect, err) : AW_OK;
    if (rc == AW_OK && a.link && strcmp(a.link->course, course) != 0)
        rc = error_set(err, AW_EINVAL, "discussion.json",
                       "names the course \"%.60s\"; leave \"course\" out of it", a.link->course);
    if (rc == AW_OK)
        rc = change(self, put_course, &a, err);
    if (rc == AW_OK && out_json) {
        if (!inspect && !(inspect = strdup("{}")))
            rc = error_nomem(err, "course");
        else
            *out_json = inspect;
    }
    if (rc != AW_OK || !out_json)
        free(inspect);
    free(a.own_title);
    free(a.course_json);
    link_free(a.link);
    return rc;
}

static int remove_course(struct state *s, void *context, aw_error *err)
{
    int rc = state_course_remove(s, context, err);
    if (rc == AW_ENOTFOUND)
        error_set(err, rc, "course", "\"%.80s\" is not known; `afterword course list` shows all",
                  (char *)context);
    return rc;
}

int aw_course_remove(aw *self, const char *course, aw_error *err)
{
    if (!self || !course)
        return error_set(err, AW_EINVAL, self ? "course" : "aw", "is NULL");
    return change(self, remove_course, (void *)course, err);
}

/* ---- dead letters --------------------------------------------------------------------- */

struct letter {
    aw *self;
    int64_t id;
    bool retry;
};

/* Back to where it came from: the journal, the forum's jobs, or (marked) the LRS's thread. */
static int retry_letter(struct state *s, const struct letter *l, const struct state_dead *d,
                        aw_error *err)
{
    int rc;
    if (d->len == 0)
        return error_set(err, AW_EUNSUPPORTED, "dead letter",
                         "it was damaged on the disk; it can only be dropped");
    if (strncmp(d->sink, "lrs:", 4) == 0)
        return state_dead_want(s, l->id, err);
    if (strcmp(d->sink, "journal") == 0)
        rc = log_append(l->self->journal, d->bytes, d->len, NULL, err);
    else
        rc = state_job_set(s, d->subject, JOB_QUEUED, 0, 0, err);
    return rc == AW_OK ? state_dead_remove(s, l->id, err) : rc;
}

static int change_letter(struct state *s, void *context, aw_error *err)
{
    const struct letter *l = context;
    struct state_dead d;
    int rc = state_dead_get(s, l->id, &d, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, rc, "dead letter", "there is none with the number %lld",
                         (long long)l->id);
    if (rc != AW_OK)
        return rc;
    rc = l->retry ? retry_letter(s, l, &d, err) : state_dead_remove(s, l->id, err);
    free(d.bytes);
    return rc;
}

int aw_dead_letter(aw *self, const char *action, const char *id, aw_error *err)
{
    struct letter l = {.self = self};
    char *end;
    struct state *s;
    if (!self || !action || !id)
        return error_set(err, AW_EINVAL, "dead letter", "an argument is NULL");
    l.retry = strcmp(action, "retry") == 0;
    if (!l.retry && strcmp(action, "drop") != 0)
        return error_set(err, AW_EINVAL, "action", "is retry or drop");
    l.id = strtoll(id, &end, 10);
    if (*end || end == id)
        return error_set(err, AW_EINVAL, "dead letter", "\"%.40s\" is not a number; `afterword dead "
                         "list` shows them", id);
    int rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    rc = state_begin(s, err);
    if (rc == AW_OK)
        rc = change_letter(s, &l, err);
    if (rc == AW_OK)
        rc = state_commit(s, err);
    if (rc != AW_OK)
        state_rollback(s);
    handle_state_done(self);
    if (rc == AW_OK)
        log_wake(self->journal);
    return rc;
}
