/* test_nodebb.c - the NodeBB connector against each quirk, one at a time. */
#include "digest.h"
#include "help.h"

static const char *const opening = "Take a picture of yourself doing it.";

static struct there *nodebb(const char *more)
{
    return there_new(fake_nodebb_new(7), NODEBB_CONFIG, more);
}

static void open_discussion(struct there *t, char room[192], char topic[192])
{
    strcpy(room, there_do(t, PROVIDER_ROOM, (aw_forum_request){
        .key = "k-room", .discussion = DISCUSSION, .course_title = "Fire & safety",
        .room_name = "Berlin"}));
    strcpy(topic, there_do(t, PROVIDER_TOPIC, (aw_forum_request){
        .key = "k-topic", .discussion = DISCUSSION, .room_ref = room, .title = "After the drill",
        .markdown = opening}));
}

static const char *admit(struct there *t, const char *room, const char *learner)
{
    return there_do(t, PROVIDER_ADMIT, (aw_forum_request){.key = "k-admit", .room_ref = room,
                                                          .learner = learner});
}

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

/* ---- what comes back --------------------------------------------------------------------- */

struct talk {
    struct there *t;
    char room[192], topic[192], cursor[192];
    int64_t asker, helper, question, first, answer;
};

static int64_t post_as(struct there *t, const char *path, int64_t uid, const char *body,
                       const char *id)
{
    char target[128];
    json_t *out = NULL;
    snprintf(target, sizeof target, "%s?_uid=%lld", path, (long long)uid);
    assert_int_equal(there_act(t, "POST", target, NULL, body, &out), 200);
    int64_t n = fake_i64(json_object_get(out, "response"), id);
    json_decref(out);
    return n;
}

static struct talk talk_new(void)
{
    struct talk k = {.t = nodebb("")};
    char body[256], path[64];
    open_discussion(k.t, k.room, k.topic);
    k.asker = atoll(admit(k.t, k.room, "u-1"));
    k.helper = atoll(admit(k.t, k.room, "u-2"));
    snprintf(body, sizeof body, "{\"cid\":%lld,\"title\":\"Which extinguisher?\",\"content\":\"For the "
             "server room\",\"tags\":[\"question\"]}", atoll(k.room));
    k.question = post_as(k.t, "/api/v3/topics", k.asker, body, "tid");
    k.first = fake_i64(fake_find_i64(fake_list(k.t->f, "topics"), "tid", k.question), "mainPid");
    snprintf(path, sizeof path, "/api/v3/topics/%lld", (long long)k.question);
    snprintf(body, sizeof body, "{\"content\":\"CO2, the black one\",\"toPid\":%lld}",
             (long long)k.first);
    k.answer = post_as(k.t, path, k.helper, body, "pid");
    return k;
}

static void test_poll(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[32];
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2); /* not what the bot wrote */
    assert_int_equal(k.t->told[0].kind, AW_EVENT_TOPIC_POSTED); /* oldest first */
    assert_string_equal(k.t->told[0].type, "question");
    assert_string_equal(k.t->told[0].title, "Which extinguisher?");
    assert_string_equal(k.t->told[0].discussion, DISCUSSION);
    snprintf(id, sizeof id, "%lld", (long long)k.asker);
    assert_string_equal(k.t->told[0].user, id);
    assert_int_equal(k.t->told[1].kind, AW_EVENT_POST_REPLIED);
    snprintf(id, sizeof id, "%lld", (long long)k.first);
    assert_string_equal(k.t->told[1].parent, id);
    /* Again and again: quiet, and after a restart the same keys. */
    char key[160];
    strcpy(key, k.t->told[1].key);
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2);
    there_open(k.t, NODEBB_CONFIG, "", NULL);
    k.t->told_count = 0;
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2);
    assert_string_equal(k.t->told[1].key, key);
    there_free(k.t);
}

static void poll_times(struct talk *k, int times)
{
    for (int i = 0; i < times; i++) {
        fake_advance(k->t->f, 30000);
        assert_int_equal(there_poll(k->t, k->room, k->cursor), AW_FORUM_OK);
    }
}

static void test_sweep_finds_edits_votes_and_deletions(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char target[96];
    poll_times(&k, 1);
    fake_advance(k.t->f, INT64_C(3) * 86400000); /* long past the overlap */
    poll_times(&k, 3);
    assert_int_equal(k.t->told_count, 2);
    snprintf(target, sizeof target, "/api/v3/posts/%lld?_uid=%lld", (long long)k.answer,
             (long long)k.helper);
    there_act(k.t, "PUT", target, NULL, "{\"content\":\"CO2, the black one, not foam\"}", NULL);
    snprintf(target, sizeof target, "/api/v3/posts/%lld/vote?_uid=%lld", (long long)k.answer,
             (long long)k.asker);
    there_act(k.t, "PUT", target, NULL, "{\"delta\":1}", NULL);
    poll_times(&k, 4);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_EDITED), 1);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_VOTED), 1);
    for (size_t i = 0; i < k.t->told_count; i++)
        if (k.t->told[i].kind == AW_EVENT_POST_EDITED)
            assert_true(k.t->told[i].revision > 0);
    snprintf(target, sizeof target, "/api/v3/posts/%lld/state?_uid=1", (long long)k.answer);
    there_act(k.t, "DELETE", target, NULL, NULL, NULL);
    poll_times(&k, 4);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 1);
    /* And one that vanished altogether. */
    fake_remove(fake_list(k.t->f, "posts"), fake_find_i64(fake_list(k.t->f, "posts"), "pid", k.first));
    poll_times(&k, 4);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 2);
    assert_int_equal(k.t->told_count, 6);
    there_free(k.t);
}

