/* tell.c - facts of ours as xAPI statements. */
#include "tell.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "record.h"

enum tell_object { ON_COURSE, ON_LESSON, ON_DISCUSSION, ON_TOPIC, ON_POST, ON_ALERT, ON_STATEMENT };
enum tell_parent { IN_NOTHING, IN_COURSE, IN_DISCUSSION, IN_TOPIC };

/* statements.md's table. `kind` is part of the id: never change one. */
static const struct {
    enum xapi_verb verb;
    enum tell_object object;
    enum tell_parent parent;
    const char *kind;
} rows[TELL_COUNT] = {
    [TELL_COMPLETED] = {XAPI_COMPLETED, ON_COURSE, IN_NOTHING, "completed"},
    [TELL_PASSED] = {XAPI_PASSED, ON_COURSE, IN_NOTHING, "passed"},
    [TELL_FAILED] = {XAPI_FAILED, ON_COURSE, IN_NOTHING, "failed"},
    [TELL_ACTIVITY_COMPLETED] = {XAPI_COMPLETED, ON_LESSON, IN_COURSE, "activity-completed"},
    [TELL_CREATED] = {XAPI_CREATED, ON_DISCUSSION, IN_COURSE, "created"},
    [TELL_UNLOCKED] = {XAPI_UNLOCKED, ON_DISCUSSION, IN_COURSE, "unlocked"},
    [TELL_INVITED] = {XAPI_RECEIVED, ON_ALERT, IN_DISCUSSION, "invited"},
    [TELL_VIEWED_DISCUSSION] = {XAPI_VIEWED, ON_DISCUSSION, IN_COURSE, "viewed"},
    [TELL_VIEWED_TOPIC] = {XAPI_VIEWED, ON_TOPIC, IN_DISCUSSION, "viewed-topic"},
    [TELL_POSTED] = {XAPI_POSTED, ON_TOPIC, IN_DISCUSSION, "posted"},
    [TELL_REPLIED] = {XAPI_REPLIED, ON_POST, IN_TOPIC, "replied"},
    [TELL_ACCEPTED] = {XAPI_ACCEPTED, ON_POST, IN_TOPIC, "accepted"},
    [TELL_RETRACTED] = {XAPI_RETRACTED, ON_POST, IN_TOPIC, "retracted"},
    [TELL_CORRECTED] = {XAPI_CORRECTED, ON_POST, IN_TOPIC, "corrected"},
    [TELL_VOTED_TOPIC] = {XAPI_VOTED_UP, ON_TOPIC, IN_DISCUSSION, "voted-topic"},
    [TELL_VOTED_POST] = {XAPI_VOTED_UP, ON_POST, IN_TOPIC, "voted"},
    [TELL_FLAGGED] = {XAPI_FLAGGED, ON_POST, IN_TOPIC, "flagged"},
    [TELL_RECOGNISED] = {XAPI_APPROVED, ON_TOPIC, IN_DISCUSSION, "recognised"},
    [TELL_IMPLEMENTED] = {XAPI_IMPLEMENTED, ON_TOPIC, IN_DISCUSSION, "implemented"},
    [TELL_DECLINED] = {XAPI_DECLINED, ON_TOPIC, IN_DISCUSSION, "declined"},
    [TELL_SUBSCRIBED] = {XAPI_FOLLOWED, ON_TOPIC, IN_DISCUSSION, "subscribed"},
    [TELL_UNSUBSCRIBED] = {XAPI_UNFOLLOWED, ON_TOPIC, IN_DISCUSSION, "unsubscribed"},
    [TELL_LEFT] = {XAPI_LEFT, ON_DISCUSSION, IN_COURSE, "left"},
    [TELL_WITHDRAWN] = {XAPI_VOIDED, ON_STATEMENT, IN_NOTHING, "withdrawn"},
};

/* Which of the learner's attributes become tags; others stay with us. */
static const char *const tag_attributes[] = {"cohort", "region", "country"};

static const char *given(const char *text)
{
    return text && *text ? text : NULL;
}

/* ---- room for texts -------------------------------------------------------- */

static char *room_end(struct tell_room *room, size_t need)
{
    return sizeof room->bytes - room->used > need ? room->bytes + room->used : NULL;
}

