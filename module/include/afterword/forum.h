/*
 * forum.h - the provider ABI: what a forum connector implements.
 *
 * A provider opens one author's discussion for one room of learners in some
 * forum, lets learners in, invites them, and reports what then happens there.
 * The core calls it from the worker only, one call at a time per provider.
 *
 * Every call carries a key. Calling again with the same key must lead to the
 * same end state, also after a crash or a lost answer: look up before you
 * create, look up after a timeout, keep the lowest id, remove twins, and give
 * membership last, since membership is the door.
 *
 * A provider may live in a shared object of its own that exports
 *     const aw_forum_provider *aw_forum_provider_get(uint32_t abi_version);
 * (fixtures/forum-skeleton is one). It gets its HTTP from the core, so that
 * timeouts, TLS, limits and metrics are the same for all.
 */
#ifndef AFTERWORD_FORUM_H
#define AFTERWORD_FORUM_H

#include <afterword/afterword.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AW_FORUM_ABI_VERSION 1u

/* How a call ended. */
typedef enum aw_forum_outcome {
    AW_FORUM_OK = 0,
    AW_FORUM_RETRY = 1,      /* later, after retry_after_ms (0: the core backs off) */
    AW_FORUM_REFUSED = 2,    /* for good; reason says why and what to do: a dead letter */
    AW_FORUM_UNSUPPORTED = 3 /* this forum cannot do it; the core goes on without */
} aw_forum_outcome;

/* What a provider can do, for aw_forum_provider.capabilities. */
#define AW_FORUM_CAN_HIDE_ROOMS 0x01u    /* rooms that non-members do not see */
#define AW_FORUM_CAN_INVITE 0x02u        /* sends its own invitation */
#define AW_FORUM_CAN_MARK_OFFICIAL 0x04u
#define AW_FORUM_CAN_MARK_ANSWER 0x08u
#define AW_FORUM_CAN_POLL 0x10u
#define AW_FORUM_CAN_WEBHOOK 0x20u
#define AW_FORUM_CAN_POST_AS_BOT 0x40u
#define AW_FORUM_CAN_DIRECT_NOTE 0x80u   /* a private note to one member */

/* One request. Fields that a call does not need are NULL. All text UTF-8. */
typedef struct aw_forum_request {
    uint32_t struct_size;
    uint32_t reserved;
    const char *key;         /* idempotency key, [A-Za-z0-9_-]{1,50}, unique per thing to be done */
    const char *discussion;  /* our id of the discussion (link and room), [A-Za-z0-9_-]{1,50} */
    const char *course;      /* the host's id of the course */
    const char *course_title;
    const char *room;        /* the room's id, stable */
    const char *room_name;   /* for people */
    const char *room_ref;    /* what ensure_room answered, NULL before */
    const char *topic_ref;   /* what ensure_topic answered, or the topic acted on */
    const char *post_ref;    /* the post acted on */
    const char *parent_ref;  /* the post replied to */
    const char *learner;     /* the host's id of the learner: the forum's external id */
    const char *learner_name;/* for display; a pseudonym unless names are allowed */
    const char *learner_email;
    const char *user_ref;    /* the forum's id of the learner, where known from admit */
    const char *title;
    const char *markdown;    /* of the prompt, post or message */
    const char *html;        /* the same, rendered and safe */
    const char *language;    /* BCP 47 */
    const char *url;         /* where the learner gets to the discussion: /discuss/<token> */
    const char *const *tags; /* NULL-terminated, or NULL */
    const char *const *managers; /* learners to make moderators, NULL-terminated, or NULL */
} aw_forum_request;

/* The answer; allocated by the core, zeroed before each call. */
typedef struct aw_forum_reply {
    uint32_t struct_size;
    uint32_t created;        /* 1: this call made it, 0: it was there */
    int64_t retry_after_ms;
    char ref[256];           /* the forum's id of the room, topic, post or user */
    char url[512];           /* where a person finds it */
    char reason[384];        /* for RETRY and REFUSED: what happened and what to do */
} aw_forum_reply;

/* Something that happened in the forum, reported by poll or webhook. The event
 * carries provider, topic, post, revision, forum_user (and learner where the
 * forum knows our id), time_ms; the core fills in the rest. Return 0, or an
 * AW_E... code: then stop and answer RETRY. */
typedef int (*aw_forum_emit)(void *context, const aw_event *event);

