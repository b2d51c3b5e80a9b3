/*
 * state.h - what the worker remembers: people, enrolments, rooms, posts, jobs.
 *
 * One `struct state` is one connection, used by one thread. The interpreter
 * changes everything inside one transaction per batch of events, which also
 * moves the journal's cursor and the end of the statement log: either all of it
 * happened or none. Other threads (forums, senders) write only their own rows.
 *
 * Structs with fixed text arrays are filled in by value; nothing is to be freed
 * unless it says so. "Not there" is AW_ENOTFOUND with err untouched.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limit.h"
#include "uuid5.h"

#define STATE_ID (LIMIT_ID_BYTES + 1)
#define STATE_TITLE (LIMIT_TITLE_BYTES + 1)
#define STATE_REF 256
#define STATE_URL 512

struct state;

/* Opens <dir>/state.db, making or upgrading its tables. Refuses a newer one. */
int state_open(const char *dir, struct state **out, aw_error *err);
void state_close(struct state *s);

int state_begin(struct state *s, aw_error *err);
/* Since the transaction began the store itself has failed (damaged, disk, memory): no event is to blame. */
bool state_failed(const struct state *s);
int state_commit(struct state *s, aw_error *err); /* durable at return */
void state_rollback(struct state *s);
/* Inside a transaction: a mark to go back to, and either forgetting it or going back. */
int state_mark(struct state *s, aw_error *err);
int state_unmark(struct state *s, aw_error *err);
int state_back_to_mark(struct state *s, aw_error *err);

/* ---- cursors: places in the logs ---------------------------------------- */

struct state_place { /* = struct log_pos */
    uint64_t segment, offset, record;
};
int state_place_get(struct state *s, const char *name, struct state_place *out, aw_error *err);
int state_place_set(struct state *s, const char *name, const struct state_place *at, aw_error *err);

/* ---- links and courses ---------------------------------------------------- */

int state_link_put(struct state *s, const char *id, const char *course, const char *json,
                   aw_error *err);
int state_link_remove(struct state *s, const char *id, aw_error *err); /* AW_ENOTFOUND */
/* The link's JSON, for free(). */
int state_link_get(struct state *s, const char *id, char **out_json, aw_error *err);
/* Each link of the course (NULL: of all), in order of id. Stops when `each` returns non-zero. */
typedef int (*state_link_each)(void *context, const char *id, const char *course,
                               const char *json);
int state_links(struct state *s, const char *course, state_link_each each, void *context,
                aw_error *err);
/* Changes whenever a link or course changed: to keep parsed ones in memory. */
int64_t state_links_version(struct state *s);

struct state_course {
    char id[STATE_ID], title[STATE_TITLE], language[LIMIT_LANGUAGE_BYTES + 1];
    char *json; /* the package's item tree (scorm/course.h), or NULL; free() it */
};
int state_course_put(struct state *s, const char *id, const char *title, const char *language,
                     const char *json, aw_error *err);
int state_course_get(struct state *s, const char *id, struct state_course *out, aw_error *err);
int state_course_remove(struct state *s, const char *id, aw_error *err);
typedef int (*state_course_each)(void *context, const struct state_course *course);
int state_courses(struct state *s, state_course_each each, void *context, aw_error *err);

/* ---- people and enrolments ------------------------------------------------ */

struct state_person {
    char learner[STATE_ID];
    char name[STATE_TITLE], email[STATE_TITLE]; /* kept only where the configuration allows */
    char language[LIMIT_LANGUAGE_BYTES + 1];
    char attributes[4096];                      /* a JSON object of strings */
    int32_t utc_offset_min;
};
int state_person_get(struct state *s, const char *learner, struct state_person *out, aw_error *err);
int state_person_put(struct state *s, const struct state_person *p, aw_error *err);

/* Was anything (name NULL) or this heard of? A person by any event; an attribute that some person
 * has; a course that is registered or that somebody was in. */
enum state_known { KNOWS_PERSON, KNOWS_ATTRIBUTE, KNOWS_COURSE };
int state_knows(struct state *s, enum state_known what, const char *name, bool *out, aw_error *err);

