/*
 * test_talk.c - what people are told, in which language, and who may do what in the embedded
 * forum: each a sentence of the guide that was once not quite true.
 */
#include "erase_local.h"
#include "interpret_help.h"

static void reply(const char *learner, const char *topic, const char *post)
{
    event("{\"kind\":\"post_replied\",\"learner\":\"%s\",\"provider\":\"local\",\"topic\":\"%s\",\"post\":\"%s\",\"body\":\"b\"}",
          learner, topic, post);
}

static void topic(const char *room, const char *learner, const char *id, const char *type)
{
    event("{\"kind\":\"topic_posted\",\"learner\":\"%s\",\"provider\":\"local\",\"discussion\":\"%s\",\"topic\":\"%s\","
          "\"topic_type\":\"%s\",\"title\":\"Title of %s\",\"body\":\"Tell me\"}",
          learner, room, id, type, id);
}

static void decided(const char *what, const char *topic_id, const char *reason)
{
    event("{\"kind\":\"idea_%s\",\"learner\":\"x\",\"by\":\"x\",\"provider\":\"local\",\"topic\":\"%s\",\"reason\":\"%s\"}",
          what, topic_id, reason);
}

/* How many posts of the topic say this. */
static size_t posts_that(const char *room, const char *topic_id, const char *say)
{
    json_t *all = ask("discussion", "{\"discussion\":\"%s\"}", room), *t, *p;
    size_t n = 0, i, k;
    json_array_foreach(json_object_get(all, "topics"), i, t)
    {
        if (strcmp(json_string_value(json_object_get(t, "topic")), topic_id) != 0)
            continue;
        json_array_foreach(json_object_get(t, "posts"), k, p)
        {
            const char *text = json_string_value(json_object_get(p, "text"));
            n += text && strstr(text, say);
        }
    }
    json_decref(all);
    return n;
}

static const char *opening_of(const char *learner, char out[8192])
{
    json_t *all = ask("discussion", "{\"discussion\":\"%s\"}", room_of(learner));
    json_t *first = json_array_get(json_object_get(all, "topics"), 0);
    snprintf(out, 8192, "%s", json_string_value(json_object_get(json_array_get(json_object_get(first, "posts"), 0), "text")));
    json_decref(all);
    return out;
}

/* ---- voluntary ------------------------------------------------------------------------------ */

/* Everything that can happen in a discussion, by a learner who passed and never completed and by an
 * expert who was never enrolled; each with claims that a careless host might add. */
static void test_nothing_that_happens_there_counts(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "discussion_viewed", "topic_posted", "post_replied", "post_voted", "answer_accepted", "answer_retracted",
        "post_corrected", "post_flagged", "idea_recognised", "idea_implemented", "idea_declined", "subscribed",
        "unsubscribed", "post_edited", "post_deleted", "left", "rejoined"};
    static const char claims[] = "\"success\":true,\"score\":{\"scaled\":1,\"raw\":100},\"duration_ms\":5000,"
                                 "\"terminated\":true,\"attempt\":2,\"activity\":\"a\"";
    size_t i, talk = 0;
    json_t *s, *all;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"],\"opens_on\":\"passed\"}");
    event("{\"kind\":\"course_passed\",\"learner\":\"u\",\"course\":\"c\"}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    topic(room, "u", "t", "question");
    for (size_t who = 0; who < 2; who++) {
        reply("u", "t", who ? "p1" : "p0");
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            clock_ms += HOUR;
            event("{\"kind\":\"%s\",\"learner\":\"%s\",\"course\":\"c\",\"provider\":\"local\",\"discussion\":\"%s\",\"topic\":\"%s\","
                  "\"post\":\"%s%zu\",\"parent_post\":\"t\",\"title\":\"x\",\"body\":\"b\",\"reason\":\"r\",%s%s}",
                  kinds[k], who ? "x" : "u", room, k == 1 ? (who ? "t3" : "t2") : "t",
                  k == 1 ? "first" : k == 2 ? "r" : k == 6 ? "q" : "p", who, claims,
                  k >= 8 && k <= 10 ? ",\"by\":\"x\"" : "");
            work();
        }
    }
    all = statements();
    json_array_foreach(all, i, s)
    {
        const json_t *result = json_object_get(s, "result");
        if (strcmp(verb_of(s), "passed") == 0)
            continue;
        talk++;
        if (json_object_get(result, "completion") || json_object_get(result, "success") || json_object_get(result, "score"))
            fail_msg("%s: %s", verb_of(s), json_dumps(result, 0));
    }
    json_decref(all);
    assert_true(talk > 25);
    assert_int_equal(told("completed"), 0);
    assert_int_equal(told("passed"), 1);
    assert_int_equal(told("failed"), 0);
    for (size_t who = 0; who < 2; who++) {
        all = ask("progress", "{\"learner\":\"%s\",\"course\":\"c\"}", who ? "x" : "u");
        assert_true(json_is_false(json_object_get(all, "completed")));
        assert_string_equal(json_string_value(json_object_get(all, "told_success")), who ? "unknown" : "passed");
        assert_int_equal(json_array_size(json_object_get(all, "items")), 0);
        json_decref(all);
    }
}

