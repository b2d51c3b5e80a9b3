/* test_discourse.c - the Discourse connector against each quirk, one at a time. */
#include "discourse_help.h"
#include "help.h"

static void test_opens_a_closed_room(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192], user[192], body[256];
    open_discussion(t, room, topic);
    json_t *rooms = fake_discourse_rooms(t->f, DISCUSSION);
    assert_int_equal(json_array_size(rooms), 1);
    json_decref(rooms);
    strcpy(user, admit(t, room, "u-1"));
    snprintf(body, sizeof body, "{\"topic_id\":%s,\"raw\":\"a reply by a member\"}", topic);
    assert_int_equal(there_act(t, "POST", "/posts.json", username(t, user), body, NULL), 200);
    there_act(t, "POST", "/users.json", "afterword", "{\"username\":\"stranger\",\"email\":"
              "\"s@example.org\"}", NULL);
    assert_int_equal(there_act(t, "POST", "/posts.json", "stranger", body, NULL), 403);
    there_do(t, PROVIDER_REMOVE, (aw_forum_request){.key = "k", .room_ref = room, .learner = "u-1",
                                                    .user_ref = user});
    assert_int_equal(there_act(t, "POST", "/posts.json", username(t, user), body, NULL), 403);
    there_do(t, PROVIDER_REMOVE, (aw_forum_request){.key = "k", .room_ref = room, .learner = "u-1"});
    there_free(t);
}

static json_t *room_of(struct there *t)
{
    json_t *rooms = fake_discourse_rooms(t->f, DISCUSSION), *room = json_array_get(rooms, 0);
    json_decref(rooms); /* the forum keeps it */
    return room;
}

static void open_managed(struct there *t, char room[192])
{
    static const char *const managers[] = {"boss-1", "boss-2", NULL};
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k-room", .discussion = DISCUSSION, .course_title = "Fire safety",
        .managers = managers}));
}

/* Managers whom the link names are a group of their own: members cannot moderate with them. */
static void test_managers_moderate(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192];
    t->f->group_moderation = true;
    open_managed(t, room);
    open_discussion(t, room, topic);
    json_t *category = room_of(t), *ids = json_object_get(category, "moderating_group_ids");
    const json_t *group = fake_find_i64(fake_list(t->f, "groups"), "id",
                                        json_integer_value(json_array_get(ids, 0)));
    assert_int_equal(json_array_size(ids), 1);
    assert_int_equal(strncmp(fake_text(group, "name"), "awm_", 4), 0);
    assert_int_equal(json_array_size(json_object_get(group, "members")), 2);
    assert_int_equal(fake_i64(group, "visibility_level"), 2);
    admit(t, room, "u-1");
    assert_int_equal(json_array_size(json_object_get(group, "members")), 2);
    /* Opened by hand, which takes the groups away, and closed again: the managers are back. Who
     * else was made to moderate stays. */
    json_object_set_new(category, "permissions", json_pack("{s:i}", "everyone", 1));
    json_array_append_new(ids, json_integer(7));
    strcpy(t->f->violation, "");
    open_managed(t, room);
    strcpy(t->f->violation, "");
    assert_non_null(json_object_get(json_object_get(category, "permissions"),
                                    fake_text(group, "name")));
    assert_int_equal(json_array_size(json_object_get(category, "moderating_group_ids")), 2);
    there_free(t);
}

/* Where the forum does not have moderation by groups, they see the room, and no more. */
static void test_managers_without_group_moderation(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192];
    open_managed(t, room);
    json_t *category = room_of(t);
    assert_null(json_object_get(category, "moderating_group_ids"));
    assert_int_equal(json_object_size(json_object_get(category, "permissions")), 2);
    there_free(t);
}

static void wait_in_review(struct there *t, int others)
{
    for (int i = 0; i < others; i++)
        json_array_append_new(fake_list(t->f, "queue"),
                              json_pack("{s:{s:s}}", "payload", "raw", "somebody else's"));
}

