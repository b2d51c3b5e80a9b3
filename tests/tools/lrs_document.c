/*
 * lrs_document.c - reads and writes one document of an LRS with xapi/document.h, for tests.
 *
 *   lrs_document CONFIG.json state|activity|agent ID merge JSON
 *   lrs_document CONFIG.json state|activity|agent ID get|delete
 *   lrs_document CONFIG.json state|activity|agent ID put TEXT [ETAG]
 *
 * Prints the document, or what went wrong as the name of its code; exit code 0 or 1.
 */
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "json.h"

static const char *const kinds[] = {"state", "activity", "agent"};

static int act(struct xapi_lrs *lrs, const struct document_key *key, int argc, char **argv,
               aw_error *err)
{
    const char *what = argv[4];
    struct document d = {NULL, 0, "", ""};
    json_t *changes = NULL;
    if (strcmp(what, "merge") == 0 && argc > 5) {
        int rc = json_read(argv[5], strlen(argv[5]), 65536, "changes", &changes, err);
        if (rc == AW_OK)
            rc = document_merge(lrs, key, changes, err);
        json_decref(changes);
        return rc;
    }
    if (strcmp(what, "put") == 0 && argc > 5)
        return document_put(lrs, key, "text/plain", argv[5], strlen(argv[5]), argc > 6 ? argv[6] : NULL,
                            err);
    if (strcmp(what, "delete") == 0)
        return document_delete(lrs, key, NULL, err);
    int rc = document_get(lrs, key, &d, err);
    if (rc == AW_OK)
        printf("%s\n%s\n", d.etag, d.body);
    document_free(&d);
    return rc;
}

int main(int argc, char **argv)
{
    struct xapi_lrs *lrs = NULL;
    json_t *config = NULL;
    aw_error err = AW_ERROR_INIT;
    struct document_key key = {.activity = "https://learn.example.org/xapi/activities/course/c-1",
                               .agent = "{\"mbox\":\"mailto:learner@example.org\"}",
                               .registration = "2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a"};
    if (argc < 5)
        return 2;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(kinds[i], argv[2]) == 0)
            key.kind = (enum document_kind)i;
    key.id = argv[3];
    int rc = json_read_file(argv[1], 65536, &config, &err);
    if (rc == AW_OK)
        rc = xapi_lrs_open(config, NULL, &lrs, &err);
    json_decref(config);
    if (rc == AW_OK)
        rc = act(lrs, &key, argc, argv, &err);
    if (rc != AW_OK)
        printf("%s %s\n", aw_code_name(rc), err.text);
    xapi_lrs_close(lrs);
    return rc == AW_OK ? 0 : 1;
}
