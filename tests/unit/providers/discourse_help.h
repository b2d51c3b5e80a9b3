/* discourse_help.h - a room of Discourse, opened, with learners in it. */
#ifndef TESTS_PROVIDERS_DISCOURSE_HELP_H
#define TESTS_PROVIDERS_DISCOURSE_HELP_H

#include "help.h"

static const char *const opening = "Take a picture of yourself doing it.";
#define CONNECT ",\"connect_secret_env\":\"FAKE_CONNECT\""

static inline struct there *discourse(const char *more)
{
    struct there *t = there_new(fake_discourse_new(7), DISCOURSE_CONFIG, more);
    t->f->rate_limit = 0;
    return t;
}

static inline void open_discussion(struct there *t, char room[192], char topic[192])
{
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k-room", .discussion = DISCUSSION, .course_title = "Fire & safety",
        .room_name = "Berlin"}));
    strcpy(topic, there_do(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .discussion = DISCUSSION, .room_ref = room, .title = "After the drill",
        .markdown = opening}));
}

static inline const char *admit(struct there *t, const char *room, const char *learner)
{
    return there_do(t, PROVIDER_ADMIT, (aw_forum_request){.key = "k-admit", .room_ref = room,
                                                          .learner = learner});
}

static inline const char *username(struct there *t, const char *id)
{
    return fake_text(fake_find_i64(fake_list(t->f, "users"), "id", atoll(id)), "username");
}

#endif
