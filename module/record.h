/*
 * record.h - a record of the statement log: the statement's bytes and what a
 * sender has to know without parsing them. docs/log-format.md.
 *
 *   version (1), type (1), verb (1), flags (1), id (16), length of course (2, LE),
 *   course, the JSON
 */
#ifndef MODULE_RECORD_H
#define MODULE_RECORD_H

#include <afterword/afterword.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "uuid5.h"

#define RECORD_VERSION 1
#define RECORD_STATEMENT 1 /* JSON of a statement */
#define RECORD_DOCUMENT 2  /* JSON that describes a request to a document API */

#define RECORD_OURS 1u  /* carries our category */
#define RECORD_SCORM 2u /* carries ADL's */
#define RECORD_FILES 4u /* its attachments' bytes are sent along */

struct record {
    uint8_t type, verb, flags;
    uuid5 id;
    const char *course; /* not terminated */
    size_t course_len;
    const char *json; /* not terminated */
    size_t json_len;
};

void record_header(struct buf *out, const struct record *r); /* all but the JSON */
int record_read(const void *bytes, size_t len, struct record *out, aw_error *err);

#endif
