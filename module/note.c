/* note.c - what people are told: whom, once, and in which language. */
#include "note.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "unnamed.h"

#define NOTE_BYTES 16384

int note_wishes(struct interp *in, const struct state_discussion *d, const char *learner,
                struct state_person *person, const char *wishes[NOTE_WISHES], aw_error *err)
{
    const struct interp_course *course;
    int rc = cast_course(in, d->course, &course, err);
    memset(person, 0, sizeof *person);
    if (rc == AW_OK && learner && (rc = state_person_get(in->state, learner, person, err)) == AW_ENOTFOUND)
        rc = AW_OK;
    if (rc != AW_OK)
        return rc;
    wishes[0] = person->language;
    wishes[1] = d->language;
    wishes[2] = course->language;
    wishes[3] = in->config->language;
    return AW_OK;
}

/* Has this member, named or not, gone by their own wish? */
static int has_left(struct interp *in, const struct state_discussion *d, const char *who, bool *out,
                    aw_error *err)
{
    struct state_member m;
    int rc = unnamed(who) ? unnamed_member(in, d, who, &m, err)
                          : state_member_get(in->state, d->id, who, &m, err);
    *out = rc == AW_OK && m.state == MEMBER_LEFT;
    return rc == AW_ENOTFOUND ? AW_OK : rc;
}

static int send(struct interp *in, const struct state_discussion *d, const struct note *n,
                struct job_request *r, aw_error *err)
{
    struct state_person person;
    const char *wishes[NOTE_WISHES];
    char subject[STATE_ID + 48];
    struct buf text = BUF_INIT(NOTE_BYTES);
    int rc = note_wishes(in, d, r->learner, &person, wishes, err);
    if (rc != AW_OK)
        return rc;
    buf_puts(&text, words_in(n->words, wishes, NOTE_WISHES, &r->language));
    if (n->more && *n->more)
        buf_printf(&text, "\n\n%s", n->more);
    rc = buf_error(&text, "note", err);
    snprintf(subject, sizeof subject, "%s/%s", words_name(n->words), n->about);
    r->subject = subject;
    r->topic_ref = n->topic;
    r->post_ref = n->post;
    r->title = n->title;
    r->markdown = text.data;
    if (rc == AW_OK)
        rc = job_ask(in, d, r, err);
    r->subject = r->markdown = NULL; /* lived in here */
    buf_free(&text);
    return rc;
}

int note_to(struct interp *in, const struct state_discussion *d, const struct note *n, aw_error *err)
{
    bool left = false;
    int rc = n->duty ? AW_OK : has_left(in, d, n->learner, &left, err);
    if (rc != AW_OK || left)
        return rc;
    struct job_request r = {.call = CALL_NOTE, .learner = n->learner, .ours = unnamed(n->learner)};
    return send(in, d, n, &r, err);
}

int note_to_each(struct interp *in, const struct state_discussion *d, const struct note *n,
                 const char *const *people, size_t count, aw_error *err)
{
    int rc = AW_OK;
    for (size_t i = 0; i < count && rc == AW_OK; i++) {
        struct note one = *n;
        one.learner = people[i];
        one.duty = true;
        rc = note_to(in, d, &one, err);
    }
    return rc;
}

int note_room(struct interp *in, const struct state_discussion *d, const struct note *n, aw_error *err)
{
    struct job_request r = {.call = CALL_POST};
    return send(in, d, n, &r, err);
}
