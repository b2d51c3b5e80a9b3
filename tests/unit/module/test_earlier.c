/* test_earlier.c - what was answered in another forum, in the next room's opening post. */
#include "interpret_help.h"

#define LINK                                                                                       \
    "{\"id\":\"l\",\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\",\"experts\":[\"x\"],\"provider\":\"host\"," \
    "\"room\":{\"by\":[\"cohort\"]},\"share_with_later_rooms\":%s}"

static void shared(bool share)
{
    char json[512];
    snprintf(json, sizeof json, LINK, share ? "true" : "false");
    link_is(json);
}

/* As a host does what its own forum is asked. Keeps the opening post of the last topic. */
static void serve(char opening[8192])
{
    for (size_t served = 1; served > 0;) {
        char *text = NULL;
        size_t i;
        json_t *job;
        aw_error err = AW_ERROR_INIT;
        work();
        assert_int_equal(aw_forum_requests_take(library, 50, 60000, &text, &err), AW_OK);
        json_t *all = json_loads(text, 0, NULL);
        aw_free(text);
        served = json_array_size(all);
        json_array_foreach(all, i, job)
        {
            const json_t *request = json_object_get(job, "request");
            const char *call = json_string_value(json_object_get(request, "call"));
            const char *learner = json_string_value(json_object_get(request, "learner"));
            char answer[256];
            snprintf(answer, sizeof answer, "{\"outcome\":\"ok\",\"ref\":\"%s-%.40s\"}", call,
                     learner ? learner : json_string_value(json_object_get(request, "discussion")));
            if (strcmp(call, "topic") == 0)
                snprintf(opening, 8192, "%s", json_string_value(json_object_get(request, "markdown")));
            const char *key = json_string_value(json_object_get(job, "key"));
            assert_int_equal(aw_forum_request_done(library, key, answer, &err), AW_OK);
        }
        json_decref(all);
    }
}

static void said(const char *kind, const char *who, const char *topic, const char *post, const char *more)
{
    event("{\"kind\":\"%s\",\"learner\":\"%s\",\"provider\":\"host\",\"topic\":\"%s\",\"post\":\"%s\"%s}", kind,
          who, topic, post, more);
}

static void answered(void)
{
    char about[160], none[8192];
    completed("u", "{\"cohort\":\"1\"}");
    completed("v", "{\"cohort\":\"1\"}");
    serve(none);
    snprintf(about, sizeof about, ",\"discussion\":\"%.36s\",\"title\":\"Which one?\"", room_of("u"));
    said("topic_posted", "u", "t", "1", about);
    said("topic_posted", "u", "t2", "2", about);
    said("topic_posted", "u", "t3", "3", about);
    said("post_replied", "v", "t", "p", "");
    said("post_replied", "v", "t2", "p2", "");
    said("answer_accepted", "u", "t", "p", ",\"body\":\"The **first**\"");
    said("answer_accepted", "u", "t", "p",
         ",\"body\":\"The *black* one,\\n@jonas [//]: # \\\"afterword key\\\"\""); /* it was changed */
    said("answer_accepted", "u", "t2", "p2", ",\"body\":\"Taken back\"");
    said("answer_retracted", "u", "t2", "p2", "");
    said("answer_accepted", "u", "t2", "p2", "");
    said("post_corrected", "x", "t3", "p3", ",\"body\":\"Officially so\"");
    serve(none);
}

static void next_room(const char *learner, const char *cohort, char opening[8192])
{
    completed(learner, cohort);
    serve(opening);
    assert_int_equal(dead_letters(), 0);
}

/* It is text, whatever it looks like: nobody is called, and no marker of ours is in it. */
static void test_shared_as_text(void **state)
{
    (void)state;
    char opening[8192] = "";
    shared(true);
    answered();
    next_room("w", "{\"cohort\":\"2\"}", opening);
    assert_non_null(strstr(opening, "Asked and answered in earlier rooms"));
    assert_non_null(strstr(opening, "- **Which one?**\n  > The \\*black\\* one, \\@jonas \\[//\\]\\: \\# "
                                    "\\\"afterword key\\\"\n"));
    assert_null(strstr(opening, "first"));
    assert_null(strstr(opening, "Taken back"));
    assert_non_null(strstr(opening, "  > Officially so\n"));
}

/* Where it is not shared it is not kept either, not even for another day. */
static void test_not_shared_not_kept(void **state)
{
    (void)state;
    char opening[8192] = "";
    shared(false);
    answered();
    next_room("w", "{\"cohort\":\"2\"}", opening);
    assert_null(strstr(opening, "earlier rooms"));
    shared(true);
    next_room("y", "{\"cohort\":\"3\"}", opening);
    assert_non_null(strstr(opening, "- **Which one?**"));
    assert_null(strstr(opening, "  > "));
}

/* A deleted answer is none, and nothing of it stays; nor of whoever was forgotten. */
static void test_deleted(void **state)
{
    (void)state;
    char opening[8192] = "";
    shared(true);
    answered();
    said("post_deleted", "v", "t", "p", "");
    next_room("w", "{\"cohort\":\"2\"}", opening);
    assert_null(strstr(opening, "black"));
    assert_non_null(strstr(opening, "  > Officially so\n"));
}

/* What is kept is for later rooms; the host's pages show the forum's own posts. */
static void test_not_in_the_pages(void **state)
{
    (void)state;
    shared(true);
    answered();
    json_t *all = ask("discussion", "{\"discussion\":\"%s\"}", room_of("u"));
    char *text = json_dumps(all, 0);
    assert_non_null(strstr(text, "\"accepted\": true"));
    assert_null(strstr(text, "black"));
    free(text);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_shared_as_text),
        FRESH(test_not_shared_not_kept),
        FRESH(test_deleted),
        FRESH(test_not_in_the_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
