/* cmd_status.c - `afterword status`: what is wrong and since when, at a glance. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static bool as_json;

static long long number(const json_t *o, const char *name)
{
    return (long long)json_integer_value(json_object_get(o, name));
}

static const char *text(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));
    return t ? t : "";
}

static void print_sinks(const json_t *sinks, const char *kind, const char *waiting)
{
    size_t i;
    json_t *sink;
    json_array_foreach(sinks, i, sink)
    {
        const json_t *report = json_object_get(sink, "report");
        printf("  %s %-12s %lld waiting, %lld dead letters%s%s\n", kind, text(sink, "name"),
               number(sink, waiting), number(sink, "dead_letters"), report ? ", " : "",
               report ? text(report, "health") : "");
    }
}

static void print_human(const json_t *s)
{
    size_t i;
    json_t *problem;
    const json_t *problems = json_object_get(s, "problems");
    printf("afterword %s on %s\n\n", text(s, "version"), text(s, "state_dir"));
    if (json_array_size(problems) == 0)
        puts("All is well.\n");
    json_array_foreach(problems, i, problem) printf("!  %s\n", json_string_value(problem));
    if (json_array_size(problems) > 0)
        puts("");
    printf("  worker       %s\n", json_is_true(json_object_get(s, "worker_running")) ? "running"
                                                                                     : "not running");
    printf("  journal      %lld events, %lld waiting, %.1f MiB\n", number(s, "journal_events"),
           number(s, "journal_pending"), (double)number(s, "journal_bytes") / 1048576.0);
    printf("  statements   %lld written\n", number(s, "statements"));
    printf("  discussions  %lld open, %lld members, %lld topics, %lld posts\n",
           number(s, "discussions"), number(s, "members"), number(s, "topics"), number(s, "posts"));
    printf("  courses      %lld, with %lld links\n", number(s, "courses"), number(s, "links"));
    if (number(s, "erasures_waiting") > 0)
        printf("  erasures     %lld waiting\n", number(s, "erasures_waiting"));
    print_sinks(json_object_get(s, "lrs"), "LRS  ", "pending");
    print_sinks(json_object_get(s, "forums"), "forum", "waiting");
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    char *json = NULL;
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = aw_query(library, "status", NULL, &json, &err);
    aw_close(library);
    if (rc != AW_OK)
        return cli_fail(&err);
    json_t *status = as_json ? NULL : json_loads(json, 0, NULL);
    if (status)
        print_human(status);
    else
        puts(json);
    json_decref(status);
    aw_free(json);
    return cli_finish();
}

static const struct cli_option options[] = {
    CLI_COMMON_OPTIONS,
    {"json", CLI_FLAG, &as_json, NULL, "as one JSON object"},
    {0},
};

const struct cli_command cli_status = {
    .name = "status",
    .summary = "what is waiting, what is wrong, and since when",
    .synopsis = "",
    .options = options,
    .run = run,
};
