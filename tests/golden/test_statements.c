/*
 * test_statements.c - events in, statements out: each folder of statements/ is one case.
 *
 *   input.json     {about, before?, events, links?, courses?, privacy?}: `before` happens first
 *                  and is not looked at; "{discussion}" stands for the id of the discussion that
 *                  the first link opened; a body that is an object is a commit, sent as text
 *   expected.json  the statements that `events` lead to, in their order
 *
 * The whole product runs: hook, journal, worker, the provider `local`; only the
 * clock and the key of the pseudonyms are fixed. Every statement is held against
 * the validator in both versions, against our profile's templates, and the whole
 * of a case against its patterns. AW_GOLDEN_WRITE=1 writes expected.json anew:
 * read the difference before you commit it, for the bytes are a promise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <afterword/afterword.h>

#include "buf.h"
#include "fs.h"
#include "log.h"
#include "profile.h"
#include "profile_set.h"
#include "record.h"
#include "timestamp.h"
#include "valid.h"

#define KEY_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct scene {
    char dir[64];
    aw *aw;
    int64_t now_ms;
    char discussion[64];
};

static int64_t now(void *user)
{
    return ((struct scene *)user)->now_ms;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void must(int rc, const aw_error *err, const char *what)
{
    if (rc != AW_OK)
        fail_msg("%s: %s %s: %s", what, aw_code_name(rc), err->where, err->text);
}

/* ---- the product -------------------------------------------------------------- */

static json_t *configuration(const json_t *input, const struct scene *s)
{
    char key[128];
    snprintf(key, sizeof key, "%s/key", s->dir);
    json_t *privacy = json_deep_copy(json_object_get(input, "privacy"));
    if (!privacy)
        privacy = json_object();
    json_object_set_new(privacy, "key_file", json_string(key));
    return json_pack("{s:{s:s,s:s,s:s,s:s},s:o,s:[{s:s,s:s}],s:{s:s}}", "site", "name", "Example LMS",
                     "home_page", "https://learn.example.org", "base_iri",
                     "https://learn.example.org/xapi", "language", "en", "privacy", privacy, "forums",
                     "name", "local", "type", "local", "courses", "unknown", "accept");
}

