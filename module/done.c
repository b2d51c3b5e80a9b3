/*
 * done.c - what a forum answered, and what follows from it.
 *
 * An answer enters like any event, through the journal (FORUM_DONE: the job's
 * key and the reply). One that was interpreted before changes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "serve.h"
#include "json.h"
#include "list.h"
#include "note.h"
#include "open.h"
#include "unnamed.h"

static int room_there(struct interp *in, struct state_discussion *d, const aw_forum_reply *reply,
                      int64_t now_ms, aw_error *err)
{
    snprintf(d->room_ref, sizeof d->room_ref, "%s", reply->ref);
    int rc = state_discussion_put(in->state, d, err);
    return rc == AW_OK ? open_topic(in, d, now_ms, err) : rc;
}

struct admitting {
    struct interp *in;
    const struct state_discussion *d;
    char (*learners)[STATE_ID];
    size_t count, room;
    int rc;
    aw_error *err;
};

/* Members are gathered first and admitted then: admission writes to the table that is read. */
static int gather(void *context, const struct state_member *m)
{
    struct admitting *a = context;
    if (m->state != MEMBER_WAITING)
        return 0;
    void *grown = list_grow(a->learners, a->count, &a->room, sizeof *a->learners);
    if (!grown) {
        a->rc = error_nomem(a->err, "members");
        return 1;
    }
    a->learners = grown;
    memcpy(a->learners[a->count++], m->learner, STATE_ID);
    return 0;
}

static int admit_waiting(struct interp *in, const struct state_discussion *d, aw_error *err)
{
    struct admitting a = {.in = in, .d = d, .err = err};
    int rc = state_members(in->state, d->id, NULL, gather, &a, err);
    if (rc == AW_OK)
        rc = a.rc;
    for (size_t i = 0; i < a.count && rc == AW_OK; i++) {
        struct state_member m;
        rc = state_member_get(in->state, d->id, a.learners[i], &m, err);
        if (rc == AW_OK)
            rc = open_admit(in, d, &m, err);
    }
    free(a.learners);
    return rc;
}

/* The prompt's topic is remembered as the bot's, so that replies to it have a place. */
static int remember_topic(struct interp *in, const struct state_discussion *d,
                          const uuid5 *statement, int64_t now_ms, aw_error *err)
{
    struct state_topic t;
    int rc = state_topic_get(in->state, d->provider, d->topic_ref, &t, err);
    if (rc != AW_ENOTFOUND && rc != AW_OK)
        return rc;
    if (rc == AW_ENOTFOUND) {
        memset(&t, 0, sizeof t);
        snprintf(t.provider, sizeof t.provider, "%s", d->provider);
        snprintf(t.topic, sizeof t.topic, "%s", d->topic_ref);
        snprintf(t.type, sizeof t.type, "discussion");
        t.posted_ms = now_ms;
    }
    snprintf(t.discussion, sizeof t.discussion, "%s", d->id);
    snprintf(t.title, sizeof t.title, "%s", d->title);
    t.statement = *statement;
    t.by_bot = true;
    return state_topic_put(in->state, &t, err);
}

static int topic_there(struct interp *in, struct state_discussion *d, const aw_forum_reply *reply,
                       int64_t now_ms, aw_error *err)
{
    struct cast c;
    struct tell_facts f = TELL_FACTS_INIT;
    uuid5 statement;
    snprintf(d->topic_ref, sizeof d->topic_ref, "%s", reply->ref);
    snprintf(d->url, sizeof d->url, "%s", reply->url);
    d->opened_ms = now_ms;
    int rc = cast_system(in, d, &c, err);
    if (rc == AW_OK) {
        cast_time(&c, now_ms);
        rc = interp_tell(in, TELL_CREATED, &c, &f, &statement, err);
    }
    if (rc == AW_OK)
        rc = remember_topic(in, d, &statement, now_ms, err);
    if (rc == AW_OK)
        rc = state_discussion_put(in->state, d, err);
    return rc == AW_OK ? admit_waiting(in, d, err) : rc;
}

static int member_cast(struct interp *in, const struct state_job *job, struct state_discussion *d,
                       struct state_member *m, struct cast *c, aw_error *err)
{
    int rc = state_member_get(in->state, d->id, job->learner, m, err);
    if (rc != AW_OK)
        return rc;
    rc = cast_make(in, m->learner, d->course, NULL, c, err);
    if (rc == AW_OK)
        cast_set_discussion(c, d);
    return rc;
}

