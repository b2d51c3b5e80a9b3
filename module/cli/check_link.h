/* check_link.h - `afterword link check`, and asking a forum whether it can be used. */
#ifndef CLI_CHECK_LINK_H
#define CLI_CHECK_LINK_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* name: a file, "-", the id of a link; NULL: every link that is attached. */
int cli_check_links(const char *name, bool as_json, bool offline);

/* Is the forum there, are the key's rights enough? why says what it answered. config: one of "forums". */
bool cli_ask_forum(aw *library, const json_t *config, bool offline, char *why, size_t why_size);

#endif
