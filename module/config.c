/* config.c - reading the configuration: every member known, typed and bounded. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "limit.h"
#include "policy.h"

#define DAY_MS INT64_C(86400000)

static const char *const root_names[] = {"site",   "state_dir", "journal",  "statements", "privacy",
                                         "lrs",    "forums",    "scorm",    "courses",    "listener",
                                         "log",    "attachments", NULL};

static int read_site(struct config *c, aw_error *err)
{
    static const char *const names[] = {"name", "home_page", "base_iri", "language", NULL};
    const json_t *site = NULL;
    int rc = json_get_object(c->root, "site", &site, err);
    if (rc != AW_OK || !site)
        return rc;
    if ((rc = json_only(site, "site", names, err)) != AW_OK ||
        (rc = json_get_text(site, "name", LIMIT_ID_BYTES, &c->site_name, err)) != AW_OK ||
        (rc = json_get_text(site, "home_page", LIMIT_TITLE_BYTES, &c->home_page, err)) != AW_OK ||
        (rc = json_get_text(site, "base_iri", LIMIT_TITLE_BYTES, &c->base_iri, err)) != AW_OK)
        return rc;
    return json_get_text(site, "language", LIMIT_LANGUAGE_BYTES, &c->language, err);
}

/* An IRI that things can be appended to: a scheme, an authority, no trailing slash. */
static int check_iri(const char *name, const char *iri, aw_error *err)
{
    if (strncmp(iri, "http://", 7) != 0 && strncmp(iri, "https://", 8) != 0)
        return error_set(err, AW_ECONFIG, name, "\"%.80s\" must begin with https:// or http://", iri);
    if (iri[strlen(iri) - 1] == '/' || strpbrk(iri, " ?#<>\"\\"))
        return error_set(err, AW_ECONFIG, name,
                         "\"%.80s\" must not end in / nor hold spaces, ? or #", iri);
    return AW_OK;
}

static int read_log(const json_t *root, const char *section, uint64_t *segment, uint64_t *max,
                    int64_t *retention, aw_error *err)
{
    static const char *const names[] = {"segment_bytes", "max_bytes", "retention_days", NULL};
    const json_t *o = NULL;
    int64_t segment_bytes = (int64_t)*segment, max_bytes = (int64_t)*max,
            days = *retention / DAY_MS;
    int rc = json_get_object(root, section, &o, err);
    if (rc != AW_OK || !o)
        return rc;
    if ((rc = json_only(o, section, names, err)) != AW_OK ||
        (rc = json_get_i64(o, "segment_bytes", 64 << 10, INT64_C(1) << 30, &segment_bytes, err)) !=
            AW_OK ||
        (rc = json_get_i64(o, "max_bytes", 0, INT64_C(1) << 50, &max_bytes, err)) != AW_OK ||
        (rc = json_get_i64(o, "retention_days", 0, 36500, &days, err)) != AW_OK)
        return rc;
    *segment = (uint64_t)segment_bytes;
    *max = (uint64_t)max_bytes;
    *retention = days * DAY_MS;
    return AW_OK;
}

/* The position of a word among allowed ones. */
static int read_word(const json_t *obj, const char *name, const char *const *words, int *out,
                     aw_error *err)
{
    const char *word = NULL;
    int rc = json_get_text(obj, name, 64, &word, err);
    if (rc != AW_OK || !word)
        return rc;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], word) == 0) {
            *out = i;
            return AW_OK;
        }
    }
    return error_set(err, AW_ECONFIG, name, "\"%.40s\" is not known; the first choice is \"%s\"", word,
                     words[0]);
}

static int read_privacy(struct config *c, aw_error *err)
{
    static const char *const names[] = {"actor", "names", "post_text", "key_file", NULL};
    static const char *const actors[] = {"account", "mbox", "mbox_sha1sum", NULL};
    const json_t *o = NULL;
    int actor = c->actor, rc = json_get_object(c->root, "privacy", &o, err);
    if (rc != AW_OK || !o)
        return rc;
    if ((rc = json_only(o, "privacy", names, err)) != AW_OK ||
        (rc = read_word(o, "actor", actors, &actor, err)) != AW_OK ||
        (rc = json_get_bool(o, "names", &c->names, err)) != AW_OK ||
        (rc = json_get_bool(o, "post_text", &c->post_text, err)) != AW_OK)
        return rc;
    c->actor = (enum config_actor)actor;
    return json_get_text(o, "key_file", 4095, &c->key_file, err);
}

/* {"max_bytes": 5000000, "types": ["image/jpeg"], "send": "nothing" | "files" | "urls",
 *  "file_url": "https://lms/files/{sha2}"} */
static int read_attachments(struct config *c, aw_error *err)
{
    static const char *const names[] = {"max_bytes", "types", "send", "file_url", NULL};
    static const char *const sends[] = {"nothing", "files", "urls", NULL};
    const json_t *o = NULL;
    int64_t max = 5000000;
    int send = 0, rc = json_get_object(c->root, "attachments", &o, err);
    if (rc != AW_OK || !o)
        return rc;
    if ((rc = json_only(o, "attachments", names, err)) != AW_OK ||
        (rc = json_get_i64(o, "max_bytes", 1, LIMIT_ATTACHMENT_BYTES, &max, err)) != AW_OK ||
        (rc = json_get_array(o, "types", &c->attachment_types, err)) != AW_OK ||
        (rc = read_word(o, "send", sends, &send, err)) != AW_OK ||
        (rc = json_get_text(o, "file_url", LIMIT_TITLE_BYTES, &c->attachments_url, err)) != AW_OK)
        return rc;
    if (send == 2 && (!c->attachments_url || !strstr(c->attachments_url, "{sha2}")))
        return error_set(err, AW_ECONFIG, "attachments.file_url",
                         "must be an address with {sha2} in it where send is \"urls\"");
    c->attachments_max = (uint64_t)max;
    c->attachments_sent = send == 1;
    if (send != 2)
        c->attachments_url = NULL;
    return AW_OK;
}

