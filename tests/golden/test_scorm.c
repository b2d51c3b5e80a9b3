/*
 * test_scorm.c - commits in, statements out: tests/golden/scorm/NAME/{input,expected}.jsonl.
 *
 * A line of input is a body, sent ten seconds after the one before. AW_GOLDEN_WRITE=1
 * writes what comes as what is expected: then read the difference. All statements
 * of these and of the captured commits are also left for the judges.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "unit/scorm/scorm_help.h"

static void path_of(char out[4096], const char *name, const char *file)
{
    const char *source = getenv("AW_SOURCE");
    snprintf(out, 4096, "%s/tests/golden/scorm/%s/%s", source ? source : ".", name, file);
}

static void statements_text(const struct player *p, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(p->statements); i++) {
        char *line = json_dumps(json_array_get(p->statements, i), JSON_COMPACT | JSON_REAL_PRECISION(12));
        buf_puts(out, line);
        buf_putc(out, '\n');
        free(line);
    }
}

/* For tests/integration/xapi-judges: a file for each world. */
static void leave(const char *name, const struct buf *text)
{
    const char *build = getenv("AW_BUILD");
    char path[4096];
    if (!build || text->len == 0)
        return;
    snprintf(path, sizeof path, "%s/emitted", build);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/emitted/scorm-%s.jsonl", build, name);
    assert_int_equal(fs_write_atomic(path, text->data, text->len, 0644, NULL), AW_OK);
}

static void check(const char *name)
{
    char input_path[4096], expected_path[4096], *input, *expected, *save;
    size_t len, expected_len;
    struct player p;
    struct buf got = BUF_INIT(1u << 24);
    path_of(input_path, name, "input.jsonl");
    path_of(expected_path, name, "expected.jsonl");
    assert_int_equal(fs_read(input_path, 1u << 24, &input, &len, NULL), AW_OK);
    player_open(&p);
    for (char *line = strtok_r(input, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        player_send(&p, line);
    statements_are_sound(&p);
    statements_text(&p, &got);
    leave(name, &got);
    if (getenv("AW_GOLDEN_WRITE"))
        assert_int_equal(fs_write_atomic(expected_path, got.data, got.len, 0644, NULL), AW_OK);
    if (fs_read(expected_path, 1u << 24, &expected, &expected_len, NULL) != AW_OK)
        fail_msg("%s is missing", expected_path);
    if (expected_len != got.len || memcmp(expected, got.data, got.len) != 0) {
        size_t at = 0;
        while (at < got.len && at < expected_len && got.data[at] == expected[at])
            at++;
        fail_msg("%s differs at byte %zu: ...%.200s", name, at, got.data + (at > 80 ? at - 80 : 0));
    }
    free(expected);
    free(input);
    buf_free(&got);
    player_close(&p);
}

static void test_folders(void **state)
{
    (void)state;
    char folder[4096];
    size_t count = 0;
    path_of(folder, "", "");
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            check(e->d_name);
            count++;
        }
    closedir(d);
    assert_true(count >= 6);
}

/* ---- the captured commits: what must come of each ------------------------------------- */

static const struct {
    const char *name, *verbs;
} captured[] = {
    {"golf12-close-browser", "initialized suspended"},
    {"golf12-fail", "initialized scored failed terminated"},
    {"golf12-pass", "initialized scored passed completed terminated"},
    {"golf2004-pass", "initialized scored passed completed terminated"},
    {"s12-common-fields", "initialized responded scored passed completed terminated"},
    {"s12-errors", "initialized terminated"},
    {"s12-golf-basic-json", "initialized scored passed completed terminated"},
    {"s12-mastery-override", "initialized scored failed terminated"},
    {"s12-no-status-set", "initialized terminated"},
    {"s12-params", "initialized suspended"},
    {"s2004-async-fetch", "initialized passed completed terminated"},
    {"s2004-basic-json", "initialized progressed progressed scored passed completed terminated"},
    {"s2004-common-fields", "initialized progressed scored failed completed terminated"},
    {"s2004-errors", "initialized terminated"},
    {"s2004-http500", "initialized terminated"},
    {"s2004-interactions-flattened",
     "initialized responded responded responded responded responded responded responded responded "
     "responded responded commented scored progressed passed completed scored failed terminated"},
    {"s2004-interactions-json",
     "initialized responded responded responded responded responded responded responded responded "
     "responded responded terminated"},
    {"s2004-lms-error", "initialized completed terminated"},
    {"s2004-params", "initialized suspended"},
};

static void replay(const char *name, const char *verbs)
{
    char file[200];
    struct player p;
    struct buf got = BUF_INIT(1u << 24);
    snprintf(file, sizeof file, "commits/%s.json", name);
    json_t *scenario = shared_json(file);
    const json_t *sessions = at(scenario, "sessions");
    player_open(&p);
    for (size_t s = 0; s < (sessions ? json_array_size(sessions) : 1); s++) {
        const json_t *commits = at(sessions ? json_array_get(sessions, s) : scenario, "commits");
        for (size_t k = 0; k < json_array_size(commits); k++) {
            player_send(&p, text_at(json_array_get(commits, k), "body_raw"));
            /* A retry of the player, the same bytes: nothing happens. */
            size_t before = json_array_size(p.statements);
            player_send(&p, text_at(json_array_get(commits, k), "body_raw"));
            assert_false(p.outcome.applied);
            assert_int_equal(before, json_array_size(p.statements));
        }
    }
    verbs_are(&p, 0, verbs);
    statements_are_sound(&p);
    statements_text(&p, &got);
    leave(name, &got);
    buf_free(&got);
    player_close(&p);
    json_decref(scenario);
}

static void test_captured_commits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof captured / sizeof captured[0]; i++)
        replay(captured[i].name, captured[i].verbs);
}

