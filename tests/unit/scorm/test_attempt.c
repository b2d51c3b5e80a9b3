/*
 * test_attempt.c - attempts from commit to commit: decisions, sessions, resuming, duplicates,
 * and the mistakes that other converters make.
 */
#include "scorm_help.h"

#include "attempt_state.h"

static struct player p;

static int setup(void **state)
{
    (void)state;
    player_open(&p);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    player_close(&p);
    return 0;
}

/* A wrapped body of 1.2: status, raw, mastery, exit, entry, session time, sequence, more of cmi. */
static void send_12(const char *status, const char *raw, const char *mastery, const char *exit_,
                    const char *entry, int seconds, int sequence, const char *terminated, const char *more)
{
    char body[8000];
    snprintf(body, sizeof body,
             "{\"runtimeData\":{\"cmi\":{\"core\":{\"lesson_status\":\"%s\",\"exit\":\"%s\",\"entry\":\"%s\","
             "\"credit\":\"credit\",\"lesson_mode\":\"normal\",\"session_time\":\"00:00:%02d\","
             "\"score\":{\"raw\":\"%s\",\"min\":\"\",\"max\":\"100\"}},"
             "\"student_data\":{\"mastery_score\":\"%s\"}%s}},\"terminated\":%s,\"commitSequence\":%d}",
             status, exit_, entry, seconds, raw, mastery, more, terminated, sequence);
    player_send(&p, body);
}

static void send_2004(const char *members, const char *terminated, int sequence)
{
    char body[8000];
    snprintf(body, sizeof body,
             "{\"runtimeData\":{\"cmi\":{\"mode\":\"normal\",\"credit\":\"credit\",%s}},\"terminated\":%s,"
             "\"commitSequence\":%d}", members, terminated, sequence);
    player_send(&p, body);
}

static const char *resume_json(struct buf *out)
{
    buf_reset(out);
    assert_int_equal(scorm_attempt_resume_json(p.blob.data, p.blob.len, out, &p.err), AW_OK);
    json_t *parsed = json_loadb(out->data, out->len, JSON_ALLOW_NUL, NULL);
    assert_non_null(parsed);
    json_decref(parsed);
    return out->data;
}

/* ---- decisions over commits ---------------------------------------------------------- */

static void test_golf_decides_at_the_end(void **state)
{
    (void)state;
    send_12("incomplete", "", "", "", "ab-initio", 0, 1, "false", "");
    verbs_are(&p, 0, "initialized");
    send_12("completed", "", "", "", "ab-initio", 0, 2, "false", ""); /* its last page */
    verbs_are(&p, 1, "");
    assert_false(p.outcome.decision.final);
    send_12("failed", "40", "", "", "ab-initio", 9, 3, "true", ""); /* its quiz */
    verbs_are(&p, 1, "scored failed terminated");
    assert_true(p.outcome.became_final && p.outcome.terminated && p.outcome.changed);
    assert_int_equal(p.outcome.decision.completion, SCORM_INCOMPLETE);
    assert_string_equal(p.outcome.decision.because, "failed because the content set lesson_status failed");
    statements_are_sound(&p);
}

static void test_mastery_beats_the_status(void **state)
{
    (void)state;
    send_12("completed", "100", "80", "", "", 9, 1, "true", "");
    verbs_are(&p, 0, "initialized scored passed completed terminated");
    assert_string_equal(p.outcome.decision.because, "passed because raw 100 >= mastery 80");
    assert_true(p.outcome.scaled.given && p.outcome.scaled.value == 1.0);
    const json_t *s = last_with(&p, "completed");
    assert_true(json_is_true(at(s, "result.completion")) && json_is_true(at(s, "result.success")));
    assert_string_equal(text_at(s, "result.duration"), "PT9S");
    statements_are_sound(&p);
}

