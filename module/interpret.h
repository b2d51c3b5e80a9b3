/*
 * interpret.h - from events to decisions: what a batch of the journal means.
 *
 * One `struct interp` belongs to the worker's interpreter thread. Everything
 * below it runs inside the state's transaction and writes its statements into
 * a pile; batch.c makes both durable and then moves the journal's cursor.
 * So an event is interpreted once, whatever happens in between.
 *
 *   interpret.c  decodes and dispatches by kind        cast.c   who, where, when
 *   verdict.c    completed, passed, failed; SCORM      open.c   rooms, members, jobs
 *   talk*.c      what is read and written              done.c   what a forum answered
 *   judge.c      votes, answers, flags                 local.c  the embedded forum
 *   idea.c       ideas, corrections                    note.c   what people are told
 *   unnamed.c    posts without a name
 */
#ifndef MODULE_INTERPRET_H
#define MODULE_INTERPRET_H

#include <afterword/afterword.h>
#include <afterword/forum.h>

#include "buf.h"
#include "config.h"
#include "course.h"
#include "handle.h"
#include "identity.h"
#include "link.h"
#include "log.h"
#include "policy.h"
#include "rollup.h"
#include "scribe.h"
#include "state.h"
#include "tell.h"

#define INTERP_LINKS_PER_COURSE 16

/* A course as the interpreter needs it: kept parsed until a link or course changes. */
struct interp_course {
    char id[STATE_ID], title[STATE_TITLE], language[LIMIT_LANGUAGE_BYTES + 1];
    struct scorm_course *scorm; /* NULL: no package is registered */
    struct link *links[INTERP_LINKS_PER_COURSE];
    size_t link_count;
};

#define INTERP_COURSES 64

struct interp {
    struct aw *aw;
    const struct config *config;
    struct identity identity;
    struct state *state;
    struct scorm_policies *policies;
    bool documents; /* some LRS wants State and profile documents */
    int64_t links_version;
    bool links_checked; /* in this transaction, where nobody else can change them */
    struct interp_course *courses[INTERP_COURSES];
    size_t next_course; /* the one that makes room */

    struct pile *pile;  /* where statements are written; borrowed from the batch */
    const void *record; /* the event being interpreted, for dead letters */
    size_t record_len;
};

int interp_open(struct aw *self, struct interp **out, aw_error *err);
void interp_close(struct interp *in);
void interp_begin(struct interp *in); /* a new transaction */
void interp_forget_courses(struct interp *in); /* parsed ones; read again when wanted */

/*
 * Interprets one record of the journal. AW_OK: done, or nothing to do. An error
 * for which interp_is_poison() is true lies in the event itself: it will never
 * succeed and becomes a dead letter; any other is the machine's and is tried again.
 */
int interp_event(struct interp *in, const void *record, size_t len, aw_error *err);
bool interp_is_poison(int code);

/* What is due at a time: reminders, hand-overs. Returns when to look again. */
int interp_tick(struct interp *in, int64_t now_ms, int64_t *out_next_ms, aw_error *err);

/* ---- shared by the files above --------------------------------------------- */

/* Who, where and when of one event. Big: one per interpreted event, on the stack. */
struct cast {
    struct state_person person;
    struct state_enrolment enrolment;
    const struct interp_course *course;
    struct state_discussion discussion; /* id "" if none */
    struct state_topic topic;           /* topic "" if none */
    struct tell_scene scene;            /* points into the above */
    bool enrolment_changed;
};

/* The course, parsed; never NULL on AW_OK. */
int cast_course(struct interp *in, const char *id, const struct interp_course **out, aw_error *err);
/* Finds or makes person and enrolment. event: for what it says of the learner, or NULL. */
int cast_make(struct interp *in, const char *learner, const char *course, const aw_event *event,
              struct cast *out, aw_error *err);
/* The same for what we do ourselves, in a discussion. */
int cast_system(struct interp *in, const struct state_discussion *d, struct cast *out,
                aw_error *err);
void cast_set_discussion(struct cast *c, const struct state_discussion *d);
void cast_set_topic(struct cast *c, const struct state_topic *t);
/* The next timestamp of this registration: when it happened, but strictly increasing. */
void cast_time(struct cast *c, int64_t happened_ms);
int cast_save(struct interp *in, struct cast *c, aw_error *err);
/* The learner behind a forum's user; "" in out if the forum's user is none of ours. */
int cast_learner(struct interp *in, const aw_event *e, char out[STATE_ID], aw_error *err);
/* The link with this id among the course's, or NULL. */
const struct link *cast_link(const struct interp_course *course, const char *id);
bool cast_is_one_of(const char *const *people, size_t count, const char *learner);
/* Does the link name this person, as expert, mentor or manager? link may be NULL. */
bool cast_is_named(const struct link *link, const char *learner);

