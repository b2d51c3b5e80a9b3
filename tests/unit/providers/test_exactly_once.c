/*
 * test_exactly_once.c - thousands of random schedules against forums that misbehave.
 *
 * Each schedule has a seed, printed when it fails (AW_SEED=n runs that one alone): two
 * rooms, a few learners, a fault injector, a worker that is killed now and then, work
 * that is repeated. At any moment the fake checks that no stranger can read or write in a
 * room and that nobody is inside before there is a topic; at the end there is one
 * category and one topic per room, each learner is in the room once and was invited once,
 * and who left is out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "lend.h"
#include "provider.h"

#define ROOMS 2
#define LEARNERS 4
#define TRIES 400
#define SETTLE_MS 60000 /* the lease of a job, and the providers' own settle_ms */

static const char *const discussions[ROOMS] = {"11111111-2222-5333-8444-555555555555",
                                               "66666666-7777-5888-9999-aaaaaaaaaaaa"};
static const char *const learners[LEARNERS] = {"u-1", "u/2 mit Umlaut \xC3\xBC", "u3@example.org",
                                               "0004"};

struct forum {
    const char *name, *config;
    struct fake *(*make)(uint64_t seed);
};

struct world {
    const struct forum *forum;
    struct fake *f;
    struct lend lend;
    aw_forum_services services;
    struct provider *p;
    uint64_t seed;
    unsigned kills;
    char room[ROOMS][192], topic[ROOMS][192], user[LEARNERS][192], reply[ROOMS][192];
};

static void die(struct world *w, const char *what, const char *why)
{
    fail_msg("%s, seed %llu: %s: %s", w->forum->name, (unsigned long long)w->seed, what, why);
}

static void start_worker(struct world *w)
{
    aw_error err = AW_ERROR_INIT;
    json_t *config = json_loads(w->forum->config, 0, NULL);
    provider_close(w->p);
    w->p = NULL;
    w->lend.dead = false;
    w->lend.dies_after = w->kills > 0 ? 1 + fake_random(w->f) % 30 : 0;
    w->lend.last_arrives = fake_chance(w->f, 500);
    if (w->kills > 0)
        w->kills--;
    if (provider_open(config, NULL, &w->services, &w->p, &err) != AW_OK)
        die(w, err.where, err.text);
    json_decref(config);
}

/* As the worker does it: until it is done, a killed worker's job again after its lease. */
static void work(struct world *w, enum provider_call call, aw_forum_request *r, char ref[192])
{
    aw_forum_reply reply;
    r->struct_size = (uint32_t)sizeof *r;
    for (int i = 0; i < TRIES; i++) {
        int outcome = provider_call(w->p, call, r, &reply);
        if (w->f->violation[0])
            die(w, "violation", w->f->violation);
        if (w->lend.dead) {
            fake_advance(w->f, SETTLE_MS);
            start_worker(w);
            continue;
        }
        if (outcome == AW_FORUM_OK) {
            if (ref)
                memcpy(ref, reply.ref, 192);
            return;
        }
        if (outcome != AW_FORUM_RETRY)
            die(w, r->key ? r->key : "?", reply.reason);
        if (strstr(reply.reason, "queue") || strstr(reply.reason, "approval"))
            json_array_clear(fake_list(w->f, "queue")); /* somebody rejected it */
        fake_advance(w->f, reply.retry_after_ms > 0 ? reply.retry_after_ms : 1000);
    }
    die(w, r->key ? r->key : "?", reply.reason);
}

static char *key_of(char key[48], const char *what, int room, int learner)
{
    snprintf(key, 48, "%s-%d-%d-0123456789abcdef", what, room, learner);
    return key;
}

static void open_room(struct world *w, int n)
{
    char key[48];
    static const char *const managers[] = {"boss", NULL};
    aw_forum_request r = {.key = key_of(key, "room", n, 0), .discussion = discussions[n],
                          .course_title = "Fire safety", .room_name = "Berlin",
                          .managers = managers};
    work(w, PROVIDER_ROOM, &r, w->room[n]);
}

