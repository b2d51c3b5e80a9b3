/*
 * lrs.h - an LRS for tests that kill: it lives in a thread of the test, keeps every
 * statement it was ever sent, notices different bytes under one id, and fails as told.
 */
#ifndef TESTS_FAULT_LRS_H
#define TESTS_FAULT_LRS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct lrs_statement {
    char id[37];
    char *bytes;
    size_t len;
    unsigned sends;
};

struct lrs {
    int listener, port;
    pthread_t thread;
    pthread_mutex_t mutex;
    int ending;                 /* mutex, like all below */
    int trouble;                /* of ten requests so many fail, each in another way */
    bool keeps;                 /* and even then it has stored what came */
    unsigned random;
    struct lrs_statement *list;
    size_t count, capacity;
    unsigned requests, failed, different; /* different: other bytes under an id that was there */
};

static inline unsigned lrs_random(struct lrs *l)
{
    l->random = l->random * 1103515245u + 12345u;
    return l->random >> 16;
}

/* Open addressing by the id's own bytes, which are random enough. */
static inline size_t lrs_slot(const struct lrs *l, const char *id)
{
    size_t h = 5381;
    for (int i = 0; i < 36; i++)
        h = h * 33 + (unsigned char)id[i];
    for (h %= l->capacity; l->list[h].bytes && memcmp(l->list[h].id, id, 36) != 0;)
        h = (h + 1) % l->capacity;
    return h;
}

static inline void lrs_grow(struct lrs *l)
{
    struct lrs_statement *old = l->list;
    size_t old_capacity = l->capacity;
    l->capacity = old_capacity ? old_capacity * 2 : 4096;
    l->list = calloc(l->capacity, sizeof *l->list);
    if (!l->list)
        abort();
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].bytes)
            l->list[lrs_slot(l, old[i].id)] = old[i];
    }
    free(old);
}

static inline void lrs_keep(struct lrs *l, const char *bytes, size_t len)
{
    const char *id = memmem(bytes, len, "\"id\":\"", 6);
    if (!id || id + 42 > bytes + len)
        abort();
    if (l->count * 2 >= l->capacity)
        lrs_grow(l);
    struct lrs_statement *s = &l->list[lrs_slot(l, id + 6)];
    s->sends++;
    if (s->bytes) {
        if (s->len != len || memcmp(s->bytes, bytes, len) != 0)
            l->different++;
        return;
    }
    memcpy(s->id, id + 6, 36);
    s->bytes = malloc(len + 1);
    if (!s->bytes)
        abort();
    memcpy(s->bytes, bytes, len);
    s->bytes[len] = 0;
    s->len = len;
    l->count++;
}

/* The objects of a JSON array, as bytes. */
static inline void lrs_keep_all(struct lrs *l, const char *body, size_t len)
{
    size_t start = 0;
    int depth = 0;
    bool text = false;
    for (size_t i = 0; i < len; i++) {
        char c = body[i];
        if (text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                text = false;
        } else if (c == '"') {
            text = true;
        } else if (c == '{' && depth++ == 0) {
            start = i;
        } else if (c == '}' && --depth == 0) {
            lrs_keep(l, body + start, i + 1 - start);
        }
    }
}

static inline void lrs_answer(int fd, const char *status, const char *more)
{
    char text[400];
    int n = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nX-Experience-API-Version: 1.0.3\r\n"
                     "Content-Type: application/json\r\n%sContent-Length: 2\r\n\r\n[]", status, more);
    if (write(fd, text, (size_t)n) != n)
        return;
}

/* False: the connection is to be closed. */
static inline bool lrs_request(struct lrs *l, int fd, const char *body, size_t len)
{
    pthread_mutex_lock(&l->mutex);
    l->requests++;
    unsigned how = (int)(lrs_random(l) % 10) < l->trouble ? 1 + lrs_random(l) % 4 : 0;
    if (l->keeps && (how == 1 || how == 4))
        how = 2;
    l->failed += how != 0;
    if (how == 0 || how == 2 || how == 3)
        lrs_keep_all(l, body, len);
    pthread_mutex_unlock(&l->mutex);
    switch (how) {
    case 1: /* gone before anything was stored */
    case 2: /* stored, and the answer is lost */
        return false;
    case 3: /* stored, and it says that it failed */
        lrs_answer(fd, "500 Oh", "");
        return true;
    case 4:
        lrs_answer(fd, "503 Later", "Retry-After: 0\r\n");
        return true;
    default:
        lrs_answer(fd, "200 OK", "");
        return true;
    }
}

