/* query.c - aw_query(): the table of views, their arguments, members of JSON. */
#include "query.h"

#include <string.h>

#include "error.h"
#include "json.h"
#include "limit.h"

#define ANSWER_BYTES (64u << 20)

static const struct {
    const char *what;
    query_view view;
    const char *args[6];
} views[] = {
    {"status", query_status, {NULL}},
    {"links", query_links, {"course", NULL}},
    {"courses", query_courses, {NULL}},
    {"course", query_course, {"course", NULL}},
    {"discussions", query_discussions, {"learner", "course", NULL}},
    {"discussion", query_discussion, {"discussion", "learner", NULL}},
    {"ideas", query_ideas, {"course", "state", NULL}},
    {"notes", query_notes, {"learner", NULL}},
    {"topics", query_topics, {"learner", NULL}},
    {"attempt", query_attempt, {"learner", "course", "activity", "registration", NULL}},
    {"progress", query_progress, {"learner", "course", "registration", NULL}},
    {"preview", query_preview, {NULL}}, /* its arguments are a link's */
    {"dead", query_dead, {"limit", NULL}},
};

const char *query_arg(const struct query *q, const char *name)
{
    const char *text = json_string_value(json_object_get(q->args, name));
    return text ? text : "";
}

int query_need(const struct query *q, const char *name, const char **out, aw_error *err)
{
    *out = query_arg(q, name);
    return **out ? AW_OK : error_set(err, AW_EINVAL, name, "is missing");
}

void query_name(struct buf *b, const char *name)
{
    if (b->len && b->data[b->len - 1] != '{')
        buf_putc(b, ',');
    buf_json_str(b, name);
    buf_putc(b, ':');
}

void query_text(struct buf *b, const char *name, const char *text)
{
    query_name(b, name);
    buf_json_str(b, text ? text : "");
}

void query_number(struct buf *b, const char *name, int64_t n)
{
    query_name(b, name);
    buf_i64(b, n);
}

void query_bool(struct buf *b, const char *name, bool yes)
{
    query_name(b, name);
    buf_puts(b, yes ? "true" : "false");
}

void query_element(struct buf *b)
{
    if (b->len && b->data[b->len - 1] != '[')
        buf_putc(b, ',');
}

static int find_view(const char *what, size_t *out, aw_error *err)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        if (strcmp(views[i].what, what) == 0) {
            *out = i;
            return AW_OK;
        }
    }
    return error_set(err, AW_EUNSUPPORTED, "what", "\"%.40s\" is nothing that can be asked for",
                     what);
}

int aw_query(aw *self, const char *what, const char *args, char **out_json, aw_error *err)
{
    size_t i = 0;
    json_t *root = NULL;
    struct buf out = BUF_INIT(ANSWER_BYTES);
    struct query q = {.aw = self, .out = &out};
    if (!self || !what || !out_json)
        return error_set(err, AW_EINVAL, "aw_query", "an argument is NULL");
    int rc = find_view(what, &i, err);
    if (rc == AW_OK)
        rc = json_read(args ? args : "{}", strlen(args ? args : "{}"), LIMIT_LINK_JSON_BYTES, "args",
                       &root, err);
    if (rc == AW_OK)
        rc = json_want_object(root, "args", err);
    if (rc == AW_OK && views[i].view != query_preview)
        rc = json_only(root, "args", views[i].args, err);
    q.args = root;
    if (rc == AW_OK)
        rc = handle_state(self, &q.state, err);
    if (rc == AW_OK) {
        rc = views[i].view(&q, err);
        handle_state_done(self);
    }
    if (rc == AW_OK)
        rc = buf_error(&out, what, err);
    if (rc == AW_OK)
        *out_json = buf_take(&out, NULL);
    buf_free(&out);
    json_decref(root);
    return rc;
}
