/*
 * identity.h - who a learner is to the outside: keyed pseudonyms, registrations.
 *
 * The key lies in the state directory (or privacy.key_file), never in a
 * statement, log line or status. Without it a pseudonym cannot be turned back.
 */
#ifndef MODULE_IDENTITY_H
#define MODULE_IDENTITY_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "uuid5.h"

#define IDENTITY_KEY_BYTES 32
#define IDENTITY_ANONYMOUS "anon-" /* how the pseudonyms of anonymous askers begin */

struct identity {
    uint8_t key[IDENTITY_KEY_BYTES];
    struct digest_mac *mac; /* NULL, or of one thread that makes many: identity_prepare() */
};

/* Reads the key, making it where it is missing. */
int identity_open(const struct config *c, struct identity *out, aw_error *err);

/* For one thread that asks for many accounts: the key is prepared once. Where that fails, each is
 * made from the key, which takes longer. */
void identity_prepare(struct identity *id);
void identity_release(struct identity *id);

/* The account name of a learner: UUID-shaped (RFC 9562 version 8), opaque, stable. False: out of
 * memory. */
bool identity_account(const struct identity *id, const char *learner, char out[UUID5_TEXT]);

/* The name under which a learner asks anonymously in one discussion: the same
 * learner has the same name there and another one elsewhere. False: out of memory. */
bool identity_anonymous(const struct identity *id, const char *learner, const char *discussion,
                        char out[48]);

/* The enrolment's UUID where the host gave none. */
uuid5 identity_registration(const struct config *c, const char *learner, const char *course);

#endif
