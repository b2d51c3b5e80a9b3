/* provider_secret.h - secrets of a forum's configuration, read from where they are kept. */
#ifndef PROVIDERS_PROVIDER_SECRET_H
#define PROVIDERS_PROVIDER_SECRET_H

#include <afterword/afterword.h>
#include <jansson.h>

/* A copy of the object in which each X_file and X_env has become X, with the file's
 * first line or the variable's value. A known secret given in the open is refused. */
int provider_secrets(const json_t *config, json_t **out, aw_error *err);
/* Overwrites the texts of the copy and frees it; NULL is accepted. */
void provider_secrets_wipe(json_t *resolved);

#endif
