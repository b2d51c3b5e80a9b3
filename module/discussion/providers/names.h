/*
 * names.h - how things of ours are found again in a forum.
 *
 * Rooms carry our discussion's id in a technical name; what the bot writes carries
 * the request's key in a Markdown link definition that no reader sees:
 *     [//]: # "afterword KEY"
 * A user whom we make is named by a hash of the learner's id, 70 bits in base 32, so
 * that the same learner is the same user and the name fits 16 characters.
 */
#ifndef PROVIDERS_NAMES_H
#define PROVIDERS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_ROOM_BYTES 64
#define NAME_MARKER_BYTES 96

/* prefix and the discussion's id, or a hash of an id that does not fit [a-z0-9-]{1,40}. */
void name_room(const char *prefix, const char *discussion, char out[NAME_ROOM_BYTES]);
/* The discussion's id in a technical name, or NULL. Borrowed from name. */
const char *name_discussion(const char *prefix, const char *name);

/* "aw" and 14 characters. user_key: a secret of the site, or NULL. */
void name_user(const char *learner, const char *user_key, char out[17]);

/* 16 hexadecimal characters of a hash of the parts: where a forum allows few. */
void name_short(const char *what, const char *id, char out[17]);

void name_marker(const char *key, char out[NAME_MARKER_BYTES]);
bool name_has_marker(const char *text, const char *key);

/* A new string: the text with the marker for the key below it; NULL: out of memory. */
char *name_mark(const char *markdown, const char *key);
/* "Fire safety: Berlin": a room's name for people; "" if there is none. */
void name_for_people(const char *course, const char *room, char *out, size_t max_bytes);
/* Copies at most max_bytes - 1 bytes, never half a character. */
void name_cut(const char *text, char *out, size_t max_bytes);

#endif
