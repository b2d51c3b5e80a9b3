/* test_nodebb.c - the NodeBB connector against each quirk, one at a time. */
#include "help.h"
#include "nodebb_help.h"

static void test_opens_a_closed_room(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    json_t *category = fake_find_text(fake_list(t->f, "categories"), "name", "Fire & safety: Berlin");
    assert_non_null(category); /* readable, and still found by its handle: */
    assert_string_equal(there_do(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k-room", .discussion = DISCUSSION}), room);
    assert_int_equal(t->reply.created, 0);
    json_t *group = fake_find_text(fake_list(t->f, "groups"), "slug", "awg-" DISCUSSION);
    assert_int_equal(fake_i64(group, "hidden"), 1);
    assert_int_equal(fake_i64(group, "private"), 1);
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 1);
    there_free(t);
}

static void test_stranger_cannot_read_or_write(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192], target[64], body[256];
    open_discussion(t, room, topic);
    there_act(t, "POST", "/api/v3/users?_uid=1", NULL, "{\"username\":\"stranger\"}", NULL);
    int64_t stranger = fake_i64(fake_find_text(fake_list(t->f, "users"), "username", "stranger"),
                                "uid");
    int64_t member = atoll(admit(t, room, "u-1"));
    snprintf(body, sizeof body, "{\"cid\":%lld,\"title\":\"A question?\",\"content\":\"What about "
             "it?\"}", atoll(room));
    snprintf(target, sizeof target, "/api/v3/topics?_uid=%lld", (long long)stranger);
    assert_int_equal(there_act(t, "POST", target, NULL, body, NULL), 403);
    snprintf(target, sizeof target, "/api/v3/topics?_uid=%lld", (long long)member);
    assert_int_equal(there_act(t, "POST", target, NULL, body, NULL), 200);
    there_free(t);
}

/* The server died between making the category and copying the privileges. */
static void test_half_born_category_is_closed_before_anything_is_in_it(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    there_act(t, "POST", "/api/v3/categories?_uid=1", NULL, "{\"name\":\"aw-" DISCUSSION "\"}", NULL);
    assert_string_not_equal(t->f->violation, ""); /* the fake sees that it is open */
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    t->f->violation[0] = '\0'; /* from here on it must be closed */
    open_discussion(t, room, topic);
    there_free(t);
}

/* Somebody opened the category by hand. */
static void test_no_topic_into_an_open_category(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], target[128];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    snprintf(target, sizeof target, "/api/v3/categories/%lld/privileges/groups:topics:read?_uid=1",
             atoll(room));
    there_act(t, "PUT", target, NULL, "{\"member\":\"registered-users\"}", NULL);
    assert_int_equal(there_call(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .room_ref = room, .title = "After", .markdown = opening}), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "registered-users"));
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 0);
    t->f->violation[0] = '\0';
    there_free(t);
}

/* A room that somebody has disabled is not made a second time, nor enabled by us. */
static void test_disabled_room_is_found(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    for (int i = 0; i < 60; i++) /* more than the administrators' page has */
        there_act(t, "POST", "/api/v3/categories?_uid=1", NULL, "{\"name\":\"Another\"}", NULL);
    open_discussion(t, room, topic);
    json_t *category = fake_find_i64(fake_list(t->f, "categories"), "cid", atoll(room));
    assert_int_equal(fake_i64(category, "disabled"), 0);
    json_object_set_new(category, "disabled", json_integer(1));
    assert_int_equal(there_call(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k-room", .discussion = DISCUSSION}), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "disabled"));
    json_t *rooms = fake_nodebb_rooms(t->f, DISCUSSION);
    assert_int_equal(json_array_size(rooms), 1);
    json_decref(rooms);
    there_free(t);
}

/* Killed before the room was enabled: found below the template's parent, and enabled. */
static void test_room_that_was_not_yet_enabled(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    json_t *template = fake_find_i64(fake_list(t->f, "categories"), "cid", 2);
    json_object_set_new(template, "parentCid", json_integer(1));
    json_object_set_new(template, "postQueue", json_integer(0));
    there_act(t, "POST", "/api/v3/categories?_uid=1", NULL,
              "{\"name\":\"aw-" DISCUSSION "\",\"cloneFromCid\":2,\"disabled\":1}", NULL);
    open_discussion(t, room, topic);
    json_t *rooms = fake_nodebb_rooms(t->f, DISCUSSION);
    assert_int_equal(json_array_size(rooms), 1);
    assert_int_equal(fake_i64(json_array_get(rooms, 0), "parentCid"), 1);
    assert_int_equal(fake_i64(json_array_get(rooms, 0), "disabled"), 0);
    assert_int_equal(fake_i64(json_array_get(rooms, 0), "postQueue"), 0); /* as the template's */
    json_decref(rooms);
    there_free(t);
}

static void test_template_that_is_open_is_noticed(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    assert_int_equal(provider_check(t->p, &t->reply), AW_FORUM_OK);
    provider_close(t->p);
    t->p = NULL;
    aw_error err = AW_ERROR_INIT;
    json_t *config = json_loads("{\"type\":\"nodebb\",\"url\":\"http://nodebb.test/\",\"token_env\":"
                                "\"FAKE_TOKEN\",\"uid\":1,\"template_cid\":1}", 0, NULL);
    assert_int_equal(provider_open(config, NULL, &t->services, &t->p, &err), AW_OK);
    json_decref(config);
    assert_int_equal(provider_check(t->p, &t->reply), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "template_cid"));
    there_free(t);
}

static void test_tags_titles_and_names(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], long_title[600];
    static const char *const tags[] = {"a-tag-that-is-longer-than-15", "a-tag-that-is-longer", "ab",
                                       "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4"
                                       "\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6"
                                       "\xC3\xBC\xC3\xA4", NULL};
    memset(long_title, 'x', sizeof long_title);
    long_title[599] = '\0';
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k", .discussion = DISCUSSION, .course_title = long_title, .room_name = long_title}));
    there_do(t, PROVIDER_TOPIC, (aw_forum_request){.key = "k-topic", .room_ref = room,
                                                   .title = long_title, .markdown = opening,
                                                   .tags = tags});
    json_t *topic = json_array_get(fake_list(t->f, "topics"), 0);
    assert_int_equal(strlen(fake_text(topic, "title")), 255);
    assert_int_equal(json_array_size(json_object_get(topic, "tags")), 2); /* one was a twin, one short */
    const char *uid = admit(t, room, "a learner's id that is much longer than sixteen characters");
    json_t *user = fake_find_i64(fake_list(t->f, "users"), "uid", atoll(uid));
    assert_int_equal(strlen(fake_text(user, "username")), 16);
    assert_int_equal(strncmp(fake_text(user, "username"), "aw", 2), 0);
    there_free(t);
}

