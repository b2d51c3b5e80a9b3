/* test_nodebb_poll.c - what the NodeBB connector tells of: polls, sweeps, webhooks. */
#include "digest.h"
#include "help.h"
#include "nodebb_help.h"

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

/* Purged with all that was in it: it is listed nowhere any more. */
static void test_sweep_misses_a_purged_topic(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char target[96];
    poll_times(&k, 4);
    snprintf(target, sizeof target, "/api/v3/topics/%lld?_uid=1", (long long)k.question);
    there_act(k.t, "DELETE", target, NULL, NULL, NULL);
    poll_times(&k, 3);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 2);
    poll_times(&k, 3);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 2);
    there_free(k.t);
}

/* A token that was taken back: the forum answers as to a guest, 200 and 404, and nothing is so. */
static void test_revoked_token_tells_nothing(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char body[256], cursor[192];
    poll_times(&k, 2);
    strcpy(cursor, k.cursor);
    snprintf(body, sizeof body, "{\"hook\":\"action:post.edit\",\"params\":{\"post\":{\"pid\":%lld,"
             "\"tid\":%lld}}}", (long long)k.answer, (long long)k.question);
    k.t->f->key = "another";
    assert_int_equal(there_poll(k.t, k.room, k.cursor), AW_FORUM_RETRY);
    assert_non_null(strstr(k.t->reply.reason, "key"));
    assert_string_equal(k.cursor, cursor);
    assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_RETRY);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 0);
    k.t->f->key = "nodebb-token";
    poll_times(&k, 4);
    assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 0);
    assert_int_equal(k.t->told_count, 2);
    there_free(k.t);
}

/* As the plugin sends it, also when the worker has been started again since the post was told. */
static void test_webhook_of_purged_posts(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char body[256];
    poll_times(&k, 1);
    there_open(k.t, NODEBB_CONFIG, "", NULL);
    fake_remove(fake_list(k.t->f, "posts"),
                fake_find_i64(fake_list(k.t->f, "posts"), "pid", k.answer));
    snprintf(body, sizeof body, "{\"hook\":\"action:posts.purge\",\"params\":{\"posts\":[{\"pid\":"
             "%lld,\"tid\":%lld},{\"pid\":0}],\"uid\":1}}", (long long)k.answer,
             (long long)k.question);
    assert_int_equal(hook(k.t, body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 1);
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
        cmocka_unit_test(test_poll),
        cmocka_unit_test(test_sweep_finds_edits_votes_and_deletions),
        cmocka_unit_test(test_sweep_misses_a_purged_topic),
        cmocka_unit_test(test_revoked_token_tells_nothing),
        cmocka_unit_test(test_webhook_of_purged_posts),
        cmocka_unit_test(test_event_that_is_not_taken_comes_again),
        cmocka_unit_test(test_more_posts_than_a_page),
        cmocka_unit_test(test_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
