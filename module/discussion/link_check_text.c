/*
 * link_check_text.c - what a Markdown text of an author must not contain, and
 * whether it asks anything of its readers.
 */
#include "link_check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "markdown.h"

#define SHORT_TEXT 15

/* ---- addresses ------------------------------------------------------------------ */

static bool starts(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static void check_address(struct link_checker *c, const char *where, const char *url, bool picture)
{
    const char *what = picture ? "picture" : "link";

    if (!url || !*url)
        link_say(c, true, where, "has a %s without an address.", what);
    else if (starts(url, "https://") || (!picture && starts(url, "mailto:")))
        return;
    else if (starts(url, "http://"))
        link_say(c, false, where,
                 "the %s %.120s is not https; browsers warn about it or do not show it.", what, url);
    else if (strchr(url, ':') && strcspn(url, ":") < strcspn(url, "/?#"))
        link_say(c, true, where, "the %s %.120s is left out for safety: use an https address.", what,
                 url);
    else if (url[0] != '#')
        link_say(c, true, where,
                 "the %s \"%.120s\" points into the package, which the forum cannot see: use a full "
                 "https address.",
                 what, url);
}

static void check_node(struct link_checker *c, const char *where, cmark_node *node, bool *html_said)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
        if (!*html_said)
            link_say(c, false, where,
                     "has HTML in it, which is shown as text. Use Markdown: **bold**, *italic*, "
                     "lists, links.");
        *html_said = true;
        break;
    case CMARK_NODE_LINK:
        check_address(c, where, cmark_node_get_url(node), false);
        break;
    case CMARK_NODE_IMAGE:
        check_address(c, where, cmark_node_get_url(node), true);
        if (!cmark_node_first_child(node))
            link_say(c, false, where,
                     "has a picture without a description; people who cannot see it need one: "
                     "![what it shows](address).");
        break;
    default:
        break;
    }
}

struct check {
    struct link_checker *checker;
    const char *where;
};

static bool check_document(cmark_node *document, cmark_mem *mem, void *context)
{
    const struct check *check = context;
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    bool html_said = false;
    (void)mem;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        if (event == CMARK_EVENT_ENTER)
            check_node(check->checker, check->where, cmark_iter_get_node(iter), &html_said);
    return true;
}

void link_check_markdown(struct link_checker *c, const char *where, const char *markdown)
{
    struct check check = {c, where};

    if (!markdown_parse(markdown, strlen(markdown), CMARK_OPT_DEFAULT, check_document, &check))
        link_say(c, true, where, "was not checked to its end: there is not enough memory.");
    if (strlen(markdown) < SHORT_TEXT)
        link_say(c, false, where, "is very short; one or two sentences invite more answers.");
}

/* ---- a request? -------------------------------------------------------------------- */

/* Words that ask for something, at the beginning of a sentence or clause. */
static const char *const asking_en[] = {
    "add", "answer", "ask", "bring", "build", "challenge", "check", "choose", "collect", "come",
    "compare", "describe", "discuss", "do", "download", "draw", "explain", "film", "find", "give",
    "have a look", "help", "imagine", "join", "keep", "let us know", "list", "look", "make", "measure",
    "name", "note", "offer", "open", "photograph", "pick", "please", "post", "practise", "practice",
    "propose", "put", "raise", "read", "recommend", "record", "reflect", "reply", "report", "say",
    "send", "share", "show", "sketch", "speak", "spend", "start", "suggest", "swap", "take", "talk",
    "teach", "tell", "test", "think", "try", "upload", "use", "vote", "walk", "watch", "write", NULL,
};
static const char *const asking_de[] = {
    "antworte", "bau", "beschreib", "bitte", "erzähl", "filme", "finde", "frag", "fotografier", "geh",
    "gib", "hilf", "lade", "lies", "mach", "miss", "nenn", "nimm", "prüf", "sag", "schau", "schick",
    "schlag", "schreib", "sprich", "stell", "such", "tausch", "teil", "test", "überleg", "üb",
    "vergleich", "versuch", "wähl", "zeichne", "zeig", NULL,
};
static const struct {
    const char *language;
    const char *const *words;
    bool stems; /* zeig, zeige, zeigen Sie: the word may go on */
} asking[] = {
    {"en", asking_en, false},
    {"de", asking_de, true},
};

static const char *word_start(const char *p)
{
    while (*p && !isalnum((unsigned char)*p) && (unsigned char)*p < 0x80)
        p++;
    return p;
}

static bool begins_with_one_of(const char *p, const char *const *words, bool stems)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (strncasecmp(p, *words, n) == 0 &&
            (stems || !(isalnum((unsigned char)p[n]) || (unsigned char)p[n] >= 0x80 || p[n] == '\'')))
            return true;
    }
    return false;
}

/* Words after which a request may still begin: "and show", "you can try". */
static const char *const leading[] = {
    "also", "and", "can", "could", "dann", "first", "jetzt", "next", "now", "oder", "or", "then", "und",
    "you", "zuerst", NULL,
};

static bool asks_in(const char *text, const char *const *words, bool stems)
{
    for (const char *p = word_start(text); *p;) {
        if (begins_with_one_of(p, words, stems))
            return true;
        /* On to the next sentence, line or clause. */
        bool led = begins_with_one_of(p, leading, false);
        const char *end = p + strcspn(p, led ? ".!;:,\n \t" : ".!;:,\n");
        p = word_start(end);
    }
    return false;
}

bool link_asks_something(const char *text, const char *language)
{
    if (strchr(text, '?') || strstr(text, "\xef\xbc\x9f") /* full width */)
        return true;
    for (size_t l = 0; l < sizeof asking / sizeof *asking; l++) {
        size_t n = strlen(asking[l].language);
        if (strncasecmp(language, asking[l].language, n) != 0 || (language[n] && language[n] != '-'))
            continue;
        if (asks_in(text, asking[l].words, asking[l].stems))
            return true;
        return false;
    }
    return true;
}
