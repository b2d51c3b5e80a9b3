/*
 * local.c - the embedded forum: topics, posts and members in our own store.
 *
 * It is the provider "local". Since its rows are the worker's, a call takes part
 * in the interpreter's transaction: either the discussion is open and told, or
 * neither. Learners' posts come as events (talk_write.c); hosts read with aw_query().
 */
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "interpret.h"
#include "json.h"

static const char *text(const json_t *request, const char *name)
{
    const char *value = json_string_value(json_object_get(request, name));
    return value ? value : "";
}

/* Where people find the discussion: forums[].url of "local" with {discussion} filled in. */
static void local_url(const struct interp *in, const char *discussion, char *out, size_t size)
{
    size_t i;
    json_t *forum;
    out[0] = 0;
    json_array_foreach(in->config->forums, i, forum)
    {
        const char *url = text(forum, "url"), *mark = strstr(url, "{discussion}");
        if (strcmp(text(forum, "type"), "local") != 0 || !*url)
            continue;
        if (mark)
            snprintf(out, size, "%.*s%s%s", (int)(mark - url), url, discussion, mark + 12);
        else
            snprintf(out, size, "%s%s", url, discussion);
    }
}

static int put_post(struct interp *in, const struct state_job *job, const json_t *request,
                    const char *topic, const char *post, int64_t now_ms, aw_error *err)
{
    struct state_post p = {0};
    const char *markdown = text(request, "markdown");
    (void)job;
    snprintf(p.provider, sizeof p.provider, "local");
    snprintf(p.post, sizeof p.post, "%s", post);
    snprintf(p.topic, sizeof p.topic, "%s", topic);
    snprintf(p.parent, sizeof p.parent, "%s", text(request, "parent_ref"));
    snprintf(p.language, sizeof p.language, "%s", text(request, "language"));
    p.posted_ms = now_ms;
    p.by_bot = true;
    return state_post_put(in->state, &p, markdown, strlen(markdown), err);
}

/* The topic's id is the discussion's own, the first post's is the topic's. */
static int put_topic(struct interp *in, const struct state_job *job, const json_t *request,
                     aw_forum_reply *reply, int64_t now_ms, aw_error *err)
{
    struct state_topic t = {0};
    snprintf(t.provider, sizeof t.provider, "local");
    snprintf(t.topic, sizeof t.topic, "%s", job->discussion);
    snprintf(t.discussion, sizeof t.discussion, "%s", job->discussion);
    snprintf(t.type, sizeof t.type, "discussion");
    snprintf(t.title, sizeof t.title, "%s", text(request, "title"));
    snprintf(t.first_post, sizeof t.first_post, "%s", job->discussion);
    t.posted_ms = now_ms;
    t.by_bot = true;
    int rc = state_topic_put(in->state, &t, err);
    if (rc == AW_OK)
        rc = put_post(in, job, request, t.topic, t.first_post, now_ms, err);
    snprintf(reply->ref, sizeof reply->ref, "%s", t.topic);
    local_url(in, job->discussion, reply->url, sizeof reply->url);
    return rc;
}

static int mark_official(struct interp *in, const char *post, int64_t now_ms, aw_error *err)
{
    struct state_post p;
    int rc = state_post_get(in->state, "local", post, &p, err);
    if (rc != AW_OK)
        return rc == AW_ENOTFOUND ? AW_OK : rc;
    p.official_ms = now_ms;
    return state_post_put(in->state, &p, NULL, 0, err);
}

int local_call(struct interp *in, const struct state_job *job, aw_forum_reply *reply,
               int *out_outcome, aw_error *err)
{
    json_t *request = NULL;
    int64_t now_ms = handle_now_ms(in->aw);
    int rc = json_read(job->payload, strlen(job->payload), LIMIT_ANSWER_BYTES, "request", &request,
                       err);
    if (rc != AW_OK)
        return rc;
    *out_outcome = AW_FORUM_OK;
    switch (job->kind) {
    case CALL_ROOM: /* the discussion's own row is the room */
        snprintf(reply->ref, sizeof reply->ref, "%s", job->discussion);
        break;
    case CALL_TOPIC:
        rc = put_topic(in, job, request, reply, now_ms, err);
        break;
    case CALL_ADMIT: /* membership is a row of ours already */
        snprintf(reply->ref, sizeof reply->ref, "%s", job->learner);
        break;
    case CALL_POST:
        snprintf(reply->ref, sizeof reply->ref, "%s", job->key);
        rc = put_post(in, job, request, text(request, "topic_ref"), job->key, now_ms, err);
        break;
    case CALL_OFFICIAL:
        rc = mark_official(in, text(request, "post_ref"), now_ms, err);
        break;
    case CALL_INVITE: /* hosts show it: aw_query("discussions") says invited */
    case CALL_NOTE:   /* kept as a job with its text: aw_query("notes") */
    case CALL_REMOVE:
    case CALL_ANSWER:
        break;
    default:
        *out_outcome = AW_FORUM_UNSUPPORTED;
    }
    json_decref(request);
    return rc;
}
