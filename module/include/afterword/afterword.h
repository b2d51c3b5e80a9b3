/*
 * afterword.h - the host ABI: what an LMS calls.
 *
 * A host opens the library once per process, reports events with aw_notify()
 * and closes it. aw_notify() returns when the event is on the disk; everything
 * that takes longer (deciding, opening the discussion, telling the LRS) is done
 * by the worker, a process of its own or a thread of the host's that calls
 * aw_worker_run().
 *
 * Conventions
 *   - Functions return AW_OK (0) or a positive AW_E... code, and fill in the
 *     caller's aw_error if one is given.
 *   - Every struct begins with struct_size, set by whoever allocates it (the
 *     ..._INIT macros do). Structs only ever grow at their end; a smaller
 *     struct from an older host is accepted and the missing fields are absent.
 *   - Text is UTF-8, NUL-terminated, borrowed for the duration of the call.
 *     NULL and "" both mean "not given".
 *   - Outputs come last and are written only on success. Text that the library
 *     returns is freed with aw_free().
 *   - Times are UTC milliseconds since 1970-01-01.
 *   - Threads: an aw handle may be used from several threads. After fork() a
 *     child may go on using the handle: it holds no thread and no lock.
 */
#ifndef AFTERWORD_AFTERWORD_H
#define AFTERWORD_AFTERWORD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define AW_API __attribute__((visibility("default")))
#else
#define AW_API
#endif

#define AW_VERSION_MAJOR 0
#define AW_VERSION_MINOR 1
#define AW_VERSION_PATCH 0
#define AW_VERSION_STRING "0.1.0"

/* ---- errors ------------------------------------------------------------- */

typedef enum aw_code {
    AW_OK = 0,
    AW_EINVAL = 1,       /* an argument or a field is missing or malformed */
    AW_EUNSUPPORTED = 2, /* an event kind, option or version this build does not know */
    AW_ENOTFOUND = 3,    /* the named thing does not exist */
    AW_EEXIST = 4,       /* the named thing exists already */
    AW_ELIMIT = 5,       /* longer, deeper or more than the documented limit */
    AW_EFULL = 6,        /* the journal has reached its configured size */
    AW_EIO = 7,          /* the disk failed; what was not acknowledged is not safe */
    AW_ENOSPC = 8,       /* no space left on the device (or quota) */
    AW_EACCES = 9,       /* the file system refuses this user */
    AW_EFILES = 10,      /* out of file descriptors */
    AW_ENOMEM = 11,      /* out of memory */
    AW_ECORRUPT = 12,    /* stored data fails its checksum */
    AW_ECONFIG = 13,     /* the configuration is wrong */
    AW_EJSON = 14,       /* not JSON, or not the JSON that is wanted */
    AW_EUTF8 = 15,       /* text is not valid UTF-8, or holds U+0000 */
    AW_EFILESYSTEM = 16, /* the state directory is not on a local file system */
    AW_EVERSION = 17,    /* written by another, incompatible version */
    AW_EBUSY = 18,       /* another process holds it */
    AW_ENET = 19,        /* the network or the peer failed; try again later */
    AW_EREFUSED = 20,    /* the peer refused for good, with a reason */
    AW_EAGAIN = 21,      /* nothing there now */
    AW_EINTERNAL = 22    /* a defect in Afterword: please report it */
} aw_code;

/* Belongs to the caller; filled in by a failing call. `where` names the field,
 * file or option at fault; `text` says what is wrong and what to do. */
typedef struct aw_error {
    uint32_t struct_size;
    int32_t code;
    char where[128];
    char text[512];
} aw_error;

#define AW_ERROR_INIT {(uint32_t)sizeof(aw_error), 0, "", ""}

/* The short name of a code ("AW_EINVAL"), never NULL. Since 0.1. */
AW_API const char *aw_code_name(int code);

/* ---- events ------------------------------------------------------------- */

