/* erase_local.c - what the state directory holds about a learner: removed, or told of. */
#include "erase_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "event.h"
#include "fs.h"
#include "record.h"
#include "state.h"
#include "timestamp.h"

/* ---- what remains -------------------------------------------------------------------- */

struct counting {
    const char *learner, *actor_text;
    uint64_t count;
    int64_t newest_ms;
};

typedef void (*count_fn)(struct counting *c, const void *bytes, size_t len);

static void count_event(struct counting *c, const void *bytes, size_t len)
{
    struct event_owned e;
    if (event_decode(bytes, len, &e, NULL) != AW_OK)
        return;
    const char *learner = e.event.learner, *by = e.event.by;
    if ((learner && strcmp(learner, c->learner) == 0) || (by && strcmp(by, c->learner) == 0)) {
        c->count++;
        c->newest_ms = e.event.time_ms > c->newest_ms ? e.event.time_ms : c->newest_ms;
    }
    event_free(&e);
}

static void count_statement(struct counting *c, const void *bytes, size_t len)
{
    struct record r;
    if (record_read(bytes, len, &r, NULL) == AW_OK &&
        memmem(r.json, r.json_len, c->actor_text, strlen(c->actor_text)))
        c->count++;
}

static int count_in(struct log *log, count_fn each, struct counting *c, aw_error *err)
{
    struct log_reader *reader = NULL;
    struct log_pos next, end = log_end(log);
    const void *bytes;
    size_t len;
    int rc = log_reader_open(log, log_begin(log), &reader, err);
    for (bool more = rc == AW_OK; more;) {
        int read = log_read(reader, &bytes, &len, &next, NULL);
        if (read == AW_OK)
            each(c, bytes, len);
        more = (read == AW_OK || read == AW_ECORRUPT) && log_pos_cmp(next, end) < 0;
    }
    log_reader_close(reader);
    return rc;
}

static void tell_log(const struct aw *self, const struct counting *c, const char *what, json_t *remains)
{
    char until[TIMESTAMP_TEXT];
    if (c->count == 0)
        return;
    int64_t from = c->newest_ms > 0 ? c->newest_ms : handle_now_ms(self);
    timestamp_text(from + self->config.retention_ms, until);
    json_array_append_new(remains,
                          json_sprintf("The %s keeps %llu records until about %.10s "
                                       "(journal.retention_days), when their segments are removed.",
                                       what, (unsigned long long)c->count, until));
}

struct forums {
    struct state *state;
    json_t *remains;
};

static int tell_forum(void *context, const struct state_member *m)
{
    struct forums *f = context;
    struct state_discussion *d = calloc(1, sizeof *d);
    if (d && state_discussion_get(f->state, m->discussion, d, NULL) == AW_OK &&
        strcmp(d->provider, "local") != 0)
        json_array_append_new(f->remains,
                              json_sprintf("The forum \"%s\" keeps the account%s%s and its posts in "
                                           "\"%s\": remove them there.", d->provider,
                                           m->user_ref[0] ? " " : "", m->user_ref, d->name));
    free(d);
    return 0;
}

int erase_tell_remains(struct aw *self, const char *learner, const char *actor_text, json_t *remains,
                       aw_error *err)
{
    struct counting events = {learner, actor_text, 0, 0}, statements = events;
    struct log *log = NULL;
    struct state *s = NULL;
    int rc = count_in(self->journal, count_event, &events, err);
    if (rc == AW_OK)
        rc = handle_statements(self, &log, err);
    if (rc == AW_OK)
        rc = count_in(log, count_statement, &statements, err);
    statements.newest_ms = events.newest_ms;
    tell_log(self, &events, "journal", remains);
    tell_log(self, &statements, "statement log", remains);
    if (rc == AW_OK)
        rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    struct forums forums = {s, remains};
    rc = state_members(s, NULL, learner, tell_forum, &forums, err);
    handle_state_done(self);
    if (self->config.actor == ACTOR_ACCOUNT)
        json_array_append_new(
            remains, json_string("The pseudonym can be computed again by whoever holds both the LMS's id "
                                 "of the learner and this site's key."));
    return rc;
}

/* ---- removing --------------------------------------------------------------------------- */

struct dead_ids {
    const char *actor_text;
    int64_t *ids;
    size_t count, room;
};

static int find_dead(void *context, const struct state_dead *d)
{
    struct dead_ids *dead = context;
    if (!memmem(d->bytes, d->len, dead->actor_text, strlen(dead->actor_text)))
        return 0;
    if (dead->count == dead->room) {
        size_t room = dead->room ? dead->room * 2 : 32;
        int64_t *ids = realloc(dead->ids, room * sizeof *ids);
        if (!ids)
            return 1;
        dead->ids = ids;
        dead->room = room;
    }
    dead->ids[dead->count++] = d->id;
    return 0;
}

