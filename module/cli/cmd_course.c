/* cmd_course.c - `afterword course`: SCORM packages and plain courses that are registered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "author.h"
#include "course_check.h"
#include "error.h"

static bool as_json, anyway;
static const char *id, *title;

/* ---- check ------------------------------------------------------------------------------ */

static int check(const char *path, struct author_report *report, aw_error *err)
{
    struct link_surroundings around = {0};
    bool good = false;
    int rc = author_forums(&around.providers, err);

    if (rc == AW_OK)
        rc = course_check(path, &around, author_print, report, &good, err);
    author_forums_free(around.providers);
    return rc;
}

static int run_check(const struct cli_command *self, int argc, char **argv)
{
    struct author_report report = {.as_json = as_json};
    aw_error err = AW_ERROR_INIT;

    if (argc != 1)
        return cli_usage(self, "name one package");
    if (check(argv[0], &report, &err) != AW_OK) {
        json_decref(report.found);
        return cli_fail(&err);
    }
    return author_report_end(&report, argv[0]);
}

/* ---- add ---------------------------------------------------------------------------------- */

/* "courses/fire-101.zip" is the course fire-101, unless --id says otherwise. */
static char *id_of_path(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t len = strlen(base);

    if (len > 4 && strcasecmp(base + len - 4, ".zip") == 0)
        len -= 4;
    return strndup(base, len);
}

static bool has_link(const char *course)
{
    json_t *links = NULL;
    aw_error err = AW_ERROR_INIT;
    bool any = author_links(course, &links, &err) == AW_OK && json_array_size(links) > 0;

    json_decref(links);
    return any;
}

static int run_add(const struct cli_command *self, int argc, char **argv)
{
    struct author_report quiet = {.as_json = true};
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    char *course = NULL, *inspect = NULL;

    if (argc > 1)
        return cli_usage(self, "one package at a time");
    if (argc == 0 && (!id || !title))
        return cli_usage(self, "name a package, or give --id and --title of a course without one");
    if (argc == 1 && !anyway && check(argv[0], &quiet, &err) == AW_OK && quiet.fatal > 0) {
        json_decref(quiet.found);
        struct author_report loud = {.as_json = false};
        check(argv[0], &loud, &err);
        author_report_end(&loud, argv[0]);
        fputs("afterword: nothing was added; mend the errors, or say --anyway\n", stderr);
        return CLI_FAILURE;
    }
    json_decref(quiet.found);
    course = id ? strdup(id) : id_of_path(argv[0]);
    int rc = course ? cli_open(&library, &err) : error_nomem(&err, "course");
    if (rc == AW_OK)
        rc = aw_course_add(library, course, title, argc ? argv[0] : NULL, &inspect, &err);
    aw_close(library);
    if (rc == AW_OK && as_json)
        puts(inspect);
    else if (rc == AW_OK)
        printf("%s: registered%s\n", course,
               has_link(course) ? ", with a discussion that opens on its completion"
                                : "; no discussion is attached yet (`afterword link add --course ...`)");
    aw_free(inspect);
    free(course);
    return rc == AW_OK ? cli_finish() : cli_fail(&err);
}

/* ---- list, show, remove ---------------------------------------------------------------------- */

static int load(json_t **out, aw_error *err)
{
    aw *library = NULL;
    char *json = NULL;
    int rc = cli_open(&library, err);

    if (rc == AW_OK)
        rc = aw_query(library, "courses", NULL, &json, err);
    aw_close(library);
    if (rc == AW_OK) {
        json_t *root = json_loads(json, 0, NULL);
        *out = json_incref(json_is_array(root) ? root : json_object_get(root, "courses"));
        json_decref(root);
    }
    aw_free(json);
    return rc;
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));

    return t ? t : "";
}

static const char *id_of(const json_t *course)
{
    const char *t = text_of(course, "course");

    return *t ? t : text_of(course, "id");
}

