/* room.h - which room a learner belongs to. Pure: the same attributes, the same room. */
#ifndef DISCUSSION_ROOM_H
#define DISCUSSION_ROOM_H

#include <afterword/afterword.h>
#include <jansson.h>

#include "link.h"

/*
 * The room's key ("cohort=emea-q1;country=fr") and its name for people ("emea-q1,
 * fr"), from the learner's attributes (a JSON object of strings, or NULL). An
 * attribute that the learner does not have counts as "" and reads "other".
 * Without a room rule the key is "" and the name "". Errors: AW_ELIMIT.
 */
int room_key(const struct link *link, const json_t *attributes, char *key, size_t key_size,
             char *name, size_t name_size, aw_error *err);

/* " (room B)" for the second room of a key, "" for the first; after Z: "(room 27)". */
void room_letter(unsigned number, char out[24]);

#endif
