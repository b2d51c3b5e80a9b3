/*
 * bench_sink.c - an LRS that throws everything away, as quickly as it can.
 *
 *   bench_sink [DELAY_MS]
 * Listens on a free port of 127.0.0.1 and prints {"port": N}. Every POST and PUT is
 * answered with 200 and []; GET /stats says how many statements came (those that have a
 * "verb"), and when, on the monotonic clock, the first and the last request was there;
 * GET /reset?N sets it to nothing, and notes when the N-th statement comes. DELAY_MS: how long an answer takes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define CONNECTIONS 64
#define HEAD_BYTES 65536

struct connection {
    int fd;
    char *bytes;
    size_t len, capacity;
};

static struct {
    uint64_t statements, requests, bytes, first_ns, last_ns;
    uint64_t mark, mark_ns; /* when the mark-th statement was there */
} stats;

static long delay_ms;

static void answer(int fd, const char *status, const char *body)
{
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "HTTP/1.1 %s\r\nX-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s", status, strlen(body), body);
    if (write(fd, text, (size_t)n) != n)
        perror("bench_sink: write");
}

static void count_statements(const char *body, size_t len)
{
    static const char mark[] = "\"verb\":{";
    const char *at = body, *end = body + len;
    while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
        stats.statements++;
        at += sizeof mark - 1;
    }
}

static void serve_get(int fd, const char *head)
{
    char text[400];
    if (strncmp(head, "GET /reset", 10) == 0) { /* "/reset" or "/reset?MARK" */
        memset(&stats, 0, sizeof stats);
        stats.mark = head[10] == '?' ? strtoull(head + 11, NULL, 10) : 0;
    }
    if (strncmp(head, "GET /stats", 10) != 0) {
        answer(fd, "200 OK", "{\"version\":[\"1.0.3\",\"2.0.0\"]}");
        return;
    }
    snprintf(text, sizeof text,
             "{\"statements\":%llu,\"requests\":%llu,\"bytes\":%llu,\"first_ns\":%llu,\"last_ns\":%llu,"
             "\"mark_ns\":%llu}",
             (unsigned long long)stats.statements, (unsigned long long)stats.requests,
             (unsigned long long)stats.bytes, (unsigned long long)stats.first_ns,
             (unsigned long long)stats.last_ns,
             (unsigned long long)stats.mark_ns);
    answer(fd, "200 OK", text);
}

static size_t content_length(const char *head, const char *head_end)
{
    const char *at = strcasestr(head, "\r\ncontent-length:");
    return at && at < head_end ? strtoul(at + 17, NULL, 10) : 0;
}

/* Serves every whole request that is there. */
static void serve(struct connection *c)
{
    for (;;) {
        c->bytes[c->len] = 0;
        char *head_end = memmem(c->bytes, c->len, "\r\n\r\n", 4);
        if (!head_end)
            return;
        size_t head = (size_t)(head_end + 4 - c->bytes), body = content_length(c->bytes, head_end);
        if (c->len < head + body) {
            if (strcasestr(c->bytes, "expect: 100-continue") && c->len == head &&
                write(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25) != 25)
                return;
            return;
        }
        if (strncmp(c->bytes, "GET ", 4) == 0) {
            serve_get(c->fd, c->bytes);
        } else {
            uint64_t now = bench_ns();
            if (stats.requests++ == 0)
                stats.first_ns = now;
            count_statements(c->bytes + head, body);
            stats.bytes += body;
            stats.last_ns = now;
            if (stats.mark_ns == 0 && stats.mark && stats.statements >= stats.mark)
                stats.mark_ns = now;
            if (delay_ms > 0)
                usleep((useconds_t)delay_ms * 1000);
            answer(c->fd, "200 OK", "[]");
        }
        memmove(c->bytes, c->bytes + head + body, c->len - head - body);
        c->len -= head + body;
        if (c->len == 0)
            return;
    }
}

static void drop(struct connection *c)
{
    close(c->fd);
    free(c->bytes);
    *c = (struct connection){.fd = -1};
}

static void receive(struct connection *c)
{
    if (c->capacity - c->len < HEAD_BYTES) {
        size_t capacity = c->capacity ? c->capacity * 2 : 4 * HEAD_BYTES;
        char *more = realloc(c->bytes, capacity + 1);
        if (!more) {
            drop(c);
            return;
        }
        c->bytes = more;
        c->capacity = capacity;
    }
    ssize_t n = read(c->fd, c->bytes + c->len, c->capacity - c->len);
    if (n <= 0) {
        if (n < 0 && errno == EINTR)
            return;
        drop(c);
        return;
    }
    c->len += (size_t)n;
    serve(c);
}

int main(int argc, char **argv)
{
    static struct connection connections[CONNECTIONS];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    delay_ms = argc > 1 ? atol(argv[1]) : 0;
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        perror("bench_sink");
        return 1;
    }
    printf("{\"port\":%d}\n", ntohs(address.sin_port));
    fflush(stdout);
    for (int i = 0; i < CONNECTIONS; i++)
        connections[i].fd = -1;
    for (;;) {
        struct pollfd polled[CONNECTIONS + 1];
        for (int i = 0; i < CONNECTIONS; i++)
            polled[i] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
        polled[CONNECTIONS] = (struct pollfd){.fd = listener, .events = POLLIN};
        if (poll(polled, CONNECTIONS + 1, -1) < 0)
            continue;
        for (int i = 0; i < CONNECTIONS; i++) {
            if (polled[i].fd >= 0 && polled[i].revents)
                receive(&connections[i]);
        }
        if (!polled[CONNECTIONS].revents)
            continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        for (int i = 0; fd >= 0 && i < CONNECTIONS; i++) {
            if (connections[i].fd < 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                connections[i].fd = fd;
                fd = -1;
            }
        }
        if (fd >= 0)
            close(fd);
    }
}
