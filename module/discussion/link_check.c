/*
 * link_check.c - everything an author should mend before a learner sees it.
 *
 * One table of checks, each a function that reports sentences. "Fatal" is what
 * learners would stumble over for certain (a placeholder that stays, a forum that
 * is not there, a regulated question nobody is asked to answer); the rest is
 * advice. What a text needs beyond that is in link_check_text.c.
 */
#include "link.h"
#include "link_check.h"
#include "link_placeholder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"

#define TITLE_LONG 120
#define TEXT_LONG 3000
#define PLACEHOLDERS_MAX 50

void link_say(struct link_checker *c, bool fatal, const char *where, const char *fmt, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    c->fatal = c->fatal || fatal;
    if (c->report)
        c->report(c->context, fatal, where, sentence);
}

/* ---- texts ---------------------------------------------------------------------- */

static void check_placeholders(struct link_checker *c, const char *where, const char *text)
{
    struct placeholder p;
    size_t count = 0;

    while (placeholder_next(text, &p)) {
        if (p.known < 0)
            link_say(c, true, where,
                     "{%.*s} is not a placeholder; learners would read it as it stands. There are "
                     "{course}, {room} and {due}.",
                     (int)p.name_len, p.name);
        else if (p.name_len == 3 && c->link->due_days == 0)
            link_say(c, true, where,
                     "{due} needs a due date: set due_days to the number of days after opening, or "
                     "leave {due} out.");
        if (++count > PLACEHOLDERS_MAX) {
            link_say(c, true, where, "has more than %d placeholders.", PLACEHOLDERS_MAX);
            return;
        }
        text = p.end;
    }
}

/* What an author meant as a placeholder, and what learners would read: {course }, {due-date}. */
static void check_misspelt(struct link_checker *c, const char *where, const char *text)
{
    static const char *const names[] = {"course", "room", "due"};
    for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = strcspn(open + 1, "{}\n"), blank = strspn(open + 1, " ");
        size_t word = strcspn(open + 1 + blank, " -.:,}");
        bool twice = open[1] == '{'; /* {{course}} leaves braces around the title */
        if (twice) {
            open++;
            len = strcspn(open + 1, "{}\n");
            word = len;
        }
        if (open[1 + len] != '}' || len > 32 || (twice && open[2 + len] != '}'))
            continue;
        for (size_t i = 0; i < 3; i++)
            if ((word < len || twice) && word == strlen(names[i]) &&
                strncasecmp(open + 1 + blank, names[i], word) == 0)
                link_say(c, true, where, "{%.*s} stays as it is; write {%s}, without anything else in it.",
                         (int)len, open + 1, names[i]);
    }
}

static void check_title(struct link_checker *c, const char *where, const char *title)
{
    if (strlen(title) > TITLE_LONG)
        link_say(c, false, where,
                 "is long for a title; forums cut it. Say it in under %d characters.", TITLE_LONG);
    if (strstr(title, "**") || strstr(title, "](") || strstr(title, "</"))
        link_say(c, false, where, "is plain text: Markdown and HTML in it are shown as they stand.");
}

static void check_length(struct link_checker *c, const char *where, const char *markdown)
{
    size_t len = strlen(markdown);
    if (len > TEXT_LONG)
        link_say(c, false, where, "is long (%zu characters): three sentences are read, a page is not.", len);
}

static void check_texts(struct link_checker *c)
{
    const struct link *l = c->link;
    const struct {
        const char *name;
        const struct link_text *text;
        bool is_markdown;
    } texts[] = {
        {"title", &l->title, false},
        {"prompt", &l->prompt, true},
        {"call_to_action", &l->call_to_action, true},
    };

    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        for (size_t i = 0; i < texts[t].text->count; i++) {
            const char *language = texts[t].text->in[i].language;
            char where[64];
            snprintf(where, sizeof where, "%s%s%s", texts[t].name, *language ? "." : "", language);
            check_placeholders(c, where, texts[t].text->in[i].text);
            check_misspelt(c, where, texts[t].text->in[i].text);
            (texts[t].is_markdown ? link_check_markdown : check_title)(c, where, texts[t].text->in[i].text);
            if (texts[t].is_markdown)
                check_length(c, where, texts[t].text->in[i].text);
        }
    }
}

/* ---- languages ------------------------------------------------------------------- */

static bool has_language(const struct link *link, const struct link_text *text, const char *tag)
{
    for (size_t i = 0; i < text->count; i++) {
        const char *have = text->in[i].language[0] ? text->in[i].language : link->language;
        if (strcasecmp(have, tag) == 0)
            return true;
    }
    return false;
}

