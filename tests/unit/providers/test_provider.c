/* test_provider.c - the table of forums: shared objects, the host's callbacks, secrets, names. */
#include <sys/stat.h>
#include <unistd.h>

#include "help.h"
#include "names.h"
#include "provider_secret.h"

/* ---- a shared object of its own: the skeleton ---------------------------------------------- */

static char directory[64];

static struct provider *skeleton(aw_error *err)
{
    char text[4096];
    struct provider *p = NULL;
    snprintf(text, sizeof text, "{\"name\":\"files\",\"type\":\"%s/lib/forum-skeleton.so\","
             "\"directory\":\"%s\"}", getenv("AW_BUILD"), directory);
    json_t *config = json_loads(text, 0, NULL);
    if (provider_open(config, NULL, NULL, &p, err) != AW_OK)
        p = NULL;
    json_decref(config);
    return p;
}

static bool there(const char *path)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", directory, path);
    return access(full, F_OK) == 0;
}

static void test_skeleton(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    aw_forum_reply reply;
    if (!getenv("AW_BUILD")) {
        print_message("skipped: AW_BUILD is not set\n");
        skip();
    }
    strcpy(directory, "/tmp/aw-skeleton-XXXXXX");
    assert_non_null(mkdtemp(directory));
    struct provider *p = skeleton(&err);
    if (!p)
        fail_msg("%s: %s", err.where, err.text);
    assert_string_equal(provider_name(p), "files");
    aw_forum_request r = {.struct_size = (uint32_t)sizeof r, .key = "k-1", .discussion = "d-1",
                          .room_ref = "d-1", .learner = "u-1", .markdown = "The prompt"};
    for (int i = 0; i < 2; i++) { /* the second time nothing is made */
        assert_int_equal(provider_call(p, PROVIDER_ROOM, &r, &reply), AW_FORUM_OK);
        assert_int_equal(reply.created, i == 0);
        assert_string_equal(reply.ref, "d-1");
        assert_int_equal(provider_call(p, PROVIDER_TOPIC, &r, &reply), AW_FORUM_OK);
        assert_int_equal(reply.created, i == 0);
        assert_int_equal(provider_call(p, PROVIDER_ADMIT, &r, &reply), AW_FORUM_OK);
        assert_int_equal(reply.created, i == 0);
    }
    assert_true(there("d-1/k-1.md"));
    assert_true(there("d-1/members/u-1"));
    assert_int_equal(provider_call(p, PROVIDER_REMOVE, &r, &reply), AW_FORUM_OK);
    assert_int_equal(provider_call(p, PROVIDER_REMOVE, &r, &reply), AW_FORUM_OK);
    assert_false(there("d-1/members/u-1"));
    /* What it leaves out is unsupported, and says of which forum. */
    assert_int_equal(provider_call(p, PROVIDER_INVITE, &r, &reply), AW_FORUM_UNSUPPORTED);
    assert_non_null(strstr(reply.reason, "files"));
    assert_int_equal(provider_check(p, &reply), AW_FORUM_UNSUPPORTED);
    r.learner = "../../etc/passwd";
    assert_int_equal(provider_call(p, PROVIDER_ADMIT, &r, &reply), AW_FORUM_REFUSED);
    assert_non_null(strstr(reply.reason, "let the learner in"));
    provider_close(p);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    assert_int_equal(system(command), 0);
}

static void test_objects_that_are_none(void **state)
{
    (void)state;
    static const char *const types[] = {"/nowhere/at-all.so", "/bin/ls", "moodle", "host", ""};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct provider *p = NULL;
        aw_error err = AW_ERROR_INIT;
        json_t *config = json_pack("{s:s, s:s}", "name", "x", "type", types[i]);
        assert_int_equal(provider_open(config, NULL, NULL, &p, &err), AW_ECONFIG);
        assert_true(strlen(err.text) > 10);
        json_decref(config);
    }
}

/* ---- the host's forum ------------------------------------------------------------------------ */

static int host_room(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    int *calls = self;
    ++*calls;
    snprintf(reply->ref, sizeof reply->ref, "host-%s", r->discussion);
    return AW_FORUM_OK;
}

static int host_topic(void *self, const aw_forum_request *r, aw_forum_reply *reply)
{
    (void)self;
    (void)r;
    memset(reply->reason, 'x', sizeof reply->reason); /* forgets the NUL, and invents an outcome */
    reply->retry_after_ms = -5;
    return 17;
}

