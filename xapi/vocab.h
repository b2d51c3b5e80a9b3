/*
 * vocab.h - the words we use: verbs, activity types, and their fixed JSON.
 *
 * Everything here is a constant of the published vocabularies; the JSON
 * fragments are made by the preprocessor so that writing a verb is one copy.
 * No text in the table needs escaping (tests/unit/xapi/test_vocab.c checks it).
 */
#ifndef XAPI_VOCAB_H
#define XAPI_VOCAB_H

#include <stddef.h>

#include "statement.h"

#define VOCAB_LANGUAGES 3 /* besides en: de, es, fr */

struct vocab_text {
    const char *text;
    size_t len;
};

struct vocab_verb {
    const char *iri;
    const char *en;
    struct vocab_text open;                    /* "verb":{"id":"...","display":{"en":"..." */
    const char *display[VOCAB_LANGUAGES];      /* the bare words */
    struct vocab_text more[VOCAB_LANGUAGES];   /* ,"de":"..." */
};

struct vocab_type {
    const char *iri;
    struct vocab_text member; /* "type":"..." */
};

extern const struct vocab_verb vocab_verbs[XAPI_VERB_COUNT];
extern const struct vocab_type vocab_types[XAPI_TYPE_COUNT]; /* XAPI_TYPE_NONE: iri NULL */

/* Index into display[] and more[] for a BCP 47 tag, by its primary subtag; -1: only en. */
int vocab_language(const char *tag);
/* -1 if the IRI is none of ours. */
int vocab_verb_by_iri(const char *iri);

#endif