static void check_languages(struct link_checker *c)
{
    const struct link *l = c->link;
    const char *const names[] = {"title", "prompt", "call_to_action"};
    const struct link_text *const texts[] = {&l->title, &l->prompt, &l->call_to_action};
    const char *seen[3 * LINK_LANGUAGES + 1];
    size_t seen_count = 0;

    seen[seen_count++] = l->language;
    for (size_t t = 0; t < 3; t++) {
        for (size_t i = 0; i < texts[t]->count; i++) {
            const char *tag = texts[t]->in[i].language;
            bool known = *tag == '\0';
            for (size_t s = 0; s < seen_count && !known; s++)
                known = strcasecmp(seen[s], tag) == 0;
            if (!known)
                seen[seen_count++] = tag;
        }
    }
    for (size_t s = 0; s < seen_count; s++)
        for (size_t t = 0; t < 3; t++)
            if (texts[t]->count > 0 && !has_language(l, texts[t], seen[s]))
                link_say(c, false, names[t],
                         s == 0 ? "has no text in \"%s\", the language that everyone else falls "
                                  "back to."
                                : "has no text in \"%s\", which other texts have; those learners "
                                  "would read a mixture.",
                         seen[s]);
}

/* ---- what is asked of learners --------------------------------------------------- */

static void check_action(struct link_checker *c)
{
    const struct link *l = c->link;

    if (l->call_to_action.count == 0) {
        for (size_t i = 0; i < l->prompt.count; i++)
            if (link_asks_something(l->prompt.in[i].text, l->prompt.in[i].language[0]
                                                              ? l->prompt.in[i].language
                                                              : l->language))
                return;
        link_say(c, false, "call_to_action",
                 "is missing, and the prompt asks for nothing. Say what to do: \"Take a picture of "
                 "yourself doing it; tell us what we could change.\"");
        return;
    }
    for (size_t i = 0; i < l->call_to_action.count; i++) {
        const char *tag = l->call_to_action.in[i].language;
        char where[64];
        snprintf(where, sizeof where, "call_to_action%s%s", *tag ? "." : "", tag);
        if (!link_asks_something(l->call_to_action.in[i].text, *tag ? tag : l->language))
            link_say(c, false, where,
                     "asks for nothing: begin a sentence with what to do (try, take, show, tell, "
                     "ask ...) or put a question.");
    }
}

/* ---- forum, rooms, people ---------------------------------------------------------- */

static void check_provider(struct link_checker *c)
{
    const char *const *names = c->around ? c->around->providers : NULL;
    struct buf list = BUF_INIT(256);

    if (!names)
        return;
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(names[i], c->link->provider) == 0)
            goto out;
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    link_say(c, true, "provider", "\"%s\" is not among the forums configured here (%s).",
             c->link->provider, list.error == AW_OK && list.len ? list.data : "there are none");
out:
    buf_free(&list);
}

static void check_room(struct link_checker *c)
{
    const struct link *l = c->link;
    size_t expected = c->around ? c->around->expected_members : 0;

    if (l->share_with_later_rooms && strcmp(l->provider, "local") != 0)
        link_say(c, false, "share_with_later_rooms",
                 "lists the answers as plain text, and only those that the forum marks as accepted (Discourse with "
                 "discourse-solved) or the LMS tells of with their text; else the question alone.");
    if (l->anonymous && strcmp(l->provider, "host") == 0)
        link_say(c, false, "anonymous",
                 "is only kept if the LMS's own forum can post without a name; ask its administrator.");
    if (l->cap == 1)
        link_say(c, false, "room.cap", "of 1 puts every learner into a room alone.");
    if (!l->anonymous)
        return;
    if (l->cap < l->min_anonymous)
        link_say(c, true, "room.cap",
                 "of %u is below min_anonymous (%u): no room can ever hide who asked. Raise the cap "
                 "or leave anonymous out.",
                 l->cap, l->min_anonymous);
    else if (expected > 0 && expected < l->min_anonymous)
        link_say(c, false, "anonymous",
                 "about %zu learners are expected, fewer than %u: the others may guess who asked.",
                 expected, l->min_anonymous);
    if (l->room_by_count >= 3)
        link_say(c, false, "room.by",
                 "divides learners by %zu attributes; rooms may become too small to be anonymous.",
                 l->room_by_count);
}

static void check_people(struct link_checker *c)
{
    const struct link *l = c->link;

    if (l->regulated && l->expert_count == 0)
        link_say(c, true, "experts",
                 "nobody is named to answer, and the course is regulated: name at least one expert.");
    if (l->regulated && l->answer_within_hours == 0)
        link_say(c, true, "answer_within_hours",
                 "a regulated course needs a time within which questions are answered, such as 48.");
    if (!l->regulated && l->answer_within_hours > 0)
        link_say(c, false, "answer_within_hours",
                 "is only kept in regulated courses: set regulated to true, or leave it out.");
    if (l->regulated && l->answer_within_hours > 0 &&
        l->hand_over_after_hours >= l->answer_within_hours)
        link_say(c, false, "hand_over_after_hours",
                 "offers a question to other time zones only after %u hours, when its answer is "
                 "already due (%u).",
                 l->hand_over_after_hours, l->answer_within_hours);
    if (l->manager_count > 0)
        link_say(c, false, "managers",
                 "lets \"%s\"%s into every room. People speak less openly where a manager reads.",
                 l->managers[0], l->manager_count > 1 ? " and others" : "");
}

static void (*const checks[])(struct link_checker *) = {
    check_texts, check_languages, check_action,      check_provider,
    check_room,  check_people,    link_check_around,
};

bool link_check(const struct link *link, const struct link_surroundings *around,
                link_report report, void *context)
{
    struct link_checker c = {link, around, report, context, false};

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        checks[i](&c);
    return !c.fatal;
}