/* Where the player does not repeat the mastery score the manifest's counts. */
static void test_the_manifest_knows_the_measures(void **state)
{
    (void)state;
    p.ctx.mastery = (struct scorm_number){true, 80};
    send_12("passed", "79", "", "", "", 9, 1, "true", "");
    assert_int_equal(p.outcome.decision.success, SCORM_FAILED);
    player_close(&p);
    player_open(&p);
    p.ctx.passing = (struct scorm_number){true, 0.5};
    p.ctx.threshold = (struct scorm_number){true, 1};
    send_2004("\"score\":{\"scaled\":\"0.6\"},\"progress_measure\":\"0.9\"", "true", 1);
    assert_int_equal(p.outcome.decision.success, SCORM_PASSED);
    assert_int_equal(p.outcome.decision.completion, SCORM_INCOMPLETE);
    send_2004("\"entry\":\"ab-initio\",\"score\":{\"scaled\":\"0.6\"},\"scaled_passing_score\":\"0.7\"", "true", 1);
    assert_int_equal(p.outcome.decision.success, SCORM_FAILED); /* what the player was launched with */
}

static void test_browse_review_no_credit_are_sessions_only(void **state)
{
    (void)state;
    static const char *const modes[] = {"\"mode\":\"browse\"", "\"mode\":\"review\"", "\"credit\":\"no-credit\""};
    for (size_t i = 0; i < 3; i++) {
        char body[1000];
        snprintf(body, sizeof body,
                 "{\"cmi\":{%s,\"completion_status\":\"completed\",\"success_status\":\"passed\","
                 "\"score\":{\"scaled\":\"1\"},\"session_time\":\"PT5S\",\"total_time\":\"PT5S\","
                 "\"interactions\":{\"0\":{\"id\":\"q\",\"learner_response\":\"a\",\"result\":\"correct\"}}}}",
                 modes[i]);
        player_send(&p, body);
        verbs_are(&p, 0, "initialized terminated");
        assert_null(at(last_with(&p, "terminated"), "result.completion"));
        assert_null(at(last_with(&p, "terminated"), "result.score"));
        assert_false(p.outcome.decision.final);
        assert_int_equal(p.outcome.decision.success, SCORM_SUCCESS_UNKNOWN);
        player_close(&p);
        player_open(&p);
    }
}

/* A review afterwards takes nothing back. */
static void test_a_review_keeps_the_result(void **state)
{
    (void)state;
    send_2004("\"exit\":\"suspend\",\"completion_status\":\"completed\",\"session_time\":\"PT5S\"", "true", 1);
    assert_true(p.outcome.decision.final && p.outcome.suspended);
    send_2004("\"entry\":\"resume\",\"exit\":\"\",\"mode\":\"review\",\"completion_status\":\"completed\"", "true", 1);
    assert_int_equal(p.outcome.decision.completion, SCORM_COMPLETED);
    assert_true(p.outcome.decision.final);
    verbs_are(&p, 0, "initialized completed suspended resumed terminated");
    assert_null(at(last_with(&p, "terminated"), "result.completion"));
}

static void test_abandon_tells_the_session_only(void **state)
{
    (void)state;
    player_send(&p, "{\"cmi\":{\"completion_status\":\"completed\",\"success_status\":\"passed\","
                    "\"exit\":\"suspend\",\"total_time\":\"PT1S\"},\"adl\":{\"nav\":{\"request\":\"abandonAll\"}}}");
    verbs_are(&p, 0, "initialized terminated");
    assert_false(p.outcome.suspended);
    assert_int_equal(p.outcome.decision.completion, SCORM_COMPLETION_UNKNOWN);
}

/* ---- sessions ------------------------------------------------------------------------ */

static void test_suspend_and_resume(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(1u << 20);
    send_12("incomplete", "", "80", "suspend", "ab-initio", 30, 1, "true", ",\"suspend_data\":\"page=3\"");
    assert_true(p.outcome.suspended);
    verbs_are(&p, 0, "initialized suspended");
    assert_string_equal(text_at(last_with(&p, "suspended"), "result.duration"), "PT30S");
    const char *json = resume_json(&out);
    assert_non_null(strstr(json, "\"version\":\"1.2\",\"entry\":\"resume\",\"attempt\":1,"));
    assert_non_null(strstr(json, "\"suspend_data\":\"page=3\""));
    assert_non_null(strstr(json, "\"total_time\":\"0000:00:30.00\""));
    assert_null(strstr(json, "session_time"));
    assert_null(strstr(json, "\"exit\""));
    send_12("incomplete", "90", "80", "", "resume", 20, 1, "true", "");
    verbs_are(&p, 2, "resumed scored passed completed terminated");
    assert_int_equal(p.outcome.attempt, 1);
    assert_int_equal(p.outcome.total_time_ms, 50000);
    assert_string_equal(text_at(last_with(&p, "terminated"), "result.duration"), "PT20S");
    assert_string_equal(text_at(last_with(&p, "completed"), "result.duration"), "PT50S");
    json = resume_json(&out);
    assert_non_null(strstr(json, "\"entry\":\"ab-initio\",\"attempt\":2,\"cmi\":{\"core\":{\"entry\":\"ab-initio\"}}"));
    statements_are_sound(&p);
    buf_free(&out);
}

