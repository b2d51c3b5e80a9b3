/* schema.h - the tables of state.db, as steps from one version to the next. */
#ifndef STATE_SCHEMA_H
#define STATE_SCHEMA_H

#define SCHEMA_VERSION 2
#define SCHEMA_VERSION_TEXT "2"

/* schema_steps[v] makes version v + 1 out of version v. A released step never changes. */
extern const char *const schema_steps[SCHEMA_VERSION];

#endif
