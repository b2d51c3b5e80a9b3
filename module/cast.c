/* cast.c - who did it, in which course and discussion, and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "json.h"
#include "text.h"
#include "timestamp.h"

#define SET(array, text) text_set((array), sizeof(array), (text))

static bool given(const char *text)
{
    return text && *text;
}

/* ---- courses ----------------------------------------------------------------- */

static void free_course(struct interp_course *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->link_count; i++)
        link_free(c->links[i]);
    scorm_course_free(c->scorm);
    free(c);
}

void interp_forget_courses(struct interp *in)
{
    for (size_t i = 0; i < INTERP_COURSES; i++) {
        free_course(in->courses[i]);
        in->courses[i] = NULL;
    }
    in->links_checked = false;
}

struct link_reading {
    struct interp_course *course;
    aw_error *err;
    int rc;
};

static int read_link(void *context, const char *id, const char *course, const char *json)
{
    struct link_reading *r = context;
    (void)id;
    if (r->course->link_count == INTERP_LINKS_PER_COURSE)
        return 1;
    r->rc = link_read(json, strlen(json), course, &r->course->links[r->course->link_count], r->err);
    if (r->rc == AW_OK)
        r->course->link_count++;
    return r->rc != AW_OK;
}

static int load_course(struct interp *in, const char *id, struct interp_course **out, aw_error *err)
{
    struct interp_course *c = calloc(1, sizeof *c);
    struct state_course stored = {0};
    if (!c)
        return error_nomem(err, "course");
    SET(c->id, id);
    SET(c->title, id);
    SET(c->language, in->config->language);
    int rc = state_course_get(in->state, id, &stored, err);
    if (rc == AW_OK) {
        if (stored.title[0])
            SET(c->title, stored.title);
        if (stored.language[0])
            SET(c->language, stored.language);
        if (stored.json)
            rc = scorm_course_read(stored.json, strlen(stored.json), &c->scorm, err);
        free(stored.json);
    } else if (rc == AW_ENOTFOUND) {
        rc = AW_OK;
    }
    struct link_reading reading = {c, err, AW_OK};
    if (rc == AW_OK)
        rc = state_links(in->state, id, read_link, &reading, err);
    if (rc == AW_OK)
        rc = reading.rc;
    if (rc != AW_OK) {
        free_course(c);
        return rc;
    }
    *out = c;
    return AW_OK;
}

int cast_course(struct interp *in, const char *id, const struct interp_course **out, aw_error *err)
{
    int64_t version = in->links_checked ? in->links_version : state_links_version(in->state);
    if (version != in->links_version) {
        interp_forget_courses(in);
        in->links_version = version;
    }
    in->links_checked = true;
    for (size_t i = 0; i < INTERP_COURSES; i++) {
        if (in->courses[i] && strcmp(in->courses[i]->id, id) == 0) {
            *out = in->courses[i];
            return AW_OK;
        }
    }
    struct interp_course *c;
    int rc = load_course(in, id, &c, err);
    if (rc != AW_OK)
        return rc;
    size_t slot = in->next_course++ % INTERP_COURSES;
    free_course(in->courses[slot]);
    in->courses[slot] = c;
    *out = c;
    return AW_OK;
}

const struct link *cast_link(const struct interp_course *course, const char *id)
{
    for (size_t i = 0; i < course->link_count; i++)
        if (strcmp(course->links[i]->id, id) == 0)
            return course->links[i];
    return NULL;
}

bool cast_is_one_of(const char *const *people, size_t count, const char *learner)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(people[i], learner) == 0)
            return true;
    return false;
}

bool cast_is_named(const struct link *link, const char *learner)
{
    return link && (cast_is_one_of(link->experts, link->expert_count, learner) ||
                    cast_is_one_of(link->mentors, link->mentor_count, learner) ||
                    cast_is_one_of(link->managers, link->manager_count, learner));
}

/* ---- people -------------------------------------------------------------------- */

