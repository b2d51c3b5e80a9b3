/* cmd_notify.c - `afterword notify`: events as JSON lines into the journal. */
#include <stdio.h>

#include "cli.h"
#include "limit.h"

static bool keep_going;

static int run(const struct cli_command *self, int argc, char **argv)
{
    if (argc > 1)
        return cli_usage(self, "one file at a time");
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    struct cli_lines *lines = NULL;
    int rc = CLI_FAILURE;
    size_t number = 0, taken = 0, refused = 0, len;
    bool too_long;
    if (cli_open(&library, &err) != AW_OK) {
        cli_fail(&err);
        goto out;
    }
    lines = cli_lines_open(argc ? argv[0] : NULL, LIMIT_EVENT_JSON_BYTES, &err);
    if (!lines) {
        cli_fail(&err);
        goto out;
    }
    for (char *line; (line = cli_lines_next(lines, &len, &too_long));) {
        number++;
        if (!too_long && len == 0)
            continue;
        if (!too_long && aw_notify_json(library, line, len, &err) == AW_OK) {
            taken++;
            continue;
        }
        refused++;
        if (too_long)
            fprintf(stderr, "afterword: line %zu: longer than %u bytes\n", number,
                    LIMIT_EVENT_JSON_BYTES);
        else
            fprintf(stderr, "afterword: line %zu: %s: %s\n", number, err.where, err.text);
        if (!keep_going)
            break;
    }
    printf("%zu recorded, %zu refused\n", taken, refused);
    rc = cli_finish();
    if (refused)
        rc = CLI_FAILURE;
out:
    cli_lines_close(lines);
    aw_close(library);
    return rc;
}

static const struct cli_option options[] = {
    CLI_COMMON_OPTIONS,
    {"keep-going", CLI_FLAG, &keep_going, NULL, "go on behind a line that is refused"},
    {0},
};

const struct cli_command cli_notify = {
    .name = "notify",
    .summary = "record events, one JSON object a line",
    .synopsis = "[FILE]",
    .details =
        "Each line is an event: {\"kind\": \"course_completed\", \"learner\": \"u-42\",\n"
        "\"course\": \"fire-101\"}; its members are those of aw_event (docs/abi.md). What is\n"
        "recorded is safe on the disk. The first line that is refused ends it, unless\n"
        "--keep-going is given; what came before stays recorded.",
    .options = options,
    .run = run,
};