struct state_enrolment {
    int64_t id;               /* 0: new */
    uuid5 registration;
    char learner[STATE_ID], course[STATE_ID];
    int64_t chain_ms;         /* timestamp of the newest statement of this registration */
    bool completed;
    uuid5 completed_statement; /* or passed, while nothing was completed: why discussions open */
    uint32_t success;         /* AW_UNKNOWN, AW_NO, AW_YES: what was last said */
    uint32_t revision;        /* how often success was said */
    uint32_t withdrawn;       /* how often the completion was voided */
};
int state_enrolment_get(struct state *s, const char *learner, const uuid5 *registration,
                        struct state_enrolment *out, aw_error *err);
/* The learner's newest enrolment in the course. */
int state_enrolment_find(struct state *s, const char *learner, const char *course,
                         struct state_enrolment *out, aw_error *err);
int state_enrolment_put(struct state *s, struct state_enrolment *e, aw_error *err); /* sets id */

/* ---- SCORM attempts --------------------------------------------------------- */

struct state_attempt {
    char item[STATE_ID];
    uint32_t attempt;
    void *blob;               /* scorm/attempt.h's; free() it */
    size_t blob_len;
};
int state_attempt_get(struct state *s, int64_t enrolment, const char *item, uint32_t attempt,
                      struct state_attempt *out, aw_error *err); /* attempt 0: the newest */
int state_attempt_put(struct state *s, int64_t enrolment, const char *item, uint32_t attempt,
                      const void *blob, size_t len, aw_error *err);
typedef int (*state_attempt_each)(void *context, const struct state_attempt *attempt);
/* The newest attempt of each item. */
int state_attempts(struct state *s, int64_t enrolment, state_attempt_each each, void *context,
                   aw_error *err);

/* ---- discussions and members ------------------------------------------------ */

struct state_discussion {
    char id[64];              /* UUID text: of the link, the room and its number */
    char link[STATE_ID], course[STATE_ID], room[STATE_ID];
    uint32_t number;          /* 1 is room A, 2 room B ... */
    char name[STATE_TITLE];   /* of the room, for people */
    char title[STATE_TITLE];
    char language[LIMIT_LANGUAGE_BYTES + 1];
    char provider[65];
    char room_ref[STATE_REF], topic_ref[STATE_REF], url[STATE_URL];
    int64_t opened_ms;        /* 0: not yet open in the forum */
    uint32_t members;
};
int state_discussion_get(struct state *s, const char *id, struct state_discussion *out,
                         aw_error *err);
int state_discussion_put(struct state *s, const struct state_discussion *d, aw_error *err);
/* By what the forum calls its room. */
int state_discussion_by_ref(struct state *s, const char *provider, const char *room_ref,
                            struct state_discussion *out, aw_error *err);
/* The last room (highest number) for the link and room key. */
int state_discussion_last(struct state *s, const char *link, const char *room,
                          struct state_discussion *out, aw_error *err);
typedef int (*state_discussion_each)(void *context, const struct state_discussion *d);
/* By link (or NULL), in order of opening. */
int state_discussions(struct state *s, const char *link, state_discussion_each each, void *context,
                      aw_error *err);

enum state_member_state {
    MEMBER_WAITING = 1, /* admission is on its way */
    MEMBER_IN = 2,
    MEMBER_LEFT = 3,    /* by the learner's wish: kept for good */
    MEMBER_REFUSED = 4  /* the forum refused; a dead letter says why */
};
struct state_member {
    char discussion[64], link[STATE_ID], learner[STATE_ID];
    int64_t enrolment;
    uint32_t state;
    uint32_t rejoined;        /* how often */
    char user_ref[STATE_REF];
    int64_t unlocked_ms, invited_ms;
    uint32_t posts;           /* how many the learner wrote here */
    uint32_t answers;         /* of these, accepted as an answer */
};
int state_member_get(struct state *s, const char *discussion, const char *learner,
                     struct state_member *out, aw_error *err);
/* In whichever room of the link. */
int state_member_of_link(struct state *s, const char *link, const char *learner,
                         struct state_member *out, aw_error *err);