/* Found on whatever page, and not queued a second time; nor posted once there is no queue. */
static void test_prompt_that_waits_for_approval(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    aw_forum_request topic = {.key = "k-topic", .room_ref = room, .title = "After", .markdown = opening};
    wait_in_review(t, 25);
    t->f->queue_posts = true;
    assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_RETRY);
    wait_in_review(t, 25);
    for (int i = 0; i < 3; i++) {
        fake_advance(t->f, 600000);
        assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_RETRY);
        assert_non_null(strstr(t->reply.reason, "approval"));
        t->f->queue_posts = false;
    }
    assert_int_equal(json_array_size(fake_list(t->f, "queue")), 51);
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 0);
    there_free(t);
}

/* The address is another learner's: that is the learner's trouble, not our key's. */
static void test_address_that_is_taken(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192];
    open_discussion(t, room, topic);
    aw_forum_request r = {.key = "k", .room_ref = room, .learner = "u-1",
                          .learner_email = "ada@example.org"};
    assert_int_equal(there_call(t, PROVIDER_ADMIT, r), AW_FORUM_OK);
    r.learner = "u-2";
    assert_int_equal(there_call(t, PROVIDER_ADMIT, r), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "taken"));
    there_free(t);
}

static void test_room_opened_by_hand_is_closed_again(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192], target[64];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    snprintf(target, sizeof target, "/categories/%lld.json", atoll(room));
    there_act(t, "PUT", target, "afterword", "{\"permissions\":{\"everyone\":1}}", NULL);
    assert_string_not_equal(t->f->violation, "");
    t->f->ignore_now = true; /* and the forum only says that it closes it */
    assert_int_equal(there_call(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .room_ref = room, .title = "After", .markdown = opening}), AW_FORUM_RETRY);
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 0);
    t->f->ignore_now = false;
    t->f->violation[0] = '\0';
    json_t *rooms = fake_discourse_rooms(t->f, DISCUSSION); /* what everybody may is over first */
    json_object_set_new(json_array_get(rooms, 0), "permissions", json_object());
    json_decref(rooms);
    open_discussion(t, room, topic);
    there_free(t);
}

static void test_two_rooms_of_one_name(void **state)
{
    (void)state;
    struct there *t = discourse("");
    const char *ids[] = {DISCUSSION, "22222222-2222-5333-8444-555555555555"};
    for (int i = 0; i < 2; i++)
        there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = ids[i],
                                                      .room_name = "Berlin"});
    assert_non_null(fake_find_text(fake_list(t->f, "categories"), "name", "Berlin"));
    assert_non_null(fake_find_text(fake_list(t->f, "categories"), "name", "Berlin (22222222)"));
    there_free(t);
}

static void test_deleted_topic_blocks_its_id(void **state)
{
    (void)state;
    struct there *t = discourse("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    json_object_set_new(json_array_get(fake_list(t->f, "topics"), 0), "deleted", json_true());
    fake_advance(t->f, 300000);
    assert_int_equal(there_call(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .room_ref = room, .title = "After the drill", .markdown = opening}),
        AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "restore it"));
    there_free(t);
}

static int elsewhere(void *user, const aw_forum_http *request, aw_forum_http_reply *out)
{
    int *asked = user;
    (void)request;
    ++*asked;
    out->status = 301;
    out->body = strdup("");
    snprintf(out->location, sizeof out->location, "https://evil.example/t/1.json");
    return AW_OK;
}

static void free_body(void *user, aw_forum_http_reply *reply)
{
    (void)user;
    free(reply->body);
}

static int64_t some_time(void *user)
{
    (void)user;
    return 1000;
}

static void test_redirect_elsewhere_is_not_followed(void **state)
{
    (void)state;
    int asked = 0;
    aw_forum_services s = {.struct_size = (uint32_t)sizeof s, .user = &asked, .http = elsewhere,
                           .http_free = free_body, .now_ms = some_time};
    struct provider *p = NULL;
    aw_forum_reply reply;
    setenv("FAKE_KEY", "discourse-key", 1);
    json_t *config = json_loads("{\"type\":\"discourse\",\"url\":\"https://forum.example.org\","
                                "\"api_key_env\":\"FAKE_KEY\"}", 0, NULL);
    assert_int_equal(provider_open(config, NULL, &s, &p, NULL), AW_OK);
    json_decref(config);
    aw_forum_request r = {.struct_size = (uint32_t)sizeof r, .key = "k", .discussion = DISCUSSION};
    assert_int_equal(provider_call(p, PROVIDER_ROOM, &r, &reply), AW_FORUM_REFUSED);
    assert_non_null(strstr(reply.reason, "elsewhere"));
    assert_int_equal(asked, 1); /* the key went nowhere else */
    provider_close(p);
}