static void open_topic(struct world *w, int n)
{
    char key[48];
    static const char *const tags[] = {"a-tag-that-is-longer-than-fifteen", "idea", NULL};
    aw_forum_request r = {.key = key_of(key, "topic", n, 0), .discussion = discussions[n],
                          .room_ref = w->room[n], .title = "What would you change?",
                          .markdown = "Take a picture of yourself doing it.", .tags = tags};
    work(w, PROVIDER_TOPIC, &r, w->topic[n]);
}

static void reply(struct world *w, int n)
{
    char key[48];
    aw_forum_request r = {.key = key_of(key, "reply", n, 0), .room_ref = w->room[n],
                          .topic_ref = w->topic[n], .markdown = "The official answer is 42."};
    work(w, PROVIDER_POST, &r, w->reply[n]);
}

static void admit(struct world *w, int n, int who)
{
    char key[48];
    aw_forum_request r = {.key = key_of(key, "admit", n, who), .discussion = discussions[n],
                          .room_ref = w->room[n], .topic_ref = w->topic[n],
                          .learner = learners[who]};
    work(w, PROVIDER_ADMIT, &r, w->user[who]);
}

static void invite(struct world *w, int n, int who)
{
    char key[48];
    aw_forum_request r = {.key = key_of(key, "invite", n, who), .room_ref = w->room[n],
                          .learner = learners[who], .user_ref = w->user[who],
                          .title = "Your discussion is open", .markdown = "Come in.",
                          .url = "https://lms.example.org/discuss/abc"};
    work(w, PROVIDER_INVITE, &r, NULL);
}

static void let_out(struct world *w, int n, int who)
{
    char key[48];
    aw_forum_request r = {.key = key_of(key, "remove", n, who), .room_ref = w->room[n],
                          .learner = learners[who], .user_ref = w->user[who]};
    work(w, PROVIDER_REMOVE, &r, NULL);
}

/* ---- what must be there in the end ------------------------------------------------------ */

static bool is_member(struct world *w, int n, int who)
{
    if (strcmp(w->forum->name, "discourse") == 0) {
        const char *slash = strchr(w->room[n], '/');
        return fake_discourse_is_member(w->f, atoll(slash + 1), learners[who]);
    }
    const json_t *u = fake_find_i64(fake_list(w->f, "users"), "uid", atoll(w->user[who]));
    return fake_nodebb_is_member(w->f, discussions[n], fake_text(u, "username"));
}

static size_t with_marker(const json_t *list, const char *member, const char *what, int n, int who)
{
    char key[48], marker[96];
    snprintf(marker, sizeof marker, "afterword %s\"", key_of(key, what, n, who));
    size_t i, count = 0;
    const json_t *item;
    json_array_foreach(list, i, item)
        count += strstr(fake_text(item, member), marker) &&
                 !json_is_string(json_object_get(item, "deleted_at"));
    return count;
}

/* Of NodeBB a topic's posts stay when it is purged: count those of topics that are there. */
static size_t topics_of(struct world *w, int n)
{
    char key[48];
    key_of(key, "topic", n, 0);
    size_t i, count = 0;
    const json_t *t;
    json_array_foreach(fake_list(w->f, "topics"), i, t) {
        const json_t *p = fake_find_i64(fake_list(w->f, "posts"), "pid", fake_i64(t, "mainPid"));
        count += strcmp(fake_text(t, "external_id"), key) == 0 ||
                 strstr(fake_text(p, "content"), key) != NULL;
    }
    return count;
}

static size_t invitations(struct world *w, int n, int who)
{
    char key[48];
    size_t i, count = 0;
    const json_t *chat, *t;
    key_of(key, "invite", n, who);
    json_array_foreach(fake_list(w->f, "chats"), i, chat)
        count += with_marker(json_object_get(chat, "messages"), "content", "invite", n, who);
    json_array_foreach(fake_list(w->f, "topics"), i, t)
        count += strcmp(fake_text(t, "external_id"), key) == 0;
    return count;
}

static size_t users_like(struct world *w)
{
    return json_array_size(fake_list(w->f, "users"));
}