static void test_users_by_name_and_address(void **state)
{
    (void)state;
    struct there *t = nodebb(",\"users\":\"username\"");
    char room[192], topic[192], uid[192];
    open_discussion(t, room, topic);
    there_act(t, "POST", "/api/v3/users?_uid=1", NULL, "{\"username\":\"ada\",\"email\":"
              "\"ada@example.org\"}", NULL);
    strcpy(uid, admit(t, room, "ada"));
    assert_int_equal(atoll(uid), fake_i64(fake_find_text(fake_list(t->f, "users"), "username", "ada"),
                                          "uid"));
    assert_int_equal(there_call(t, PROVIDER_ADMIT, (aw_forum_request){
        .key = "k", .room_ref = room, .learner = "seventeen-letters"}), AW_FORUM_REFUSED);
    there_open(t, NODEBB_CONFIG, ",\"users\":\"email\"", NULL);
    assert_string_equal(there_do(t, PROVIDER_ADMIT, (aw_forum_request){
        .key = "k", .room_ref = room, .learner = "4711", .learner_email = "ada@example.org"}), uid);
    assert_int_equal(json_array_size(fake_list(t->f, "users")), 2);
    there_free(t);
}

/* A group whose name something else has taken: 400 "already exists", and yet no group. */
static void test_taken_name_is_not_a_group(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    json_array_append_new(fake_list(t->f, "categories"),
                          json_pack("{s:i, s:s, s:s, s:{}, s:[]}", "cid", 77, "name", "x", "handle",
                                    "awg-" DISCUSSION, "privileges", "moderators"));
    assert_int_equal(there_call(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k", .discussion = DISCUSSION}), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "taken"));
    there_free(t);
}

static void test_remove_does_not_make_a_user(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    size_t before = json_array_size(fake_list(t->f, "users"));
    there_do(t, PROVIDER_REMOVE, (aw_forum_request){.key = "k", .room_ref = room, .learner = "u-9"});
    assert_int_equal(json_array_size(fake_list(t->f, "users")), before);
    there_free(t);
}

static void test_wrong_key_waits_for_a_person(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    t->f->key = "another";
    assert_int_equal(there_call(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k", .discussion = DISCUSSION}), AW_FORUM_RETRY);
    assert_int_equal(t->reply.retry_after_ms, 300000);
    assert_non_null(strstr(t->reply.reason, "key"));
    there_free(t);
}

/* A user's own token posts as that user: "uid" must say so, or nothing of ours is found again. */
static void test_token_of_another_user(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    t->f->token_uid = 5;
    json_array_append_new(fake_list(t->f, "users"), json_pack("{s:i, s:s, s:s}", "uid", 5, "username",
                                                              "other", "userslug", "other"));
    assert_int_equal(provider_check(t->p, &t->reply), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "\"uid\""));
    assert_int_equal(there_call(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .room_ref = room, .title = "After", .markdown = opening}), AW_FORUM_REFUSED);
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 0);
    t->f->token_uid = 0;
    open_discussion(t, room, topic);
    there_free(t);
}

static void test_queue_of_many_pages(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    aw_forum_request topic = {.key = "k-topic", .room_ref = room, .title = "After", .markdown = opening};
    for (int i = 0; i < 50; i++)
        json_array_append_new(fake_list(t->f, "queue"),
                              json_pack("{s:{s:s}}", "data", "rawContent", "somebody else's"));
    t->f->queue_posts = true;
    assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_RETRY);
    t->f->queue_posts = false; /* it waits on the third page, and is not written a second time */
    assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_RETRY);
    assert_non_null(strstr(t->reply.reason, "queue"));
    assert_int_equal(json_array_size(fake_list(t->f, "topics")), 0);
    assert_int_equal(json_array_size(fake_list(t->f, "queue")), 51);
    there_free(t);
}

