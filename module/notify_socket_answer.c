/*
 * notify_socket_answer.c - one line of JSON to one line of JSON: the calls of
 * the socket as a table. No socket here, so that it can be tested alone.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "notify_socket.h"

#define ANSWER_MAX (LIMIT_ANSWER_BYTES + 1024u)

/* A call: reads its members of `request`, leaves JSON in *out_json or NULL. */
typedef int (*call_fn)(aw *self, const json_t *request, char **out_json, aw_error *err);

static int need_text(const json_t *request, const char *name, const char **out, aw_error *err)
{
    int rc = json_get_text(request, name, LIMIT_LINK_JSON_BYTES, out, err);
    if (rc == AW_OK && !*out)
        return error_set(err, AW_EINVAL, name, "is missing; this call needs it");
    return rc;
}

/* A member that is an object, as text for free(); NULL if it is not there. */
static int object_text(const json_t *request, const char *name, char **out, aw_error *err)
{
    const json_t *value = NULL;
    int rc = json_get_object(request, name, &value, err);
    if (rc != AW_OK || !value)
        return rc;
    *out = json_text(value);
    return *out ? AW_OK : error_nomem(err, name);
}

static int call_status(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    (void)request;
    return aw_query(self, "status", NULL, out_json, err);
}

static int call_query(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *what = NULL;
    char *args = NULL;
    int rc = need_text(request, "what", &what, err);
    if (rc == AW_OK)
        rc = object_text(request, "args", &args, err);
    if (rc == AW_OK)
        rc = aw_query(self, what, args, out_json, err);
    free(args);
    return rc;
}

static int call_link_put(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    char *link = NULL, *id = NULL;
    struct buf quoted = BUF_INIT(LIMIT_ID_BYTES * 6 + 2);
    int rc = object_text(request, "link", &link, err);
    if (rc == AW_OK && !link)
        rc = error_set(err, AW_EINVAL, "link", "is missing; this call needs it");
    if (rc == AW_OK && link)
        rc = aw_link_put(self, link, strlen(link), &id, err);
    if (rc == AW_OK) {
        buf_json_str(&quoted, id);
        rc = buf_error(&quoted, "link", err);
    }
    if (rc == AW_OK)
        *out_json = buf_take(&quoted, NULL);
    buf_free(&quoted);
    aw_free(id);
    free(link);
    return rc;
}

static int call_link_remove(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *id = NULL;
    (void)out_json;
    int rc = need_text(request, "id", &id, err);
    return rc == AW_OK ? aw_link_remove(self, id, err) : rc;
}

static int call_course_add(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *course = NULL, *title = NULL, *path = NULL;
    int rc = need_text(request, "course", &course, err);
    if (rc == AW_OK)
        rc = json_get_text(request, "title", LIMIT_TITLE_BYTES, &title, err);
    if (rc == AW_OK)
        rc = json_get_text(request, "path", 4096, &path, err);
    return rc == AW_OK ? aw_course_add(self, course, title, path, out_json, err) : rc;
}

static int call_dead_letter(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *action = NULL, *id = NULL;
    (void)out_json;
    int rc = need_text(request, "action", &action, err);
    if (rc == AW_OK)
        rc = need_text(request, "id", &id, err);
    return rc == AW_OK ? aw_dead_letter(self, action, id, err) : rc;
}

static int call_take(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    int64_t max = 16, lease_ms = 120000;
    int rc = json_get_i64(request, "max", 1, 1000, &max, err);
    if (rc == AW_OK)
        rc = json_get_i64(request, "lease_ms", 1, 86400000, &lease_ms, err);
    return rc == AW_OK ? aw_forum_requests_take(self, (size_t)max, lease_ms, out_json, err) : rc;
}

static int call_done(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *key = NULL;
    char *reply = NULL;
    (void)out_json;
    int rc = need_text(request, "key", &key, err);
    if (rc == AW_OK)
        rc = object_text(request, "reply", &reply, err);
    if (rc == AW_OK && !reply)
        rc = error_set(err, AW_EINVAL, "reply", "is missing; this call needs it");
    if (rc == AW_OK)
        rc = aw_forum_request_done(self, key, reply, err);
    free(reply);
    return rc;
}

static const struct {
    const char *name;
    call_fn call;
    const char *members[5];
} calls[] = {
    {"status", call_status, {"call"}},
    {"query", call_query, {"call", "what", "args"}},
    {"link_put", call_link_put, {"call", "link"}},
    {"link_remove", call_link_remove, {"call", "id"}},
    {"course_add", call_course_add, {"call", "course", "title", "path"}},
    {"dead_letter", call_dead_letter, {"call", "action", "id"}},
    {"forum_requests_take", call_take, {"call", "max", "lease_ms"}},
    {"forum_request_done", call_done, {"call", "key", "reply"}},
};

static int run_call(aw *self, const json_t *request, char **out_json, aw_error *err)
{
    const char *name = NULL;
    int rc = json_get_text(request, "call", 64, &name, err);
    if (rc != AW_OK)
        return rc;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, name) != 0)
            continue;
        rc = json_only(request, name, calls[i].members, err);
        return rc == AW_OK ? calls[i].call(self, request, out_json, err) : rc;
    }
    return error_set(err, AW_EUNSUPPORTED, "call", "\"%.64s\" is not a call of this version", name);
}

static int run_line(aw *self, const char *line, size_t len, char **out_json, aw_error *err)
{
    json_t *request = NULL;
    int rc = json_read(line, len, LIMIT_EVENT_JSON_BYTES, "line", &request, err);
    if (rc == AW_OK)
        rc = json_want_object(request, "line", err);
    if (rc == AW_OK && json_is_string(json_object_get(request, "call")))
        rc = run_call(self, request, out_json, err);
    else if (rc == AW_OK)
        rc = aw_notify_json(self, line, len, err);
    json_decref(request);
    return rc;
}

static void write_error(struct buf *out, const aw_error *err)
{
    buf_reset(out);
    buf_printf(out, "{\"ok\":false,\"code\":%d,\"name\":", (int)err->code);
    buf_json_str(out, aw_code_name(err->code));
    BUF_LIT(out, ",\"where\":");
    buf_json_str(out, err->where);
    BUF_LIT(out, ",\"text\":");
    buf_json_str(out, err->text);
    BUF_LIT(out, "}\n");
}

char *notify_socket_answer(aw *self, const char *line, size_t len)
{
    struct buf out = BUF_INIT(ANSWER_MAX);
    aw_error err = AW_ERROR_INIT;
    char *json = NULL;
    int rc = run_line(self, line, len, &json, &err);
    if (rc == AW_OK) {
        BUF_LIT(&out, "{\"ok\":true");
        if (json) {
            BUF_LIT(&out, ",\"result\":");
            buf_puts(&out, json);
        }
        BUF_LIT(&out, "}\n");
        rc = buf_error(&out, "answer", &err);
    }
    if (rc != AW_OK) {
        err.code = rc;
        write_error(&out, &err);
    }
    aw_free(json);
    char *text = buf_take(&out, NULL);
    buf_free(&out);
    return text;
}
