/* test_session.c - which session a commit belongs to: sequence numbers, duplicates, late ones. */
#include "scorm_help.h"

#include "attempt_state.h"

static struct attempt_state state_of(enum session_end end, int64_t sequence)
{
    struct attempt_state s = {.session = 1, .attempt = 1, .end = end, .has_sequence = sequence > 0,
                              .sequence = sequence, .time_ms = 1000000, .session_ms = 60000};
    for (int64_t i = sequence; i > 0 && i > sequence - ATTEMPT_WINDOW; i--)
        s.window[i % ATTEMPT_WINDOW] = (uint32_t)(1000 + i); /* commit i had checksum 1000 + i */
    return s;
}

static enum attempt_place place(const struct attempt_state *s, const char *body, uint32_t crc, int64_t later_ms)
{
    struct scorm_commit c;
    aw_error err = AW_ERROR_INIT;
    scorm_commit_init(&c);
    assert_int_equal(scorm_commit_read(&c, body, strlen(body), AW_UNKNOWN, &err), AW_OK);
    c.crc = crc;
    enum attempt_place p = attempt_place_of(s, &c, s->time_ms + later_ms);
    scorm_commit_free(&c);
    return p;
}

#define BODY(entry, sequence) \
    "{\"cmi\":{\"entry\":\"" entry "\",\"mode\":\"normal\"},\"commitSequence\":" sequence "}"
#define BARE(entry, session, total) \
    "{\"cmi\":{\"entry\":\"" entry "\",\"session_time\":\"" session "\"" total "}}"
#define TOTAL ",\"total_time\":\"PT1M\""

static const struct {
    const char *why, *body;
    enum session_end end;
    int64_t sequence;
    uint32_t crc;
    int64_t later_ms;
    enum attempt_place wanted;
} cases[] = {
    {"the next one", BODY("", "4"), SESSION_OPEN, 3, 7, 0, PLACE_SAME},
    {"a gap is fine", BODY("", "9"), SESSION_OPEN, 3, 7, 0, PLACE_SAME},
    {"the same bytes", BODY("", "2"), SESSION_OPEN, 3, 1002, 0, PLACE_DUPLICATE},
    {"the same bytes after the end", BODY("", "3"), SESSION_ENDED, 3, 1003, 0, PLACE_DUPLICATE},
    {"its number was used: another session", BODY("ab-initio", "1"), SESSION_OPEN, 3, 7, 0, PLACE_NEW_SESSION},
    {"a new session after the end", BODY("ab-initio", "1"), SESSION_ENDED, 3, 7, 0, PLACE_NEW_SESSION},
    {"a resumed session whose number is higher", BODY("resume", "5"), SESSION_OPEN, 3, 7, 0, PLACE_NEW_SESSION},
    {"nothing comes after a certain end", BODY("", "4"), SESSION_ENDED, 3, 7, 0, PLACE_NEW_SESSION},
    {"the guess of an end was wrong", BODY("", "4"), SESSION_LIKELY_ENDED, 3, 7, 0, PLACE_SAME},
    {"far below the window, open", BODY("", "10"), SESSION_OPEN, 100, 7, 0, PLACE_STALE},
    {"far below the window, ended", BODY("", "10"), SESSION_ENDED, 100, 7, 0, PLACE_NEW_SESSION},
    {"far below the window, the first", BODY("", "1"), SESSION_OPEN, 100, 7, 0, PLACE_NEW_SESSION},
    {"no numbers: goes on", BARE("", "PT2M", ""), SESSION_OPEN, 0, 7, 0, PLACE_SAME},
    {"no numbers: resumes", BARE("resume", "PT0S", ""), SESSION_OPEN, 0, 7, 0, PLACE_NEW_SESSION},
    {"no numbers: ended", BARE("", "PT0S", ""), SESSION_ENDED, 0, 7, 60000, PLACE_NEW_SESSION},
    {"sent by fetch, overtaken by the beacon", BARE("", "PT1M", ""), SESSION_ENDED, 0, 7, 500, PLACE_STALE},
    {"the same an hour later is none", BARE("", "PT1M", ""), SESSION_ENDED, 0, 7, 3600000, PLACE_NEW_SESSION},
    {"likely ended, and its time goes on", BARE("", "PT2M", TOTAL), SESSION_LIKELY_ENDED, 0, 7, 0, PLACE_SAME},
    {"likely ended, and time begins anew", BARE("", "PT1S", TOTAL), SESSION_LIKELY_ENDED, 0, 7, 0,
     PLACE_NEW_SESSION},
};

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct attempt_state s = state_of(cases[i].end, cases[i].sequence);
        enum attempt_place p = place(&s, cases[i].body, cases[i].crc, cases[i].later_ms);
        if (p != cases[i].wanted)
            fail_msg("%s: %d, not %d", cases[i].why, p, cases[i].wanted);
    }
}

static void test_a_late_one_fills_no_gap(void **state)
{
    (void)state;
    struct attempt_state s = state_of(SESSION_OPEN, 1);
    struct scorm_commit c;
    scorm_commit_init(&c);
    c.has_sequence = true;
    c.sequence = 3;
    c.crc = 1003;
    attempt_note(&s, &c); /* 2 has not come */
    assert_int_equal(place(&s, BODY("", "2"), 1002, 0), PLACE_STALE);
    assert_int_equal(place(&s, BODY("", "1"), 1001, 0), PLACE_DUPLICATE);
    c.sequence = 3 + ATTEMPT_WINDOW + 5;
    attempt_note(&s, &c); /* all between are unseen, though their slots were in use */
    assert_int_equal(place(&s, BODY("", "20"), 7, 0), PLACE_STALE);
    scorm_commit_free(&c);
}

static void test_duplicates_without_numbers(void **state)
{
    (void)state;
    struct attempt_state s = state_of(SESSION_OPEN, 0);
    struct scorm_commit c;
    scorm_commit_init(&c);
    for (uint32_t i = 0; i < 40; i++) {
        c.crc = 5000 + i;
        attempt_note(&s, &c);
    }
    assert_int_equal(place(&s, BARE("", "PT1M", ""), 5039, 0), PLACE_DUPLICATE);
    assert_int_equal(place(&s, BARE("", "PT1M", ""), 5010, 0), PLACE_DUPLICATE);
    assert_int_equal(place(&s, BARE("", "PT1M", ""), 5001, 0), PLACE_SAME); /* beyond the window */
    scorm_commit_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_a_late_one_fills_no_gap),
        cmocka_unit_test(test_duplicates_without_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
