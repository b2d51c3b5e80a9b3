/*
 * query_own.c - what is a learner's own: what they asked, named or not, and notes to them.
 *
 * What somebody asked without a name stands under a name made of learner, discussion and
 * key. Only here, when that learner looks, is it computed again; nothing keeps it.
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "json.h"
#include "list.h"
#include "query_talk.h"

/* ---- notes ------------------------------------------------------------------------------ */

/* All names of the learner, as a JSON array. */
static int names_of(const struct query *q, const char *learner, struct buf *out, aw_error *err)
{
    struct memberships all;
    int rc = query_memberships(q, learner, &all, err);
    buf_putc(out, '[');
    buf_json_str(out, learner);
    for (size_t i = 0; i < all.count && rc == AW_OK; i++) {
        char name[48];
        if (!identity_anonymous(&q->aw->identity, learner, all.in[i].discussion, name))
            rc = error_nomem(err, "notes");
        buf_putc(out, ',');
        buf_json_str(out, name);
    }
    buf_putc(out, ']');
    free(all.in);
    return rc == AW_OK ? buf_error(out, "notes", err) : rc;
}

struct notes {
    const struct query *q;
    const char *learner;
    json_t *told; /* what was written: the same may have come under two names */
};

static int write_note(void *context, const struct state_job *j)
{
    struct notes *n = context;
    size_t i;
    json_t *before, *note = json_loads(j->payload, 0, NULL);
    bool named = strcmp(j->learner, n->learner) == 0;
    json_object_set_new(note, "learner", json_string(n->learner)); /* under which name: nobody's matter */
    json_array_foreach(n->told, i, before) {
        if (json_equal(json_array_get(before, 1), note) && json_is_true(json_array_get(before, 0)) != named) {
            json_decref(note);
            return 0;
        }
    }
    char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;
    if (text) {
        query_element(n->q->out);
        buf_puts(n->q->out, text);
    }
    free(text);
    return json_array_append_new(n->told, json_pack("[b,o]", named, note)) != 0;
}

/* Private notes to one learner, newest first: requests as they stand. */
int query_notes(const struct query *q, aw_error *err)
{
    const char *learner;
    struct buf names = BUF_INIT(1u << 20);
    struct notes n = {q, "", json_array()};
    int rc = query_need(q, "learner", &learner, err);
    n.learner = learner;
    if (rc == AW_OK)
        rc = names_of(q, learner, &names, err);
    buf_putc(q->out, '[');
    if (rc == AW_OK)
        rc = state_jobs_for(q->state, "local", names.data, CALL_NOTE, write_note, &n, err);
    buf_putc(q->out, ']');
    buf_free(&names);
    json_decref(n.told);
    return rc;
}

/* ---- topics ----------------------------------------------------------------------------- */

struct own {
    struct reading *r;
    struct state_topic *in;
    size_t count, room;
    bool failed;
};

static int gather(void *context, const struct state_topic *t)
{
    struct own *o = context;
    if (t->deleted ||
        (strcmp(t->author, o->r->learner) != 0 && strcmp(t->author, o->r->anonymous) != 0))
        return 0;
    void *grown = list_grow(o->in, o->count, &o->room, sizeof *o->in);
    o->failed = !grown;
    if (grown) {
        o->in = grown;
        o->in[o->count++] = *t;
    }
    return o->failed;
}

static int write_topics(struct reading *r, const struct state_discussion *d, aw_error *err)
{
    struct own own = {.r = r};
    int rc = state_topics(r->q->state, d->id, gather, &own, err);
    if (rc == AW_OK && own.failed)
        rc = error_nomem(err, "topics");
    for (size_t i = 0; i < own.count && rc == AW_OK; i++) {
        query_element(r->q->out);
        buf_putc(r->q->out, '{');
        query_topic_head(r, &own.in[i]);
        query_topic_place(r->q, &own.in[i], d);
        query_text(r->q->out, "url", d->url);
        buf_putc(r->q->out, '}');
    }
    free(own.in);
    return rc;
}

/* What the learner asked and raised, wherever they are or were a member. */
int query_topics(const struct query *q, aw_error *err)
{
    struct memberships all = {0};
    struct reading r = {.q = q, .opening = "", .err = err};
    int rc = query_need(q, "learner", &r.learner, err);
    if (rc == AW_OK)
        rc = query_memberships(q, r.learner, &all, err);
    buf_putc(q->out, '[');
    for (size_t i = 0; i < all.count && rc == AW_OK; i++) {
        struct state_discussion d;
        rc = state_discussion_get(q->state, all.in[i].discussion, &d, err);
        if (rc == AW_OK && !identity_anonymous(&q->aw->identity, r.learner, d.id, r.anonymous))
            rc = error_nomem(err, "topics");
        if (rc == AW_OK)
            rc = write_topics(&r, &d, err);
    }
    buf_putc(q->out, ']');
    free(all.in);
    return rc;
}
