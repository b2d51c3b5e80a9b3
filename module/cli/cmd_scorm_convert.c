/*
 * cmd_scorm_convert.c - `afterword scorm convert`: commit bodies to statements, always the same bytes.
 *
 * Bodies carry no time, so a clock is made of what they do carry: the start, the
 * time spent in sessions, and the timestamps of interactions and comments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "buf.h"
#include "cmd_scorm.h"
#include "cmi_value.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "timestamp.h"
#include "value.h"

#define ITEMS_MAX 10000

static const char *course_iri, *learner, *registration, *item_option, *time_option, *language,
    *course_title, *policy_json;

const struct cli_option cmd_scorm_convert_options[] = {
    {"course", CLI_TEXT, &course_iri, "IRI", "the activity id of the course"},
    {"learner", CLI_TEXT, &learner, "ID", "the learner: the name of the actor's account"},
    {"registration", CLI_TEXT, &registration, "UUID", "the registration of all statements"},
    {"item", CLI_TEXT, &item_option, "ID", "the item of bodies without scoId (default: sco)"},
    {"time", CLI_TEXT, &time_option, "TIME", "when the first body came (default: 1970-01-01T00:00:00Z)"},
    {"language", CLI_TEXT, &language, "TAG", "the language of the course, as en or pt-BR"},
    {"title", CLI_TEXT, &course_title, "TEXT", "the title of the course"},
    {"policy", CLI_TEXT, &policy_json, "JSON", "switches, as the \"scorm\" object of the configuration"},
    {0},
};

struct item {
    char *id;
    struct buf blob, iri;
};

struct converter {
    struct scorm_context ctx;
    struct scorm_policy policy;
    struct scorm_commit commit;
    struct item *items;
    size_t item_count;
    struct buf line;
    int64_t clock_ms, last_ms;
    uuid5 site;
    char home_page[LIMIT_TITLE_BYTES];
};

static int print_statement(void *user, const struct xapi_statement *s, aw_error *err)
{
    struct converter *c = user;
    buf_reset(&c->line);
    int rc = xapi_statement_write(&c->line, s, err);
    if (rc == AW_OK) {
        fwrite(c->line.data, 1, c->line.len, stdout);
        putchar('\n');
    }
    return rc;
}

static struct item *item_of(struct converter *c, const char *id, aw_error *err)
{
    for (size_t i = 0; i < c->item_count; i++)
        if (strcmp(c->items[i].id, id) == 0)
            return &c->items[i];
    if (c->item_count == ITEMS_MAX) {
        error_set(err, AW_ELIMIT, "scoId", "more than %d items", ITEMS_MAX);
        return NULL;
    }
    struct item *grown = realloc(c->items, (c->item_count + 1) * sizeof *grown);
    char *copy = strdup(id);
    if (grown)
        c->items = grown;
    if (!grown || !copy) {
        free(copy);
        error_nomem(err, "item");
        return NULL;
    }
    struct item *item = &c->items[c->item_count];
    *item = (struct item){.id = copy, .blob = BUF_INIT(4 * LIMIT_BODY_BYTES), .iri = BUF_INIT(8192)};
    scorm_sco_iri(&item->iri, course_iri, id);
    c->item_count++;
    return item;
}

/* The latest time that the body itself names, with a zone; INT64_MIN if none. */
static int64_t named_time(const struct scorm_commit *c)
{
    static const enum cmi_role roles[] = {CMI_INTERACTION_TIMESTAMP, CMI_COMMENT_TIMESTAMP};
    int64_t latest = INT64_MIN;
    for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++) {
        size_t count;
        const struct scorm_value *v = scorm_commit_all(c, roles[r], &count);
        struct cmi_datetime when;
        for (size_t i = 0; i < count; i++)
            if (cmi_datetime_read(v[i].text, v[i].len, &when) && when.has_zone && when.ms > latest)
                latest = when.ms;
    }
    return latest;
}

/* Each body comes at least a second after the one before, and after what it reports. */
static void set_clock(struct converter *c)
{
    const struct scorm_value *v = scorm_commit_get(&c->commit, CMI_SESSION_TIME, 0, 0);
    int64_t elapsed, named = named_time(&c->commit);
    c->clock_ms += 1000;
    if (v && cmi_duration_ms(v->text, v->len, &elapsed) && c->clock_ms < INT64_C(100000000000000))
        c->clock_ms += elapsed < 86400000 ? elapsed : 86400000;
    if (named >= c->clock_ms)
        c->clock_ms = named + 1000;
    c->ctx.time_ms = c->clock_ms;
}

