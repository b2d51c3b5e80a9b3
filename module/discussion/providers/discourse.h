/* discourse.h - what the files of the Discourse connector share. */
#ifndef PROVIDERS_DISCOURSE_H
#define PROVIDERS_DISCOURSE_H

#include <afterword/forum.h>

#include "names.h"
#include "rest.h"
#include "seen.h"

#define DISCOURSE_ROOM_PREFIX "aw-"
#define DISCOURSE_CATEGORIES 64

struct discourse_category { /* of a category that was looked up: is it ours? */
    int64_t id;
    char discussion[NAME_ROOM_BYTES]; /* "": none of ours */
};

struct discourse_room { /* room_ref: "CATEGORY/GROUP/GROUP-NAME/DISCUSSION" */
    int64_t category, group;
    char group_name[24];
    char discussion[NAME_ROOM_BYTES];
};

struct discourse {
    struct rest rest;
    char *api_key, *api_username, *connect_secret, *webhook_secret, *user_key, *email_domain;
    char provider[65];
    int64_t permission; /* of a member in the category: 1 create, 2 reply */
    struct discourse_category categories[DISCOURSE_CATEGORIES];
    size_t next_category;
    size_t sweep_room, sweep_page, sweep_topic;
    struct seen seen;
};

bool discourse_room_ref(const char *ref, struct discourse_room *out);
int64_t discourse_id(const char *ref); /* -1: not a number */

int discourse_ensure_room(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_ensure_topic(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_admit(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_remove(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_invite(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_note(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_post_as_bot(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_mark_official(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_mark_answer(void *self, const aw_forum_request *r, aw_forum_reply *reply);
int discourse_poll(void *self, const aw_forum_poll *poll, aw_forum_reply *reply);
int discourse_webhook(void *self, const aw_forum_webhook *hook, aw_forum_reply *reply);

/* Puts the learner into the group; makes the user if there is none. *out_id: the user's. */
int discourse_join(struct discourse *d, const char *learner, const char *name, const char *email,
                   int64_t group, const char *group_name, int64_t *out_id, aw_forum_reply *reply);

/* Sees that the category is open to the group alone, and closes it if it is not. */
int discourse_require_closed(struct discourse *d, const struct discourse_room *room,
                             aw_forum_reply *reply);

/* Tells what a post says; as polls, sweeps and webhooks find it. */
struct reporter;
int discourse_tell(struct discourse *d, const struct reporter *t, const json_t *post,
                   const char *title, const json_t *tags, const char *discussion);

#endif
