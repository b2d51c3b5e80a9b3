/*
 * cmd_ideas.c - `afterword ideas`: what learners proposed, and what became of it.
 *
 * A decision is an event like any other: it is safe when the command returns, and the worker
 * posts it back into the topic and tells the author.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool as_json;
static const char *course, *state, *reason, *by, *provider;

static const char *text(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));
    return t ? t : "";
}

static int load(aw *library, json_t **out, aw_error *err)
{
    char *json = NULL;
    json_t *args = json_object();
    if (course)
        json_object_set_new(args, "course", json_string(course));
    if (state)
        json_object_set_new(args, "state", json_string(state));
    char *wanted = json_dumps(args, JSON_COMPACT);
    int rc = aw_query(library, "ideas", wanted, &json, err);
    if (rc == AW_OK)
        *out = json_loads(json, 0, NULL);
    free(wanted);
    json_decref(args);
    aw_free(json);
    return rc;
}

/* ---- list ------------------------------------------------------------------------------ */

static bool is_state(const char *name)
{
    return strcmp(name, "raised") == 0 || strcmp(name, "recognised") == 0 ||
           strcmp(name, "implemented") == 0 || strcmp(name, "declined") == 0;
}

static void print_ideas(const json_t *ideas)
{
    size_t i;
    const json_t *idea;
    if (json_array_size(ideas) == 0)
        puts(course || state ? "There are no such ideas." : "There are no ideas yet.");
    json_array_foreach(ideas, i, idea)
    {
        printf("%s  %-11s  %lld votes  %lld replies  %s  %s\n", text(idea, "topic"), text(idea, "idea"),
               (long long)json_integer_value(json_object_get(idea, "votes")),
               (long long)json_integer_value(json_object_get(idea, "replies")), text(idea, "course"),
               text(idea, "title"));
        if (*text(idea, "idea_reason"))
            printf("    %s\n", text(idea, "idea_reason"));
    }
}

static int run_list(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    json_t *ideas = NULL;
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    if (state && !is_state(state))
        return cli_usage(self, "--state is raised, recognised, implemented or declined");
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = load(library, &ideas, &err);
    aw_close(library);
    if (rc != AW_OK)
        return cli_fail(&err);
    if (as_json) {
        json_dumpf(ideas, stdout, JSON_INDENT(1));
        puts("");
    } else {
        print_ideas(ideas);
    }
    json_decref(ideas);
    return cli_finish();
}

/* ---- recognise, implement, decline ---------------------------------------------------------- */

static const struct {
    const char *command, *done;
    uint32_t kind;
} decisions[] = {
    {"recognise", "recognised", AW_EVENT_IDEA_RECOGNISED},
    {"implement", "implemented", AW_EVENT_IDEA_IMPLEMENTED},
    {"decline", "declined", AW_EVENT_IDEA_DECLINED},
};

/* The idea of this topic; two forums may have a topic of the same id. */
static const json_t *find(const json_t *ideas, const char *topic, size_t *count)
{
    size_t i;
    const json_t *idea, *found = NULL;
    *count = 0;
    json_array_foreach(ideas, i, idea)
    {
        if (strcmp(text(idea, "topic"), topic) != 0 ||
            (provider && strcmp(text(idea, "provider"), provider) != 0))
            continue;
        found = idea;
        ++*count;
    }
    return found;
}

static int decide(aw *library, const json_t *idea, uint32_t kind, aw_error *err)
{
    aw_event e = AW_EVENT_INIT;
    e.kind = kind;
    e.provider = text(idea, "provider");
    e.topic = text(idea, "topic");
    e.discussion = text(idea, "discussion");
    e.course = text(idea, "course");
    /* Who decides; where nobody is named it is the house, and never whoever raised the idea. */
    e.forum_user = "administrator";
    e.by = by;
    e.reason = reason;
    return aw_notify(library, &e, err);
}

static int run_decide(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    json_t *ideas = NULL;
    size_t which = 0, count = 0;
    while (strcmp(decisions[which].command, self->name) != 0)
        which++;
    if (argc != 1)
        return cli_usage(self, "name one topic; `afterword ideas list` shows them");
    if (decisions[which].kind == AW_EVENT_IDEA_DECLINED && (!reason || !*reason))
        return cli_usage(self, "say why with --reason: people see that they are heard");
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = load(library, &ideas, &err);
    const json_t *idea = rc == AW_OK ? find(ideas, argv[0], &count) : NULL;
    if (rc == AW_OK && count == 1)
        rc = decide(library, idea, decisions[which].kind, &err);
    aw_close(library);
    if (rc != AW_OK)
        (void)cli_fail(&err);
    else if (count == 1)
        printf("\"%s\" is %s.\n", text(idea, "title"), decisions[which].done);
    else
        fprintf(stderr, count ? "afterword: %s: several forums have it; name one with --provider\n"
                              : "afterword: %s: is not the topic of an idea; see `afterword ideas list`\n",
                argv[0]);
    json_decref(ideas);
    return rc != AW_OK || count != 1 ? CLI_FAILURE : cli_finish();
}

static const struct cli_option list_options[] = {
    {"course", CLI_TEXT, &course, "ID", "of this course only"},
    {"state", CLI_TEXT, &state, "STATE", "raised, recognised, implemented or declined"},
    {"json", CLI_FLAG, &as_json, NULL, "as a JSON array"},
    CLI_COMMON_OPTIONS,
    {0},
};

static const struct cli_option decide_options[] = {
    {"reason", CLI_TEXT, &reason, "TEXT", "in words; it is posted in the topic"},
    {"by", CLI_TEXT, &by, "LEARNER", "who decided: an expert or manager of the link"},
    {"provider", CLI_TEXT, &provider, "NAME", "the forum, where two have a topic of this id"},
    CLI_COMMON_OPTIONS,
    {0},
};

static const struct cli_command subcommands[] = {
    {.name = "list", .summary = "what was proposed, and what became of it", .synopsis = "",
     .options = list_options, .run = run_list},
    {.name = "recognise", .summary = "it is worth pursuing", .synopsis = "TOPIC",
     .options = decide_options, .run = run_decide},
    {.name = "implement", .summary = "it has been put into practice", .synopsis = "TOPIC",
     .options = decide_options, .run = run_decide},
    {.name = "decline", .summary = "it will not be pursued, and why", .synopsis = "TOPIC",
     .options = decide_options, .run = run_decide},
    {0},
};

const struct cli_command cli_ideas = {
    .name = "ideas",
    .summary = "what learners proposed: recognise, implement or decline it",
    .synopsis = "COMMAND",
    .subcommands = subcommands,
};
