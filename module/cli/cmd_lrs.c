/* cmd_lrs.c - `afterword lrs`: the LRSs of the configuration, and filling one again. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "timestamp.h"
#include "told.h"

static const char *since_text;
static volatile int stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int run_list(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    char *json = NULL;
    size_t i;
    json_t *status, *lrs;
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = aw_query(library, "status", NULL, &json, &err);
    if (rc != AW_OK) {
        aw_close(library);
        return cli_fail(&err);
    }
    status = json_loads(json, 0, NULL);
    json_array_foreach(library->config.lrs, i, lrs)
    {
        const char *name = json_string_value(json_object_get(lrs, "name")),
                   *endpoint = json_string_value(json_object_get(lrs, "endpoint"));
        json_t *row = json_array_get(json_object_get(status, "lrs"), i);
        json_t *report = json_object_get(row, "report");
        const char *health = json_string_value(json_object_get(report, "health")),
                   *alert = json_string_value(json_object_get(report, "alert_text"));
        printf("%-16s %-10s %lld waiting  %s%s%s\n", name ? name : "?", health ? health : "unknown",
               (long long)json_integer_value(json_object_get(row, "pending")),
               endpoint ? endpoint : "?", alert && *alert ? "\n    " : "", alert ? alert : "");
    }
    json_decref(status);
    aw_free(json);
    aw_close(library);
    return cli_finish();
}

static int send_one(void *context, const struct record *r, int64_t timestamp_ms, aw_error *err)
{
    (void)timestamp_ms;
    return told_send(context, r, err);
}

static int run_replay(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    struct told *told = NULL;
    struct told_counts counts = {0, 0};
    int64_t since_ms = 0;
    if (argc > 1)
        return cli_usage(self, "name one LRS");
    if (since_text && !timestamp_parse(since_text, strlen(since_text), &since_ms, NULL))
        return cli_usage(self, "--since wants a time such as 2026-03-02T08:00:00Z");
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_signal}, NULL);
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = told_open(library, argc ? argv[0] : NULL, &stop, &told, &err);
    if (rc == AW_OK)
        rc = told_each(told, TOLD_WRITTEN, since_ms, send_one, told, &err);
    if (rc == AW_OK)
        rc = told_flush(told, &err);
    if (told)
        told_counts(told, &counts);
    printf("%llu statements sent, %llu set aside as dead letters\n", (unsigned long long)counts.sent,
           (unsigned long long)counts.dead);
    told_close(told);
    aw_close(library);
    if (rc != AW_OK)
        return cli_fail(&err);
    return cli_finish();
}

static const struct cli_option list_options[] = {CLI_COMMON_OPTIONS, {0}};
static const struct cli_option replay_options[] = {
    CLI_COMMON_OPTIONS,
    {"since", CLI_TEXT, &since_text, "TIME", "only what happened then or later (RFC 3339)"},
    {0},
};

static const struct cli_command subcommands[] = {
    {.name = "list", .summary = "each, how it goes and what waits for it", .synopsis = "",
     .options = list_options, .run = run_list},
    {.name = "replay", .summary = "send what the statement log still has, once more",
     .synopsis = "[NAME]",
     .details = "Fills a new LRS, or one that lost data. Statements keep their ids and bytes, so that\n"
                "an LRS which has them takes no second copy. The LRS's filter, rate and batch apply.\n"
                "How far back it reaches is \"journal.retention_days\". May run beside the worker.",
     .options = replay_options, .run = run_replay},
    {0},
};

const struct cli_command cli_lrs = {
    .name = "lrs",
    .summary = "the LRSs, and filling one again",
    .synopsis = "COMMAND",
    .subcommands = subcommands,
};
