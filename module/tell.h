/*
 * tell.h - facts of ours as xAPI statements: one table row per thing that is told.
 *
 * A scene says who, in which course and discussion, when; tell() adds what
 * happened and writes the statement's bytes. Ids are UUIDv5 over what the
 * statement is about, so that the same thing always has the same id.
 * docs/statements.md shows each.
 */
#ifndef MODULE_TELL_H
#define MODULE_TELL_H

#include <afterword/afterword.h>
#include <stdbool.h>

#include "config.h"
#include "identity.h"
#include "statement.h"

struct buf;

enum tell_what {
    TELL_COMPLETED, TELL_PASSED, TELL_FAILED, TELL_ACTIVITY_COMPLETED, TELL_CREATED, TELL_UNLOCKED,
    TELL_INVITED, TELL_VIEWED_DISCUSSION, TELL_VIEWED_TOPIC, TELL_POSTED, TELL_REPLIED,
    TELL_ACCEPTED, TELL_RETRACTED, TELL_CORRECTED, TELL_VOTED_TOPIC, TELL_VOTED_POST, TELL_FLAGGED,
    TELL_RECOGNISED, TELL_IMPLEMENTED, TELL_DECLINED, TELL_SUBSCRIBED, TELL_UNSUBSCRIBED, TELL_LEFT,
    TELL_WITHDRAWN,
    TELL_COUNT
};

/* Who, where and when. Texts are borrowed; NULL or "" where there is none. */
struct tell_scene {
    const struct config *config;
    const struct identity *identity;
    const char *learner;          /* the host's id, or "system" for what we do ourselves */
    const char *learner_name, *learner_email;
    const char *attributes;       /* JSON object of strings */
    int32_t utc_offset_min;
    uuid5 registration;
    int64_t time_ms;
    const char *course, *course_title, *course_language;
    const char *activity, *activity_title;
    const char *discussion, *discussion_title, *discussion_language;
    const char *provider, *topic, *topic_title, *topic_type, *post;
};

/* What happened, besides the scene. */
struct tell_facts {
    const char *subject;          /* makes the id distinct: a day, a revision; or NULL */
    uint32_t revision;
    bool has_ref;                 /* context.statement */
    uuid5 ref;
    int completion, success;      /* AW_UNKNOWN ... */
    struct xapi_score score;
    int64_t duration_ms;          /* < 0: none */
    const char *response;         /* text of a post, only where the configuration allows it */
    const aw_attachment *attachments; /* of a post */
    size_t attachment_count;
    bool from_scorm;              /* carries ADL's category too, and then */
    const char *attempt;          /* the attempt's IRI in grouping, as its profile wants; or NULL */
};

#define TELL_FACTS_INIT {.duration_ms = -1}

/* The id without writing anything: for references to a statement made earlier. */
uuid5 tell_id(enum tell_what what, const struct tell_scene *scene, const struct tell_facts *facts);

/* Appends a whole record (record.h) to out. */
int tell(enum tell_what what, const struct tell_scene *scene, const struct tell_facts *facts,
         struct buf *out, uuid5 *out_id, aw_error *err);

/* What a scene gives to other writers of statements (SCORM). The texts live in *room. */
#define TELL_ROOM_BYTES 32768
#define TELL_TAGS 4
struct tell_room {
    char bytes[TELL_ROOM_BYTES];
    size_t used;
};
int tell_actor(const struct tell_scene *scene, struct tell_room *room, struct xapi_actor *out,
               aw_error *err);
int tell_tags(const struct tell_scene *scene, struct tell_room *room,
              struct xapi_activity out[TELL_TAGS], size_t *out_count, aw_error *err);
/* base_iri "/activities/" kind "/" id [ "/" id2 ], percent-encoded. NULL if the room is full. */
const char *tell_iri(const struct config *c, struct tell_room *room, const char *kind,
                     const char *id, const char *id2);

#endif
