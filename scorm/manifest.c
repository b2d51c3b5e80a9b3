/* manifest.c - imsmanifest.xml to a course: version, organization, what is refused. */
#include "manifest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "manifest_reader.h"
#include "manifest_xml.h"
#include "utf8.h"

void manifest_warn(struct manifest_reader *r, const char *fmt, ...)
{
    struct scorm_course *c = r->course;
    char text[768];
    va_list args;

    if (c->warning_count == SCORM_WARNINGS_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (size_t i = 0; i < c->warning_count; i++)
        if (strcmp(c->warnings[i], text) == 0)
            return;
    if (c->warning_count == r->warning_cap) {
        size_t cap = r->warning_cap ? r->warning_cap * 2 : 8;
        void *bigger = arena_grow(r->a, c->warnings, c->warning_count * sizeof *c->warnings,
                                  cap * sizeof *c->warnings);
        if (!bigger)
            return;
        c->warnings = bigger;
        r->warning_cap = cap;
    }
    /* %.100s may have cut a character in two. */
    size_t len = strlen(text), bad = 0;
    while (!utf8_valid(text, len, &bad)) {
        memmove(text + bad, text + bad + 1, len - bad);
        len--;
    }
    const char *copy = arena_text(r->a, text, len);
    if (copy)
        c->warnings[c->warning_count++] = copy;
}

/* ---- version ------------------------------------------------------------------------ */

static const struct {
    const char *part; /* of schemaversion, lower case */
    enum scorm_version version;
    const char *edition;
} versions[] = {
    {"4th", SCORM_2004, "4th Edition"}, {"3rd", SCORM_2004, "3rd Edition"},
    {"2nd", SCORM_2004, "2nd Edition"}, {"cam 1.3", SCORM_2004, "2nd Edition"},
    {"1.3", SCORM_2004, "2nd Edition"}, {"2004", SCORM_2004, ""},
    {"1.2", SCORM_12, ""},              {"1.1", SCORM_12, ""},
};

static const struct {
    const char *part; /* of a namespace */
    enum scorm_version version;
} namespaces[] = {
    {"adlcp_v1p3", SCORM_2004}, {"imscp_v1p1", SCORM_2004},
    {"adlcp_rootv1p2", SCORM_12}, {"imscp_rootv1p1p2", SCORM_12},
};

static enum scorm_version version_by_namespace(const xmlNode *node, int depth)
{
    enum scorm_version found = SCORM_VERSION_UNKNOWN;

    for (const xmlNs *ns = node->nsDef; ns; ns = ns->next)
        for (size_t i = 0; ns->href && i < sizeof namespaces / sizeof *namespaces; i++)
            if (strstr((const char *)ns->href, namespaces[i].part))
                found = found ? found : namespaces[i].version;
    for (const xmlNode *n = node->children; n && !found && depth < 4; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            found = version_by_namespace(n, depth + 1);
    return found;
}

static void read_version(struct manifest_reader *r)
{
    const char *said = xml_text(r->a, xml_child(xml_child(r->root, "metadata"), "schemaversion"));
    enum scorm_version by_namespace = version_by_namespace(r->root, 0);
    struct scorm_course *c = r->course;
    char lower[64];
    size_t n = 0;

    for (; said[n] && n < sizeof lower - 1; n++)
        lower[n] = (char)(said[n] >= 'A' && said[n] <= 'Z' ? said[n] | 0x20 : said[n]);
    lower[n] = '\0';
    c->edition = "";
    for (size_t i = 0; i < sizeof versions / sizeof *versions && !c->version; i++) {
        if (strstr(lower, versions[i].part)) {
            c->version = versions[i].version;
            c->edition = versions[i].edition;
        }
    }
    if (c->version && by_namespace && c->version != by_namespace)
        manifest_warn(r, "The manifest says SCORM %.40s, but its namespaces are those of SCORM %s.", said,
                      by_namespace == SCORM_2004 ? "2004" : "1.2");
    if (c->version)
        return;
    c->version = by_namespace ? by_namespace : SCORM_12;
    if (*said)
        manifest_warn(r, "The manifest has the unknown schemaversion \"%.40s\"; it was read as SCORM %s.", said,
                      c->version == SCORM_2004 ? "2004" : "1.2");
    else
        manifest_warn(r, "The manifest does not say its schemaversion; it was read as SCORM %s.",
                      c->version == SCORM_2004 ? "2004" : "1.2");
}

/* ---- which organization ---------------------------------------------------------------- */

static bool usable(const struct scorm_course *c)
{
    for (uint32_t i = 1; i < c->item_count; i++)
        if (c->items[i].launch)
            return true;
    return false;
}

static bool try_organization(struct manifest_reader *r, const xmlNode *organization)
{
    manifest_read_organization(r, r->root, organization);
    return usable(r->course) || r->too_many || r->a->error;
}

static void read_organizations(struct manifest_reader *r)
{
    const xmlNode *list = xml_child(r->root, "organizations");
    bool named = false;
    const xmlNode *wanted = manifest_default_organization(r, r->root, &named);
    const char *default_id = list ? xml_attr(r->a, list, "default") : NULL;
    size_t count = 0, warned = r->course->warning_count;

    for (const xmlNode *n = xml_child(list, "organization"); n; n = xml_next(n, "organization"))
        count++;
    if (wanted && !named && default_id && *default_id)
        manifest_warn(r, "The default organization \"%.100s\" does not exist; the first one was taken.", default_id);
    else if (count > 1)
        manifest_warn(r, "The manifest has %zu organizations; only \"%.100s\" is used.", count,
                      manifest_title(r, wanted, named ? default_id : "the first"));
    if (wanted && try_organization(r, wanted))
        return;
    for (const xmlNode *n = xml_child(list, "organization"); n; n = xml_next(n, "organization")) {
        if (n == wanted)
            continue;
        r->course->warning_count = warned; /* those were about another one */
        if (!try_organization(r, n))
            continue;
        manifest_warn(r, "The default organization has nothing to launch; \"%.100s\" was taken.", r->course->title);
        return;
    }
    if (wanted)
        manifest_read_organization(r, r->root, wanted); /* for its title */
    else
        manifest_read_organization(r, r->root, NULL);
    if (r->course->item_count <= 1 && !r->a->error)
        manifest_items_from_resources(r);
}

static void set_title(struct manifest_reader *r)
{
    struct scorm_course *c = r->course;

    if (c->title && *c->title)
        return;
    /* metadata/lom/general/title/string (2004) or langstring (1.2) */
    const xmlNode *lom = xml_child(xml_child(r->root, "metadata"), "lom");
    const xmlNode *title = xml_child(xml_child(lom, "general"), "title");
    const xmlNode *text = xml_child(title, "string");
    c->title = xml_text(r->a, text ? text : xml_child(title, "langstring"));
    if (!*c->title && c->item_count > 1)
        c->title = c->items[1].title;
    if (!*c->title)
        c->title = c->identifier;
    manifest_warn(r, "The organization has no title; \"%.100s\" is shown.", c->title);
    if (c->item_count > 0)
        c->items[0].title = c->title;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static int nothing_to_launch(const struct manifest_reader *r, aw_error *err)
{
    if (r->resource_count == 0)
        return error_set(err, AW_EINVAL, "imsmanifest.xml",
                         "there is nothing to launch: the manifest has no resources");
    if (r->course->item_count > 1)
        return error_set(err, AW_EINVAL, "imsmanifest.xml",
                         "there is nothing to launch: none of the %u items refers to a resource with a page%s%s",
                         r->course->item_count - 1, r->course->warning_count ? "; " : "",
                         r->course->warning_count ? r->course->warnings[r->course->warning_count - 1] : "");
    return error_set(err, AW_EINVAL, "imsmanifest.xml",
                     "there is nothing to launch: the manifest has no items and no resource is a page");
}

static int read_manifest(struct manifest_reader *r, aw_error *err)
{
    if (!xml_is(r->root, "manifest"))
        return error_set(err, AW_EINVAL, "imsmanifest.xml", "this is not a SCORM manifest: its root element is <%.60s>",
                         r->root ? (const char *)r->root->name : "");
    const char *id = xml_attr(r->a, r->root, "identifier");
    r->course->identifier = id ? id : "";
    read_version(r);
    manifest_read_resources(r, r->root, r->folder, 0);
    if (!r->too_many && !r->a->error)
        read_organizations(r);
    if (r->too_many)
        return error_set(err, AW_ELIMIT, "imsmanifest.xml", "the manifest has too many %s", r->too_many_what);
    if (r->a->error == AW_ENOMEM)
        return error_nomem(err, "imsmanifest.xml");
    if (r->a->error)
        return error_set(err, AW_ELIMIT, "imsmanifest.xml", "the manifest holds too much text");
    if (!usable(r->course))
        return nothing_to_launch(r, err);
    set_title(r);
    if (scorm_course_sco_count(r->course) == 0)
        manifest_warn(r, "No item is a SCO: nothing in this course can report that it was completed.");
    return r->a->error ? error_nomem(err, "imsmanifest.xml") : AW_OK;
}

int scorm_manifest_read(const char *xml, size_t len, const char *folder, scorm_has_file has_file,
                        void *context, struct scorm_course **out, aw_error *err)
{
    struct manifest_reader r = {.folder = folder ? folder : "", .has_file = has_file, .context = context};
    struct scorm_course *course = NULL;
    xmlDoc *doc = NULL;
    const char *quirk = NULL;
    int rc;

    if (len > SCORM_MANIFEST_BYTES)
        return error_set(err, AW_ELIMIT, "imsmanifest.xml", "the manifest is larger than %u MB",
                         SCORM_MANIFEST_BYTES >> 20);
    if ((rc = manifest_parse(xml, len, &doc, &quirk, err)) != AW_OK)
        return rc;
    course = calloc(1, sizeof *course);
    r.course = course;
    r.a = arena_new(MANIFEST_ARENA_BYTES);
    if (!course || !r.a) {
        rc = error_nomem(err, "imsmanifest.xml");
        arena_free(r.a);
        goto out;
    }
    course->memory = r.a;
    course->organization = course->title = "";
    r.root = xmlDocGetRootElement(doc);
    if (quirk)
        manifest_warn(&r, "%s", quirk);
    if ((rc = read_manifest(&r, err)) != AW_OK)
        goto out;
    *out = course;
    course = NULL;
out:
    xmlFreeDoc(doc);
    scorm_course_free(course);
    return rc;
}
