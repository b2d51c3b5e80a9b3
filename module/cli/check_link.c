/*
 * check_link.c - `afterword link check`: all that is wrong with a link, before a learner finds out.
 *
 * What is known here (people, attributes, rooms) is asked of the state directory where one was
 * named or the link is attached, and its forum is asked whether it is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "author.h"
#include "check_link.h"
#include "error.h"
#include "forum_http.h"
#include "fs.h"
#include "handle.h"
#include "limit.h"
#include "provider.h"

bool cli_ask_forum(aw *library, const json_t *config, bool offline, char *why, size_t why_size)
{
    struct forum_http *http = NULL;
    struct provider *provider = NULL;
    aw_error err = AW_ERROR_INIT;
    aw_forum_reply reply = {.struct_size = sizeof reply};
    bool good = false;
    int rc = forum_http_open(library, config, NULL, &http, &err);
    if (rc == AW_OK)
        rc = forum_provider_open(library, config, http, &provider, &err);
    if (rc != AW_OK) {
        snprintf(why, why_size, "%s%s%s", err.where, *err.where ? ": " : "", err.text);
    } else if (offline) {
        good = true;
        snprintf(why, why_size, "configured; not asked");
    } else {
        good = provider_check(provider, &reply) == AW_FORUM_OK;
        snprintf(why, why_size, "%s",
                 reply.reason[0] ? reply.reason : good ? "answers, and the rights are enough" : "does not answer");
    }
    provider_close(provider);
    forum_http_close(http);
    return good;
}

/* ---- one link --------------------------------------------------------------------------- */

struct checking {
    struct author_report *report;
    struct link_surroundings around;
    aw *library; /* NULL: nothing is known here */
    bool offline;
    json_t *asked; /* forums, by name */
};

static void check_forum(struct checking *c, const json_t *link)
{
    char why[512], sentence[700];
    const char *name = json_string_value(json_object_get(link, "provider"));
    size_t i;
    json_t *forum;
    if (!name || !c->library || json_object_get(c->asked, name))
        return;
    json_array_foreach(c->library->config.forums, i, forum)
    {
        const char *known = json_string_value(json_object_get(forum, "name"));
        const char *type = json_string_value(json_object_get(forum, "type"));
        if (!known || !type || strcmp(known, name) != 0 || strcmp(type, "local") == 0 || strcmp(type, "host") == 0)
            continue;
        json_object_set_new(c->asked, name, json_true());
        if (cli_ask_forum(c->library, forum, c->offline, why, sizeof why))
            continue;
        snprintf(sentence, sizeof sentence, "\"%.60s\" cannot be used now: %s", name, why);
        author_print(c->report, true, "provider", sentence);
    }
}

static int check_text(struct checking *c, const char *json, size_t len, bool attached, aw_error *err)
{
    bool good = false;
    struct state *state = NULL;
    if (c->library && handle_state(c->library, &state, err) != AW_OK)
        return err->code;
    c->around.state = state;
    c->around.is_attached = attached;
    /* A package's discussion.json does not name its course. */
    int rc = link_check_json(json, len, "the-course", &c->around, author_print, c->report, &good, err);
    if (c->library)
        handle_state_done(c->library);
    json_t *link = rc == AW_OK ? json_loadb(json, len, 0, NULL) : NULL;
    check_forum(c, link);
    json_decref(link);
    return rc;
}

static int check_all(struct checking *c, const char *id, aw_error *err)
{
    json_t *links = NULL, *link;
    size_t i, count = 0;
    int rc = author_links(NULL, &links, err);
    json_array_foreach(links, i, link)
    {
        const char *name = json_string_value(json_object_get(link, "id"));
        if (rc != AW_OK || !name || (id && strcmp(id, name) != 0))
            continue;
        char *text = json_dumps(link, JSON_COMPACT);
        count++;
        if (!id && !c->report->as_json)
            printf("%s\n", name);
        rc = text ? check_text(c, text, strlen(text), true, err) : error_nomem(err, "link");
        free(text);
    }
    json_decref(links);
    if (rc == AW_OK && id && count == 0)
        return error_set(err, AW_ENOTFOUND, "link",
                         "\"%.200s\" is neither a file nor a link; `afterword link list` shows the links", id);
    return rc;
}

static int check_named(struct checking *c, const char *name, aw_error *err)
{
    char *json = NULL;
    size_t len = 0;
    if (strcmp(name, "-") != 0 && access(name, F_OK) != 0 && !strchr(name, '/'))
        return check_all(c, name, err);
    int rc = fs_read(name, LIMIT_LINK_JSON_BYTES, &json, &len, err);
    if (rc == AW_OK)
        rc = check_text(c, json, len, false, err);
    free(json);
    return rc;
}

int cli_check_links(const char *name, bool as_json, bool offline)
{
    struct author_report report = {.as_json = as_json};
    struct checking c = {.report = &report, .offline = offline, .asked = json_object()};
    aw_error err = AW_ERROR_INIT;
    int rc = author_forums(&c.around.providers, &err);
    /* An author's own machine has no state directory, and a check must not make one. */
    if (rc == AW_OK && (cli_config || (cli_state_dir && access(cli_state_dir, F_OK) == 0)))
        rc = cli_open(&c.library, &err);
    if (rc == AW_OK)
        rc = name ? check_named(&c, name, &err) : check_all(&c, NULL, &err);
    aw_close(c.library);
    author_forums_free(c.around.providers);
    json_decref(c.asked);
    if (rc == AW_OK)
        return author_report_end(&report, name ? name : "all links");
    json_decref(report.found);
    return cli_fail(&err);
}