static void check_room(struct world *w, int n, const bool in[LEARNERS])
{
    bool discourse = strcmp(w->forum->name, "discourse") == 0;
    json_t *rooms = discourse ? fake_discourse_rooms(w->f, discussions[n])
                              : fake_nodebb_rooms(w->f, discussions[n]);
    if (json_array_size(rooms) != 1)
        die(w, discussions[n], "not one category");
    json_decref(rooms);
    if (topics_of(w, n) != 1)
        die(w, discussions[n], "not one topic");
    if (with_marker(fake_list(w->f, "posts"), discourse ? "raw" : "content", "reply", n, 0) != 1)
        die(w, discussions[n], "not one reply");
    for (int who = 0; who < LEARNERS; who++) {
        if (is_member(w, n, who) != in[who])
            die(w, learners[who], in[who] ? "is not in the room" : "is in the room");
        if (invitations(w, n, who) != 1)
            die(w, learners[who], "was not invited once");
    }
}

/* ---- schedules ---------------------------------------------------------------------------- */

static void run(const struct forum *forum, uint64_t seed)
{
    struct world w = {.forum = forum, .seed = seed, .f = forum->make(seed)};
    bool in[ROOMS][LEARNERS];
    w.lend.f = w.f;
    lend_services(&w.lend, &w.services);
    w.f->fault_per_mille = (unsigned)(fake_random(w.f) % 500);
    w.f->fault_budget = (unsigned)(fake_random(w.f) % 40);
    w.kills = (unsigned)(fake_random(w.f) % 4);
    start_worker(&w);
    for (int n = 0; n < ROOMS; n++) {
        open_room(&w, n);
        if (fake_chance(w.f, 200))
            open_room(&w, n);
        open_topic(&w, n);
        if (fake_chance(w.f, 300))
            open_topic(&w, n);
        for (int who = 0; who < LEARNERS; who++) {
            admit(&w, n, who);
            if (fake_chance(w.f, 200))
                admit(&w, n, who);
            invite(&w, n, who);
            if (fake_chance(w.f, 200))
                invite(&w, n, who);
            in[n][who] = true;
        }
        reply(&w, n);
        if (fake_chance(w.f, 300))
            reply(&w, n);
        int leaver = (int)(fake_random(w.f) % LEARNERS);
        let_out(&w, n, leaver);
        in[n][leaver] = false;
        if (fake_chance(w.f, 500)) { /* and comes back by their own wish */
            admit(&w, n, leaver);
            in[n][leaver] = true;
        }
    }
    fake_advance(w.f, 10 * SETTLE_MS); /* whatever was late is there now */
    for (int n = 0; n < ROOMS; n++)
        check_room(&w, n, in[n]);
    if (users_like(&w) != LEARNERS + 2) /* the bot and the manager */
        die(&w, "users", "somebody has two users, or none");
    if (w.f->violation[0])
        die(&w, "violation", w.f->violation);
    provider_close(w.p);
    fake_free(w.f);
}

static void schedules(const struct forum *forum)
{
    const char *seed = getenv("AW_SEED"), *count = getenv("AW_SCHEDULES");
    uint64_t n = count ? strtoull(count, NULL, 10) : 1000;
    if (seed) {
        run(forum, strtoull(seed, NULL, 10));
        return;
    }
    for (uint64_t s = 1; s <= n; s++)
        run(forum, s);
    printf("%s: %llu schedules\n", forum->name, (unsigned long long)n);
}

static void test_nodebb(void **state)
{
    (void)state;
    static const struct forum nodebb = {
        "nodebb",
        "{\"type\":\"nodebb\",\"url\":\"http://nodebb.test\",\"token_env\":\"FAKE_TOKEN\",\"uid\":1,"
        "\"template_cid\":2,\"settle_ms\":60000}",
        fake_nodebb_new};
    setenv("FAKE_TOKEN", "nodebb-token", 1);
    schedules(&nodebb);
}

static void test_discourse(void **state)
{
    (void)state;
    static const struct forum discourse = {
        "discourse",
        "{\"type\":\"discourse\",\"url\":\"http://discourse.test\",\"api_key_env\":\"FAKE_KEY\","
        "\"api_username\":\"afterword\",\"connect_secret_env\":\"FAKE_CONNECT\",\"settle_ms\":60000,"
        "\"calls_per_minute\":60}",
        fake_discourse_new};
    setenv("FAKE_KEY", "discourse-key", 1);
    setenv("FAKE_CONNECT", "connect-secret", 1);
    schedules(&discourse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodebb),
        cmocka_unit_test(test_discourse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
