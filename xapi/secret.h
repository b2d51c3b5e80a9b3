/*
 * secret.h - a secret that lies in a file or in the environment, never in the configuration.
 *
 * Read when it is needed and again when a peer refuses it, so that a rotated
 * password needs no restart. Its text is never part of an error.
 */
#ifndef XAPI_SECRET_H
#define XAPI_SECRET_H

#include <afterword/afterword.h>
#include <jansson.h>
#include <stdint.h>

#define SECRET_MAX_BYTES 16384

struct secret { /* one of them, or neither */
    const char *file, *env;
};

/* Reads <name>_file or <name>_env of obj (borrowed). Refuses both at once, and the secret
 * itself under <name>. */
int secret_config(const json_t *obj, const char *name, struct secret *out, aw_error *err);
/* The secret without the line's end; a new string for secret_free(). Errors: AW_ECONFIG. */
int secret_read(const struct secret *s, const char *what, char **out, aw_error *err);
void secret_free(char *text); /* wipes it; NULL accepted */
/* Changes when the file does; 0 where there is no file. */
uint64_t secret_stamp(const struct secret *s);

#endif