static void test_event_that_is_not_taken_comes_again(void **state)
{
    (void)state;
    struct talk k = talk_new();
    k.t->refuse = AW_ENOSPC;
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_RETRY);
    assert_string_equal(k.cursor, "");
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2);
    there_free(k.t);
}

static void test_more_posts_than_a_page(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char path[64], body[64];
    snprintf(path, sizeof path, "/api/v3/topics/%lld", (long long)k.question);
    for (int i = 0; i < 130; i++) {
        snprintf(body, sizeof body, "{\"content\":\"reply number %d\"}", i);
        post_as(k.t, path, k.helper, body, "pid");
    }
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 132);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_REPLIED), 131);
    there_free(k.t);
}

static int hook(struct there *t, const char *body, const char *secret)
{
    uint8_t mac[20];
    char signature[64] = "sha1=";
    digest_hmac_sha1(secret, strlen(secret), body, strlen(body), mac);
    digest_hex(mac, sizeof mac, signature + 5);
    aw_forum_header headers[] = {{"X-Webhook-Signature", signature}};
    aw_forum_webhook w = {.struct_size = (uint32_t)sizeof w, .headers = headers, .header_count = 1,
                          .body = body, .body_bytes = strlen(body), .emit = there_emit, .context = t};
    return provider_webhook(t->p, &w, &t->reply);
}

static void test_webhook(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char body[256];
    snprintf(body, sizeof body, "{\"hook\":\"action:post.save\",\"params\":{\"post\":{\"pid\":%lld,"
             "\"content\":\"forged\"}}}", (long long)k.answer);
    assert_int_equal(hook(k.t, body, "wrong"), AW_FORUM_REFUSED);
    assert_int_equal(k.t->told_count, 0);
    assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2); /* the topic goes before its reply */
    assert_int_equal(k.t->told[0].kind, AW_EVENT_TOPIC_POSTED);
    assert_int_equal(k.t->told[1].kind, AW_EVENT_POST_REPLIED);
    assert_string_equal(k.t->told[1].discussion, DISCUSSION);
    for (int i = 0; i < 3; i++) /* replayed */
        assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2); /* polled: known */
    assert_int_equal(hook(k.t, "not json", "hook-secret"), AW_FORUM_REFUSED);
    assert_int_equal(hook(k.t, "{}", "hook-secret"), AW_FORUM_OK);
    assert_int_equal(hook(k.t, "{\"params\":{\"post\":{\"pid\":99999}}}", "hook-secret"), AW_FORUM_OK);
    /* A post in a category that is none of ours. */
    there_act(k.t, "POST", "/api/v3/topics?_uid=1", NULL, "{\"cid\":1,\"title\":\"Elsewhere\","
              "\"content\":\"not ours at all\"}", NULL);
    json_t *posts = fake_list(k.t->f, "posts");
    json_t *other = json_array_get(posts, json_array_size(posts) - 1);
    json_object_set_new(other, "uid", json_integer(k.asker));
    snprintf(body, sizeof body, "{\"params\":{\"post\":{\"pid\":%lld}}}",
             (long long)fake_i64(other, "pid"));
    assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2);
    there_free(k.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_a_closed_room),
        cmocka_unit_test(test_stranger_cannot_read_or_write),
        cmocka_unit_test(test_half_born_category_is_closed_before_anything_is_in_it),
        cmocka_unit_test(test_no_topic_into_an_open_category),
        cmocka_unit_test(test_template_that_is_open_is_noticed),
        cmocka_unit_test(test_tags_titles_and_names),
        cmocka_unit_test(test_users_by_name_and_address),
        cmocka_unit_test(test_taken_name_is_not_a_group),
        cmocka_unit_test(test_remove_does_not_make_a_user),
        cmocka_unit_test(test_wrong_key_waits_for_a_person),
        cmocka_unit_test(test_queued_and_deleted_prompts),
        cmocka_unit_test(test_official),
        cmocka_unit_test(test_poll),
        cmocka_unit_test(test_sweep_finds_edits_votes_and_deletions),
        cmocka_unit_test(test_event_that_is_not_taken_comes_again),
        cmocka_unit_test(test_more_posts_than_a_page),
        cmocka_unit_test(test_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
