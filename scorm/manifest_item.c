/*
 * manifest_item.c - organizations and items become the item tree of the course.
 *
 * Items are stored in document order, so that an item stands before its children.
 * An item that refers to a nested manifest gets that manifest's items as children.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "limit.h"
#include "manifest_path.h"
#include "manifest_reader.h"
#include "manifest_xml.h"
#include "utf8.h"

const char *manifest_title(struct manifest_reader *r, const xmlNode *titled, const char *instead)
{
    const char *title = xml_text(r->a, xml_child(titled, "title"));
    size_t len = strlen(title);

    if (len == 0)
        return instead;
    return len <= LIMIT_TITLE_BYTES ? title : arena_text(r->a, title, utf8_cut(title, len, LIMIT_TITLE_BYTES));
}

static uint32_t add_item(struct manifest_reader *r, uint32_t parent, uint32_t *last)
{
    struct scorm_course *c = r->course;

    if (c->item_count == SCORM_ITEMS_MAX) {
        r->too_many = true;
        r->too_many_what = "items";
        return SCORM_NO_ITEM;
    }
    if (c->item_count == r->item_cap) {
        uint32_t cap = r->item_cap ? r->item_cap * 2 : 32;
        void *bigger = arena_grow(r->a, c->items, c->item_count * sizeof *c->items, cap * sizeof *c->items);
        if (!bigger)
            return SCORM_NO_ITEM;
        c->items = bigger;
        r->item_cap = cap;
    }
    uint32_t at = c->item_count++;
    c->items[at] = (struct scorm_item){
        .id = "", .title = "", .visible = true, .parent = parent, .first_child = SCORM_NO_ITEM,
        .next = SCORM_NO_ITEM, .min_progress = 1.0, .progress_weight = 1.0, .tracked = true,
        .rollup_satisfied = true, .rollup_completion = true, .measure_weight = 1.0, .measure_if_active = true,
    };
    if (parent != SCORM_NO_ITEM) {
        if (*last == SCORM_NO_ITEM)
            c->items[parent].first_child = at;
        else
            c->items[*last].next = at;
        *last = at;
    }
    return at;
}

/* ---- one item's own values ---------------------------------------------------------- */

static const char *optional_text(struct manifest_reader *r, const xmlNode *node, const char *name)
{
    const xmlNode *child = xml_child(node, name);
    const char *text = child ? xml_text(r->a, child) : NULL;

    return text && *text ? text : NULL;
}

static void read_mastery(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item)
{
    const char *text = optional_text(r, node, "masteryscore");
    size_t len = text ? strlen(text) : 0;

    if (!text)
        return;
    if (len > 1 && text[len - 1] == '%')
        text = arena_text(r->a, text, len - 1);
    if (!text || !xml_number(text, &item->mastery.value)) {
        manifest_warn(r, "The mastery score of \"%.100s\" is not a number (%.40s); it was ignored.", item->title,
                      text ? text : "");
        return;
    }
    item->mastery.given = true;
    if (item->mastery.value < 0 || item->mastery.value > 100)
        manifest_warn(r, "The mastery score of \"%.100s\" (%.40s) is not between 0 and 100; nobody could pass or "
                         "fail by it as meant.",
                      item->title, text);
    else if (item->mastery.value > 0 && item->mastery.value <= 1)
        manifest_warn(r, "The mastery score of \"%.100s\" is %.40s of 100 points; did you mean a percentage?",
                      item->title, text);
}

static void read_threshold(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item)
{
    const xmlNode *threshold = xml_child(node, "completionThreshold");
    double value;

    if (!threshold)
        return;
    bool by_measure = false, said = xml_bool(r->a, threshold, "completedByMeasure", &by_measure);
    bool given = xml_real(r->a, threshold, "minProgressMeasure", &value);
    if (!given && xml_number(xml_text(r->a, threshold), &value)) {
        given = true; /* 3rd edition: <completionThreshold>0.75</completionThreshold> */
        by_measure = said ? by_measure : true;
    }
    item->completed_by_measure = by_measure;
    if (given && (value < 0 || value > 1))
        manifest_warn(r, "The completion threshold of \"%.100s\" (%g) is not between 0 and 1; 1 was taken.",
                      item->title, value);
    else if (given)
        item->min_progress = value;
    if (xml_real(r->a, threshold, "progressWeight", &value) && value >= 0)
        item->progress_weight = value;
}

