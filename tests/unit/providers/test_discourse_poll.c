/* test_discourse_poll.c - what the Discourse connector tells of: polls, sweeps, webhooks. */
#include "digest.h"
#include "discourse_help.h"
#include "help.h"

struct talk {
    struct there *t;
    char room[192], topic[192], cursor[192], asker[64], helper[64], asker_id[192];
    int64_t question, first, answer;
};

static int64_t post_as(struct there *t, const char *user, const char *body, const char *id)
{
    json_t *out = NULL;
    assert_int_equal(there_act(t, "POST", "/posts.json", user, body, &out), 200);
    int64_t n = fake_i64(out, id);
    json_decref(out);
    return n;
}

static struct talk talk_new(void)
{
    struct talk k = {.t = discourse(CONNECT)};
    char body[256];
    open_discussion(k.t, k.room, k.topic);
    strcpy(k.asker_id, admit(k.t, k.room, "u-1"));
    strcpy(k.asker, username(k.t, k.asker_id));
    strcpy(k.helper, username(k.t, admit(k.t, k.room, "u-2")));
    snprintf(body, sizeof body, "{\"category\":%lld,\"title\":\"Which extinguisher?\",\"raw\":\"For the "
             "server room\"}", atoll(k.room));
    k.question = post_as(k.t, k.asker, body, "topic_id");
    k.first = fake_i64(fake_find_i64(fake_list(k.t->f, "posts"), "topic_id", k.question), "id");
    snprintf(body, sizeof body, "{\"topic_id\":%lld,\"raw\":\"CO2, the black one\"}",
             (long long)k.question);
    k.answer = post_as(k.t, k.helper, body, "id");
    snprintf(body, sizeof body, "{\"topic_id\":%lld,\"raw\":\"Thanks!\",\"reply_to_post_number\":2}",
             (long long)k.question);
    post_as(k.t, k.asker, body, "id");
    return k;
}

static void poll_times(struct talk *k, int times)
{
    for (int i = 0; i < times; i++) {
        fake_advance(k->t->f, 30000);
        assert_int_equal(there_poll(k->t, k->room, k->cursor), AW_FORUM_OK);
    }
}

static void test_poll(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[32];
    poll_times(&k, 1);
    assert_int_equal(k.t->told_count, 3);
    assert_int_equal(k.t->told[0].kind, AW_EVENT_TOPIC_POSTED);
    assert_string_equal(k.t->told[0].type, "question"); /* by its question mark */
    assert_string_equal(k.t->told[0].discussion, DISCUSSION);
    assert_string_equal(k.t->told[0].user, k.asker_id);
    assert_string_equal(k.t->told[1].parent, "");
    snprintf(id, sizeof id, "%lld", (long long)k.answer);
    assert_string_equal(k.t->told[2].parent, id);
    poll_times(&k, 5);
    assert_int_equal(k.t->told_count, 3);
    there_free(k.t);
}

static void test_sweep(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char target[64], body[256];
    poll_times(&k, 1);
    for (int i = 0; i < 120; i++) { /* so many that the answer is behind the overlap */
        snprintf(body, sizeof body, "{\"topic_id\":%s,\"raw\":\"talk %d\"}", k.topic, i);
        post_as(k.t, k.asker, body, "id");
    }
    poll_times(&k, 1);
    assert_int_equal(k.t->told_count, 123);
    snprintf(target, sizeof target, "/posts/%lld.json", (long long)k.answer);
    there_act(k.t, "PUT", target, k.helper, "{\"post\":{\"raw\":\"not foam\"}}", NULL);
    snprintf(body, sizeof body, "{\"id\":%lld,\"post_action_type_id\":2}", (long long)k.answer);
    there_act(k.t, "POST", "/post_actions.json", k.asker, body, NULL);
    there_act(k.t, "POST", "/solution/accept.json", k.asker, body, NULL);
    poll_times(&k, 6);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_EDITED), 1);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_VOTED), 1);
    assert_int_equal(there_told(k.t, AW_EVENT_ANSWER_ACCEPTED), 1);
    json_object_set_new(fake_find_i64(fake_list(k.t->f, "posts"), "id", k.answer), "accepted_answer",
                        json_false());
    there_act(k.t, "DELETE", target, "afterword", NULL, NULL);
    poll_times(&k, 6);
    assert_int_equal(there_told(k.t, AW_EVENT_ANSWER_RETRACTED), 1);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 1);
    assert_int_equal(k.t->told_count, 128);
    there_free(k.t);
}