/* Writes the statement into the batch. out_id may be NULL. */
int interp_tell(struct interp *in, enum tell_what what, const struct cast *c,
                const struct tell_facts *f, uuid5 *out_id, aw_error *err);
/* A record already written at the end of in->pile counts as a statement. */
int interp_count_statement(struct interp *in, aw_error *err);

struct verdict {
    bool completed;
    uint32_t success; /* AW_UNKNOWN: says nothing */
    struct xapi_score score;
    int64_t duration_ms;
    bool from_scorm;
    const char *attempt; /* IRI, where from_scorm */
    bool tell_success;  /* as a statement of its own */
    const char *because;
};
int verdict_apply(struct interp *in, struct cast *c, const struct verdict *v, int64_t happened_ms,
                  aw_error *err);
int verdict_event(struct interp *in, const aw_event *e, aw_error *err);
int verdict_activity(struct interp *in, const aw_event *e, aw_error *err);
int verdict_withdrawn(struct interp *in, const aw_event *e, aw_error *err);
/* The decision on a course of several SCOs, from what is kept of its attempts. */
int verdict_rollup(struct state *state, const struct scorm_course *course,
                   const struct scorm_policy *policy, int64_t enrolment,
                   struct scorm_course_decision *out, struct scorm_rolled *out_items,
                   aw_error *err);
int verdict_scorm(struct interp *in, const aw_event *e, aw_error *err);

/* Lets the learner of the cast into the link's discussion, opening it first if need be. */
int open_for(struct interp *in, struct cast *c, const struct link *link, int64_t now_ms,
             aw_error *err);
int open_left(struct interp *in, const aw_event *e, aw_error *err);
int open_rejoined(struct interp *in, const aw_event *e, aw_error *err);

/* What a forum is asked to do; the numbers are in the job table: never change one. */
enum forum_call {
    CALL_ROOM = 1, CALL_TOPIC = 2, CALL_ADMIT = 3, CALL_REMOVE = 4, CALL_INVITE = 5, CALL_POST = 6,
    CALL_OFFICIAL = 7, CALL_ANSWER = 8, CALL_NOTE = 9, CALL_COUNT
};
const char *forum_call_name(unsigned call);
/* The members of aw_forum_request that a call adds to what the discussion gives. */
struct job_request {
    enum forum_call call;
    const char *subject; /* makes the key distinct: a post, a day, a revision; or NULL */
    const char *learner, *learner_name, *learner_email, *user_ref;
    const char *topic_ref, *post_ref, *parent_ref;
    const char *title, *markdown, *html, *language, *url;
    const char *const *tags;
    const char *const *managers; /* NULL-terminated, or NULL */
    const char *said;  /* the learner's own words in markdown, where statements may have them */
    bool new_topic;    /* a topic of its own, not a post in the discussion's */
    bool ours;         /* told by us and not by the forum: aw_query("notes") */
    int64_t not_before_ms; /* 0: now */
};
/* Asks for it, once per (discussion, call, learner, subject). */
int job_ask(struct interp *in, const struct state_discussion *d, const struct job_request *r,
            aw_error *err);
/* The person was deleted in the LMS: queued for the worker's eraser (erase_later.c). */
int erase_event(struct interp *in, const aw_event *e, aw_error *err);
int done_event(struct interp *in, const aw_event *e, aw_error *err);
int done_apply(struct interp *in, const struct state_job *job, const aw_forum_reply *reply,
               int outcome, int64_t now_ms, aw_error *err);

/* The embedded forum: its rows are ours, so it acts inside the same transaction. */
int local_call(struct interp *in, const struct state_job *job, aw_forum_reply *reply,
               int *out_outcome, aw_error *err);

int talk_viewed(struct interp *in, const aw_event *e, aw_error *err);
int talk_topic(struct interp *in, const aw_event *e, aw_error *err);
int talk_reply(struct interp *in, const aw_event *e, aw_error *err);
int talk_vote(struct interp *in, const aw_event *e, aw_error *err);
int talk_answer(struct interp *in, const aw_event *e, aw_error *err);
int talk_flag(struct interp *in, const aw_event *e, aw_error *err);
int talk_subscription(struct interp *in, const aw_event *e, aw_error *err);
int talk_edited(struct interp *in, const aw_event *e, aw_error *err);
int talk_deleted(struct interp *in, const aw_event *e, aw_error *err);
int idea_event(struct interp *in, const aw_event *e, aw_error *err);
int idea_corrected(struct interp *in, const aw_event *e, aw_error *err);
/* A topic that many back is put to the experts. */
int idea_votes(struct interp *in, struct cast *c, aw_error *err);

#endif
