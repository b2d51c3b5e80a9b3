/* earlier.c - knowledge retained: what earlier rooms asked and had answered, for the next room. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "open.h"
#include "utf8.h"
#include "words.h"

#define MOST 10
#define ANSWER_BYTES 600

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
    if (a->count < MOST && !t->deleted && !t->by_bot && t->answered_ms && t->title[0])
        a->topics[a->count++] = *t;
    return a->count == MOST;
}

struct text_of {
    const char *post; /* the accepted one; "": the official one */
    struct buf *out;
};

/* What comes out of another forum is text, not Markdown: one line, and nothing in it means anything. */
static void quote_plain(struct buf *out, const char *text, size_t cut)
{
    char part[ANSWER_BYTES + 1];
    memcpy(part, text, cut);
    part[cut] = 0;
    BUF_LIT(out, "  > ");
    words_escape(out, part);
}

static void quote_markdown(struct buf *out, const char *text, size_t cut)
{
    BUF_LIT(out, "  > ");
    for (size_t n = 0; n < cut; n++) {
        buf_putc(out, text[n]);
        if (text[n] == '\n')
            BUF_LIT(out, "  > ");
    }
}

/* The answer, as a quotation, where it is kept (judge.c). */
static int quote(void *context, const struct state_post *p, const char *text)
{
    struct text_of *t = context;
    bool it_is = t->post[0] ? strcmp(p->post, t->post) == 0 : p->official_ms != 0;
    if (!it_is || p->deleted || !text || !*text)
        return 0;
    size_t len = strlen(text), cut = utf8_cut(text, len, ANSWER_BYTES);
    bool ours = strcmp(p->provider, "local") == 0;
    (ours ? quote_markdown : quote_plain)(t->out, text, cut);
    buf_puts(t->out, cut < len ? " \xe2\x80\xa6\n" : "\n");
    return 1;
}

static int write_all(struct answered *a, struct buf *b, aw_error *err)
{
    const char *wishes[] = {a->here->language, a->in->config->language};
    int rc = AW_OK;
    if (a->count)
        buf_printf(b, "**%s**\n\n", words_in(WORDS_EARLIER, wishes, 2, NULL));
    for (size_t i = 0; i < a->count && rc == AW_OK; i++) {
        struct text_of t = {a->topics[i].answer, b};
        BUF_LIT(b, "- **");
        words_escape(b, a->topics[i].title); /* a learner's text */
        BUF_LIT(b, "**\n");
        rc = state_posts(a->in->state, a->topics[i].provider, a->topics[i].topic, quote, &t, err);
    }
    return rc == AW_OK ? buf_error(b, "earlier rooms", err) : rc;
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
    /* The rooms that opened last know most of what is asked now. */
    for (size_t i = a->room_count; i-- > 0 && a->count < MOST && rc == AW_OK;)
        rc = state_topics(in->state, a->rooms[i], topic, a, err);
    if (rc == AW_OK)
        rc = write_all(a, &b, err);
    if (rc == AW_OK)
        *out_markdown = b.len ? buf_take(&b, NULL) : NULL;
    buf_free(&b);
    free(a);
    return rc;
}