static void test_host(void **state)
{
    (void)state;
    int calls = 0;
    /* An older host: its struct ends behind ensure_topic. */
    aw_forum_provider table = {.struct_size = (uint32_t)(offsetof(aw_forum_provider, admit)),
                               .abi_version = AW_FORUM_ABI_VERSION, .name = "lms",
                               .ensure_room = host_room, .ensure_topic = host_topic};
    aw_host host = {.struct_size = (uint32_t)sizeof host, .forum = &table, .forum_self = &calls};
    struct provider *p = NULL;
    aw_forum_reply reply;
    aw_forum_request r = {.struct_size = (uint32_t)sizeof r, .discussion = "d-1"};
    json_t *config = json_pack("{s:s}", "type", "host");
    table.admit = (int (*)(void *, const aw_forum_request *, aw_forum_reply *))(uintptr_t)1;
    assert_int_equal(provider_open(config, &host, NULL, &p, NULL), AW_OK);
    assert_string_equal(provider_name(p), "host");
    assert_int_equal(provider_call(p, PROVIDER_ROOM, &r, &reply), AW_FORUM_OK);
    assert_string_equal(reply.ref, "host-d-1");
    assert_int_equal(calls, 1);
    assert_int_equal(provider_call(p, PROVIDER_TOPIC, &r, &reply), AW_FORUM_REFUSED);
    assert_non_null(strstr(reply.reason, "defect"));
    assert_int_equal(reply.retry_after_ms, 0);
    assert_int_equal(provider_call(p, PROVIDER_ADMIT, &r, &reply), AW_FORUM_UNSUPPORTED);
    provider_close(p);
    table.abi_version = 2;
    assert_int_equal(provider_open(config, &host, NULL, &p, NULL), AW_EVERSION);
    table.abi_version = 1;
    table.struct_size = 8;
    assert_int_equal(provider_open(config, &host, NULL, &p, NULL), AW_EVERSION);
    json_decref(config);
}

/* ---- secrets ------------------------------------------------------------------------------------ */

static void test_secrets(void **state)
{
    (void)state;
    char path[] = "/tmp/aw-secret-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "s3cret\r\nsecond line\n", 20), 20);
    close(fd);
    setenv("AW_TEST_SECRET", "from-env", 1);
    json_t *out = NULL;
    aw_error err = AW_ERROR_INIT;
    json_t *config = json_pack("{s:s, s:s, s:s, s:i}", "token_file", path, "webhook_secret_env",
                               "AW_TEST_SECRET", "ca_file", "/etc/ssl/ca.pem", "uid", 1);
    assert_int_equal(provider_secrets(config, &out, &err), AW_OK);
    assert_string_equal(json_string_value(json_object_get(out, "token")), "s3cret");
    assert_string_equal(json_string_value(json_object_get(out, "webhook_secret")), "from-env");
    assert_string_equal(json_string_value(json_object_get(out, "ca_file")), "/etc/ssl/ca.pem");
    assert_null(json_object_get(out, "token_file"));
    provider_secrets_wipe(out);
    json_object_set_new(config, "token_env", json_string("AW_TEST_SECRET")); /* twice */
    assert_int_equal(provider_secrets(config, &out, &err), AW_ECONFIG);
    json_object_clear(config);
    json_object_set_new(config, "token_file", json_string("/nowhere"));
    assert_int_not_equal(provider_secrets(config, &out, &err), AW_OK);
    json_decref(config);
    unlink(path);
}

/* ---- names ----------------------------------------------------------------------------------------- */

static void test_names(void **state)
{
    (void)state;
    char room[NAME_ROOM_BYTES], other[NAME_ROOM_BYTES], user[17], again[17], keyed[17], cut[8];
    name_room("aw-", DISCUSSION, room);
    assert_string_equal(room, "aw-" DISCUSSION);
    assert_string_equal(name_discussion("aw-", room), DISCUSSION);
    assert_null(name_discussion("aw-", "announcements"));
    assert_null(name_discussion("aw-", "aw-"));
    name_room("aw-", "Some Id", room);
    name_room("aw-", "some id", other);
    assert_string_not_equal(room, other);
    assert_null(name_discussion("aw-", room)); /* hashed: cannot be read back */
    name_user("u-1", NULL, user);
    name_user("u-1", NULL, again);
    name_user("u-1", "key", keyed);
    assert_string_equal(user, again);
    assert_string_not_equal(user, keyed);
    assert_int_equal(strspn(user, "abcdefghijklmnopqrstuvwxyz234567"), 16);
    name_cut("a\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F", cut, sizeof cut);
    assert_string_equal(cut, "a\xC3\xA4\xC3\xB6\xC3\xBC");
}

static void test_markers(void **state)
{
    (void)state;
    char *text = name_mark("Hello", "k-1");
    assert_true(name_has_marker(text, "k-1"));
    assert_false(name_has_marker(text, "k-")); /* whole keys only */
    assert_false(name_has_marker(text, "k-12"));
    assert_true(name_has_marker("x [//]: # &quot;afterword k-1&quot;", "k-1"));
    assert_false(name_has_marker("they said: afterword k-1 is nice", "k-1"));
    assert_false(name_has_marker("", "k-1"));
    assert_false(name_has_marker(NULL, "k-1"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skeleton),
        cmocka_unit_test(test_objects_that_are_none),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_markers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
