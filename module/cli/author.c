/* author.c - what the commands for course authors share. */
#include "author.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "error.h"
#include "fs.h"
#include "limit.h"

void author_print(void *context, bool fatal, const char *where, const char *sentence)
{
    struct author_report *r = context;

    r->fatal += fatal;
    r->advice += !fatal;
    if (!r->as_json) {
        printf("%s  %s: %s\n", fatal ? "error " : "advice", where, sentence);
        return;
    }
    if (!r->found)
        r->found = json_array();
    json_array_append_new(r->found, json_pack("{s:b, s:s, s:s}", "fatal", fatal, "where", where, "text", sentence));
}

int author_report_end(struct author_report *r, const char *what)
{
    if (r->as_json) {
        json_t *whole = json_pack("{s:b, s:o}", "ok", r->fatal == 0, "found", r->found ? r->found : json_array());
        json_dumpf(whole, stdout, JSON_INDENT(2));
        puts("");
        json_decref(whole);
    } else if (r->fatal) {
        printf("%s: %zu thing%s to mend%s\n", what, r->fatal, r->fatal == 1 ? "" : "s",
               r->advice ? ", and advice above" : "");
    } else {
        printf("%s: in order%s\n", what, r->advice ? "; see the advice above" : "");
    }
    int rc = cli_finish();
    return rc ? rc : r->fatal ? CLI_FAILURE : CLI_OK;
}

/* ---- forums --------------------------------------------------------------------------- */

int author_forums(const char *const **out, aw_error *err)
{
    struct config config = {0};
    aw_config_source source = {.struct_size = sizeof source, .path = cli_config, .state_dir = cli_state_dir};
    size_t count = 0, i;
    json_t *forum;

    if (!cli_config) { /* nobody said which forums there are: any name may be right */
        *out = NULL;
        return AW_OK;
    }
    int rc = config_read(&source, &config, err);
    if (rc != AW_OK)
        return rc;
    char **names = calloc(json_array_size(config.forums) + 3, sizeof *names);
    if (names) {
        names[count++] = strdup("local");
        names[count++] = strdup("host");
        json_array_foreach(config.forums, i, forum)
        {
            const char *name = json_string_value(json_object_get(forum, "name"));
            if (name && strcmp(name, "local") != 0 && strcmp(name, "host") != 0)
                names[count++] = strdup(name);
        }
    }
    config_free(&config);
    if (!names)
        return error_nomem(err, "forums");
    *out = (const char *const *)names;
    return AW_OK;
}

void author_forums_free(const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++)
        free((char *)names[i]);
    free((void *)names);
}

/* ---- links ------------------------------------------------------------------------------ */

int author_links(const char *course, json_t **out, aw_error *err)
{
    aw *library = NULL;
    char *json = NULL, *args = NULL;
    json_t *wanted = course ? json_pack("{s:s}", "course", course) : json_object();
    int rc = AW_OK;

    if (!wanted || !(args = json_dumps(wanted, 0)))
        rc = error_set(err, AW_EUTF8, "course", "is not UTF-8");
    json_decref(wanted);
    if (rc == AW_OK)
        rc = cli_open(&library, err);
    if (rc == AW_OK)
        rc = aw_query(library, "links", args, &json, err);
    aw_close(library);
    free(args);
    if (rc == AW_OK) {
        json_t *root = json_loads(json, 0, NULL);
        json_t *list = json_is_array(root) ? root : json_object_get(root, "links");
        *out = json_incref(list);
        json_decref(root);
    }
    aw_free(json);
    return rc;
}

static int stored_link(const char *id, struct link **out, aw_error *err)
{
    json_t *links = NULL, *link;
    size_t i;
    int rc = author_links(NULL, &links, err);

    if (rc != AW_OK)
        return rc;
    rc = AW_ENOTFOUND;
    json_array_foreach(links, i, link)
    {
        const char *have = json_string_value(json_object_get(link, "id"));
        if (!have || strcmp(have, id) != 0)
            continue;
        char *json = json_dumps(link, 0);
        rc = json ? link_read(json, strlen(json), NULL, out, err) : error_nomem(err, "link");
        free(json);
        break;
    }
    json_decref(links);
    if (rc == AW_ENOTFOUND)
        return error_set(err, rc, "link", "\"%.200s\" is neither a file nor a link; `afterword link list` shows the links",
                         id);
    return rc;
}

int author_link(const char *file_or_id, struct link **out, aw_error *err)
{
    char *json = NULL;
    size_t len = 0;
    int rc;

    if (strcmp(file_or_id, "-") != 0 && access(file_or_id, F_OK) != 0 && !strchr(file_or_id, '/'))
        return stored_link(file_or_id, out, err);
    rc = fs_read(file_or_id, LIMIT_LINK_JSON_BYTES, &json, &len, err);
    if (rc == AW_OK) /* a package's discussion.json does not name its course */
        rc = link_read(json, len, "the-course", out, err);
    free(json);
    return rc;
}
