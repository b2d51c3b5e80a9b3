/*
 * write_activity.c - an Activity with its definition, and the interaction it may be.
 *
 * Which lists of components an interaction may have is the specification's table
 * (part 2, section 2.4.4.1): choices for choice and sequencing, scale for likert,
 * source and target for matching, steps for performance.
 */
#include "write.h"

#include "interaction.h"
#include "vocab.h"

/* Opens the definition at its first member, else writes the comma. */
static void next_member(struct writer *w, bool *open)
{
    if (*open)
        WRITE(w, ",");
    else
        WRITE(w, ",\"definition\":{");
    *open = true;
}

static void write_component(struct writer *w, const char *member, const struct xapi_component *c,
                            const char *language)
{
    if (!c->id || !*c->id) {
        write_fault(w, AW_EINVAL, member, "a component has no id");
        return;
    }
    WRITE(w, "{\"id\":");
    write_text(w, member, c->id);
    write_language_map(w, "description", language, c->text, true);
    WRITE(w, "}");
}

static void write_components(struct writer *w, const char *name, unsigned allowed, unsigned bit,
                             const struct xapi_component *list, size_t count, const char *language)
{
    if (count == 0)
        return;
    if (!(allowed & bit)) {
        write_fault(w, AW_EINVAL, name, "this interactionType has no such list");
        return;
    }
    WRITE(w, ",\"");
    write_bytes(w, name, strlen(name));
    WRITE(w, "\":[");
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i && list[i].id && list[j].id; j++)
            if (strcmp(list[i].id, list[j].id) == 0)
                write_fault(w, AW_EINVAL, name, "two components have the same id");
        if (i > 0)
            WRITE(w, ",");
        write_component(w, name, &list[i], language);
    }
    WRITE(w, "]");
}

static void write_interaction(struct writer *w, const struct xapi_activity *a)
{
    unsigned lists = 0;
    if (!interaction_lists(a->interaction_type, strlen(a->interaction_type), &lists)) {
        write_fault(w, AW_EINVAL, "definition.interactionType",
                    "not one of the specification's: choice, true-false, fill-in ...");
        return;
    }
    WRITE(w, "\"interactionType\":");
    write_text(w, "definition.interactionType", a->interaction_type);
    if (a->correct_pattern_count > 0) {
        WRITE(w, ",\"correctResponsesPattern\":[");
        for (size_t i = 0; i < a->correct_pattern_count; i++) {
            if (i > 0)
                WRITE(w, ",");
            write_text(w, "definition.correctResponsesPattern", a->correct_patterns[i]);
        }
        WRITE(w, "]");
    }
    const char *language = a->description_language && *a->description_language
                               ? a->description_language : a->name_language;
    write_components(w, "choices", lists, INTERACTION_CHOICES, a->choices, a->choice_count, language);
    write_components(w, "scale", lists, INTERACTION_SCALE, a->scale, a->scale_count, language);
    write_components(w, "source", lists, INTERACTION_SOURCE, a->source, a->source_count, language);
    write_components(w, "target", lists, INTERACTION_TARGET, a->target, a->target_count, language);
    write_components(w, "steps", lists, INTERACTION_STEPS, a->steps, a->step_count, language);
}

static void write_extensions(struct writer *w, const struct xapi_activity *a)
{
    bool first = true;
    WRITE(w, "\"extensions\":{");
    if (a->topic_type) {
        WRITE(w, "\"" XAPI_EXT_TOPIC_TYPE "\":");
        write_text(w, "definition.extensions", a->topic_type);
        first = false;
    }
    if (a->extensions_json)
        write_extension_members(w, "definition.extensions", a->extensions_json,
                                a->topic_type ? XAPI_EXT_TOPIC_TYPE : NULL, &first);
    WRITE(w, "}");
}

void write_activity(struct writer *w, const struct xapi_activity *a)
{
    bool open = false;
    WRITE(w, "{\"objectType\":\"Activity\",\"id\":");
    write_iri(w, "id", a->id);
    if ((unsigned)a->type >= XAPI_TYPE_COUNT) {
        write_fault(w, AW_EINVAL, "definition.type", "not one of the activity types in vocab.c");
        return;
    }
    const struct vocab_type *type = &vocab_types[a->type];
    if (type->iri) {
        next_member(w, &open);
        write_bytes(w, type->member.text, type->member.len);
    }
    if (a->name && *a->name) {
        next_member(w, &open);
        write_language_map(w, "name", a->name_language, a->name, false);
    }
    if (a->description && *a->description) {
        next_member(w, &open);
        write_language_map(w, "description", a->description_language, a->description, false);
    }
    if (a->interaction_type) {
        next_member(w, &open);
        write_interaction(w, a);
    } else if (a->correct_pattern_count || a->choice_count || a->scale_count || a->source_count ||
               a->target_count || a->step_count) {
        write_fault(w, AW_EINVAL, "definition.interactionType",
                    "missing, though components of an interaction are given");
    }
    if (a->topic_type || a->extensions_json) {
        next_member(w, &open);
        write_extensions(w, a);
    }
    if (open)
        WRITE(w, "}");
    WRITE(w, "}");
}
