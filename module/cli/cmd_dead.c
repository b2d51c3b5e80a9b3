/* cmd_dead.c - `afterword dead`: dead letters with their reasons; retry or drop them. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool as_json, all;
static int64_t limit = 100;

static int load(json_t **out, aw_error *err)
{
    aw *library = NULL;
    char *json = NULL, args[64];
    snprintf(args, sizeof args, "{\"limit\":%lld}", (long long)limit);
    int rc = cli_open(&library, err);
    if (rc == AW_OK)
        rc = aw_query(library, "dead", args, &json, err);
    aw_close(library);
    if (rc == AW_OK)
        *out = json_loads(json, 0, NULL);
    aw_free(json);
    return rc;
}

static const char *text(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));
    return t ? t : "";
}

static int run_list(const struct cli_command *self, int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    aw_error err = AW_ERROR_INIT;
    json_t *letters = NULL, *d;
    size_t i;
    if (load(&letters, &err) != AW_OK)
        return cli_fail(&err);
    if (as_json) {
        json_dumpf(letters, stdout, JSON_INDENT(1));
        puts("");
    } else if (json_array_size(letters) == 0) {
        puts("There are no dead letters.");
    }
    json_array_foreach(letters, i, d)
    {
        if (!as_json)
            printf("%lld  %s  %s  %s  %s%s\n    %s\n",
                   (long long)json_integer_value(json_object_get(d, "id")), text(d, "at"),
                   text(d, "sink"), text(d, "code"), text(d, "subject"),
                   json_is_true(json_object_get(d, "to_be_retried")) ? "  (to be tried again)" : "",
                   text(d, "reason"));
    }
    json_decref(letters);
    return cli_finish();
}

static int run_show(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    json_t *letters = NULL, *d;
    size_t i;
    bool found = false;
    if (argc != 1)
        return cli_usage(self, "name one dead letter");
    limit = 10000;
    if (load(&letters, &err) != AW_OK)
        return cli_fail(&err);
    json_array_foreach(letters, i, d)
    {
        if (json_integer_value(json_object_get(d, "id")) != strtoll(argv[0], NULL, 10))
            continue;
        json_dumpf(d, stdout, JSON_INDENT(2));
        puts("");
        found = true;
    }
    json_decref(letters);
    if (!found) {
        fprintf(stderr, "afterword: there is no dead letter %s\n", argv[0]);
        return CLI_FAILURE;
    }
    return cli_finish();
}

static int act_on(aw *library, const char *action, const char *id)
{
    aw_error err = AW_ERROR_INIT;
    if (aw_dead_letter(library, action, id, &err) != AW_OK)
        return cli_fail(&err);
    printf("%s: %s\n", id, strcmp(action, "retry") == 0 ? "will be tried again" : "dropped");
    return CLI_OK;
}

/* retry and drop: the ids that are named, or all of them. */
static int run_act(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    json_t *letters = NULL, *d;
    size_t k;
    int rc = CLI_OK;
    if ((argc == 0) != all)
        return cli_usage(self, "name dead letters, or say --all");
    limit = 10000;
    if (all && load(&letters, &err) != AW_OK)
        return cli_fail(&err);
    if (cli_open(&library, &err) != AW_OK) {
        json_decref(letters);
        return cli_fail(&err);
    }
    for (int i = 0; i < argc; i++)
        rc |= act_on(library, self->name, argv[i]);
    json_array_foreach(letters, k, d)
    {
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)json_integer_value(json_object_get(d, "id")));
        rc |= act_on(library, self->name, id);
    }
    json_decref(letters);
    aw_close(library);
    return rc ? CLI_FAILURE : cli_finish();
}

static const struct cli_option list_options[] = {
    CLI_COMMON_OPTIONS,
    {"json", CLI_FLAG, &as_json, NULL, "as a JSON array, with what could not be delivered"},
    {"limit", CLI_NUMBER, &limit, "N", "at most so many, the newest first (100)"},
    {0},
};
static const struct cli_option show_options[] = {CLI_COMMON_OPTIONS, {0}};
static const struct cli_option act_options[] = {
    CLI_COMMON_OPTIONS,
    {"all", CLI_FLAG, &all, NULL, "all of them"},
    {0},
};

static const struct cli_command subcommands[] = {
    {.name = "list", .summary = "each with its reason", .synopsis = "", .options = list_options,
     .run = run_list},
    {.name = "show", .summary = "one, whole", .synopsis = "NUMBER", .options = show_options,
     .run = run_show},
    {.name = "retry", .summary = "try again", .synopsis = "NUMBER...", .options = act_options,
     .run = run_act},
    {.name = "drop", .summary = "forget for good", .synopsis = "NUMBER...", .options = act_options,
     .run = run_act},
    {0},
};

const struct cli_command cli_dead = {
    .name = "dead",
    .summary = "what could not be delivered, why, and once more",
    .synopsis = "COMMAND",
    .subcommands = subcommands,
};
