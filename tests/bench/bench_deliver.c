/*
 * bench_deliver.c - from events to statements that an LRS has taken.
 *
 *   bench_deliver worker DIR PORT EVENTS BATCH
 *       the events are in the journal; the worker interprets and delivers them, journal
 *       and statement log durable
 *   bench_deliver post PORT EVENTS BATCH
 *       the same statements built from the same events and posted with libcurl, nothing
 *       kept anywhere
 *   bench_deliver fill DIR EVENTS
 *       only puts events into the journal
 *   bench_deliver some DIR PORT BATCH STATEMENTS
 *       runs the worker until the sink has that many, whatever more there is
 *   bench_deliver idle DIR PORT EVENTS
 *       a worker that sleeps, and an event now and then: prints how long each took to the sink
 * Prints when it began, on the monotonic clock; the sink knows when the last one came.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "buf.h"
#include "event.h"
#include "handle.h"
#include "record.h"
#include "../../module/tell.h" /* scorm has one of the same name */

#define FILL 2000

static aw *open_with_lrs(const char *dir, int port, int batch)
{
    char json[1200];
    snprintf(json, sizeof json,
             "{\"site\":{\"name\":\"Bench\",\"home_page\":\"https://learn.example.org\"},"
             "\"courses\":{\"unknown\":\"accept\"},"
             "\"lrs\":[{\"name\":\"sink\",\"endpoint\":\"http://127.0.0.1:%d/xAPI\","
             "\"version\":\"1.0.3\",\"batch\":{\"statements\":%d,\"bytes\":4000000}}]}", port, batch);
    aw_config_source source = {.struct_size = sizeof source, .json = json,
                               .json_bytes = strlen(json), .state_dir = dir};
    aw_error err = AW_ERROR_INIT;
    aw *self = NULL;
    if (aw_open(&source, NULL, &self, &err) != AW_OK)
        bench_fail("aw_open", &err);
    return self;
}

static void encode(uint64_t n, struct buf *out)
{
    struct bench_event e;
    aw_event full;
    aw_error err = AW_ERROR_INIT;
    bench_event(&e, n);
    if (event_normalize(&e.event, &full, &err) != AW_OK || event_encode(&full, out, &err) != AW_OK)
        bench_fail("event", &err);
}

/* As the hook does it, except that many share a sync. */
static void fill(struct log *journal, uint64_t from, uint64_t count)
{
    struct log_span spans[FILL];
    size_t ends[FILL + 1] = {0};
    struct buf bytes = BUF_INIT(4u << 20);
    aw_error err = AW_ERROR_INIT;
    for (uint64_t done = 0; done < count;) {
        size_t some = count - done < FILL ? (size_t)(count - done) : FILL;
        buf_reset(&bytes);
        for (size_t i = 0; i < some; i++) {
            encode(from + done + i, &bytes);
            ends[i + 1] = bytes.len;
        }
        for (size_t i = 0; i < some; i++)
            spans[i] = (struct log_span){bytes.data + ends[i], ends[i + 1] - ends[i]};
        if (log_append_batch(journal, spans, some, NULL, &err) != AW_OK)
            bench_fail("fill", &err);
        done += some;
    }
    buf_free(&bytes);
}

/* ---- what the sink says --------------------------------------------------- */

struct seen {
    char text[600];
    size_t len;
};

static size_t keep(char *bytes, size_t size, size_t count, void *context)
{
    struct seen *seen = context;
    size_t len = size * count, room = sizeof seen->text - 1 - seen->len;
    memcpy(seen->text + seen->len, bytes, len < room ? len : room);
    seen->len += len < room ? len : room;
    seen->text[seen->len] = 0;
    return len;
}

static uint64_t ask(CURL *curl, int port, const char *what, const char *member)
{
    struct seen seen = {.len = 0};
    char url[120];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", port, what);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &seen);
    if (curl_easy_perform(curl) != CURLE_OK)
        bench_fail("sink", NULL);
    const char *at = member ? strstr(seen.text, member) : NULL;
    return at ? strtoull(at + strlen(member), NULL, 10) : 0;
}

