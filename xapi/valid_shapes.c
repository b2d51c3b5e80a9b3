/*
 * valid_shapes.c - statements, SubStatements and what they are made of: the tables.
 *
 * Part 2 of xAPI 1.0.3, sections 2.4.3 to 2.4.11; where 2.0.0 (IEEE 9274.1.1)
 * differs, the table or the rule says so.
 */
#include "valid_shapes.h"

#include <string.h>

/* ---- verb, result ------------------------------------------------------------ */

static const struct walk_member verb_members[] = {
    {"id", walk_iri, NULL, true, false},
    {"display", walk_language_map, NULL, false, false},
    {0}};
static const struct shape verb = {"a Verb", verb_members, NULL};

static bool score_rule(struct walk *w, const json_t *object)
{
    const json_t *scaled = json_object_get(object, "scaled"), *raw = json_object_get(object, "raw");
    const json_t *min = json_object_get(object, "min"), *max = json_object_get(object, "max");
    double s = json_number_value(scaled), r = json_number_value(raw);
    if (scaled && (s < -1 || s > 1))
        return walk_fail_at(w, "scaled", "is not from -1 to 1");
    if (min && max && json_number_value(min) >= json_number_value(max))
        return walk_fail_at(w, "min", "is not less than max");
    if (raw && min && r < json_number_value(min))
        return walk_fail_at(w, "raw", "is less than min");
    if (raw && max && r > json_number_value(max))
        return walk_fail_at(w, "raw", "is greater than max");
    return true;
}

static const struct walk_member score_members[] = {
    {"scaled", walk_number, NULL, false, false},
    {"raw", walk_number, NULL, false, false},
    {"min", walk_number, NULL, false, false},
    {"max", walk_number, NULL, false, false},
    {0}};
static const struct shape score = {"a Score", score_members, score_rule};

static const struct walk_member result_members[] = {
    {"score", walk_shape, &score, false, false},
    {"success", walk_bool, NULL, false, false},
    {"completion", walk_bool, NULL, false, false},
    {"response", walk_string, NULL, false, false},
    {"duration", walk_duration, NULL, false, false},
    {"extensions", walk_extensions, NULL, false, false},
    {0}};
static const struct shape result = {"a Result", result_members, NULL};

/* ---- context ----------------------------------------------------------------- */

static const struct walk_member statement_ref_members[] = {
    {"objectType", walk_constant, "StatementRef", true, false},
    {"id", walk_uuid, NULL, true, false},
    {0}};
static const struct shape statement_ref = {"a StatementRef", statement_ref_members, NULL};

static const struct walk_items activities = {walk_activity, NULL, 0, NULL};
static const struct walk_member context_activity_members[] = {
    {"parent", walk_one_or_array, &activities, false, false},
    {"grouping", walk_one_or_array, &activities, false, false},
    {"category", walk_one_or_array, &activities, false, false},
    {"other", walk_one_or_array, &activities, false, false},
    {0}};
static const struct shape context_activities = {"contextActivities", context_activity_members,
                                                NULL};

static const struct walk_items relevant_types = {walk_iri, NULL, 1, NULL};
static const struct walk_member context_agent_members[] = {
    {"objectType", walk_constant, "contextAgent", false, false},
    {"agent", walk_agent, NULL, true, false},
    {"relevantTypes", walk_array, &relevant_types, false, false},
    {0}};
static const struct shape context_agent = {"a contextAgent", context_agent_members, NULL};
static const struct walk_items context_agents = {walk_shape, &context_agent, 0, NULL};

static const struct walk_items agents = {walk_agent, NULL, 0, NULL};
static const struct walk_member context_group_members[] = {
    {"objectType", walk_constant, "contextGroup", false, false},
    {"group", walk_group, NULL, true, false},
    {"relevantTypes", walk_array, &relevant_types, false, false},
    /* no property of the specification, but ADL's conformance suite has it beside group */
    {"member", walk_array, &agents, false, false},
    {0}};
static const struct shape context_group = {"a contextGroup", context_group_members, NULL};
static const struct walk_items context_groups = {walk_shape, &context_group, 0, NULL};

static const struct walk_member context_members[] = {
    {"registration", walk_uuid, NULL, false, false},
    {"instructor", walk_actor, NULL, false, false},
    {"team", walk_group, NULL, false, false},
    {"contextActivities", walk_shape, &context_activities, false, false},
    {"contextAgents", walk_array, &context_agents, false, true},
    {"contextGroups", walk_array, &context_groups, false, true},
    {"revision", walk_string, NULL, false, false},
    {"platform", walk_string, NULL, false, false},
    {"language", walk_language, NULL, false, false},
    {"statement", walk_shape, &statement_ref, false, false},
    {"extensions", walk_extensions, NULL, false, false},
    {0}};
static const struct shape context = {"a Context", context_members, NULL};

/* ---- attachments ------------------------------------------------------------- */

