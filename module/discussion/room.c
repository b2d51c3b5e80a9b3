/* room.c - which room a learner belongs to. */
#include "room.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "words.h"

/* A value inside a key: the separators are escaped, so that two rules cannot meet. */
static void put_value(struct buf *b, const char *value)
{
    for (; *value; value++) {
        if (*value == ';' || *value == '=' || *value == '%')
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*value);
        else
            buf_putc(b, *value);
    }
}

int room_key(const struct link *link, const json_t *attributes, const char *language, char *key,
             size_t key_size, char *name, size_t name_size, aw_error *err)
{
    const char *other = words_in(WORDS_OTHER, (const char *const[]){language, link->language}, 2, NULL);
    struct buf k = BUF_INIT(key_size - 1), n = BUF_INIT(name_size - 1);
    for (size_t i = 0; i < link->room_by_count; i++) {
        const char *value = json_string_value(json_object_get(attributes, link->room_by[i]));
        buf_printf(&k, "%s%s=", i ? ";" : "", link->room_by[i]);
        put_value(&k, value ? value : "");
        buf_printf(&n, "%s%s", i ? ", " : "", value && *value ? value : other);
    }
    int rc = AW_OK;
    if (k.error || n.error)
        rc = error_set(err, AW_ELIMIT, "attributes", "are too long to name a room");
    if (rc == AW_OK) {
        snprintf(key, key_size, "%s", k.data ? k.data : "");
        snprintf(name, name_size, "%s", n.data ? n.data : "");
    }
    buf_free(&k);
    buf_free(&n);
    return rc;
}

void room_name_of(const struct state_discussion *d, char out[ROOM_NAME])
{
    char which[12], words[48];
    struct buf b = BUF_ON(words);
    if (d->number <= 1) {
        snprintf(out, ROOM_NAME, "%s", d->name);
        return;
    }
    if (d->number <= 26)
        snprintf(which, sizeof which, "%c", (char)('A' + d->number - 1));
    else
        snprintf(which, sizeof which, "%u", (unsigned)d->number);
    words_fill(&b, words_in(WORDS_ROOM, (const char *const[]){d->language}, 1, NULL),
               (const char *const[]){"room", which, NULL});
    snprintf(out, ROOM_NAME, d->name[0] ? "%s (%s)" : "%s%s", d->name, words);
}
