/*
 * hook.c - aw_notify: validate, encode, append. The hot path.
 *
 * No network, no database, no thread, no lock that a slow sink could hold. What
 * is added here must be measured first (scripts/bench, bars 1 to 3).
 */
#include <string.h>

#include "buf.h"
#include "error.h"
#include "event.h"
#include "handle.h"
#include "known.h"
#include "limit.h"

static int append(struct aw *self, const aw_event *event, aw_error *err)
{
    struct buf record = BUF_INIT(LIMIT_RECORD_BYTES);
    int rc = event_encode(event, &record, err);
    if (rc == AW_OK)
        rc = log_append(self->journal, record.data, record.len, NULL, err);
    buf_free(&record);
    return rc;
}

/* The name is made of learner and discussion: without them it would be another, or none. */
static int can_be_anonymous(const aw_event *event, aw_error *err)
{
    const char *missing = !event->learner || !*event->learner         ? "learner"
                          : !event->discussion || !*event->discussion ? "discussion"
                                                                      : NULL;
    return missing ? error_set(err, AW_EINVAL, missing, "is missing; what is anonymous needs it")
                   : AW_OK;
}

/* Who asks anonymously does not even stand in the journal: the event goes in under a
 * name that only the key connects with the learner, and without anything that tells. */
static bool make_anonymous(const struct aw *self, aw_event *event, char name[48])
{
    if (!identity_anonymous(&self->identity, event->learner, event->discussion, name))
        return false;
    event->learner = name;
    event->learner_name = event->learner_email = event->registration = event->forum_user = NULL;
    event->by = event->key = NULL; /* a host's own key may be made of the learner's id */
    event->attribute_count = 0;
    event->utc_offset_min = AW_UTC_OFFSET_UNKNOWN;
    return true;
}

static int notify(struct aw *self, const aw_event *event, aw_error *err)
{
    char anonymous[48];
    aw_attachment files[LIMIT_ATTACHMENTS];
    aw_event e = *event;
    int rc = event_validate(&e, err);
    if (rc == AW_OK && e.course && *e.course && !self->config.accept_unknown_courses)
        rc = known_check(self->known, e.course, err);
    if (rc != AW_OK)
        return rc;
    if (e.anonymous == AW_YES)
        rc = can_be_anonymous(&e, err);
    if (rc != AW_OK)
        return rc;
    if (e.anonymous == AW_YES && !make_anonymous(self, &e, anonymous))
        return error_nomem(err, "anonymous");
    if (e.attachment_count) {
        attach_measure(self, &e, files);
        e.attachments = files;
    }
    if (e.time_ms == 0)
        e.time_ms = handle_now_ms(self);
    return append(self, &e, err);
}

int aw_notify(aw *self, const aw_event *event, aw_error *err)
{
    aw_event full;
    if (!self || !event)
        return error_set(err, AW_EINVAL, self ? "event" : "aw", "is NULL");
    int rc = event_normalize(event, &full, err);
    return rc == AW_OK ? notify(self, &full, err) : rc;
}

int aw_notify_json(aw *self, const char *json, size_t json_bytes, aw_error *err)
{
    struct event_owned e;
    if (!self || !json)
        return error_set(err, AW_EINVAL, self ? "json" : "aw", "is NULL");
    int rc = event_from_json(json, json_bytes, &e, err);
    if (rc != AW_OK)
        return rc;
    rc = notify(self, &e.event, err);
    event_json_free(&e);
    return rc;
}

void aw_worker_wake(aw *self)
{
    if (self)
        log_wake(self->journal);
}
