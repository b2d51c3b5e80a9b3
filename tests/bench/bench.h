/* bench.h - what the bench programs share: a clock, percentiles, an event of about 600 bytes. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <afterword/afterword.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline uint64_t bench_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static inline void bench_fail(const char *what, const aw_error *err)
{
    fprintf(stderr, "%s: %s: %s\n", what, err ? err->where : "", err ? err->text : "failed");
    exit(1);
}

/* Sorts ns[]; prints one JSON object with the percentiles in microseconds. */
static inline void bench_print(const char *kind, uint32_t *ns, size_t count, double seconds,
                               uint64_t bytes)
{
    qsort(ns, count, sizeof *ns, bench_compare);
    printf("{\"kind\":\"%s\",\"events\":%zu,\"seconds\":%.4f,\"rate\":%.1f,\"p50_us\":%.2f,"
           "\"p99_us\":%.2f,\"max_us\":%.2f,\"bytes\":%llu}\n",
           kind, count, seconds, seconds > 0 ? (double)count / seconds : 0,
           count ? ns[count / 2] / 1e3 : 0, count ? ns[count * 99 / 100] / 1e3 : 0,
           count ? ns[count - 1] / 1e3 : 0, (unsigned long long)bytes);
}

static inline aw *bench_open(const char *state_dir)
{
    static const char json[] =
        "{\"site\":{\"name\":\"Bench\",\"home_page\":\"https://learn.example.org\"},"
        "\"courses\":{\"unknown\":\"accept\"}}";
    aw_config_source source = {.struct_size = sizeof source, .json = json,
                               .json_bytes = sizeof json - 1, .state_dir = state_dir};
    aw_error err = AW_ERROR_INIT;
    aw *self = NULL;
    if (aw_open(&source, NULL, &self, &err) != AW_OK)
        bench_fail("aw_open", &err);
    return self;
}

/* Event number n: its texts are in `text`, which must live as long as it. */
struct bench_event {
    aw_event event;
    aw_attribute attributes[4];
    char key[32], learner[32], title[300];
};

static inline void bench_event(struct bench_event *e, uint64_t n)
{
    memset(e, 0, sizeof *e);
    snprintf(e->key, sizeof e->key, "bench-%016llu", (unsigned long long)n);
    snprintf(e->learner, sizeof e->learner, "learner-%010llu", (unsigned long long)n);
    memset(e->title, 'T', sizeof e->title - 1);
    aw_event start = AW_EVENT_INIT;
    e->event = start;
    e->event.kind = AW_EVENT_COURSE_COMPLETED;
    e->event.key = e->key;
    e->event.time_ms = 1772438400000 + (int64_t)n;
    e->event.utc_offset_min = 60;
    e->event.learner = e->learner;
    e->event.course = "safety-101";
    e->event.course_title = e->title;
    e->event.language = "en";
    e->event.success = AW_YES;
    e->event.score_given = AW_SCORE_SCALED | AW_SCORE_RAW | AW_SCORE_MIN | AW_SCORE_MAX;
    e->event.score_scaled = 0.785;
    e->event.score_raw = 78.5;
    e->event.score_max = 100;
    e->event.duration_ms = 3723000;
    e->attributes[0] = (aw_attribute){"cohort", "emea-2026q1-operations-and-maintenance"};
    e->attributes[1] = (aw_attribute){"region", "emea"};
    e->attributes[2] = (aw_attribute){"country", "Kingdom of the Netherlands"};
    e->attributes[3] = (aw_attribute){"role", "shift leader, second line, process safety"};
    e->event.attributes = e->attributes;
    e->event.attribute_count = 4;
}

#endif
