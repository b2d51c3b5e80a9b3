/*
 * link_read.c - reads and validates the JSON form of a link.
 *
 * Everything is bounded and every refusal names the member, because what is
 * wrong here was written by a course author, not by a program. The value read
 * becomes the link's memory: texts are borrowed from it.
 */
#include "link.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "error.h"
#include "json.h"
#include "limit.h"
#include "utf8.h"

#define ID_BYTES 64 /* of a link's id; it is part of room and discussion ids */
#define CAP_MAX 100000
#define HOURS_MAX 8760
#define VOTES_MAX 10000
#define DAYS_MAX 3650

static const char *const link_members[] = {
    "id", "course", "title", "prompt", "call_to_action", "language", "room", "provider",
    "opens_on", "anonymous", "min_anonymous", "regulated", "answer_within_hours", "experts",
    "mentors", "managers", "share_with_later_rooms", "hand_over_after_hours", "idea_votes",
    "due_days", NULL,
};
static const char *const room_members[] = {"by", "cap", NULL};

/* ---- single values ------------------------------------------------------------ */

static bool is_language(const char *tag)
{
    size_t part = 0, len = strlen(tag), primary = strcspn(tag, "-");

    /* "english" is well-formed, and no language. */
    if (len == 0 || len > LIMIT_LANGUAGE_BYTES || !isalpha((unsigned char)tag[0]) || primary < 2 ||
        primary > 3)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (tag[i] == '-') {
            if (part == 0)
                return false;
            part = 0;
        } else if (!isalnum((unsigned char)tag[i]) || ++part > 8) {
            return false;
        }
    }
    return part > 0;
}

static bool is_name(const char *text, size_t max)
{
    size_t len = strlen(text);

    if (len == 0 || len > max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
            return false;
    return true;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool has_control(const char *text, bool lines_allowed)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < 0x20 && !(lines_allowed && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7f)
            return true;
    }
    return false;
}

static int read_count(const json_t *obj, const char *name, uint32_t min, uint32_t max,
                      uint32_t *out, aw_error *err)
{
    int64_t value = *out;
    int rc = json_get_i64(obj, name, min, max, &value, err);

    if (rc == AW_OK)
        *out = (uint32_t)value;
    return rc;
}

/* ---- texts by language ---------------------------------------------------------- */

struct text_rule {
    const char *name;
    size_t max_bytes;
    bool required, lines_allowed;
};

static const struct text_rule title_rule = {"title", LIMIT_TITLE_BYTES, true, false};
static const struct text_rule prompt_rule = {"prompt", LIMIT_PROMPT_BYTES, true, true};
static const struct text_rule action_rule = {"call_to_action", LIMIT_PROMPT_BYTES, false, true};

static int add_text(struct link_text *text, const struct text_rule *rule, const char *language,
                    const json_t *value, aw_error *err)
{
    char where[96];

    snprintf(where, sizeof where, "%s%s%.40s", rule->name, *language ? "." : "", language);
    if (!json_is_string(value))
        return error_set(err, AW_EINVAL, where, "must be text, or an object of texts by language");
    const char *s = json_string_value(value);
    if (is_blank(s))
        return error_set(err, AW_EINVAL, where, "is empty: write it, or leave it out");
    if (strlen(s) > rule->max_bytes)
        return error_set(err, AW_ELIMIT, where, "is longer than %zu bytes", rule->max_bytes);
    if (has_control(s, rule->lines_allowed))
        return error_set(err, AW_EINVAL, where, "has %s in it",
                         rule->lines_allowed ? "control characters" : "line breaks or control characters");
    text->in[text->count].language = language;
    text->in[text->count].text = s;
    text->count++;
    return AW_OK;
}

static int add_language(struct link_text *text, const struct text_rule *rule, const char *language,
                        const json_t *value, aw_error *err)
{
    if (!is_language(language))
        return error_set(err, AW_EINVAL, rule->name,
                         "\"%.40s\" is not a language tag such as en, de or pt-BR", language);
    if (text->count == LINK_LANGUAGES)
        return error_set(err, AW_ELIMIT, rule->name, "has more than %d languages", LINK_LANGUAGES);
    for (size_t i = 0; i < text->count; i++)
        if (strcasecmp(text->in[i].language, language) == 0)
            return error_set(err, AW_EINVAL, rule->name, "has the language \"%s\" twice", language);
    return add_text(text, rule, language, value, err);
}