struct lrs_connection {
    int fd;
    char *bytes;
    size_t len, capacity;
};

/* The body of the one request in `bytes` (NUL behind it); NULL: there is more to come. */
static inline const char *lrs_body(const char *bytes, size_t len, size_t *out_len)
{
    const char *end = strstr(bytes, "\r\n\r\n");
    if (!end)
        return NULL;
    const char *length = strcasestr(bytes, "\r\ncontent-length:");
    size_t head = (size_t)(end + 4 - bytes);
    *out_len = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return len < head + *out_len ? NULL : end + 4;
}

static inline bool lrs_receive(struct lrs *l, struct lrs_connection *c)
{
    if (c->capacity - c->len < 65536) {
        c->capacity = (c->capacity + 65536) * 2;
        c->bytes = realloc(c->bytes, c->capacity + 1);
        if (!c->bytes)
            abort();
    }
    ssize_t n = read(c->fd, c->bytes + c->len, c->capacity - c->len);
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    c->bytes[c->len] = 0;
    size_t body_len;
    const char *body = lrs_body(c->bytes, c->len, &body_len);
    if (!body)
        return true;
    c->len = 0; /* one request in flight: nothing follows it */
    return lrs_request(l, c->fd, body, body_len);
}

static inline void *lrs_run(void *context)
{
    struct lrs *l = context;
    struct lrs_connection c[16];
    for (int i = 0; i < 16; i++)
        c[i] = (struct lrs_connection){.fd = -1};
    for (;;) {
        struct pollfd p[17];
        for (int i = 0; i < 16; i++)
            p[i] = (struct pollfd){.fd = c[i].fd, .events = POLLIN};
        p[16] = (struct pollfd){.fd = l->listener, .events = POLLIN};
        poll(p, 17, 100);
        pthread_mutex_lock(&l->mutex);
        int ending = l->ending;
        pthread_mutex_unlock(&l->mutex);
        for (int i = 0; i < 16; i++) {
            if (c[i].fd >= 0 && (ending || (p[i].revents && !lrs_receive(l, &c[i])))) {
                close(c[i].fd);
                free(c[i].bytes);
                c[i] = (struct lrs_connection){.fd = -1};
            }
        }
        if (ending)
            return NULL;
        int fd = p[16].revents ? accept4(l->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        for (int i = 0; fd >= 0 && i < 16; i++) {
            if (c[i].fd < 0) {
                c[i].fd = fd;
                fd = -1;
            }
        }
        if (fd >= 0)
            close(fd);
    }
}

static inline void lrs_forget(struct lrs *l)
{
    for (size_t i = 0; i < l->capacity; i++)
        free(l->list[i].bytes);
    free(l->list);
    l->list = NULL;
    l->capacity = l->count = 0;
    l->different = 0;
}

static inline void lrs_start(struct lrs *l, unsigned random)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    memset(l, 0, sizeof *l);
    l->random = random;
    pthread_mutex_init(&l->mutex, NULL);
    lrs_grow(l);
    l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(l->listener, (struct sockaddr *)&a, len) != 0 || listen(l->listener, 64) != 0 ||
        getsockname(l->listener, (struct sockaddr *)&a, &len) != 0 ||
        pthread_create(&l->thread, NULL, lrs_run, l) != 0)
        abort();
    l->port = ntohs(a.sin_port);
}

static inline void lrs_trouble(struct lrs *l, int of_ten)
{
    pthread_mutex_lock(&l->mutex);
    l->trouble = of_ten;
    pthread_mutex_unlock(&l->mutex);
}

static inline void lrs_stop(struct lrs *l)
{
    pthread_mutex_lock(&l->mutex);
    l->ending = 1;
    pthread_mutex_unlock(&l->mutex);
    pthread_join(l->thread, NULL);
    close(l->listener);
    lrs_forget(l);
    pthread_mutex_destroy(&l->mutex);
}

#endif
