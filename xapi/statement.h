/*
 * statement.h - one xAPI statement as facts, and the streaming writer of its bytes.
 *
 * The struct borrows all of its text. The writer emits members in a fixed order
 * and always the same bytes for the same facts: those bytes are what the
 * statement log keeps and every LRS gets. What cannot be valid (a bad IRI, a
 * NaN, U+0000) is refused with the member's path in the error, so that what we
 * build is valid by construction. IEEE 9274.1.1 and xAPI 1.0.3, part 2.
 */
#ifndef XAPI_STATEMENT_H
#define XAPI_STATEMENT_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uuid5.h"

struct buf;

/* vocab.c has the table: IRI, display in en, and other languages. */
enum xapi_verb {
    XAPI_COMPLETED, XAPI_PASSED, XAPI_FAILED,                         /* adl */
    XAPI_INITIALIZED, XAPI_RESUMED, XAPI_SUSPENDED, XAPI_TERMINATED,  /* adl, SCORM profile */
    XAPI_SCORED, XAPI_PROGRESSED, XAPI_RESPONDED, XAPI_COMMENTED,
    XAPI_CREATED, XAPI_UNLOCKED, XAPI_RECEIVED, XAPI_VIEWED, XAPI_POSTED, XAPI_REPLIED,
    XAPI_ACCEPTED, XAPI_RETRACTED, XAPI_CORRECTED, XAPI_VOTED_UP, XAPI_FLAGGED,
    XAPI_APPROVED, XAPI_IMPLEMENTED, XAPI_DECLINED, XAPI_FOLLOWED, XAPI_UNFOLLOWED, XAPI_LEFT,
    XAPI_VOIDED,
    XAPI_VERB_COUNT
};

enum xapi_type {
    XAPI_TYPE_COURSE, XAPI_TYPE_MODULE, XAPI_TYPE_LESSON, XAPI_TYPE_ATTEMPT, XAPI_TYPE_OBJECTIVE,
    XAPI_TYPE_INTERACTION, XAPI_TYPE_PROFILE, XAPI_TYPE_DISCUSSION /* online-discussion */,
    XAPI_TYPE_TOPIC /* discussion */, XAPI_TYPE_POST /* forum-reply */, XAPI_TYPE_ALERT,
    XAPI_TYPE_TAG, XAPI_TYPE_NONE,
    XAPI_TYPE_COUNT
};

const char *xapi_verb_iri(enum xapi_verb v);
const char *xapi_verb_display(enum xapi_verb v, const char *language); /* NULL if untranslated */
const char *xapi_type_iri(enum xapi_type t);

#define XAPI_PROFILE_AFTERWORD "https://w3id.org/xapi/afterword/v1.0"
#define XAPI_PROFILE_SCORM "https://w3id.org/xapi/scorm"
#define XAPI_EXT_UTC_OFFSET "https://w3id.org/xapi/afterword/extensions/utc-offset"
#define XAPI_EXT_TOPIC_TYPE "https://w3id.org/xapi/acrossx/extensions/type"

struct xapi_component { /* of an interaction: choices, scale, source, target, steps */
    const char *id;
    const char *text;
};

struct xapi_activity {
    const char *id; /* IRI */
    enum xapi_type type;
    const char *name, *name_language; /* language NULL or "" : und */
    const char *description, *description_language;
    const char *topic_type;      /* extension XAPI_EXT_TOPIC_TYPE, or NULL */
    const char *interaction_type; /* "choice", ...; then the arrays below may be given */
    const char *const *correct_patterns;
    size_t correct_pattern_count;
    const struct xapi_component *choices, *scale, *source, *target, *steps;
    size_t choice_count, scale_count, source_count, target_count, step_count;
    const char *extensions_json; /* a JSON object to copy, or NULL; may be combined with topic_type */
};

struct xapi_actor { /* exactly one identifier: account, or mbox, or mbox_sha1sum */
    const char *home_page, *account_name;
    const char *mbox, *mbox_sha1sum;
    const char *name;            /* NULL unless configured */
};

struct xapi_score {
    bool has_scaled, has_raw, has_min, has_max;
    double scaled, raw, min, max;
};

struct xapi_attachment {
    const char *usage_type, *display, *display_language, *content_type, *sha2, *file_url;
    uint64_t length;
};

struct xapi_statement {
    uuid5 id;
    int64_t timestamp_ms;
    struct xapi_actor actor;
    enum xapi_verb verb;
    struct xapi_activity object;
    bool object_is_statement;    /* only for voided: object_statement is the StatementRef */
    uuid5 object_statement;

    bool has_result;
    int completion, success;     /* AW_UNKNOWN, AW_NO, AW_YES */
    struct xapi_score score;
    int64_t duration_ms;         /* < 0: none */
    const char *duration;        /* an ISO 8601 duration instead of duration_ms, or NULL */
    const char *response;
    const char *result_extensions_json;

    bool has_registration;
    uuid5 registration;
    const char *platform, *language;
    bool has_statement_ref;      /* context.statement */
    uuid5 statement_ref;
    int32_t utc_offset_min;      /* AW_UTC_OFFSET_UNKNOWN: none */
    const char *context_extensions_json;
    const struct xapi_activity *parent, *grouping, *category, *other;
    size_t parent_count, grouping_count, category_count, other_count;

    const struct xapi_attachment *attachments;
    size_t attachment_count;
};

/* An empty statement: no result, no duration, offset unknown. */
void xapi_statement_init(struct xapi_statement *s);

/*
 * Appends the statement as one line of JSON, no newline. On failure `out` is as
 * it was. Errors: AW_EINVAL (where: "context.registration", ...), AW_EUTF8,
 * AW_ELIMIT, AW_ENOMEM.
 */
int xapi_statement_write(struct buf *out, const struct xapi_statement *s, aw_error *err);

#endif