static void test_rate_limit(void **state)
{
    (void)state;
    struct there *t = discourse("");
    t->f->rate_limit = 2;
    assert_int_equal(there_call(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k", .discussion = DISCUSSION}), AW_FORUM_RETRY);
    assert_true(t->reply.retry_after_ms >= 1000); /* what the forum asked for */
    t->f->rate_limit = 0;
    uint64_t before = t->f->requests;
    there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION});
    /* Our own limit comes before the forum's: of calls that are not made nothing is refused. */
    aw_error err = AW_ERROR_INIT;
    json_t *config = json_loads("{\"type\":\"discourse\",\"url\":\"http://discourse.test\","
                                "\"api_key_env\":\"FAKE_KEY\",\"api_username\":\"afterword\","
                                "\"calls_per_minute\":2}", 0, NULL);
    provider_close(t->p);
    assert_int_equal(provider_open(config, NULL, &t->services, &t->p, &err), AW_OK);
    json_decref(config);
    before = t->f->requests;
    assert_int_equal(there_call(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k2", .discussion = "33333333-2222-5333-8444-555555555555"}), AW_FORUM_RETRY);
    assert_int_equal(t->f->requests - before, 2);
    assert_true(t->reply.retry_after_ms > 50000);
    there_free(t);
}

static void test_users_without_connect(void **state)
{
    (void)state;
    struct there *t = discourse("");
    char room[192], topic[192], user[192];
    open_discussion(t, room, topic);
    strcpy(user, admit(t, room, "u-1"));
    assert_string_equal(admit(t, room, "u-1"), user); /* found by its name */
    json_array_append_new(fake_list(t->f, "users"),
                          json_pack("{s:i, s:s, s:s, s:s}", "id", 77, "username", "ada", "email",
                                    "ada@example.org", "external_id", "u-2"));
    assert_string_equal(admit(t, room, "u-2"), "77"); /* found by its external id */
    assert_int_equal(json_array_size(fake_list(t->f, "users")), 3);
    there_free(t);
}

static void test_wrong_connect_secret(void **state)
{
    (void)state;
    struct there *t = discourse("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    setenv("FAKE_OTHER", "another-secret", 1);
    there_open(t, DISCOURSE_CONFIG, ",\"connect_secret_env\":\"FAKE_OTHER\"", NULL);
    assert_int_equal(there_call(t, PROVIDER_ADMIT, (aw_forum_request){
        .key = "k", .room_ref = room, .learner = "u-1"}), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "signature"));
    there_free(t);
}

static void test_messages_replies_and_marks(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192], user[192], reply[192];
    open_discussion(t, room, topic);
    strcpy(user, admit(t, room, "u-1"));
    there_do(t, PROVIDER_INVITE, (aw_forum_request){
        .key = "k-invite", .learner = "u-1", .user_ref = user, .title = "Your discussion is open",
        .markdown = "Come in.", .url = "https://lms/discuss/x"});
    json_t *pm = fake_find_text(fake_list(t->f, "topics"), "external_id", "k-invite");
    assert_string_equal(fake_text(pm, "to"), username(t, user));
    json_t *post = fake_find_i64(fake_list(t->f, "posts"), "topic_id", fake_i64(pm, "id"));
    assert_non_null(strstr(fake_text(post, "raw"), "https://lms/discuss/x"));
    aw_forum_request answer = {.key = "k-reply", .room_ref = room, .topic_ref = topic,
                               .markdown = "The official answer."};
    strcpy(reply, there_do(t, PROVIDER_POST, answer));
    assert_string_equal(there_do(t, PROVIDER_POST, answer), reply);
    assert_int_equal(t->reply.created, 0);
    there_do(t, PROVIDER_OFFICIAL, (aw_forum_request){.key = "k", .topic_ref = topic,
                                                      .post_ref = reply});
    there_do(t, PROVIDER_ANSWER, (aw_forum_request){.key = "k", .post_ref = reply});
    post = fake_find_i64(fake_list(t->f, "posts"), "id", atoll(reply));
    assert_string_equal(fake_text(post, "notice"), "Official answer");
    assert_true(json_is_true(json_object_get(post, "accepted_answer")));
    assert_int_equal(there_call(t, PROVIDER_ANSWER, (aw_forum_request){.key = "k", .post_ref = "9"}),
                     AW_FORUM_UNSUPPORTED);
    there_free(t);
}

/* A long topic: the bot's own reply is not on its first page. */
static void test_reply_in_a_long_topic(void **state)
{
    (void)state;
    struct there *t = discourse(CONNECT);
    char room[192], topic[192], body[128], key[32], first[192] = "";
    open_discussion(t, room, topic);
    for (int i = 0; i < 45; i++) {
        snprintf(key, sizeof key, "k-reply-%d", i);
        snprintf(body, sizeof body, "Answer number %d", i);
        there_do(t, PROVIDER_POST, (aw_forum_request){.key = key, .topic_ref = topic,
                                                      .markdown = body});
        if (i == 40)
            strcpy(first, t->reply.ref);
    }
    assert_string_equal(there_do(t, PROVIDER_POST, (aw_forum_request){
        .key = "k-reply-40", .topic_ref = topic, .markdown = "Answer number 40"}), first);
    assert_int_equal(json_array_size(fake_list(t->f, "posts")), 46);
    there_free(t);
}

static void test_config(void **state)
{
    (void)state;
    static const struct {
        const char *json, *where;
    } bad[] = {
        {"{\"type\":\"discourse\",\"url\":\"https://f\"}", "forums.api_key_file"},
        {"{\"type\":\"discourse\",\"url\":\"https://f\",\"api_key\":\"open\"}", "api_key"},
        {"{\"type\":\"discourse\",\"url\":\"ftp://f\",\"api_key_env\":\"FAKE_KEY\"}", "forums.url"},
        {"{\"type\":\"discourse\",\"url\":\"https://u:p@f\",\"api_key_env\":\"FAKE_KEY\"}",
         "forums.url"},
        {"{\"type\":\"discourse\",\"url\":\"https://f\",\"api_key_env\":\"NOT_SET_AT_ALL\"}",
         "api_key_env"},
        {"{\"type\":\"discourse\",\"url\":\"https://f\",\"api_key_env\":\"FAKE_KEY\",\"colour\":1}",
         "colour"},
        {"{\"type\":\"nodebb\",\"url\":\"https://f\",\"token_env\":\"FAKE_KEY\"}", "forums.uid"},
        {"{\"type\":\"nodebb\",\"url\":\"https://f\",\"token_env\":\"FAKE_KEY\",\"uid\":1}",
         "forums.template_cid"},
    };
    setenv("FAKE_KEY", "discourse-key", 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct provider *p = NULL;
        aw_error err = AW_ERROR_INIT;
        json_t *config = json_loads(bad[i].json, 0, NULL);
        assert_int_not_equal(provider_open(config, NULL, NULL, &p, &err), AW_OK);
        if (!strstr(err.where, bad[i].where) && !strstr(err.text, bad[i].where))
            fail_msg("%s: %s %s", bad[i].json, err.where, err.text);
        assert_null(strstr(err.text, "discourse-key"));
        json_decref(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_a_closed_room),
        cmocka_unit_test(test_prompt_that_waits_for_approval),
        cmocka_unit_test(test_address_that_is_taken),
        cmocka_unit_test(test_managers_moderate),
        cmocka_unit_test(test_managers_without_group_moderation),
        cmocka_unit_test(test_room_opened_by_hand_is_closed_again),
        cmocka_unit_test(test_two_rooms_of_one_name),
        cmocka_unit_test(test_deleted_topic_blocks_its_id),
        cmocka_unit_test(test_redirect_elsewhere_is_not_followed),
        cmocka_unit_test(test_rate_limit),
        cmocka_unit_test(test_users_without_connect),
        cmocka_unit_test(test_wrong_connect_secret),
        cmocka_unit_test(test_messages_replies_and_marks),
        cmocka_unit_test(test_reply_in_a_long_topic),
        cmocka_unit_test(test_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
