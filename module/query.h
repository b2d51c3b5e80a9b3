/* query.h - what the views of aw_query() share: one table, one writer of members. */
#ifndef MODULE_QUERY_H
#define MODULE_QUERY_H

#include <jansson.h>

#include "buf.h"
#include "handle.h"
#include "state.h"

struct query {
    struct aw *aw;
    struct state *state;
    const json_t *args;
    struct buf *out;
};

typedef int (*query_view)(const struct query *q, aw_error *err);

/* A text of the arguments; "" if it is not given. */
const char *query_arg(const struct query *q, const char *name);
/* The same, but missing is an error that names it. */
int query_need(const struct query *q, const char *name, const char **out, aw_error *err);

/* `,"name":` in an object begun with '{' (no comma behind the brace), and a value. */
void query_name(struct buf *b, const char *name);
void query_text(struct buf *b, const char *name, const char *text);
void query_number(struct buf *b, const char *name, int64_t n);
void query_bool(struct buf *b, const char *name, bool yes);
/* A comma between the elements of an array. */
void query_element(struct buf *b);

int query_status(const struct query *q, aw_error *err);      /* status.c */
int query_discussions(const struct query *q, aw_error *err); /* query_talk.c */
int query_discussion(const struct query *q, aw_error *err);
int query_ideas(const struct query *q, aw_error *err);
int query_notes(const struct query *q, aw_error *err);       /* query_own.c */
int query_topics(const struct query *q, aw_error *err);
int query_attempt(const struct query *q, aw_error *err);     /* query_course.c */
int query_progress(const struct query *q, aw_error *err);
int query_links(const struct query *q, aw_error *err);
int query_courses(const struct query *q, aw_error *err);
int query_course(const struct query *q, aw_error *err);
int query_preview(const struct query *q, aw_error *err);
int query_dead(const struct query *q, aw_error *err);

#endif
