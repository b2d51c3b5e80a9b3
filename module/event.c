/*
 * event.c - one table of the fields of aw_event, and the validator that reads it.
 *
 * event_fields is the only place that knows a field's name, tag, type, limit
 * and offset. Tags are part of the journal's format: never reuse one.
 */
#include "event.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "error.h"
#include "event_fields.h"
#include "limit.h"
#include "timestamp.h"
#include "utf8.h"
#include "uuid5.h"

#define AT(member) (uint16_t)offsetof(aw_event, member)

const struct event_field event_fields[EVENT_FIELD_COUNT] = {
    /* name, tag, type, offset, limit */
    {"key", 1, FIELD_TEXT, AT(key), LIMIT_ID_BYTES},
    {"time_ms", 2, FIELD_I64, AT(time_ms), 0},
    {"utc_offset_min", 3, FIELD_I32, AT(utc_offset_min), 0},
    {"attempt", 4, FIELD_U32, AT(attempt), 0},
    {"learner", 5, FIELD_TEXT, AT(learner), LIMIT_ID_BYTES},
    {"learner_name", 6, FIELD_TEXT, AT(learner_name), LIMIT_TITLE_BYTES},
    {"learner_email", 7, FIELD_TEXT, AT(learner_email), LIMIT_TITLE_BYTES},
    {"course", 8, FIELD_TEXT, AT(course), LIMIT_ID_BYTES},
    {"course_title", 9, FIELD_TEXT, AT(course_title), LIMIT_TITLE_BYTES},
    {"language", 10, FIELD_TEXT, AT(language), LIMIT_LANGUAGE_BYTES},
    {"activity", 11, FIELD_TEXT, AT(activity), LIMIT_ID_BYTES},
    {"activity_title", 12, FIELD_TEXT, AT(activity_title), LIMIT_TITLE_BYTES},
    {"registration", 13, FIELD_TEXT, AT(registration), UUID5_TEXT - 1},
    {"success", 14, FIELD_FACT, AT(success), 0},
    {"score_scaled", 15, FIELD_REAL, AT(score_scaled), AW_SCORE_SCALED},
    {"score_raw", 16, FIELD_REAL, AT(score_raw), AW_SCORE_RAW},
    {"score_min", 17, FIELD_REAL, AT(score_min), AW_SCORE_MIN},
    {"score_max", 18, FIELD_REAL, AT(score_max), AW_SCORE_MAX},
    {"duration_ms", 19, FIELD_I64, AT(duration_ms), 0},
    {"body", 20, FIELD_BODY, AT(body), LIMIT_BODY_BYTES},
    {"terminated", 21, FIELD_FACT, AT(terminated), 0},
    {"anonymous", 22, FIELD_FACT, AT(anonymous), 0},
    {"provider", 23, FIELD_TEXT, AT(provider), 64},
    {"discussion", 24, FIELD_TEXT, AT(discussion), LIMIT_ID_BYTES},
    {"topic", 25, FIELD_TEXT, AT(topic), LIMIT_ID_BYTES},
    {"topic_type", 26, FIELD_TEXT, AT(topic_type), 32},
    {"title", 27, FIELD_TEXT, AT(title), LIMIT_TITLE_BYTES},
    {"post", 28, FIELD_TEXT, AT(post), LIMIT_ID_BYTES},
    {"parent_post", 29, FIELD_TEXT, AT(parent_post), LIMIT_ID_BYTES},
    {"revision", 30, FIELD_U32, AT(revision), 0},
    {"forum_user", 31, FIELD_TEXT, AT(forum_user), LIMIT_ID_BYTES},
    {"by", 32, FIELD_TEXT, AT(by), LIMIT_ID_BYTES},
    {"reason", 33, FIELD_TEXT, AT(reason), LIMIT_REASON_BYTES},
    {"due_ms", 34, FIELD_I64, AT(due_ms), 0},
};

/* Which fields a kind cannot do without: bits of `needs`. */
enum {
    NEED_LEARNER = 1, NEED_COURSE = 2, NEED_BODY = 4, NEED_TOPIC = 8, NEED_POST = 16,
    NEED_WHO = 32, /* learner or forum_user */ NEED_PROVIDER = 64, NEED_KEY = 128,
    NEED_DISCUSSION = 256, NEED_ACTIVITY = 512, NEED_REASON = 1024,
};

