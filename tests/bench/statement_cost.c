/*
 * statement_cost.c - what one statement costs to write, against a jansson tree of the same.
 *
 *   statement_cost writer|jansson|validate|parse N    does it N times, prints bytes and ns each
 *
 * Under `valgrind --tool=callgrind` with N and 2N the difference of the totals is N times
 * the instructions of one statement (scripts/bench does that).
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "statement.h"
#include "timestamp.h"
#include "valid.h"

#define BASE "https://learn.example.org/xapi/activities/"

static const struct xapi_activity course = {.id = BASE "course/safety-101", .type = XAPI_TYPE_COURSE,
                                            .name = "Fire safety at work", .name_language = "en"};
static const struct xapi_activity grouping[2] = {
    {.id = BASE "course/safety-101", .type = XAPI_TYPE_COURSE, .name = "Fire safety at work",
     .name_language = "en"},
    {.id = BASE "discussion/2d9a7ff47ad7575a", .type = XAPI_TYPE_DISCUSSION,
     .name = "After the fire drill", .name_language = "en"}};
static const struct xapi_activity category = {.id = XAPI_PROFILE_AFTERWORD, .type = XAPI_TYPE_PROFILE};
static const struct xapi_activity tags[2] = {
    {.id = BASE "cohort/emea-2026q1", .type = XAPI_TYPE_TAG, .name = "emea-2026q1", .name_language = "en"},
    {.id = BASE "region/emea", .type = XAPI_TYPE_TAG, .name = "emea", .name_language = "en"}};

static void facts(struct xapi_statement *s)
{
    xapi_statement_init(s);
    uuid5_parse("e63f3a9f-577a-598f-bc6d-f20d0e3d659d", &s->id);
    uuid5_parse("2d9a7ff4-7ad7-575a-a7bd-52cc4b970b7a", &s->registration);
    uuid5_parse("3302aadf-e77a-5490-b0e1-c5f1a79ca610", &s->statement_ref);
    s->has_registration = s->has_statement_ref = true;
    s->timestamp_ms = INT64_C(1772438400001);
    s->actor.home_page = "https://learn.example.org";
    s->actor.account_name = "b8cb701a-82e8-88c5-b2fd-c3b0c073175c";
    s->verb = XAPI_UNLOCKED;
    s->object = grouping[1];
    s->platform = "ExampleLMS";
    s->language = "en";
    s->utc_offset_min = 60;
    s->parent = &course;
    s->grouping = grouping;
    s->category = &category;
    s->other = tags;
    s->parent_count = s->category_count = 1;
    s->grouping_count = s->other_count = 2;
}

static json_t *tree_activity(const struct xapi_activity *a)
{
    json_t *definition = json_pack("{s:s}", "type", xapi_type_iri(a->type));
    if (a->name)
        json_object_set_new(definition, "name", json_pack("{s:s}", a->name_language, a->name));
    return json_pack("{s:s,s:s,s:o}", "objectType", "Activity", "id", a->id, "definition", definition);
}

static json_t *tree_list(const struct xapi_activity *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, tree_activity(&list[i]));
    return array;
}

/* The same statement as anyone would build it with jansson. */
static char *tree(const struct xapi_statement *s)
{
    char id[UUID5_TEXT], registration[UUID5_TEXT], ref[UUID5_TEXT], when[TIMESTAMP_TEXT], offset[8];
    uuid5_text(&s->id, id);
    uuid5_text(&s->registration, registration);
    uuid5_text(&s->statement_ref, ref);
    timestamp_text(s->timestamp_ms, when);
    timestamp_offset_text(s->utc_offset_min, offset);
    json_t *lists = json_pack("{s:o,s:o,s:o,s:o}", "parent", tree_list(s->parent, s->parent_count),
                              "grouping", tree_list(s->grouping, s->grouping_count), "category",
                              tree_list(s->category, s->category_count), "other",
                              tree_list(s->other, s->other_count));
    json_t *root = json_pack(
        "{s:s,s:{s:s,s:{s:s,s:s}},s:{s:s,s:{s:s}},s:o,s:{s:s,s:o,s:s,s:s,s:{s:s,s:s},s:{s:s}},s:s}", "id",
        id, "actor", "objectType", "Agent", "account", "homePage", s->actor.home_page, "name",
        s->actor.account_name, "verb", "id", xapi_verb_iri(s->verb), "display", "en",
        xapi_verb_display(s->verb, "en"), "object", tree_activity(&s->object), "context", "registration",
        registration, "contextActivities", lists, "platform", s->platform, "language", s->language,
        "statement", "objectType", "StatementRef", "id", ref, "extensions", XAPI_EXT_UTC_OFFSET, offset,
        "timestamp", when);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

int main(int argc, char **argv)
{
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 100000;
    const char *what = argc > 1 ? argv[1] : "writer";
    struct xapi_statement s;
    struct buf out = BUF_INIT(1u << 20);
    struct timespec from, to;
    size_t bytes = 0;
    facts(&s);
    if (xapi_statement_write(&out, &s, NULL))
        return 1;
    struct buf text = BUF_INIT(1u << 20);
    buf_append(&text, out.data, out.len);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < n; i++) {
        if (strcmp(what, "writer") == 0) {
            buf_reset(&out);
            s.timestamp_ms++;
            if (xapi_statement_write(&out, &s, NULL))
                return 1;
            bytes = out.len;
        } else if (strcmp(what, "jansson") == 0) {
            char *dumped = tree(&s);
            bytes = dumped ? strlen(dumped) : 0;
            free(dumped);
        } else if (strcmp(what, "parse") == 0) {
            json_t *parsed = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
            bytes = parsed ? text.len : 0;
            json_decref(parsed);
        } else {
            struct xapi_fault fault;
            if (xapi_validate(text.data, text.len, XAPI_1_0_3, &fault))
                return 1;
            bytes = text.len;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("{\"what\":\"%s\",\"n\":%ld,\"bytes\":%zu,\"ns_each\":%.0f}\n", what, n, bytes,
           n ? ns / (double)n : 0);
    buf_free(&out);
    buf_free(&text);
    return 0;
}
