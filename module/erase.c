/* erase.c - erasing a person: LRS by LRS, then here. */
#include "erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "erase_local.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "state.h"
#include "tell.h"
#include "told.h"

struct erasing {
    struct aw *aw;
    struct told *told;
    char actor_json[2048];
    char actor_text[1024]; /* the identifier's value: account name, mbox or its digest */
    uuid5 registration;    /* of what the system says */
    size_t statements;     /* about the person, at the LRS at hand */
    struct buf record;
};

/* ---- who ---------------------------------------------------------------------------- */

static int write_actor(const struct xapi_actor *a, struct erasing *e, aw_error *err)
{
    struct buf b = BUF_INIT(sizeof e->actor_json - 1);
    const char *text = a->account_name ? a->account_name : a->mbox ? a->mbox : a->mbox_sha1sum;
    buf_puts(&b, "{\"objectType\":\"Agent\",");
    if (a->account_name) {
        buf_puts(&b, "\"account\":{\"homePage\":");
        buf_json_str(&b, a->home_page);
        buf_puts(&b, ",\"name\":");
        buf_json_str(&b, a->account_name);
        buf_puts(&b, "}}");
    } else {
        buf_puts(&b, a->mbox ? "\"mbox\":" : "\"mbox_sha1sum\":");
        buf_json_str(&b, text);
        buf_putc(&b, '}');
    }
    int rc = buf_error(&b, "actor", err);
    if (rc == AW_OK) {
        snprintf(e->actor_json, sizeof e->actor_json, "%s", b.data);
        snprintf(e->actor_text, sizeof e->actor_text, "%s", text);
    }
    buf_free(&b);
    return rc;
}

static int find_actor(struct erasing *e, const char *learner, aw_error *err)
{
    struct state *s = NULL;
    struct state_person *person = calloc(1, sizeof *person);
    struct tell_room *room = calloc(1, sizeof *room);
    struct xapi_actor actor;
    int rc = person && room ? handle_state(e->aw, &s, err) : error_nomem(err, "erase");
    if (rc == AW_OK) {
        rc = state_person_get(s, learner, person, err);
        handle_state_done(e->aw);
        rc = rc == AW_ENOTFOUND ? AW_OK : rc; /* it may have been erased before, and still be out there */
    }
    if (rc == AW_OK) {
        const struct tell_scene scene = {.config = &e->aw->config, .identity = &e->aw->identity,
                                         .learner = learner, .learner_email = person->email};
        rc = tell_actor(&scene, room, &actor, err);
    }
    if (rc == AW_OK)
        rc = write_actor(&actor, e, err);
    free(person);
    free(room);
    return rc;
}

static bool is_about(const struct erasing *e, const struct record *r)
{
    json_t *statement = NULL;
    if (!memmem(r->json, r->json_len, e->actor_text, strlen(e->actor_text)) ||
        json_read(r->json, r->json_len, LIMIT_STATEMENT_BYTES, "statement", &statement, NULL) != AW_OK)
        return false;
    const json_t *actor = json_object_get(statement, "actor");
    static const char *const direct[] = {"mbox", "mbox_sha1sum"};
    const char *text = json_string_value(json_object_get(json_object_get(actor, "account"), "name"));
    for (size_t i = 0; i < 2 && !text; i++)
        text = json_string_value(json_object_get(actor, direct[i]));
    bool about = text && strcmp(text, e->actor_text) == 0;
    json_decref(statement);
    return about;
}

/* ---- one LRS ------------------------------------------------------------------------- */

