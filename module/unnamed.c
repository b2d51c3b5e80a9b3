/*
 * unnamed.c - posts without a name: whose they may be, and the bot that posts them.
 *
 * A forum outside shows who posts; so there the bot posts, and the post becomes a row and
 * a statement when the forum has said under which id it has it. Until then the request
 * (a job with its text and the made-up name) is all there is; a forum that answers twice
 * changes nothing, for talk_write.c knows the post by then.
 */
#include "unnamed.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "note.h"
#include "talk.h"

bool unnamed(const char *who)
{
    return strncmp(who, IDENTITY_ANONYMOUS, strlen(IDENTITY_ANONYMOUS)) == 0;
}

void unnamed_label(const char *who, char out[5])
{
    size_t skip = strlen(IDENTITY_ANONYMOUS), i = 0;
    for (; unnamed(who) && i < 4 && who[skip + i]; i++)
        out[i] = (char)toupper((unsigned char)who[skip + i]);
    out[i] = 0;
}

/* ---- whose is it? ----------------------------------------------------------------------- */

struct looking {
    const struct identity *identity;
    const char *discussion, *who;
    struct state_member *out;
    bool found, failed;
};

static bool is_their_name(struct looking *l, const char *learner)
{
    char name[48];
    l->failed = l->failed || !identity_anonymous(l->identity, learner, l->discussion, name);
    return !l->failed && strcmp(name, l->who) == 0;
}

static int compare(void *context, const struct state_member *m)
{
    struct looking *l = context;
    if (is_their_name(l, m->learner)) {
        *l->out = *m;
        l->found = true;
    }
    return l->found || l->failed;
}

static bool one_of(struct looking *l, const char *const *people, size_t count)
{
    for (size_t i = 0; i < count && !l->found && !l->failed; i++)
        l->found = is_their_name(l, people[i]);
    return l->found;
}

int unnamed_member(struct interp *in, const struct state_discussion *d, const char *who,
                   struct state_member *out, aw_error *err)
{
    const struct interp_course *course = NULL;
    struct looking l = {.identity = &in->identity, .discussion = d->id, .who = who, .out = out};
    memset(out, 0, sizeof *out);
    int rc = state_members(in->state, d->id, NULL, compare, &l, err);
    if (rc == AW_OK && !l.found)
        rc = cast_course(in, d->course, &course, err);
    const struct link *link = rc == AW_OK && !l.found ? cast_link(course, d->link) : NULL;
    if (link && (one_of(&l, link->experts, link->expert_count) ||
                 one_of(&l, link->mentors, link->mentor_count) ||
                 one_of(&l, link->managers, link->manager_count)))
        out->state = MEMBER_IN;
    if (rc == AW_OK && l.failed)
        rc = error_nomem(err, "anonymous");
    return rc == AW_OK && !l.found ? AW_ENOTFOUND : rc;
}

/* ---- through the bot --------------------------------------------------------------------- */

/* Our own forum needs no bot; a host posts in its own forum as it sees fit, then tells us. */
bool unnamed_by_bot(const char *provider)
{
    return strcmp(provider, "local") != 0 && strcmp(provider, "host") != 0;
}

/* The label, "... writes:" and the text. */
static int preface(struct interp *in, const struct cast *c, const aw_event *e, const char *who,
                   struct buf *out, aw_error *err)
{
    struct state_person nobody;
    const char *wishes[NOTE_WISHES];
    char label[5], name[80];
    struct buf called = BUF_ON(name);
    int rc = note_wishes(in, &c->discussion, NULL, &nobody, wishes, err);
    if (rc != AW_OK)
        return rc;
    unnamed_label(who, label);
    words_fill(&called, words_in(WORDS_ANONYMOUS, wishes, NOTE_WISHES, NULL),
               (const char *const[]){"name", label, NULL});
    words_fill(out, words_in(WORDS_UNNAMED, wishes, NOTE_WISHES, NULL),
               (const char *const[]){"name", name, NULL});
    BUF_LIT(out, "\n\n");
    buf_append(out, e->body, e->body_bytes);
    return buf_error(out, "body", err);
}

int unnamed_ask(struct interp *in, const struct cast *c, const aw_event *e, const char *who,
                aw_error *err)
{
    struct buf text = BUF_INIT(LIMIT_PROMPT_BYTES);
    char subject[2 * STATE_ID + 16];
    bool topic = e->kind == AW_EVENT_TOPIC_POSTED;
    if (!e->body || !e->body_bytes)
        return error_set(err, AW_EINVAL, "body", "is missing; what is posted without a name needs it");
    if (topic && (!e->title || !*e->title))
        return error_set(err, AW_EINVAL, "title", "is missing; what is posted without a name needs it");
    snprintf(subject, sizeof subject, "unnamed/%s/%s", e->topic, topic ? "" : e->post);
    int rc = preface(in, c, e, who, &text, err);
    const char *tags[] = {e->topic_type, NULL};
    struct job_request r = {.call = CALL_POST, .subject = subject, .learner = who, .title = e->title,
                            .markdown = text.data, .language = e->language, .new_topic = topic,
                            .topic_ref = topic ? NULL : e->topic, .parent_ref = e->parent_post,
                            .tags = topic && e->topic_type ? tags : NULL,
                            .said = in->config->post_text ? e->body : NULL};
    if (rc == AW_OK)
        rc = job_ask(in, &c->discussion, &r, err);
    buf_free(&text);
    return rc;
}

static const char *member(const json_t *request, const char *name)
{
    return json_string_value(json_object_get(request, name));
}

int unnamed_posted(struct interp *in, const struct state_job *job, const struct state_discussion *d,
                   const aw_forum_reply *reply, int64_t now_ms, aw_error *err)
{
    json_t *request = NULL;
    char first[sizeof reply->ref + 8];
    aw_event e = AW_EVENT_INIT;
    int rc = json_read(job->payload, strlen(job->payload), LIMIT_ANSWER_BYTES, "request", &request, err);
    if (rc != AW_OK)
        return rc;
    const char *topic = member(request, "topic_ref");
    e.kind = topic ? AW_EVENT_POST_REPLIED : AW_EVENT_TOPIC_POSTED;
    e.learner = job->learner;
    e.anonymous = AW_YES;
    e.time_ms = now_ms;
    e.provider = d->provider;
    e.discussion = d->id;
    e.topic = topic ? topic : reply->ref;
    /* Under which id the forum has the first post, it does not say. */
    snprintf(first, sizeof first, "topic/%s", reply->ref);
    e.post = topic ? reply->ref : first;
    e.parent_post = member(request, "parent_ref");
    e.title = member(request, "title");
    e.topic_type = json_string_value(json_array_get(json_object_get(request, "tags"), 0));
    e.language = member(request, "language");
    e.body = member(request, "said");
    e.body_bytes = e.body ? strlen(e.body) : 0;
    rc = topic ? talk_reply_there(in, &e, err) : talk_topic_there(in, &e, err);
    json_decref(request);
    /* Left, or removed from the link, while the forum was busy: the post is there and stays. */
    return rc == AW_EREFUSED ? AW_OK : rc;
}