int state_member_put(struct state *s, const struct state_member *m, aw_error *err);
typedef int (*state_member_each)(void *context, const struct state_member *m);
/* By discussion or by learner; the other is NULL. */
int state_members(struct state *s, const char *discussion, const char *learner,
                  state_member_each each, void *context, aw_error *err);

int state_forum_user_put(struct state *s, const char *provider, const char *user_ref,
                         const char *learner, aw_error *err);
int state_forum_user_get(struct state *s, const char *provider, const char *user_ref,
                         char learner[STATE_ID], aw_error *err);

/* ---- topics and posts ------------------------------------------------------- */

enum state_idea { IDEA_NONE = 0, IDEA_RAISED = 1, IDEA_RECOGNISED = 2, IDEA_IMPLEMENTED = 3,
                  IDEA_DECLINED = 4 };
struct state_topic {
    char provider[65], topic[STATE_ID], discussion[64];
    char type[33], title[STATE_TITLE], author[STATE_ID];
    uuid5 statement;          /* the posted statement */
    int64_t posted_ms, answered_ms, offered_ms, reminded_ms;
    char first_post[STATE_ID];
    char answer[STATE_ID];    /* the accepted post, "" if none */
    uint32_t answer_revision; /* how often accepted or retracted */
    uint32_t idea;            /* enum state_idea */
    char idea_reason[LIMIT_REASON_BYTES + 1];
    uint32_t replies, votes;
    bool deleted, by_bot;
};
int state_topic_get(struct state *s, const char *provider, const char *topic,
                    struct state_topic *out, aw_error *err);
int state_topic_put(struct state *s, const struct state_topic *t, aw_error *err);
typedef int (*state_topic_each)(void *context, const struct state_topic *t);
int state_topics(struct state *s, const char *discussion, state_topic_each each, void *context,
                 aw_error *err); /* NULL: of all discussions */

/* Questions without an answer that still may be reminded of or offered. */
int state_topics_waiting(struct state *s, state_topic_each each, void *context, aw_error *err);

struct state_post {
    char provider[65], post[STATE_ID], topic[STATE_ID], parent[STATE_ID], author[STATE_ID];
    uuid5 statement;
    uint32_t revision;
    int64_t posted_ms, edited_ms, official_ms;
    uint32_t votes;
    bool anonymous, deleted, by_bot;
    char language[LIMIT_LANGUAGE_BYTES + 1];
    char attachments[LIMIT_ATTACHMENTS * 2048]; /* JSON array, "" if none */
};
int state_post_get(struct state *s, const char *provider, const char *post, struct state_post *out,
                   aw_error *err);
/* text: Markdown, kept only for the provider "local"; of another forum what answers a question, as
 * plain text, where the link shares it with later rooms. NULL keeps what is there. */
int state_post_put(struct state *s, const struct state_post *p, const char *text, size_t text_len,
                   aw_error *err);
typedef int (*state_post_each)(void *context, const struct state_post *p, const char *text);
int state_posts(struct state *s, const char *provider, const char *topic, state_post_each each,
                void *context, aw_error *err);

/* Once-only facts: true in *out_new if this (kind, a, b, c) was not there before. */
int state_once(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
               bool *out_new, aw_error *err);
/* Is it there? Changes nothing. */
int state_once_is(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
                  bool *out, aw_error *err);
/* Forgets one, so that it may happen again. */
int state_once_undo(struct state *s, const char *kind, const char *a, const char *b, int64_t c,
                    aw_error *err);
/* Who did (kind, ?, b) with c at least: `a` of each. */
typedef int (*state_once_each)(void *context, const char *a);
int state_once_list(struct state *s, const char *kind, const char *b, int64_t least_c,
                    state_once_each each, void *context, aw_error *err);

/* ---- jobs for the forums ---------------------------------------------------- */

enum state_job_state { JOB_QUEUED = 1, JOB_LEASED = 2, JOB_ANSWERED = 3, JOB_DONE = 4,
                       JOB_DEAD = 5 };
