/* cmd_link.c - `afterword link`: the discussions attached to courses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "author.h"
#include "check_link.h"
#include "error.h"
#include "fs.h"
#include "limit.h"

static bool as_json, as_html, anyway, offline, flag_anonymous, flag_regulated, flag_share;
static const char *from_json, *id, *course, *title, *prompt, *prompt_file, *action, *language, *provider, *opens_on,
    *course_title, *room_name;
static struct cli_many room_by, experts, mentors, managers;
static int64_t cap = -1, due_days = -1, answer_within = -1;

/* ---- add ------------------------------------------------------------------------------ */

static void set_text(json_t *link, const char *name, const char *value)
{
    if (value)
        json_object_set_new(link, name, json_string(value));
}

static void set_number(json_t *link, const char *name, int64_t value)
{
    if (value >= 0)
        json_object_set_new(link, name, json_integer(value));
}

static void set_many(json_t *link, const char *name, const struct cli_many *many)
{
    json_t *list = many->count ? json_array() : NULL;

    for (size_t i = 0; i < many->count; i++)
        json_array_append_new(list, json_string(many->values[i]));
    if (list)
        json_object_set_new(link, name, list);
}

/* Options over what a file gave. */
static void set_options(json_t *link)
{
    set_text(link, "id", id);
    set_text(link, "course", course);
    set_text(link, "title", title);
    set_text(link, "prompt", prompt);
    set_text(link, "call_to_action", action);
    set_text(link, "language", language);
    set_text(link, "provider", provider);
    set_text(link, "opens_on", opens_on);
    set_number(link, "due_days", due_days);
    set_number(link, "answer_within_hours", answer_within);
    set_many(link, "experts", &experts);
    set_many(link, "mentors", &mentors);
    set_many(link, "managers", &managers);
    if (flag_anonymous)
        json_object_set_new(link, "anonymous", json_true());
    if (flag_regulated)
        json_object_set_new(link, "regulated", json_true());
    if (flag_share)
        json_object_set_new(link, "share_with_later_rooms", json_true());
    if (cap < 0 && room_by.count == 0)
        return;
    json_t *room = json_object_get(link, "room");
    if (!json_is_object(room))
        json_object_set_new(link, "room", room = json_object());
    set_number(room, "cap", cap);
    set_many(room, "by", &room_by);
}

static int read_base(json_t **out, aw_error *err)
{
    char *text = NULL;
    size_t len = 0;
    json_error_t why;

    if (!from_json) {
        *out = json_object();
        return *out ? AW_OK : error_nomem(err, "link");
    }
    int rc = fs_read(from_json, LIMIT_LINK_JSON_BYTES, &text, &len, err);
    if (rc != AW_OK)
        return rc;
    *out = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    free(text);
    if (!json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        return error_set(err, AW_EJSON, from_json, "line %d: %s", why.line, *why.text ? why.text : "must be an object");
    }
    return AW_OK;
}

/* The link's JSON as the options and the file make it. */
static int make_json(char **out, aw_error *err)
{
    json_t *link = NULL;
    char *text = NULL;
    size_t len = 0;
    int rc = read_base(&link, err);

    if (rc == AW_OK && prompt_file) {
        rc = fs_read(prompt_file, LIMIT_PROMPT_BYTES, &text, &len, err);
        if (rc == AW_OK)
            prompt = text;
    }
    if (rc == AW_OK) {
        set_options(link);
        *out = json_dumps(link, JSON_COMPACT);
        if (!*out)
            rc = error_set(err, AW_EUTF8, "link", "an option or the prompt's file is not UTF-8");
    }
    json_decref(link);
    free(text);
    return rc;
}

/* Advice goes to stderr, so that the id on stdout stays alone. */
static void print_advice(void *context, bool fatal, const char *where, const char *sentence)
{
    (void)context;
    fprintf(stderr, "%s  %s: %s\n", fatal ? "error " : "advice", where, sentence);
}

static int check_before_adding(const char *json, bool *out_good, aw_error *err)
{
    struct link_surroundings around = {0};
    struct link *link = NULL;
    int rc = link_read(json, strlen(json), NULL, &link, err);

    if (rc == AW_OK)
        rc = author_forums(&around.providers, err);
    if (rc == AW_OK)
        *out_good = link_check(link, &around, print_advice, NULL);
    author_forums_free(around.providers);
    link_free(link);
    return rc;
}