static void test_a_new_attempt_begins_from_nothing(void **state)
{
    (void)state;
    send_12("passed", "90", "80", "", "ab-initio", 9, 1, "true", "");
    send_12("incomplete", "", "80", "", "ab-initio", 0, 1, "false", "");
    assert_int_equal(p.outcome.attempt, 2);
    /* The item is still passed: a second attempt has only begun. */
    assert_true(p.outcome.decision.final && p.outcome.decision.success == SCORM_PASSED);
    assert_true(p.outcome.scaled.given && p.outcome.scaled.value == 0.9);
    assert_false(p.outcome.changed || p.outcome.became_final);
    send_12("incomplete", "10", "80", "", "ab-initio", 5, 2, "true", "");
    verbs_are(&p, 5, "initialized scored failed terminated");
    assert_true(p.outcome.changed && p.outcome.became_final);
    assert_int_equal(p.outcome.decision.success, SCORM_FAILED);
    assert_true(p.outcome.scaled.value == 0.1);
    assert_int_equal(p.outcome.total_time_ms, 5000);
    statements_are_sound(&p);
}

/* The browser died: the next session shows that the first had not ended. */
static void test_an_interrupted_session(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(1u << 20);
    send_12("incomplete", "", "", "", "ab-initio", 30, 1, "false", ",\"suspend_data\":\"x\"");
    assert_non_null(strstr(resume_json(&out), "\"entry\":\"resume\""));
    send_12("incomplete", "", "", "", "resume", 0, 1, "false", "");
    verbs_are(&p, 0, "initialized suspended resumed");
    send_12("completed", "", "", "", "resume", 10, 2, "true", "");
    verbs_are(&p, 3, "completed terminated");
    assert_int_equal(p.outcome.total_time_ms, 40000);
    statements_are_sound(&p);
    buf_free(&out);
}

static void test_the_host_counts_the_attempts(void **state)
{
    (void)state;
    p.ctx.attempt = 3;
    send_12("passed", "", "", "", "ab-initio", 9, 1, "true", "");
    assert_int_equal(p.outcome.attempt, 3);
    p.ctx.attempt = 4;
    send_12("incomplete", "", "", "", "ab-initio", 1, 1, "false", "");
    assert_int_equal(p.outcome.attempt, 4);
    verbs_are(&p, 4, "initialized");
    p.ctx.attempt = 3;
    send_12("failed", "", "", "", "ab-initio", 2, 5, "true", ""); /* late, of an attempt that is over */
    assert_false(p.outcome.applied);
    p.ctx.attempt = 4;
    send_12("failed", "", "", "", "ab-initio", 2, 2, "true", "");
    send_12("passed", "", "", "", "ab-initio", 2, 1, "true", ""); /* the same attempt, says the host */
    assert_int_equal(p.outcome.attempt, 4);
    verbs_are(&p, 5, "failed terminated resumed passed completed terminated");
    statements_are_sound(&p);
}

static void test_likely_ends_by_policy(void **state)
{
    (void)state;
    static const char body[] = "{\"cmi\":{\"core\":{\"lesson_status\":\"passed\",\"session_time\":\"00:00:09\","
                               "\"total_time\":\"00:00:09\"}}}";
    p.policy.infer_terminate = false;
    player_send(&p, body);
    assert_false(p.outcome.terminated || p.outcome.decision.final);
    player_close(&p);
    player_open(&p);
    player_send(&p, body);
    assert_true(p.outcome.terminated && p.outcome.decision.final);
}

