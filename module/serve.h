/*
 * serve.h - what the worker's listener serves: webhooks to the forums' threads, learners
 * through to their discussion, figures and health.
 *
 * "listener": {"address": "127.0.0.1", "port": 8090, "public_url": "https://learn.example.org/aw",
 *              "metrics_everywhere": false}
 * Without the section there is no listener. With public_url, invitations of forums that are
 * not ours lead through public_url/discuss/<token>, so that a view is counted.
 */
#ifndef MODULE_SERVE_H
#define MODULE_SERVE_H

#include <afterword/afterword.h>
#include <stddef.h>

struct config;
struct identity;
struct listener;
struct serve;
struct worker;

/* Starts it if the configuration wants one; *out is NULL if not. Before the forums stop,
 * serve_stop() has to be called. */
int serve_start(struct worker *w, struct serve **out, aw_error *err);
void serve_stop(struct serve *s); /* NULL accepted */

/* public_url/discuss/<token> for the learner; AW_ENOTFOUND without public_url. The same
 * arguments always give the same address. */
int serve_discuss_url(const struct config *c, const struct identity *id, const char *discussion,
                      const char *learner, char *out, size_t out_size, aw_error *err);
/* What a token says; AW_ENOTFOUND: it is none of ours. */
int serve_read_token(const struct identity *id, const char *token, char discussion[64],
                     char learner[256]);

#endif
