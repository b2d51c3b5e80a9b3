/* commands.c - the table of all commands: add a line for a new cmd_NAME.c. */
#include "cli.h"

extern const struct cli_command cli_notify, cli_profile, cli_xapi;

const struct cli_command *const cli_commands[] = {
    &cli_notify,
    &cli_profile,
    &cli_xapi,
    NULL,
};
