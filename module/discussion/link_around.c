/*
 * link_around.c - what a link says against what is known here: people, attributes, the
 * course, the rooms there are.
 *
 * All of it is advice. Who was not heard of yet may be heard of tomorrow; but an id with a
 * typing error never will be, and the author is the only one who can see which it is.
 */
#include <stdio.h>
#include <string.h>

#include "link_check.h"
#include "state.h"

static void check_known(struct link_checker *c, const char *where, const char *const *people, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        if (state_knows(c->around->state, KNOWS_PERSON, people[i], &known, NULL) == AW_OK && !known)
            link_say(c, false, where,
                     "\"%.60s\" has not been heard of here. If that is not an id of your LMS, nobody is reached.",
                     people[i]);
    }
}

static void check_attributes(struct link_checker *c)
{
    for (size_t i = 0; i < c->link->room_by_count; i++) {
        bool known = false;
        const char *name = c->link->room_by[i];
        if (state_knows(c->around->state, KNOWS_ATTRIBUTE, name, &known, NULL) == AW_OK && !known)
            link_say(c, false, "room.by",
                     "no learner here has \"%.60s\": as it is, all of them would be in the same room.", name);
    }
}

struct small {
    uint32_t least, count, members;
    char name[STATE_TITLE];
};

static int small_room(void *context, const struct state_discussion *d)
{
    struct small *s = context;
    if (!d->opened_ms || d->members >= s->least)
        return 0;
    if (s->count++ == 0) {
        s->members = d->members;
        snprintf(s->name, sizeof s->name, "%s", d->name[0] ? d->name : d->title);
    }
    return 0;
}

static void check_rooms(struct link_checker *c)
{
    struct small s = {.least = c->link->min_anonymous};
    if (!c->link->anonymous || !c->around->is_attached ||
        state_discussions(c->around->state, c->link->id, small_room, &s, NULL) != AW_OK || s.count == 0)
        return;
    link_say(c, false, "anonymous",
             "the room \"%.100s\" has %u member%s%s; below %u, the others may guess who asked.", s.name,
             s.members, s.members == 1 ? "" : "s", s.count > 1 ? ", and others are as small" : "", s.least);
}

void link_check_around(struct link_checker *c)
{
    const struct link *l = c->link;
    bool any = false, known = false;
    if (!c->around || !c->around->state)
        return;
    if (state_knows(c->around->state, KNOWS_PERSON, NULL, &any, NULL) == AW_OK && any) {
        check_known(c, "experts", l->experts, l->expert_count);
        check_known(c, "mentors", l->mentors, l->mentor_count);
        check_known(c, "managers", l->managers, l->manager_count);
    }
    if (state_knows(c->around->state, KNOWS_ATTRIBUTE, NULL, &any, NULL) == AW_OK && any)
        check_attributes(c);
    if (c->around->is_attached &&
        state_knows(c->around->state, KNOWS_COURSE, l->course, &known, NULL) == AW_OK && !known)
        link_say(c, false, "course",
                 "\"%.100s\" is not registered, and nobody was seen in it yet. Is it written as in the LMS?",
                 l->course);
    check_rooms(c);
}