static const char *room_keep(struct tell_room *room, const char *text)
{
    size_t len = strlen(text);
    char *at = room_end(room, len);
    if (!at)
        return NULL;
    memcpy(at, text, len + 1);
    room->used += len + 1;
    return at;
}

/* unreserved of RFC 3986; everything else is percent-encoded, so that an id with a
 * slash or a space stays one path segment. */
static char *encode(char *at, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z' && *p < 128) ||
            *p == '-' || *p == '_' || *p == '.' || *p == '~') {
            *at++ = (char)*p;
        } else {
            *at++ = '%';
            *at++ = hex[*p >> 4];
            *at++ = hex[*p & 15];
        }
    }
    return at;
}

const char *tell_iri(const struct config *c, struct tell_room *room, const char *kind,
                     const char *id, const char *id2)
{
    size_t base = strlen(c->base_iri), kind_len = strlen(kind);
    size_t need = base + kind_len + 16 + 3 * strlen(id) + (id2 ? 3 * strlen(id2) + 1 : 0);
    char *at = room_end(room, need), *p = at;
    if (!at)
        return NULL;
    memcpy(p, c->base_iri, base);
    p += base;
    memcpy(p, "/activities/", 12);
    p += 12;
    memcpy(p, kind, kind_len);
    p += kind_len;
    *p++ = '/';
    p = encode(p, id);
    if (id2) {
        *p++ = '/';
        p = encode(p, id2);
    }
    *p++ = 0;
    room->used += (size_t)(p - at);
    return at;
}

/* ---- who --------------------------------------------------------------------- */

static int actor_by_email(const struct tell_scene *s, struct tell_room *room,
                          struct xapi_actor *out)
{
    char mailto[LIMIT_TITLE_BYTES + 16];
    int n = snprintf(mailto, sizeof mailto, "mailto:%s", s->learner_email);
    if (n < 0 || (size_t)n >= sizeof mailto)
        return AW_ELIMIT;
    if (s->config->actor == ACTOR_MBOX) {
        out->mbox = room_keep(room, mailto);
        return out->mbox ? AW_OK : AW_ELIMIT;
    }
    /* xAPI part 2, 4.1.2.3: the digest of the mailto IRI, not of the bare address. */
    uint8_t sha1[20];
    char hex[41];
    if (!digest_sha1(mailto, (size_t)n, sha1))
        return AW_ENOMEM;
    digest_hex(sha1, 20, hex);
    out->mbox_sha1sum = room_keep(room, hex);
    return out->mbox_sha1sum ? AW_OK : AW_ELIMIT;
}

int tell_actor(const struct tell_scene *s, struct tell_room *room, struct xapi_actor *out,
               aw_error *err)
{
    struct xapi_actor actor = {0};
    int rc = AW_OK;
    if (s->config->actor != ACTOR_ACCOUNT && given(s->learner_email)) {
        rc = actor_by_email(s, room, &actor);
    } else {
        char account[UUID5_TEXT];
        if (!identity_account(s->identity, s->learner, account))
            return error_nomem(err, "actor");
        actor.home_page = s->config->home_page;
        actor.account_name = room_keep(room, account);
        rc = actor.account_name ? AW_OK : AW_ELIMIT;
    }
    if (rc != AW_OK)
        return rc == AW_ENOMEM ? error_nomem(err, "actor") : error_set(err, rc, "actor", "cannot be made");
    if (s->config->names)
        actor.name = given(s->learner_name);
    *out = actor;
    return AW_OK;
}

/* ---- where --------------------------------------------------------------------- */

static struct xapi_activity activity(const char *id, enum xapi_type type, const char *name,
                                     const char *language)
{
    return (struct xapi_activity){
        .id = id, .type = type, .name = given(name), .name_language = given(language)};
}

static int add_tag(const struct tell_scene *s, struct tell_room *room, const char *kind,
                   const char *value, struct xapi_activity *out)
{
    const char *iri = tell_iri(s->config, room, kind, value, NULL), *name = room_keep(room, value);
    if (!iri || !name)
        return AW_ELIMIT;
    *out = activity(iri, XAPI_TYPE_TAG, name, s->course_language ? s->course_language : "en");
    return AW_OK;
}

