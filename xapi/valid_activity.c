/*
 * valid_activity.c - Activities, their definitions and interactions (part 2, section 2.4.4.1).
 */
#include "valid_shapes.h"

#include <string.h>

#include "interaction.h"

static const struct walk_member component_members[] = {
    {"id", walk_string, NULL, true, false},
    {"description", walk_language_map, NULL, false, false},
    {0}};
static const struct shape component = {"an interaction component", component_members, NULL};

/* Within an array of components, ids are distinct. */
static bool distinct_ids(struct walk *w, const json_t *array)
{
    for (size_t i = 1; i < json_array_size(array); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(array, i), "id"));
        for (size_t j = 0; j < i; j++) {
            const char *other = json_string_value(json_object_get(json_array_get(array, j), "id"));
            if (strcmp(id, other) != 0)
                continue;
            walk_enter_index(w, i);
            return walk_fail_at(w, "id", "is the id of an earlier component, too");
        }
    }
    return true;
}

static const struct walk_items components = {walk_shape, &component, 0, distinct_ids};
static const struct walk_items strings = {walk_string, NULL, 0, NULL};

static bool walk_interaction_type(struct walk *w, const json_t *value, const void *arg)
{
    unsigned lists;
    if (!walk_string(w, value, arg))
        return false;
    return interaction_lists(json_string_value(value), json_string_length(value), &lists) ||
           walk_fail(w, "is none of true-false, choice, fill-in, long-fill-in, matching, "
                     "performance, sequencing, likert, numeric and other");
}

static bool definition_rule(struct walk *w, const json_t *object)
{
    static const struct {
        const char *name;
        unsigned bit;
    } lists[] = {{"choices", INTERACTION_CHOICES}, {"scale", INTERACTION_SCALE},
                 {"source", INTERACTION_SOURCE}, {"target", INTERACTION_TARGET},
                 {"steps", INTERACTION_STEPS}, {"correctResponsesPattern", 0}};
    const json_t *type = json_object_get(object, "interactionType");
    unsigned allowed = 0;
    if (type)
        interaction_lists(json_string_value(type), json_string_length(type), &allowed);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (!json_object_get(object, lists[i].name))
            continue;
        if (!type)
            return walk_fail_at(w, "interactionType", "is missing, though there is %s",
                                lists[i].name);
        if (lists[i].bit && !(allowed & lists[i].bit))
            return walk_fail_at(w, lists[i].name, "does not belong to the interactionType %s",
                                json_string_value(type));
    }
    return true;
}

static const struct walk_member definition_members[] = {
    {"name", walk_language_map, NULL, false, false},
    {"description", walk_language_map, NULL, false, false},
    {"type", walk_iri, NULL, false, false},
    {"moreInfo", walk_iri, NULL, false, false},
    {"extensions", walk_extensions, NULL, false, false},
    {"interactionType", walk_interaction_type, NULL, false, false},
    {"correctResponsesPattern", walk_array, &strings, false, false},
    {"choices", walk_array, &components, false, false},
    {"scale", walk_array, &components, false, false},
    {"source", walk_array, &components, false, false},
    {"target", walk_array, &components, false, false},
    {"steps", walk_array, &components, false, false},
    {0}};
static const struct shape definition = {"an Activity definition", definition_members,
                                        definition_rule};

static const struct walk_member activity_members[] = {
    {"objectType", walk_constant, "Activity", false, false},
    {"id", walk_iri, NULL, true, false},
    {"definition", walk_shape, &definition, false, false},
    {0}};
static const struct shape activity = {"an Activity", activity_members, NULL};

bool walk_activity(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return walk_shape(w, value, &activity);
}
