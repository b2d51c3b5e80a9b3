/* event_fields.h - the table behind event.h, for its validator, codec and JSON reader. */
#ifndef MODULE_EVENT_FIELDS_H
#define MODULE_EVENT_FIELDS_H

#include <stdint.h>

enum event_field_type {
    FIELD_TEXT, /* const char *; limit: bytes */
    FIELD_BODY, /* body and body_bytes */
    FIELD_I64,
    FIELD_I32,
    FIELD_U32,
    FIELD_FACT, /* AW_UNKNOWN, AW_NO, AW_YES; true or false in JSON */
    FIELD_REAL  /* limit: its bit in score_given */
};

struct event_field {
    const char *name;
    uint8_t tag;
    uint8_t type;
    uint16_t offset;
    uint32_t limit;
};

#define EVENT_FIELD_COUNT 34
#define EVENT_TAG_ATTRIBUTE 60
#define EVENT_TAG_ATTACHMENT 61

extern const struct event_field event_fields[EVENT_FIELD_COUNT];

#endif