/* The event's attributes as a JSON object of strings, into text. */
static int attributes_text(const aw_event *e, char *out, size_t size, aw_error *err)
{
    struct buf b = BUF_INIT(size - 1);
    buf_putc(&b, '{');
    for (size_t i = 0; i < e->attribute_count; i++) {
        if (i)
            buf_putc(&b, ',');
        buf_json_str(&b, e->attributes[i].name);
        buf_putc(&b, ':');
        buf_json_str(&b, e->attributes[i].value ? e->attributes[i].value : "");
    }
    buf_putc(&b, '}');
    int rc = buf_error(&b, "attributes", err);
    if (rc == AW_OK)
        text_set(out, size, b.data);
    buf_free(&b);
    return rc;
}

/* Keeps what is new; *changed says that something was. */
static void renew(char *out, size_t size, const char *text, bool *changed)
{
    if (!given(text) || strcmp(out, text) == 0)
        return;
    text_set(out, size, text);
    *changed = true;
}

#define RENEW(array, text, changed) renew((array), sizeof(array), (text), (changed))

/* What the event says anew of the learner. */
static int update_person(const struct config *config, const aw_event *e, struct state_person *p,
                         bool *out_changed, aw_error *err)
{
    char attributes[sizeof p->attributes];
    *out_changed = false;
    if (e->attribute_count > 0) {
        int rc = attributes_text(e, attributes, sizeof attributes, err);
        if (rc != AW_OK)
            return rc;
        RENEW(p->attributes, attributes, out_changed);
    }
    if (e->utc_offset_min != AW_UTC_OFFSET_UNKNOWN && e->utc_offset_min != p->utc_offset_min) {
        p->utc_offset_min = e->utc_offset_min;
        *out_changed = true;
    }
    if (e->kind == AW_EVENT_LEARNER_ENROLLED)
        RENEW(p->language, e->language, out_changed);
    /* Names and addresses are kept only where a statement or a forum may show them. */
    if (config->names)
        RENEW(p->name, e->learner_name, out_changed);
    if (config->actor != ACTOR_ACCOUNT)
        RENEW(p->email, e->learner_email, out_changed);
    return AW_OK;
}

static int load_person(struct interp *in, const char *learner, const aw_event *e,
                       struct state_person *p, aw_error *err)
{
    bool changed = false;
    int rc = state_person_get(in->state, learner, p, err);
    if (rc == AW_ENOTFOUND) {
        memset(p, 0, sizeof *p);
        SET(p->learner, learner);
        p->utc_offset_min = AW_UTC_OFFSET_UNKNOWN;
        rc = AW_OK;
    }
    if (rc == AW_OK && e)
        rc = update_person(in->config, e, p, &changed, err);
    if (rc == AW_OK && changed)
        rc = state_person_put(in->state, p, err);
    return rc;
}

static int load_enrolment(struct interp *in, const char *learner, const char *course,
                          const aw_event *e, struct cast *c, aw_error *err)
{
    uuid5 registration;
    int rc;
    if (e && given(e->registration) && uuid5_parse(e->registration, &registration)) {
        rc = state_enrolment_get(in->state, learner, &registration, &c->enrolment, err);
    } else {
        rc = state_enrolment_find(in->state, learner, course, &c->enrolment, err);
        registration = identity_registration(in->config, learner, course);
    }
    if (rc != AW_ENOTFOUND)
        return rc;
    memset(&c->enrolment, 0, sizeof c->enrolment);
    c->enrolment.registration = registration;
    SET(c->enrolment.learner, learner);
    SET(c->enrolment.course, course);
    c->enrolment_changed = true;
    return AW_OK;
}

static void set_scene(struct interp *in, struct cast *c)
{
    c->scene = (struct tell_scene){
        .config = in->config,
        .identity = &in->identity,
        .learner = c->enrolment.learner,
        .learner_name = c->person.name,
        .learner_email = c->person.email,
        .attributes = c->person.attributes,
        .utc_offset_min = c->person.utc_offset_min,
        .registration = c->enrolment.registration,
        .course = c->course->id,
        .course_title = c->course->title,
        .course_language = c->course->language,
    };
}