#define FORUM (NEED_WHO | NEED_PROVIDER)

static const struct {
    const char *name;
    unsigned needs;
} kinds[] = {
    [AW_EVENT_COURSE_COMPLETED] = {"course_completed", NEED_LEARNER | NEED_COURSE},
    [AW_EVENT_COURSE_PASSED] = {"course_passed", NEED_LEARNER | NEED_COURSE},
    [AW_EVENT_COURSE_FAILED] = {"course_failed", NEED_LEARNER | NEED_COURSE},
    [AW_EVENT_ACTIVITY_COMPLETED] = {"activity_completed",
                                     NEED_LEARNER | NEED_COURSE | NEED_ACTIVITY},
    [AW_EVENT_SCORM_COMMIT] = {"scorm_commit", NEED_LEARNER | NEED_COURSE | NEED_BODY},
    [AW_EVENT_LEARNER_ENROLLED] = {"learner_enrolled", NEED_LEARNER | NEED_COURSE},
    [AW_EVENT_DISCUSSION_VIEWED] = {"discussion_viewed", NEED_WHO},
    [AW_EVENT_TOPIC_POSTED] = {"topic_posted", FORUM | NEED_TOPIC},
    [AW_EVENT_POST_REPLIED] = {"post_replied", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_POST_VOTED] = {"post_voted", FORUM | NEED_TOPIC},
    [AW_EVENT_ANSWER_ACCEPTED] = {"answer_accepted", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_ANSWER_RETRACTED] = {"answer_retracted", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_POST_CORRECTED] = {"post_corrected", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_POST_FLAGGED] = {"post_flagged", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_IDEA_RECOGNISED] = {"idea_recognised", FORUM | NEED_TOPIC},
    [AW_EVENT_IDEA_IMPLEMENTED] = {"idea_implemented", FORUM | NEED_TOPIC},
    [AW_EVENT_IDEA_DECLINED] = {"idea_declined", FORUM | NEED_TOPIC | NEED_REASON},
    [AW_EVENT_SUBSCRIBED] = {"subscribed", NEED_WHO},
    [AW_EVENT_UNSUBSCRIBED] = {"unsubscribed", NEED_WHO},
    [AW_EVENT_LEFT] = {"left", NEED_WHO | NEED_DISCUSSION},
    [AW_EVENT_REJOINED] = {"rejoined", NEED_LEARNER | NEED_DISCUSSION},
    [AW_EVENT_POST_EDITED] = {"post_edited", FORUM | NEED_TOPIC | NEED_POST},
    [AW_EVENT_POST_DELETED] = {"post_deleted", NEED_PROVIDER | NEED_TOPIC | NEED_POST},
    [AW_EVENT_COMPLETION_WITHDRAWN] = {"completion_withdrawn", NEED_LEARNER | NEED_COURSE},
    [AW_EVENT_FORUM_DONE] = {"forum_done", NEED_KEY | NEED_BODY},
    [AW_EVENT_LEARNER_DELETED] = {"learner_deleted", NEED_LEARNER},
};

static const struct {
    unsigned bit;
    const char *field;
    uint16_t offset;
} needed_texts[] = {
    {NEED_LEARNER, "learner", AT(learner)},    {NEED_COURSE, "course", AT(course)},
    {NEED_TOPIC, "topic", AT(topic)},          {NEED_POST, "post", AT(post)},
    {NEED_PROVIDER, "provider", AT(provider)}, {NEED_KEY, "key", AT(key)},
    {NEED_DISCUSSION, "discussion", AT(discussion)}, {NEED_ACTIVITY, "activity", AT(activity)},
    {NEED_REASON, "reason", AT(reason)},
};

static const char *const topic_types[] = {"question", "idea", "discussion", NULL};

uint32_t event_kind_by_name(const char *name)
{
    for (uint32_t k = 1; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(kinds[k].name, name) == 0)
            return k;
    return AW_EVENT_NONE;
}

const char *event_kind_name(uint32_t kind)
{
    return kind >= 1 && kind < sizeof kinds / sizeof *kinds ? kinds[kind].name : NULL;
}

