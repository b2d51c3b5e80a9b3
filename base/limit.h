/* limit.h - every limit in one place; docs/abi.md and docs/operations.md repeat them for people. */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#define LIMIT_ID_BYTES 255           /* learner, course, activity, topic, post, key ... */
#define LIMIT_TITLE_BYTES 1024       /* titles, names */
#define LIMIT_REASON_BYTES 2048
#define LIMIT_LANGUAGE_BYTES 35      /* RFC 5646, section 4.4.1 */
#define LIMIT_ATTRIBUTES 16          /* per event */
#define LIMIT_ATTACHMENTS 8          /* per event */
#define LIMIT_ATTACHMENT_BYTES (64u << 20)
#define LIMIT_BODY_BYTES (4u << 20)  /* a SCORM commit, a post */
#define LIMIT_RECORD_BYTES (5u << 20)/* one record of a log */
#define LIMIT_EVENT_JSON_BYTES (8u << 20)
#define LIMIT_CONFIG_BYTES (1u << 20)
#define LIMIT_LINK_JSON_BYTES (256u << 10)
#define LIMIT_PROMPT_BYTES (64u << 10)
#define LIMIT_STATEMENT_BYTES (1u << 20)
#define LIMIT_ANSWER_BYTES (8u << 20) /* what a peer may answer */
#define LIMIT_JSON_DEPTH 128

#endif