static int void_one(void *context, const struct record *r, int64_t timestamp_ms, aw_error *err)
{
    struct erasing *e = context;
    char subject[UUID5_TEXT];
    struct record voiding;
    if (r->verb == XAPI_VOIDED || !is_about(e, r))
        return AW_OK;
    uuid5_text(&r->id, subject);
    /* At the voided statement's own time: made again, it has the same bytes. */
    const struct tell_scene scene = {.config = &e->aw->config, .identity = &e->aw->identity,
                                     .learner = "system", .registration = e->registration,
                                     .time_ms = timestamp_ms,
                                     .utc_offset_min = AW_UTC_OFFSET_UNKNOWN};
    struct tell_facts facts = TELL_FACTS_INIT;
    facts.subject = subject;
    facts.has_ref = true;
    facts.ref = r->id;
    buf_reset(&e->record);
    int rc = tell(TELL_WITHDRAWN, &scene, &facts, &e->record, NULL, err);
    if (rc == AW_OK)
        rc = record_read(e->record.data, e->record.len, &voiding, err);
    e->statements++;
    return rc == AW_OK ? told_send(e->told, &voiding, err) : rc;
}

static int erase_at(struct erasing *e, const char *name, const struct erase_options *o,
                    json_t *report, aw_error *err)
{
    uint64_t pending = 0;
    const char *how = "erased";
    int rc = told_open(e->aw, name, o->stop, &e->told, err);
    if (rc != AW_OK)
        return rc;
    e->statements = 0;
    rc = told_pending(e->told, &pending, err);
    if (rc == AW_OK && pending > 0 && !o->anyway)
        rc = error_set(err, AW_EBUSY, name,
                       "%llu statements still wait for this LRS; erase when they are delivered, or say "
                       "--anyway and erase once more afterwards", (unsigned long long)pending);
    if (rc == AW_OK)
        rc = xapi_lrs_erase(told_lrs(e->told), e->actor_json, err);
    if (rc == AW_EUNSUPPORTED) {
        how = "voided";
        rc = told_each(e->told, TOLD_SETTLED, 0, void_one, e, err);
        if (rc == AW_OK)
            rc = told_flush(e->told, err);
    }
    if (rc == AW_OK)
        json_array_append_new(report, json_pack("{s:s,s:s,s:I}", "name", name, "how", how,
                                                "statements", (json_int_t)e->statements));
    told_close(e->told);
    e->told = NULL;
    return rc;
}

static void remains_at(const json_t *lrs_report, json_t *remains)
{
    size_t i;
    json_t *lrs;
    json_array_foreach(lrs_report, i, lrs)
    {
        const char *name = json_string_value(json_object_get(lrs, "name"));
        long long n = (long long)json_integer_value(json_object_get(lrs, "statements"));
        if (strcmp(json_string_value(json_object_get(lrs, "how")), "voided") == 0 && n > 0)
            json_array_append_new(
                remains, json_sprintf("LRS \"%s\" keeps %lld voided statements under the pseudonym; "
                                      "readers no longer see them. Only its operator can remove them, or "
                                      "configure \"erase\".", name, n));
    }
}

/* ---- all ------------------------------------------------------------------------------ */

int erase_learner(struct aw *self, const char *learner, const struct erase_options *options,
                  json_t **out_report, aw_error *err)
{
    struct erasing e = {.aw = self, .record = BUF_INIT(LIMIT_RECORD_BYTES)};
    json_t *report = json_object(), *lrs_report = json_array(), *remains = json_array(), *lrs;
    size_t i;
    int rc = report && lrs_report && remains ? find_actor(&e, learner, err)
                                             : error_nomem(err, "erase");
    e.registration = identity_registration(&self->config, "system", "erase");
    json_array_foreach(self->config.lrs, i, lrs)
    {
        const char *name = json_string_value(json_object_get(lrs, "name"));
        if (rc == AW_OK)
            rc = erase_at(&e, name ? name : "", options, lrs_report, err);
    }
    if (rc == AW_OK)
        rc = erase_tell_remains(self, learner, e.actor_text, remains, err);
    if (rc == AW_OK)
        rc = erase_local(self, learner, e.actor_text, report, err);
    buf_free(&e.record);
    if (rc == AW_OK) {
        remains_at(lrs_report, remains);
        json_object_set_new(report, "learner", json_string(learner));
        json_object_set_new(report, "actor", json_loads(e.actor_json, 0, NULL));
        json_object_set(report, "lrs", lrs_report);
        json_object_set(report, "remains", remains);
        *out_report = json_incref(report);
    }
    json_decref(report);
    json_decref(lrs_report);
    json_decref(remains);
    return rc;
}
