/* replay.h - a recorded run, replayed together with what it had sent to the LRS by then. */
#ifndef TESTS_FAULT_REPLAY_H
#define TESTS_FAULT_REPLAY_H

#include "lrs.h"
#include "powerloss.h"

#include <ftw.h>

/* ---- what was there before the trace began --------------------------------------------- */

static struct pl *pl_loading;
static size_t pl_root_len;

static inline int pl_load_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    struct pl *p = pl_loading;
    struct pl_change c = {.kind = RECORD_LINK, .file = -1};
    (void)ftw;
    if (strlen(path) <= pl_root_len || (flag != FTW_F && flag != FTW_D))
        return 0;
    snprintf(c.path, sizeof c.path, "%s", path + pl_root_len + 1);
    if (flag == FTW_F) {
        c.file = pl_new_file(p, (uint64_t)st->st_ino);
        struct pl_file *f = &p->files[c.file];
        pl_room(f, (size_t)st->st_size);
        f->size = (size_t)st->st_size;
        int fd = open(path, O_RDONLY);
        if (fd < 0 || (f->size && read(fd, f->now, f->size) != (ssize_t)f->size))
            abort();
        close(fd);
        pl_sync(f);
    }
    pl_apply(&p->names, &p->name_count, &c);
    return 0;
}

/* Everything in `dir` is on the disk. */
static inline void pl_load(struct pl *p, const char *dir)
{
    memset(p, 0, sizeof *p);
    pl_loading = p;
    pl_root_len = strlen(dir);
    if (nftw(dir, pl_load_one, 16, FTW_PHYS) != 0)
        abort();
}

/* ---- and what it had sent ------------------------------------------------------------ */

#define SOCKETS 64

struct replay {
    struct pl pl;
    struct lrs lrs; /* what had been sent by then; not a server */
    struct {
        uint64_t socket;
        struct lrs_connection c;
    } sockets[SOCKETS];
};

static inline void on_sent(void *context, uint64_t socket, const void *bytes, size_t len)
{
    struct replay *r = context;
    size_t i = 0;
    while (i < SOCKETS && r->sockets[i].socket != socket && r->sockets[i].socket != 0)
        i++;
    if (i == SOCKETS)
        abort();
    r->sockets[i].socket = socket;
    struct lrs_connection *c = &r->sockets[i].c;
    c->bytes = realloc(c->bytes, c->len + len + 1);
    if (!c->bytes)
        abort();
    memcpy(c->bytes + c->len, bytes, len);
    c->len += len;
    c->bytes[c->len] = 0;
    size_t body_len;
    const char *body = lrs_body(c->bytes, c->len, &body_len);
    if (!body)
        return;
    lrs_keep_all(&r->lrs, body, body_len);
    c->len = 0;
}

static inline void replay_open(struct replay *r)
{
    memset(r, 0, sizeof *r);
    lrs_grow(&r->lrs);
    r->lrs.different = 0;
}

static inline void replay_trace(struct replay *r, const char *trace)
{
    pl_read(&r->pl, trace);
    r->pl.sent = on_sent;
    r->pl.context = r;
}

static inline void replay_close(struct replay *r)
{
    for (size_t i = 0; i < SOCKETS; i++)
        free(r->sockets[i].c.bytes);
    lrs_forget(&r->lrs);
    pl_close(&r->pl);
}

static inline void take_over(struct lrs *to, struct lrs *from)
{
    pthread_mutex_lock(&from->mutex);
    pthread_mutex_lock(&to->mutex);
    lrs_forget(to);
    lrs_grow(to);
    for (size_t i = 0; i < from->capacity; i++) {
        if (from->list[i].bytes)
            lrs_keep(to, from->list[i].bytes, from->list[i].len);
    }
    pthread_mutex_unlock(&to->mutex);
    pthread_mutex_unlock(&from->mutex);
}

#endif
