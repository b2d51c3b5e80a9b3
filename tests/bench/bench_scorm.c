/*
 * bench_scorm.c - a SCORM commit body to decision and statements, against only parsing it.
 *
 *   bench_scorm ROUNDS FILE...
 * Each FILE is a captured run of a real player (../shared/data/scorm/commits); its bodies
 * are taken as they were sent. In turns, round by round: each body is read, applied to its
 * attempt and its statements written; each body is parsed by jansson. (Bodies that are not
 * JSON are left out of both.)
 */
#include <jansson.h>

#include "attempt.h"
#include "bench.h"
#include "buf.h"
#include "commit.h"
#include "fs.h"

#define MOST_BODIES 400

struct body {
    const char *text;
    size_t len;
    bool begins; /* a new attempt */
};

static struct body bodies[MOST_BODIES];
static size_t body_count, body_bytes, statements;

static void collect(json_t *value, bool *begins)
{
    const char *name;
    json_t *child;
    size_t i;
    json_t *raw = json_object_get(value, "body_raw");
    if (json_is_string(raw) && json_string_length(raw) > 0 && body_count < MOST_BODIES) {
        json_t *parsed = json_loadb(json_string_value(raw), json_string_length(raw), 0, NULL);
        if (parsed) {
            bodies[body_count++] = (struct body){json_string_value(raw), json_string_length(raw), *begins};
            body_bytes += json_string_length(raw);
            *begins = false;
        }
        json_decref(parsed);
    }
    json_object_foreach(value, name, child) collect(child, begins);
    json_array_foreach(value, i, child) collect(child, begins);
}

static int emit(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct buf *out = user;
    buf_reset(out);
    statements++;
    return xapi_statement_write(out, s, err);
}

static void ours(struct scorm_commit *commit, struct buf blob[2], struct buf *line)
{
    const uuid5 site = uuid5_afterword;
    struct scorm_policy policy;
    int64_t last_ms = 0;
    scorm_policy_init(&policy);
    size_t now = 0, len = 0;
    for (size_t i = 0; i < body_count; i++) {
        struct scorm_context ctx = {.site = &site, .course = "golf", .item = "item-1",
            .course_iri = "https://learn.example.org/xapi/activities/course/golf",
            .item_iri = "https://learn.example.org/xapi/activities/sco/golf/item-1",
            .course_title = "Golf", .language = "en", .utc_offset_min = 60, .last_ms = &last_ms,
            .time_ms = 1772438400000 + (int64_t)i * 1000, .registration = uuid5_afterword,
            .actor = {.home_page = "https://learn.example.org",
                      .account_name = "b8cb701a-82e8-88c5-b2fd-c3b0c073175c"}};
        struct scorm_outcome outcome = {0};
        aw_error err = AW_ERROR_INIT;
        if (bodies[i].begins)
            len = 0;
        if (scorm_commit_read(commit, bodies[i].text, bodies[i].len, AW_UNKNOWN, &err) != AW_OK)
            continue; /* a body that is no commit: a GET's answer, an empty object */
        buf_reset(&blob[!now]);
        if (scorm_attempt_apply(len ? blob[now].data : NULL, len, commit, &ctx, &policy, emit, line,
                                &blob[!now], &outcome, &err) != AW_OK)
            bench_fail("scorm_attempt_apply", &err);
        now = !now;
        len = blob[now].len;
        scorm_outcome_free(&outcome);
    }
}

static void theirs(void)
{
    for (size_t i = 0; i < body_count; i++)
        json_decref(json_loadb(bodies[i].text, bodies[i].len, 0, NULL));
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 0;
    struct scorm_commit commit;
    struct buf blob[2] = {BUF_INIT(8u << 20), BUF_INIT(8u << 20)}, line = BUF_INIT(1u << 20);
    json_t *kept[64];
    uint32_t *a = calloc((size_t)rounds + 1, sizeof *a), *b = calloc((size_t)rounds + 1, sizeof *b);
    if (rounds < 1 || argc < 3 || argc > 66 || !a || !b) {
        fprintf(stderr, "usage: bench_scorm ROUNDS FILE...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        bool begins = true;
        kept[i - 2] = json_load_file(argv[i], 0, NULL);
        if (!kept[i - 2])
            bench_fail(argv[i], NULL);
        collect(kept[i - 2], &begins);
    }
    scorm_commit_init(&commit);
    ours(&commit, blob, &line);
    size_t each = statements;
    double seconds[2] = {0};
    for (long r = 0; r < rounds; r++) {
        uint64_t start = bench_ns();
        ours(&commit, blob, &line);
        uint64_t middle = bench_ns();
        theirs();
        uint64_t end = bench_ns();
        a[r] = (uint32_t)(middle - start);
        b[r] = (uint32_t)(end - middle);
        seconds[0] += (double)(middle - start) / 1e9;
        seconds[1] += (double)(end - middle) / 1e9;
    }
    bench_print("decide", a, (size_t)rounds, seconds[0], body_bytes);
    bench_print("jansson", b, (size_t)rounds, seconds[1], body_bytes);
    printf("{\"bodies\":%zu,\"statements\":%zu}\n", body_count, each);
    for (int i = 2; i < argc; i++)
        json_decref(kept[i - 2]);
    scorm_commit_free(&commit);
    buf_free(&blob[0]);
    buf_free(&blob[1]);
    buf_free(&line);
    free(a);
    free(b);
    return 0;
}