/* Who is named as an author wrote it, word for word; what we say has no author. */
static void test_nothing_is_posted_as_a_learner(void **state)
{
    (void)state;
    size_t i, k, ours = 0, theirs = 0;
    json_t *all, *t, *p;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"call_to_action\":\"A\",\"experts\":[\"x\"],\"mentors\":[\"m\"],\"idea_votes\":1}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    topic(room, "u", "t", "idea");
    reply("v", "t", "p");
    event("{\"kind\":\"post_voted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\"}");
    decided("recognised", "t", "Because");
    decided("implemented", "t", "");
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\",\"parent_post\":\"p\",\"body\":\"right\"}");
    event("{\"kind\":\"left\",\"learner\":\"v\",\"discussion\":\"%s\"}", room);
    work();
    clock_ms += 30 * HOUR;
    work();
    all = ask("discussion", "{\"discussion\":\"%s\"}", room);
    json_array_foreach(json_object_get(all, "topics"), i, t)
    {
        json_array_foreach(json_object_get(t, "posts"), k, p)
        {
            const char *author = json_string_value(json_object_get(p, "author"));
            const char *text = json_string_value(json_object_get(p, "text"));
            bool by_bot = json_is_true(json_object_get(p, "by_bot"));
            assert_int_equal(by_bot, !*author);
            ours += by_bot;
            theirs += !by_bot;
            if (!by_bot && strcmp(text, strcmp(author, "u") == 0 ? "Tell me" : strcmp(author, "v") == 0 ? "b" : "right") != 0)
                fail_msg("%s did not write: %s", author, text);
        }
    }
    json_decref(all);
    assert_int_equal(ours, 3);   /* the opening post, two decisions */
    assert_int_equal(theirs, 3);
}

#define LINK "\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"]"

/* A discussion of the course, with u in it. */
static void open_with_u(char room[64])
{
    link_is("{" LINK "}");
    completed("u", "{}");
    work();
    snprintf(room, 64, "%s", room_of("u"));
}

/* ---- ideas ---------------------------------------------------------------------------------- */

static void test_every_idea_of_a_room_is_posted_back(void **state)
{
    (void)state;
    char room[64];
    open_with_u(room);
    topic(room, "u", "t1", "idea");
    topic(room, "u", "t2", "idea");
    decided("recognised", "t1", "First");
    decided("recognised", "t2", "Second");
    work();
    assert_int_equal(posts_that(room, "t1", "First"), 1);
    assert_int_equal(posts_that(room, "t2", "Second"), 1);
    assert_int_equal(notes_that("u", "worth pursuing"), 2);
    /* A decision may be taken back, and taken again. */
    clock_ms += HOUR;
    decided("declined", "t1", "No money");
    work();
    clock_ms += HOUR;
    decided("recognised", "t1", "Money was found");
    decided("recognised", "t1", "Said twice");
    work();
    assert_int_equal(posts_that(room, "t1", "No money"), 1);
    assert_int_equal(posts_that(room, "t1", "Money was found"), 1);
    assert_int_equal(posts_that(room, "t1", "Said twice"), 0);
    assert_int_equal(told("approved"), 3);
    json_t *all = statements(), *s;
    json_t *ids = json_object();
    size_t i;
    json_array_foreach(all, i, s) json_object_set(ids, json_string_value(json_object_get(s, "id")), json_true());
    assert_int_equal(json_object_size(ids), json_array_size(all)); /* an LRS refuses one id with two contents */
    json_decref(ids);
    json_decref(all);
}

/* ---- who is told ------------------------------------------------------------------------------- */

