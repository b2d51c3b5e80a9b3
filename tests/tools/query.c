/* query.c - prints what aw_query() answers: query STATE_DIR WHAT [ARGS] (AFTERWORD_CONFIG counts). */
#include <afterword/afterword.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    aw_error err = AW_ERROR_INIT;
    aw *library = NULL;
    char *json = NULL;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: query STATE_DIR WHAT [ARGS]\n");
        return 2;
    }
    aw_config_source source = {.struct_size = sizeof source, .path = getenv("AFTERWORD_CONFIG"), .state_dir = argv[1]};
    int rc = aw_open(&source, NULL, &library, &err);
    if (rc == AW_OK)
        rc = aw_query(library, argv[2], argc == 4 ? argv[3] : NULL, &json, &err);
    if (rc == AW_OK)
        puts(json);
    else
        fprintf(stderr, "query: %s: %s\n", err.where, err.text);
    aw_free(json);
    aw_close(library);
    return rc == AW_OK ? 0 : 1;
}