int event_normalize(const aw_event *in, aw_event *out, aw_error *err)
{
    /* The first version ended behind due_ms; nothing smaller than the kind is of use. */
    if (in->struct_size < offsetof(aw_event, key))
        return error_set(err, AW_EINVAL, "struct_size",
                         "is %u; set it to sizeof(aw_event), as AW_EVENT_INIT does",
                         (unsigned)in->struct_size);
    aw_event full = AW_EVENT_INIT;
    size_t size = in->struct_size < sizeof full ? in->struct_size : sizeof full;
    memcpy(&full, in, size);
    full.struct_size = sizeof full;
    *out = full;
    return AW_OK;
}

static const char *text_at(const aw_event *e, size_t offset)
{
    const char *text;
    memcpy(&text, (const char *)e + offset, sizeof text);
    return text && *text ? text : NULL;
}

static int check_text(const char *name, const char *text, size_t limit, aw_error *err)
{
    size_t len = strnlen(text, limit + 1), bad;
    if (len > limit)
        return error_set(err, AW_ELIMIT, name, "is longer than %zu bytes", limit);
    if (!utf8_valid(text, len, &bad))
        return error_set(err, AW_EUTF8, name, "is not valid UTF-8 at byte %zu; send text as UTF-8",
                         bad);
    return AW_OK;
}

static int check_body(const aw_event *e, aw_error *err)
{
    size_t bad;
    if (!e->body)
        return e->body_bytes ? error_set(err, AW_EINVAL, "body", "is NULL but body_bytes is not 0")
                             : AW_OK;
    if (e->body_bytes > LIMIT_BODY_BYTES)
        return error_set(err, AW_ELIMIT, "body", "is %zu bytes; at most %u are taken",
                         e->body_bytes, LIMIT_BODY_BYTES);
    if (!utf8_valid(e->body, e->body_bytes, &bad))
        return error_set(err, AW_EUTF8, "body", "is not valid UTF-8 at byte %zu", bad);
    return AW_OK;
}

static int check_texts(const aw_event *e, aw_error *err)
{
    for (size_t i = 0; i < EVENT_FIELD_COUNT; i++) {
        const struct event_field *f = &event_fields[i];
        const char *text = f->type == FIELD_TEXT ? text_at(e, f->offset) : NULL;
        int rc = text ? check_text(f->name, text, f->limit, err) : AW_OK;
        if (rc != AW_OK)
            return rc;
    }
    if (e->attribute_count > LIMIT_ATTRIBUTES)
        return error_set(err, AW_ELIMIT, "attributes", "has %zu; at most %d are taken",
                         e->attribute_count, LIMIT_ATTRIBUTES);
    for (size_t i = 0; i < e->attribute_count; i++) {
        const aw_attribute *a = &e->attributes[i];
        if (!a->name || !*a->name)
            return error_set(err, AW_EINVAL, "attributes", "the one at %zu has no name", i);
        int rc = check_text("attributes", a->name, LIMIT_ID_BYTES, err);
        if (rc == AW_OK && a->value)
            rc = check_text("attributes", a->value, LIMIT_ID_BYTES, err);
        if (rc != AW_OK)
            return rc;
    }
    return AW_OK;
}

static int check_attachments(const aw_event *e, aw_error *err)
{
    if (e->attachment_count > LIMIT_ATTACHMENTS)
        return error_set(err, AW_ELIMIT, "attachments", "has %zu; at most %d are taken",
                         e->attachment_count, LIMIT_ATTACHMENTS);
    for (size_t i = 0; i < e->attachment_count; i++) {
        const aw_attachment *a = &e->attachments[i];
        uint8_t digest[32];
        if (!a->sha2 || !digest_unhex(a->sha2, strnlen(a->sha2, 65), digest, sizeof digest))
            return error_set(err, AW_EINVAL, "attachments",
                             "the sha2 at %zu is not what aw_attachment_put gave: 64 hex digits", i);
        if (!a->content_type || !strchr(a->content_type, '/'))
            return error_set(err, AW_EINVAL, "attachments", "the one at %zu has no content_type", i);
        int rc = check_text("attachments", a->content_type, LIMIT_ID_BYTES, err);
        if (rc == AW_OK && a->title)
            rc = check_text("attachments", a->title, LIMIT_TITLE_BYTES, err);
        if (rc != AW_OK)
            return rc;
    }
    return AW_OK;
}