static void start(struct scene *s, const json_t *input)
{
    aw_error err = AW_ERROR_INIT;
    char path[128];
    strcpy(s->dir, "/tmp/aw-golden-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(path, sizeof path, "%s/key", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(KEY_HEX "\n", f);
    fclose(f);
    chmod(path, 0600);
    snprintf(path, sizeof path, "%s/state", s->dir);
    json_t *config = configuration(input, s);
    char *text = json_dumps(config, JSON_COMPACT);
    aw_config_source source = {.struct_size = sizeof source, .json = text, .json_bytes = strlen(text),
                               .state_dir = path};
    aw_host host = {.struct_size = sizeof host, .user = s, .now_ms = now};
    s->now_ms = INT64_C(1772438400000); /* 2026-03-02T08:00:00Z */
    must(aw_open(&source, &host, &s->aw, &err), &err, "open");
    free(text);
    json_decref(config);
}

static void stop(struct scene *s)
{
    aw_close(s->aw);
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void work(struct scene *s)
{
    aw_error err = AW_ERROR_INIT;
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = 1, .wait_ms = 5000};
    must(aw_worker_run(s->aw, &options, &err), &err, "worker");
}

static const char *source_dir(void)
{
    const char *dir = getenv("AW_SOURCE");
    return dir ? dir : ".";
}

static void set_up(struct scene *s, const json_t *input)
{
    static const char default_link[] =
        "{\"id\":\"fire-safety\",\"course\":\"fire-101\",\"title\":\"After the fire drill\",\"prompt\":"
        "\"What did **your** drill look like?\",\"language\":\"en\",\"experts\":[\"u-9\"],\"managers\":"
        "[\"u-1\"]}";
    aw_error err = AW_ERROR_INIT;
    const json_t *courses = json_object_get(input, "courses"), *links = json_object_get(input, "links");
    if (!courses)
        must(aw_course_add(s->aw, "fire-101", "Fire safety at work", NULL, NULL, &err), &err, "course");
    for (size_t i = 0; i < json_array_size(courses); i++) {
        const json_t *c = json_array_get(courses, i);
        const char *package = json_string_value(json_object_get(c, "package"));
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", source_dir(), package ? package : "");
        must(aw_course_add(s->aw, json_string_value(json_object_get(c, "id")),
                           json_string_value(json_object_get(c, "title")), package ? path : NULL, NULL, &err),
             &err, "course");
    }
    if (!links)
        must(aw_link_put(s->aw, default_link, strlen(default_link), NULL, &err), &err, "link");
    for (size_t i = 0; i < json_array_size(links); i++) {
        char *text = json_dumps(json_array_get(links, i), JSON_COMPACT);
        must(aw_link_put(s->aw, text, strlen(text), NULL, &err), &err, "link");
        free(text);
    }
}

static void find_discussion(struct scene *s)
{
    aw_error err = AW_ERROR_INIT;
    char *text = NULL;
    must(aw_query(s->aw, "discussions", "{}", &text, &err), &err, "query");
    json_t *answer = json_loads(text, 0, NULL);
    const json_t *list = json_is_array(answer) ? answer : json_object_get(answer, "discussions");
    const char *id = json_string_value(json_object_get(json_array_get(list, 0), "id"));
    if (!id)
        id = json_string_value(json_object_get(json_array_get(list, 0), "discussion"));
    snprintf(s->discussion, sizeof s->discussion, "%s", id ? id : "");
    json_decref(answer);
    aw_free(text);
}

/* Events one by one, each interpreted before the next, the clock a second behind each. */
static void notify_all(struct scene *s, const json_t *events)
{
    aw_error err = AW_ERROR_INIT;
    for (size_t i = 0; i < json_array_size(events); i++) {
        json_t *event = json_deep_copy(json_array_get(events, i));
        const char *discussion = json_string_value(json_object_get(event, "discussion"));
        if (discussion && strcmp(discussion, "{discussion}") == 0) {
            if (!s->discussion[0])
                find_discussion(s);
            json_object_set_new(event, "discussion", json_string(s->discussion));
        }
        const json_t *body = json_object_get(event, "body");
        if (json_is_object(body)) { /* a commit: text of JSON within the JSON */
            char *text = json_dumps(body, JSON_COMPACT);
            json_object_set_new(event, "body", json_string(text));
            free(text);
        }
        char *text = json_dumps(event, JSON_COMPACT);
        const char *time = json_string_value(json_object_get(event, "time"));
        int64_t happened_ms = 0;
        if (time && timestamp_parse(time, strlen(time), &happened_ms, NULL) && happened_ms > s->now_ms)
            s->now_ms = happened_ms;
        s->now_ms += 1000;
        must(aw_notify_json(s->aw, text, strlen(text), &err), &err, text);
        work(s);
        free(text);
        json_decref(event);
    }
}

/* ---- the statements ------------------------------------------------------------ */

/* All there are, as an array of what was parsed. */
static json_t *statements(const struct scene *s)
{
    aw_error err = AW_ERROR_INIT;
    char dir[128];
    snprintf(dir, sizeof dir, "%s/state/statements", s->dir);
    struct log_options options = {.dir = dir};
    struct log *log = NULL;
    struct log_reader *reader = NULL;
    struct log_pos at = {0};
    json_t *all = json_array();
    must(log_open(&options, &log, &err), &err, dir);
    must(log_reader_open(log, at, &reader, &err), &err, dir);
    const void *bytes;
    size_t len;
    int rc;
    while ((rc = log_read(reader, &bytes, &len, &at, &err)) == AW_OK) {
        struct record r;
        struct xapi_fault fault;
        must(record_read(bytes, len, &r, &err), &err, "record");
        if (r.type != RECORD_STATEMENT)
            continue;
        for (int v = XAPI_1_0_3; v <= XAPI_2_0_0; v++)
            if (xapi_validate(r.json, r.json_len, (enum xapi_version)v, &fault))
                fail_msg("%s: %s in %.*s", fault.path, fault.reason, (int)r.json_len, r.json);
        json_array_append_new(all, json_loadb(r.json, r.json_len, JSON_REJECT_DUPLICATES, NULL));
    }
    assert_int_equal(rc, AW_EAGAIN);
    log_reader_close(reader);
    log_close(log);
    return all;
}

static void print_fault(void *context, const char *statement, const char *subject, const char *where,
                        const char *reason)
{
    (void)context;
    print_error("%s: %s: %s: %s\n", statement, subject, where, reason);
}

/* ADL's profile too, where it is at hand: SCORM statements follow it. */
static bool add_scorm_profile(struct profile_set *set)
{
    aw_error err = AW_ERROR_INIT;
    char path[4096], *text = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/data/xapi/scorm-profile.jsonld",
             getenv("AW_SHARED") ? getenv("AW_SHARED") : "");
    bool there = fs_read(path, 1u << 20, &text, &len, &err) == AW_OK;
    if (there)
        must(profile_set_add(set, text, len, true, &err), &err, path);
    free(text);
    return there;
}

