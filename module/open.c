/*
 * open.c - rooms and members: who is let in where, and what the forum is asked for.
 *
 * The order is that of forums.md: room, topic with the author's prompt, then
 * membership, since that is the door, then one invitation. The interpreter is
 * the only one that chooses rooms, so the choice is the same whoever came first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "json.h"
#include "limit.h"
#include "open.h"
#include "room.h"
#include "timestamp.h"
#include "utf8.h"

/* ---- jobs --------------------------------------------------------------------- */

const char *forum_call_name(unsigned call)
{
    static const char *const names[CALL_COUNT] = {"?", "room", "topic", "admit", "remove", "invite",
                                                  "post", "official", "answer", "note"};
    return call < CALL_COUNT ? names[call] : names[0];
}

static void put_member(struct buf *b, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    if (b->data[b->len - 1] != '{')
        buf_putc(b, ',');
    buf_json_str(b, name);
    buf_putc(b, ':');
    buf_json_str(b, text);
}

static void put_list(struct buf *b, const char *name, const char *const *texts)
{
    if (!texts || !texts[0])
        return;
    buf_printf(b, ",\"%s\":[", name);
    for (size_t i = 0; texts[i]; i++) {
        if (i)
            buf_putc(b, ',');
        buf_json_str(b, texts[i]);
    }
    buf_putc(b, ']');
}

/* The request as JSON: what forum_jobs.c and a host's task read. */
static int request_json(const struct state_discussion *d, const struct job_request *r,
                        const char *course_title, struct buf *b, aw_error *err)
{
    char room_name[ROOM_NAME];
    room_name_of(d, room_name);
    buf_putc(b, '{');
    put_member(b, "call", forum_call_name(r->call));
    put_member(b, "discussion", d->id);
    put_member(b, "course", d->course);
    put_member(b, "course_title", course_title);
    put_member(b, "room", d->room);
    put_member(b, "room_name", room_name);
    put_member(b, "room_ref", d->room_ref);
    if (!r->new_topic)
        put_member(b, "topic_ref", r->topic_ref ? r->topic_ref : d->topic_ref);
    put_member(b, "learner", r->learner);
    put_member(b, "learner_name", r->learner_name);
    put_member(b, "learner_email", r->learner_email);
    put_member(b, "user_ref", r->user_ref);
    put_member(b, "post_ref", r->post_ref);
    put_member(b, "parent_ref", r->parent_ref);
    put_member(b, "title", r->title ? r->title : d->title);
    put_member(b, "markdown", r->markdown);
    put_member(b, "html", r->html);
    put_member(b, "language", r->language ? r->language : d->language);
    put_member(b, "url", r->url ? r->url : d->url);
    put_member(b, "said", r->said);
    put_list(b, "tags", r->tags);
    put_list(b, "managers", r->managers);
    buf_putc(b, '}');
    return buf_error(b, "request", err);
}

int job_ask(struct interp *in, const struct state_discussion *d, const struct job_request *r,
            aw_error *err)
{
    const struct interp_course *course;
    struct buf payload = BUF_INIT(LIMIT_PROMPT_BYTES * 8);
    struct state_job job = {.kind = r->call, .state = JOB_QUEUED, .next_ms = r->not_before_ms};
    bool is_new = false;
    uuid5 key = uuid5_make(&in->config->site, "job", forum_call_name(r->call), d->id, r->learner,
                           r->subject, UUID5_END);
    uuid5_text(&key, job.key);
    const char *provider = r->ours ? "local" : d->provider;
    snprintf(job.provider, sizeof job.provider, "%s", provider);
    snprintf(job.discussion, sizeof job.discussion, "%s", d->id);
    snprintf(job.learner, sizeof job.learner, "%s", r->learner ? r->learner : "");
    int rc = cast_course(in, d->course, &course, err);
    if (rc == AW_OK)
        rc = request_json(d, r, course->title, &payload, err);
    job.payload = payload.data;
    if (rc == AW_OK)
        rc = state_job_add(in->state, &job, &is_new, err);
    /* The embedded forum's rows are ours: it acts here, in the same transaction. */
    if (rc == AW_OK && is_new && strcmp(provider, "local") == 0) {
        aw_forum_reply reply = {.struct_size = sizeof reply};
        int outcome = AW_FORUM_OK;
        rc = local_call(in, &job, &reply, &outcome, err);
        if (rc == AW_OK)
            rc = done_apply(in, &job, &reply, outcome, handle_now_ms(in->aw), err);
    }
    buf_free(&payload);
    return rc;
}

/* ---- rooms ---------------------------------------------------------------------- */

static void due_text(const struct link *link, int64_t now_ms, char out[16])
{
    char text[TIMESTAMP_TEXT];
    out[0] = 0;
    if (!link->due_days)
        return;
    timestamp_text(now_ms + (int64_t)link->due_days * 86400000, text);
    memcpy(out, text, 10);
    out[10] = 0;
}

