/* plain.h - what a post says, as one line of text, out of the HTML that a forum made of it. */
#ifndef PROVIDERS_PLAIN_H
#define PROVIDERS_PLAIN_H

#include <stddef.h>

/* At most size - 1 bytes, cut between characters. Nobody's HTML is checked here: what comes out is
 * text, to be escaped by whoever puts it anywhere. */
void plain_from_html(const char *html, char *out, size_t size);

#endif