/* A guess that was wrong: the session goes on, and its end is told once. */
static void test_a_wrong_guess_of_the_end(void **state)
{
    (void)state;
    player_send(&p, "{\"runtimeData\":{\"cmi\":{\"core\":{\"lesson_status\":\"incomplete\",\"session_time\":"
                    "\"00:00:09\",\"total_time\":\"00:00:09\"}}},\"commitSequence\":1}");
    player_send(&p, "{\"runtimeData\":{\"cmi\":{\"core\":{\"lesson_status\":\"passed\",\"session_time\":"
                    "\"00:00:19\",\"total_time\":\"00:00:19\"}}},\"commitSequence\":2}");
    verbs_are(&p, 0, "initialized terminated passed completed");
    assert_int_equal(p.outcome.decision.success, SCORM_PASSED);
    statements_are_sound(&p);
}

/* ---- duplicates and late ones ---------------------------------------------------------- */

static void test_duplicates_change_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        send_12("incomplete", "5", "", "", "ab-initio", 1, 1, "false", "");
    struct buf before = BUF_INIT(1u << 20);
    buf_append(&before, p.blob.data, p.blob.len);
    for (int i = 0; i < 10; i++) {
        send_12("incomplete", "5", "", "", "ab-initio", 1, 1, "false", "");
        assert_false(p.outcome.applied);
    }
    assert_int_equal(before.len, p.blob.len);
    assert_memory_equal(before.data, p.blob.data, p.blob.len);
    buf_free(&before);
    send_12("passed", "90", "", "", "ab-initio", 9, 4, "true", "");
    size_t told = json_array_size(p.statements);
    send_12("passed", "90", "", "", "ab-initio", 9, 4, "true", ""); /* the beacon, twice */
    send_12("incomplete", "7", "", "", "ab-initio", 5, 3, "false", ""); /* overtaken by it */
    assert_false(p.outcome.applied);
    assert_int_equal(p.outcome.decision.success, SCORM_PASSED); /* what is known is still told */
    assert_int_equal(json_array_size(p.statements), told);
}

/* The same commits in a new state directory give the same statements. */
static void test_ids_are_made_of_what_they_are_about(void **state)
{
    (void)state;
    json_t *first;
    for (int round = 0; round < 2; round++) {
        if (round) {
            first = json_incref(p.statements);
            player_close(&p);
            player_open(&p);
        }
        send_12("incomplete", "", "80", "suspend", "ab-initio", 30, 1, "true",
                ",\"interactions\":{\"0\":{\"id\":\"q\",\"student_response\":\"a\",\"result\":\"wrong\"}}");
        send_12("incomplete", "90", "80", "", "resume", 20, 1, "true", "");
    }
    assert_true(json_equal(first, p.statements));
    json_decref(first);
    /* Another registration, item or attempt: other ids. */
    json_t *mine = json_incref(p.statements);
    player_close(&p);
    player_open(&p);
    p.ctx.item = "item-2";
    send_12("incomplete", "", "80", "suspend", "ab-initio", 30, 1, "true", "");
    assert_string_not_equal(text_at(json_array_get(p.statements, 0), "id"), text_at(json_array_get(mine, 0), "id"));
    json_decref(mine);
}

/* ---- peers' mistakes --------------------------------------------------------------------- */

/* logstore_xapi says completed for any score event. */
static void test_a_score_is_no_completion(void **state)
{
    (void)state;
    send_12("incomplete", "100", "", "", "", 5, 1, "false", "");
    send_12("incomplete", "100", "", "", "", 5, 2, "true", "");
    verbs_are(&p, 0, "initialized scored terminated");
    assert_true(json_is_false(at(last_with(&p, "terminated"), "result.completion")));
}

/* Three statements for one completed: the state repeats in every commit. */
static void test_completed_is_told_once(void **state)
{
    (void)state;
    p.policy.early_completion = true;
    for (int i = 1; i <= 5; i++)
        send_12("completed", "50", "", "", "", i, i, i == 5 ? "true" : "false", "");
    verbs_are(&p, 0, "initialized scored completed terminated");
    send_12("completed", "50", "", "suspend", "resume", 1, 1, "true", "");
    verbs_are(&p, 4, "resumed suspended");
}

