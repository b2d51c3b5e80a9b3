/* cli.c - options, help and errors for all subcommands. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

const char *cli_config, *cli_state_dir;

/* The words that led to the command ("afterword link add"), for its help. */
static char path_words[128] = "afterword";

int cli_fail(const aw_error *err)
{
    fflush(stdout);
    fprintf(stderr, "afterword: %s%s%s\n", err->where, *err->where ? ": " : "", err->text);
    return CLI_FAILURE;
}

int cli_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CLI_OK;
    aw_error err = AW_ERROR_INIT;
    error_errno(&err, errno, "write", "standard output");
    return cli_fail(&err);
}

static void print_synopsis(FILE *to, const struct cli_command *self)
{
    fprintf(to, "usage: %s%s%s%s\n", path_words, self && self->options ? " [options]" : "",
            self && *self->synopsis ? " " : "", self ? self->synopsis : " COMMAND");
}

int cli_usage(const struct cli_command *self, const char *fmt, ...)
{
    va_list args;
    fflush(stdout);
    fputs("afterword: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    print_synopsis(stderr, self);
    fprintf(stderr, "More: %s --help\n", path_words);
    return CLI_USAGE;
}

static void print_log(void *user, int level, const char *line)
{
    (void)user;
    (void)level;
    fprintf(stderr, "%s\n", line);
}

int cli_open(aw **out, aw_error *err)
{
    aw_config_source source = {
        .struct_size = sizeof source, .path = cli_config, .state_dir = cli_state_dir};
    aw_host host = {.struct_size = sizeof host, .log = print_log};
    return aw_open(&source, &host, out, err);
}

static void print_entry(const char *left, const char *right)
{
    if (strlen(left) > 26)
        printf("  %s\n%30s%s\n", left, "", right);
    else
        printf("  %-28s%s\n", left, right);
}

static int print_help(const struct cli_command *self)
{
    printf("%s - %s\n\n", path_words, self->summary);
    print_synopsis(stdout, self);
    if (self->details)
        printf("\n%s\n", self->details);
    if (self->subcommands) {
        puts("\nCommands");
        for (const struct cli_command *c = self->subcommands; c->name; c++)
            print_entry(c->name, c->summary);
    }
    puts("\nOptions");
    for (const struct cli_option *o = self->options; o && o->name; o++) {
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        print_entry(left, o->help);
    }
    print_entry("--help", "this text");
    return cli_finish();
}

static int take_number(const struct cli_command *self, const struct cli_option *o,
                       const char *value)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (errno || *end || end == value)
        return cli_usage(self, "--%s takes a whole number, not \"%s\"", o->name, value);
    *(int64_t *)o->out = n;
    return CLI_OK;
}

static int take_many(const struct cli_command *self, const struct cli_option *o, const char *value)
{
    struct cli_many *many = o->out;
    if (many->count == sizeof many->values / sizeof *many->values)
        return cli_usage(self, "--%s is given too often", o->name);
    many->values[many->count++] = value;
    return CLI_OK;
}

static int take(const struct cli_command *self, const struct cli_option *o, const char *value)
{
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)o->out = true;
        return CLI_OK;
    case CLI_TEXT:
        *(const char **)o->out = value;
        return CLI_OK;
    case CLI_NUMBER:
        return take_number(self, o, value);
    default:
        return take_many(self, o, value);
    }
}

static const struct cli_option *find_option(const struct cli_command *self, const char *name,
                                            size_t len)
{
    for (const struct cli_option *o = self->options; o && o->name; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

/* One "--name", "--name=value" or "--name value" at argv[*i]. */
static int parse_option(const struct cli_command *self, int argc, char **argv, int *i)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct cli_option *o = find_option(self, name, len);
    if (!o)
        return cli_usage(self, "there is no option --%.*s", (int)len, name);
    if (o->kind == CLI_FLAG)
        return equals ? cli_usage(self, "--%s takes no value", o->name) : take(self, o, NULL);
    if (!equals && *i + 1 >= argc)
        return cli_usage(self, "--%s wants a value: %s", o->name, o->argument);
    return take(self, o, equals ? equals + 1 : argv[++*i]);
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int run_command(const struct cli_command *self, int argc, char **argv)
{
    char *rest[256];
    int n = 0;
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        if (only_words || strncmp(argv[i], "-", 1) != 0 || strcmp(argv[i], "-") == 0) {
            if (n == (int)(sizeof rest / sizeof *rest))
                return cli_usage(self, "too many words");
            rest[n++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (asks_for_help(argv[i])) {
            return print_help(self);
        } else if (strncmp(argv[i], "--", 2) == 0) {
            int rc = parse_option(self, argc, argv, &i);
            if (rc != CLI_OK)
                return rc;
        } else {
            return cli_usage(self, "there is no option %s", argv[i]);
        }
    }
    return self->run(self, n, rest);
}

static int dispatch(const struct cli_command *self, int argc, char **argv)
{
    size_t len = strlen(path_words);
    snprintf(path_words + len, sizeof path_words - len, " %s", self->name);
    if (!self->subcommands)
        return run_command(self, argc, argv);
    if (argc < 2)
        return cli_usage(self, "%s wants a command", self->name);
    if (asks_for_help(argv[1]))
        return print_help(self);
    for (const struct cli_command *c = self->subcommands; c->name; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return dispatch(c, argc - 1, argv + 1);
    return cli_usage(self, "there is no command \"%s %s\"", self->name, argv[1]);
}

static int print_commands(void)
{
    puts("afterword - opens the discussion when a course is completed, and tells the LRS\n\n"
         "usage: afterword COMMAND [options]\n\nCommands");
    for (const struct cli_command *const *c = cli_commands; *c; c++)
        print_entry((*c)->name, (*c)->summary);
    puts("\n`afterword COMMAND --help` tells more, `afterword --version` the version.");
    return cli_finish();
}

int main(int argc, char **argv)
{
    cli_config = getenv("AFTERWORD_CONFIG");
    cli_state_dir = getenv("AFTERWORD_STATE_DIR");
    if (argc < 2)
        return cli_usage(NULL, "no command is given");
    if (asks_for_help(argv[1]) || strcmp(argv[1], "help") == 0)
        return print_commands();
    if (strcmp(argv[1], "--version") == 0) {
        printf("afterword %s\n", aw_version());
        return cli_finish();
    }
    for (const struct cli_command *const *c = cli_commands; *c; c++)
        if (strcmp((*c)->name, argv[1]) == 0)
            return dispatch(*c, argc - 1, argv + 1);
    return cli_usage(NULL, "there is no command \"%s\"", argv[1]);
}
