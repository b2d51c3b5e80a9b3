/*
 * event.c - an aw_event from a PHP array, member by member through one table.
 *
 * The names are those of the JSON form (aw_notify_json). Types are strict, so
 * that a host's mistake is found where it is made: text takes text or a whole
 * number (ids are numbers in many a host), facts take true or false, null means
 * "not given", and a name that is not in the table is refused. What a value
 * means is the library's to judge.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "php_afterword.h"

enum member_type { TEXT, BODY, WHOLE64, WHOLE32, COUNT32, FACT, REAL };

struct member {
    const char *name;
    size_t length;
    enum member_type type;
    size_t offset;
    uint32_t bit; /* of a REAL: in score_given */
};

#define MEMBER(name, type, field, bit) {name, sizeof name - 1, type, offsetof(aw_event, field), bit}
#define SAME(field, type) MEMBER(#field, type, field, 0)

static const struct member members[] = {
    SAME(key, TEXT),
    SAME(time_ms, WHOLE64),
    SAME(utc_offset_min, WHOLE32),
    SAME(attempt, COUNT32),
    SAME(learner, TEXT),
    SAME(learner_name, TEXT),
    SAME(learner_email, TEXT),
    SAME(course, TEXT),
    SAME(course_title, TEXT),
    SAME(language, TEXT),
    SAME(activity, TEXT),
    SAME(activity_title, TEXT),
    SAME(registration, TEXT),
    SAME(success, FACT),
    MEMBER("score_scaled", REAL, score_scaled, AW_SCORE_SCALED),
    MEMBER("score_raw", REAL, score_raw, AW_SCORE_RAW),
    MEMBER("score_min", REAL, score_min, AW_SCORE_MIN),
    MEMBER("score_max", REAL, score_max, AW_SCORE_MAX),
    SAME(duration_ms, WHOLE64),
    SAME(body, BODY),
    SAME(terminated, FACT),
    SAME(anonymous, FACT),
    SAME(provider, TEXT),
    SAME(discussion, TEXT),
    SAME(topic, TEXT),
    SAME(topic_type, TEXT),
    SAME(title, TEXT),
    SAME(post, TEXT),
    SAME(parent_post, TEXT),
    SAME(revision, COUNT32),
    SAME(forum_user, TEXT),
    SAME(by, TEXT),
    SAME(reason, TEXT),
    SAME(due_ms, WHOLE64),
};

static const struct member score_members[] = {
    MEMBER("scaled", REAL, score_scaled, AW_SCORE_SCALED),
    MEMBER("raw", REAL, score_raw, AW_SCORE_RAW),
    MEMBER("min", REAL, score_min, AW_SCORE_MIN),
    MEMBER("max", REAL, score_max, AW_SCORE_MAX),
};

#define COUNT(table) (sizeof table / sizeof *table)

/* An array's keys are checked against a table; the names of kinds against this one. */
static const char *const kind_names[] = {
    [AW_EVENT_COURSE_COMPLETED] = "course_completed",
    [AW_EVENT_COURSE_PASSED] = "course_passed",
    [AW_EVENT_COURSE_FAILED] = "course_failed",
    [AW_EVENT_ACTIVITY_COMPLETED] = "activity_completed",
    [AW_EVENT_SCORM_COMMIT] = "scorm_commit",
    [AW_EVENT_LEARNER_ENROLLED] = "learner_enrolled",
    [AW_EVENT_DISCUSSION_VIEWED] = "discussion_viewed",
    [AW_EVENT_TOPIC_POSTED] = "topic_posted",
    [AW_EVENT_POST_REPLIED] = "post_replied",
    [AW_EVENT_POST_VOTED] = "post_voted",
    [AW_EVENT_ANSWER_ACCEPTED] = "answer_accepted",
    [AW_EVENT_ANSWER_RETRACTED] = "answer_retracted",
    [AW_EVENT_POST_CORRECTED] = "post_corrected",
    [AW_EVENT_POST_FLAGGED] = "post_flagged",
    [AW_EVENT_IDEA_RECOGNISED] = "idea_recognised",
    [AW_EVENT_IDEA_IMPLEMENTED] = "idea_implemented",
    [AW_EVENT_IDEA_DECLINED] = "idea_declined",
    [AW_EVENT_SUBSCRIBED] = "subscribed",
    [AW_EVENT_UNSUBSCRIBED] = "unsubscribed",
    [AW_EVENT_LEFT] = "left",
    [AW_EVENT_REJOINED] = "rejoined",
    [AW_EVENT_POST_EDITED] = "post_edited",
    [AW_EVENT_POST_DELETED] = "post_deleted",
    [AW_EVENT_COMPLETION_WITHDRAWN] = "completion_withdrawn",
    [AW_EVENT_FORUM_DONE] = "forum_done",
    [AW_EVENT_LEARNER_DELETED] = "learner_deleted",
};