struct watching {
    aw *self;
    int port;
    uint64_t statements;
    volatile int stop;
};

static void *watch(void *context)
{
    struct watching *w = context;
    CURL *curl = curl_easy_init();
    while (ask(curl, w->port, "stats", "\"statements\":") < w->statements)
        usleep(5000);
    w->stop = 1;
    aw_worker_wake(w->self);
    curl_easy_cleanup(curl);
    return NULL;
}

static void *work(void *context)
{
    struct watching *w = context;
    aw_error err = AW_ERROR_INIT;
    aw_worker_options options = {.struct_size = sizeof options, .stop = &w->stop, .wait_ms = 0};
    if (aw_worker_run(w->self, &options, &err) != AW_OK)
        bench_fail("aw_worker_run", &err);
    return NULL;
}

static long peak_kb(void)
{
    char line[200];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = atol(line + 6);
    }
    if (f)
        fclose(f);
    return kb;
}

static int some(const char *dir, int port, int batch, uint64_t statements)
{
    struct watching w = {.port = port, .statements = statements};
    pthread_t watcher;
    w.self = open_with_lrs(dir, port, batch);
    uint64_t start = bench_ns();
    if (pthread_create(&watcher, NULL, watch, &w) != 0)
        return 1;
    work(&w);
    pthread_join(watcher, NULL);
    printf("{\"kind\":\"some\",\"start_ns\":%llu,\"peak_kb\":%ld}\n", (unsigned long long)start,
           peak_kb());
    aw_close(w.self);
    return 0;
}