/* A text of the attributes object. They are ours (cast.c), {"name":"value",...} without spaces, so
 * mostly no parser is needed: false where it is not that simple. Not there: *out_len 0. */
static bool plain_attribute(const char *json, const char *name, const char **out, size_t *out_len)
{
    size_t name_len = strlen(name);
    *out_len = 0;
    if (*json++ != '{')
        return false;
    for (;; json++) {
        const char *key = json + 1, *key_end = *json == '"' ? strpbrk(key, "\"\\") : NULL;
        if (!key_end || *key_end != '"' || key_end[1] != ':' || key_end[2] != '"')
            return false;
        const char *value = key_end + 3, *end = strpbrk(value, "\"\\");
        if (!end || *end != '"')
            return false;
        if ((size_t)(key_end - key) == name_len && memcmp(key, name, name_len) == 0) {
            *out = value;
            *out_len = (size_t)(end - value);
            return true;
        }
        json = end + 1;
        if (*json != ',')
            return *json == '}';
    }
}

static int tag_of(const struct tell_scene *s, struct tell_room *room, const char *kind,
                  const char *value, size_t len, struct xapi_activity *out)
{
    char text[LIMIT_ID_BYTES + 1];
    memcpy(text, value, len);
    text[len] = 0;
    return add_tag(s, room, kind, text, out);
}

#define TAG_ATTRIBUTES (sizeof tag_attributes / sizeof *tag_attributes)

static int plain_tags(const struct tell_scene *s, struct tell_room *room, struct xapi_activity *out,
                      size_t *out_count, bool *out_plain)
{
    size_t n = 0;
    int rc = AW_OK;
    *out_plain = true;
    for (size_t i = 0; i < TAG_ATTRIBUTES && rc == AW_OK; i++) {
        const char *value;
        size_t len;
        if (!plain_attribute(s->attributes, tag_attributes[i], &value, &len)) {
            *out_plain = false;
            return AW_OK;
        }
        *out_plain = len <= LIMIT_ID_BYTES;
        if (!*out_plain)
            return AW_OK;
        if (len > 0)
            rc = tag_of(s, room, tag_attributes[i], value, len, &out[n++]);
    }
    *out_count = n;
    return rc;
}

static int parsed_tags(const struct tell_scene *s, struct tell_room *room,
                       struct xapi_activity *out, size_t *out_count, aw_error *err)
{
    json_t *attributes = NULL;
    size_t n = 0;
    int rc = json_read(s->attributes, strlen(s->attributes), LIMIT_CONFIG_BYTES, "attributes",
                       &attributes, err);
    for (size_t i = 0; i < TAG_ATTRIBUTES && rc == AW_OK; i++) {
        const char *value = json_string_value(json_object_get(attributes, tag_attributes[i]));
        if (given(value))
            rc = add_tag(s, room, tag_attributes[i], value, &out[n++]);
    }
    json_decref(attributes);
    *out_count = n;
    return rc;
}

int tell_tags(const struct tell_scene *s, struct tell_room *room,
              struct xapi_activity out[TELL_TAGS], size_t *out_count, aw_error *err)
{
    size_t n = 0;
    int rc = AW_OK;
    if (given(s->attributes) && strcmp(s->attributes, "{}") != 0) {
        bool plain = false;
        rc = plain_tags(s, room, out, &n, &plain);
        if (rc == AW_OK && !plain)
            rc = parsed_tags(s, room, out, &n, err);
    }
    if (rc == AW_OK && given(s->topic_type))
        rc = add_tag(s, room, "topic-type", s->topic_type, &out[n++]);
    if (rc == AW_ELIMIT)
        return error_set(err, AW_ELIMIT, "attributes", "are too long for a statement");
    if (rc == AW_OK)
        *out_count = n;
    return rc;
}

struct places {
    struct xapi_activity course, lesson, discussion, topic, post, alert;
};