typedef enum aw_event_kind {
    AW_EVENT_NONE = 0,
    AW_EVENT_COURSE_COMPLETED = 1,
    AW_EVENT_COURSE_PASSED = 2,
    AW_EVENT_COURSE_FAILED = 3,
    AW_EVENT_ACTIVITY_COMPLETED = 4,
    AW_EVENT_SCORM_COMMIT = 5, /* body: the commit as the player sent it */
    AW_EVENT_LEARNER_ENROLLED = 6,
    AW_EVENT_DISCUSSION_VIEWED = 7,
    AW_EVENT_TOPIC_POSTED = 8,
    AW_EVENT_POST_REPLIED = 9,
    AW_EVENT_POST_VOTED = 10,
    AW_EVENT_ANSWER_ACCEPTED = 11,
    AW_EVENT_ANSWER_RETRACTED = 12,
    AW_EVENT_POST_CORRECTED = 13,
    AW_EVENT_POST_FLAGGED = 14,
    AW_EVENT_IDEA_RECOGNISED = 15,
    AW_EVENT_IDEA_IMPLEMENTED = 16,
    AW_EVENT_IDEA_DECLINED = 17,
    AW_EVENT_SUBSCRIBED = 18,
    AW_EVENT_UNSUBSCRIBED = 19,
    AW_EVENT_LEFT = 20,
    AW_EVENT_REJOINED = 21,             /* the learner asks to be let in again */
    AW_EVENT_POST_EDITED = 22,
    AW_EVENT_POST_DELETED = 23,
    AW_EVENT_COMPLETION_WITHDRAWN = 24, /* the LMS says the completion was an error: voided */
    /* What a forum did for us, reported by the worker or by a host's task. */
    AW_EVENT_FORUM_DONE = 25,           /* key: the request's key; body: the reply as JSON */
    /* The LMS deleted the person: erased at the LRSs and here, by the worker and in its time. */
    AW_EVENT_LEARNER_DELETED = 26
} aw_event_kind;

#define AW_UTC_OFFSET_UNKNOWN INT32_C(0x7fffffff)

/* Three-valued facts. */
#define AW_UNKNOWN 0
#define AW_NO 1
#define AW_YES 2

/* An attribute of the learner (cohort, country, role, region, ...). */
typedef struct aw_attribute {
    const char *name;
    const char *value;
} aw_attribute;

/* A file that belongs to a post, kept before by aw_attachment_put(). */
typedef struct aw_attachment {
    const char *sha2;         /* SHA-256 in hex: what aw_attachment_put() gave */
    const char *content_type; /* "image/jpeg" */
    const char *title;        /* for people, or NULL */
    uint64_t bytes;           /* its length */
} aw_attachment;

/* Which of the score's numbers are given. */
#define AW_SCORE_SCALED 1u
#define AW_SCORE_RAW 2u
#define AW_SCORE_MIN 4u
#define AW_SCORE_MAX 8u

/*
 * One thing that happened. Which fields a kind needs is in docs/abi.md; a
 * missing one is refused with AW_EINVAL and named in the error.
 */
typedef struct aw_event {
    uint32_t struct_size;
    uint32_t kind;            /* aw_event_kind */
    const char *key;          /* the host's own key of this event; NULL: derived from the fields */
    int64_t time_ms;          /* when it happened; 0: now */
    int32_t utc_offset_min;   /* the learner's UTC offset, or AW_UTC_OFFSET_UNKNOWN */
    uint32_t attempt;         /* SCORM or course attempt, from 1; 0: not given */
    const char *learner;      /* the host's id of the learner */
    const char *learner_name; /* used only where the configuration allows names */
    const char *learner_email;
    const char *course;       /* the host's id of the course */
    const char *course_title;
    const char *language;     /* BCP 47, of the course or the post */
    const char *activity;     /* the host's or the manifest's id of the item, SCO or activity */
    const char *activity_title;
    const char *registration; /* the enrolment's UUID; NULL: derived from learner and course */
    const aw_attribute *attributes;
    size_t attribute_count;
    uint32_t success;         /* AW_UNKNOWN, AW_NO, AW_YES */
    uint32_t score_given;     /* AW_SCORE_... bits */
    double score_scaled, score_raw, score_min, score_max;
    int64_t duration_ms;      /* -1 or 0: not known */
    const char *body;         /* SCORM commit, or the text of a post (Markdown) */
    size_t body_bytes;
    uint32_t terminated;      /* of a SCORM commit: was it the last of its session? */
    uint32_t anonymous;       /* AW_YES: show the post as anonymous */
    const char *provider;     /* forum: "local", "host", "discourse", "nodebb", ... */
    const char *discussion;   /* our id of the discussion, as in aw_query */
    const char *topic;        /* the forum's id of the topic */
    const char *topic_type;   /* "question", "idea", "discussion" */
    const char *title;        /* of the topic */
    const char *post;         /* the forum's id of the post */
    const char *parent_post;  /* the post replied to; NULL: the topic's first post */
    uint32_t revision;        /* of an edited post, from 1 */
    uint32_t reserved;        /* 0 */
    const char *forum_user;   /* the forum's id of who did it, where the learner is not known */
    const char *by;           /* the host's id of who acted, where that is not the learner */
    const char *reason;       /* of a decision or a flag, in words */
    int64_t due_ms;           /* due date of what the call to action asks for; 0: none */
    const aw_attachment *attachments; /* of a post; since 0.1 */
    size_t attachment_count;
} aw_event;

