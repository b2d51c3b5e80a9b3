/* event_json.c - an event from its JSON form, member by member through the field table. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "event.h"
#include "event_fields.h"
#include "json.h"
#include "limit.h"
#include "timestamp.h"

/* What the event's text lives in: the parsed JSON, and the attributes. */
struct json_memory {
    json_t *root;
    aw_attribute attributes[LIMIT_ATTRIBUTES];
    aw_attachment attachments[LIMIT_ATTACHMENTS];
};

static int set_fact(aw_event *e, const struct event_field *f, const json_t *obj, aw_error *err)
{
    const json_t *v = json_object_get(obj, f->name);
    if (!v || json_is_null(v))
        return AW_OK;
    if (!json_is_boolean(v))
        return error_set(err, AW_EINVAL, f->name, "must be true or false, or left out");
    uint32_t fact = json_is_true(v) ? AW_YES : AW_NO;
    memcpy((char *)e + f->offset, &fact, sizeof fact);
    return AW_OK;
}

static int set_whole(aw_event *e, const struct event_field *f, const json_t *obj, aw_error *err)
{
    bool wide = f->type == FIELD_I64, is_signed = f->type != FIELD_U32;
    int64_t low = wide ? INT64_MIN : is_signed ? INT32_MIN : 0;
    int64_t high = wide ? INT64_MAX : is_signed ? INT32_MAX : UINT32_MAX, value;
    char *at = (char *)e + f->offset;
    int32_t small;
    if (wide) {
        memcpy(&value, at, 8);
    } else {
        memcpy(&small, at, 4);
        value = small;
    }
    int rc = json_get_i64(obj, f->name, low, high, &value, err);
    if (rc != AW_OK)
        return rc;
    if (wide) {
        memcpy(at, &value, 8);
    } else {
        uint32_t bits = (uint32_t)value; /* as stored, signed or not */
        memcpy(at, &bits, 4);
    }
    return AW_OK;
}

static int set_member(aw_event *e, const struct event_field *f, const json_t *obj, aw_error *err)
{
    const char *text = NULL;
    int rc;
    switch (f->type) {
    case FIELD_TEXT:
        rc = json_get_text(obj, f->name, f->limit, &text, err);
        if (text)
            memcpy((char *)e + f->offset, &text, sizeof text);
        return rc;
    case FIELD_BODY: {
        const json_t *v = json_object_get(obj, f->name);
        rc = json_get_text(obj, f->name, f->limit, &text, err);
        if (rc == AW_OK && text) {
            e->body = text;
            e->body_bytes = json_string_length(v);
        }
        return rc;
    }
    case FIELD_REAL: {
        double value = 0;
        bool given = false;
        rc = json_get_real(obj, f->name, &value, &given, err);
        if (rc == AW_OK && given) {
            memcpy((char *)e + f->offset, &value, sizeof value);
            e->score_given |= f->limit;
        }
        return rc;
    }
    case FIELD_FACT:
        return set_fact(e, f, obj, err);
    default:
        return set_whole(e, f, obj, err);
    }
}

static int set_score(aw_event *e, const json_t *root, aw_error *err)
{
    static const char *const names[] = {"scaled", "raw", "min", "max", NULL};
    double *const out[] = {&e->score_scaled, &e->score_raw, &e->score_min, &e->score_max};
    const json_t *score = NULL;
    int rc = json_get_object(root, "score", &score, err);
    if (rc != AW_OK || !score)
        return rc;
    rc = json_only(score, "score", names, err);
    for (unsigned i = 0; i < 4 && rc == AW_OK; i++) {
        bool given = false;
        rc = json_get_real(score, names[i], out[i], &given, err);
        if (given)
            e->score_given |= 1u << i;
    }
    return rc;
}

static int set_attributes(aw_event *e, struct json_memory *m, aw_error *err)
{
    const json_t *attributes = NULL;
    int rc = json_get_object(m->root, "attributes", &attributes, err);
    if (rc != AW_OK || !attributes)
        return rc;
    if (json_object_size(attributes) > LIMIT_ATTRIBUTES)
        return error_set(err, AW_ELIMIT, "attributes", "has %zu members; at most %d are taken",
                         json_object_size(attributes), LIMIT_ATTRIBUTES);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)attributes, name, value)
    {
        if (!json_is_string(value))
            return error_set(err, AW_EINVAL, "attributes", "\"%.60s\" must be text", name);
        m->attributes[e->attribute_count++] = (aw_attribute){name, json_string_value(value)};
    }
    e->attributes = m->attributes;
    return AW_OK;
}