static int run_list(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    json_t *courses = NULL, *course;
    size_t i;

    (void)argv;
    if (argc > 0)
        return cli_usage(self, "it takes no words");
    if (load(&courses, &err) != AW_OK)
        return cli_fail(&err);
    if (as_json) {
        json_dumpf(courses, stdout, JSON_INDENT(2));
        puts("");
    } else if (json_array_size(courses) == 0) {
        puts("There are no courses yet; `afterword course add PACKAGE.zip` registers one.");
    }
    json_array_foreach(courses, i, course)
    {
        const json_t *scorm = json_object_get(course, "scorm");
        if (!as_json)
            printf("%s  %s%s%s\n", id_of(course), text_of(course, "title"),
                   json_is_object(scorm) ? ", SCORM " : "", json_is_object(scorm) ? text_of(scorm, "version") : "");
    }
    json_decref(courses);
    return cli_finish();
}

static int run_show(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    json_t *courses = NULL, *course;
    bool found = false;
    size_t i;

    if (argc != 1)
        return cli_usage(self, "name one course");
    if (load(&courses, &err) != AW_OK)
        return cli_fail(&err);
    json_array_foreach(courses, i, course)
    {
        if (strcmp(id_of(course), argv[0]) != 0)
            continue;
        json_dumpf(course, stdout, JSON_INDENT(2));
        puts("");
        found = true;
    }
    json_decref(courses);
    if (!found) {
        error_set(&err, AW_ENOTFOUND, "course", "\"%.80s\" is not known; `afterword course list` shows all", argv[0]);
        return cli_fail(&err);
    }
    return cli_finish();
}

static int run_remove(const struct cli_command *self, int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;

    if (argc == 0)
        return cli_usage(self, "name the courses to remove");
    int rc = cli_open(&library, &err);
    for (int i = 0; i < argc && rc == AW_OK; i++)
        if ((rc = aw_course_remove(library, argv[i], &err)) == AW_OK)
            printf("%s: removed; its links and discussions stay\n", argv[i]);
    aw_close(library);
    return rc == AW_OK ? cli_finish() : cli_fail(&err);
}

/* ---- tables --------------------------------------------------------------------------------------- */

static const struct cli_option add_options[] = {
    {"id", CLI_TEXT, &id, "ID", "as the LMS knows the course; the file's name if not given"},
    {"title", CLI_TEXT, &title, "TEXT", "the package's if not given"},
    {"json", CLI_FLAG, &as_json, NULL, "print what `afterword scorm inspect` prints"},
    {"anyway", CLI_FLAG, &anyway, NULL, "register it although the check found errors"},
    CLI_COMMON_OPTIONS,
    {0},
};
static const struct cli_option json_options[] = {
    {"json", CLI_FLAG, &as_json, NULL, "as JSON"},
    CLI_COMMON_OPTIONS,
    {0},
};
static const struct cli_option common_options[] = {CLI_COMMON_OPTIONS, {0}};

static const struct cli_command subcommands[] = {
    {"add", "register a SCORM package, or a plain course", "[PACKAGE.zip]",
     "The package's discussion.json makes the link. A course of the same id is replaced. Without a\n"
     "package, --id and --title register a course whose completions the LMS itself reports.",
     NULL, add_options, run_add},
    {"list", "the courses there are", "", NULL, NULL, json_options, run_list},
    {"show", "one course with its items, as JSON", "ID", NULL, NULL, common_options, run_show},
    {"check", "everything that is wrong with a package, in an author's words", "PACKAGE.zip",
     "Looks at the zip file, the manifest, the pages and discussion.json. Registers nothing. The exit\n"
     "code is 1 if anything must be mended.",
     NULL, json_options, run_check},
    {"remove", "forget courses; links and discussions stay", "ID...", NULL, NULL, common_options, run_remove},
    {0},
};

const struct cli_command cli_course = {
    .name = "course",
    .summary = "SCORM packages and plain courses: add, list, show, check, remove",
    .synopsis = "COMMAND",
    .subcommands = subcommands,
};
