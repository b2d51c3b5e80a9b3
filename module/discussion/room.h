/* room.h - which room a learner belongs to. Pure: the same attributes, the same room. */
#ifndef DISCUSSION_ROOM_H
#define DISCUSSION_ROOM_H

#include <afterword/afterword.h>
#include <jansson.h>

#include "link.h"
#include "state.h"

/*
 * The room's key ("cohort=emea-q1;country=fr") and its name for people ("emea-q1,
 * fr"), from the learner's attributes (a JSON object of strings, or NULL). An
 * attribute that the learner does not have counts as "" and reads "other", in the
 * language. Without a room rule the key is "" and the name "". Errors: AW_ELIMIT.
 */
int room_key(const struct link *link, const json_t *attributes, const char *language, char *key,
             size_t key_size, char *name, size_t name_size, aw_error *err);

/* "emea-q1", and from the second room of a key on "emea-q1 (room B)", after Z "(room 27)"; in the
 * discussion's language. Without a room rule "" and "room B". */
#define ROOM_NAME (STATE_TITLE + 64)
void room_name_of(const struct state_discussion *d, char out[ROOM_NAME]);

#endif
