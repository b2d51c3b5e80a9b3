/* schema.h - the tables of state.db, as steps from one version to the next. */
#ifndef STATE_SCHEMA_H
#define STATE_SCHEMA_H

extern const int schema_version;

/* What makes version v + 1 out of version v, for v below schema_version. A released step never changes. */
const char *schema_step(int v);

#endif
