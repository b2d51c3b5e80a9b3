/*
 * notify_socket.c - the listener: one thread, poll(), clients with bounded buffers.
 *
 * Invariants: a line is answered before the next one of the same client is
 * looked at; a client whose answer waits to be written is not read from; at most
 * CLIENTS_MAX are connected, the rest wait in the backlog. The thread blocks all
 * signals, so that they go to the worker's own handler.
 */
#include "notify_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "buf.h"
#include "error.h"
#include "limit.h"
#include "timestamp.h"

#define CLIENTS_MAX 32
#define READ_BYTES 65536u
#define STUCK_MS 30000 /* an unfinished line, or an answer not read, for so long: cut off */
#define IDLE_MS 300000 /* nothing said for so long: makes room for others */

struct client {
    int fd;
    struct buf in;      /* what is not yet a whole line */
    char *answer;       /* being written */
    size_t answer_len, answer_at;
    int64_t since_ms;   /* of the last progress */
    bool last;          /* nothing more is read; closed once the answer is out */
};

struct notify_socket {
    aw *self;
    int listener, stop[2];
    pthread_t thread;
    struct client *clients[CLIENTS_MAX];
    size_t count;
    struct sockaddr_un address;
};

/* ---- clients ---------------------------------------------------------------- */

static void client_free(struct client *c)
{
    if (!c)
        return;
    close(c->fd);
    buf_free(&c->in);
    free(c->answer);
    free(c);
}

static struct client *client_new(int fd)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c) {
        close(fd);
        return NULL;
    }
    c->fd = fd;
    c->since_ms = timestamp_monotonic_ms();
    buf_init(&c->in, LIMIT_EVENT_JSON_BYTES + 1u);
    return c;
}

/* False: the client is gone. */
static bool client_write(struct client *c)
{
    while (c->answer) {
        ssize_t n = send(c->fd, c->answer + c->answer_at, c->answer_len - c->answer_at,
                         MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->since_ms = timestamp_monotonic_ms();
        c->answer_at += (size_t)n;
        if (c->answer_at < c->answer_len)
            return true;
        free(c->answer);
        c->answer = NULL;
    }
    return !c->last;
}

static bool client_say(struct client *c, char *answer)
{
    if (!answer)
        return false;
    c->answer = answer;
    c->answer_len = strlen(answer);
    c->answer_at = 0;
    return client_write(c);
}

/* Answers the whole lines that have come; stops where an answer has to wait. */
static bool client_lines(struct notify_socket *s, struct client *c)
{
    size_t done = 0;
    bool alive = true;
    while (alive && !c->answer && !c->last && c->in.len > done) {
        const char *line = c->in.data + done;
        const char *end = memchr(line, '\n', c->in.len - done);
        if (!end)
            break;
        done += (size_t)(end - line) + 1;
        if (end > line && !(end == line + 1 && *line == '\r'))
            alive = client_say(c, notify_socket_answer(s->self, line, (size_t)(end - line)));
    }
    if (done > 0) {
        c->in.len -= done;
        memmove(c->in.data, c->in.data + done, c->in.len);
    }
    return alive;
}

static bool client_refuse(struct client *c, const char *text)
{
    char answer[256];
    c->last = true;
    snprintf(answer, sizeof answer,
             "{\"ok\":false,\"code\":%d,\"name\":\"AW_ELIMIT\",\"where\":\"line\",\"text\":\"%s\"}\n",
             AW_ELIMIT, text);
    return client_say(c, strdup(answer));
}

static bool client_read(struct notify_socket *s, struct client *c)
{
    char bytes[READ_BYTES];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    c->since_ms = timestamp_monotonic_ms();
    buf_append(&c->in, bytes, (size_t)n);
    if (c->in.error != AW_OK)
        return client_refuse(c, "is longer than an event may be; nothing of it was taken");
    return client_lines(s, c);
}

/* ---- the loop ----------------------------------------------------------------- */

static void drop(struct notify_socket *s, size_t i)
{
    client_free(s->clients[i]);
    s->clients[i] = s->clients[--s->count];
}

static void accept_all(struct notify_socket *s)
{
    while (s->count < CLIENTS_MAX) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct client *c = client_new(fd);
        if (c)
            s->clients[s->count++] = c;
    }
}

