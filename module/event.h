/*
 * event.h - an event on its way: validated, encoded for the journal, read back.
 *
 * The fields of aw_event are one table (event_field_table in event.c): name,
 * tag in the record, type, limit, offset. The JSON reader, the validator and
 * the record codec all read that table. docs/log-format.md describes the record.
 */
#ifndef MODULE_EVENT_H
#define MODULE_EVENT_H

#include <afterword/afterword.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* "course_completed" <-> AW_EVENT_COURSE_COMPLETED; 0 / NULL if there is none. */
uint32_t event_kind_by_name(const char *name);
const char *event_kind_name(uint32_t kind);

/* Copies what the caller's (possibly smaller) struct has into a full one. */
int event_normalize(const aw_event *in, aw_event *out, aw_error *err);

/* Required fields of the kind, lengths, UTF-8, ranges. */
int event_validate(const aw_event *event, aw_error *err);

/* Appends the binary record of a normalised, validated event. */
int event_encode(const aw_event *event, struct buf *out, aw_error *err);

/* A decoded event borrows from the record, which must stay; attributes and
 * terminated copies of the text live in `owned`, freed with event_free. */
struct event_owned {
    aw_event event;
    void *memory;
};
int event_decode(const void *record, size_t len, struct event_owned *out, aw_error *err);
void event_free(struct event_owned *e);

/* The JSON form; freed with event_json_free, since its text lives in the parsed JSON. */
int event_from_json(const char *json, size_t len, struct event_owned *out, aw_error *err);
void event_json_free(struct event_owned *e);

/* The event's key: the host's, or derived from the fields that make it this event. */
void event_key(const aw_event *event, char out[64]);

#endif