static int read_text(const json_t *root, const struct text_rule *rule, struct link_text *out,
                     aw_error *err)
{
    const json_t *value = json_object_get(root, rule->name);
    const char *language;
    json_t *one;

    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, language, one) {
            int rc = add_language(out, rule, language, one, err);
            if (rc != AW_OK)
                return rc;
        }
    } else if (value && !json_is_null(value)) {
        return add_text(out, rule, "", value, err);
    }
    if (out->count == 0 && rule->required)
        return error_set(err, AW_EINVAL, rule->name, "is missing");
    return AW_OK;
}

/* ---- lists ------------------------------------------------------------------------ */

static int read_list(const json_t *obj, const char *name, const char **out, size_t max,
                     size_t max_bytes, size_t *out_count, aw_error *err)
{
    const json_t *list = NULL;
    int rc = json_get_array(obj, name, &list, err);

    if (rc != AW_OK || !list)
        return rc;
    if (json_array_size(list) > max)
        return error_set(err, AW_ELIMIT, name, "has more than %zu entries", max);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (!s || is_blank(s) || has_control(s, false))
            return error_set(err, AW_EINVAL, name, "entry %zu must be a non-empty text", i + 1);
        if (s[0] == ' ' || s[strlen(s) - 1] == ' ')
            return error_set(err, AW_EINVAL, name, "entry %zu, \"%.60s\", has a space at its end", i + 1, s);
        if (strlen(s) > max_bytes)
            return error_set(err, AW_ELIMIT, name, "entry %zu is longer than %zu bytes", i + 1,
                             max_bytes);
        for (size_t j = 0; j < *out_count; j++)
            if (strcmp(out[j], s) == 0)
                return error_set(err, AW_EINVAL, name, "names \"%.64s\" twice", s);
        out[(*out_count)++] = s;
    }
    return AW_OK;
}

static int read_room(const json_t *root, struct link *link, aw_error *err)
{
    const json_t *room = NULL;
    int rc = json_get_object(root, "room", &room, err);

    if (rc != AW_OK || !room)
        return rc;
    if ((rc = json_only(room, "room", room_members, err)) != AW_OK ||
        (rc = read_list(room, "by", link->room_by, LINK_ROOM_ATTRIBUTES, ID_BYTES,
                        &link->room_by_count, err)) != AW_OK ||
        (rc = read_count(room, "cap", 1, CAP_MAX, &link->cap, err)) != AW_OK)
        return rc;
    for (size_t i = 0; i < link->room_by_count; i++)
        if (!is_name(link->room_by[i], ID_BYTES))
            return error_set(err, AW_EINVAL, "room.by",
                             "\"%.64s\" is not the name of a learner attribute: use letters, "
                             "digits, - and _",
                             link->room_by[i]);
    return AW_OK;
}

/* ---- identity ----------------------------------------------------------------------- */

/* A course's id as a link's id. What had to be replaced or cut gets a digest of
 * the whole, so that two courses never share a link. */