static void test_votes_do_not_use_up_the_reminder(void **state)
{
    (void)state;
    link_is("{" LINK ",\"idea_votes\":1,\"regulated\":true,\"answer_within_hours\":24,\"hand_over_after_hours\":0}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    topic(room_of("u"), "u", "t", "question");
    event("{\"kind\":\"post_voted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"post_flagged\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"t\"}");
    work();
    assert_int_equal(notes_that("x", "back this post"), 1);
    assert_int_equal(notes_that("x", "flagged"), 1);
    json_t *all = ask("discussion", "{\"discussion\":\"%s\"}", room_of("u"));
    assert_in_range(json_integer_value(json_object_get(json_array_get(json_object_get(all, "topics"), 1), "due_ms")),
                    MONDAY + 24 * HOUR, MONDAY + 24 * HOUR + 1000);
    json_decref(all);
    clock_ms += 25 * HOUR;
    work();
    assert_int_equal(notes_that("x", "waited longer"), 1);
}

static void test_a_correction_is_for_those_who_can_have_read_it(void **state)
{
    (void)state;
    link_is("{" LINK "}");
    static const char *const all[] = {"u", "v", "early", "late", "voter", "writer", "gone"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        completed(all[i], "{}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    topic(room, "u", "t", "question");
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"early\",\"provider\":\"local\",\"topic\":\"t\"}");
    work();
    clock_ms += 48 * HOUR;
    reply("v", "t", "p");
    work();
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"late\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"gone\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"post_voted\",\"learner\":\"voter\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    reply("writer", "t", "p2");
    event("{\"kind\":\"left\",\"learner\":\"gone\",\"discussion\":\"%s\"}", room);
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\",\"parent_post\":\"p\",\"body\":\"right\"}");
    work();
    assert_int_equal(dead_letters(), 0);
    static const struct {
        const char *who;
        size_t notes;
    } rows[] = {{"early", 0}, {"late", 1}, {"voter", 1}, {"writer", 1}, {"v", 1}, {"u", 1}, {"gone", 0}, {"x", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (notes_that(rows[i].who, "corrected") != rows[i].notes)
            fail_msg("%s: %zu notes", rows[i].who, notes_that(rows[i].who, "corrected"));
}

static void test_who_left_is_left_in_peace(void **state)
{
    (void)state;
    char room[64];
    open_with_u(room);
    topic(room, "u", "t", "idea");
    event("{\"kind\":\"left\",\"learner\":\"u\",\"discussion\":\"%s\"}", room);
    decided("recognised", "t", "Good");
    work();
    assert_int_equal(posts_that(room, "t", "Good"), 1);
    assert_int_equal(notes_of("u"), 0);
}

static void test_only_those_concerned_decide(void **state)
{
    (void)state;
    link_is("{" LINK "}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    topic(room_of("u"), "u", "t", "question");
    reply("v", "t", "p");
    event("{\"kind\":\"answer_accepted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    event("{\"kind\":\"post_deleted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"t\"}");
    event("{\"kind\":\"post_voted\",\"learner\":\"stranger\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"post_flagged\",\"learner\":\"stranger\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    work();
    assert_int_equal(told("accepted"), 0);
    assert_int_equal(told("voted up"), 0);
    assert_int_equal(dead_letters(), 4);
    event("{\"kind\":\"answer_accepted\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    event("{\"kind\":\"post_deleted\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    work();
    assert_int_equal(told("accepted"), 1);
    assert_int_equal(dead_letters(), 4);
}

/* ---- languages ------------------------------------------------------------------------------------ */

static void test_everybody_reads_their_own_language(void **state)
{
    (void)state;
    char text[8192];
    link_is("{\"course\":\"c\",\"title\":{\"en\":\"T\",\"fr\":\"Titre\"},\"prompt\":{\"en\":\"P\",\"fr\":\"Question\"},"
            "\"experts\":[\"x\"],\"mentors\":[\"m\"],\"regulated\":true,\"answer_within_hours\":24,"
            "\"idea_votes\":1,\"room\":{\"by\":[\"cohort\"],\"cap\":3},\"share_with_later_rooms\":true}");
    static const char *const people[][2] = {{"u", "fr-CA"}, {"v", "de-AT"}, {"w", "sw"}};
    for (size_t i = 0; i < 3; i++) {
        event("{\"kind\":\"learner_enrolled\",\"learner\":\"%s\",\"course\":\"c\",\"language\":\"%s\"}", people[i][0], people[i][1]);
        completed(people[i][0], "{}");
    }
    event("{\"kind\":\"learner_enrolled\",\"learner\":\"x\",\"course\":\"c\",\"language\":\"es\"}");
    event("{\"kind\":\"learner_enrolled\",\"learner\":\"m\",\"course\":\"c\",\"language\":\"nl-BE\"}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    topic(room, "u", "t", "question");
    reply("v", "t", "p");
    event("{\"kind\":\"discussion_viewed\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\"}");
    event("{\"kind\":\"post_voted\",\"learner\":\"w\",\"provider\":\"local\",\"topic\":\"t\"}");
    decided("recognised", "t", "Bien");
    work();
    clock_ms += 25 * HOUR;
    work();
    assert_int_equal(notes_that("u", "répondu"), 1);
    assert_int_equal(notes_that("u", "Cette idée a été retenue"), 1);
    assert_int_equal(posts_that(room, "t", "Cette idée a été retenue"), 1); /* the room speaks French */
    assert_int_equal(notes_that("m", "voor het eerst"), 2);
    assert_int_equal(notes_that("x", "Muchos compañeros"), 1);
    assert_int_equal(notes_that("x", "lleva esperando"), 1);
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"q\",\"parent_post\":\"p\",\"body\":\"Non\"}");
    work();
    assert_int_equal(notes_that("v", "richtiggestellt"), 1);
    /* The next room: its name, and the heading over what this one knows. */
    event("{\"kind\":\"learner_enrolled\",\"learner\":\"y\",\"course\":\"c\",\"language\":\"fr\"}");
    completed("y", "{}");
    work();
    assert_non_null(strstr(opening_of("y", text), "Questions et réponses des salles précédentes"));
    json_t *all = ask("discussions", "{\"learner\":\"y\"}");
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "room_name")), "autres (salle B)");
    json_decref(all);
}

/* A language that we do not have: the discussion's, the course's, then the site's. */
static void test_fallback_is_discussion_course_site(void **state)
{
    (void)state;
    link_is("{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"language\":\"sw\",\"experts\":[\"x\"]}");
    event("{\"kind\":\"course_completed\",\"learner\":\"u\",\"course\":\"c\",\"course_title\":\"Kurs\",\"language\":\"de\"}");
    work();
    topic(room_of("u"), "u", "t", "idea");
    decided("implemented", "t", "");
    work();
    assert_int_equal(notes_that("u", "umgesetzt"), 1);
}

/* ---- earlier rooms ---------------------------------------------------------------------------------- */

static void test_a_long_answer_does_not_keep_the_next_room_shut(void **state)
{
    (void)state;
    char text[8192], body[1400] = "";
    link_is("{" LINK ",\"room\":{\"by\":[\"cohort\"]},\"share_with_later_rooms\":true}");
    completed("u", "{\"cohort\":\"1\"}");
    completed("v", "{\"cohort\":\"1\"}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    for (size_t i = 0; i < 400; i++)
        strcat(body, "\xe4\xbd\xa0"); /* three bytes each: the cut falls into one */
    strcat(body, "x");
    topic(room, "u", "t", "question");
    event("{\"kind\":\"post_replied\",\"learner\":\"v\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\",\"body\":\"1%s\"}", body);
    event("{\"kind\":\"answer_accepted\",\"learner\":\"u\",\"provider\":\"local\",\"topic\":\"t\",\"post\":\"p\"}");
    topic(room, "u", "t2", "question");
    event("{\"kind\":\"post_corrected\",\"learner\":\"x\",\"provider\":\"local\",\"topic\":\"t2\",\"post\":\"q\",\"body\":\"Officially so\"}");
    work();
    completed("w", "{\"cohort\":\"2\"}");
    work();
    assert_int_equal(dead_letters(), 0);
    opening_of("w", text);
    assert_non_null(strstr(text, "Asked and answered in earlier rooms"));
    assert_non_null(strstr(text, "**Title of t**"));
    assert_non_null(strstr(text, "\xe4\xbd\xa0 \xe2\x80\xa6"));
    assert_non_null(strstr(text, "Officially so"));
}

/* ---- forgotten ------------------------------------------------------------------------------------------ */

static void test_nameless_posts_are_forgotten_too(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    link_is("{" LINK ",\"anonymous\":true}");
    completed("u", "{}");
    completed("v", "{}");
    work();
    char room[64];
    snprintf(room, sizeof room, "%s", room_of("u"));
    for (int i = 0; i < 2; i++)
        event("{\"kind\":\"topic_posted\",\"learner\":\"%s\",\"anonymous\":true,\"provider\":\"local\",\"discussion\":\"%s\","
              "\"topic\":\"t%d\",\"title\":\"x\",\"body\":\"words of %d\"}", i ? "v" : "u", room, i, i);
    work();
    assert_int_equal(posts_that(room, "t0", "words of 0"), 1);
    json_t *report = json_object();
    assert_int_equal(erase_local(library, "u", "no statement has this", report, &err), AW_OK);
    json_decref(report);
    assert_int_equal(posts_that(room, "t0", "words"), 0);
    assert_int_equal(posts_that(room, "t1", "words of 1"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_nothing_that_happens_there_counts),
        FRESH(test_nothing_is_posted_as_a_learner),
        FRESH(test_every_idea_of_a_room_is_posted_back),
        FRESH(test_votes_do_not_use_up_the_reminder),
        FRESH(test_a_correction_is_for_those_who_can_have_read_it),
        FRESH(test_who_left_is_left_in_peace),
        FRESH(test_only_those_concerned_decide),
        FRESH(test_everybody_reads_their_own_language),
        FRESH(test_fallback_is_discussion_course_site),
        FRESH(test_nameless_posts_are_forgotten_too),
        FRESH(test_a_long_answer_does_not_keep_the_next_room_shut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
