/* commands.c - the table of all commands: add a line for a new cmd_NAME.c. */
#include "cli.h"

extern const struct cli_command cli_check;
extern const struct cli_command cli_course;
extern const struct cli_command cli_dead;
extern const struct cli_command cli_erase;
extern const struct cli_command cli_ideas;
extern const struct cli_command cli_link;
extern const struct cli_command cli_lrs;
extern const struct cli_command cli_notify;
extern const struct cli_command cli_profile;
extern const struct cli_command cli_reconcile;
extern const struct cli_command cli_scorm;
extern const struct cli_command cli_status;
extern const struct cli_command cli_worker;
extern const struct cli_command cli_xapi;

const struct cli_command *const cli_commands[] = {
    &cli_worker,
    &cli_notify,
    &cli_status,
    &cli_check,
    &cli_dead,
    &cli_lrs,
    &cli_reconcile,
    &cli_erase,
    &cli_link,
    &cli_ideas,
    &cli_course,
    &cli_scorm,
    &cli_xapi,
    &cli_profile,
    NULL,
};