static bool refuse(const char *name, const char *wanted)
{
    afterword_throw_text(AW_EINVAL, name, "must be %s, or left out", wanted);
    return false;
}

/* Takes a reference that lives until afterword_pins_free(). */
static void pin(struct afterword_pins *pins, zend_string *text)
{
    if (pins->count == pins->size) {
        pins->size = pins->size ? pins->size * 2 : 16;
        pins->list = safe_erealloc(pins->list, pins->size, sizeof *pins->list, 0);
    }
    pins->list[pins->count++] = text;
}

void afterword_pins_free(struct afterword_pins *pins)
{
    for (size_t i = 0; i < pins->count; i++)
        zend_string_release(pins->list[i]);
    if (pins->list)
        efree(pins->list);
    if (pins->attributes)
        efree(pins->attributes);
    memset(pins, 0, sizeof *pins);
}

static zend_string *text_of(const char *name, zval *value, struct afterword_pins *pins)
{
    zend_string *text;
    if (Z_TYPE_P(value) == IS_STRING) {
        text = zend_string_copy(Z_STR_P(value));
    } else if (Z_TYPE_P(value) == IS_LONG) {
        text = zend_long_to_str(Z_LVAL_P(value));
    } else {
        refuse(name, "text");
        return NULL;
    }
    pin(pins, text);
    return text;
}

/* The library's texts end at a NUL; one inside would cut the text unseen. */
static bool has_nul(const char *name, const zend_string *text)
{
    if (strlen(ZSTR_VAL(text)) == ZSTR_LEN(text))
        return false;
    afterword_throw_text(AW_EUTF8, name, "holds the character U+0000");
    return true;
}

static bool set_text(void *at, const struct member *m, zval *value, struct afterword_pins *pins)
{
    zend_string *text = text_of(m->name, value, pins);
    if (!text || has_nul(m->name, text))
        return false;
    const char *bytes = ZSTR_VAL(text);
    memcpy(at, &bytes, sizeof bytes);
    return true;
}

static bool set_whole(void *at, const struct member *m, zval *value)
{
    if (Z_TYPE_P(value) != IS_LONG)
        return refuse(m->name, "a whole number");
    int64_t wide = Z_LVAL_P(value);
    int64_t low = m->type == COUNT32 ? 0 : m->type == WHOLE32 ? INT32_MIN : INT64_MIN;
    int64_t high = m->type == COUNT32 ? UINT32_MAX : m->type == WHOLE32 ? INT32_MAX : INT64_MAX;
    if (wide < low || wide > high)
        return refuse(m->name, m->type == COUNT32 ? "a whole number from 0 to 4294967295"
                                                  : "a whole number of 32 bits");
    if (m->type == WHOLE64) {
        memcpy(at, &wide, sizeof wide);
    } else {
        uint32_t bits = (uint32_t)wide; /* as stored, signed or not */
        memcpy(at, &bits, sizeof bits);
    }
    return true;
}

static bool set_real(aw_event *e, void *at, const struct member *m, zval *value)
{
    double real;
    if (Z_TYPE_P(value) == IS_DOUBLE)
        real = Z_DVAL_P(value);
    else if (Z_TYPE_P(value) == IS_LONG)
        real = (double)Z_LVAL_P(value);
    else
        return refuse(m->name, "a number");
    memcpy(at, &real, sizeof real);
    e->score_given |= m->bit;
    return true;
}

static bool set_member(aw_event *e, const struct member *m, zval *value,
                       struct afterword_pins *pins)
{
    char *at = (char *)e + m->offset;
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_NULL)
        return true;
    switch (m->type) {
    case TEXT:
        return set_text(at, m, value, pins);
    case BODY: {
        zend_string *text = text_of(m->name, value, pins);
        if (!text)
            return false;
        e->body = ZSTR_VAL(text);
        e->body_bytes = ZSTR_LEN(text);
        return true;
    }
    case FACT: {
        if (Z_TYPE_P(value) != IS_TRUE && Z_TYPE_P(value) != IS_FALSE)
            return refuse(m->name, "true or false");
        uint32_t fact = Z_TYPE_P(value) == IS_TRUE ? AW_YES : AW_NO;
        memcpy(at, &fact, sizeof fact);
        return true;
    }
    case REAL:
        return set_real(e, at, m, value);
    default:
        return set_whole(at, m, value);
    }
}

