/* cmd_erase.c - `afterword erase`: a learner asks to be forgotten. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "erase.h"

static bool as_json, anyway, sure;
static volatile int stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static long long number(const json_t *o, const char *name)
{
    return (long long)json_integer_value(json_object_get(o, name));
}

static void print(const json_t *report)
{
    size_t i;
    json_t *row;
    const json_t *local = json_object_get(report, "local");
    json_array_foreach(json_object_get(report, "lrs"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        if (strcmp(json_string_value(json_object_get(row, "how")), "erased") == 0)
            printf("LRS %s was told to erase the learner.\n", name);
        else
            printf("LRS %s: %lld statements were voided.\n", name, number(row, "statements"));
    }
    printf("Here: %lld rows, %lld dead letters and %lld files were removed.\n", number(local, "rows"),
           number(local, "dead_letters"), number(local, "files"));
    if (json_array_size(json_object_get(report, "remains")) > 0)
        puts("\nWhat remains:");
    json_array_foreach(json_object_get(report, "remains"), i, row)
        printf("- %s\n", json_string_value(row));
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    json_t *report = NULL;
    const struct erase_options options = {.anyway = anyway, .stop = &stop};
    if (argc != 1)
        return cli_usage(self, "name one learner, by the LMS's id");
    if (!sure)
        return cli_usage(self, "this cannot be undone: say --yes");
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_signal}, NULL);
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = erase_learner(library, argv[0], &options, &report, &err);
    if (rc == AW_OK && as_json) {
        json_dumpf(report, stdout, JSON_INDENT(1));
        puts("");
    } else if (rc == AW_OK) {
        print(report);
    }
    json_decref(report);
    aw_close(library);
    return rc == AW_OK ? cli_finish() : cli_fail(&err);
}

static const struct cli_option command_options[] = {
    CLI_COMMON_OPTIONS,
    {"yes", CLI_FLAG, &sure, NULL, "it cannot be undone"},
    {"anyway", CLI_FLAG, &anyway, NULL, "also while statements wait for an LRS"},
    {"json", CLI_FLAG, &as_json, NULL, "the report as JSON"},
    {0},
};

const struct cli_command cli_erase = {
    .name = "erase",
    .summary = "forget a learner, here and at the LRSs",
    .synopsis = "LEARNER",
    .details = "Hands the erasure to each LRS that has \"erase\" in the configuration; at the others it\n"
               "voids every statement about the learner. Then it removes all that is kept here: person,\n"
               "enrolments, attempts, memberships, texts of posts, files, dead letters. What remains where,\n"
               "and until when, is listed. If an LRS fails, nothing here is removed: call it again.",
    .options = command_options,
    .run = run,
};