static bool serve(struct notify_socket *s, struct client *c, short events, int64_t now)
{
    bool busy = c->answer || c->in.len > 0;
    if (events & (POLLERR | POLLNVAL))
        return false;
    if (c->answer && (events & POLLOUT) && (!client_write(c) || !client_lines(s, c)))
        return false;
    if (!c->answer && (events & (POLLIN | POLLHUP)) && !client_read(s, c))
        return false;
    return now - c->since_ms < (busy ? STUCK_MS : IDLE_MS);
}

static void *run(void *argument)
{
    struct notify_socket *s = argument;
    struct pollfd fds[CLIENTS_MAX + 2];
    for (;;) {
        fds[0] = (struct pollfd){.fd = s->stop[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = s->count < CLIENTS_MAX ? s->listener : -1, .events = POLLIN};
        for (size_t i = 0; i < s->count; i++)
            fds[i + 2] = (struct pollfd){.fd = s->clients[i]->fd,
                                         .events = s->clients[i]->answer ? POLLOUT : POLLIN};
        if (poll(fds, (nfds_t)s->count + 2, s->count ? 1000 : -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[0].revents)
            return NULL;
        int64_t now = timestamp_monotonic_ms();
        for (size_t i = s->count; i-- > 0;)
            if (!serve(s, s->clients[i], fds[i + 2].revents, now))
                drop(s, i);
        if (fds[1].revents)
            accept_all(s);
    }
}

/* ---- opening and closing -------------------------------------------------------- */

static int listen_at(struct notify_socket *s, const char *state_dir, aw_error *err)
{
    char *path = s->address.sun_path;
    s->address.sun_family = AF_UNIX;
    int n = snprintf(path, sizeof s->address.sun_path, "%s/notify.sock", state_dir);
    if (n < 0 || (size_t)n >= sizeof s->address.sun_path)
        return error_set(err, AW_ELIMIT, "state_dir",
                         "is too long for a Unix socket in it (%zu bytes at most); hosts without "
                         "the shared object cannot reach the worker",
                         sizeof s->address.sun_path - sizeof "/notify.sock");
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->listener < 0)
        return error_errno(err, errno, "socket", path);
    /* Whoever left it is dead: we hold the worker's lock. */
    if (unlink(path) != 0 && errno != ENOENT)
        return error_errno(err, errno, "remove", path);
    /* Nobody can connect before listen(), so the mode is right when it matters. */
    if (bind(s->listener, (const struct sockaddr *)&s->address, sizeof s->address) != 0 ||
        chmod(path, 0660) != 0)
        return error_errno(err, errno, "bind", path);
    return listen(s->listener, 64) == 0 ? AW_OK : error_errno(err, errno, "listen", path);
}

static int start_thread(struct notify_socket *s, aw_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? AW_OK : error_errno(err, rc, "start a thread for", s->address.sun_path);
}

static void free_all(struct notify_socket *s)
{
    while (s->count > 0)
        drop(s, s->count - 1);
    for (int i = 0; i < 2; i++)
        if (s->stop[i] >= 0)
            close(s->stop[i]);
    if (s->listener >= 0) {
        close(s->listener);
        unlink(s->address.sun_path);
    }
    free(s);
}

int notify_socket_open(aw *self, const char *state_dir, struct notify_socket **out, aw_error *err)
{
    struct notify_socket *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err, "notify.sock");
    s->self = self;
    s->listener = s->stop[0] = s->stop[1] = -1;
    int rc = listen_at(s, state_dir, err);
    if (rc == AW_OK && pipe2(s->stop, O_CLOEXEC) != 0)
        rc = error_errno(err, errno, "pipe for", s->address.sun_path);
    if (rc == AW_OK)
        rc = start_thread(s, err);
    if (rc != AW_OK) {
        free_all(s);
        return rc;
    }
    *out = s;
    return AW_OK;
}

void notify_socket_close(struct notify_socket *s)
{
    if (!s)
        return;
    while (write(s->stop[1], "", 1) < 0 && errno == EINTR) {}
    pthread_join(s->thread, NULL);
    free_all(s);
}
