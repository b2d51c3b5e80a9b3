/* earlier.c - knowledge retained: what earlier rooms asked and had answered, for the next room. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "open.h"

#define MOST 10

struct answered {
    struct interp *in;
    const struct state_discussion *here;
    struct state_topic topics[MOST];
    size_t count;
    char rooms[256][64];
    size_t room_count;
};

static int room(void *context, const struct state_discussion *d)
{
    struct answered *a = context;
    if (strcmp(d->id, a->here->id) != 0 && d->opened_ms && a->room_count < 256)
        memcpy(a->rooms[a->room_count++], d->id, sizeof a->rooms[0]);
    return 0;
}

static int topic(void *context, const struct state_topic *t)
{
    struct answered *a = context;
    if (a->count < MOST && !t->deleted && !t->by_bot && t->answer[0] && t->title[0])
        a->topics[a->count++] = *t;
    return a->count == MOST;
}

struct text_of {
    const char *post;
    struct buf *out;
};

/* The accepted answer, as a quotation; other people's forums keep their own text. */
static int quote(void *context, const struct state_post *p, const char *text)
{
    struct text_of *t = context;
    if (strcmp(p->post, t->post) != 0 || p->deleted || !text)
        return 0;
    BUF_LIT(t->out, "  > ");
    for (size_t n = 0; *text && n < 600; text++, n++) {
        buf_putc(t->out, *text);
        if (*text == '\n')
            BUF_LIT(t->out, "  > ");
    }
    buf_putc(t->out, '\n');
    return 1;
}

/* A title is a learner's text: what Markdown would make something of is escaped. */
static void put_title(struct buf *b, const char *title)
{
    for (; *title; title++) {
        if (strchr("\\`*_{}[]<>#!|&", *title))
            buf_putc(b, '\\');
        buf_putc(b, *title == '\n' ? ' ' : *title);
    }
}

int open_earlier(struct interp *in, const struct link *link, const struct state_discussion *d,
                 char **out_markdown, aw_error *err)
{
    struct answered *a = calloc(1, sizeof *a);
    struct buf b = BUF_INIT(LIMIT_PROMPT_BYTES);
    if (!a)
        return error_nomem(err, "earlier rooms");
    a->in = in;
    a->here = d;
    int rc = state_discussions(in->state, link->id, room, a, err);
    for (size_t i = 0; i < a->room_count && a->count < MOST && rc == AW_OK; i++)
        rc = state_topics(in->state, a->rooms[i], topic, a, err);
    for (size_t i = 0; i < a->count && rc == AW_OK; i++) {
        struct text_of t = {a->topics[i].answer, &b};
        BUF_LIT(&b, "- **");
        put_title(&b, a->topics[i].title);
        BUF_LIT(&b, "**\n");
        rc = state_posts(in->state, a->topics[i].provider, a->topics[i].topic, quote, &t, err);
    }
    if (rc == AW_OK)
        rc = buf_error(&b, "earlier rooms", err);
    if (rc == AW_OK)
        *out_markdown = b.len ? buf_take(&b, NULL) : NULL;
    buf_free(&b);
    free(a);
    return rc;
}