static int new_room(struct interp *in, const struct link *link, const char *course_title, const char *key,
                    const char *name, unsigned number, const char *language,
                    struct state_discussion *out, aw_error *err)
{
    char digits[16], due[16], *title = NULL;
    const char *title_language;
    memset(out, 0, sizeof *out);
    snprintf(digits, sizeof digits, "%u", number);
    uuid5 id = uuid5_make(&in->config->site, "discussion", link->id, key, digits, UUID5_END);
    uuid5_text(&id, out->id);
    snprintf(out->link, sizeof out->link, "%s", link->id);
    snprintf(out->course, sizeof out->course, "%s", link->course);
    snprintf(out->room, sizeof out->room, "%s", key);
    out->number = number;
    snprintf(out->name, sizeof out->name, "%s", name);
    due_text(link, handle_now_ms(in->aw), due);
    struct link_values values = {course_title, name, *due ? due : NULL, NULL};
    int rc = link_title(link, language, &values, &title, err);
    if (rc != AW_OK)
        return rc;
    snprintf(out->title, sizeof out->title, "%.*s", (int)utf8_cut(title, strlen(title), STATE_TITLE - 1),
             title);
    free(title);
    link_text_in(link, &link->title, language, &title_language);
    snprintf(out->language, sizeof out->language, "%s", title_language);
    snprintf(out->provider, sizeof out->provider, "%s", link->provider);
    return state_discussion_put(in->state, out, err);
}

/* The room for the learner: the last one of its key, or the next when that is full. */
static int choose_room(struct interp *in, const struct cast *c, const struct link *link,
                       struct state_discussion *out, bool *out_new, aw_error *err)
{
    char key[STATE_ID], name[STATE_TITLE];
    json_t *attributes = NULL;
    const char *text = c->person.attributes;
    /* A room of one language, where that is its rule; else the link's own. */
    const char *language = *c->person.language ? c->person.language : c->course->language;
    int rc = *text ? json_read(text, strlen(text), LIMIT_CONFIG_BYTES, "attributes", &attributes, err)
                   : AW_OK;
    if (rc == AW_OK)
        rc = room_key(link, attributes, language, key, sizeof key, name, sizeof name, err);
    json_decref(attributes);
    if (rc != AW_OK)
        return rc;
    rc = state_discussion_last(in->state, link->id, key, out, err);
    if (rc != AW_OK && rc != AW_ENOTFOUND)
        return rc;
    *out_new = rc == AW_ENOTFOUND || out->members >= link->cap;
    if (!*out_new)
        return AW_OK;
    return new_room(in, link, c->course->title, key, name, rc == AW_ENOTFOUND ? 1 : out->number + 1,
                    language, out, err);
}

/* The forum is asked for the room; the topic follows when the room is there (done.c). */
static int ask_for_room(struct interp *in, const struct state_discussion *d, aw_error *err)
{
    const struct interp_course *course;
    const char *managers[LINK_PEOPLE + 1] = {NULL};
    int rc = cast_course(in, d->course, &course, err);
    if (rc != AW_OK)
        return rc;
    const struct link *link = cast_link(course, d->link);
    for (size_t i = 0; link && i < link->manager_count; i++)
        managers[i] = link->managers[i];
    struct job_request r = {.call = CALL_ROOM, .managers = managers};
    return job_ask(in, d, &r, err);
}

int open_topic(struct interp *in, const struct state_discussion *d, int64_t now_ms, aw_error *err)
{
    const struct interp_course *course;
    char *markdown = NULL, *html = NULL, *earlier = NULL, due[16], name[ROOM_NAME];
    int rc = cast_course(in, d->course, &course, err);
    if (rc != AW_OK)
        return rc;
    const struct link *link = cast_link(course, d->link);
    if (!link) /* removed in between: what it promised is not opened any more */
        return AW_OK;
    due_text(link, now_ms, due);
    room_name_of(d, name);
    if (link->share_with_later_rooms)
        rc = open_earlier(in, link, d, &earlier, err);
    struct link_values values = {.course_title = course->title, .room_name = name,
                                 .due = *due ? due : NULL, .earlier_markdown = earlier};
    if (rc == AW_OK)
        rc = link_opening_post(link, d->language, &values, &markdown, &html, err);
    if (rc == AW_OK) {
        struct job_request r = {.call = CALL_TOPIC, .markdown = markdown, .html = html};
        rc = job_ask(in, d, &r, err);
    }
    free(markdown);
    free(html);
    free(earlier);
    return rc;
}