struct files { /* digests as members of JSON objects */
    struct state *state;
    json_t *names; /* of the learner: the id, and those under which they wrote without a name */
    json_t *theirs, *others;
};

struct naming {
    const struct identity *identity;
    const char *learner;
    json_t *names;
    bool failed;
};

static int add_name(void *context, const struct state_member *m)
{
    struct naming *n = context;
    char name[48];
    n->failed = n->failed || !identity_anonymous(n->identity, n->learner, m->discussion, name) ||
                json_object_set_new(n->names, name, json_true()) != 0;
    return n->failed;
}

/* Nothing leads from a nameless post to the learner, but from the learner to it there is a way. */
static int names_of(struct aw *self, struct state *s, const char *learner, json_t *names, aw_error *err)
{
    struct naming n = {&self->identity, learner, names, false};
    int rc = state_members(s, NULL, learner, add_name, &n, err);
    if (rc == AW_OK && (n.failed || json_object_set_new(names, learner, json_true()) != 0))
        rc = error_nomem(err, "erase");
    return rc;
}

static int find_files(void *context, const struct state_post *p, const char *text)
{
    struct files *f = context;
    json_t *list = p->attachments[0] ? json_loads(p->attachments, 0, NULL) : NULL, *a;
    size_t i;
    (void)text;
    json_array_foreach(list, i, a)
    {
        const char *sha2 = json_string_value(json_object_get(a, "sha2"));
        if (sha2)
            json_object_set_new(json_object_get(f->names, p->author) ? f->theirs : f->others, sha2,
                                json_true());
    }
    json_decref(list);
    return 0;
}

static int find_files_of_topic(void *context, const struct state_topic *t)
{
    struct files *f = context;
    return state_posts(f->state, t->provider, t->topic, find_files, f, NULL) != AW_OK;
}

static size_t remove_files(const struct aw *self, const struct files *f)
{
    size_t removed = 0;
    const char *sha2;
    json_t *value;
    char path[4200];
    json_object_foreach(f->theirs, sha2, value)
    {
        if (json_object_get(f->others, sha2) || strspn(sha2, "0123456789abcdefABCDEF") != strlen(sha2))
            continue;
        snprintf(path, sizeof path, "%s/attachments/%s", self->config.state_dir, sha2);
        removed += unlink(path) == 0;
    }
    return removed;
}

static int remove_rows(struct state *s, json_t *names, const struct dead_ids *dead,
                       int64_t *out_rows, aw_error *err)
{
    const char *name;
    json_t *value;
    int rc = state_begin(s, err);
    *out_rows = 0;
    json_object_foreach(names, name, value)
    {
        int64_t rows = 0;
        if (rc == AW_OK)
            rc = state_person_erase(s, name, &rows, err);
        *out_rows += rows;
    }
    for (size_t i = 0; i < dead->count && rc == AW_OK; i++)
        rc = state_dead_remove(s, dead->ids[i], err);
    if (rc == AW_OK)
        rc = state_commit(s, err);
    if (rc != AW_OK)
        state_rollback(s);
    return rc == AW_OK ? state_scrub(s, err) : rc;
}

int erase_local(struct aw *self, const char *learner, const char *actor_text, json_t *report,
                aw_error *err)
{
    struct state *s = NULL;
    struct dead_ids dead = {.actor_text = actor_text};
    int64_t rows = 0;
    int rc = handle_state(self, &s, err);
    if (rc != AW_OK)
        return rc;
    struct files files = {s, json_object(), json_object(), json_object()};
    rc = names_of(self, s, learner, files.names, err);
    if (rc == AW_OK)
        rc = state_topics(s, NULL, find_files_of_topic, &files, err);
    if (rc == AW_OK)
        rc = state_dead_list(s, INT64_MAX, find_dead, &dead, err);
    if (rc == AW_OK)
        rc = remove_rows(s, files.names, &dead, &rows, err);
    handle_state_done(self);
    if (rc == AW_OK) {
        size_t removed = remove_files(self, &files);
        json_object_set_new(report, "local",
                            json_pack("{s:I,s:I,s:I}", "rows", (json_int_t)rows, "dead_letters",
                                      (json_int_t)dead.count, "files", (json_int_t)removed));
    }
    json_decref(files.names);
    json_decref(files.theirs);
    json_decref(files.others);
    free(dead.ids);
    return rc;
}