static void check_profile(const json_t *all)
{
    aw_error err = AW_ERROR_INIT;
    struct profile_set *set = profile_set_new();
    struct profile_counts counts;
    char *text = json_dumps(all, JSON_COMPACT);
    must(profile_set_add(set, (const char *)xapi_profile_document, xapi_profile_document_len, false, &err), &err,
         "profile");
    bool scorm = add_scorm_profile(set);
    must(profile_set_statement(set, text, strlen(text), 1, &err), &err, "statements");
    must(profile_set_check(set, print_fault, NULL, &counts, &err), &err, "check");
    assert_int_equal(counts.faults, 0);
    assert_true(counts.unclaimed == 0 || !scorm);
    profile_set_free(set);
    free(text);
}

/* For the judges of tests/integration: one statement a line. */
static void keep_emitted(const json_t *all, const char *name)
{
    const char *build = getenv("AW_BUILD");
    char path[4096];
    if (!build)
        return;
    snprintf(path, sizeof path, "%s/emitted", build);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/emitted/golden-%s.jsonl", build, name);
    FILE *f = fopen(path, "w");
    for (size_t i = 0; f && i < json_array_size(all); i++) {
        json_dumpf(json_array_get(all, i), f, JSON_COMPACT);
        fputc('\n', f);
    }
    if (f)
        fclose(f);
}

/* ---- one case ---------------------------------------------------------------------- */

static void compare(const json_t *all, size_t from, const char *folder)
{
    char path[4096];
    json_t *got = json_array();
    for (size_t i = from; i < json_array_size(all); i++)
        json_array_append(got, json_array_get(all, i));
    snprintf(path, sizeof path, "%s/expected.json", folder);
    if (getenv("AW_GOLDEN_WRITE"))
        assert_int_equal(json_dump_file(got, path, JSON_INDENT(1) | JSON_REAL_PRECISION(15)), 0);
    json_error_t error;
    json_t *want = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!want)
        fail_msg("%s: %s", path, error.text);
    if (!json_equal(got, want)) {
        char *text = json_dumps(got, JSON_INDENT(1));
        fail_msg("%s differs; there came\n%s", path, text);
    }
    json_decref(want);
    json_decref(got);
}

static void run_case(void **state)
{
    const char *folder = *state;
    char path[4096];
    struct scene s = {0};
    snprintf(path, sizeof path, "%s/input.json", folder);
    json_error_t error;
    json_t *input = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!input)
        fail_msg("%s: %s", path, error.text);
    start(&s, input);
    set_up(&s, input);
    notify_all(&s, json_object_get(input, "before"));
    json_t *before = statements(&s);
    notify_all(&s, json_object_get(input, "events"));
    json_t *all = statements(&s);
    stop(&s);
    check_profile(all);
    keep_emitted(all, strrchr(folder, '/') + 1);
    compare(all, json_array_size(before), folder);
    json_decref(before);
    json_decref(all);
    json_decref(input);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

int main(void)
{
    static struct CMUnitTest tests[128];
    static char folders[128][512];
    char root[400];
    size_t count = 0;
    snprintf(root, sizeof root, "%s/tests/golden/statements", source_dir());
    DIR *d = opendir(root);
    if (!d) {
        perror(root);
        return 1;
    }
    for (struct dirent *e; (e = readdir(d)) && count < 128;) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(folders[count], sizeof folders[count], "%.390s/%.100s", root, e->d_name);
        tests[count] = (struct CMUnitTest){strrchr(folders[count], '/') + 1, run_case, NULL, NULL,
                                           folders[count]};
        count++;
    }
    closedir(d);
    qsort(tests, count, sizeof *tests, by_name);
    return count == 0 ? 1 : _cmocka_run_group_tests("golden.statements", tests, count, NULL, NULL);
}
