/*
 * course_check.c - what is wrong with a package, in words its author understands.
 *
 * Goes on after each fault as far as it can, so that an author mends all of it
 * in one go. Pages are searched for the words by which content finds the LMS:
 * a course exported for the other SCORM version plays and never reports.
 */
#include "course_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "package.h"

#define PAGE_BYTES (4u << 20)    /* a page or script that is searched */
#define SEARCH_BYTES (128u << 20) /* of all of them */

struct checker {
    link_report report;
    void *context;
    bool good;
};

static void say(struct checker *c, bool fatal, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct checker *c, bool fatal, const char *where, const char *fmt, ...)
{
    char sentence[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args); /* NOLINT: clang 14 loses va_start in a static function */
    va_end(args);
    c->good = c->good && !fatal;
    c->report(c->context, fatal, where, sentence);
}

/* ---- the manifest ------------------------------------------------------------------- */

/* These a learner runs into; the rest was put right while reading. */
static bool is_fatal(const char *warning)
{
    static const char *const signs[] = {"is not in the package", "cannot be launched", "cannot be told apart",
                                        "nobody could pass", "nothing in this course can report"};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(warning, signs[i]))
            return true;
    return false;
}

static bool can_pass(const struct scorm_course *course)
{
    for (uint32_t i = 0; i < course->item_count; i++)
        if (course->items[i].mastery.given || scorm_item_passing(&course->items[i]).given)
            return true;
    return false;
}

static void check_manifest(struct checker *c, const struct scorm_course *course)
{
    for (size_t i = 0; i < course->warning_count; i++)
        say(c, is_fatal(course->warnings[i]), "manifest", "%s", course->warnings[i]);
    if (course->version == SCORM_12 && scorm_course_sco_count(course) > 1)
        say(c, false, "manifest",
            "The course has %u SCOs, and SCORM 1.2 does not say when all of it is completed. Here it is when each of "
            "them is; course_rule in the configuration changes that.",
            scorm_course_sco_count(course));
}

/* ---- pages ---------------------------------------------------------------------------- */

