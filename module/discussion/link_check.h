/* link_check.h - what the checks of a link share. */
#ifndef DISCUSSION_LINK_CHECK_H
#define DISCUSSION_LINK_CHECK_H

#include "link.h"

struct link_checker {
    const struct link *link;
    const struct link_surroundings *around;
    link_report report;
    void *context;
    bool fatal;
};

void link_say(struct link_checker *c, bool fatal, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Raw HTML, addresses that lead nowhere, pictures without a description. */
void link_check_markdown(struct link_checker *c, const char *where, const char *markdown);

/* Against what is known here (link_around.c). */
void link_check_around(struct link_checker *c);

/* Does the text ask a question or tell people to do something? Only judged in
 * languages whose words we know; elsewhere the answer is yes. */
bool link_asks_something(const char *text, const char *language);

#endif