static int invitation(struct interp *in, const struct state_discussion *d, const char *learner,
                      const char *url, struct buf *out, const char **out_language, aw_error *err)
{
    const struct interp_course *course;
    struct state_person person;
    const char *wishes[NOTE_WISHES];
    struct buf title = BUF_INIT(STATE_TITLE * 2), name = BUF_INIT(STATE_TITLE * 2);
    int rc = cast_course(in, d->course, &course, err);
    if (rc == AW_OK)
        rc = note_wishes(in, d, learner, &person, wishes, err);
    if (rc == AW_OK) {
        words_escape(&name, course->title);
        words_escape(&title, d->title);
        words_fill(out, words_in(WORDS_INVITATION, wishes, NOTE_WISHES, out_language),
                   (const char *const[]){"course", name.data, "title", title.data, "address", url, NULL});
        rc = buf_error(out, "invitation", err);
    }
    buf_free(&title);
    buf_free(&name);
    return rc;
}

static int invite(struct interp *in, const struct state_discussion *d, const struct state_member *m,
                  aw_error *err)
{
    char url[STATE_URL];
    struct buf text = BUF_INIT(STATE_TITLE * 8 + STATE_URL);
    snprintf(url, sizeof url, "%s", d->url);
    int rc = AW_OK;
    /* Through us, so that a view is counted; the embedded forum and the host see views themselves. */
    if (rc == AW_OK && strcmp(d->provider, "local") != 0 && strcmp(d->provider, "host") != 0)
        rc = serve_discuss_url(in->config, &in->identity, d->id, m->learner, url, sizeof url, err);
    if (rc == AW_ENOTFOUND)
        rc = AW_OK; /* no public_url is configured */
    struct job_request r = {.call = CALL_INVITE, .learner = m->learner, .user_ref = m->user_ref,
                            .title = d->title, .url = url[0] ? url : NULL};
    if (rc == AW_OK)
        rc = invitation(in, d, m->learner, url, &text, &r.language, err);
    r.markdown = text.data;
    if (rc == AW_OK)
        rc = job_ask(in, d, &r, err);
    buf_free(&text);
    return rc;
}

static int admitted(struct interp *in, const struct state_job *job, struct state_discussion *d,
                    const aw_forum_reply *reply, int64_t now_ms, aw_error *err)
{
    struct state_member m;
    struct cast c;
    int rc = member_cast(in, job, d, &m, &c, err);
    if (rc == AW_ENOTFOUND)
        return AW_OK; /* erased in between */
    if (rc != AW_OK || m.state != MEMBER_WAITING)
        return rc; /* left while the forum was busy: remove follows */
    snprintf(m.user_ref, sizeof m.user_ref, "%s", reply->ref);
    m.state = MEMBER_IN;
    bool first = m.unlocked_ms == 0;
    const uuid5 none = {{0}};
    struct tell_facts f = {.duration_ms = -1,
                           .has_ref = !uuid5_equal(&c.enrolment.completed_statement, &none),
                           .ref = c.enrolment.completed_statement, .revision = m.rejoined};
    cast_time(&c, now_ms);
    m.unlocked_ms = c.scene.time_ms;
    rc = interp_tell(in, TELL_UNLOCKED, &c, &f, NULL, err);
    if (rc == AW_OK && m.user_ref[0])
        rc = state_forum_user_put(in->state, d->provider, m.user_ref, m.learner, err);
    if (rc == AW_OK)
        rc = state_member_put(in->state, &m, err);
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    return rc == AW_OK && first ? invite(in, d, &m, err) : rc;
}

static int invited(struct interp *in, const struct state_job *job, struct state_discussion *d,
                   int64_t now_ms, aw_error *err)
{
    struct state_member m;
    struct cast c;
    struct tell_facts f = TELL_FACTS_INIT;
    int rc = member_cast(in, job, d, &m, &c, err);
    if (rc == AW_ENOTFOUND)
        return AW_OK;
    if (rc != AW_OK || m.invited_ms)
        return rc;
    cast_time(&c, now_ms);
    m.invited_ms = c.scene.time_ms;
    rc = interp_tell(in, TELL_INVITED, &c, &f, NULL, err);
    if (rc == AW_OK)
        rc = state_member_put(in->state, &m, err);
    return rc == AW_OK ? cast_save(in, &c, err) : rc;
}

/* A refusal is for good: it becomes a dead letter that names the job, which can be retried. */
static int refused(struct interp *in, const struct state_job *job, const aw_forum_reply *reply,
                   int64_t now_ms, aw_error *err)
{
    struct state_dead dead = {.at_ms = now_ms, .bytes = job->payload,
                              .len = job->payload ? strlen(job->payload) : 0};
    snprintf(dead.sink, sizeof dead.sink, "forum:%s", job->provider);
    snprintf(dead.code, sizeof dead.code, "%s refused", forum_call_name(job->kind));
    snprintf(dead.subject, sizeof dead.subject, "%s", job->key);
    snprintf(dead.reason, sizeof dead.reason, "%s",
             reply->reason[0] ? reply->reason : "the forum gave no reason");
    int rc = state_job_set(in->state, job->key, JOB_DEAD, job->tries, 0, err);
    return rc == AW_OK ? state_dead_add(in->state, &dead, err) : rc;
}

