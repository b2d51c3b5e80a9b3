/*
 * cli.h - what the subcommands of `afterword` share.
 *
 * One file per subcommand, cmd_NAME.c, exports one `const struct cli_command`
 * listed in commands.c. Options are a table: the parser and --help read it.
 * Exit codes: 0 done, 1 failure, 2 usage. Output goes to stdout, errors to
 * stderr as "afterword: WHERE: what is wrong; what to do".
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLI_OK 0
#define CLI_FAILURE 1
#define CLI_USAGE 2

struct cli_option;

struct cli_command {
    const char *name;     /* "link" or, in a table of subcommands, "add" */
    const char *summary;  /* one line for the list */
    const char *synopsis; /* what follows the name: "PACKAGE.zip", "[FILE]"; "" for nothing */
    const char *details;  /* paragraphs for --help, or NULL */
    const struct cli_command *subcommands; /* NULL, or ended by an entry without name */
    const struct cli_option *options;      /* NULL, or ended by an entry without name */
    int (*run)(const struct cli_command *self, int argc, char **argv); /* argv: what is no option */
};

enum cli_kind { CLI_FLAG, CLI_TEXT, CLI_NUMBER, CLI_MANY };

struct cli_many { /* an option that may be given again and again */
    const char *values[64];
    size_t count;
};

struct cli_option {
    const char *name; /* without the dashes */
    enum cli_kind kind;
    void *out;            /* bool *, const char **, int64_t *, struct cli_many * */
    const char *argument; /* for the help: "FILE"; NULL for flags */
    const char *help;
};

/* The options that every command which touches the state directory has. Their
 * defaults come from AFTERWORD_CONFIG and AFTERWORD_STATE_DIR. */
extern const char *cli_config, *cli_state_dir;
#define CLI_COMMON_OPTIONS                                                                         \
    {"config", CLI_TEXT, &cli_config, "FILE", "the configuration (or AFTERWORD_CONFIG)"},          \
    {"state-dir", CLI_TEXT, &cli_state_dir, "DIR", "the state directory (or AFTERWORD_STATE_DIR)"}

/* The table of all commands, ended by NULL (commands.c). */
extern const struct cli_command *const cli_commands[];

/* Prints the error and gives CLI_FAILURE. */
int cli_fail(const aw_error *err);
/* Prints what is wrong with the call and how it goes; gives CLI_USAGE. */
int cli_usage(const struct cli_command *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Opens the library as the common options say, with logging to stderr. */
int cli_open(aw **out, aw_error *err);

/* Lines of a file (NULL or "-": standard input) without their ends. A line over
 * the limit sets *too_long and is skipped. The line is valid until the next. */
struct cli_lines;
struct cli_lines *cli_lines_open(const char *path, size_t max_bytes, aw_error *err);
char *cli_lines_next(struct cli_lines *lines, size_t *out_len, bool *too_long);
void cli_lines_close(struct cli_lines *lines);

/* Flushes stdout; a broken pipe or a full disk is a failure. */
int cli_finish(void);

#endif