static bool attachment_rule(struct walk *w, const json_t *object)
{
    const char *usage = json_string_value(json_object_get(object, "usageType"));
    const char *type = json_string_value(json_object_get(object, "contentType"));
    /* section 2.6: a signature is bytes, whatever the parameters of its type */
    return strcmp(usage, SIGNATURE_USAGE) != 0 || strcmp(type, "application/octet-stream") == 0 ||
           walk_fail_at(w, "contentType", "of a signature must be application/octet-stream");
}

static const struct walk_member attachment_members[] = {
    {"usageType", walk_iri, NULL, true, false},
    {"display", walk_language_map, NULL, true, false},
    {"description", walk_language_map, NULL, false, false},
    {"contentType", walk_media_type, NULL, true, false},
    {"length", walk_size, NULL, true, false},
    {"sha2", walk_sha2, NULL, true, false},
    {"fileUrl", walk_iri, NULL, false, false},
    {0}};
static const struct shape attachment = {"an Attachment", attachment_members, attachment_rule};
static const struct walk_items attachments = {walk_shape, &attachment, 0, NULL};

/* ---- object, statement ------------------------------------------------------- */

static const struct shape shape_sub_statement; /* defined below */

/* The object of a statement, or of a SubStatement if arg is not NULL. Without objectType it
 * is an Activity, whatever else is in it. */
static bool walk_object(struct walk *w, const json_t *value, const void *arg)
{
    static const char sub[] = "SubStatement";
    const json_t *type = json_object_get(value, "objectType");
    const char *name = json_string_value(type);
    if (!name || strcmp(name, "Activity") == 0)
        return walk_activity(w, value, NULL);
    if (strcmp(name, "Agent") == 0 || strcmp(name, "Group") == 0)
        return walk_actor(w, value, NULL);
    if (strcmp(name, "StatementRef") == 0)
        return walk_shape(w, value, &statement_ref);
    if (strcmp(name, sub) != 0)
        return walk_fail_at(w, "objectType", "is none of Activity, Agent, Group, StatementRef and "
                            "SubStatement");
    if (arg)
        return walk_fail_at(w, "objectType", "a SubStatement may not hold another");
    return walk_shape(w, value, &shape_sub_statement);
}

static bool is_activity(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "objectType"));
    return !type || strcmp(type, "Activity") == 0;
}

/* revision and platform are for Activities only (section 2.4.6.s4). */
static bool context_rule(struct walk *w, const json_t *statement)
{
    const json_t *ctx = json_object_get(statement, "context");
    if (!ctx || is_activity(json_object_get(statement, "object")))
        return true;
    for (size_t i = 0; i < 2; i++) {
        const char *name = i ? "platform" : "revision";
        if (!json_object_get(ctx, name))
            continue;
        walk_enter(w, "context");
        return walk_fail_at(w, name, "may be used only where the object is an Activity");
    }
    return true;
}

static bool statement_rule(struct walk *w, const json_t *statement)
{
    const json_t *object = json_object_get(statement, "object");
    const char *id = json_string_value(json_object_get(json_object_get(statement, "verb"), "id"));
    const char *type = json_string_value(json_object_get(object, "objectType"));
    if (strcmp(id, "http://adlnet.gov/expapi/verbs/voided") == 0 &&
        (!type || strcmp(type, "StatementRef") != 0)) {
        walk_enter(w, "object");
        return walk_fail_at(w, "objectType", "must be StatementRef where the verb is voided");
    }
    return context_rule(w, statement);
}

static bool walk_version(struct walk *w, const json_t *value, const void *arg)
{
    enum xapi_version found;
    if (!walk_string(w, value, arg))
        return false;
    const char *text = json_string_value(value);
    /* An LRS of 2.0 goes on taking statements of 1.0 (2.0.0, section 4.2.4.3). */
    return (xapi_version_parse(text, &found) && found <= w->version) ||
           walk_fail(w, "is not %s", w->version == XAPI_1_0_3 ? "1.0.x" : "1.0.x or 2.0.x");
}

#define COMMON_MEMBERS(object_arg)                                                                 \
    {"actor", walk_actor, NULL, true, false}, {"verb", walk_shape, &verb, true, false},            \
        {"object", walk_object, object_arg, true, false},                                          \
        {"result", walk_shape, &result, false, false},                                             \
        {"context", walk_shape, &context, false, false},                                           \
        {"timestamp", walk_timestamp, NULL, false, false},                                         \
        {"attachments", walk_array, &attachments, false, false}

static const struct walk_member sub_statement_members[] = {
    {"objectType", walk_constant, "SubStatement", true, false}, COMMON_MEMBERS(""), {0}};
static const struct shape shape_sub_statement = {"a SubStatement", sub_statement_members, context_rule};

static const struct walk_member statement_members[] = {
    {"id", walk_uuid, NULL, false, false},
    COMMON_MEMBERS(NULL),
    {"stored", walk_timestamp, NULL, false, false},
    {"authority", walk_authority, NULL, false, false},
    {"version", walk_version, NULL, false, false},
    {0}};
const struct shape shape_statement = {"a Statement", statement_members, statement_rule};