/* Interactions without type, result, latency. */
static void test_an_interaction_has_everything(void **state)
{
    (void)state;
    send_12("incomplete", "", "", "", "", 5, 1, "false",
            ",\"interactions\":{\"0\":{\"id\":\"Q1\",\"type\":\"choice\",\"student_response\":\"{a,c}\","
            "\"result\":\"wrong\",\"latency\":\"00:00:12.5\",\"weighting\":\"2\",\"time\":\"09:00:03\","
            "\"objectives\":{\"0\":{\"id\":\"obj 1\"}},\"correct_responses\":{\"0\":{\"pattern\":\"a,b\"}}}}");
    const json_t *s = last_with(&p, "responded");
    assert_string_equal(text_at(s, "object.id"),
                        "https://learn.example.org/xapi/activities/sco/fire/item-1/interactions/Q1");
    assert_string_equal(text_at(s, "object.definition.interactionType"), "choice");
    assert_string_equal(text_at(s, "object.definition.correctResponsesPattern.0"), "a[,]b");
    assert_string_equal(text_at(s, "result.response"), "a[,]c");
    assert_true(json_is_false(at(s, "result.success")));
    assert_string_equal(text_at(s, "result.duration"), "PT12.5S");
    assert_string_equal(text_at(s, "context.contextActivities.grouping.2.id"),
                        "https://learn.example.org/xapi/activities/sco/fire/item-1/objectives/obj%201");
    const json_t *weight = json_object_get(at(s, "object.definition.extensions"),
                                           "https://w3id.org/xapi/afterword/extensions/weighting");
    assert_true(json_number_value(weight) == 2);
    /* 09:00:03 by a clock at +01:00, in a session that began at 08:00:05 UTC: the content's clock
     * is not within the session, so the commit's own time counts. */
    assert_string_equal(text_at(s, "timestamp"), "2026-03-02T08:00:10.000Z");
    statements_are_sound(&p);
}

/* All rows attributed to the first question; indices that a retry uses again. */
static void test_rows_are_told_apart(void **state)
{
    (void)state;
#define ROW(i, id, response, result) \
    "\"" i "\":{\"id\":\"" id "\",\"type\":\"choice\",\"student_response\":\"" response "\",\"result\":\"" result "\"}"
    send_12("incomplete", "", "", "", "", 1, 1, "false",
            ",\"interactions\":{" ROW("0", "Q1", "a", "correct") "," ROW("1", "Q2", "b", "wrong") "}");
    verbs_are(&p, 0, "initialized responded responded");
    assert_non_null(strstr(text_at(json_array_get(p.statements, 1), "object.id"), "/Q1"));
    assert_non_null(strstr(text_at(json_array_get(p.statements, 2), "object.id"), "/Q2"));
    send_12("incomplete", "", "", "", "", 2, 2, "false",
            ",\"interactions\":{" ROW("0", "Q1", "a", "correct") "," ROW("1", "Q2", "b", "wrong") "}");
    verbs_are(&p, 3, "");
    /* The quiz again: row 0 answered otherwise, and then as it was at first. */
    send_12("incomplete", "", "", "", "", 3, 3, "false",
            ",\"interactions\":{" ROW("0", "Q1", "c", "wrong") "," ROW("1", "Q2", "b", "wrong") "}");
    verbs_are(&p, 3, "responded");
    send_12("incomplete", "", "", "", "", 4, 4, "false",
            ",\"interactions\":{" ROW("0", "Q1", "a", "correct") "," ROW("1", "Q2", "b", "wrong") "}");
    verbs_are(&p, 4, "responded");
    /* An empty id is what a refused call leaves. */
    send_12("incomplete", "", "", "", "", 5, 5, "true",
            ",\"interactions\":{\"2\":{\"id\":\"\",\"type\":\"\",\"student_response\":\"x\",\"result\":\"correct\"}}");
    verbs_are(&p, 5, "terminated");
    statements_are_sound(&p);
#undef ROW
}

