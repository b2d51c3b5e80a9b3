/* cmd_scorm_decide.c - `afterword scorm decide`: the decision for rows of statuses and scores. */
#include <string.h>

#include "buf.h"
#include "cmd_scorm.h"
#include "attempt_state.h"
#include "cmi_value.h"
#include "decide.h"
#include "error.h"
#include "json.h"
#include "limit.h"

static const char *policy_json;

const struct cli_option cmd_scorm_decide_options[] = {
    {"policy", CLI_TEXT, &policy_json, "JSON", "switches, as the \"scorm\" object of the configuration"},
    {0},
};

/* Text of a member; numbers are taken as they are written. "" and null are "not given". */
static const char *text_of(const json_t *row, const char *name, char copy[64])
{
    const json_t *value = json_object_get(row, name);
    copy[0] = 0;
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value) && json_dumpb(value, copy, 63, JSON_ENCODE_ANY) < 64)
        return copy;
    return "";
}

static struct scorm_value value_of(const char *text, enum cmi_role role)
{
    return (struct scorm_value){.role = (uint16_t)role, .len = (uint32_t)strlen(text), .text = text};
}

static struct scorm_number number(const json_t *row, const char *name)
{
    char copy[64];
    struct scorm_number n = {false, 0};
    const char *text = text_of(row, name, copy);
    n.given = cmi_real(text, strlen(text), &n.value);
    return n;
}

static bool is(const json_t *row, const char *name, const char *word)
{
    char copy[64];
    return strcmp(text_of(row, name, copy), word) == 0;
}

static void read_facts(const json_t *row, struct scorm_facts *f)
{
    char copy[64];
    struct scorm_value set = value_of(text_of(row, "set", copy), CMI_LESSON_STATUS);
    *f = (struct scorm_facts){
        .version = json_object_get(row, "comp") || json_object_get(row, "succ") ||
                           json_object_get(row, "scaled") || json_object_get(row, "prog")
                       ? SCORM_2004 : SCORM_12,
        .mode = is(row, "mode", "browse")   ? SCORM_MODE_BROWSE
                : is(row, "mode", "review") ? SCORM_MODE_REVIEW
                                            : SCORM_MODE_NORMAL,
        .no_credit = is(row, "credit", "no-credit"),
        .terminated = !json_is_false(json_object_get(row, "terminated")),
        .abandoned = is(row, "nav", "abandon") || is(row, "nav", "abandonAll"),
        .exit = is(row, "exit", "suspend") || is(row, "nav", "suspendAll") ? SCORM_EXIT_SUSPEND
                                                                         : SCORM_EXIT_NONE,
        .status = scorm_status_of(&set),
        .raw = number(row, "raw"),
        .mastery = number(row, "mastery"),
        .progress = number(row, "prog"),
        .threshold = number(row, "thr"),
        .scaled = number(row, "scaled"),
        .passing = number(row, "pass"),
    };
    struct scorm_value comp = value_of(text_of(row, "comp", copy), CMI_COMPLETION_STATUS);
    f->completion = scorm_completion_of(&comp);
    struct scorm_value succ = value_of(text_of(row, "succ", copy), CMI_SUCCESS_STATUS);
    f->success = scorm_success_of(&succ);
}

static int decide_row(void *user, const json_t *row, struct buf *answer, aw_error *err)
{
    struct scorm_facts facts;
    struct scorm_decision d;
    (void)err;
    read_facts(row, &facts);
    scorm_decide(&facts, user, &d);
    buf_printf(answer, "{\"completion\":\"%s\",\"success\":\"%s\",\"because\":",
               scorm_completion_name(d.completion), scorm_success_name(d.success));
    buf_json_str(answer, d.because);
    buf_putc(answer, '}');
    return AW_OK;
}

int cmd_scorm_decide(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    struct scorm_policies *policies = NULL;
    json_t *config = NULL;
    int rc = AW_OK;
    if (policy_json)
        rc = json_read(policy_json, strlen(policy_json), LIMIT_CONFIG_BYTES, "--policy", &config, &err);
    if (rc == AW_OK)
        rc = scorm_policies_read(config, &policies, &err);
    json_decref(config);
    if (rc != AW_OK)
        return cli_fail(&err);
    struct scorm_policy policy = *scorm_policies_for(policies, NULL);
    rc = cmd_scorm_rows(self, argc, argv, decide_row, &policy);
    scorm_policies_free(policies);
    return rc;
}