int open_admit(struct interp *in, const struct state_discussion *d, const struct state_member *m,
               aw_error *err)
{
    struct state_person person;
    char again[16], account[UUID5_TEXT];
    int rc = state_person_get(in->state, m->learner, &person, err);
    if (rc == AW_ENOTFOUND) {
        memset(&person, 0, sizeof person);
        rc = AW_OK;
    }
    if (rc != AW_OK)
        return rc;
    snprintf(again, sizeof again, "%u", (unsigned)m->rejoined);
    if (!identity_account(&in->identity, m->learner, account))
        return error_nomem(err, "account");
    struct job_request r = {.call = CALL_ADMIT,
                            .subject = m->rejoined ? again : NULL,
                            .learner = m->learner,
                            .learner_name = person.name[0] ? person.name : account,
                            .learner_email = person.email};
    return job_ask(in, d, &r, err);
}

int open_for(struct interp *in, struct cast *c, const struct link *link, int64_t now_ms,
             aw_error *err)
{
    struct state_member m;
    struct state_discussion d;
    bool is_new = false;
    (void)now_ms;
    /* Once per link and learner: waiting, in, or gone by their own wish, all stay as they are. */
    int rc = state_member_of_link(in->state, link->id, c->enrolment.learner, &m, err);
    if (rc != AW_ENOTFOUND)
        return rc;
    rc = choose_room(in, c, link, &d, &is_new, err);
    if (rc != AW_OK)
        return rc;
    d.members++;
    memset(&m, 0, sizeof m);
    snprintf(m.discussion, sizeof m.discussion, "%s", d.id);
    snprintf(m.link, sizeof m.link, "%s", link->id);
    snprintf(m.learner, sizeof m.learner, "%s", c->enrolment.learner);
    m.enrolment = c->enrolment.id;
    m.state = MEMBER_WAITING;
    rc = state_discussion_put(in->state, &d, err);
    if (rc == AW_OK)
        rc = state_member_put(in->state, &m, err);
    /* Opening and admitting make statements of the same registration: what the cast holds
     * must be in the store before, and be read again after. */
    if (rc == AW_OK)
        rc = cast_save(in, c, err);
    if (rc == AW_OK)
        rc = is_new ? ask_for_room(in, &d, err) : d.opened_ms ? open_admit(in, &d, &m, err) : AW_OK;
    if (rc == AW_OK)
        rc = state_enrolment_get(in->state, m.learner, &c->scene.registration, &c->enrolment, err);
    return rc;
}

/* ---- leaving and coming back ------------------------------------------------------ */

static int find_member(struct interp *in, const aw_event *e, struct state_discussion *d,
                       struct state_member *m, aw_error *err)
{
    char learner[STATE_ID];
    int rc = cast_learner(in, e, learner, err);
    if (rc == AW_OK)
        rc = state_discussion_get(in->state, e->discussion, d, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "discussion", "\"%.80s\" is not known", e->discussion);
    if (rc == AW_OK)
        rc = state_member_get(in->state, d->id, learner, m, err);
    if (rc == AW_ENOTFOUND)
        return error_set(err, AW_ENOTFOUND, "learner", "is not a member of this discussion");
    return rc;
}

int open_left(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_discussion d;
    struct state_member m = {.state = 0};
    struct cast c;
    int rc = find_member(in, e, &d, &m, err);
    if (rc != AW_OK || m.state == MEMBER_LEFT)
        return rc;
    char again[16];
    snprintf(again, sizeof again, "%u", (unsigned)m.rejoined);
    m.state = MEMBER_LEFT;
    if (d.members > 0)
        d.members--;
    rc = state_member_put(in->state, &m, err);
    if (rc == AW_OK)
        rc = state_discussion_put(in->state, &d, err);
    if (rc == AW_OK)
        rc = cast_make(in, m.learner, d.course, e, &c, err);
    if (rc == AW_OK) {
        struct tell_facts f = {.duration_ms = -1, .revision = m.rejoined};
        cast_set_discussion(&c, &d);
        cast_time(&c, e->time_ms);
        rc = interp_tell(in, TELL_LEFT, &c, &f, NULL, err);
    }
    if (rc == AW_OK)
        rc = cast_save(in, &c, err);
    if (rc == AW_OK) {
        struct job_request r = {.call = CALL_REMOVE, .subject = again, .learner = m.learner,
                                .user_ref = m.user_ref};
        rc = job_ask(in, &d, &r, err);
    }
    return rc;
}

int open_rejoined(struct interp *in, const aw_event *e, aw_error *err)
{
    struct state_discussion d;
    struct state_member m = {.state = 0};
    int rc = find_member(in, e, &d, &m, err);
    if (rc != AW_OK || m.state != MEMBER_LEFT)
        return rc;
    m.state = MEMBER_WAITING;
    m.rejoined++;
    d.members++;
    rc = state_member_put(in->state, &m, err);
    if (rc == AW_OK)
        rc = state_discussion_put(in->state, &d, err);
    return rc == AW_OK && d.opened_ms ? open_admit(in, &d, &m, err) : rc;
}
