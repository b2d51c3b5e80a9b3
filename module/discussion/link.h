/*
 * link.h - a link: the author's wish that completing a course opens a discussion.
 *
 * Its JSON form is the same in `afterword link add --json`, aw_link_put(), the
 * store and a package's discussion.json (there without id and course):
 *
 *   {"id": "fire-safety",                  optional: derived from the course
 *    "course": "fire-101",
 *    "title": "After the fire drill",      or {"en": "...", "de": "..."}
 *    "prompt": "Markdown ...",             or by language; placeholders {course}, {room}, {due}
 *    "call_to_action": "Markdown ...",     optional, or by language; placed under the prompt
 *    "language": "en",                     the fallback
 *    "room": {"by": ["cohort", "country"], "cap": 50},
 *    "provider": "local",
 *    "opens_on": "completed",              or "passed"
 *    "anonymous": true,                    questions may be asked anonymously
 *    "min_anonymous": 5,                   warn the author below this many members
 *    "regulated": true, "answer_within_hours": 48,
 *    "experts": ["u-7"], "mentors": ["u-9"], "managers": ["u-1"],
 *    "share_with_later_rooms": true,       accepted answers are listed for the next room
 *    "hand_over_after_hours": 8,           offer unanswered questions to other time zones; 0: never
 *    "idea_votes": 5,                      an idea with so many votes is put to the experts
 *    "due_days": 14}                       0: no due date; then {due} may not be used
 *
 * Only title and prompt are required. Not given: language en, provider local,
 * opens_on completed, one room per course with a cap of 50, min_anonymous 5,
 * hand_over_after_hours 8, idea_votes 5, answer_within_hours 48 where regulated;
 * everything else off.
 */
#ifndef DISCUSSION_LINK_H
#define DISCUSSION_LINK_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_ROOM_ATTRIBUTES 4
#define LINK_PEOPLE 64
#define LINK_LANGUAGES 32
#define LINK_DEFAULT_CAP 50
#define LINK_DEFAULT_MIN_ANONYMOUS 5

struct state;

struct link_text { /* one text in several languages */
    size_t count;
    struct {
        const char *language; /* "" : the link's own */
        const char *text;
    } in[LINK_LANGUAGES];
};

struct link {
    const char *id, *course, *provider, *language;
    struct link_text title, prompt, call_to_action;
    const char *room_by[LINK_ROOM_ATTRIBUTES];
    size_t room_by_count;
    uint32_t cap;
    bool opens_on_passed;
    bool anonymous, regulated, share_with_later_rooms;
    uint32_t min_anonymous, answer_within_hours, hand_over_after_hours, idea_votes, due_days;
    const char *experts[LINK_PEOPLE], *mentors[LINK_PEOPLE], *managers[LINK_PEOPLE];
    size_t expert_count, mentor_count, manager_count;
    void *memory; /* what the texts above live in */
};

/* Reads and validates. course: what to use where the JSON has none, or NULL. */
int link_read(const char *json, size_t len, const char *course, struct link **out, aw_error *err);
void link_free(struct link *link);
/* The canonical JSON; a new string for free(). */
char *link_json(const struct link *link);

/* The text in the wanted language, by RFC 4647 lookup, then the link's language,
 * then the first there is. *out_language may be NULL. "" if there is no text. */
const char *link_text_in(const struct link *link, const struct link_text *text,
                         const char *language, const char **out_language);

/* Everything an author should mend before a learner sees it, as sentences in an
 * author's words: an unknown placeholder, a call to action without verb, a missing
 * language, a provider that the configuration does not have, a cap below k ... */
typedef void (*link_report)(void *context, bool fatal, const char *where, const char *sentence);
struct link_surroundings { /* what the check may know; each may be NULL / 0 */
    const char *const *providers; /* NULL-terminated names configured */
    const char *course_title;
    size_t expected_members;
    struct state *state; /* what is known here: people, attributes, rooms */
    bool is_attached;    /* the link is in use, with this id and course */
};
bool link_check(const struct link *link, const struct link_surroundings *around,
                link_report report, void *context); /* true: nothing fatal */

/* The same for a link as it was written. What cannot be read is reported too, as fatal, and the
 * check goes on behind it. Errors: AW_EJSON, AW_EINVAL where it is no JSON object at all. */
int link_check_json(const char *json, size_t len, const char *course,
                    const struct link_surroundings *around, link_report report, void *context,
                    bool *out_good, aw_error *err);

/* The opening post for a room: placeholders filled in, prompt and call to action
 * together, as Markdown and as safe HTML (cmark; raw HTML shown as text, javascript: left out). */
struct link_values {
    const char *course_title, *room_name, *due; /* due: already formatted; NULL: none */
    const char *earlier_markdown;               /* questions and answers of earlier rooms, or NULL */
};
int link_opening_post(const struct link *link, const char *language, const struct link_values *v,
                      char **out_markdown, char **out_html, aw_error *err);

/* The discussion's title with its placeholders filled in, as plain text. */
int link_title(const struct link *link, const char *language, const struct link_values *v,
               char **out_title, aw_error *err);

/* Markdown to safe HTML, for any post. A new string for free(). Raw HTML is shown
 * as the text it is. Text too long to render at a bounded cost is shown as plain
 * paragraphs. */
int link_markdown_html(const char *markdown, size_t len, char **out_html, aw_error *err);

#endif