/* The bot's own words are kept by their id, so that a vote on them has a place. */
static int posted_by_bot(struct interp *in, const struct state_job *job,
                         const struct state_discussion *d, const aw_forum_reply *reply,
                         int64_t now_ms, aw_error *err)
{
    struct state_post p = {.by_bot = true, .posted_ms = now_ms};
    json_t *request = NULL;
    if (strcmp(d->provider, "local") == 0 || !reply->ref[0])
        return AW_OK;
    int rc = json_read(job->payload, strlen(job->payload), LIMIT_ANSWER_BYTES, "request", &request, err);
    const char *topic = json_string_value(json_object_get(request, "topic_ref"));
    snprintf(p.provider, sizeof p.provider, "%s", d->provider);
    snprintf(p.post, sizeof p.post, "%s", reply->ref);
    snprintf(p.topic, sizeof p.topic, "%s", topic ? topic : "");
    json_decref(request);
    return rc == AW_OK ? state_post_put(in->state, &p, NULL, 0, err) : rc;
}

int done_apply(struct interp *in, const struct state_job *job, const aw_forum_reply *reply,
               int outcome, int64_t now_ms, aw_error *err)
{
    struct state_discussion d;
    if (outcome == AW_FORUM_REFUSED)
        return refused(in, job, reply, now_ms, err);
    int rc = state_job_set(in->state, job->key, JOB_DONE, job->tries, 0, err);
    if (rc == AW_OK)
        rc = state_discussion_get(in->state, job->discussion, &d, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    bool done = outcome == AW_FORUM_OK;
    switch (job->kind) {
    case CALL_ROOM: /* a forum without rooms still has topics */
        return room_there(in, &d, reply, now_ms, err);
    case CALL_TOPIC:
        return done && !d.opened_ms ? topic_there(in, &d, reply, now_ms, err) : AW_OK;
    case CALL_ADMIT:
        return admitted(in, job, &d, reply, now_ms, err);
    case CALL_INVITE:
        return done ? invited(in, job, &d, now_ms, err) : AW_OK;
    case CALL_POST:
        return done && unnamed(job->learner) ? unnamed_posted(in, job, &d, reply, now_ms, err)
               : done                        ? posted_by_bot(in, job, &d, reply, now_ms, err)
                                             : AW_OK;
    default:
        return AW_OK;
    }
}

/* ---- the event --------------------------------------------------------------------- */

static int read_reply(const aw_event *e, aw_forum_reply *reply, int *out_outcome, aw_error *err)
{
    static const char *const words[] = {"ok", "retry", "refused", "unsupported"};
    json_t *root = NULL;
    const char *outcome = NULL, *ref = "", *url = "", *reason = "";
    int rc = json_read(e->body, e->body_bytes, LIMIT_ANSWER_BYTES, "reply", &root, err);
    if (rc == AW_OK)
        rc = json_want_object(root, "reply", err);
    if (rc == AW_OK)
        rc = json_get_text(root, "outcome", 16, &outcome, err);
    if (rc == AW_OK)
        rc = json_get_text(root, "ref", sizeof reply->ref - 1, &ref, err);
    if (rc == AW_OK)
        rc = json_get_text(root, "url", sizeof reply->url - 1, &url, err);
    if (rc == AW_OK)
        rc = json_get_text(root, "reason", sizeof reply->reason - 1, &reason, err);
    *out_outcome = -1;
    for (int i = 0; rc == AW_OK && i < 4; i++)
        if (outcome && strcmp(words[i], outcome) == 0)
            *out_outcome = i;
    if (rc == AW_OK && (*out_outcome < 0 || *out_outcome == AW_FORUM_RETRY))
        rc = error_set(err, AW_EINVAL, "outcome", "must be ok, refused or unsupported");
    if (rc == AW_OK) {
        snprintf(reply->ref, sizeof reply->ref, "%s", ref);
        snprintf(reply->url, sizeof reply->url, "%s", url);
        snprintf(reply->reason, sizeof reply->reason, "%s", reason);
    }
    json_decref(root);
    return rc;
}

int done_event(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_job job = {0};
    aw_forum_reply reply = {.struct_size = sizeof reply};
    int outcome;
    int rc = read_reply(e, &reply, &outcome, err);
    if (rc == AW_OK)
        rc = state_job_get(in->state, e->key, &job, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "key", "\"%.64s\" is no request of ours", e->key);
    if (rc == AW_OK && job.state != JOB_DONE && job.state != JOB_DEAD)
        rc = done_apply(in, &job, &reply, outcome, e->time_ms, err);
    free(job.payload);
    return rc;
}
