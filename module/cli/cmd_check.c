/*
 * cmd_check.c - `afterword check`: is everything as it should be, before a learner finds out?
 *
 * Each line begins with "ok", "warn" or "FAIL"; the last part says what to do.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "check_link.h"
#include "cli.h"
#include "config.h"
#include "deliver.h"
#include "error.h"
#include "fs.h"
#include "handle.h"
#include "log.h"

static int failures;
static bool offline;

static void line(const char *verdict, const char *what, const char *text)
{
    printf("%-5s %-18s %s\n", verdict, what, text);
    failures += strcmp(verdict, "FAIL") == 0;
}

static void fail(const char *what, const aw_error *err)
{
    char text[700];
    snprintf(text, sizeof text, "%s%s%s", err->where, *err->where ? ": " : "", err->text);
    line("FAIL", what, text);
}

/* ---- the state directory ---------------------------------------------------------------- */

static void check_mode(const char *path, bool dir)
{
    struct stat st;
    char text[4400], group[64];
    if (stat(path, &st) < 0)
        return;
    mode_t want = dir ? 02770 : 0660, have = st.st_mode & 07777;
    const struct group *g = getgrgid(st.st_gid);
    snprintf(group, sizeof group, "%s", g ? g->gr_name : "?");
    if (have & 0007) {
        snprintf(text, sizeof text, "%s is open to everybody (%04o): chmod %04o", path,
                 (unsigned)have, (unsigned)want);
        line("warn", "modes", text);
    } else if ((have & want) != want) {
        snprintf(text, sizeof text,
                 "%s has %04o; for several users of the group %s it needs %04o: chmod %04o", path,
                 (unsigned)have, group, (unsigned)want, (unsigned)want);
        line("warn", "modes", text);
    }
}

static void check_space(const char *dir)
{
    struct statvfs fs;
    char text[200];
    if (statvfs(dir, &fs) < 0)
        return;
    double free_mib = (double)fs.f_bavail * (double)fs.f_frsize / 1048576.0;
    snprintf(text, sizeof text, "%.0f MiB free%s", free_mib,
             free_mib < 256 ? "; make room, or events will be refused" : "");
    line(free_mib < 256 ? "warn" : "ok", "disk", text);
}

static void damage(void *context, const char *file, uint64_t offset, const char *what)
{
    char text[4600];
    (void)context;
    snprintf(text, sizeof text, "%s at byte %llu: %s; everything else is still read", file,
             (unsigned long long)offset, what);
    line("FAIL", "log", text);
}

static void check_log(const char *state_dir, const char *name)
{
    char path[4096], text[64];
    aw_error err = AW_ERROR_INIT;
    if (fs_join(path, sizeof path, state_dir, name, &err) != AW_OK || access(path, F_OK) < 0)
        return;
    check_mode(path, true);
    if (log_verify(path, damage, NULL, &err) == AW_OK) {
        snprintf(text, sizeof text, "the %s is whole", name);
        line("ok", "log", text);
    } else if (err.code != AW_ECORRUPT) {
        fail("log", &err);
    }
}

static void check_state_dir(const char *dir)
{
    aw_error err = AW_ERROR_INIT;
    char path[4096];
    if (access(dir, R_OK | W_OK | X_OK) < 0) {
        error_errno(&err, errno, "use", dir);
        fail("state directory", &err);
        return;
    }
    line("ok", "state directory", dir);
    check_mode(dir, true);
    if (fs_join(path, sizeof path, dir, "state.db", &err) == AW_OK)
        check_mode(path, false);
    check_space(dir);
    check_log(dir, "journal");
    check_log(dir, "statements");
}

/* ---- LRSs and forums ---------------------------------------------------------------------- */

static void check_lrs(const json_t *config)
{
    struct xapi_lrs *lrs = NULL;
    aw_error err = AW_ERROR_INIT;
    char what[100], text[700];
    int rc = xapi_lrs_open(config, NULL, &lrs, &err);
    const char *name = rc == AW_OK ? xapi_lrs_name(lrs)
                                   : json_string_value(json_object_get(config, "name"));
    snprintf(what, sizeof what, "LRS %s", name ? name : "?");
    snprintf(text, sizeof text, "configured; not asked");
    if (rc == AW_OK && !offline)
        rc = xapi_lrs_probe(lrs, text, sizeof text, &err);
    if (rc == AW_OK)
        line("ok", what, text);
    else
        fail(what, &err);
    xapi_lrs_close(lrs);
}

static void check_forum(aw *library, const json_t *config)
{
    const char *type = json_string_value(json_object_get(config, "type"));
    const char *name = json_string_value(json_object_get(config, "name"));
    char why[512];
    char what[100];
    snprintf(what, sizeof what, "forum %s", name ? name : type ? type : "?");
    if (type && (strcmp(type, "local") == 0 || strcmp(type, "host") == 0)) {
        line("ok", what, strcmp(type, "local") == 0 ? "embedded" : "the LMS's own");
        return;
    }
    line(cli_ask_forum(library, config, offline, why, sizeof why) ? "ok" : "FAIL", what, why);
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    size_t i;
    json_t *sink;
    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    if (cli_open(&library, &err) != AW_OK) {
        fail("configuration", &err);
        return CLI_FAILURE;
    }
    line("ok", "configuration", cli_config ? cli_config : "defaults");
    check_state_dir(library->config.state_dir);
    if (json_array_size(library->config.lrs) == 0)
        line("warn", "LRS", "none is configured: statements are kept, and nobody reads them");
    json_array_foreach(library->config.lrs, i, sink) check_lrs(sink);
    json_array_foreach(library->config.forums, i, sink) check_forum(library, sink);
    aw_close(library);
    printf("\n%s\n", failures ? "Something has to be mended." : "All is well.");
    int rc = cli_finish();
    return failures ? CLI_FAILURE : rc;
}

static const struct cli_option options[] = {
    CLI_COMMON_OPTIONS,
    {"offline", CLI_FLAG, &offline, NULL, "do not ask LRSs and forums"},
    {0},
};

const struct cli_command cli_check = {
    .name = "check",
    .summary = "is everything as it should be?",
    .synopsis = "",
    .details = "Reads the configuration, looks at the state directory (file system, modes, space,\n"
               "checksums of both logs) and asks each LRS and forum. Exit code 1 if something fails.",
    .options = options,
    .run = run,
};