typedef struct aw_forum_poll {
    uint32_t struct_size;
    uint32_t reserved;
    const char *cursor;             /* what the last poll returned in ref; NULL at first */
    const char *const *room_refs;   /* the rooms to look at, NULL-terminated */
    const char *const *topic_refs;  /* the topics we opened, NULL-terminated */
    aw_forum_emit emit;
    void *context;
} aw_forum_poll;

typedef struct aw_forum_header {
    const char *name;
    const char *value;
} aw_forum_header;

/* A webhook as it arrived. */
typedef struct aw_forum_webhook {
    uint32_t struct_size;
    uint32_t reserved;
    const aw_forum_header *headers;
    size_t header_count;
    const char *body;
    size_t body_bytes;
    aw_forum_emit emit;
    void *context;
} aw_forum_webhook;

/* HTTP, lent by the core. Redirects are not followed; the answer is bounded. */
typedef struct aw_forum_http {
    uint32_t struct_size;
    uint32_t reserved;
    const char *method;
    const char *url;
    const aw_forum_header *headers;
    size_t header_count;
    const char *body;
    size_t body_bytes;
    int64_t timeout_ms;             /* 0: the core's default */
} aw_forum_http;

#define AW_HTTP_NOT_SENT 0 /* nothing reached the peer */
#define AW_HTTP_UNKNOWN (-1) /* it may have acted: look up before anything else */

typedef struct aw_forum_http_reply {
    uint32_t struct_size;
    int32_t status;                 /* an HTTP status, AW_HTTP_NOT_SENT or AW_HTTP_UNKNOWN */
    char *body;                     /* NUL-terminated, never NULL; free with services->http_free */
    size_t body_bytes;
    char location[1024];            /* of a redirect */
    int64_t retry_after_ms;         /* -1: none given */
    char error[256];                /* of a failed transfer */
} aw_forum_http_reply;

typedef struct aw_forum_services {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    int (*http)(void *user, const aw_forum_http *request, aw_forum_http_reply *out);
    void (*http_free)(void *user, aw_forum_http_reply *reply);
    int64_t (*now_ms)(void *user);
    void (*log)(void *user, int level, const char *line);
    /* Pauses, at most some hundred ms: it holds up everything else that is asked of the forum.
     * Not 0: the worker ends, ask nothing more. */
    int (*wait)(void *user, int64_t ms);
} aw_forum_services;

typedef struct aw_forum_provider {
    uint32_t struct_size;
    uint32_t abi_version;
    const char *name;
    uint64_t capabilities;
    /* Reads its part of the configuration (a JSON object, secrets already
     * resolved). Opens no connection. services outlives self. */
    int (*open)(const aw_forum_services *services, const char *config_json, void **out_self,
                aw_error *err);
    void (*close)(void *self);
    /* Is the forum there, are the key's rights enough? For `afterword check`. */
    int (*check)(void *self, aw_forum_reply *reply);
    /* A room nobody but its members sees: group, closed category. ref: room_ref. */
    int (*ensure_room)(void *self, const aw_forum_request *, aw_forum_reply *);
    /* The discussion's first topic, with the author's prompt. ref: topic_ref. */
    int (*ensure_topic)(void *self, const aw_forum_request *, aw_forum_reply *);
    /* Lets the learner in; makes the user if there is none. ref: user_ref. */
    int (*admit)(void *self, const aw_forum_request *, aw_forum_reply *);
    int (*remove)(void *self, const aw_forum_request *, aw_forum_reply *);
    int (*invite)(void *self, const aw_forum_request *, aw_forum_reply *);
    /* A topic (topic_ref NULL) or reply by the bot. ref: the topic or post. */
    int (*post_as_bot)(void *self, const aw_forum_request *, aw_forum_reply *);
    int (*mark_official)(void *self, const aw_forum_request *, aw_forum_reply *);
    int (*mark_answer)(void *self, const aw_forum_request *, aw_forum_reply *);
    /* A private note to one member (a correction, an idea's outcome). */
    int (*note)(void *self, const aw_forum_request *, aw_forum_reply *);
    /* Emits what happened since the cursor, oldest first, overlapping rather
     * than missing; reply->ref is the next cursor. */
    int (*poll_since)(void *self, const aw_forum_poll *, aw_forum_reply *);
    /* Checks the signature in constant time, then emits. REFUSED: not genuine. */
    int (*webhook)(void *self, const aw_forum_webhook *, aw_forum_reply *);
} aw_forum_provider;

typedef const aw_forum_provider *(*aw_forum_provider_get_fn)(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif
