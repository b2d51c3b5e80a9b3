/* cmd_scorm.c - `afterword scorm`: what Afterword makes of packages, values, statuses and commits. */
#include "cmd_scorm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "limit.h"
#include "package.h"

int cmd_scorm_rows(const struct cli_command *self, int argc, char **argv,
                   int (*row)(void *user, const json_t *object, struct buf *answer, aw_error *err),
                   void *user)
{
    if (argc > 1)
        return cli_usage(self, "one file at a time");
    aw_error err = AW_ERROR_INIT;
    struct buf answer = BUF_INIT(LIMIT_EVENT_JSON_BYTES);
    struct cli_lines *lines = cli_lines_open(argc ? argv[0] : NULL, LIMIT_EVENT_JSON_BYTES, &err);
    if (!lines)
        return cli_fail(&err);
    size_t number = 0, len;
    bool too_long, failed = false;
    for (char *line; (line = cli_lines_next(lines, &len, &too_long));) {
        json_t *object = NULL;
        number++;
        if (!too_long && len == 0)
            continue;
        buf_reset(&answer);
        int rc = too_long ? AW_ELIMIT : json_read(line, len, LIMIT_EVENT_JSON_BYTES, "line", &object, &err);
        if (rc == AW_OK)
            rc = json_want_object(object, "line", &err);
        if (rc == AW_OK)
            rc = row(user, object, &answer, &err);
        json_decref(object);
        if (rc == AW_OK && answer.error == AW_OK) {
            fwrite(answer.data, 1, answer.len, stdout);
            putchar('\n');
            continue;
        }
        failed = true;
        fprintf(stderr, "afterword: line %zu: %s: %s\n", number, too_long ? "line" : err.where,
                too_long ? "too long" : err.text);
        puts("{\"error\":\"see standard error\"}"); /* so that answers stay in step with lines */
    }
    buf_free(&answer);
    cli_lines_close(lines);
    int rc = cli_finish();
    return failed ? CLI_FAILURE : rc;
}

int cmd_scorm_inspect(const struct cli_command *self, int argc, char **argv)
{
    if (argc != 1)
        return cli_usage(self, "name one package or manifest");
    aw_error err = AW_ERROR_INIT;
    struct scorm_course *course = NULL;
    char *json = NULL;
    int rc = scorm_course_open(argv[0], &course, &err);
    if (rc == AW_OK)
        rc = scorm_inspect_json(course, &json, &err);
    if (rc != AW_OK)
        json = scorm_inspect_error_json(&err);
    puts(json ? json : "{\"error\":\"out of memory\"}");
    free(json);
    scorm_course_free(course);
    int finished = cli_finish();
    return rc == AW_OK ? finished : CLI_FAILURE;
}

static const struct cli_command subcommands[] = {
    {
        .name = "inspect",
        .summary = "what a package or manifest holds, as JSON",
        .synopsis = "PACKAGE.zip|imsmanifest.xml",
        .details = "Prints {\"version\", \"edition\", \"organization\", \"title\", \"items\", \"warnings\"}, or\n"
                   "{\"error\"} and exit code 1 where there is no item that could be played.",
        .run = cmd_scorm_inspect,
    },
    {
        .name = "values",
        .summary = "judge values of the CMI data model, one JSON object a line",
        .synopsis = "[FILE]",
        .details =
            "Each line is {\"kind\", \"value\"}; kind is duration, durationadd (with \"b\"), timespan,\n"
            "datetime, time, result, real, realLO..HI (real0..1), lang or uri4000. The answer is\n"
            "{\"ok\"} by the strict rule, and \"normalized\" where the value can be understood.",
        .run = cmd_scorm_values,
    },
    {
        .name = "decide",
        .summary = "decide completion and success, one JSON object a line",
        .synopsis = "[FILE]",
        .details =
            "A line with \"set\", \"raw\", \"mastery\" is SCORM 1.2, one with \"comp\", \"prog\", \"thr\",\n"
            "\"succ\", \"scaled\", \"pass\" is SCORM 2004; \"credit\" and \"mode\" belong to both, and so do\n"
            "\"exit\", \"nav\" (a navigation request) and \"terminated\" (true unless given). Other\n"
            "members are ignored. The answer is {\"completion\", \"success\", \"because\"}.",
        .options = cmd_scorm_decide_options,
        .run = cmd_scorm_decide,
    },
    {
        .name = "convert",
        .summary = "turn commit bodies, one a line, into xAPI statements, one a line",
        .synopsis = "--course IRI --learner ID --registration UUID [FILE]",
        .details =
            "A line is a body as the player sent it (json, flattened or params, wrapped or not), or a\n"
            "JSON string that holds one. The same input gives the same bytes: bodies carry no time\n"
            "of their own, so the first one is dated --time and the next ones by what they say.",
        .options = cmd_scorm_convert_options,
        .run = cmd_scorm_convert,
    },
    {0},
};

const struct cli_command cli_scorm = {
    .name = "scorm",
    .summary = "look into SCORM packages, values, decisions and commits",
    .synopsis = "",
    .subcommands = subcommands,
};
