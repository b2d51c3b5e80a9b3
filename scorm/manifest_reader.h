/* manifest_reader.h - what the parts of the manifest reader share while one is read. */
#ifndef SCORM_MANIFEST_READER_H
#define SCORM_MANIFEST_READER_H

#include <libxml/tree.h>

#include "arena.h"
#include "course.h"
#include "manifest.h"

#define MANIFEST_RESOURCES_MAX 20000
#define MANIFEST_NESTED_MAX 64
#define MANIFEST_ARENA_BYTES (64u << 20)

struct manifest_resource {
    const char *id;
    enum scorm_item_type type; /* SCO or ASSET */
    const char *address;       /* NULL: it has no href, or a forbidden one */
    const xmlNode *manifest;   /* the <manifest> it stands in */
};

struct manifest_reader {
    struct arena *a;
    struct scorm_course *course;
    const xmlNode *root;
    const char *folder;
    scorm_has_file has_file;
    void *context;
    struct manifest_resource *resources;
    size_t resource_count, resource_cap;
    uint32_t item_cap;
    size_t warning_cap;
    bool too_many; /* items, resources, depth: the whole is refused */
    const char *too_many_what;
};

void manifest_warn(struct manifest_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* manifest_resource.c */
void manifest_read_resources(struct manifest_reader *r, const xmlNode *manifest, const char *base,
                             int nesting);
/* The same manifest's first, then any other's; with and without white space. */
const struct manifest_resource *manifest_find_resource(const struct manifest_reader *r,
                                                       const xmlNode *manifest, const char *id);

/* manifest_item.c: one organization becomes items[0] and what is below it. */
void manifest_read_organization(struct manifest_reader *r, const xmlNode *manifest,
                                const xmlNode *organization);
/* For a package without organizations: an item for each SCO, else for the first page. */
void manifest_items_from_resources(struct manifest_reader *r);
/* The organization a <manifest> means by default; NULL if it has none. */
const xmlNode *manifest_default_organization(struct manifest_reader *r, const xmlNode *manifest,
                                             bool *out_named);
const char *manifest_title(struct manifest_reader *r, const xmlNode *titled, const char *instead);

/* manifest_sequencing.c */
void manifest_read_sequencing(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item);

#endif