struct state_job {
    char key[64];
    char provider[65];
    uint32_t kind;            /* enum forum_call of module/forum_jobs.h */
    uint32_t state;
    uint32_t tries;
    int64_t next_ms, lease_ms;
    char discussion[64], learner[STATE_ID];
    char *payload;            /* JSON of the request; free() it */
};
/* Nothing happens if the key is there already. */
int state_job_add(struct state *s, const struct state_job *j, bool *out_new, aw_error *err);
int state_job_get(struct state *s, const char *key, struct state_job *out, aw_error *err);
int state_job_set(struct state *s, const char *key, uint32_t job_state, uint32_t tries,
                  int64_t next_ms, aw_error *err);
/* The oldest job of the provider that is due now; AW_EAGAIN: *out_next_ms says when the next
 * is (INT64_MAX: none). A job whose lease has run out is due again. */
int state_job_next(struct state *s, const char *provider, int64_t now_ms, struct state_job *out,
                   int64_t *out_next_ms, aw_error *err);
/* Takes it for lease_ms; AW_EBUSY if another was faster. */
int state_job_lease(struct state *s, const char *key, int64_t until_ms, aw_error *err);
typedef int (*state_job_each)(void *context, const struct state_job *j);
/* What was asked for a learner under any of their names (a JSON array), of one kind, newest first. */
int state_jobs_for(struct state *s, const char *provider, const char *names, uint32_t kind,
                   state_job_each each, void *context, aw_error *err);
/* The provider's leased jobs are due again at until_ms: their taker is gone. */
int state_jobs_hold(struct state *s, const char *provider, int64_t until_ms, aw_error *err);
int64_t state_jobs_open(struct state *s, const char *provider); /* queued or leased; NULL: all */

/* ---- dead letters ----------------------------------------------------------- */

struct state_dead {
    int64_t id, at_ms;
    char sink[80];            /* "lrs:main", "forum:local", "journal" */
    char code[32];            /* "conflict", "refused", "invalid" ... */
    char subject[STATE_ID];   /* the statement's id, the job's key, the place in the journal */
    char reason[LIMIT_REASON_BYTES + 1];
    void *bytes;              /* the statement or record; free() it */
    size_t len;
    bool wanted;              /* to be tried again */
};
/* One a (sink, subject): the same failure after a crash is not kept twice. */
int state_dead_add(struct state *s, const struct state_dead *d, aw_error *err);
/* Marks it to be tried again by its sink. */
int state_dead_want(struct state *s, int64_t id, aw_error *err);
int state_dead_get(struct state *s, int64_t id, struct state_dead *out, aw_error *err);
int state_dead_remove(struct state *s, int64_t id, aw_error *err);
typedef int (*state_dead_each)(void *context, const struct state_dead *d);
/* The oldest of the sink that is so marked, if there is one. */
int state_dead_wanted(struct state *s, const char *sink, state_dead_each each, void *context,
                      aw_error *err);
int state_dead_list(struct state *s, int64_t limit, state_dead_each each, void *context,
                    aw_error *err); /* newest first */
int64_t state_dead_count(struct state *s, const char *sink); /* NULL: all */

/* ---- small texts: what each sink last said, counters, secrets of ours ------- */

int state_note_put(struct state *s, const char *name, const char *text, aw_error *err);
int state_note_get(struct state *s, const char *name, char **out_text, aw_error *err); /* free() */
typedef int (*state_note_each)(void *context, const char *name, const char *text);
int state_notes(struct state *s, const char *prefix, state_note_each each, void *context,
                aw_error *err);

/* ---- counting, for status --------------------------------------------------- */

int64_t state_count(struct state *s, const char *what); /* "discussions", "members", "topics" ... */

/* ---- erasure ---------------------------------------------------------------- */

/* Is anything kept about the learner that was told by name? */
int state_person_known(struct state *s, const char *learner, bool *out, aw_error *err);
/* Removes what is kept about the learner; out_rows: how many rows went. */
int state_person_erase(struct state *s, const char *learner, int64_t *out_rows, aw_error *err);
/* After the commit: old copies of what was removed leave the write-ahead log, as far as nobody
 * reads there now. */
int state_scrub(struct state *s, aw_error *err);

#endif