/* Each as it was posted, and again in another shape: the same statements. */
static void test_shapes_do_not_matter(void **state)
{
    (void)state;
    static const char *const bodies[2][3] = {
        {"{\"cmi\":{\"core\":{\"lesson_status\":\"passed\",\"exit\":\"\",\"session_time\":\"00:00:09\","
         "\"total_time\":\"00:00:09\",\"score\":{\"raw\":\"90\"}},\"student_data\":{\"mastery_score\":\"80\"}}}",
         "{\"cmi.core.lesson_status\":\"passed\",\"cmi.core.exit\":\"\",\"cmi.core.session_time\":\"00:00:09\","
         "\"cmi.core.total_time\":\"00:00:09\",\"cmi.core.score.raw\":\"90\",\"cmi.student_data.mastery_score\":\"80\"}",
         "cmi.core.lesson_status=passed&cmi.core.exit=&cmi.core.session_time=00:00:09&cmi.core.total_time=00:00:09"
         "&cmi.core.score.raw=90&cmi.student_data.mastery_score=80"},
        {"{\"cmi\":{\"completion_status\":\"completed\",\"session_time\":\"PT9S\",\"total_time\":\"PT9S\","
         "\"interactions\":{\"0\":{\"id\":\"q\",\"type\":\"choice\",\"learner_response\":\"a\",\"result\":\"correct\"}}}}",
         "{\"cmi.completion_status\":\"completed\",\"cmi.session_time\":\"PT9S\",\"cmi.total_time\":\"PT9S\","
         "\"cmi.interactions.0.id\":\"q\",\"cmi.interactions.0.type\":\"choice\","
         "\"cmi.interactions.0.learner_response\":\"a\",\"cmi.interactions.0.result\":\"correct\"}",
         "cmi.completion_status=completed&cmi.session_time=PT9S&cmi.total_time=PT9S&cmi.interactions.0.id=q&"
         "cmi.interactions.0.type=choice&cmi.interactions.0.learner_response=a&cmi.interactions.0.result=correct"}};
    for (int v = 0; v < 2; v++) {
        json_t *first = NULL;
        for (int shape = 0; shape < 3; shape++) {
            struct player p;
            player_open(&p);
            player_send(&p, bodies[v][shape]);
            assert_int_equal(p.commit.shape, shape);
            if (first)
                assert_true(json_equal(first, p.statements));
            json_decref(first);
            first = json_incref(p.statements);
            player_close(&p);
        }
        assert_true(json_array_size(first) >= 4);
        json_decref(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_captured_commits),
        cmocka_unit_test(test_shapes_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
