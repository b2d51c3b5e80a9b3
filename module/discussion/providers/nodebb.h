/* nodebb.h - what the files of the NodeBB connector share. */
#ifndef PROVIDERS_NODEBB_H
#define PROVIDERS_NODEBB_H

#include <afterword/forum.h>

#include "names.h"
#include "rest.h"
#include "seen.h"

/* Users, groups and categories of NodeBB share one namespace of slugs: a group and a
 * category of the same name are in each other's way, so their names differ. */
#define NODEBB_ROOM_PREFIX "aw-"
#define NODEBB_GROUP_PREFIX "awg-"
#define NODEBB_TAG_CHARACTERS 15
#define NODEBB_CATEGORIES 64 /* whose discussion is remembered */

enum nodebb_users { NODEBB_USERS_DERIVED, NODEBB_USERS_USERNAME, NODEBB_USERS_EMAIL };

struct nodebb_category { /* of a category that was looked up: is it ours? */
    int64_t cid;
    char discussion[NAME_ROOM_BYTES]; /* "": none of ours */
};

struct nodebb {
    struct rest rest;
    char authorization[600];
    char *webhook_secret, *user_key;
    char provider[65];         /* the forum's name in the configuration: events carry it */
    int64_t uid;               /* the bot's */
    int64_t template_cid;      /* the category stripped of all privileges */
    enum nodebb_users users;
    bool known;                /* the token is the bot's: asked once before something is written */
    struct nodebb_category categories[NODEBB_CATEGORIES];
    size_t next_category;
    size_t sweep_room, sweep_page; /* where the sweep goes on */
    uint32_t sweep_round;          /* when it began with this room */
    struct seen seen;
};

/* room_ref is "CID/GROUP-SLUG". */
bool nodebb_room_ref(const char *ref, int64_t *cid, char group[NAME_ROOM_BYTES]);
int64_t nodebb_id(const char *ref); /* -1: not a number */

int nodebb_ensure_room(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_ensure_topic(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_admit(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_remove(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_invite(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_note(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_post_as_bot(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_mark_official(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int nodebb_poll(void *self, const aw_forum_poll *poll, aw_forum_reply *reply);
int nodebb_webhook(void *self, const aw_forum_webhook *hook, aw_forum_reply *reply);

/* The user of the learner; made if there is none. *out_uid is set on AW_FORUM_OK. */
int nodebb_user(struct nodebb *n, const char *learner, const char *name, const char *email,
                int64_t *out_uid, bool *out_created, aw_forum_reply *reply);
/* Is the token known to the forum, and the bot's? What is read without it is what guests see. */
int nodebb_bot(struct nodebb *n, aw_forum_reply *reply);

#define NODEBB_TWINS 8
struct nodebb_found { /* categories that are the same room, the lowest first */
    int64_t cid[NODEBB_TWINS], topics[NODEBB_TWINS];
    size_t count;
    bool technical; /* the lowest still has its technical name: it was never enabled */
    bool disabled;
    bool queue, template_queue; /* do its posts, and the template's, go through the post queue? */
};

/* The category with the technical name; made, disabled, if there is none. */
int nodebb_ensure_category(struct nodebb *n, const char *technical, struct nodebb_found *f,
                           bool *created, aw_forum_reply *reply);

/* Privileges of a category, read back. */
/* out_privileges: as they were read last, for nodebb_grant(); to be freed if AW_FORUM_OK. */
int nodebb_close_category(struct nodebb *n, int64_t cid, struct answer *out_privileges,
                          aw_forum_reply *reply);
int nodebb_is_closed(struct nodebb *n, int64_t cid, bool *out_closed, char *who, size_t who_size,
                     aw_forum_reply *reply);
int nodebb_grant(struct nodebb *n, int64_t cid, const char *group, const struct answer *privileges,
                 aw_forum_reply *reply);

/* The technical name in a category's JSON, or NULL if it is none of ours. */
const char *nodebb_room_name(const json_t *category, char out[NAME_ROOM_BYTES]);

/* Does the post's source hold the marker? AW_FORUM_OK and *out. */
int nodebb_post_has(struct nodebb *n, int64_t pid, const char *key, bool *out,
                    aw_forum_reply *reply);

#endif