#define AW_EVENT_INIT                                                                              \
    {.struct_size = (uint32_t)sizeof(aw_event), .utc_offset_min = AW_UTC_OFFSET_UNKNOWN,            \
     .duration_ms = -1}

/* ---- opening ------------------------------------------------------------ */

typedef struct aw aw;

/* Where the configuration is. Give path, or json, or neither (defaults). */
typedef struct aw_config_source {
    uint32_t struct_size;
    uint32_t reserved;
    const char *path;      /* a JSON file, docs/operations.md */
    const char *json;      /* or the JSON itself */
    size_t json_bytes;
    const char *state_dir; /* overrides "state_dir" of the configuration */
} aw_config_source;

#define AW_LOG_ERROR 0
#define AW_LOG_WARNING 1
#define AW_LOG_INFO 2
#define AW_LOG_DEBUG 3

struct aw_forum_provider; /* forum.h */

/* What the host lends the library. Every member may be NULL. */
typedef struct aw_host {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;                                                /* passed back in each call */
    void (*log)(void *user, int level, const char *line);      /* one line of logfmt, no newline */
    int64_t (*now_ms)(void *user);                             /* the host's clock */
    const struct aw_forum_provider *forum;                     /* the host's own forum */
    void *forum_self;                                          /* its first argument */
} aw_host;

/*
 * Opens Afterword on its state directory, creating that where it is missing.
 * Reads the configuration; opens no network connection and starts no thread.
 * host may be NULL. Errors: AW_ECONFIG, AW_EJSON, AW_EACCES, AW_EFILESYSTEM,
 * AW_EVERSION, AW_EIO, AW_ENOMEM. Since 0.1.
 */
AW_API int aw_open(const aw_config_source *source, const aw_host *host, aw **out, aw_error *err);

/* Closes; NULL is accepted. Nothing that was acknowledged depends on it. */
AW_API void aw_close(aw *self);

/*
 * Reports one event. When it returns AW_OK the event survives kill -9 and the
 * loss of power. Does no network I/O. Errors: AW_EINVAL, AW_EUNSUPPORTED,
 * AW_ENOTFOUND (a course nobody registered, where those are refused),
 * AW_ELIMIT, AW_EUTF8, AW_EFULL, AW_ENOSPC, AW_EIO, AW_EFILES, AW_ENOMEM; then
 * nothing was recorded and the host may try again. Since 0.1.
 */
AW_API int aw_notify(aw *self, const aw_event *event, aw_error *err);

/*
 * The same from a JSON object whose members are named like aw_event's fields
 * and whose "kind" is the lower-case name ("course_completed"); attributes is
 * an object of strings, score an object {scaled, raw, min, max}; time may be an
 * RFC 3339 string in "time". Unknown members are refused. Since 0.1.
 */
AW_API int aw_notify_json(aw *self, const char *json, size_t json_bytes, aw_error *err);

/* ---- the worker --------------------------------------------------------- */

typedef struct aw_worker_options {
    uint32_t struct_size;
    uint32_t until_idle;           /* 1: return as soon as nothing is left to do now */
    const volatile int *stop;      /* set to non-zero (from a signal handler, say) to stop */
    int64_t wait_ms;               /* how long to wait for another worker's lock; <0: for ever */
} aw_worker_options;

/*
 * Runs the worker in the calling thread until *stop is set (or, with
 * until_idle, until nothing is left to do) and then returns AW_OK. There is one
 * worker per state directory: a second waits for the first to end. It starts
 * threads of its own and joins them before it returns. aw_worker_wake() after
 * setting *stop ends the wait at once. Since 0.1.
 */
AW_API int aw_worker_run(aw *self, const aw_worker_options *options, aw_error *err);

/* Makes a waiting worker look again; async-signal-safe. Since 0.1. */
AW_API void aw_worker_wake(aw *self);

typedef struct aw_stats {
    uint32_t struct_size;
    uint32_t worker_running;   /* 1 if some process holds the worker's lock */
    uint64_t journal_events;   /* appended since the state directory was made */
    uint64_t journal_pending;  /* of those, not yet interpreted */
    uint64_t statements;       /* written to the statement log */
    uint64_t statements_pending; /* not yet settled at the slowest LRS */
    uint64_t dead_letters;
    uint64_t discussions;
    int64_t oldest_pending_ms; /* when the oldest pending event happened; 0: none */
} aw_stats;