static int run_add(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    char *json = NULL, *made = NULL;
    bool good = false;

    if (argc > 1 || (argc == 1 && from_json))
        return cli_usage(self, "one file of JSON is enough");
    if (argc == 1)
        from_json = argv[0];
    if (prompt && prompt_file)
        return cli_usage(self, "--prompt and --prompt-file exclude each other");
    if (!from_json && !course)
        return cli_usage(self, "say --course, or give a file of JSON");
    int rc = make_json(&json, &err);
    if (rc == AW_OK)
        rc = check_before_adding(json, &good, &err);
    if (rc == AW_OK && !good && !anyway) {
        fputs("afterword: nothing was added; mend the errors, or say --anyway\n", stderr);
        free(json);
        return CLI_FAILURE;
    }
    if (rc == AW_OK)
        rc = cli_open(&library, &err);
    if (rc == AW_OK)
        rc = aw_link_put(library, json, strlen(json), &made, &err);
    aw_close(library);
    free(json);
    if (rc != AW_OK)
        return cli_fail(&err);
    puts(made);
    aw_free(made);
    return cli_finish();
}

/* ---- list, show, remove ----------------------------------------------------------------- */

static const char *text_of(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));

    return t ? t : "";
}

static const char *title_of(const json_t *link)
{
    json_t *titles = json_object_get(link, "title");
    void *first = json_object_iter(titles);

    if (json_is_string(titles))
        return json_string_value(titles);
    const char *own = text_of(titles, text_of(link, "language"));
    return *own ? own : first ? json_string_value(json_object_iter_value(first)) : "";
}

static int run_list(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    json_t *links = NULL, *link;
    size_t i;

    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words; --course narrows the list");
    if (author_links(course, &links, &err) != AW_OK)
        return cli_fail(&err);
    if (as_json) {
        json_dumpf(links, stdout, JSON_INDENT(2));
        puts("");
    } else if (json_array_size(links) == 0) {
        puts("There are no links yet; `afterword link add --help` says how to make one.");
    }
    json_array_foreach(links, i, link)
    {
        if (!as_json)
            printf("%s  course %s, %s, opens on %s: %s\n", text_of(link, "id"), text_of(link, "course"),
                   text_of(link, "provider"), text_of(link, "opens_on"), title_of(link));
    }
    json_decref(links);
    return cli_finish();
}

static int run_show(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    struct link *link = NULL;

    if (argc != 1)
        return cli_usage(self, "name one link");
    if (author_link(argv[0], &link, &err) != AW_OK)
        return cli_fail(&err);
    char *json = link_json(link);
    json_t *root = json ? json_loads(json, 0, NULL) : NULL;
    json_dumpf(root, stdout, JSON_INDENT(2));
    puts("");
    json_decref(root);
    free(json);
    link_free(link);
    return cli_finish();
}

static int run_remove(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;

    if (argc == 0)
        return cli_usage(self, "name the links to remove");
    int rc = cli_open(&library, &err);
    for (int i = 0; i < argc && rc == AW_OK; i++)
        if ((rc = aw_link_remove(library, argv[i], &err)) == AW_OK)
            printf("%s: removed; discussions that it opened stay\n", argv[i]);
    aw_close(library);
    return rc == AW_OK ? cli_finish() : cli_fail(&err);
}

/* ---- check, preview ------------------------------------------------------------------------ */

static int run_check(const struct cli_command *self, int argc, char **argv)
{
    if (argc > 1)
        return cli_usage(self, "one file or link at a time, or none for all");
    return cli_check_links(argc ? argv[0] : NULL, as_json, offline);
}

static int run_preview(const struct cli_command *self, int argc, char **argv)
{
    struct link_values values = {course_title ? course_title : "Title of the course", room_name ? room_name : "A", NULL, NULL};
    aw_error err = AW_ERROR_INIT;
    struct link *link = NULL;
    char *heading = NULL, *markdown = NULL, *html = NULL;

    if (argc != 1)
        return cli_usage(self, "name one file or link");
    int rc = author_link(argv[0], &link, &err);
    if (rc == AW_OK) {
        values.due = link->due_days ? "31 December 2026" : NULL;
        rc = link_title(link, language, &values, &heading, &err);
    }
    if (rc == AW_OK)
        rc = link_opening_post(link, language, &values, &markdown, &html, &err);
    if (rc == AW_OK && as_html)
        fputs(html, stdout);
    else if (rc == AW_OK)
        printf("# %s\n\n%s", heading, markdown);
    free(heading);
    free(markdown);
    free(html);
    link_free(link);
    return rc == AW_OK ? cli_finish() : cli_fail(&err);
}

/* ---- tables ------------------------------------------------------------------------------------ */

