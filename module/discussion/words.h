/*
 * words.h - what Afterword itself says to people, in their language.
 *
 * One table (words.c). A language is one more column there: add it to
 * words_languages[] and give each row its text; a text left out falls back.
 */
#ifndef DISCUSSION_WORDS_H
#define DISCUSSION_WORDS_H

#include <stddef.h>

#include "buf.h"

enum words {
    WORDS_INVITATION, /* {course}, {title}, {address} */
    WORDS_NEWCOMER,   /* to mentors */
    WORDS_FLAGGED,    /* to experts, as the next two */
    WORDS_BACKED,
    WORDS_OVERDUE,
    WORDS_CORRECTED,  /* to those who read the post */
    WORDS_HANDED_OVER,/* to members whose day begins */
    WORDS_REPLIED,    /* to whoever asked, as the next one */
    WORDS_ANSWERED,
    WORDS_RECOGNISED, /* in the room, and to whoever raised the idea */
    WORDS_IMPLEMENTED,
    WORDS_DECLINED,
    WORDS_EARLIER,    /* heading of what earlier rooms asked */
    WORDS_UNNAMED,    /* over a post without a name; {name} */
    WORDS_ANONYMOUS,  /* a name for who gives none; {name} */
    WORDS_ROOM,       /* the second room and later; {room} */
    WORDS_OTHER,      /* the room of those without the attribute */
    WORDS_COUNT
};

extern const char *const words_languages[]; /* NULL-terminated; the first is what all fall back to */

/*
 * The text in the first of the wishes (BCP 47, each NULL or "" is passed over) that
 * there is; a wish is cut from its end until it matches (RFC 4647, section 3.4).
 * *out_language, if wanted, is the language it is in. Never NULL.
 */
const char *words_in(enum words what, const char *const wishes[], size_t wish_count,
                     const char **out_language);

/* A stable name, for the keys of what is sent. */
const char *words_name(enum words what);

/* The text with each {name} of the pairs {name, value, name, value, ..., NULL} filled in. Values
 * are put in as they are: escape what must not become markup (words_escape). */
void words_fill(struct buf *b, const char *text, const char *const pairs[]);

/* Text of somebody else's inside Markdown: nothing of it becomes markup. */
void words_escape(struct buf *b, const char *text);

#endif