static int find_places(const struct tell_scene *s, struct tell_room *room, struct places *out,
                       aw_error *err)
{
    const struct config *c = s->config;
    bool full = false;
    memset(out, 0, sizeof *out);
    if (given(s->course)) {
        const char *iri = tell_iri(c, room, "course", s->course, NULL);
        full |= !iri;
        out->course = activity(iri, XAPI_TYPE_COURSE,
                               given(s->course_title) ? s->course_title : s->course,
                               s->course_language);
    }
    if (given(s->activity)) {
        const char *iri = tell_iri(c, room, "sco", s->course, s->activity);
        full |= !iri;
        out->lesson = activity(iri, XAPI_TYPE_LESSON, s->activity_title, s->course_language);
    }
    if (given(s->discussion)) {
        const char *iri = tell_iri(c, room, "discussion", s->discussion, NULL);
        const char *alert = tell_iri(c, room, "invitation", s->discussion, NULL);
        full |= !iri || !alert;
        out->discussion = activity(iri, XAPI_TYPE_DISCUSSION, s->discussion_title,
                                   given(s->discussion_language) ? s->discussion_language
                                                                 : s->course_language);
        out->alert = activity(alert, XAPI_TYPE_ALERT, NULL, NULL);
    }
    if (given(s->topic)) {
        const char *iri = tell_iri(c, room, "topic", s->provider, s->topic);
        full |= !iri;
        /* A topic's title is the learner's own words: kept back like the text of posts. */
        out->topic = activity(iri, XAPI_TYPE_TOPIC, c->post_text ? s->topic_title : NULL,
                              s->course_language);
        out->topic.topic_type = given(s->topic_type);
    }
    if (given(s->post)) {
        const char *iri = tell_iri(c, room, "post", s->provider, s->post);
        full |= !iri;
        out->post = activity(iri, XAPI_TYPE_POST, NULL, NULL);
    }
    return full ? error_set(err, AW_ELIMIT, "activity", "the ids are too long for a statement")
                : AW_OK;
}

static const struct xapi_activity *object_of(enum tell_object on, const struct places *p)
{
    switch (on) {
    case ON_COURSE:
        return &p->course;
    case ON_LESSON:
        return &p->lesson;
    case ON_DISCUSSION:
        return &p->discussion;
    case ON_TOPIC:
        return p->topic.id ? &p->topic : &p->discussion;
    case ON_POST:
        return &p->post;
    case ON_ALERT:
        return &p->alert;
    default:
        return NULL;
    }
}

/* ---- the statement --------------------------------------------------------------- */

uuid5 tell_id(enum tell_what what, const struct tell_scene *s, const struct tell_facts *f)
{
    char registration[UUID5_TEXT], revision[16];
    uuid5_text(&s->registration, registration);
    snprintf(revision, sizeof revision, "%u", (unsigned)f->revision);
    return uuid5_make(&s->config->site, rows[what].kind, registration, s->course, s->activity,
                      s->discussion, s->provider, s->topic, s->post, f->subject, revision,
                      UUID5_END);
}

static void set_parent(struct xapi_statement *st, enum tell_parent in, const struct places *p)
{
    const struct xapi_activity *parent = in == IN_COURSE       ? &p->course
                                         : in == IN_DISCUSSION ? &p->discussion
                                         : in == IN_TOPIC      ? &p->topic
                                                               : NULL;
    /* Seen as a whole, a discussion is subscribed to like a topic; its parent is the course. */
    if (parent == &p->discussion && st->object.id == p->discussion.id)
        parent = &p->course;
    if (parent && parent->id) {
        st->parent = parent;
        st->parent_count = 1;
    }
}

static void set_result(struct xapi_statement *st, const struct tell_facts *f)
{
    st->completion = f->completion;
    st->success = f->success;
    st->score = f->score;
    st->duration_ms = f->duration_ms;
    st->response = given(f->response);
    st->has_result = f->completion || f->success || f->duration_ms >= 0 || st->response ||
                     f->score.has_scaled || f->score.has_raw || f->score.has_min ||
                     f->score.has_max;
}

#define SUPPORTING_MEDIA "http://id.tincanapi.com/attachment/supporting_media"

/* Files go to the LRS only where the configuration says so: as bytes, or as an address. A
 * title is the learner's own words, like a post's text. */