static const struct told *last_accepted(const struct talk *k)
{
    for (size_t i = k->t->told_count; i-- > 0;)
        if (k->t->told[i].kind == AW_EVENT_ANSWER_ACCEPTED)
            return &k->t->told[i];
    fail_msg("nothing was accepted");
    return NULL;
}

/* What an accepted answer says is told with it, and again when it was changed. */
static void test_what_the_answer_says(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char target[64], body[256];
    poll_times(&k, 3);
    snprintf(body, sizeof body, "{\"id\":%lld}", (long long)k.answer);
    there_act(k.t, "POST", "/solution/accept.json", k.asker, body, NULL);
    poll_times(&k, 6);
    assert_string_equal(last_accepted(&k)->body, "CO2, the black one");
    assert_int_equal(there_told(k.t, AW_EVENT_ANSWER_ACCEPTED), 1);
    snprintf(target, sizeof target, "/posts/%lld.json", (long long)k.answer);
    there_act(k.t, "PUT", target, k.helper,
              "{\"post\":{\"raw\":\"CO2, the \\\"black\\\" one; <never> foam & water\"}}", NULL);
    poll_times(&k, 6);
    assert_string_equal(last_accepted(&k)->body, "CO2, the \"black\" one; <never> foam & water");
    assert_int_equal(there_told(k.t, AW_EVENT_ANSWER_ACCEPTED), 2);
    there_free(k.t);
}

static int hook(struct there *t, const char *event, const char *body, const char *secret)
{
    uint8_t mac[32];
    char signature[80] = "sha256=";
    digest_hmac_sha256(secret, strlen(secret), body, strlen(body), mac);
    digest_hex(mac, sizeof mac, signature + 7);
    aw_forum_header headers[] = {{"X-Discourse-Event", event}, {"X-Discourse-Event-Id", "1"},
                                 {"X-Discourse-Event-Signature", signature}};
    aw_forum_webhook w = {.struct_size = (uint32_t)sizeof w, .headers = headers, .header_count = 3,
                          .body = body, .body_bytes = strlen(body), .emit = there_emit, .context = t};
    return provider_webhook(t->p, &w, &t->reply);
}

static char *as_webhook(struct talk *k, int64_t post)
{
    json_t *p = NULL;
    char target[64];
    snprintf(target, sizeof target, "/posts/%lld.json", (long long)post);
    there_act(k->t, "GET", target, "afterword", NULL, &p);
    json_t *body = json_pack("{s:o}", "post", p);
    char *text = json_dumps(body, 0);
    json_decref(body);
    return text;
}

static void test_webhook(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char *body = as_webhook(&k, k.answer);
    assert_int_equal(hook(k.t, "post_created", body, "wrong"), AW_FORUM_REFUSED);
    assert_int_equal(k.t->told_count, 0);
    k.t->refuse = AW_ENOSPC; /* not taken: the same webhook may come again */
    assert_int_equal(hook(k.t, "post_created", body, "hook-secret"), AW_FORUM_RETRY);
    for (int i = 0; i < 3; i++)
        assert_int_equal(hook(k.t, "post_created", body, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(k.t->told_count, 2); /* the topic goes before its reply */
    assert_int_equal(k.t->told[0].kind, AW_EVENT_TOPIC_POSTED);
    assert_string_equal(k.t->told[1].discussion, DISCUSSION);
    poll_times(&k, 1);
    assert_int_equal(k.t->told_count, 3); /* the thanks; the rest is known */
    /* An old "destroyed" that somebody kept says nothing untrue: the post is still there. */
    char *destroyed = as_webhook(&k, k.first);
    assert_int_equal(hook(k.t, "post_destroyed", destroyed, "hook-secret"), AW_FORUM_OK);
    assert_int_equal(there_told(k.t, AW_EVENT_POST_DELETED), 0);
    assert_int_equal(hook(k.t, "user_created", "{\"user\":{\"id\":1}}", "hook-secret"), AW_FORUM_OK);
    assert_int_equal(hook(k.t, "ping", "{\"ping\":\"OK\"}", "hook-secret"), AW_FORUM_OK);
    assert_int_equal(hook(k.t, "post_created", "[1", "hook-secret"), AW_FORUM_REFUSED);
    assert_int_equal(k.t->told_count, 3);
    free(destroyed);
    free(body);
    there_free(k.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poll),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_what_the_answer_says),
        cmocka_unit_test(test_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