static const struct cli_option add_options[] = {
    {"json", CLI_TEXT, &from_json, "FILE", "the link as JSON (-: stdin); options override it"},
    {"id", CLI_TEXT, &id, "ID", "its name; made from the course's if not given"},
    {"course", CLI_TEXT, &course, "ID", "the course whose completion opens the discussion"},
    {"title", CLI_TEXT, &title, "TEXT", "of the discussion"},
    {"prompt", CLI_TEXT, &prompt, "MARKDOWN", "the opening post"},
    {"prompt-file", CLI_TEXT, &prompt_file, "FILE", "the same from a file"},
    {"call-to-action", CLI_TEXT, &action, "MARKDOWN", "what learners should do; stands under the prompt"},
    {"language", CLI_TEXT, &language, "TAG", "of the texts: en, de, pt-BR"},
    {"room-by", CLI_MANY, &room_by, "ATTRIBUTE", "a room for each cohort, country, ...; may be repeated"},
    {"cap", CLI_NUMBER, &cap, "N", "members of a room before the next one opens (50)"},
    {"provider", CLI_TEXT, &provider, "NAME", "the forum (local)"},
    {"opens-on", CLI_TEXT, &opens_on, "WHAT", "completed or passed"},
    {"due-days", CLI_NUMBER, &due_days, "N", "days after opening that {due} names"},
    {"anonymous", CLI_FLAG, &flag_anonymous, NULL, "questions may be asked anonymously"},
    {"regulated", CLI_FLAG, &flag_regulated, NULL, "questions must be answered by the experts in time"},
    {"answer-within-hours", CLI_NUMBER, &answer_within, "N", "... within so many hours (48)"},
    {"share-with-later-rooms", CLI_FLAG, &flag_share, NULL, "later rooms see the accepted answers"},
    {"expert", CLI_MANY, &experts, "LEARNER", "who gives official answers; may be repeated"},
    {"mentor", CLI_MANY, &mentors, "LEARNER", "who looks after newcomers; may be repeated"},
    {"manager", CLI_MANY, &managers, "LEARNER", "who sees every room; may be repeated"},
    {"anyway", CLI_FLAG, &anyway, NULL, "add it although the check found errors"},
    CLI_COMMON_OPTIONS,
    {0},
};
static const struct cli_option list_options[] = {
    {"course", CLI_TEXT, &course, "ID", "only those of this course"},
    {"json", CLI_FLAG, &as_json, NULL, "as JSON"},
    CLI_COMMON_OPTIONS,
    {0},
};
static const struct cli_option common_options[] = {CLI_COMMON_OPTIONS, {0}};
static const struct cli_option check_options[] = {
    {"json", CLI_FLAG, &as_json, NULL, "as JSON"},
    {"offline", CLI_FLAG, &offline, NULL, "do not ask the forum whether it is there"},
    CLI_COMMON_OPTIONS,
    {0},
};
static const struct cli_option preview_options[] = {
    {"language", CLI_TEXT, &language, "TAG", "the learner's language"},
    {"course-title", CLI_TEXT, &course_title, "TEXT", "for {course}"},
    {"room", CLI_TEXT, &room_name, "TEXT", "for {room}"},
    {"html", CLI_FLAG, &as_html, NULL, "as the HTML that is shown"},
    CLI_COMMON_OPTIONS,
    {0},
};

static const struct cli_command subcommands[] = {
    {"add", "attach a discussion to a course, or change it", "[FILE.json]",
     "Prints the link's id. A link of the same id is replaced; discussions that are open stay as\n"
     "they are. The JSON is described in docs/author-guide.md.",
     NULL, add_options, run_add},
    {"list", "the links there are", "", NULL, NULL, list_options, run_list},
    {"show", "one link as JSON", "ID", NULL, NULL, common_options, run_show},
    {"remove", "take links away; open discussions stay", "ID...", NULL, NULL, common_options, run_remove},
    {"check", "everything an author should mend before a learner sees it", "[FILE.json|ID]",
     "Without a name, all links are checked. With a configuration or state directory, people, learner\n"
     "attributes and rooms are compared with what is known there, and the forum is asked whether it\n"
     "is there. The exit code is 1 if anything must be mended.",
     NULL, check_options, run_check},
    {"preview", "the opening post as a learner would see it", "FILE.json|ID", NULL, NULL, preview_options, run_preview},
    {0},
};

const struct cli_command cli_link = {
    .name = "link",
    .summary = "the discussions attached to courses: add, list, show, remove, check, preview",
    .synopsis = "COMMAND",
    .subcommands = subcommands,
};
