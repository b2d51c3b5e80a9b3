/* cmd_xapi.c - `afterword xapi validate`: are these statements valid, and if not, why? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cli.h"
#include "error.h"
#include "fs.h"
#include "limit.h"
#include "valid.h"

static const char *version_text = "1.0.3", *content_type;

/* One verdict, one line; memory that runs out is told as any other fault. */
static void print_verdict(size_t line, int rc, const struct xapi_fault *fault)
{
    struct buf out = BUF_INIT(8192);
    buf_printf(&out, "{\"line\":%zu,\"valid\":%s", line, rc ? "false" : "true");
    if (rc) {
        BUF_LIT(&out, ",\"path\":");
        buf_json_str(&out, fault->path);
        BUF_LIT(&out, ",\"reason\":");
        buf_json_str(&out, fault->reason);
    }
    BUF_LIT(&out, "}");
    puts(out.error ? "{\"valid\":false,\"path\":\"\",\"reason\":\"out of memory\"}" : out.data);
    buf_free(&out);
}

static int validate_lines(const char *path, enum xapi_version version)
{
    aw_error err = AW_ERROR_INIT;
    struct cli_lines *lines = cli_lines_open(path, LIMIT_ANSWER_BYTES, &err);
    size_t number = 0, invalid = 0, len;
    bool too_long;
    if (!lines)
        return cli_fail(&err);
    for (char *line; (line = cli_lines_next(lines, &len, &too_long));) {
        struct xapi_fault fault = {"", "the line is longer than 8 MiB"};
        number++;
        if (!too_long && strspn(line, " \t") == len)
            continue;
        int rc = too_long ? AW_ELIMIT : xapi_validate_batch(line, len, version, &fault);
        invalid += rc != 0;
        print_verdict(number, rc, &fault);
    }
    cli_lines_close(lines);
    int rc = cli_finish();
    return rc ? rc : invalid ? CLI_FAILURE : CLI_OK;
}

static int validate_request(const char *path, enum xapi_version version)
{
    aw_error err = AW_ERROR_INIT;
    char *body = NULL;
    size_t len = 0;
    struct xapi_fault fault;
    if (fs_read(path ? path : "-", LIMIT_ANSWER_BYTES, &body, &len, &err))
        return cli_fail(&err);
    int valid = xapi_validate_request(content_type, body, len, version, &fault);
    print_verdict(1, valid, &fault);
    free(body);
    int rc = cli_finish();
    return rc ? rc : valid ? CLI_FAILURE : CLI_OK;
}

static int run_validate(const struct cli_command *self, int argc, char **argv)
{
    enum xapi_version version;
    if (argc > 1)
        return cli_usage(self, "one file at a time");
    if (!xapi_version_parse(version_text, &version))
        return cli_usage(self, "--xapi is 1.0.3 or 2.0.0, not %s", version_text);
    const char *path = argc ? argv[0] : NULL;
    return content_type ? validate_request(path, version) : validate_lines(path, version);
}

static const struct cli_option validate_options[] = {
    {"xapi", CLI_TEXT, &version_text, "VERSION", "1.0.3 (the default) or 2.0.0"},
    {"content-type", CLI_TEXT, &content_type, "TYPE",
     "the file is the body of one request of this Content-Type (application/json, or "
     "multipart/mixed with attachments)"},
    {0},
};

static const struct cli_command subcommands[] = {
    {.name = "validate",
     .summary = "judge statements by the xAPI specification",
     .synopsis = "[FILE]",
     .details = "Reads a statement a line, as JSON (or a batch: an array of statements), and prints a\n"
                "line each: {\"line\":1,\"valid\":true}, or what is wrong and where, as a JSON Pointer:\n"
                "{\"line\":2,\"valid\":false,\"path\":\"/context/registration\",\"reason\":\"...\"}. Empty\n"
                "lines are passed over. Exits with 0 if all are valid, 1 if one is not.",
     .options = validate_options,
     .run = run_validate},
    {0},
};

const struct cli_command cli_xapi = {
    .name = "xapi",
    .summary = "check xAPI statements",
    .synopsis = "",
    .subcommands = subcommands,
};
