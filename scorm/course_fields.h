/* course_fields.h - every struct of a course as a table of fields, for its stored form. */
#ifndef SCORM_COURSE_FIELDS_H
#define SCORM_COURSE_FIELDS_H

#include <stddef.h>

enum field_kind {
    FIELD_TEXT,   /* const char *; NULL is left out */
    FIELD_BOOL,
    FIELD_REAL,
    FIELD_NUMBER, /* struct scorm_number; left out unless given */
    FIELD_COUNT,  /* uint32_t */
    FIELD_ENUM,   /* written as its number */
    FIELD_LIST    /* pointer and size_t count */
};

struct field_type;

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
    double standard; /* what it is when it is left out */
    int max;         /* FIELD_ENUM: its last value */
    const struct field_type *of; /* FIELD_LIST: of what, and where its count is */
    size_t count_offset;
};

struct field_type {
    size_t size;
    const struct field *fields; /* ended by an entry without name */
};

extern const struct field_type course_field_type, item_field_type;

#endif
