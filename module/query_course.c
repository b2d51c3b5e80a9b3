/* query_course.c - links, courses, attempts, progress, previews, dead letters. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attempt.h"
#include "error.h"
#include "interpret.h"
#include "json.h"
#include "link.h"
#include "query.h"
#include "timestamp.h"

/* ---- links and courses --------------------------------------------------------------- */

static int write_link(void *context, const char *id, const char *course, const char *json)
{
    const struct query *q = context;
    (void)id;
    (void)course;
    query_element(q->out);
    buf_puts(q->out, json);
    return 0;
}

int query_links(const struct query *q, aw_error *err)
{
    const char *course = query_arg(q, "course");
    buf_putc(q->out, '[');
    int rc = state_links(q->state, *course ? course : NULL, write_link, (void *)q, err);
    buf_putc(q->out, ']');
    return rc;
}

static int write_course(void *context, const struct state_course *c)
{
    const struct query *q = context;
    query_element(q->out);
    buf_putc(q->out, '{');
    query_text(q->out, "course", c->id);
    query_text(q->out, "title", c->title);
    query_text(q->out, "language", c->language);
    query_bool(q->out, "scorm", c->json != NULL);
    buf_putc(q->out, '}');
    return 0;
}

int query_courses(const struct query *q, aw_error *err)
{
    buf_putc(q->out, '[');
    int rc = state_courses(q->state, write_course, (void *)q, err);
    buf_putc(q->out, ']');
    return rc;
}

/* One course with its items, as `afterword scorm inspect` prints them. */
int query_course(const struct query *q, aw_error *err)
{
    const char *id;
    struct state_course stored = {0};
    struct scorm_course *course = NULL;
    char *inspect = NULL;
    int rc = query_need(q, "course", &id, err);
    if (rc == AW_OK && (rc = state_course_get(q->state, id, &stored, err)) == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "course", "\"%.80s\" is not registered", id);
    if (rc == AW_OK && stored.json)
        rc = scorm_course_read(stored.json, strlen(stored.json), &course, err);
    if (rc == AW_OK && course)
        rc = scorm_inspect_json(course, &inspect, err);
    if (rc == AW_OK) {
        buf_putc(q->out, '{');
        query_text(q->out, "course", stored.id);
        query_text(q->out, "title", stored.title);
        query_text(q->out, "language", stored.language);
        query_name(q->out, "scorm");
        buf_puts(q->out, inspect ? inspect : "null");
        buf_putc(q->out, '}');
    }
    free(inspect);
    scorm_course_free(course);
    free(stored.json);
    return rc;
}

/* ---- attempts and progress -------------------------------------------------------------- */

static int find_enrolment(const struct query *q, struct state_enrolment *out, aw_error *err)
{
    const char *learner, *course, *registration = query_arg(q, "registration");
    uuid5 id;
    int rc = query_need(q, "learner", &learner, err);
    if (rc == AW_OK)
        rc = query_need(q, "course", &course, err);
    if (rc != AW_OK)
        return rc;
    if (!*registration)
        return state_enrolment_find(q->state, learner, course, out, err);
    if (!uuid5_parse(registration, &id))
        return error_set(err, AW_EINVAL, "registration", "is not a UUID");
    return state_enrolment_get(q->state, learner, &id, out, err);
}

static void write_given(struct buf *b, const char *name, struct scorm_number n)
{
    query_name(b, name);
    if (n.given)
        buf_json_real(b, n.value);
    else
        buf_puts(b, "null");
}

/* What the manifest says of the item: a player hands it to the content. */
static int write_manifest(const struct query *q, const char *item, aw_error *err)
{
    struct state_course stored = {0};
    struct scorm_course *course = NULL;
    int rc = state_course_get(q->state, query_arg(q, "course"), &stored, err);
    if (rc == AW_OK && stored.json)
        rc = scorm_course_read(stored.json, strlen(stored.json), &course, err);
    uint32_t i = course ? scorm_course_find(course, item) : SCORM_NO_ITEM;
    if (i != SCORM_NO_ITEM) {
        const struct scorm_item *at = &course->items[i];
        query_text(q->out, "title", at->title);
        query_text(q->out, "launch", at->launch);
        query_text(q->out, "launch_data", at->launch_data);
        query_text(q->out, "max_time_allowed", at->max_time_allowed);
        query_text(q->out, "time_limit_action", at->time_limit_action);
        write_given(q->out, "mastery_score", at->mastery);
        write_given(q->out, "completion_threshold", scorm_item_threshold(at));
        write_given(q->out, "scaled_passing_score", scorm_item_passing(at));
    }
    scorm_course_free(course);
    free(stored.json);
    return rc == AW_ENOTFOUND ? AW_OK : rc;
}

