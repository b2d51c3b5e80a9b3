/*
 * profile_set.h - many statements against several profiles: templates for each
 * statement, patterns for each registration.
 */
#ifndef XAPI_PROFILE_SET_H
#define XAPI_PROFILE_SET_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>

struct profile_set;

struct profile_counts {
    size_t statements, unclaimed, registrations, faults;
};

/* statement: its id, or "line N"; for a pattern the registration. The rest as in profile.h. */
typedef void (*profile_set_report)(void *context, const char *statement, const char *subject,
                                   const char *where, const char *reason);

struct profile_set *profile_set_new(void); /* NULL: out of memory */
void profile_set_free(struct profile_set *set);
/* per_attempt: its patterns are matched for each attempt activity in grouping, where there is
 * one, else for each registration (ADL's SCORM profile means attempts). */
int profile_set_add(struct profile_set *set, const char *json, size_t len, bool per_attempt,
                    aw_error *err);
/* One statement, or an array of them; a statement that came before is passed over. */
int profile_set_statement(struct profile_set *set, const char *json, size_t len, size_t line,
                          aw_error *err);
/* Also reports statements that are not valid xAPI. */
int profile_set_check(struct profile_set *set, profile_set_report report, void *context,
                      struct profile_counts *out, aw_error *err);

#endif
