/* handle.h - what an open library holds. */
#ifndef MODULE_HANDLE_H
#define MODULE_HANDLE_H

#include <afterword/afterword.h>
#include <pthread.h>
#include <sys/stat.h>

#include "config.h"
#include "identity.h"
#include "limit.h"
#include "log.h"
#include "say.h"

struct state;

struct aw {
    struct config config;
    struct identity identity;
    aw_host host; /* a full copy of what the host gave */
    struct say say;
    struct log *journal;
    struct known *known;
    pthread_mutex_t mutex; /* of what is opened late: state, statements */
    struct state *state;   /* for queries and links; not the worker's */
    struct stat state_is;  /* which state.db that is */
    struct log *statements;
};

int64_t handle_now_ms(const struct aw *self);
/* The connection for queries and links, with self->mutex held until handle_state_done(). */
int handle_state(struct aw *self, struct state **out, aw_error *err);
void handle_state_done(struct aw *self);
/* The statement log, opened when first wanted. */
int handle_statements(struct aw *self, struct log **out, aw_error *err);

/* attach.c: the files of an event, with the lengths of what is kept. */
void attach_measure(const struct aw *self, const aw_event *e, aw_attachment out[LIMIT_ATTACHMENTS]);

#endif