/* A row caught between two calls of the content waits for its result. */
static void test_a_half_written_row_waits(void **state)
{
    (void)state;
    send_12("incomplete", "", "", "", "", 1, 1, "false",
            ",\"interactions\":{\"0\":{\"id\":\"Q1\",\"student_response\":\"a\"}}");
    verbs_are(&p, 0, "initialized");
    send_12("incomplete", "", "", "", "", 2, 2, "false",
            ",\"interactions\":{\"0\":{\"id\":\"Q1\",\"student_response\":\"a\",\"result\":\"correct\"}}");
    verbs_are(&p, 1, "responded");
    send_12("incomplete", "", "", "", "", 3, 3, "true",
            ",\"interactions\":{\"1\":{\"id\":\"Q2\",\"student_response\":\"free text\"}}");
    verbs_are(&p, 2, "responded terminated");
    assert_string_equal(text_at(last_with(&p, "responded"), "object.definition.interactionType"), "other");
}

/* ADL's wrapper sends scaled 1.5 and null. */
static void test_scores_that_an_lrs_would_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *score;
        bool scaled, raw, min, max;
    } scores[] = {
        {"\"scaled\":\"1.5\",\"raw\":\"\"", false, false, false, false},
        {"\"scaled\":\"NaN\",\"raw\":\"Infinity\"", false, false, false, false},
        {"\"scaled\":\"0.5\",\"min\":\"10\",\"max\":\"5\"", true, false, false, false},
        {"\"raw\":\"50\",\"min\":\"60\",\"max\":\"100\"", false, false, false, false},
        {"\"scaled\":\"0.5\",\"raw\":\"150\",\"min\":\"0\",\"max\":\"100\"", true, false, true, true},
        {"\"max\":\"100\"", false, false, false, false},
        {"\"scaled\":\"-0.5\",\"raw\":\"-5\",\"min\":\"-10\",\"max\":\"10\"", true, true, true, true},
    };
    for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
        char members[200];
        snprintf(members, sizeof members, "\"score\":{%s}", scores[i].score);
        send_2004(members, "true", 1);
        assert_int_equal(p.outcome.score.has_scaled, scores[i].scaled);
        assert_int_equal(p.outcome.score.has_raw, scores[i].raw);
        assert_int_equal(p.outcome.score.has_min, scores[i].min);
        assert_int_equal(p.outcome.score.has_max, scores[i].max);
        player_close(&p);
        player_open(&p);
    }
}

/* ... and loses suspend data: any text comes back as it was, also what is no valid Unicode. */
static void test_suspend_data_survives(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(1u << 20);
    send_2004("\"exit\":\"suspend\",\"suspend_data\":\"a\\ud800\\u0000\\\"\\\\\\n\xc3\xa9\\udfff\",\"location\":\"7\"",
              "true", 1);
    /* jansson would refuse it; JSON.parse, which reads it, does not. */
    assert_int_equal(scorm_attempt_resume_json(p.blob.data, p.blob.len, &out, &p.err), AW_OK);
    const char *json = out.data;
    assert_non_null(strstr(json, "\"suspend_data\":\"a\\ud800\\u0000\\\"\\\\\\u000a\xc3\xa9\\udfff\""));
    assert_non_null(strstr(json, "\"location\":\"7\""));
    buf_free(&out);
}

/* ---- objectives and comments ---------------------------------------------------------------- */

