/* note.h - what people are told: privately, or in a room, in their language. */
#ifndef MODULE_NOTE_H
#define MODULE_NOTE_H

#include "interpret.h"
#include "words.h"

struct note {
    enum words words;
    const char *about; /* with the words and who it is for: told once. A topic, a post ... */
    const char *learner;
    const char *topic, *post, *title;
    const char *more;  /* Markdown below our words, such as a reason; or NULL */
    bool duty;         /* for those the link names: also where they left as members */
};

/*
 * Tells one person, once for the same words, about and learner. Who left the
 * discussion is left in peace. Whoever asked without a name is told by us alone,
 * under that name: the forum could not know for whom it is.
 */
int note_to(struct interp *in, const struct state_discussion *d, const struct note *n, aw_error *err);
/* The same to each of the people whom a link names. */
int note_to_each(struct interp *in, const struct state_discussion *d, const struct note *n,
                 const char *const *people, size_t count, aw_error *err);
/* Posts it in the topic, for everybody in the room. */
int note_room(struct interp *in, const struct state_discussion *d, const struct note *n, aw_error *err);

/* In which language this person reads us: their own, the discussion's, the course's, the site's;
 * wishes for words_in(). learner: NULL for the whole room. person keeps the text. */
#define NOTE_WISHES 4
int note_wishes(struct interp *in, const struct state_discussion *d, const char *learner,
                struct state_person *person, const char *wishes[NOTE_WISHES], aw_error *err);

#endif