static int set_attachments(aw_event *e, struct json_memory *m, aw_error *err)
{
    static const char *const names[] = {"sha2", "content_type", "title", "bytes", NULL};
    const json_t *list = NULL;
    size_t i;
    json_t *item;
    int rc = json_get_array(m->root, "attachments", &list, err);
    if (rc == AW_OK && json_array_size(list) > LIMIT_ATTACHMENTS)
        rc = error_set(err, AW_ELIMIT, "attachments", "has %zu; at most %d are taken",
                       json_array_size(list), LIMIT_ATTACHMENTS);
    json_array_foreach(list, i, item)
    {
        aw_attachment *a = &m->attachments[i];
        int64_t bytes = 0;
        if (rc != AW_OK || (rc = json_want_object(item, "attachments", err)) != AW_OK ||
            (rc = json_only(item, "attachments", names, err)) != AW_OK ||
            (rc = json_get_text(item, "sha2", 64, &a->sha2, err)) != AW_OK ||
            (rc = json_get_text(item, "content_type", LIMIT_ID_BYTES, &a->content_type, err)) !=
                AW_OK ||
            (rc = json_get_text(item, "title", LIMIT_TITLE_BYTES, &a->title, err)) != AW_OK ||
            (rc = json_get_i64(item, "bytes", 0, LIMIT_ATTACHMENT_BYTES, &bytes, err)) != AW_OK)
            return rc;
        a->bytes = (uint64_t)bytes;
        e->attachment_count++;
    }
    e->attachments = m->attachments;
    return rc;
}

static int set_time(aw_event *e, const json_t *root, aw_error *err)
{
    const char *text = NULL;
    int rc = json_get_text(root, "time", 64, &text, err);
    if (rc != AW_OK || !text)
        return rc;
    int32_t offset;
    if (!timestamp_parse(text, strlen(text), &e->time_ms, &offset))
        return error_set(err, AW_EINVAL, "time",
                         "\"%.40s\" is not an RFC 3339 time such as 2026-03-02T09:00:00+01:00", text);
    /* "Z" says nothing about where the learner is. */
    if (e->utc_offset_min == AW_UTC_OFFSET_UNKNOWN && text[strlen(text) - 1] != 'Z')
        e->utc_offset_min = offset;
    return AW_OK;
}

static int set_kind(aw_event *e, const json_t *root, aw_error *err)
{
    const char *name = NULL;
    int rc = json_get_text(root, "kind", 64, &name, err);
    if (rc != AW_OK)
        return rc;
    if (!name)
        return error_set(err, AW_EINVAL, "kind", "is missing; say what happened, for example "
                                                 "\"course_completed\"");
    e->kind = event_kind_by_name(name);
    if (!e->kind)
        return error_set(err, AW_EUNSUPPORTED, "kind", "\"%.64s\" is not an event kind", name);
    return AW_OK;
}

static int only_known(const json_t *root, aw_error *err)
{
    const char *names[EVENT_FIELD_COUNT + 6];
    size_t n = 0;
    for (; n < EVENT_FIELD_COUNT; n++)
        names[n] = event_fields[n].name;
    names[n++] = "kind";
    names[n++] = "time";
    names[n++] = "score";
    names[n++] = "attributes";
    names[n++] = "attachments";
    names[n] = NULL;
    return json_only(root, "event", names, err);
}

int event_from_json(const char *json, size_t len, struct event_owned *out, aw_error *err)
{
    struct json_memory *m = calloc(1, sizeof *m);
    if (!m)
        return error_nomem(err, "event");
    aw_event e = AW_EVENT_INIT;
    int rc = json_read(json, len, LIMIT_EVENT_JSON_BYTES, "event", &m->root, err);
    if (rc == AW_OK)
        rc = json_want_object(m->root, "event", err);
    if (rc == AW_OK)
        rc = only_known(m->root, err);
    if (rc == AW_OK)
        rc = set_kind(&e, m->root, err);
    for (size_t i = 0; i < EVENT_FIELD_COUNT && rc == AW_OK; i++)
        rc = set_member(&e, &event_fields[i], m->root, err);
    if (rc == AW_OK)
        rc = set_score(&e, m->root, err);
    if (rc == AW_OK)
        rc = set_attributes(&e, m, err);
    if (rc == AW_OK)
        rc = set_attachments(&e, m, err);
    if (rc == AW_OK)
        rc = set_time(&e, m->root, err);
    if (rc != AW_OK) {
        json_decref(m->root);
        free(m);
        return rc;
    }
    out->event = e;
    out->memory = m;
    return AW_OK;
}

void event_json_free(struct event_owned *e)
{
    struct json_memory *m = e->memory;
    if (m)
        json_decref(m->root);
    free(m);
    memset(e, 0, sizeof *e);
}