static void test_objectives(void **state)
{
    (void)state;
    send_2004("\"objectives\":{\"0\":{\"id\":\"urn:o:1\",\"success_status\":\"passed\",\"completion_status\":"
              "\"completed\",\"score\":{\"scaled\":\"0.9\"},\"progress_measure\":\"1\",\"description\":"
              "\"{lang=de}L\xc3\xb6schen\"},\"1\":{\"id\":\"\"},\"2\":{\"id\":\"o3\",\"success_status\":\"failed\"}}",
              "false", 1);
    verbs_are(&p, 0, "initialized scored progressed passed completed failed");
    const json_t *s = last_with(&p, "passed");
    assert_string_equal(text_at(s, "object.definition.type"), "http://adlnet.gov/expapi/activities/objective");
    assert_string_equal(text_at(s, "object.definition.description.de"), "L\xc3\xb6schen");
    assert_int_equal(p.outcome.objective_count, 2);
    assert_string_equal(p.outcome.objectives[0].id, "urn:o:1");
    assert_int_equal(p.outcome.objectives[0].success, SCORM_PASSED);
    assert_true(p.outcome.objectives[0].scaled.given && p.outcome.objectives[0].scaled.value == 0.9);
    assert_int_equal(p.outcome.objectives[1].success, SCORM_FAILED);
    send_2004("\"objectives\":{\"0\":{\"id\":\"urn:o:1\",\"success_status\":\"failed\"}}", "false", 2);
    verbs_are(&p, 6, "failed");
    statements_are_sound(&p);
    player_close(&p);
    player_open(&p);
    send_12("incomplete", "", "", "", "", 1, 1, "false",
            ",\"objectives\":{\"0\":{\"id\":\"o\",\"status\":\"completed\",\"score\":{\"raw\":\"50\"}}}");
    verbs_are(&p, 0, "initialized scored completed");
    assert_int_equal(p.outcome.decision.completion, SCORM_INCOMPLETE); /* an objective is no course */
}

