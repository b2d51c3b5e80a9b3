/*
 * document.h - State, Agent Profile and Activity Profile documents, with concurrency.
 *
 * Every write says what it was based on (If-Match, or If-None-Match: * for a new
 * document), so that two writers never overwrite each other unseen. A 412, or
 * 409 from an LRS that says it so, means: read again, merge again, write again.
 * xAPI 1.0.3 part 3, sections 2.3 to 2.7 and 3.1.
 */
#ifndef XAPI_DOCUMENT_H
#define XAPI_DOCUMENT_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stddef.h>

#include "lrs.h"

enum document_kind { DOCUMENT_STATE, DOCUMENT_ACTIVITY_PROFILE, DOCUMENT_AGENT_PROFILE };

struct document_key {
    enum document_kind kind;
    const char *activity;     /* IRI; state and activity profile */
    const char *agent;        /* JSON; state and agent profile */
    const char *registration; /* UUID, or NULL; state */
    const char *id;           /* stateId or profileId */
};

struct document {
    char *body; /* NUL-terminated; free with document_free() */
    size_t len;
    char content_type[128], etag[128]; /* etag "": the LRS gave none */
};

void document_free(struct document *d);

/* AW_ENOTFOUND: there is none. AW_ENET: not now. AW_EREFUSED: with the LRS's reason. */
int document_get(struct xapi_lrs *lrs, const struct document_key *key, struct document *out,
                 aw_error *err);
/* etag: of what was read; NULL: there must be none yet; "*": whatever is there. AW_EBUSY: it was
 * changed in the meantime. */
int document_put(struct xapi_lrs *lrs, const struct document_key *key, const char *content_type,
                 const char *body, size_t len, const char *etag, aw_error *err);
int document_delete(struct xapi_lrs *lrs, const struct document_key *key, const char *etag,
                    aw_error *err);

/* Makes the new document from the old (NULL: there is none); a new reference in *out. */
typedef int (*document_merge_fn)(void *context, const json_t *old, json_t **out, aw_error *err);
/* Reads, merges, writes; again from the start when somebody else was faster, a few times.
 * A document that is no JSON object is refused with AW_EREFUSED, never overwritten. */
int document_update(struct xapi_lrs *lrs, const struct document_key *key, document_merge_fn merge,
                    void *context, aw_error *err);
/* The usual merge: members of `changes` replace those of the old; null removes one. */
int document_merge(struct xapi_lrs *lrs, const struct document_key *key, const json_t *changes,
                   aw_error *err);

#endif
