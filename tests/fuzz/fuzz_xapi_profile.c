/*
 * fuzz_xapi_profile.c - any path of a rule, any statement, any profile.
 *
 * The input is three parts divided by NUL: a path, a statement, a profile. Where
 * the third is missing, ours judges.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "profile_parts.h"
#include "valid_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const char *subject, const char *where, const char *reason)
{
    (void)where;
    size_t *count = context;
    if (!subject || !*reason)
        abort();
    (*count)++;
}

/* The next part as text. */
static char *next(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *nul = *p < end ? memchr(*p, 0, (size_t)(end - *p)) : NULL;
    size_t len = (size_t)((nul ? nul : end) - *p);
    char *text = malloc(len + 1);
    if (!text)
        abort();
    memcpy(text, *p, len);
    text[len] = '\0';
    *p = nul ? nul + 1 : end;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *p = data, *end = data + size;
    char *path = next(&p, end), *statement = next(&p, end), *document = next(&p, end);
    struct xapi_profile *profile = NULL;
    struct xapi_fault fault;
    json_t *value = NULL;
    size_t count = 0, at = 0;
    const char *use = *document ? document : (const char *)xapi_profile_document;
    if (valid_parse(statement, strlen(statement), &value, &fault) == AW_OK) {
        struct profile_values v = {0};
        profile_path(value, path, &v);
        profile_values_free(&v);
        if (xapi_profile_read(use, *document ? strlen(use) : xapi_profile_document_len, &profile, NULL) == AW_OK) {
            size_t told = xapi_profile_lint(profile, ignore, &count);
            if (told != count)
                abort();
            xapi_profile_claimed(profile, value);
            told += xapi_profile_check(profile, value, NULL, NULL, ignore, &count);
            const json_t *twice[] = {value, value};
            xapi_profile_match(profile, twice, 2, NULL, NULL, &at);
            if (told != count || at > 2)
                abort();
        }
    }
    xapi_profile_free(profile);
    json_decref(value);
    free(document);
    free(statement);
    free(path);
    return 0;
}
