/*
 * json.h - reading JSON with jansson, with limits and errors a person can act on.
 *
 * Getters say in `where` which member is wrong. A missing or null member is
 * "not given": the output keeps its value.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdbool.h>

/* Parses; duplicate keys, trailing text, depth over LIMIT_JSON_DEPTH, U+0000
 * and more than max_bytes are refused. *out is a new reference. */
/* json_loadb(), which does not take a want of memory for a fault of the text; json_no_memory() then. */
json_t *json_load(const char *text, size_t len, size_t flags, json_error_t *out_error);
bool json_no_memory(const json_error_t *e);

int json_read(const char *text, size_t len, size_t max_bytes, const char *where, json_t **out,
              aw_error *err);
int json_read_file(const char *path, size_t max_bytes, json_t **out, aw_error *err);

/* Borrowed outputs, alive as long as obj. */
int json_want_object(const json_t *value, const char *where, aw_error *err);
int json_get_text(const json_t *obj, const char *name, size_t max_bytes, const char **out,
                  aw_error *err);
int json_get_i64(const json_t *obj, const char *name, int64_t min, int64_t max, int64_t *out,
                 aw_error *err);
int json_get_real(const json_t *obj, const char *name, double *out, bool *given, aw_error *err);
int json_get_bool(const json_t *obj, const char *name, bool *out, aw_error *err);
int json_get_object(const json_t *obj, const char *name, const json_t **out, aw_error *err);
int json_get_array(const json_t *obj, const char *name, const json_t **out, aw_error *err);
/* Refuses members that are not in the NULL-terminated list, naming the nearest known one. */
int json_only(const json_t *obj, const char *where, const char *const *names, aw_error *err);
/* Compact, sorted keys, reals as buf_json_real; a new string for free(), NULL on ENOMEM. */
char *json_text(const json_t *value);

#endif