static bool is_searched(const char *name)
{
    static const char *const endings[] = {".html", ".htm", ".js", ".mjs", ".xhtml"};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

/* Which of the two APIs the pages mention. */
static int search_pages(struct scorm_package *p, bool *out_12, bool *out_2004, struct checker *c, aw_error *err)
{
    size_t searched = 0;

    for (size_t i = 0; i < scorm_package_file_count(p) && searched < SEARCH_BYTES; i++) {
        const char *name = scorm_package_file_name(p, i);
        char *bytes = NULL;
        size_t len = 0;
        aw_error why = AW_ERROR_INIT;
        if (!is_searched(name))
            continue;
        int rc = scorm_package_file(p, name, PAGE_BYTES, &bytes, &len, &why);
        if (rc == AW_ENOMEM)
            return error_nomem(err, "package");
        if (rc == AW_EINVAL)
            say(c, true, "package", "%s.", why.text);
        if (rc != AW_OK)
            continue;
        searched += len;
        *out_12 = *out_12 || memmem(bytes, len, "LMSInitialize", 13);
        *out_2004 = *out_2004 || memmem(bytes, len, "API_1484_11", 11);
        free(bytes);
    }
    return AW_OK;
}

static int check_pages(struct checker *c, struct scorm_package *p, const struct scorm_course *course, aw_error *err)
{
    bool has_12 = false, has_2004 = false;
    int rc = search_pages(p, &has_12, &has_2004, c, err);

    if (rc != AW_OK)
        return rc;
    if (course->version == SCORM_12 && has_2004 && !has_12)
        say(c, true, "pages", "The manifest says SCORM 1.2, but the pages talk to SCORM 2004: the course would play and "
                              "never report anything. Export it again for one version.");
    else if (course->version == SCORM_2004 && has_12 && !has_2004)
        say(c, true, "pages", "The manifest says SCORM 2004, but the pages talk to SCORM 1.2: the course would play and "
                              "never report anything. Export it again for one version.");
    else if (!has_12 && !has_2004 && scorm_course_sco_count(course) > 0)
        say(c, false, "pages", "No page was found that talks to an LMS. If the course should report when it is "
                               "completed, look at what it reports with a test learner.");
    return AW_OK;
}

/* ---- discussion.json -------------------------------------------------------------------- */

static void from_link(void *context, bool fatal, const char *where, const char *sentence)
{
    struct checker *c = context;
    char whole[128];

    snprintf(whole, sizeof whole, "discussion.json, %s", where);
    say(c, fatal, whole, "%s", sentence);
}

/* "Discussion.JSON", or in the wrong folder. */
static const char *misplaced_sidecar(const struct scorm_package *p)
{
    for (size_t i = 0; i < scorm_package_file_count(p); i++) {
        const char *name = scorm_package_file_name(p, i), *slash = strrchr(name, '/');
        if (strcasecmp(slash ? slash + 1 : name, "discussion.json") == 0)
            return name;
    }
    return NULL;
}

static int check_sidecar(struct checker *c, struct scorm_package *p, const struct scorm_course *course,
                         const struct link_surroundings *around, aw_error *err)
{
    struct link_surroundings here = around ? *around : (struct link_surroundings){0};
    struct link *link = NULL;
    char *json = NULL;
    size_t len = 0;
    aw_error why = AW_ERROR_INIT;
    int rc = scorm_package_sidecar(p, &json, &len, &why);

    if (rc == AW_ENOTFOUND) {
        const char *name = misplaced_sidecar(p);
        if (name)
            say(c, true, "discussion.json", "The discussion is in \"%.300s\"; it must be called discussion.json and lie "
                                            "beside imsmanifest.xml.",
                name);
        else
            say(c, false, "discussion.json", "The package has no discussion.json: no discussion opens when the course is "
                                             "completed, unless a link is made by hand.");
        return AW_OK;
    }
    if (rc == AW_OK)
        rc = link_read(json, len, "course", &link, &why);
    free(json);
    if (rc == AW_ENOMEM)
        return error_nomem(err, "discussion.json");
    if (rc != AW_OK) {
        say(c, true, "discussion.json", "%s%s%s.", why.where, *why.where ? " " : "", why.text);
        return AW_OK;
    }
    if (!here.course_title && course)
        here.course_title = course->title;
    if (strcmp(link->course, "course") != 0)
        say(c, false, "discussion.json, course",
            "It names the course \"%.100s\": leave course out, the package is registered under the id that the LMS "
            "has for it.",
            link->course);
    link_check(link, &here, from_link, c);
    if (course && link->opens_on_passed && !can_pass(course))
        say(c, false, "discussion.json, opens_on",
            "It opens when the course is passed, but no mastery or passing score is set: it opens only if the "
            "course itself reports \"passed\".");
    link_free(link);
    return AW_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

int course_check(const char *path, const struct link_surroundings *around, link_report report,
                 void *context, bool *out_good, aw_error *err)
{
    struct checker c = {report, context, true};
    struct scorm_package *package = NULL;
    struct scorm_course *course = NULL;
    aw_error why = AW_ERROR_INIT;
    int rc = scorm_package_open(path, &package, &why);

    if (rc == AW_EINVAL || rc == AW_ELIMIT) {
        say(&c, true, "package", "%s.", why.text);
        *out_good = false;
        return AW_OK;
    }
    if (rc != AW_OK)
        return error_set(err, rc, why.where, "%s", why.text);
    rc = scorm_package_course(package, &course, &why);
    if (rc == AW_ENOMEM) {
        rc = error_nomem(err, "package");
        goto out;
    }
    if (rc != AW_OK) {
        say(&c, true, "manifest", "%s.", why.text);
        rc = AW_OK;
    } else {
        check_manifest(&c, course);
        rc = check_pages(&c, package, course, err);
    }
    if (rc == AW_OK)
        rc = check_sidecar(&c, package, course, around, err);
    if (rc == AW_OK)
        *out_good = c.good;
out:
    scorm_course_free(course);
    scorm_package_close(package);
    return rc;
}
