/* commit_read.h - inside the commit reader: paths, values, memory. */
#ifndef SCORM_COMMIT_READ_H
#define SCORM_COMMIT_READ_H

#include "commit.h"

#define COMMIT_VALUES_MAX 100000
#define COMMIT_DEPTH_MAX 32
#define COMMIT_PATTERN_MAX 64

/* A path with "n" for each index: "cmi.interactions.n.objectives.n.id" and its indices. */
struct commit_path {
    char text[COMMIT_PATTERN_MAX];
    uint16_t index[2];
    uint8_t len, indices;
    bool unknown; /* too long, too many indices: nothing of ours */
};

struct commit_reader {
    struct scorm_commit *c;
    const char *at, *end, *start;
    size_t votes_12, votes_2004;
    bool saw_flat, saw_params, ambiguous;
    int explicit_terminated; /* AW_UNKNOWN, AW_NO, AW_YES */
    aw_error *err;
};

void commit_path_add(struct commit_path *path, const char *key, size_t len);

/* One value for a path. Unknown paths are counted as skipped. AW_ENOMEM, AW_ELIMIT. */
int commit_put(struct commit_reader *r, const struct commit_path *path, const char *text, size_t len);
/* A member of the wrapping object, or "name=value" of ours in params: courseId, commitSequence ... */
int commit_put_meta(struct commit_reader *r, const char *name, size_t name_len, const char *text,
                    size_t len);
bool commit_is_meta(const char *name, size_t len);

/* Room in the commit's arena, which is as large as the body and so never moves. */
char *commit_arena(struct commit_reader *r, size_t len);

int commit_read_json(struct commit_reader *r);
/* name=value&name=value from r->at to r->end; also one such pair. */
int commit_read_params(struct commit_reader *r);

#endif