static int set_attachments(struct xapi_statement *st, const struct tell_scene *s,
                           const struct tell_facts *f, struct tell_room *room,
                           struct xapi_attachment out[LIMIT_ATTACHMENTS])
{
    const struct config *c = s->config;
    if (!c->attachments_sent && !c->attachments_url)
        return AW_OK;
    for (size_t i = 0; i < f->attachment_count; i++) {
        const aw_attachment *a = &f->attachments[i];
        out[i] = (struct xapi_attachment){.usage_type = SUPPORTING_MEDIA,
                                          .display = c->post_text && given(a->title) ? a->title
                                                                                     : "attachment",
                                          .display_language = "en",
                                          .content_type = a->content_type, .sha2 = a->sha2,
                                          .length = a->bytes};
        if (c->attachments_url) {
            char url[LIMIT_TITLE_BYTES + 80];
            const char *mark = strstr(c->attachments_url, "{sha2}");
            snprintf(url, sizeof url, "%.*s%s%s", (int)(mark - c->attachments_url),
                     c->attachments_url, a->sha2, mark + 6);
            out[i].file_url = room_keep(room, url);
            if (!out[i].file_url)
                return AW_ELIMIT;
        }
    }
    st->attachments = out;
    st->attachment_count = f->attachment_count;
    return AW_OK;
}

static int write_record(const struct xapi_statement *st, const struct tell_scene *s, bool scorm,
                        struct buf *out, aw_error *err)
{
    struct record r = {.type = RECORD_STATEMENT, .verb = (uint8_t)st->verb, .id = st->id,
                       .flags = (uint8_t)(RECORD_OURS | (scorm ? RECORD_SCORM : 0u) |
                                          (st->attachment_count && s->config->attachments_sent
                                               ? RECORD_FILES
                                               : 0u)),
                       .course = s->course, .course_len = s->course ? strlen(s->course) : 0};
    size_t before = out->len;
    record_header(out, &r);
    int rc = xapi_statement_write(out, st, err);
    if (rc == AW_OK)
        rc = buf_error(out, "statement", err);
    if (rc != AW_OK)
        out->len = before;
    return rc;
}

int tell(enum tell_what what, const struct tell_scene *s, const struct tell_facts *f,
         struct buf *out, uuid5 *out_id, aw_error *err)
{
    static const struct xapi_activity categories[2] = {
        {.id = XAPI_PROFILE_AFTERWORD, .type = XAPI_TYPE_PROFILE},
        {.id = XAPI_PROFILE_SCORM, .type = XAPI_TYPE_PROFILE},
    };
    struct tell_room room;
    struct places places;
    struct xapi_activity grouping[3], tags[TELL_TAGS];
    struct xapi_statement st;
    struct xapi_attachment files[LIMIT_ATTACHMENTS];
    room.used = 0;
    xapi_statement_init(&st);
    int rc = tell_actor(s, &room, &st.actor, err);
    if (rc == AW_OK)
        rc = find_places(s, &room, &places, err);
    if (rc == AW_OK)
        rc = tell_tags(s, &room, tags, &st.other_count, err);
    if (rc != AW_OK)
        return rc;
    st.id = tell_id(what, s, f);
    st.timestamp_ms = s->time_ms;
    st.verb = rows[what].verb;
    st.object_is_statement = rows[what].object == ON_STATEMENT;
    if (st.object_is_statement)
        st.object_statement = f->ref;
    else
        st.object = *object_of(rows[what].object, &places);
    set_parent(&st, rows[what].parent, &places);
    set_result(&st, f);
    if (f->attachment_count && set_attachments(&st, s, f, &room, files) != AW_OK)
        return error_set(err, AW_ELIMIT, "attachments", "are too long for a statement");
    if (places.course.id)
        grouping[st.grouping_count++] = places.course;
    if (places.discussion.id)
        grouping[st.grouping_count++] = places.discussion;
    if (given(f->attempt))
        grouping[st.grouping_count++] = activity(f->attempt, XAPI_TYPE_ATTEMPT, NULL, NULL);
    st.grouping = grouping;
    st.category = categories;
    st.category_count = f->from_scorm ? 2 : 1;
    st.other = tags;
    st.has_registration = true;
    st.registration = s->registration;
    st.platform = s->config->site_name;
    st.language = given(s->course_language) ? s->course_language : s->config->language;
    st.utc_offset_min = s->utc_offset_min;
    st.has_statement_ref = f->has_ref && !st.object_is_statement;
    st.statement_ref = f->ref;
    rc = write_record(&st, s, f->from_scorm, out, err);
    if (rc == AW_OK && out_id)
        *out_id = st.id;
    return rc;
}
