/*
 * lrs_send.c - sends statements (JSON, one a line) to one LRS with xapi/deliver.h and says
 * what happened as JSON lines: what the tests of delivery drive.
 *
 *   lrs_send CONFIG.json STATEMENTS.jsonl [--seconds N] [--until-stopped] [--files DIR]
 *
 * CONFIG.json is one element of "lrs". It ends when all is settled, after N seconds (60), with
 * --until-stopped as soon as delivery needs a person, and on SIGTERM as a worker would.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "deliver.h"
#include "fs.h"
#include "json.h"
#include "timestamp.h"

struct sending {
    struct xapi_outgoing *statements;
    size_t count, done;
    struct xapi_lrs *lrs;
    enum xapi_alert alert;
};

static volatile int stop;

static void on_term(int number)
{
    (void)number;
    stop = 1;
}

static void say_text(const char *name, const char *text)
{
    struct buf b = BUF_INIT(65536);
    buf_json_str(&b, text);
    printf(",\"%s\":%s", name, b.error == AW_OK ? b.data : "\"?\"");
    buf_free(&b);
}

static int on_dead(void *context, size_t index, const char *code, const char *text)
{
    struct sending *s = context;
    char id[UUID5_TEXT];
    uuid5_text(&s->statements[s->done + index].id, id);
    printf("{\"event\":\"dead\",\"id\":\"%s\",\"code\":\"%s\"", id, code);
    say_text("text", text);
    puts("}");
    fflush(stdout);
    return AW_OK;
}

static void load(struct sending *s, char *text, size_t len)
{
    size_t room = 0;
    for (char *at = text, *end; at < text + len; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text + len - at));
        end = end ? end : text + len;
        const char *id = memmem(at, (size_t)(end - at), "\"id\":\"", 6);
        char copy[UUID5_TEXT];
        if (!id)
            continue;
        if (s->count == room) {
            room = room ? 2 * room : 1024;
            s->statements = realloc(s->statements, room * sizeof *s->statements);
        }
        struct xapi_outgoing *o = &s->statements[s->count];
        memset(o, 0, sizeof *o);
        snprintf(copy, sizeof copy, "%.36s", id + 6);
        if (!uuid5_parse(copy, &o->id))
            continue;
        o->bytes = at;
        o->len = (size_t)(end - at);
        o->with_files = memmem(at, o->len, "\"attachments\"", 13) != NULL;
        s->count++;
    }
}

static void say_alert(struct sending *s)
{
    struct xapi_lrs_report r;
    xapi_lrs_report(s->lrs, &r);
    if (r.alert == s->alert)
        return;
    s->alert = r.alert;
    printf("{\"event\":\"alert\",\"kind\":\"%s\"", xapi_alert_name(r.alert));
    say_text("text", r.alert_text);
    puts("}");
    fflush(stdout);
}

static void say_end(struct sending *s, int64_t begun, int64_t last_wait, enum xapi_health health)
{
    struct xapi_lrs_report r;
    xapi_lrs_report(s->lrs, &r);
    printf("{\"event\":\"end\",\"statements\":%zu,\"settled\":%zu,\"requests\":%" PRIu64
           ",\"delivered\":%" PRIu64 ",\"dead\":%" PRIu64 ",\"conflicts\":%" PRIu64
           ",\"retries\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"batch_statements\":%zu,"
           "\"batch_bytes\":%zu,\"spacing_ms\":%" PRId64 ",\"wait_ms\":%" PRId64
           ",\"health\":%d,\"ms\":%" PRId64 "}\n",
           s->count, s->done, r.requests, r.delivered, r.dead, r.conflicts, r.retries, r.unknown,
           r.batch_statements, r.batch_bytes, r.spacing_ms, last_wait, (int)health,
           timestamp_monotonic_ms() - begun);
}

static void pause_ms(int64_t ms, int64_t deadline)
{
    int64_t left = deadline - timestamp_monotonic_ms();
    ms = ms < left ? ms : left;
    if (ms <= 0)
        return;
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int run(struct sending *s, int64_t seconds, bool until_stopped, aw_error *err)
{
    int64_t begun = timestamp_monotonic_ms(), deadline = begun + seconds * 1000;
    struct xapi_delivery d = {0};
    while (s->done < s->count && !stop && timestamp_monotonic_ms() < deadline) {
        size_t n = s->count - s->done;
        int rc = xapi_deliver(s->lrs, s->statements + s->done, n < 4096 ? n : 4096,
                              timestamp_now_ms(), on_dead, s, &d, err);
        if (rc != AW_OK)
            return rc;
        s->done += d.settled;
        say_alert(s);
        if (until_stopped && d.health == XAPI_STOPPED)
            break;
        pause_ms(d.wait_ms, deadline);
    }
    say_end(s, begun, d.wait_ms, d.health);
    return AW_OK;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"seconds", 1, NULL, 's'}, {"until-stopped", 0, NULL, 'u'},
                                          {"files", 1, NULL, 'f'}, {NULL, 0, NULL, 0}};
    int64_t seconds = 60;
    bool until_stopped = false;
    struct xapi_lrs_surroundings around = {.stop = &stop};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == 's')
            seconds = atoll(optarg);
        else if (c == 'u')
            until_stopped = true;
        else if (c == 'f')
            around.attachments_dir = optarg;
        else
            return 2;
    }
    if (argc - optind != 2)
        return 2;
    struct sending s = {0};
    char *text = NULL;
    size_t len = 0;
    json_t *config = NULL;
    aw_error err = AW_ERROR_INIT;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);
    int rc = json_read_file(argv[optind], 1 << 20, &config, &err);
    if (rc == AW_OK)
        rc = fs_read(argv[optind + 1], (size_t)1 << 30, &text, &len, &err);
    if (rc == AW_OK)
        rc = xapi_lrs_open(config, &around, &s.lrs, &err);
    json_decref(config);
    if (rc == AW_OK) {
        load(&s, text, len);
        rc = run(&s, seconds, until_stopped, &err);
    }
    if (rc != AW_OK)
        fprintf(stderr, "lrs_send: %s: %s\n", err.where, err.text);
    xapi_lrs_close(s.lrs);
    free(s.statements);
    free(text);
    return rc == AW_OK ? 0 : 1;
}
