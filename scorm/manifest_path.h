/* manifest_path.h - addresses in a manifest: xml:base, parameters, dots, percent signs. Pure. */
#ifndef SCORM_MANIFEST_PATH_H
#define SCORM_MANIFEST_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum path_fault {
    PATH_OK,
    PATH_OUTSIDE,   /* leaves the package with ".." or is absolute in a file system */
    PATH_FORBIDDEN, /* javascript:, data:, file: ... */
};

/* Another server's address: "https://...", "//host/...". */
bool path_is_remote(const char *href);

/* base (a folder, "" or with bases already joined) and href as one address, "."
 * and ".." resolved, backslashes turned. Query and fragment of href are kept.
 * *out is NULL on ENOMEM (a->error). */
enum path_fault path_join(struct arena *a, const char *base, const char *href, const char **out,
                          bool *out_backslash);

/* An item's parameters put onto its address (CAM 3.4.1.11: "?" or "&" as needed). */
const char *path_with_parameters(struct arena *a, const char *address, const char *parameters);

/* The file an address names: without query and fragment, percent-decoded. */
const char *path_of_file(struct arena *a, const char *address);

#endif
