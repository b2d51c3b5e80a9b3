/* cmd_profile.c - `afterword profile`: prints our xAPI profile, or checks statements against it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "error.h"
#include "fs.h"
#include "limit.h"
#include "profile.h"
#include "profile_set.h"

static const char *check_path;
static struct cli_many others;
static bool per_attempt;

static void print_fault(void *context, const char *statement, const char *subject, const char *where,
                        const char *reason)
{
    (void)context;
    printf("%s: %s: %s: %s\n", statement, subject, where, reason);
}

static int add_file(struct profile_set *set, const char *path, aw_error *err)
{
    char *text = NULL;
    size_t len = 0;
    int rc = fs_read(path, LIMIT_ANSWER_BYTES, &text, &len, err);
    if (!rc)
        rc = profile_set_add(set, text, len, per_attempt, err);
    free(text);
    return rc;
}

static int take_statements(struct profile_set *set, aw_error *err)
{
    struct cli_lines *lines = cli_lines_open(check_path, LIMIT_STATEMENT_BYTES * 2, err);
    size_t number = 0, len;
    bool too_long;
    int rc = lines ? AW_OK : err->code;
    for (char *line; !rc && (line = cli_lines_next(lines, &len, &too_long));) {
        number++;
        if (len == 0 && !too_long)
            continue;
        rc = too_long ? error_set(err, AW_ELIMIT, "line", "line %zu is longer than 2 MiB", number)
                      : profile_set_statement(set, line, len, number, err);
    }
    cli_lines_close(lines);
    return rc;
}

static int check(void)
{
    aw_error err = AW_ERROR_INIT;
    struct profile_set *set = profile_set_new();
    struct profile_counts counts = {0};
    int rc = set ? profile_set_add(set, (const char *)xapi_profile_document,
                                   xapi_profile_document_len, false, &err)
                 : error_nomem(&err, "profile");
    for (size_t i = 0; !rc && i < others.count; i++)
        rc = add_file(set, others.values[i], &err);
    if (!rc)
        rc = take_statements(set, &err);
    if (!rc)
        rc = profile_set_check(set, print_fault, NULL, &counts, &err);
    profile_set_free(set);
    if (rc)
        return cli_fail(&err);
    printf("%zu statements, %zu of them of no profile given, in %zu registrations: %zu faults\n",
           counts.statements, counts.unclaimed, counts.registrations, counts.faults);
    rc = cli_finish();
    return rc ? rc : counts.faults ? CLI_FAILURE : CLI_OK;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "the file of statements goes behind --check");
    if (others.count > 0 && !check_path)
        return cli_usage(self, "--with is for --check");
    if (check_path)
        return check();
    fwrite(xapi_profile_document, 1, xapi_profile_document_len, stdout);
    return cli_finish();
}

static const struct cli_option options[] = {
    {"check", CLI_TEXT, &check_path, "FILE", "check the statements in FILE, one a line (-: stdin)"},
    {"with", CLI_MANY, &others, "PROFILE.jsonld", "also check what says to follow this profile"},
    {"per-attempt", CLI_FLAG, &per_attempt, NULL,
     "match the patterns of --with for each attempt activity, as SCORM wants, not each registration"},
    {0},
};

const struct cli_command cli_profile = {
    .name = "profile",
    .summary = "print the xAPI profile, or check statements against it",
    .synopsis = "",
    .details =
        "Without options, prints the profile that our statements follow (xAPI Profiles 1.0).\n"
        "With --check, each statement is held against the templates of the profiles that it\n"
        "names as its category, and the statements of each registration, in the order of their\n"
        "timestamps, against the patterns. What deviates is printed, and the exit code is 1.",
    .options = options,
    .run = run,
};