static int check_numbers(const aw_event *e, aw_error *err)
{
    const double score[4] = {e->score_scaled, e->score_raw, e->score_min, e->score_max};
    static const char *const names[4] = {"score_scaled", "score_raw", "score_min", "score_max"};
    for (unsigned i = 0; i < 4; i++)
        if ((e->score_given & 1u << i) && !isfinite(score[i]))
            return error_set(err, AW_EINVAL, names[i], "is not a finite number");
    if (e->time_ms < 0 || e->time_ms > TIMESTAMP_MAX_MS)
        return error_set(err, AW_EINVAL, "time_ms",
                         "is %lld; it is UTC milliseconds since 1970 (0: now)",
                         (long long)e->time_ms);
    if (e->utc_offset_min != AW_UTC_OFFSET_UNKNOWN &&
        (e->utc_offset_min < -14 * 60 || e->utc_offset_min > 14 * 60))
        return error_set(err, AW_EINVAL, "utc_offset_min",
                         "is %d; it is minutes from -840 to 840", (int)e->utc_offset_min);
    if (e->success > AW_YES || e->terminated > AW_YES || e->anonymous > AW_YES)
        return error_set(err, AW_EINVAL, "success", "is AW_UNKNOWN, AW_NO or AW_YES");
    return AW_OK;
}

static int check_needs(const aw_event *e, aw_error *err)
{
    unsigned needs = kinds[e->kind].needs;
    for (size_t i = 0; i < sizeof needed_texts / sizeof *needed_texts; i++)
        if ((needs & needed_texts[i].bit) && !text_at(e, needed_texts[i].offset))
            return error_set(err, AW_EINVAL, needed_texts[i].field, "is missing; %s needs it",
                             kinds[e->kind].name);
    if ((needs & NEED_WHO) && !text_at(e, AT(learner)) && !text_at(e, AT(forum_user)))
        return error_set(err, AW_EINVAL, "learner", "is missing; %s needs it (or forum_user)",
                         kinds[e->kind].name);
    if ((needs & NEED_BODY) && (!e->body || e->body_bytes == 0))
        return error_set(err, AW_EINVAL, "body", "is missing; %s needs it", kinds[e->kind].name);
    return AW_OK;
}

int event_validate(const aw_event *e, aw_error *err)
{
    if (!event_kind_name(e->kind))
        return error_set(err, AW_EUNSUPPORTED, "kind",
                         "event kind %u is not known to version " AW_VERSION_STRING,
                         (unsigned)e->kind);
    int rc = check_needs(e, err);
    if (rc == AW_OK)
        rc = check_texts(e, err);
    if (rc == AW_OK)
        rc = check_numbers(e, err);
    if (rc == AW_OK)
        rc = check_body(e, err);
    if (rc == AW_OK && e->attachment_count)
        rc = check_attachments(e, err);
    if (rc != AW_OK)
        return rc;
    uuid5 id;
    const char *registration = text_at(e, AT(registration)), *type = text_at(e, AT(topic_type));
    if (registration && !uuid5_parse(registration, &id))
        return error_set(err, AW_EINVAL, "registration",
                         "is not a UUID such as 2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a");
    if (type) {
        size_t i = 0;
        while (topic_types[i] && strcmp(topic_types[i], type) != 0)
            i++;
        if (!topic_types[i])
            return error_set(err, AW_EINVAL, "topic_type",
                             "is \"%.32s\"; it is question, idea or discussion", type);
    }
    return AW_OK;
}

void event_key(const aw_event *e, char out[64])
{
    char number[3][24];
    const char *given = text_at(e, AT(key));
    snprintf(number[0], sizeof number[0], "%u", (unsigned)e->kind);
    snprintf(number[1], sizeof number[1], "%u", (unsigned)e->attempt);
    snprintf(number[2], sizeof number[2], "%u", (unsigned)e->revision);
    uuid5 id = given ? uuid5_make(&uuid5_afterword, "key", number[0], given, UUID5_END)
                     : uuid5_make(&uuid5_afterword, "event", number[0], e->learner, e->forum_user,
                                  e->course, e->activity, e->registration, number[1], e->provider,
                                  e->discussion, e->topic, e->post, number[2], UUID5_END);
    uuid5_text(&id, out);
}
