/*
 * interpret_help.h - what the tests of the interpreter share: a library of its own, events
 * and questions in JSON, the statements so far.
 */
#ifndef TESTS_INTERPRET_HELP_H
#define TESTS_INTERPRET_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include <afterword/afterword.h>

#include "handle.h"
#include "log.h"
#include "record.h"

#define HELP __attribute__((unused)) static /* not every test needs each */
#define HOUR INT64_C(3600000)
#define MONDAY INT64_C(1772434800000) /* 2026-03-02T07:00:00Z */

static char dir[64];
static aw *library;
static int64_t clock_ms;

HELP int64_t now(void *user)
{
    (void)user;
    return clock_ms;
}

static const char *const configuration =
    "{\"site\":{\"home_page\":\"https://learn.example.org\"},\"courses\":{\"unknown\":\"accept\"}}";

HELP int setup(void **state)
{
    (void)state;
    aw_error err = AW_ERROR_INIT;
    aw_host host = {.struct_size = sizeof host, .now_ms = now};
    aw_config_source source = {.struct_size = sizeof source, .json = configuration, .state_dir = dir};
    clock_ms = MONDAY;
    snprintf(dir, sizeof dir, "/tmp/afterword-interpret-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    return aw_open(&source, &host, &library, &err) == AW_OK ? 0 : 1;
}

HELP int teardown(void **state)
{
    (void)state;
    char command[128];
    aw_close(library);
    library = NULL;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

/* ---- what the tests say ------------------------------------------------------------- */

HELP void work(void)
{
    aw_error err = AW_ERROR_INIT;
    aw_worker_options o = {.struct_size = sizeof o, .until_idle = 1, .wait_ms = 5000};
    if (aw_worker_run(library, &o, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
}

HELP void link_is(const char *json)
{
    aw_error err = AW_ERROR_INIT;
    if (aw_link_put(library, json, strlen(json), NULL, &err) != AW_OK)
        fail_msg("%s: %s", err.where, err.text);
}

HELP void event(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
HELP void event(const char *fmt, ...)
{
    char json[4096];
    aw_error err = AW_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    vsnprintf(json, sizeof json, fmt, args);
    va_end(args);
    if (aw_notify_json(library, json, strlen(json), &err) != AW_OK)
        fail_msg("%s: %s: %s", json, err.where, err.text);
}

HELP json_t *ask(const char *what, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
HELP json_t *ask(const char *what, const char *fmt, ...)
{
    char args_json[1024], *text = NULL;
    aw_error err = AW_ERROR_INIT;
    va_list args;
    va_start(args, fmt);
    vsnprintf(args_json, sizeof args_json, fmt, args);
    va_end(args);
    if (aw_query(library, what, args_json, &text, &err) != AW_OK)
        fail_msg("%s: %s: %s", what, err.where, err.text);
    json_t *value = json_loads(text, 0, NULL);
    aw_free(text);
    assert_non_null(value);
    return value;
}

/* The learner's only discussion; its id is static until the next call. */
HELP const char *room_of(const char *learner)
{
    static char id[64];
    json_t *all = ask("discussions", "{\"learner\":\"%s\"}", learner);
    assert_int_equal(json_array_size(all), 1);
    snprintf(id, sizeof id, "%s",
             json_string_value(json_object_get(json_array_get(all, 0), "id")));
    json_decref(all);
    return id;
}

HELP size_t dead_letters(void)
{
    json_t *all = ask("dead", "{}");
    size_t n = json_array_size(all);
    json_decref(all);
    return n;
}

HELP size_t notes_of(const char *learner)
{
    json_t *all = ask("notes", "{\"learner\":\"%s\"}", learner);
    size_t n = json_array_size(all);
    json_decref(all);
    return n;
}

/* How many of the learner's notes say this. */
HELP size_t notes_that(const char *learner, const char *say)
{
    json_t *all = ask("notes", "{\"learner\":\"%s\"}", learner), *note;
    size_t n = 0, i;
    json_array_foreach(all, i, note) n += strstr(json_string_value(json_object_get(note, "markdown")), say) != NULL;
    json_decref(all);
    return n;
}

/* Every statement so far. */
HELP json_t *statements(void)
{
    struct log *log = NULL;
    struct log_reader *r = NULL;
    const void *bytes;
    size_t len;
    struct log_pos next;
    struct record record;
    aw_error err = AW_ERROR_INIT;
    json_t *all = json_array();
    assert_int_equal(handle_statements(library, &log, &err), AW_OK);
    assert_int_equal(log_reader_open(log, (struct log_pos){0}, &r, &err), AW_OK);
    while (log_read(r, &bytes, &len, &next, &err) == AW_OK) {
        assert_int_equal(record_read(bytes, len, &record, &err), AW_OK);
        if (record.type == RECORD_STATEMENT)
            json_array_append_new(all, json_loadb(record.json, record.json_len, 0, NULL));
    }
    log_reader_close(r);
    return all;
}

HELP const char *verb_of(const json_t *s)
{
    return json_string_value(
        json_object_get(json_object_get(json_object_get(s, "verb"), "display"), "en"));
}

HELP size_t told(const char *verb)
{
    size_t n = 0, i;
    json_t *all = statements(), *s;
    json_array_foreach(all, i, s) n += strcmp(verb_of(s), verb) == 0;
    json_decref(all);
    return n;
}

HELP void completed(const char *learner, const char *attributes)
{
    event("{\"kind\":\"course_completed\",\"learner\":\"%s\",\"course\":\"c\",\"attributes\":%s}",
          learner, attributes);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
