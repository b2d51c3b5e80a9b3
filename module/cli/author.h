/* author.h - what the commands for course authors share: reports, links from files or by name. */
#ifndef CLI_AUTHOR_H
#define CLI_AUTHOR_H

#include <jansson.h>

#include "cli.h"
#include "link.h"

struct author_report { /* context for author_print() */
    bool as_json;
    json_t *found; /* collected where as_json */
    size_t fatal, advice;
};
/* A link_report: prints a line, or collects it for --json. */
void author_print(void *context, bool fatal, const char *where, const char *sentence);
/* The closing line, or the JSON. Gives CLI_FAILURE if anything was fatal. */
int author_report_end(struct author_report *r, const char *what);

/* The forums configured, NULL-terminated; freed with author_forums_free(). A configuration
 * that cannot be read is an error only if one was named. */
int author_forums(const char *const **out, aw_error *err);
void author_forums_free(const char *const *names);

/* A link from a file of JSON ("-": stdin) or, if there is no such file, the stored one of that id. */
int author_link(const char *file_or_id, struct link **out, aw_error *err);
/* The stored links as a JSON array, of one course or all. New reference. */
int author_links(const char *course, json_t **out, aw_error *err);

#endif
