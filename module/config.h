/* config.h - the configuration, read once when the library is opened. docs/operations.md lists it. */
#ifndef MODULE_CONFIG_H
#define MODULE_CONFIG_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "uuid5.h"

enum config_actor { ACTOR_ACCOUNT, ACTOR_MBOX, ACTOR_MBOX_SHA1SUM };

struct config {
    json_t *root;                  /* what the borrowed texts and objects below live in */
    const char *site_name, *home_page, *base_iri, *language;
    uuid5 site;                    /* namespace of every id of this site */
    char *state_dir;
    uint64_t journal_segment_bytes, journal_max_bytes;
    uint64_t statements_max_bytes;
    int64_t retention_ms;
    enum config_actor actor;
    bool names, post_text;
    const char *key_file;          /* NULL: <state_dir>/pseudonym.key, made when missing */
    bool accept_unknown_courses;
    int log_level;
    /* Files that learners attach to posts; attachments_max 0: none are taken. */
    uint64_t attachments_max;
    const json_t *attachment_types;   /* array of content types */
    bool attachments_sent;            /* their bytes go to the LRS too */
    const char *attachments_url;      /* or where they are found: {sha2} is filled in */
    /* Sections that their own readers take apart; NULL where absent. */
    const json_t *lrs, *forums, *scorm, *listener;
};

/* From the file, the text, or neither (defaults). state_dir overrides the file's. */
int config_read(const aw_config_source *source, struct config *out, aw_error *err);
void config_free(struct config *c);

#endif
