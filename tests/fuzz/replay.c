/* replay.c - runs a fuzz target over its corpus (files and folders named on the command line). */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t len = 0, cap = 0, got;
    do {
        if (len == cap) {
            cap = cap ? cap * 2 : 4096;
            uint8_t *grown = realloc(data, cap);
            if (!grown) {
                free(data);
                fclose(f);
                return 1;
            }
            data = grown;
        }
        got = fread(data + len, 1, cap - len, f);
        len += got;
    } while (got > 0);
    fclose(f);
    /* An exact-size copy, so that a sanitizer sees a read past the end. */
    uint8_t *exact = malloc(len ? len : 1);
    if (exact) {
        memcpy(exact, data, len);
        LLVMFuzzerTestOneInput(exact, len);
        replayed++;
    }
    free(exact);
    free(data);
    return exact ? 0 : 1;
}

static int replay_path(const char *path)
{
    DIR *d = opendir(path);
    if (!d)
        return replay_file(path);
    int rc = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char child[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(child, sizeof child, "%s/%s", path, e->d_name);
        rc |= replay_path(child);
    }
    closedir(d);
    return rc;
}

int main(int argc, char **argv)
{
    int rc = 0;
    for (int i = 1; i < argc; i++)
        rc |= replay_path(argv[i]);
    if (replayed == 0) {
        fprintf(stderr, "no corpus to replay in %s\n", argc > 1 ? argv[1] : "(no path)");
        return 1;
    }
    printf("replayed %zu inputs\n", replayed);
    return rc;
}
