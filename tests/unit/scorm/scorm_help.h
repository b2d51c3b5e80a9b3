/* scorm_help.h - for the tests of scorm/: shared data, a player's commits, the statements that come. */
#ifndef TESTS_SCORM_HELP_H
#define TESTS_SCORM_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "attempt.h"
#include "buf.h"
#include "fs.h"
#include "valid.h"

/* The bytes of a file of the shared data, or the test is skipped, visibly. */
static inline char *shared_file(const char *name, size_t *out_len)
{
    char path[4096];
    const char *shared = getenv("AW_SHARED");
    char *text = NULL;
    snprintf(path, sizeof path, "%s/data/scorm/%s", shared ? shared : "", name);
    if (fs_read(path, 1u << 24, &text, out_len, NULL) != AW_OK) {
        print_message("skipped: the shared data is not there (%s)\n", path);
        skip();
    }
    return text;
}

static inline json_t *shared_json(const char *name)
{
    size_t len;
    char *text = shared_file(name, &len);
    json_t *json = json_loadb(text, len, 0, NULL);
    free(text);
    assert_non_null(json);
    return json;
}

/* ---- one learner, one item ---------------------------------------------------- */

struct player {
    uuid5 site;
    struct scorm_context ctx;
    struct scorm_policy policy;
    struct scorm_commit commit;
    struct scorm_outcome outcome;
    struct buf blob, line;
    json_t *statements; /* of all commits so far */
    int64_t last_ms;
    int fail_after;     /* emit fails after so many, -1: never */
    aw_error err;
};

static int player_emit(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct player *p = user;
    struct xapi_fault fault = {"", ""};
    if (p->fail_after == 0) {
        if (err)
            err->code = AW_ENOSPC;
        return AW_ENOSPC;
    }
    if (p->fail_after > 0)
        p->fail_after--;
    buf_reset(&p->line);
    int rc = xapi_statement_write(&p->line, s, err);
    if (rc != AW_OK)
        print_error("%s: %s\n", err->where, err->text);
    assert_int_equal(rc, AW_OK);
    for (int v = 0; v < 2; v++) {
        rc = xapi_validate(p->line.data, p->line.len, v ? XAPI_2_0_0 : XAPI_1_0_3, &fault);
        if (rc != AW_OK)
            print_error("%s: %s in %s\n", fault.path, fault.reason, p->line.data);
        assert_int_equal(rc, AW_OK);
    }
    json_array_append_new(p->statements, json_loadb(p->line.data, p->line.len, 0, NULL));
    return AW_OK;
}

static inline void player_open(struct player *p)
{
    *p = (struct player){.blob = BUF_INIT(1u << 26), .line = BUF_INIT(1u << 20), .fail_after = -1,
                         .last_ms = INT64_MIN / 2, .err = AW_ERROR_INIT};
    p->site = uuid5_make(&uuid5_afterword, "https://learn.example.org", UUID5_END);
    p->ctx = (struct scorm_context){
        .site = &p->site, .course = "fire", .item = "item-1",
        .actor = {.home_page = "https://learn.example.org", .account_name = "u-42"},
        .course_iri = "https://learn.example.org/xapi/activities/course/fire",
        .item_iri = "https://learn.example.org/xapi/activities/sco/fire/item-1",
        .course_title = "Fire safety", .item_title = "Extinguishers", .language = "en",
        .utc_offset_min = 60, .time_ms = INT64_C(1772438400000)};
    uuid5_parse("2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a", &p->ctx.registration);
    p->ctx.last_ms = &p->last_ms;
    scorm_policy_init(&p->policy);
    scorm_commit_init(&p->commit);
    p->statements = json_array();
}

static inline void player_close(struct player *p)
{
    scorm_outcome_free(&p->outcome);
    scorm_commit_free(&p->commit);
    buf_free(&p->blob);
    buf_free(&p->line);
    json_decref(p->statements);
}

