/* answer.h - reading what an LRS answers: its reasons for people, its lists of statements. */
#ifndef XAPI_ANSWER_H
#define XAPI_ANSWER_H

#include <afterword/afterword.h>
#include <stdbool.h>
#include <stddef.h>

/* Is it a web page, not JSON? */
bool answer_is_web_page(const char *content_type, const char *body, size_t len);

/* One line for people from an answer's body: the message of the JSON forms that LRSs use,
 * else the text itself. Always valid UTF-8 without control characters, cut at size. */
void answer_reason(const char *body, size_t len, char *out, size_t size);

#endif
