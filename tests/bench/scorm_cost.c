/*
 * scorm_cost.c - what commits cost from body to decision and statements, against jansson parsing alone.
 *
 *   scorm_cost afterword|jansson N FILE    does all bodies of FILE (one a line) N times
 *
 * Prints {"bodies", "bytes", "statements", "ns"}: ns is per pass over all bodies. Each pass
 * begins with new attempts, so that everything is told each time. Under callgrind the
 * difference between N and 2N is N passes.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "bench.h"
#include "buf.h"
#include "fs.h"

#define BODIES_MAX 1000

static const char *bodies[BODIES_MAX];
static size_t lengths[BODIES_MAX], body_count, statements;

static void split(char *text)
{
    for (char *line = text; *line && body_count < BODIES_MAX; body_count++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = 0;
        bodies[body_count] = line;
        lengths[body_count] = strlen(line);
        line = end ? end + 1 : line + strlen(line);
    }
}

static int emit(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct buf *out = user;
    buf_reset(out);
    statements++;
    return xapi_statement_write(out, s, err);
}

static void pass_afterword(struct scorm_commit *commit, struct buf *line, struct buf *blob, struct buf *next)
{
    uuid5 site = uuid5_make(&uuid5_afterword, "https://learn.example.org", UUID5_END);
    struct scorm_context ctx = {
        .site = &site, .registration = site, .course = "golf", .item = "golf_item",
        .actor = {.home_page = "https://learn.example.org",
                  .account_name = "b8cb701a-82e8-88c5-b2fd-c3b0c073175c"},
        .course_iri = "https://learn.example.org/xapi/activities/course/golf",
        .item_iri = "https://learn.example.org/xapi/activities/sco/golf/golf_item",
        .course_title = "Golf", .item_title = "Golf for beginners", .language = "en",
        .utc_offset_min = 60, .time_ms = INT64_C(1764000000000)};
    struct scorm_policy policy;
    aw_error err = AW_ERROR_INIT;
    scorm_policy_init(&policy);
    buf_reset(blob);
    for (size_t i = 0; i < body_count; i++) {
        struct scorm_outcome outcome;
        if (lengths[i] == 0) { /* an empty line: a new attempt begins */
            buf_reset(blob);
            continue;
        }
        ctx.time_ms += 1000;
        buf_reset(next);
        if (scorm_commit_read(commit, bodies[i], lengths[i], AW_UNKNOWN, &err) != AW_OK ||
            scorm_attempt_apply(blob->len ? blob->data : NULL, blob->len, commit, &ctx, &policy, emit,
                                line, next, &outcome, &err) != AW_OK)
            bench_fail("commit", &err);
        scorm_outcome_free(&outcome);
        struct buf swap = *blob;
        *blob = *next;
        *next = swap;
    }
}

static void pass_jansson(void)
{
    for (size_t i = 0; i < body_count; i++) {
        if (lengths[i] == 0)
            continue;
        json_t *tree = json_loadb(bodies[i], lengths[i], 0, NULL);
        json_decref(tree); /* params bodies are no JSON: they fail at once, and count for us */
    }
}

int main(int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    struct buf line = BUF_INIT(1u << 20), blob = BUF_INIT(1u << 24), next = BUF_INIT(1u << 24);
    struct scorm_commit commit;
    char *text = NULL;
    size_t len = 0, bytes = 0;
    if (argc != 4 || fs_read(argv[3], 1u << 26, &text, &len, &err) != AW_OK) {
        fprintf(stderr, "usage: scorm_cost afterword|jansson N FILE\n");
        return 2;
    }
    split(text);
    for (size_t i = 0; i < body_count; i++)
        bytes += lengths[i];
    int times = atoi(argv[2]);
    scorm_commit_init(&commit);
    uint64_t start = bench_ns();
    for (int i = 0; i < times; i++) {
        statements = 0;
        if (strcmp(argv[1], "jansson") == 0)
            pass_jansson();
        else
            pass_afterword(&commit, &line, &blob, &next);
    }
    double ns = (double)(bench_ns() - start) / (times ? times : 1);
    printf("{\"kind\":\"%s\",\"bodies\":%zu,\"bytes\":%zu,\"statements\":%zu,\"ns\":%.0f}\n", argv[1],
           body_count, bytes, statements, ns);
    scorm_commit_free(&commit);
    buf_free(&line);
    buf_free(&blob);
    buf_free(&next);
    free(text);
    return 0;
}
