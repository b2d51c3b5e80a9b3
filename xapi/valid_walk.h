/*
 * valid_walk.h - the engine of the validator: shapes are data, one function walks them.
 *
 * A shape lists the members of an object; each member has a check and what that
 * check needs (another shape, say). The first fault ends the walk; its path is
 * where the walk stands. A null is refused everywhere but inside extensions,
 * which are not walked into at all (part 2, section 4.1.s3.b2).
 */
#ifndef XAPI_VALID_WALK_H
#define XAPI_VALID_WALK_H

#include "valid.h"

struct walk {
    enum xapi_version version;
    struct xapi_fault *fault;
    size_t path_len; /* of fault->path, which is the path of where we are */
};

struct shape;
typedef bool (*walk_check)(struct walk *w, const json_t *value, const void *arg);

struct walk_member {
    const char *name;
    walk_check check;
    const void *arg;
    bool required;
    bool only_2_0;
};

struct shape {
    const char *what;                  /* "an Agent", for the reasons */
    const struct walk_member *members; /* ended by an entry without name */
    bool (*rule)(struct walk *w, const json_t *object); /* what holds for all of it, or NULL */
};

/* Writes the reason; always false. */
bool walk_fail(struct walk *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same at a member or element of where we are. */
bool walk_fail_at(struct walk *w, const char *member, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

size_t walk_enter(struct walk *w, const char *key);
size_t walk_enter_index(struct walk *w, size_t index);
void walk_leave(struct walk *w, size_t mark);

/* Checks for the tables; arg is what the comment says. */
bool walk_shape(struct walk *w, const json_t *value, const void *arg);      /* const struct shape */
bool walk_array(struct walk *w, const json_t *value, const void *arg);      /* const struct walk_items */
bool walk_one_or_array(struct walk *w, const json_t *value, const void *arg); /* the same */
bool walk_string(struct walk *w, const json_t *value, const void *arg);     /* NULL */
bool walk_constant(struct walk *w, const json_t *value, const void *arg);   /* const char * */
bool walk_bool(struct walk *w, const json_t *value, const void *arg);
bool walk_number(struct walk *w, const json_t *value, const void *arg);
bool walk_size(struct walk *w, const json_t *value, const void *arg);       /* an integer >= 0 */
bool walk_iri(struct walk *w, const json_t *value, const void *arg);
bool walk_uri(struct walk *w, const json_t *value, const void *arg);
bool walk_mailto(struct walk *w, const json_t *value, const void *arg);
bool walk_sha1(struct walk *w, const json_t *value, const void *arg);
bool walk_sha2(struct walk *w, const json_t *value, const void *arg);
bool walk_uuid(struct walk *w, const json_t *value, const void *arg);
bool walk_language(struct walk *w, const json_t *value, const void *arg);
bool walk_language_map(struct walk *w, const json_t *value, const void *arg);
bool walk_extensions(struct walk *w, const json_t *value, const void *arg);
bool walk_media_type(struct walk *w, const json_t *value, const void *arg);
bool walk_timestamp(struct walk *w, const json_t *value, const void *arg);
bool walk_duration(struct walk *w, const json_t *value, const void *arg);

struct walk_items {
    walk_check check;
    const void *arg;
    size_t least;
    bool (*rule)(struct walk *w, const json_t *array); /* or NULL */
};

#endif
