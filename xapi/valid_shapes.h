/* valid_shapes.h - the shapes that the validator begins at. */
#ifndef XAPI_VALID_SHAPES_H
#define XAPI_VALID_SHAPES_H

#include "valid_walk.h"

extern const struct shape shape_statement;

/* valid_actor.c; all are walk_checks with arg NULL. */
bool walk_agent(struct walk *w, const json_t *value, const void *arg);
bool walk_group(struct walk *w, const json_t *value, const void *arg);
bool walk_actor(struct walk *w, const json_t *value, const void *arg);     /* either */
bool walk_authority(struct walk *w, const json_t *value, const void *arg);

/* valid_activity.c */
bool walk_activity(struct walk *w, const json_t *value, const void *arg);

#define SIGNATURE_USAGE "http://adlnet.gov/expapi/attachments/signature"

#endif
