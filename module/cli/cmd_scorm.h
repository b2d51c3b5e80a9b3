/* cmd_scorm.h - the subcommands of `afterword scorm`, one file each. */
#ifndef CLI_CMD_SCORM_H
#define CLI_CMD_SCORM_H

#include <jansson.h>

#include "cli.h"

struct buf;

/* One JSON object a line, each handled by `row`, which appends its answer; the exit code. */
int cmd_scorm_rows(const struct cli_command *self, int argc, char **argv,
                   int (*row)(void *user, const json_t *object, struct buf *answer, aw_error *err),
                   void *user);

int cmd_scorm_inspect(const struct cli_command *self, int argc, char **argv);
int cmd_scorm_values(const struct cli_command *self, int argc, char **argv);
int cmd_scorm_decide(const struct cli_command *self, int argc, char **argv);
int cmd_scorm_convert(const struct cli_command *self, int argc, char **argv);
extern const struct cli_option cmd_scorm_decide_options[], cmd_scorm_convert_options[];

#endif
