/*
 * valid_actor.c - Agents, Groups and the authority (part 2, sections 2.4.2 and 2.4.9).
 *
 * An Agent has exactly one Inverse Functional Identifier, a Group at most one; a
 * Group without one is anonymous and must list its members, which are Agents.
 */
#include "valid_shapes.h"

#include <string.h>

static const struct walk_member account_members[] = {
    {"homePage", walk_iri, NULL, true, false},
    {"name", walk_string, NULL, true, false},
    {0}};
static const struct shape account = {"an account", account_members, NULL};

static const char *const identifiers[] = {"mbox", "mbox_sha1sum", "openid", "account"};

/* How many there are; at most one, else the second is the fault. -1 then. */
static int count_identifiers(struct walk *w, const json_t *object)
{
    const char *first = NULL;
    for (size_t i = 0; i < sizeof identifiers / sizeof *identifiers; i++) {
        if (!json_object_get(object, identifiers[i]))
            continue;
        if (first) {
            walk_fail_at(w, identifiers[i], "stands beside %s; only one of mbox, mbox_sha1sum, "
                         "openid and account may identify an actor", first);
            return -1;
        }
        first = identifiers[i];
    }
    return first != NULL;
}

static bool agent_rule(struct walk *w, const json_t *object)
{
    int n = count_identifiers(w, object);
    if (n < 0)
        return false;
    return n == 1 || walk_fail(w, "is an Agent without mbox, mbox_sha1sum, openid or account");
}

static bool group_rule(struct walk *w, const json_t *object)
{
    int n = count_identifiers(w, object);
    if (n < 0)
        return false;
    if (n == 1)
        return true;
    if (!json_object_get(object, "member"))
        return walk_fail_at(w, "member", "is missing; an anonymous Group needs it");
    return json_array_size(json_object_get(object, "member")) > 0 ||
           walk_fail_at(w, "member", "is empty; an anonymous Group is its members");
}

#define IDENTIFYING_MEMBERS                                                                        \
    {"name", walk_string, NULL, false, false}, {"mbox", walk_mailto, NULL, false, false},          \
        {"mbox_sha1sum", walk_sha1, NULL, false, false}, {"openid", walk_uri, NULL, false, false}, \
        {"account", walk_shape, &account, false, false}

static const struct walk_member agent_members[] = {
    {"objectType", walk_constant, "Agent", false, false}, IDENTIFYING_MEMBERS, {0}};
static const struct shape agent = {"an Agent", agent_members, agent_rule};

static const struct walk_items agents = {walk_agent, NULL, 0, NULL};
static const struct walk_member group_members[] = {
    {"objectType", walk_constant, "Group", true, false},
    IDENTIFYING_MEMBERS,
    {"member", walk_array, &agents, false, false},
    {0}};
static const struct shape group = {"a Group", group_members, group_rule};

static bool says_group(const json_t *value)
{
    const char *type = json_string_value(json_object_get(value, "objectType"));
    return type && strcmp(type, "Group") == 0;
}

bool walk_agent(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return walk_shape(w, value, &agent);
}

bool walk_group(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return walk_shape(w, value, &group);
}

bool walk_actor(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    return walk_shape(w, value, says_group(value) ? &group : &agent);
}

/* An Agent, or of three-legged OAuth an anonymous Group of two Agents, one of them the
 * application, known by its account. */
bool walk_authority(struct walk *w, const json_t *value, const void *arg)
{
    (void)arg;
    if (!says_group(value))
        return walk_shape(w, value, &agent);
    if (!walk_shape(w, value, &group))
        return false;
    for (size_t i = 0; i < sizeof identifiers / sizeof *identifiers; i++)
        if (json_object_get(value, identifiers[i]))
            return walk_fail_at(w, identifiers[i], "identifies a Group, but a Group that is the "
                                "authority must be anonymous");
    const json_t *members = json_object_get(value, "member");
    if (json_array_size(members) != 2)
        return walk_fail_at(w, "member", "has %zu Agents; the authority of OAuth is a Group of two",
                            json_array_size(members));
    for (size_t i = 0; i < 2; i++)
        if (json_object_get(json_array_get(members, i), "account"))
            return true;
    return walk_fail_at(w, "member", "has no Agent with an account: one of the two must be the "
                        "OAuth application");
}