static void clear_cast(struct cast *c)
{
    c->enrolment_changed = false;
    c->discussion.id[0] = 0;
    c->topic.topic[0] = 0;
}

int cast_make(struct interp *in, const char *learner, const char *course, const aw_event *e,
              struct cast *c, aw_error *err)
{
    clear_cast(c);
    int rc = AW_OK;
    /* What the host says of the course is kept where nobody registered it better. */
    if (e && given(e->course_title)) {
        rc = cast_course(in, course, &c->course, err);
        if (rc == AW_OK && strcmp(c->course->title, e->course_title) != 0 && !c->course->scorm) {
            rc = state_course_put(in->state, course, e->course_title, e->language, NULL, err);
            in->links_checked = false;
        }
    }
    if (rc == AW_OK)
        rc = cast_course(in, course, &c->course, err);
    if (rc == AW_OK)
        rc = load_person(in, learner, e, &c->person, err);
    if (rc == AW_OK)
        rc = load_enrolment(in, learner, course, e, c, err);
    if (rc != AW_OK)
        return rc;
    if (e && e->utc_offset_min != AW_UTC_OFFSET_UNKNOWN)
        c->person.utc_offset_min = e->utc_offset_min;
    set_scene(in, c);
    return AW_OK;
}

int cast_system(struct interp *in, const struct state_discussion *d, struct cast *c, aw_error *err)
{
    clear_cast(c);
    int rc = cast_course(in, d->course, &c->course, err);
    if (rc != AW_OK)
        return rc;
    memset(&c->person, 0, sizeof c->person);
    memset(&c->enrolment, 0, sizeof c->enrolment);
    c->person.utc_offset_min = AW_UTC_OFFSET_UNKNOWN;
    SET(c->enrolment.learner, "system");
    SET(c->enrolment.course, d->course);
    c->enrolment.registration = identity_registration(in->config, "system", d->id);
    set_scene(in, c);
    cast_set_discussion(c, d);
    return AW_OK;
}

void cast_set_discussion(struct cast *c, const struct state_discussion *d)
{
    if (&c->discussion != d)
        c->discussion = *d;
    c->scene.discussion = c->discussion.id;
    c->scene.discussion_title = c->discussion.title;
    c->scene.discussion_language = c->discussion.language;
}

void cast_set_topic(struct cast *c, const struct state_topic *t)
{
    if (&c->topic != t)
        c->topic = *t;
    c->scene.provider = c->topic.provider;
    c->scene.topic = c->topic.topic;
    c->scene.topic_title = c->topic.title;
    c->scene.topic_type = c->topic.type;
}

void cast_time(struct cast *c, int64_t happened_ms)
{
    int64_t ms = happened_ms > c->enrolment.chain_ms ? happened_ms : c->enrolment.chain_ms + 1;
    c->enrolment.chain_ms = ms;
    c->enrolment_changed = true;
    c->scene.time_ms = ms;
}

int cast_save(struct interp *in, struct cast *c, aw_error *err)
{
    if (!c->enrolment_changed || strcmp(c->enrolment.learner, "system") == 0)
        return AW_OK;
    int rc = state_enrolment_put(in->state, &c->enrolment, err);
    if (rc == AW_OK)
        c->enrolment_changed = false;
    return rc;
}

int cast_learner(struct interp *in, const aw_event *e, char out[STATE_ID], aw_error *err)
{
    if (given(e->learner)) {
        text_set(out, STATE_ID, e->learner);
        return AW_OK;
    }
    int rc = state_forum_user_get(in->state, given(e->provider) ? e->provider : "", e->forum_user,
                                  out, err);
    if (rc != AW_ENOTFOUND)
        return rc;
    /* Moderators and mentors who were never admitted by us have an id of their own. */
    int n = snprintf(out, STATE_ID, "%s:%s", given(e->provider) ? e->provider : "forum",
                     e->forum_user);
    if (n < 0 || n >= STATE_ID)
        return error_set(err, AW_ELIMIT, "forum_user", "is too long");
    return AW_OK;
}
