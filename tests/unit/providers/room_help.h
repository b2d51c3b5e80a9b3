/* room_help.h - a discussion opened in a fake forum of either kind, with learners in it. */
#ifndef TESTS_PROVIDERS_ROOM_HELP_H
#define TESTS_PROVIDERS_ROOM_HELP_H

#include "help.h"

static const char *const opening = "Take a picture of yourself doing it.";

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

#endif
