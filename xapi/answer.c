/* answer.c - an LRS's reasons, as a line for people. */
#include "answer.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

#define REASON_MAX_BYTES 65536 /* more than that is no reason but a page */

bool answer_is_web_page(const char *content_type, const char *body, size_t len)
{
    while (len > 0 && (*body == ' ' || *body == '\t' || *body == '\r' || *body == '\n')) {
        body++;
        len--;
    }
    return strncasecmp(content_type, "text/html", 9) == 0 || (len > 0 && *body == '<');
}

/* Copies what fits, control characters as spaces, broken UTF-8 as question marks: never more
 * bytes than there were. */
static size_t tidy(const char *text, size_t len, char *out, size_t room)
{
    size_t done = 0, bad;
    len = utf8_cut(text, len, room);
    while (done < len) {
        bool whole = utf8_valid(text + done, len - done, &bad);
        size_t end = whole ? len : done + bad;
        for (; done < end; done++) {
            unsigned char c = (unsigned char)text[done];
            out[done] = (char)(c < 32 || c == 127 ? ' ' : c);
        }
        if (!whole)
            out[done++] = '?';
    }
    return done;
}

/* Members that LRSs put their reason in, as seen: {"message"}, {"error"}, {"errorMessage"},
 * {"warnings": [...]}, {"detail"}, {"errors": [...]}; each may be a list or an object again. */
static const char *const members[] = {"message", "errorMessage", "error", "warnings", "errors",
                                      "detail", "description", "reason", NULL};

static size_t collect(const json_t *value, int depth, char *out, size_t room)
{
    size_t done = 0, i;
    json_t *child;
    if (depth > 3 || room < 2)
        return 0;
    if (json_is_string(value))
        return tidy(json_string_value(value), json_string_length(value), out, room);
    if (json_is_array(value)) {
        json_array_foreach(value, i, child)
        {
            if (done > 0 && room - done > 2) {
                memcpy(out + done, "; ", 2);
                done += 2;
            }
            done += collect(child, depth + 1, out + done, room - done);
        }
        return done;
    }
    for (const char *const *m = members; json_is_object(value) && *m && done == 0; m++)
        done = collect(json_object_get(value, *m), depth + 1, out, room);
    return done;
}

void answer_reason(const char *body, size_t len, char *out, size_t size)
{
    json_t *root = NULL;
    size_t done = 0;
    if (json_read(body, len, REASON_MAX_BYTES, "answer", &root, NULL) == AW_OK) {
        done = collect(root, 0, out, size - 1);
        json_decref(root);
    }
    if (done == 0)
        done = tidy(body, len, out, size - 1);
    while (done > 0 && out[done - 1] == ' ')
        done--;
    out[done] = 0;
}