/* Sends one body ten seconds after the last. */
static inline int player_send_said(struct player *p, const char *body, size_t len, uint32_t terminated)
{
    struct buf next = BUF_INIT(1u << 26);
    int rc = scorm_commit_read(&p->commit, body, len, terminated, &p->err);
    if (rc != AW_OK)
        return rc;
    p->ctx.time_ms += 10000;
    scorm_outcome_free(&p->outcome);
    rc = scorm_attempt_apply(p->blob.data, p->blob.len, &p->commit, &p->ctx, &p->policy, player_emit, p,
                             &next, &p->outcome, &p->err);
    if (rc != AW_OK) {
        buf_free(&next);
        return rc;
    }
    buf_free(&p->blob);
    p->blob = next;
    return AW_OK;
}

static inline void player_send(struct player *p, const char *body)
{
    int rc = player_send_said(p, body, strlen(body), AW_UNKNOWN);
    if (rc != AW_OK)
        print_error("%s: %s: %s\n", aw_code_name(rc), p->err.where, p->err.text);
    assert_int_equal(rc, AW_OK);
}

static inline const char *verb_of(const json_t *statement)
{
    const char *iri = json_string_value(json_object_get(json_object_get(statement, "verb"), "id"));
    return strrchr(iri, '/') + 1;
}

/* "initialized scored passed": the verbs from statement `from` on. */
static inline void verbs_are(const struct player *p, size_t from, const char *wanted)
{
    char got[4096] = "";
    for (size_t i = from; i < json_array_size(p->statements); i++) {
        if (got[0])
            strcat(got, " ");
        strcat(got, verb_of(json_array_get(p->statements, i)));
    }
    assert_string_equal(got, wanted);
}

static inline const json_t *last_with(const struct player *p, const char *verb)
{
    for (size_t i = json_array_size(p->statements); i > 0; i--)
        if (strcmp(verb_of(json_array_get(p->statements, i - 1)), verb) == 0)
            return json_array_get(p->statements, i - 1);
    fail_msg("no statement says %s", verb);
    return NULL;
}

/* A member by its path, "result.score.raw"; NULL if it is not there. */
static inline const json_t *at(const json_t *value, const char *path)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *save, *part = strtok_r(copy, ".", &save); part && value; part = strtok_r(NULL, ".", &save))
        value = part[0] >= '0' && part[0] <= '9' && json_is_array(value)
                    ? json_array_get(value, (size_t)atoi(part)) : json_object_get(value, part);
    return value;
}

static inline const char *text_at(const json_t *value, const char *path)
{
    const json_t *found = at(value, path);
    return json_is_string(found) ? json_string_value(found) : "";
}

/* Ids never twice, timestamps strictly up, the profile's rules, one registration. */
static inline void statements_are_sound(const struct player *p)
{
    size_t count = json_array_size(p->statements);
    for (size_t i = 0; i < count; i++) {
        const json_t *s = json_array_get(p->statements, i);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(text_at(s, "id"), text_at(json_array_get(p->statements, k), "id"));
        if (i)
            assert_true(strcmp(text_at(json_array_get(p->statements, i - 1), "timestamp"),
                               text_at(s, "timestamp")) < 0);
        assert_string_equal(text_at(s, "context.registration"), "2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a");
        assert_string_equal(text_at(s, "context.contextActivities.category.0.id"),
                            "https://w3id.org/xapi/scorm");
        assert_string_equal(text_at(s, "context.contextActivities.grouping.0.definition.type"),
                            "http://adlnet.gov/expapi/activities/course");
        assert_string_equal(text_at(s, "context.contextActivities.grouping.1.definition.type"),
                            "http://adlnet.gov/expapi/activities/attempt");
        const char *type = text_at(s, "object.definition.type"), *verb = verb_of(s);
        const char *parent = text_at(s, "context.contextActivities.parent.0.definition.type");
        if (strcmp(type, "http://adlnet.gov/expapi/activities/lesson") == 0)
            assert_string_equal(parent, "http://adlnet.gov/expapi/activities/course");
        else
            assert_string_equal(parent, "http://adlnet.gov/expapi/activities/lesson");
        if (strcmp(verb, "responded") == 0)
            assert_string_equal(type, "http://adlnet.gov/expapi/activities/cmi.interaction");
        if (strcmp(verb, "commented") == 0)
            assert_non_null(at(s, "result.response"));
    }
}

#endif