static void test_comments(void **state)
{
    (void)state;
    send_12("incomplete", "", "", "", "", 1, 1, "false", ",\"comments\":\"First.\"");
    send_12("incomplete", "", "", "", "", 2, 2, "false", ",\"comments\":\"First. Second.\"");
    verbs_are(&p, 0, "initialized commented commented");
    assert_string_equal(text_at(last_with(&p, "commented"), "result.response"), " Second.");
    send_12("incomplete", "", "", "", "", 3, 3, "false", ",\"comments\":\"First. Second.\"");
    verbs_are(&p, 3, "");
    send_12("incomplete", "", "", "", "", 4, 4, "false", ",\"comments\":\"Other\"");
    assert_string_equal(text_at(last_with(&p, "commented"), "result.response"), "Other");
    player_close(&p);
    player_open(&p);
    send_2004("\"session_time\":\"PT10S\",\"comments_from_learner\":{\"0\":{\"comment\":\"{lang=es}\xc2\xa1"
              "Bien!\",\"timestamp\":\"2026-03-02T08:00:04.50Z\"},\"1\":{\"comment\":\"b\"}}", "false", 1);
    verbs_are(&p, 0, "initialized commented commented");
    const json_t *s = json_array_get(p.statements, 1);
    assert_string_equal(text_at(s, "result.response"), "\xc2\xa1" "Bien!");
    assert_string_equal(text_at(s, "context.language"), "es");
    assert_string_equal(text_at(s, "timestamp"), "2026-03-02T08:00:04.500Z");
    statements_are_sound(&p);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void test_a_failing_emit_is_returned(void **state)
{
    (void)state;
    static const char body[] = "{\"cmi\":{\"completion_status\":\"completed\",\"total_time\":\"PT5S\"}}";
    for (int n = 0; n < 3; n++) {
        p.fail_after = n;
        assert_int_equal(player_send_said(&p, body, strlen(body), AW_UNKNOWN), AW_ENOSPC);
        assert_int_equal(p.blob.len, 0); /* as if it had not come */
    }
    p.fail_after = -1;
    json_array_clear(p.statements);
    p.last_ms = INT64_MIN / 2;
    player_send(&p, body);
    verbs_are(&p, 0, "initialized completed terminated");
}

static void test_damaged_states_are_refused(void **state)
{
    (void)state;
    send_2004("\"exit\":\"suspend\",\"objectives\":{\"0\":{\"id\":\"o\",\"success_status\":\"passed\"}}", "true", 1);
    struct scorm_outcome o;
    struct buf out = BUF_INIT(1u << 20);
    assert_int_equal(scorm_attempt_outcome(p.blob.data, p.blob.len, &o, &p.err), AW_OK);
    assert_int_equal(o.objective_count, 1);
    scorm_outcome_free(&o);
    /* Cut anywhere: corrupt, never a crash. */
    for (size_t len = 0; len < p.blob.len; len++) {
        char *cut = malloc(len ? len : 1);
        memcpy(cut, p.blob.data, len);
        assert_int_equal(scorm_attempt_outcome(cut, len, &o, &p.err), AW_ECORRUPT);
        free(cut);
    }
    /* A byte changed: refused or read, but never more than that. */
    for (size_t i = 0; i < p.blob.len; i++) {
        char *bad = malloc(p.blob.len);
        memcpy(bad, p.blob.data, p.blob.len);
        bad[i] = (char)(bad[i] ^ 0xff);
        if (scorm_attempt_outcome(bad, p.blob.len, &o, &p.err) == AW_OK)
            scorm_outcome_free(&o);
        buf_reset(&out);
        scorm_attempt_resume_json(bad, p.blob.len, &out, &p.err);
        free(bad);
    }
    char version[5] = {'A', 'W', 'S', 'A', 9};
    assert_int_equal(scorm_attempt_outcome(version, 5, &o, &p.err), AW_EVERSION);
    assert_int_equal(scorm_attempt_outcome(NULL, 0, &o, &p.err), AW_OK);
    assert_int_equal(o.attempt, 0);
    buf_reset(&out);
    assert_int_equal(scorm_attempt_resume_json(NULL, 0, &out, &p.err), AW_OK);
    assert_string_equal(out.data, "{\"version\":null,\"entry\":\"ab-initio\",\"attempt\":1,\"cmi\":{}}");
    buf_free(&out);
}

/* Text of any size and kind still makes statements that an LRS takes (player_emit validates). */
static void test_hostile_text(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1u << 23);
    BUF_LIT(&b, "{\"cmi\":{\"credit\":\"credit\",\"interactions\":{\"0\":{\"id\":\"");
    for (int i = 0; i < 3000; i++)
        buf_puts(&b, "\\u0001\\ud800");
    BUF_LIT(&b, "\",\"type\":\"matching\",\"learner_response\":\"");
    for (int i = 0; i < 60000; i++)
        buf_puts(&b, "\\u0000\\u001f\\udc00\xf0\x9f\x98\x80");
    BUF_LIT(&b, "\",\"result\":\"correct\",\"description\":\"{lang=not a tag}x\",\"correct_responses\":{");
    for (int i = 0; i < 200; i++)
        buf_printf(&b, "%s\"%d\":{\"pattern\":\"p%d\"}", i ? "," : "", i, i);
    BUF_LIT(&b, "},\"objectives\":{");
    for (int i = 0; i < 200; i++)
        buf_printf(&b, "%s\"%d\":{\"id\":\"\xc3\xb6 %d\"}", i ? "," : "", i, i);
    BUF_LIT(&b, "}}}}}");
    player_send(&p, b.data);
    verbs_are(&p, 0, "initialized responded");
    const json_t *s = last_with(&p, "responded");
    assert_int_equal(json_array_size(at(s, "object.definition.correctResponsesPattern")), 64);
    assert_int_equal(json_array_size(at(s, "context.contextActivities.grouping")), 18);
    buf_free(&b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_golf_decides_at_the_end), TEST(test_mastery_beats_the_status),
        TEST(test_the_manifest_knows_the_measures), TEST(test_browse_review_no_credit_are_sessions_only),
        TEST(test_a_review_keeps_the_result), TEST(test_abandon_tells_the_session_only),
        TEST(test_suspend_and_resume), TEST(test_a_new_attempt_begins_from_nothing),
        TEST(test_an_interrupted_session), TEST(test_the_host_counts_the_attempts),
        TEST(test_likely_ends_by_policy), TEST(test_a_wrong_guess_of_the_end),
        TEST(test_duplicates_change_nothing), TEST(test_ids_are_made_of_what_they_are_about),
        TEST(test_a_score_is_no_completion), TEST(test_completed_is_told_once),
        TEST(test_an_interaction_has_everything), TEST(test_rows_are_told_apart),
        TEST(test_a_half_written_row_waits), TEST(test_scores_that_an_lrs_would_refuse),
        TEST(test_suspend_data_survives), TEST(test_objectives), TEST(test_comments),
        TEST(test_a_failing_emit_is_returned), TEST(test_damaged_states_are_refused),
        TEST(test_hostile_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
