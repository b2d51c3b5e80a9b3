/* interpret.c - from events to decisions: decoding, dispatch, the batch's statements. */
#include "interpret.h"

#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "error.h"
#include "event.h"

typedef int (*interp_handler)(struct interp *in, const aw_event *e, aw_error *err);

/* An enrolment is remembered (attributes, language, registration); no statement of ours. */
static int enrolled(struct interp *in, const aw_event *e, aw_error *err)
{
    struct cast c;
    int rc = cast_make(in, e->learner, e->course, e, &c, err);
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    return rc;
}

static const interp_handler handlers[] = {
    [AW_EVENT_COURSE_COMPLETED] = verdict_event,
    [AW_EVENT_COURSE_PASSED] = verdict_event,
    [AW_EVENT_COURSE_FAILED] = verdict_event,
    [AW_EVENT_ACTIVITY_COMPLETED] = verdict_activity,
    [AW_EVENT_SCORM_COMMIT] = verdict_scorm,
    [AW_EVENT_LEARNER_ENROLLED] = enrolled,
    [AW_EVENT_DISCUSSION_VIEWED] = talk_viewed,
    [AW_EVENT_TOPIC_POSTED] = talk_topic,
    [AW_EVENT_POST_REPLIED] = talk_reply,
    [AW_EVENT_POST_VOTED] = talk_vote,
    [AW_EVENT_ANSWER_ACCEPTED] = talk_answer,
    [AW_EVENT_ANSWER_RETRACTED] = talk_answer,
    [AW_EVENT_POST_CORRECTED] = idea_corrected,
    [AW_EVENT_POST_FLAGGED] = talk_flag,
    [AW_EVENT_IDEA_RECOGNISED] = idea_event,
    [AW_EVENT_IDEA_IMPLEMENTED] = idea_event,
    [AW_EVENT_IDEA_DECLINED] = idea_event,
    [AW_EVENT_SUBSCRIBED] = talk_subscription,
    [AW_EVENT_UNSUBSCRIBED] = talk_subscription,
    [AW_EVENT_LEFT] = open_left,
    [AW_EVENT_REJOINED] = open_rejoined,
    [AW_EVENT_POST_EDITED] = talk_edited,
    [AW_EVENT_POST_DELETED] = talk_deleted,
    [AW_EVENT_COMPLETION_WITHDRAWN] = verdict_withdrawn,
    [AW_EVENT_FORUM_DONE] = done_event,
    [AW_EVENT_LEARNER_DELETED] = erase_event,
};

int interp_open(struct aw *self, struct interp **out, aw_error *err)
{
    struct interp *in = calloc(1, sizeof *in);
    if (!in)
        return error_nomem(err, "worker");
    in->aw = self;
    in->config = &self->config;
    in->identity = self->identity;
    identity_prepare(&in->identity);
    int rc = state_open(self->config.state_dir, &in->state, err);
    if (rc == AW_OK)
        rc = scorm_policies_read(self->config.scorm, &in->policies, err);
    if (rc != AW_OK) {
        interp_close(in);
        return rc;
    }
    in->documents = documents_wanted(self->config.lrs);
    *out = in;
    return AW_OK;
}

void interp_close(struct interp *in)
{
    if (!in)
        return;
    interp_forget_courses(in);
    scorm_policies_free(in->policies);
    state_close(in->state);
    identity_release(&in->identity);
    free(in);
}

void interp_begin(struct interp *in)
{
    in->links_checked = false;
}

bool interp_is_poison(int code)
{
    static const int codes[] = {AW_EINVAL, AW_EUNSUPPORTED, AW_ENOTFOUND, AW_EEXIST, AW_ELIMIT,
                                AW_EJSON, AW_EUTF8, AW_ECORRUPT, AW_EVERSION, AW_EREFUSED};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == code)
            return true;
    return false;
}

int interp_event(struct interp *in, const void *record, size_t len, aw_error *err)
{
    struct event_owned e;
    int rc = event_decode(record, len, &e, err);
    if (rc != AW_OK)
        return rc;
    in->record = record;
    in->record_len = len;
    rc = event_validate(&e.event, err);
    if (rc == AW_OK)
        rc = handlers[e.event.kind](in, &e.event, err);
    event_free(&e);
    return rc;
}

int interp_count_statement(struct interp *in, aw_error *err)
{
    struct pile *p = in->pile;
    if (p->count == PILE_STATEMENTS)
        return error_set(err, AW_ELIMIT, "event", "gives more than %d statements", PILE_STATEMENTS);
    p->ends[p->count++] = p->bytes.len;
    return AW_OK;
}

int interp_tell(struct interp *in, enum tell_what what, const struct cast *c,
                const struct tell_facts *f, uuid5 *out_id, aw_error *err)
{
    int rc = tell(what, &c->scene, f, &in->pile->bytes, out_id, err);
    return rc == AW_OK ? interp_count_statement(in, err) : rc;
}