#define AW_STATS_INIT {.struct_size = (uint32_t)sizeof(aw_stats)}

AW_API int aw_stats_get(aw *self, aw_stats *out, aw_error *err);

/* ---- links, courses, and what a host shows ------------------------------ */

/*
 * Attaches a discussion to a course, or changes the link of the same id. The
 * JSON is that of `afterword link add --json` (docs/author-guide.md). On
 * success *out_id, if wanted, is the link's id; free it with aw_free().
 */
AW_API int aw_link_put(aw *self, const char *json, size_t json_bytes, char **out_id, aw_error *err);
AW_API int aw_link_remove(aw *self, const char *id, aw_error *err);

/*
 * Registers a course: from a SCORM package (a .zip or an imsmanifest.xml; path)
 * or, with path NULL, a plain course by its id and title. The package's
 * discussion.json makes the link. *out_json, if wanted, is what
 * `afterword scorm inspect` prints.
 */
AW_API int aw_course_add(aw *self, const char *course, const char *title, const char *path,
                         char **out_json, aw_error *err);
/* Forgets a course; its links and discussions stay. AW_ENOTFOUND if there is none. Since 0.1. */
AW_API int aw_course_remove(aw *self, const char *course, aw_error *err);

/*
 * Keeps a file that a learner attaches to a post: a picture, say, that the call to
 * action asks for. Durable when it returns. *out_sha2 names it from then on, in
 * aw_event.attachments and to aw_attachment_get(); free it with aw_free(). The
 * same bytes are kept once. Of a JPEG, PNG or WebP only the picture is kept: where
 * and when it was taken, and with which device, is not (so *out_sha2 is not always
 * the digest of `bytes`, and the length told is that of the kept file). Errors: AW_EUNSUPPORTED (attachments are off, or not
 * of this type), AW_ELIMIT, AW_EINVAL, AW_ENOSPC, AW_EIO. docs/operations.md.
 */
AW_API int aw_attachment_put(aw *self, const void *bytes, size_t len, const char *content_type,
                             char **out_sha2, aw_error *err);
/* The file's bytes, for aw_free(). Errors: AW_ENOTFOUND, AW_ECORRUPT, AW_ENOMEM. */
AW_API int aw_attachment_get(aw *self, const char *sha2, void **out_bytes, size_t *out_len,
                             aw_error *err);

/*
 * Reads something that a host shows, as JSON. `what` is one of
 *   "status"       what `afterword status --json` prints
 *   "links"        {course?}
 *   "courses"      {}
 *   "discussions"  {learner?, course?}: where the learner is a member
 *   "discussion"   {discussion, learner?}: topics and posts (provider "local")
 *   "ideas"        {course?, state?}
 *   "topics"       {learner}: what they asked and raised, named or not
 *   "notes"        {learner}: private notes to them
 *   "attempt"      {learner, course, activity, registration?}: what a player resumes from
 *   "progress"     {learner, course, registration?}: per item, and the course's decision
 *   "preview"      a link's JSON: {"html", "warnings"} as a learner would see it
 *   "dead"         {limit?}: dead letters with their reasons
 * and `args` is a JSON object (NULL: {}); docs/queries.md has the answers' shapes. Never blocks on the worker. Free
 * *out_json with aw_free(). Since 0.1.
 */
AW_API int aw_query(aw *self, const char *what, const char *args, char **out_json, aw_error *err);

/* Puts a dead letter back ("retry") or forgets it ("drop"). */
AW_API int aw_dead_letter(aw *self, const char *action, const char *id, aw_error *err);

/*
 * For hosts whose forum cannot be called from the worker (PHP): takes up to
 * `max` requests to the provider "host", leased for lease_ms, as a JSON array
 * of requests (docs/abi.md); each is then answered with aw_forum_request_done()
 * and offered again if it is not.
 */
AW_API int aw_forum_requests_take(aw *self, size_t max, int64_t lease_ms, char **out_json,
                                  aw_error *err);
AW_API int aw_forum_request_done(aw *self, const char *key, const char *reply_json, aw_error *err);

/* Frees text that the library returned; NULL is accepted. */
AW_API void aw_free(void *text);

/* "0.1.0"; the version of the library that is loaded, not of the header. */
AW_API const char *aw_version(void);

#ifdef __cplusplus
}
#endif

#endif