static bool id_from_course(const char *course, char out[ID_BYTES + 1])
{
    size_t n = 0;
    bool exact = strlen(course) <= 40;

    for (const char *c = course; *c && n < 40; c++) {
        bool keep = isalnum((unsigned char)*c) || *c == '-' || *c == '_';
        exact = exact && keep;
        if (keep)
            out[n++] = *c;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    out[n] = '\0';
    if (!exact) {
        uint8_t digest[32];
        char hex[17];
        if (!digest_sha256(course, strlen(course), digest))
            return false;
        digest_hex(digest, 8, hex);
        snprintf(out + n, ID_BYTES + 1 - n, "%s%s", n && out[n - 1] != '-' ? "-" : "", hex);
    }
    return true;
}

static int read_identity(json_t *root, const char *course, struct link *link, aw_error *err)
{
    char derived[ID_BYTES + 1];
    int rc;

    if ((rc = json_get_text(root, "id", ID_BYTES, &link->id, err)) != AW_OK ||
        (rc = json_get_text(root, "course", LIMIT_ID_BYTES, &link->course, err)) != AW_OK)
        return rc;
    if ((!link->course || !*link->course) && course) {
        if (!*course || strlen(course) > LIMIT_ID_BYTES || !utf8_valid(course, strlen(course), NULL))
            return error_set(err, AW_EINVAL, "course", "must be text of 1 to %d bytes",
                             LIMIT_ID_BYTES);
        if (json_object_set_new(root, "course", json_string(course)) != 0)
            return error_nomem(err, "link");
        link->course = json_string_value(json_object_get(root, "course"));
    }
    if (!link->course || is_blank(link->course))
        return error_set(err, AW_EINVAL, "course",
                         "is missing: name the course whose completion opens the discussion");
    if (has_control(link->course, false))
        return error_set(err, AW_EINVAL, "course", "has line breaks or control characters in it");
    if (link->id && *link->id) {
        if (!is_name(link->id, ID_BYTES))
            return error_set(err, AW_EINVAL, "id", "use letters, digits, - and _, %d at most",
                             ID_BYTES);
        return AW_OK;
    }
    if (!id_from_course(link->course, derived))
        return error_nomem(err, "link");
    if (json_object_set_new(root, "id", json_string(derived)) != 0)
        return error_nomem(err, "link");
    link->id = json_string_value(json_object_get(root, "id"));
    return AW_OK;
}

/* ---- the whole ------------------------------------------------------------------------ */

static int read_settings(const json_t *root, struct link *link, aw_error *err)
{
    const char *opens_on = "completed";
    int rc;

    if ((rc = json_get_text(root, "language", LIMIT_LANGUAGE_BYTES, &link->language, err)) != AW_OK ||
        (rc = json_get_text(root, "provider", ID_BYTES, &link->provider, err)) != AW_OK ||
        (rc = json_get_text(root, "opens_on", 16, &opens_on, err)) != AW_OK)
        return rc;
    if (!is_language(link->language))
        return error_set(err, AW_EINVAL, "language",
                         "\"%.40s\" is not a language tag such as en, de or pt-BR", link->language);
    if (!is_name(link->provider, ID_BYTES))
        return error_set(err, AW_EINVAL, "provider", "must be the name of a configured forum");
    link->opens_on_passed = strcmp(opens_on, "passed") == 0;
    if (!link->opens_on_passed && strcmp(opens_on, "completed") != 0)
        return error_set(err, AW_EINVAL, "opens_on", "must be \"completed\" or \"passed\"");
    if ((rc = json_get_bool(root, "anonymous", &link->anonymous, err)) != AW_OK ||
        (rc = json_get_bool(root, "regulated", &link->regulated, err)) != AW_OK ||
        (rc = json_get_bool(root, "share_with_later_rooms", &link->share_with_later_rooms, err)) != AW_OK)
        return rc;
    if (link->regulated)
        link->answer_within_hours = 48;
    if ((rc = read_count(root, "min_anonymous", 2, 1000, &link->min_anonymous, err)) != AW_OK ||
        (rc = read_count(root, "answer_within_hours", 0, HOURS_MAX, &link->answer_within_hours, err)) != AW_OK ||
        (rc = read_count(root, "hand_over_after_hours", 0, HOURS_MAX, &link->hand_over_after_hours, err)) != AW_OK ||
        (rc = read_count(root, "idea_votes", 1, VOTES_MAX, &link->idea_votes, err)) != AW_OK)
        return rc;
    return read_count(root, "due_days", 0, DAYS_MAX, &link->due_days, err);
}

static int read_people(const json_t *root, struct link *link, aw_error *err)
{
    int rc;

    if ((rc = read_list(root, "experts", link->experts, LINK_PEOPLE, LIMIT_ID_BYTES,
                        &link->expert_count, err)) != AW_OK ||
        (rc = read_list(root, "mentors", link->mentors, LINK_PEOPLE, LIMIT_ID_BYTES,
                        &link->mentor_count, err)) != AW_OK)
        return rc;
    return read_list(root, "managers", link->managers, LINK_PEOPLE, LIMIT_ID_BYTES,
                     &link->manager_count, err);
}

int link_read(const char *json, size_t len, const char *course, struct link **out, aw_error *err)
{
    json_t *root = NULL;
    struct link *link = NULL;
    int rc = json_read(json, len, LIMIT_LINK_JSON_BYTES, "link", &root, err);

    if (rc != AW_OK)
        return rc;
    if ((rc = json_want_object(root, "link", err)) != AW_OK ||
        (rc = json_only(root, "link", link_members, err)) != AW_OK)
        goto out;
    link = calloc(1, sizeof *link);
    if (!link) {
        rc = error_nomem(err, "link");
        goto out;
    }
    link->language = "en";
    link->provider = "local";
    link->cap = LINK_DEFAULT_CAP;
    link->min_anonymous = LINK_DEFAULT_MIN_ANONYMOUS;
    link->hand_over_after_hours = 8;
    link->idea_votes = 5;
    if ((rc = read_identity(root, course, link, err)) != AW_OK ||
        (rc = read_settings(root, link, err)) != AW_OK ||
        (rc = read_text(root, &title_rule, &link->title, err)) != AW_OK ||
        (rc = read_text(root, &prompt_rule, &link->prompt, err)) != AW_OK ||
        (rc = read_text(root, &action_rule, &link->call_to_action, err)) != AW_OK ||
        (rc = read_room(root, link, err)) != AW_OK || (rc = read_people(root, link, err)) != AW_OK)
        goto out;
    link->memory = root;
    root = NULL;
    *out = link;
    link = NULL;
out:
    link_free(link);
    json_decref(root);
    return rc;
}