static void read_values(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item)
{
    xml_bool(r->a, node, "isvisible", &item->visible);
    item->launch_data = optional_text(r, node, "dataFromLMS");
    item->prerequisites = optional_text(r, node, "prerequisites");
    item->max_time_allowed = optional_text(r, node, "maxtimeallowed");
    item->time_limit_action = optional_text(r, node, "timelimitaction");
    read_mastery(r, node, item);
    read_threshold(r, node, item);
    manifest_read_sequencing(r, node, item);
}

/* ---- what is launched ------------------------------------------------------------------ */

static void set_launch(struct manifest_reader *r, const xmlNode *node, struct scorm_item *item,
                       const struct manifest_resource *res)
{
    const char *parameters = xml_attr(r->a, node, "parameters");

    item->resource = res->id;
    if (!res->address) {
        manifest_warn(r, "The item \"%.100s\" refers to the resource \"%.100s\", which has no address to launch.",
                      item->title, res->id);
        return;
    }
    item->type = res->type;
    item->launch = parameters ? path_with_parameters(r->a, res->address, parameters) : res->address;
    if (r->has_file && !path_is_remote(item->launch)) {
        const char *file = path_of_file(r->a, item->launch);
        if (file && !r->has_file(r->context, file))
            manifest_warn(r, "The page of \"%.100s\" is not in the package: %.300s", item->title, file);
    }
}

static const xmlNode *find_manifest(struct manifest_reader *r, const xmlNode *in, const char *id)
{
    for (const xmlNode *n = xml_child(in, "manifest"); n; n = xml_next(n, "manifest")) {
        const char *have = xml_attr(r->a, n, "identifier");
        if (have && strcmp(have, id) == 0)
            return n;
        const xmlNode *deeper = find_manifest(r, n, id);
        if (deeper)
            return deeper;
    }
    return NULL;
}

static void read_items(struct manifest_reader *r, const xmlNode *manifest, const xmlNode *parent_node,
                       uint32_t parent, uint32_t *last, int depth);

static void resolve(struct manifest_reader *r, const xmlNode *manifest, const xmlNode *node, uint32_t at,
                    uint32_t *last_child, int depth)
{
    struct scorm_item *item = &r->course->items[at];
    const char *ref = xml_attr(r->a, node, "identifierref");

    item->type = SCORM_ITEM_NONE;
    if (!ref || !*ref)
        return;
    const struct manifest_resource *res = manifest_find_resource(r, manifest, ref);
    if (res) {
        set_launch(r, node, item, res);
        return;
    }
    const xmlNode *nested = find_manifest(r, r->root, ref);
    const xmlNode *organization = nested ? manifest_default_organization(r, nested, NULL) : NULL;
    if (organization)
        read_items(r, nested, organization, at, last_child, depth + 1);
    else
        manifest_warn(r, "The item \"%.100s\" refers to the resource \"%.100s\", which does not exist; it cannot be "
                         "launched.",
                      item->title, ref);
}

/* ---- the tree ----------------------------------------------------------------------------- */

static const char *item_id(struct manifest_reader *r, const xmlNode *node, uint32_t at)
{
    const char *id = xml_attr(r->a, node, "identifier");
    char made[32];

    if (id && *id) {
        if (scorm_course_find(r->course, id) < at)
            manifest_warn(r, "Two items have the identifier \"%.100s\"; what learners do in them cannot be told apart.",
                          id);
        return id;
    }
    snprintf(made, sizeof made, "item-%u", at);
    manifest_warn(r, "An item has no identifier; it was called \"%s\".", made);
    return arena_text(r->a, made, strlen(made));
}

