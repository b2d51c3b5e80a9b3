/*
 * test_attachments.c - a picture that the call to action asked for: kept, told, shown.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <afterword/afterword.h>

static char dir[64];
static aw *library;

static void open_with(const char *json)
{
    aw_error err = AW_ERROR_INIT;
    aw_config_source source = {.struct_size = sizeof source, .json = json, .state_dir = dir};
    if (aw_open(&source, NULL, &library, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/afterword-files-XXXXXX");
    return mkdtemp(dir) ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    aw_close(library);
    library = NULL;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void test_off_by_default(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    char *sha2;
    open_with("{}");
    assert_int_equal(aw_attachment_put(library, "x", 1, "image/gif", &sha2, &err), AW_EUNSUPPORTED);
}

static void test_limits_and_types(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    char *sha2 = NULL;
    open_with("{\"attachments\": {\"max_bytes\": 4, \"types\": [\"image/gif\", \"image/jpeg\"]}}");
    assert_int_equal(aw_attachment_put(library, "abc", 3, "text/html", &sha2, &err), AW_EUNSUPPORTED);
    assert_int_equal(aw_attachment_put(library, "abcde", 5, "image/gif", &sha2, &err), AW_ELIMIT);
    assert_int_equal(aw_attachment_put(library, "", 0, "image/gif", &sha2, &err), AW_EINVAL);
    assert_int_equal(aw_attachment_put(library, "abc", 3, "image/gif", &sha2, &err), AW_OK);
    assert_string_equal(sha2, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    void *bytes = NULL;
    size_t len = 0;
    assert_int_equal(aw_attachment_get(library, sha2, &bytes, &len, &err), AW_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "abc", 3);
    aw_free(bytes);
    aw_free(sha2);
    assert_int_equal(aw_attachment_get(library, "../state.db", &bytes, &len, &err), AW_EINVAL);
}

static void test_where_it_was_taken_is_not_kept(void **state)
{
    (void)state;
    static const char photo[] = "\xff\xd8" "\xff\xfe\0\x0d" "at 51.5N 0W" "\xff\xda\0\3x" "coded" "\xff\xd9";
    static const char clean[] = "\xff\xd8" "\xff\xda\0\3x" "coded" "\xff\xd9";
    aw_error err = AW_ERROR_INIT;
    char *sha2 = NULL, *again = NULL;
    void *bytes = NULL;
    size_t len = 0;
    open_with("{\"attachments\": {}}");
    assert_int_equal(aw_attachment_put(library, photo, sizeof photo - 1, "image/jpeg", &sha2, &err), AW_OK);
    assert_int_equal(aw_attachment_get(library, sha2, &bytes, &len, &err), AW_OK);
    assert_int_equal(len, sizeof clean - 1);
    assert_memory_equal(bytes, clean, len);
    assert_int_equal(aw_attachment_put(library, clean, sizeof clean - 1, "image/jpeg", &again, &err), AW_OK);
    assert_string_equal(sha2, again);
    aw_free(bytes);
    aw_free(sha2);
    aw_free(again);
    assert_int_equal(aw_attachment_put(library, "<svg>", 5, "image/jpeg", &sha2, &err), AW_EINVAL);
    assert_non_null(strstr(err.text, "not a JPEG picture"));
}

static void post_with(const char *sha2)
{
    static const char link[] = "{\"course\":\"c\",\"title\":\"T\",\"prompt\":\"P\"}";
    aw_error err = AW_ERROR_INIT;
    char *json = NULL, id[64];
    aw_worker_options idle = {.struct_size = sizeof idle, .until_idle = 1, .wait_ms = 1000};
    aw_event done = AW_EVENT_INIT, post = AW_EVENT_INIT;
    assert_int_equal(aw_link_put(library, link, strlen(link), NULL, &err), AW_OK);
    done.kind = AW_EVENT_COURSE_COMPLETED;
    done.learner = "u";
    done.course = "c";
    assert_int_equal(aw_notify(library, &done, &err), AW_OK);
    assert_int_equal(aw_worker_run(library, &idle, &err), AW_OK);
    assert_int_equal(aw_query(library, "discussions", "{\"learner\":\"u\"}", &json, &err), AW_OK);
    assert_int_equal(sscanf(json, "[{\"id\":\"%36s", id), 1);
    id[36] = 0;
    aw_free(json);
    aw_attachment picture = {sha2, "image/gif", "me at the rack", 999};
    post.kind = AW_EVENT_TOPIC_POSTED;
    post.learner = "u";
    post.provider = "local";
    post.discussion = id;
    post.topic = "t";
    post.title = "Look";
    post.body = "Here I am";
    post.body_bytes = strlen(post.body);
    post.attachments = &picture;
    post.attachment_count = 1;
    assert_int_equal(aw_notify(library, &post, &err), AW_OK);
    assert_int_equal(aw_worker_run(library, &idle, &err), AW_OK);
    char args[128];
    snprintf(args, sizeof args, "{\"discussion\":\"%s\"}", id);
    assert_int_equal(aw_query(library, "discussion", args, &json, &err), AW_OK);
    assert_non_null(strstr(json, sha2));
    assert_non_null(strstr(json, "me at the rack"));
    assert_non_null(strstr(json, "\"bytes\":3")); /* what is kept, whatever the host says */
    aw_free(json);
}

/* The statement log's bytes, as one text. */
static char *statements(void)
{
    char command[200];
    static char text[1 << 20];
    snprintf(command, sizeof command, "cat %s/statements/* | tr -d '\\000'", dir);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    pclose(f);
    text[n] = 0;
    return text;
}

static void test_by_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        bool told, url;
    } rows[] = {
        {"{\"attachments\":{},\"courses\":{\"unknown\":\"accept\"}}", false, false},
        {"{\"attachments\":{\"send\":\"files\"},\"courses\":{\"unknown\":\"accept\"}}", true, false},
        {"{\"attachments\":{\"send\":\"urls\",\"file_url\":\"https://lms/f/{sha2}\"},"
         "\"courses\":{\"unknown\":\"accept\"}}", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aw_error err = AW_ERROR_INIT;
        char *sha2 = NULL;
        if (i > 0)
            assert_int_equal(setup(NULL), 0);
        open_with(rows[i].config);
        assert_int_equal(aw_attachment_put(library, "abc", 3, "image/gif", &sha2, &err), AW_OK);
        post_with(sha2);
        const char *text = statements();
        assert_int_equal(strstr(text, "\"attachments\":[") != NULL, rows[i].told);
        assert_int_equal(strstr(text, "\"fileUrl\":\"https://lms/f/ba78") != NULL, rows[i].url);
        /* A title is the learner's words: never told unless texts are. */
        assert_null(strstr(text, "me at the rack"));
        aw_free(sha2);
        if (i + 1 < sizeof rows / sizeof *rows)
            assert_int_equal(teardown(NULL), 0);
    }
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_off_by_default),
        FRESH(test_limits_and_types),
        FRESH(test_where_it_was_taken_is_not_kept),
        FRESH(test_by_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