/* What the forum says comes in its own language, unless asked for in ours. */
static void test_busy_forum_of_another_language(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    t->f->ignore_now = true; /* "already posting" */
    assert_int_equal(there_call(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .room_ref = room, .title = "After", .markdown = opening}), AW_FORUM_RETRY);
    assert_int_equal(t->reply.retry_after_ms, 1000);
    there_free(t);
}

/* The learner's address is another user's already: the user is made without it. */
static void test_address_that_is_taken(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    there_act(t, "POST", "/api/v3/users?_uid=1", NULL,
              "{\"username\":\"ada\",\"email\":\"ada@example.org\"}", NULL);
    const char *uid = there_do(t, PROVIDER_ADMIT, (aw_forum_request){
        .key = "k", .room_ref = room, .learner = "u-1", .learner_email = "ada@example.org"});
    json_t *user = fake_find_i64(fake_list(t->f, "users"), "uid", atoll(uid));
    assert_string_equal(fake_text(user, "email"), "");
    assert_string_not_equal(fake_text(user, "username"), "ada");
    there_free(t);
}

static void test_queued_and_deleted_prompts(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192];
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){.key = "k", .discussion = DISCUSSION}));
    aw_forum_request topic = {.key = "k-topic", .room_ref = room, .title = "After", .markdown = opening};
    t->f->queue_posts = true;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_RETRY);
        assert_non_null(strstr(t->reply.reason, "queue"));
    }
    assert_int_equal(json_array_size(fake_list(t->f, "queue")), 1); /* not one per try */
    t->f->queue_posts = false;
    json_array_clear(fake_list(t->f, "queue"));
    there_do(t, PROVIDER_TOPIC, topic);
    json_object_set_new(json_array_get(fake_list(t->f, "topics"), 0), "deleted", json_integer(1));
    assert_int_equal(there_call(t, PROVIDER_TOPIC, topic), AW_FORUM_REFUSED);
    assert_non_null(strstr(t->reply.reason, "restore"));
    there_free(t);
}

static void test_official(void **state)
{
    (void)state;
    struct there *t = nodebb("");
    char room[192], topic[192];
    open_discussion(t, room, topic);
    there_do(t, PROVIDER_OFFICIAL, (aw_forum_request){.key = "k", .topic_ref = topic});
    assert_int_equal(fake_i64(json_array_get(fake_list(t->f, "topics"), 0), "pinned"), 1);
    assert_int_equal(there_call(t, PROVIDER_OFFICIAL, (aw_forum_request){
        .key = "k", .topic_ref = topic, .post_ref = "99"}), AW_FORUM_UNSUPPORTED);
    assert_int_equal(there_call(t, PROVIDER_ANSWER, (aw_forum_request){
        .key = "k", .topic_ref = topic, .post_ref = "99"}), AW_FORUM_UNSUPPORTED);
    there_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_a_closed_room),
        cmocka_unit_test(test_stranger_cannot_read_or_write),
        cmocka_unit_test(test_half_born_category_is_closed_before_anything_is_in_it),
        cmocka_unit_test(test_no_topic_into_an_open_category),
        cmocka_unit_test(test_disabled_room_is_found),
        cmocka_unit_test(test_room_that_was_not_yet_enabled),
        cmocka_unit_test(test_template_that_is_open_is_noticed),
        cmocka_unit_test(test_tags_titles_and_names),
        cmocka_unit_test(test_users_by_name_and_address),
        cmocka_unit_test(test_taken_name_is_not_a_group),
        cmocka_unit_test(test_remove_does_not_make_a_user),
        cmocka_unit_test(test_wrong_key_waits_for_a_person),
        cmocka_unit_test(test_token_of_another_user),
        cmocka_unit_test(test_queue_of_many_pages),
        cmocka_unit_test(test_busy_forum_of_another_language),
        cmocka_unit_test(test_address_that_is_taken),
        cmocka_unit_test(test_queued_and_deleted_prompts),
        cmocka_unit_test(test_official),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