int query_attempt(const struct query *q, aw_error *err)
{
    const char *item = "";
    struct state_enrolment e = {0};
    struct state_attempt a = {0};
    int rc = query_need(q, "activity", &item, err);
    if (rc == AW_OK)
        rc = find_enrolment(q, &e, err);
    if (rc == AW_OK)
        rc = state_attempt_get(q->state, e.id, item, 0, &a, err);
    if (rc == AW_OK || rc == AW_ENOTFOUND) /* never begun: what a new one starts from */
        rc = scorm_attempt_resume_json(a.blob, a.blob_len, q->out, err);
    if (rc == AW_OK && q->out->len) {
        q->out->len--; /* the object goes on */
        rc = write_manifest(q, item, err);
        buf_putc(q->out, '}');
    }
    free(a.blob);
    return rc;
}

static void write_score(struct buf *b, const struct xapi_score *s)
{
    static const char *const names[] = {"scaled", "raw", "min", "max"};
    const bool given[] = {s->has_scaled, s->has_raw, s->has_min, s->has_max};
    const double values[] = {s->scaled, s->raw, s->min, s->max};
    query_name(b, "score");
    buf_putc(b, '{');
    for (size_t i = 0; i < 4; i++)
        write_given(b, names[i], (struct scorm_number){given[i], values[i]});
    buf_putc(b, '}');
}

struct items {
    const struct query *q;
    int rc;
    aw_error *err;
};

static int write_item(void *context, const struct state_attempt *a)
{
    struct items *i = context;
    struct scorm_outcome o;
    i->rc = scorm_attempt_outcome(a->blob, a->blob_len, &o, i->err);
    if (i->rc != AW_OK)
        return 1;
    struct buf *b = i->q->out;
    query_element(b);
    buf_putc(b, '{');
    query_text(b, "activity", a->item);
    query_number(b, "attempt", o.attempt);
    query_text(b, "completion", scorm_completion_name(o.decision.completion));
    query_text(b, "success", scorm_success_name(o.decision.success));
    query_text(b, "because", o.decision.because);
    query_bool(b, "final", o.decision.final);
    query_bool(b, "suspended", o.suspended);
    write_score(b, &o.score);
    buf_putc(b, '}');
    scorm_outcome_free(&o);
    return 0;
}

static int write_rollup(const struct query *q, const char *course_id, int64_t enrolment,
                        aw_error *err)
{
    struct state_course stored = {0};
    struct scorm_course *course = NULL;
    struct scorm_policies *policies = NULL;
    struct scorm_course_decision d;
    int rc = state_course_get(q->state, course_id, &stored, err);
    if (rc != AW_OK || !stored.json)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    rc = scorm_course_read(stored.json, strlen(stored.json), &course, err);
    if (rc == AW_OK)
        rc = scorm_policies_read(q->aw->config.scorm, &policies, err);
    if (rc == AW_OK)
        rc = verdict_rollup(q->state, course, scorm_policies_for(policies, course_id), enrolment, &d,
                            NULL, err);
    if (rc == AW_OK) {
        query_text(q->out, "completion", scorm_completion_name(d.completion));
        query_text(q->out, "success", scorm_success_name(d.success));
        query_text(q->out, "because", d.because);
        query_number(q->out, "counted", d.counted);
        query_number(q->out, "done", d.done);
    }
    scorm_policies_free(policies);
    scorm_course_free(course);
    free(stored.json);
    return rc;
}

int query_progress(const struct query *q, aw_error *err)
{
    struct state_enrolment e = {0};
    struct items items = {q, AW_OK, err};
    char registration[UUID5_TEXT] = "";
    int rc = find_enrolment(q, &e, err);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    bool enrolled = rc == AW_OK;
    if (enrolled)
        uuid5_text(&e.registration, registration);
    buf_putc(q->out, '{');
    query_text(q->out, "registration", registration);
    query_bool(q->out, "completed", e.completed);
    query_text(q->out, "told_success",
               e.success == AW_YES ? "passed" : e.success == AW_NO ? "failed" : "unknown");
    query_name(q->out, "items");
    buf_putc(q->out, '[');
    rc = enrolled ? state_attempts(q->state, e.id, write_item, &items, err) : AW_OK;
    buf_putc(q->out, ']');
    if (rc == AW_OK)
        rc = items.rc;
    if (rc == AW_OK && enrolled)
        rc = write_rollup(q, e.course, e.id, err);
    buf_putc(q->out, '}');
    return rc;
}

/* ---- previews ----------------------------------------------------------------------------- */

