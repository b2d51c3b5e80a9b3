/*
 * manifest_resource.c - resources and their addresses, nested manifests included.
 *
 * xml:base may stand on the manifest, on <resources> and on each <resource>; the
 * bases add up. One that does not end in "/" means a folder all the same: that
 * is what authors who write it mean, and every LMS takes it so.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "manifest_path.h"
#include "manifest_reader.h"
#include "manifest_xml.h"

static const char *with_base(struct manifest_reader *r, const char *base, const xmlNode *node)
{
    const char *more = xml_attr(r->a, node, "base"), *joined = NULL;
    bool backslash = false;

    if (!more || !*more)
        return base;
    switch (path_join(r->a, base, more, &joined, &backslash)) {
    case PATH_OUTSIDE:
        manifest_warn(r, "The xml:base \"%.200s\" leaves the package; it was ignored.", more);
        return base;
    case PATH_FORBIDDEN:
        manifest_warn(r, "The xml:base \"%.200s\" is not a folder of the package; it was ignored.", more);
        return base;
    default:
        break;
    }
    if (backslash)
        manifest_warn(r, "The xml:base \"%.200s\" has backslashes; they were read as slashes.", more);
    size_t len = joined ? strlen(joined) : 0;
    if (len == 0 || joined[len - 1] == '/')
        return joined ? joined : base;
    manifest_warn(r, "The xml:base \"%.200s\" should end with a slash.", more);
    char *folder = arena_alloc(r->a, len + 2);
    if (!folder)
        return base;
    memcpy(folder, joined, len);
    folder[len] = '/';
    return folder;
}

static enum scorm_item_type resource_type(struct manifest_reader *r, const xmlNode *node, const char *id,
                                          bool has_href)
{
    const char *type = xml_attr(r->a, node, "scormType"); /* and scormtype: case does not matter */

    if (type && strcasecmp(type, "sco") == 0)
        return SCORM_ITEM_SCO;
    if (type && strcasecmp(type, "asset") != 0)
        manifest_warn(r, "The resource \"%.100s\" is of the unknown SCORM type \"%.40s\"; it was taken for an asset.",
                      id, type);
    else if (!type && has_href)
        manifest_warn(r, "The resource \"%.100s\" does not say whether it is a SCO or an asset; it was taken for "
                         "an asset, which cannot report anything.",
                      id);
    return SCORM_ITEM_ASSET;
}

static const char *resource_address(struct manifest_reader *r, const char *base, const char *href,
                                    const char *id)
{
    const char *address = NULL;
    bool backslash = false;

    switch (path_join(r->a, base, href, &address, &backslash)) {
    case PATH_OUTSIDE:
        manifest_warn(r, "The resource \"%.100s\" points out of the package (%.200s); it cannot be launched.", id,
                      href);
        return NULL;
    case PATH_FORBIDDEN:
        manifest_warn(r, "The resource \"%.100s\" has an address that is not a page (%.200s); it cannot be launched.",
                      id, href);
        return NULL;
    default:
        break;
    }
    if (backslash)
        manifest_warn(r, "The address \"%.200s\" has backslashes; they were read as slashes.", href);
    if (address && path_is_remote(address))
        manifest_warn(r, "The resource \"%.100s\" is on another server (%.200s); browsers keep such pages from "
                         "talking to the LMS.",
                      id, address);
    return address;
}

static void read_resource(struct manifest_reader *r, const xmlNode *manifest, const xmlNode *node,
                          const char *base)
{
    const char *id = xml_attr(r->a, node, "identifier"), *href = xml_attr(r->a, node, "href");

    if (r->resource_count == MANIFEST_RESOURCES_MAX) {
        r->too_many = true;
        r->too_many_what = "resources";
        return;
    }
    if (r->resource_count == r->resource_cap) {
        size_t cap = r->resource_cap ? r->resource_cap * 2 : 64;
        void *bigger = arena_grow(r->a, r->resources, r->resource_count * sizeof *r->resources,
                                  cap * sizeof *r->resources);
        if (!bigger)
            return;
        r->resources = bigger;
        r->resource_cap = cap;
    }
    struct manifest_resource *res = &r->resources[r->resource_count++];
    res->id = id ? id : "";
    res->manifest = manifest;
    res->type = resource_type(r, node, res->id, href && *href);
    if (href && *href)
        res->address = resource_address(r, with_base(r, base, node), href, res->id);
}

void manifest_read_resources(struct manifest_reader *r, const xmlNode *manifest, const char *base,
                             int nesting)
{
    if (nesting > MANIFEST_NESTED_MAX) {
        r->too_many = true;
        r->too_many_what = "manifests inside of each other";
        return;
    }
    base = with_base(r, base, manifest);
    for (const xmlNode *list = xml_child(manifest, "resources"); list && !r->too_many;
         list = xml_next(list, "resources")) {
        const char *list_base = with_base(r, base, list);
        for (const xmlNode *n = xml_child(list, "resource"); n && !r->too_many && !r->a->error;
             n = xml_next(n, "resource"))
            read_resource(r, manifest, n, list_base);
    }
    for (const xmlNode *n = xml_child(manifest, "manifest"); n && !r->too_many && !r->a->error;
         n = xml_next(n, "manifest"))
        manifest_read_resources(r, n, base, nesting + 1);
}

const struct manifest_resource *manifest_find_resource(const struct manifest_reader *r,
                                                       const xmlNode *manifest, const char *id)
{
    const struct manifest_resource *elsewhere = NULL;

    for (size_t i = 0; i < r->resource_count; i++) {
        if (strcmp(r->resources[i].id, id) != 0)
            continue;
        if (r->resources[i].manifest == manifest)
            return &r->resources[i];
        if (!elsewhere)
            elsewhere = &r->resources[i];
    }
    return elsewhere;
}
