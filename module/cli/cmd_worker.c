/* cmd_worker.c - `afterword worker`: the daemon. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static bool until_idle;
static volatile int stop;
static aw *running;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
    aw_worker_wake(running);
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    aw_error err = AW_ERROR_INIT;
    if (cli_open(&running, &err) != AW_OK)
        return cli_fail(&err);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = until_idle,
                                 .stop = &stop, .wait_ms = -1};
    int rc = aw_worker_run(running, &options, &err);
    aw_close(running);
    return rc == AW_OK ? CLI_OK : cli_fail(&err);
}

static const struct cli_option options[] = {
    CLI_COMMON_OPTIONS,
    {"until-idle", CLI_FLAG, &until_idle, NULL, "end when nothing is left to do now"},
    {0},
};

const struct cli_command cli_worker = {
    .name = "worker",
    .summary = "open discussions and tell the LRS: the daemon",
    .synopsis = "",
    .details = "Follows the journal until SIGTERM or SIGINT, finishes the request in flight and\n"
               "exits with 0. There is one per state directory; a second one waits and takes over.\n"
               "What happens is logged to standard error, one line of logfmt each.",
    .options = options,
    .run = run,
};