static void write_warning(void *context, bool fatal, const char *where, const char *sentence)
{
    struct buf *b = context;
    query_element(b);
    buf_putc(b, '{');
    query_bool(b, "fatal", fatal);
    query_text(b, "where", where);
    query_text(b, "text", sentence);
    buf_putc(b, '}');
}

/* Languages that the link has any text in, its own first. */
static void write_languages(struct buf *b, const struct link *link)
{
    const struct link_text *const texts[] = {&link->title, &link->prompt, &link->call_to_action};
    const char *seen[3 * LINK_LANGUAGES + 1] = {link->language};
    size_t count = 1;
    for (size_t t = 0; t < 3; t++) {
        for (size_t i = 0; i < texts[t]->count; i++) {
            size_t k = 0;
            const char *language = texts[t]->in[i].language;
            while (k < count && strcasecmp(seen[k], language) != 0)
                k++;
            if (*language && k == count)
                seen[count++] = language;
        }
    }
    query_name(b, "languages");
    buf_putc(b, '[');
    for (size_t i = 0; i < count; i++) {
        query_element(b);
        buf_json_str(b, seen[i]);
    }
    buf_putc(b, ']');
}

static int write_preview(const struct query *q, const struct link *link, const char *language,
                         const char *course_title, aw_error *err)
{
    char *markdown = NULL, *html = NULL, *title = NULL;
    struct link_values values = {.course_title = course_title,
                                 .room_name = link->room_by_count ? link->room_by[0] : "",
                                 .due = link->due_days ? "2026-12-31" : NULL};
    int rc = link_opening_post(link, language, &values, &markdown, &html, err);
    if (rc == AW_OK)
        rc = link_title(link, language, &values, &title, err);
    if (rc == AW_OK) {
        query_text(q->out, "language", language);
        query_text(q->out, "title", title);
        query_text(q->out, "markdown", markdown);
        query_text(q->out, "html", html);
    }
    free(title);
    free(markdown);
    free(html);
    return rc;
}

int query_preview(const struct query *q, aw_error *err)
{
    struct link *link = NULL;
    struct state_course course = {0};
    json_t *bare = json_copy((json_t *)(uintptr_t)q->args); /* jansson counts references there */
    const char *language = json_string_value(json_object_get(q->args, "preview_language"));
    json_object_del(bare, "preview_language");
    char *json = json_text(bare), *stored = NULL;
    int rc = json ? link_read(json, strlen(json), "preview", &link, err) : error_nomem(err, "preview");
    if (rc == AW_OK && (rc = state_course_get(q->state, link->course, &course, err)) == AW_ENOTFOUND)
        rc = AW_OK;
    buf_putc(q->out, '{');
    if (rc == AW_OK)
        rc = write_preview(q, link, language && *language ? language : link->language,
                           course.title[0] ? course.title : link->course, err);
    if (rc == AW_OK) {
        struct link_surroundings around = {.course_title = course.title, .state = q->state};
        around.is_attached = state_link_get(q->state, link->id, &stored, NULL) == AW_OK;
        write_languages(q->out, link);
        query_name(q->out, "warnings");
        buf_putc(q->out, '[');
        link_check(link, &around, write_warning, q->out);
        BUF_LIT(q->out, "]}");
    }
    free(stored);
    free(course.json);
    free(json);
    json_decref(bare);
    link_free(link);
    return rc;
}

/* ---- dead letters --------------------------------------------------------------------------- */

static int write_dead(void *context, const struct state_dead *d)
{
    const struct query *q = context;
    struct buf *b = q->out;
    char at[TIMESTAMP_TEXT];
    timestamp_text(d->at_ms, at);
    query_element(b);
    buf_putc(b, '{');
    query_number(b, "id", d->id);
    query_text(b, "at", at);
    query_text(b, "sink", d->sink);
    query_text(b, "code", d->code);
    query_text(b, "subject", d->subject);
    query_text(b, "reason", d->reason);
    query_bool(b, "to_be_retried", d->wanted);
    if (d->len > 0 && (strncmp(d->sink, "lrs:", 4) == 0 || strncmp(d->sink, "forum:", 6) == 0)) {
        query_name(b, strncmp(d->sink, "lrs:", 4) == 0 ? "statement" : "request");
        buf_append(b, d->bytes, d->len);
    } else {
        query_number(b, "bytes", (int64_t)d->len);
    }
    buf_putc(b, '}');
    return 0;
}

int query_dead(const struct query *q, aw_error *err)
{
    int64_t limit = 100;
    int rc = json_get_i64(q->args, "limit", 1, 10000, &limit, err);
    if (rc != AW_OK)
        return rc;
    buf_putc(q->out, '[');
    rc = state_dead_list(q->state, limit, write_dead, (void *)q, err);
    buf_putc(q->out, ']');
    return rc;
}