static void read_item(struct manifest_reader *r, const xmlNode *manifest, const xmlNode *node, uint32_t parent,
                      uint32_t *last, int depth)
{
    uint32_t at = add_item(r, parent, last), last_child = SCORM_NO_ITEM;

    if (at == SCORM_NO_ITEM)
        return;
    const char *id = item_id(r, node, at);
    r->course->items[at].id = id ? id : "";
    r->course->items[at].title = manifest_title(r, node, "");
    if (!r->course->items[at].title || !r->course->items[at].title[0]) {
        manifest_warn(r, "The item \"%.100s\" has no title; its identifier is shown instead.",
                      r->course->items[at].id);
        r->course->items[at].title = r->course->items[at].id;
    }
    read_values(r, node, &r->course->items[at]);
    resolve(r, manifest, node, at, &last_child, depth);
    read_items(r, manifest, node, at, &last_child, depth + 1);
    /* The array may have moved meanwhile. */
    if (r->course->items[at].type == SCORM_ITEM_NONE && r->course->items[at].first_child != SCORM_NO_ITEM)
        r->course->items[at].type = SCORM_ITEM_CLUSTER;
}

static void read_items(struct manifest_reader *r, const xmlNode *manifest, const xmlNode *parent_node,
                       uint32_t parent, uint32_t *last, int depth)
{
    if (depth > SCORM_ITEM_DEPTH_MAX) {
        r->too_many = true;
        r->too_many_what = "levels of items inside of each other";
        return;
    }
    for (const xmlNode *n = xml_child(parent_node, "item"); n && !r->too_many && !r->a->error;
         n = xml_next(n, "item"))
        read_item(r, manifest, n, parent, last, depth);
}

void manifest_read_organization(struct manifest_reader *r, const xmlNode *manifest,
                                const xmlNode *organization)
{
    uint32_t last = SCORM_NO_ITEM, root;
    const char *id = organization ? xml_attr(r->a, organization, "identifier") : NULL;

    r->course->item_count = 0;
    root = add_item(r, SCORM_NO_ITEM, &last);
    if (root == SCORM_NO_ITEM)
        return;
    r->course->organization = id ? id : "";
    r->course->items[root].id = r->course->organization;
    r->course->items[root].type = SCORM_ITEM_CLUSTER;
    if (!organization)
        return;
    r->course->title = manifest_title(r, organization, "");
    r->course->items[root].title = r->course->title ? r->course->title : "";
    read_values(r, organization, &r->course->items[root]);
    bool global = true;
    xml_bool(r->a, organization, "objectivesGlobalToSystem", &global);
    r->course->global_to_system = global;
    read_items(r, manifest, organization, root, &last, 1);
}

const xmlNode *manifest_default_organization(struct manifest_reader *r, const xmlNode *manifest,
                                             bool *out_named)
{
    const xmlNode *list = xml_child(manifest, "organizations");
    const xmlNode *first = xml_child(list, "organization");
    const char *wanted = list ? xml_attr(r->a, list, "default") : NULL;

    if (out_named)
        *out_named = true;
    for (const xmlNode *n = first; n && wanted && *wanted; n = xml_next(n, "organization")) {
        const char *id = xml_attr(r->a, n, "identifier");
        if (id && strcmp(id, wanted) == 0)
            return n;
    }
    if (out_named)
        *out_named = false;
    return first;
}

/* ---- a package without organizations ------------------------------------------------------ */

static bool is_page(const char *address)
{
    static const char *const endings[] = {".html", ".htm", ".xhtml"};
    size_t len = strcspn(address, "?#");

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncasecmp(address + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

static void item_of_resource(struct manifest_reader *r, const struct manifest_resource *res, uint32_t *last)
{
    uint32_t at = add_item(r, 0, last);

    if (at == SCORM_NO_ITEM)
        return;
    struct scorm_item *item = &r->course->items[at];
    item->id = res->id;
    item->title = res->id;
    item->resource = res->id;
    item->type = res->type;
    item->launch = res->address;
}

void manifest_items_from_resources(struct manifest_reader *r)
{
    uint32_t last = SCORM_NO_ITEM;

    for (size_t i = 0; i < r->resource_count; i++)
        if (r->resources[i].type == SCORM_ITEM_SCO && r->resources[i].address)
            item_of_resource(r, &r->resources[i], &last);
    for (size_t i = 0; i < r->resource_count && last == SCORM_NO_ITEM; i++)
        if (r->resources[i].address && is_page(r->resources[i].address))
            item_of_resource(r, &r->resources[i], &last);
    if (last != SCORM_NO_ITEM)
        manifest_warn(r, "The manifest has no organization with items; its %s is shown as %s.",
                      r->course->items[last].type == SCORM_ITEM_SCO ? "list of SCOs" : "first page", "the course");
}