static int idle(const char *dir, int port, size_t events)
{
    struct watching w = {.port = port};
    uint32_t *took = calloc(events, sizeof *took);
    pthread_t worker;
    CURL *curl = curl_easy_init();
    aw_error err = AW_ERROR_INIT;
    struct timespec before, after;
    w.self = open_with_lrs(dir, port, 50);
    if (!took || pthread_create(&worker, NULL, work, &w) != 0)
        return 1;
    usleep(300000);
    for (size_t i = 0; i < events; i++) {
        struct bench_event e;
        bench_event(&e, i);
        ask(curl, port, "reset?1", NULL);
        uint64_t start = bench_ns(), there;
        if (aw_notify(w.self, &e.event, &err) != AW_OK)
            bench_fail("aw_notify", &err);
        while ((there = ask(curl, port, "stats", "\"mark_ns\":")) == 0)
            usleep(1000);
        took[i] = (uint32_t)(there - start);
        usleep(20000);
    }
    usleep(300000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    usleep(2000000); /* nothing happens: what does it cost? */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    bench_print("idle", took, events, 0, 0);
    printf("{\"kind\":\"asleep\",\"cpu_us_per_s\":%.1f}\n",
           ((double)(after.tv_sec - before.tv_sec) * 1e6 + (double)(after.tv_nsec - before.tv_nsec) / 1e3) / 2);
    w.stop = 1;
    aw_worker_wake(w.self);
    pthread_join(worker, NULL);
    aw_close(w.self);
    curl_easy_cleanup(curl);
    free(took);
    return 0;
}

static int with_worker(const char *dir, int port, uint64_t events, int batch)
{
    aw *self = open_with_lrs(dir, port, batch);
    aw_error err = AW_ERROR_INIT;
    aw_worker_options options = {.struct_size = sizeof options, .until_idle = 1, .wait_ms = 0};
    if (aw_worker_run(self, &options, &err) != AW_OK) /* the tables are made before the clock runs */
        bench_fail("aw_worker_run", &err);
    fill(self->journal, 0, events);
    uint64_t start = bench_ns();
    if (aw_worker_run(self, &options, &err) != AW_OK)
        bench_fail("aw_worker_run", &err);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    aw_close(self);
    printf("{\"kind\":\"worker\",\"start_ns\":%llu,\"rss_kb\":%ld}\n", (unsigned long long)start,
           usage.ru_maxrss);
    return 0;
}

/* The statement of one event, as the worker would write it, for nobody to keep. */
static void build(const struct config *config, const struct identity *identity, uint64_t n,
                  struct buf *scratch, struct buf *out)
{
    struct bench_event e;
    struct record r;
    uuid5 id;
    aw_error err = AW_ERROR_INIT;
    bench_event(&e, n);
    struct tell_scene scene = {.config = config,
                               .identity = identity,
                               .learner = e.event.learner,
                               .attributes = "{\"cohort\":\"emea-2026q1-operations-and-maintenance\","
                                             "\"country\":\"Kingdom of the Netherlands\","
                                             "\"region\":\"emea\",\"role\":\"shift leader, second "
                                             "line, process safety\"}",
                               .utc_offset_min = 60,
                               .time_ms = e.event.time_ms,
                               .course = e.event.course,
                               .course_title = e.event.course_title,
                               .course_language = "en"};
    scene.registration = identity_registration(config, e.event.learner, e.event.course);
    struct tell_facts facts = TELL_FACTS_INIT;
    facts.completion = facts.success = AW_YES;
    facts.score = (struct xapi_score){.has_scaled = true, .scaled = 0.785, .has_raw = true,
                                      .raw = 78.5, .has_min = true, .has_max = true, .max = 100};
    facts.duration_ms = e.event.duration_ms;
    buf_reset(scratch);
    if (tell(TELL_COMPLETED, &scene, &facts, scratch, &id, &err) != AW_OK ||
        record_read(scratch->data, scratch->len, &r, &err) != AW_OK)
        bench_fail("tell", &err);
    buf_append(out, r.json, r.json_len);
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static int with_curl(int port, uint64_t events, int batch)
{
    struct buf body = BUF_INIT(64u << 20), scratch = BUF_INIT(1u << 20);
    aw_config_source source = {.struct_size = sizeof source, .state_dir = "/nonexistent",
        .json = "{\"site\":{\"name\":\"Bench\",\"home_page\":\"https://learn.example.org\"}}"};
    source.json_bytes = strlen(source.json);
    struct config config;
    struct identity identity = {.key = {1, 2, 3}};
    aw_error err = AW_ERROR_INIT;
    char url[100];
    if (config_read(&source, &config, &err) != AW_OK)
        bench_fail("config", &err);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/xAPI/statements", port);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "X-Experience-API-Version: 1.0.3");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 1L << 20);
    uint64_t start = bench_ns();
    for (uint64_t n = 0; n < events;) {
        buf_reset(&body);
        for (int i = 0; i < batch && n < events; i++, n++) {
            buf_putc(&body, i == 0 ? '[' : ',');
            build(&config, &identity, n, &scratch, &body);
        }
        buf_putc(&body, ']');
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
        if (curl_easy_perform(curl) != CURLE_OK)
            bench_fail("post", NULL);
    }
    printf("{\"kind\":\"post\",\"start_ns\":%llu}\n", (unsigned long long)start);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    buf_free(&body);
    buf_free(&scratch);
    config_free(&config);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "worker") == 0)
        return with_worker(argv[2], atoi(argv[3]), (uint64_t)atoll(argv[4]), atoi(argv[5]));
    if (argc == 5 && strcmp(argv[1], "post") == 0)
        return with_curl(atoi(argv[2]), (uint64_t)atoll(argv[3]), atoi(argv[4]));
    if (argc == 4 && strcmp(argv[1], "fill") == 0) {
        aw *self = bench_open(argv[2]);
        fill(self->journal, 0, (uint64_t)atoll(argv[3]));
        aw_close(self);
        return 0;
    }
    if (argc == 6 && strcmp(argv[1], "some") == 0)
        return some(argv[2], atoi(argv[3]), atoi(argv[4]), (uint64_t)atoll(argv[5]));
    if (argc == 5 && strcmp(argv[1], "idle") == 0)
        return idle(argv[2], atoi(argv[3]), (size_t)atol(argv[4]));
    fprintf(stderr, "usage: bench_deliver worker DIR PORT EVENTS BATCH | post PORT EVENTS BATCH | "
                    "fill DIR EVENTS | some DIR PORT BATCH STATEMENTS | idle DIR PORT EVENTS\n");
    return 2;
}