static int read_words(struct config *c, aw_error *err)
{
    static const char *const course_names[] = {"unknown", NULL};
    static const char *const choices[] = {"refuse", "accept", NULL};
    static const char *const log_names[] = {"level", NULL};
    static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
    const json_t *courses = NULL, *log = NULL;
    int unknown = 0, rc = json_get_object(c->root, "courses", &courses, err);
    if (rc == AW_OK && courses) {
        rc = json_only(courses, "courses", course_names, err);
        if (rc == AW_OK)
            rc = read_word(courses, "unknown", choices, &unknown, err);
        c->accept_unknown_courses = unknown == 1;
    }
    if (rc == AW_OK)
        rc = json_get_object(c->root, "log", &log, err);
    if (rc == AW_OK && log) {
        rc = json_only(log, "log", log_names, err);
        if (rc == AW_OK)
            rc = read_word(log, "level", levels, &c->log_level, err);
    }
    return rc;
}

/* A misspelt switch is seen when the library is opened, not when the first learner finishes. */
static int check_policies(const json_t *scorm, aw_error *err)
{
    struct scorm_policies *policies = NULL;
    int rc = scorm_policies_read(scorm, &policies, err);
    scorm_policies_free(policies);
    return rc;
}

static int read_sections(struct config *c, aw_error *err)
{
    int64_t ignored = 0;
    uint64_t segment = 0;
    int rc = json_only(c->root, "configuration", root_names, err);
    if (rc == AW_OK)
        rc = read_site(c, err);
    if (rc == AW_OK)
        rc = check_iri("site.home_page", c->home_page, err);
    if (rc == AW_OK && c->base_iri)
        rc = check_iri("site.base_iri", c->base_iri, err);
    if (rc == AW_OK)
        rc = read_log(c->root, "journal", &c->journal_segment_bytes, &c->journal_max_bytes,
                      &c->retention_ms, err);
    if (rc == AW_OK)
        rc = read_log(c->root, "statements", &segment, &c->statements_max_bytes, &ignored, err);
    if (rc == AW_OK)
        rc = read_privacy(c, err);
    if (rc == AW_OK)
        rc = read_words(c, err);
    if (rc == AW_OK)
        rc = json_get_array(c->root, "lrs", &c->lrs, err);
    if (rc == AW_OK)
        rc = json_get_array(c->root, "forums", &c->forums, err);
    if (rc == AW_OK)
        rc = json_get_object(c->root, "scorm", &c->scorm, err);
    if (rc == AW_OK)
        rc = check_policies(c->scorm, err);
    if (rc == AW_OK)
        rc = json_get_object(c->root, "listener", &c->listener, err);
    if (rc == AW_OK)
        rc = read_attachments(c, err);
    return rc;
}

/* base_iri without one: the home page and "/xapi", kept in the JSON so that it is freed with it. */
static int derive(struct config *c, const aw_config_source *source, aw_error *err)
{
    const char *dir = source->state_dir && *source->state_dir ? source->state_dir : NULL;
    int rc = dir ? AW_OK : json_get_text(c->root, "state_dir", 3000, &dir, err);
    if (rc != AW_OK)
        return rc;
    if (!dir)
        return error_set(err, AW_ECONFIG, "state_dir",
                         "is not set; name a directory on a local disk, for example "
                         "/var/lib/afterword (or --state-dir, AFTERWORD_STATE_DIR)");
    c->state_dir = strdup(dir);
    if (!c->state_dir)
        return error_nomem(err, "configuration");
    if (!c->base_iri) {
        json_t *iri = json_sprintf("%s/xapi", c->home_page);
        if (!iri || json_object_set_new(c->root, "(base)", iri) < 0)
            return error_nomem(err, "configuration");
        c->base_iri = json_string_value(iri);
    }
    c->site = uuid5_make(&uuid5_afterword, "site", c->home_page, UUID5_END);
    return AW_OK;
}

static int load(const aw_config_source *source, json_t **out, aw_error *err)
{
    if (source->path && *source->path)
        return json_read_file(source->path, LIMIT_CONFIG_BYTES, out, err);
    if (source->json)
        return json_read(source->json, source->json_bytes ? source->json_bytes : strlen(source->json),
                         LIMIT_CONFIG_BYTES, "configuration", out, err);
    *out = json_object();
    return *out ? AW_OK : error_nomem(err, "configuration");
}

int config_read(const aw_config_source *source, struct config *out, aw_error *err)
{
    struct config c = {.site_name = "LMS", .home_page = "https://lms.example.org",
                       .language = "en", .retention_ms = 30 * DAY_MS, .log_level = AW_LOG_INFO};
    int rc = load(source, &c.root, err);
    if (rc == AW_OK)
        rc = json_want_object(c.root, "configuration", err);
    if (rc == AW_OK)
        rc = read_sections(&c, err);
    if (rc == AW_OK)
        rc = derive(&c, source, err);
    if (rc != AW_OK) {
        config_free(&c);
        /* Whatever was wrong, to the host it is the configuration. */
        if (err && (rc == AW_EINVAL || rc == AW_ELIMIT))
            err->code = AW_ECONFIG;
        return rc == AW_EINVAL || rc == AW_ELIMIT ? AW_ECONFIG : rc;
    }
    *out = c;
    return AW_OK;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    json_decref(c->root);
    free(c->state_dir);
    memset(c, 0, sizeof *c);
}