static int convert_body(struct converter *c, const char *body, size_t len, aw_error *err)
{
    struct scorm_outcome outcome;
    struct buf blob = BUF_INIT(4 * LIMIT_BODY_BYTES);
    int rc = scorm_commit_read(&c->commit, body, len, AW_UNKNOWN, err);
    if (rc != AW_OK)
        return rc;
    struct item *item = item_of(c, *c->commit.item ? c->commit.item : c->ctx.item, err);
    if (!item)
        return err->code;
    struct scorm_context ctx = c->ctx;
    set_clock(c);
    ctx.time_ms = c->ctx.time_ms;
    ctx.item = item->id;
    ctx.item_iri = item->iri.data;
    rc = scorm_attempt_apply(item->blob.data, item->blob.len, &c->commit, &ctx, &c->policy,
                             print_statement, c, &blob, &outcome, err);
    if (rc != AW_OK) {
        buf_free(&blob);
        return rc;
    }
    scorm_outcome_free(&outcome);
    buf_free(&item->blob);
    item->blob = blob;
    return AW_OK;
}

/* A line that is a JSON string holds the body as text. */
static int convert_line(struct converter *c, const char *line, size_t len, aw_error *err)
{
    json_t *text = NULL;
    if (len == 0 || line[0] != '"')
        return convert_body(c, line, len, err);
    text = json_loadb(line, len, JSON_DECODE_ANY, NULL);
    int rc = text ? convert_body(c, json_string_value(text), json_string_length(text), err)
                  : error_set(err, AW_EJSON, "body", "a JSON string that does not end well");
    json_decref(text);
    return rc;
}

/* scheme://authority of the course, or the course's own IRI where it has none. */
static void home_page_of(const char *iri, char *out, size_t size)
{
    const char *slashes = strstr(iri, "://");
    size_t len = slashes ? (size_t)(slashes - iri) + 3 + strcspn(slashes + 3, "/?#") : strlen(iri);
    snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), iri);
}

static int setup(struct converter *c, const struct cli_command *self, aw_error *err)
{
    struct scorm_policies *policies = NULL;
    json_t *config = NULL;
    if (!course_iri || !xapi_is_iri(course_iri, strlen(course_iri)))
        return cli_usage(self, "--course must be an IRI, as https://learn.example.org/courses/fire");
    if (!learner || !*learner)
        return cli_usage(self, "--learner is missing");
    if (!registration || !uuid5_parse(registration, &c->ctx.registration) ||
        !xapi_is_uuid(registration, strlen(registration)))
        return cli_usage(self, "--registration must be a UUID");
    if (language && !xapi_is_language_tag(language, strlen(language)))
        return cli_usage(self, "--language must be a tag as en or pt-BR");
    if (time_option && !timestamp_parse(time_option, strlen(time_option), &c->clock_ms, NULL))
        return cli_usage(self, "--time must be as 2026-03-02T08:00:00Z");
    c->clock_ms -= 1000;
    int rc = policy_json ? json_read(policy_json, strlen(policy_json), LIMIT_CONFIG_BYTES, "--policy",
                                     &config, err) : AW_OK;
    if (rc == AW_OK)
        rc = scorm_policies_read(config, &policies, err);
    json_decref(config);
    if (rc != AW_OK)
        return cli_fail(err);
    c->policy = *scorm_policies_for(policies, NULL);
    scorm_policies_free(policies); /* the rule for courses is not used here */
    home_page_of(course_iri, c->home_page, sizeof c->home_page);
    c->site = uuid5_make(&uuid5_afterword, c->home_page, UUID5_END);
    c->ctx.site = &c->site;
    c->ctx.actor = (struct xapi_actor){.home_page = c->home_page, .account_name = learner};
    c->ctx.course = c->ctx.course_iri = course_iri;
    c->ctx.course_title = course_title;
    c->ctx.item = item_option ? item_option : "sco";
    c->ctx.language = language;
    c->ctx.utc_offset_min = AW_UTC_OFFSET_UNKNOWN;
    c->last_ms = INT64_MIN / 2;
    c->ctx.last_ms = &c->last_ms;
    return CLI_OK;
}

int cmd_scorm_convert(const struct cli_command *self, int argc, char **argv)
{
    static struct converter c = {.line = BUF_INIT(LIMIT_STATEMENT_BYTES)};
    aw_error err = AW_ERROR_INIT;
    size_t number = 0, len;
    bool too_long, failed = false;
    if (argc > 1)
        return cli_usage(self, "one file at a time");
    int rc = setup(&c, self, &err);
    if (rc != CLI_OK)
        return rc;
    struct cli_lines *lines = cli_lines_open(argc ? argv[0] : NULL, LIMIT_EVENT_JSON_BYTES, &err);
    if (!lines)
        return cli_fail(&err);
    scorm_commit_init(&c.commit);
    for (char *line; (line = cli_lines_next(lines, &len, &too_long));) {
        number++;
        if (!too_long && len == 0)
            continue;
        if (!too_long && convert_line(&c, line, len, &err) == AW_OK)
            continue;
        failed = true;
        fprintf(stderr, "afterword: line %zu: %s: %s\n", number, too_long ? "line" : err.where,
                too_long ? "too long" : err.text);
    }
    for (size_t i = 0; i < c.item_count; i++) {
        free(c.items[i].id);
        buf_free(&c.items[i].blob);
        buf_free(&c.items[i].iri);
    }
    free(c.items);
    buf_free(&c.line);
    scorm_commit_free(&c.commit);
    cli_lines_close(lines);
    rc = cli_finish();
    return failed ? CLI_FAILURE : rc;
}