static const struct member *find(const struct member *table, size_t count, const zend_string *name)
{
    for (size_t i = 0; i < count; i++)
        if (zend_string_equals_cstr(name, table[i].name, table[i].length))
            return &table[i];
    return NULL;
}

static bool set_kind(aw_event *e, zval *value)
{
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) != IS_STRING) {
        afterword_throw_text(AW_EINVAL, "kind", "must be text such as \"course_completed\"");
        return false;
    }
    for (uint32_t k = 1; k < COUNT(kind_names); k++) {
        if (zend_string_equals_cstr(Z_STR_P(value), kind_names[k], strlen(kind_names[k]))) {
            e->kind = k;
            return true;
        }
    }
    afterword_throw_text(AW_EUNSUPPORTED, "kind", "\"%.64s\" is not an event kind",
                         Z_STRVAL_P(value));
    return false;
}

static bool set_score(aw_event *e, zval *value, struct afterword_pins *pins)
{
    zend_ulong index;
    zend_string *name;
    zval *member;
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_NULL)
        return true;
    if (Z_TYPE_P(value) != IS_ARRAY)
        return refuse("score", "an array of scaled, raw, min and max");
    ZEND_HASH_FOREACH_KEY_VAL(Z_ARRVAL_P(value), index, name, member)
    {
        (void)index;
        const struct member *m = name ? find(score_members, COUNT(score_members), name) : NULL;
        if (!m) {
            afterword_throw_text(AW_EINVAL, "score", "has a member that is none of scaled, raw, "
                                                     "min and max: \"%.60s\"",
                                 name ? ZSTR_VAL(name) : "(a number)");
            return false;
        }
        if (!set_member(e, m, member, pins))
            return false;
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

static bool set_attributes(aw_event *e, zval *value, struct afterword_pins *pins)
{
    zend_ulong index;
    zend_string *name;
    zval *member;
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_NULL)
        return true;
    if (Z_TYPE_P(value) != IS_ARRAY)
        return refuse("attributes", "an array of texts by name");
    if (pins->attributes)
        efree(pins->attributes);
    pins->attributes = ecalloc(zend_hash_num_elements(Z_ARRVAL_P(value)) + 1u, sizeof(aw_attribute));
    e->attributes = pins->attributes;
    e->attribute_count = 0;
    ZEND_HASH_FOREACH_KEY_VAL(Z_ARRVAL_P(value), index, name, member)
    {
        ZVAL_DEREF(member);
        if (Z_TYPE_P(member) == IS_NULL)
            continue;
        /* PHP makes the name "2026" a number. */
        zend_string *key = name ? zend_string_copy(name) : zend_long_to_str((zend_long)index);
        pin(pins, key);
        zend_string *text = text_of("attributes", member, pins);
        if (!text || has_nul("attributes", key) || has_nul("attributes", text))
            return false;
        pins->attributes[e->attribute_count++] = (aw_attribute){ZSTR_VAL(key), ZSTR_VAL(text)};
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

static bool set_named(aw_event *e, const zend_string *name, zval *value,
                      struct afterword_pins *pins)
{
    if (zend_string_equals_literal(name, "kind"))
        return set_kind(e, value);
    if (zend_string_equals_literal(name, "score"))
        return set_score(e, value, pins);
    if (zend_string_equals_literal(name, "attributes"))
        return set_attributes(e, value, pins);
    const struct member *m = find(members, COUNT(members), name);
    if (m)
        return set_member(e, m, value, pins);
    afterword_throw_text(AW_EINVAL, "event", "\"%.60s\" is not a member of an event",
                         ZSTR_VAL(name));
    return false;
}

bool afterword_event(HashTable *from, aw_event *out, struct afterword_pins *pins)
{
    aw_event event = AW_EVENT_INIT;
    zend_ulong index;
    zend_string *name;
    zval *value;
    ZEND_HASH_FOREACH_KEY_VAL(from, index, name, value)
    {
        if (!name) {
            afterword_throw_text(AW_EINVAL, "event", "has the number " ZEND_ULONG_FMT
                                                     " where a member's name belongs", index);
            return false;
        }
        if (!set_named(&event, name, value, pins))
            return false;
    }
    ZEND_HASH_FOREACH_END();
    if (!event.kind) {
        afterword_throw_text(AW_EINVAL, "kind", "is missing; say what happened, for example "
                                                "\"course_completed\"");
        return false;
    }
    *out = event;
    return true;
}
