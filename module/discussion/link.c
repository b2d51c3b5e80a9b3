/*
 * link.c - a link in memory: its canonical JSON, and which language a learner gets.
 *
 * The texts of a struct link borrow from the JSON value in link->memory, so a
 * link is freed as one piece and nothing in it may be changed.
 */
#include "link.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "limit.h"

void link_free(struct link *link)
{
    if (!link)
        return;
    json_decref(link->memory);
    free(link);
}

/* ---- canonical JSON --------------------------------------------------------- */

static void member(struct buf *b, const char *name)
{
    if (b->len > 1)
        buf_putc(b, ',');
    buf_json_str(b, name);
    buf_putc(b, ':');
}

static void put_string(struct buf *b, const char *name, const char *value)
{
    member(b, name);
    buf_json_str(b, value);
}

static void put_number(struct buf *b, const char *name, uint32_t value)
{
    member(b, name);
    buf_i64(b, value);
}

static void put_bool(struct buf *b, const char *name, bool value)
{
    member(b, name);
    buf_puts(b, value ? "true" : "false");
}

static void put_list(struct buf *b, const char *name, const char *const *values, size_t count)
{
    member(b, name);
    buf_putc(b, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_putc(b, ',');
        buf_json_str(b, values[i]);
    }
    buf_putc(b, ']');
}

static void put_text(struct buf *b, const char *name, const struct link_text *text)
{
    if (text->count == 0)
        return;
    member(b, name);
    if (text->count == 1 && text->in[0].language[0] == '\0') {
        buf_json_str(b, text->in[0].text);
        return;
    }
    buf_putc(b, '{');
    for (size_t i = 0; i < text->count; i++) {
        if (i)
            buf_putc(b, ',');
        buf_json_str(b, text->in[i].language);
        buf_putc(b, ':');
        buf_json_str(b, text->in[i].text);
    }
    buf_putc(b, '}');
}

char *link_json(const struct link *link)
{
    /* Escaping makes a byte six at most, and what was read was bounded. */
    struct buf b = BUF_INIT(8 * LIMIT_LINK_JSON_BYTES);

    buf_putc(&b, '{');
    put_string(&b, "id", link->id);
    if (link->course)
        put_string(&b, "course", link->course);
    put_text(&b, "title", &link->title);
    put_text(&b, "prompt", &link->prompt);
    put_text(&b, "call_to_action", &link->call_to_action);
    put_string(&b, "language", link->language);
    member(&b, "room");
    BUF_LIT(&b, "{\"by\":[");
    for (size_t i = 0; i < link->room_by_count; i++) {
        if (i)
            buf_putc(&b, ',');
        buf_json_str(&b, link->room_by[i]);
    }
    buf_printf(&b, "],\"cap\":%u}", link->cap);
    put_string(&b, "provider", link->provider);
    put_string(&b, "opens_on", link->opens_on_passed ? "passed" : "completed");
    put_bool(&b, "anonymous", link->anonymous);
    put_number(&b, "min_anonymous", link->min_anonymous);
    put_bool(&b, "regulated", link->regulated);
    put_number(&b, "answer_within_hours", link->answer_within_hours);
    put_list(&b, "experts", link->experts, link->expert_count);
    put_list(&b, "mentors", link->mentors, link->mentor_count);
    put_list(&b, "managers", link->managers, link->manager_count);
    put_bool(&b, "share_with_later_rooms", link->share_with_later_rooms);
    put_number(&b, "hand_over_after_hours", link->hand_over_after_hours);
    put_number(&b, "idea_votes", link->idea_votes);
    put_number(&b, "due_days", link->due_days);
    buf_putc(&b, '}');
    char *json = buf_take(&b, NULL);
    buf_free(&b);
    return json;
}

/* ---- language ---------------------------------------------------------------- */

static const char *language_of(const struct link *link, const struct link_text *text, size_t i)
{
    return text->in[i].language[0] ? text->in[i].language : link->language;
}

static bool find_language(const struct link *link, const struct link_text *text,
                          const char *range, size_t range_len, size_t *out)
{
    for (size_t i = 0; i < text->count; i++) {
        const char *have = language_of(link, text, i);
        if (strlen(have) == range_len && strncasecmp(have, range, range_len) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* RFC 4647, section 3.4: cut the range from its end until something matches; a
 * single character ("x" of "x-private") goes together with what follows it. */
static bool lookup(const struct link *link, const struct link_text *text, const char *range,
                   size_t *out)
{
    size_t len = range ? strlen(range) : 0;

    while (len > 0) {
        if (find_language(link, text, range, len, out))
            return true;
        while (len > 0 && range[len - 1] != '-')
            len--;
        if (len > 0)
            len--;
        if (len >= 2 && range[len - 2] == '-')
            len -= 2;
    }
    return false;
}

const char *link_text_in(const struct link *link, const struct link_text *text,
                         const char *language, const char **out_language)
{
    size_t at = 0;

    if (text->count == 0) {
        if (out_language)
            *out_language = link->language;
        return "";
    }
    if (!lookup(link, text, language, &at) && !lookup(link, text, link->language, &at))
        at = 0;
    if (out_language)
        *out_language = language_of(link, text, at);
    return text->in[at].text;
}
