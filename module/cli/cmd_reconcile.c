/* cmd_reconcile.c - `afterword reconcile`: does the LRS hold what we say was delivered? */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "reconcile.h"
#include "timestamp.h"
#include "told.h"

static const char *since_text;
static bool resend, as_json;
static int64_t wait_s = 30;
static volatile int stop;

struct run {
    struct told *told;
    struct reconcile *reconcile;
    int64_t first_ms;
    size_t resent;
};

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int expect(void *context, const struct record *r, int64_t timestamp_ms, aw_error *err)
{
    struct run *run = context;
    if (run->first_ms == 0 || timestamp_ms < run->first_ms)
        run->first_ms = timestamp_ms;
    return reconcile_expect(run->reconcile, &r->id, r->json, r->json_len, err);
}

static const char *const findings[] = {
    [RECONCILE_UNSEEN] = "missing", [RECONCILE_SAME] = "same", [RECONCILE_DIFFERENT] = "different",
    [RECONCILE_VOIDED] = "voided", [RECONCILE_LATE] = "late", [RECONCILE_MISSING] = "missing",
};

/* Says what is not as it should be, and sends what is missing if that is wanted. */
static int tell(void *context, const struct record *r, int64_t timestamp_ms, aw_error *err)
{
    struct run *run = context;
    enum reconcile_finding finding = reconcile_of(run->reconcile, &r->id);
    char id[UUID5_TEXT], at[TIMESTAMP_TEXT];
    if (finding == RECONCILE_SAME || finding == RECONCILE_VOIDED)
        return AW_OK;
    uuid5_text(&r->id, id);
    timestamp_text(timestamp_ms, at);
    if (as_json)
        printf("{\"id\":\"%s\",\"timestamp\":\"%s\",\"finding\":\"%s\"}\n", id, at, findings[finding]);
    else
        printf("%-10s %s  %s\n", findings[finding], id, at);
    if (!resend || finding != RECONCILE_MISSING)
        return AW_OK;
    run->resent++;
    return told_send(run->told, r, err);
}

static void print_counts(const struct reconcile_counts *c, size_t resent)
{
    if (as_json) {
        printf("{\"expected\":%zu,\"same\":%zu,\"different\":%zu,\"voided\":%zu,\"late\":%zu,"
               "\"missing\":%zu,\"resent\":%zu,\"others\":%zu}\n",
               c->expected, c->same, c->different, c->voided, c->late, c->missing, resent, c->others);
        return;
    }
    printf("%zu statements were delivered: %zu are there", c->expected, c->same);
    if (c->voided)
        printf(", %zu are voided there", c->voided);
    printf(", %zu differ, %zu are missing", c->different, c->missing);
    if (c->late)
        printf(", %zu are not to be seen yet (the LRS is behind; try later)", c->late);
    if (resent)
        printf("; %zu were sent again", resent);
    puts(".");
    if (c->missing && !resend)
        puts("To send what is missing: --resend");
}

static int compare(struct run *run, int64_t since_ms, struct reconcile_counts *out, aw_error *err)
{
    int rc = told_each(run->told, TOLD_SETTLED, since_ms, expect, run, err);
    /* An LRS stores a statement after it happened, by its own clock, which may be behind. */
    int64_t from_ms = run->first_ms > 3600000 ? run->first_ms - 3600000 : 0;
    if (rc == AW_OK)
        rc = reconcile_run(run->reconcile, from_ms, wait_s * 1000, out, err);
    if (rc == AW_OK)
        rc = told_each(run->told, TOLD_SETTLED, since_ms, tell, run, err);
    if (rc == AW_OK)
        rc = told_flush(run->told, err);
    return rc;
}

static int run_reconcile(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    struct run run = {NULL, NULL, 0, 0};
    struct reconcile_counts counts = {0};
    int64_t since_ms = 0;
    if (argc > 1)
        return cli_usage(self, "name one LRS");
    if (since_text && !timestamp_parse(since_text, strlen(since_text), &since_ms, NULL))
        return cli_usage(self, "--since wants a time such as 2026-03-02T08:00:00Z");
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_signal}, NULL);
    int rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = told_open(library, argc ? argv[0] : NULL, &stop, &run.told, &err);
    if (rc == AW_OK)
        rc = reconcile_open(told_lrs(run.told), &run.reconcile, &err);
    if (rc == AW_OK)
        rc = compare(&run, since_ms, &counts, &err);
    if (rc == AW_OK)
        print_counts(&counts, run.resent);
    reconcile_close(run.reconcile);
    told_close(run.told);
    aw_close(library);
    if (rc != AW_OK)
        return cli_fail(&err);
    bool well = counts.different == 0 && counts.late == 0 && counts.missing == run.resent;
    rc = cli_finish();
    return well ? rc : CLI_FAILURE;
}

static const struct cli_option options[] = {
    CLI_COMMON_OPTIONS,
    {"since", CLI_TEXT, &since_text, "TIME", "only what happened then or later (RFC 3339)"},
    {"resend", CLI_FLAG, &resend, NULL, "send what is missing, the same bytes under the same ids"},
    {"wait", CLI_NUMBER, &wait_s, "SECONDS", "how long to wait for the LRS to be consistent (30)"},
    {"json", CLI_FLAG, &as_json, NULL, "a line of JSON for each finding, and one with the counts"},
    {0},
};

const struct cli_command cli_reconcile = {
    .name = "reconcile",
    .summary = "does the LRS hold what we say was delivered?",
    .synopsis = "[LRS]",
    .details = "Reads the LRS's statements page by page, compares them by content with what was\n"
               "delivered, and lists what is missing or different. Dead letters are left out. Exit\n"
               "code 0 if all is there (or was sent again), 1 if not.",
    .options = options,
    .run = run_reconcile,
};
