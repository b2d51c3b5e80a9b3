/*
 * powerloss.h - what is on the disk after the power went, at each point of a
 * trace that tests/shim/record.c wrote.
 *
 * Kept for certain is only what was synced: bytes by a sync of their file, names
 * by a sync of their directory. Of the rest anything may have arrived: each
 * sector of 512 bytes by itself, and of the names the first so many changes. The
 * strict image has none of it, the others a random part.
 */
#ifndef TESTS_POWERLOSS_H
#define TESTS_POWERLOSS_H

#include "shim/record.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u

struct pl_file {
    unsigned char *now, *synced;
    unsigned char *dirty; /* one per sector */
    size_t size, synced_size;
    size_t capacity; /* of the three; behind it the file is zeros */
};

struct pl_name {
    char path[256];
    long file; /* -1: a directory */
};

struct pl_change { /* of a name, not yet synced */
    enum record_kind kind;
    char path[256], from[256];
    long file;
};

struct pl {
    unsigned char *trace;
    size_t trace_len, at;
    struct pl_file *files;
    size_t file_count;
    struct { uint64_t inode; long file; } *inodes;
    size_t inode_count;
    struct pl_name *names; /* synced */
    size_t name_count;
    struct pl_change *changes;
    size_t change_count;
    size_t ops;
    char *acked; /* lines, all that was promised up to here */
    size_t acked_len;
    /* Told of each piece that is sent, in order; NULL: nobody wants to know. */
    void (*sent)(void *context, uint64_t socket, const void *bytes, size_t len);
    void *context;
};

static inline void *pl_grow(void *list, size_t count, size_t size)
{
    void *more = realloc(list, (count + 1) * size);
    if (!more)
        abort();
    return more;
}

/* The trace, from its beginning: what happens next to what is there. */
static inline void pl_read(struct pl *p, const char *trace)
{
    struct stat st;
    free(p->trace);
    p->at = 0;
    int fd = open(trace, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        abort();
    p->trace = malloc((size_t)st.st_size + 1);
    p->trace_len = (size_t)st.st_size;
    for (size_t done = 0; done < p->trace_len;) {
        ssize_t n = read(fd, p->trace + done, p->trace_len - done);
        if (n <= 0)
            abort();
        done += (size_t)n;
    }
    close(fd);
}

static inline void pl_open(struct pl *p, const char *trace)
{
    memset(p, 0, sizeof *p);
    pl_read(p, trace);
}

static inline void pl_close(struct pl *p)
{
    for (size_t i = 0; i < p->file_count; i++) {
        free(p->files[i].now);
        free(p->files[i].synced);
        free(p->files[i].dirty);
    }
    free(p->files);
    free(p->inodes);
    free(p->names);
    free(p->changes);
    free(p->acked);
    free(p->trace);
}

static inline long pl_file_of(struct pl *p, uint64_t inode)
{
    for (size_t i = p->inode_count; i-- > 0;) {
        if (p->inodes[i].inode == inode)
            return p->inodes[i].file;
    }
    return -1;
}

static inline long pl_new_file(struct pl *p, uint64_t inode)
{
    p->files = pl_grow(p->files, p->file_count, sizeof *p->files);
    memset(&p->files[p->file_count], 0, sizeof *p->files);
    p->inodes = pl_grow(p->inodes, p->inode_count, sizeof *p->inodes);
    p->inodes[p->inode_count].inode = inode; /* the latest counts: numbers are used again */
    p->inodes[p->inode_count++].file = (long)p->file_count;
    return (long)p->file_count++;
}

static inline void pl_room(struct pl_file *f, size_t size)
{
    if (size <= f->capacity)
        return;
    size_t capacity = (size * 2 + SECTOR) / SECTOR * SECTOR;
    f->now = realloc(f->now, capacity);
    f->synced = realloc(f->synced, capacity);
    f->dirty = realloc(f->dirty, capacity / SECTOR);
    if (!f->now || !f->synced || !f->dirty)
        abort();
    memset(f->now + f->capacity, 0, capacity - f->capacity);
    memset(f->synced + f->capacity, 0, capacity - f->capacity);
    memset(f->dirty + f->capacity / SECTOR, 0, (capacity - f->capacity) / SECTOR);
    f->capacity = capacity;
}

static inline void pl_write(struct pl_file *f, size_t at, const void *data, size_t len)
{
    pl_room(f, at + len);
    memcpy(f->now + at, data, len);
    if (at + len > f->size)
        f->size = at + len;
    for (size_t s = at / SECTOR; s * SECTOR < at + len; s++)
        f->dirty[s] = 1;
}

static inline void pl_size(struct pl_file *f, size_t size)
{
    size_t end = f->size < f->capacity ? f->size : f->capacity;
    if (size < end) {
        memset(f->now + size, 0, end - size);
        for (size_t s = size / SECTOR; s * SECTOR < end; s++)
            f->dirty[s] = 1;
    }
    f->size = size;
}

static inline void pl_sync(struct pl_file *f)
{
    if (f->capacity)
        memcpy(f->synced, f->now, f->capacity);
    if (f->capacity)
        memset(f->dirty, 0, f->capacity / SECTOR);
    f->synced_size = f->size;
}

static inline void pl_apply(struct pl_name **names, size_t *count, const struct pl_change *c)
{
    const char *gone = c->kind == RECORD_RENAME ? c->from : c->path;
    for (size_t i = 0; i < *count;) {
        bool same = strcmp((*names)[i].path, gone) == 0 || strcmp((*names)[i].path, c->path) == 0;
        if (same)
            (*names)[i] = (*names)[--*count];
        else
            i++;
    }
    if (c->kind == RECORD_UNLINK)
        return;
    *names = pl_grow(*names, *count, sizeof **names);
    snprintf((*names)[*count].path, sizeof (*names)[*count].path, "%s", c->path);
    (*names)[(*count)++].file = c->file;
}

static inline bool pl_in_dir(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    if (len == 0)
        return strchr(path, '/') == NULL;
    return strncmp(path, dir, len) == 0 && path[len] == '/' && strchr(path + len + 1, '/') == NULL;
}

static inline void pl_sync_dir(struct pl *p, const char *dir)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->change_count; i++) {
        if (pl_in_dir(p->changes[i].path, dir))
            pl_apply(&p->names, &p->name_count, &p->changes[i]);
        else
            p->changes[kept++] = p->changes[i];
    }
    p->change_count = kept;
}

static inline void pl_change(struct pl *p, enum record_kind kind, const char *path, const char *from, long file)
{
    p->changes = pl_grow(p->changes, p->change_count, sizeof *p->changes);
    struct pl_change *c = &p->changes[p->change_count++];
    c->kind = kind;
    snprintf(c->path, sizeof c->path, "%s", path);
    snprintf(c->from, sizeof c->from, "%s", from);
    c->file = file;
}

/* The next operation; false at the end of the trace. */
static inline bool pl_step(struct pl *p)
{
    struct record_op op;
    if (p->at + sizeof op > p->trace_len)
        return false;
    memcpy(&op, p->trace + p->at, sizeof op);
    const unsigned char *rest = p->trace + p->at + sizeof op;
    if (op.magic != RECORD_MAGIC || p->at + sizeof op + op.path_bytes + op.data_bytes > p->trace_len)
        return false;
    char path[256] = "", from[256] = "";
    snprintf(path, sizeof path, "%.*s", (int)op.path_bytes, (const char *)rest);
    const unsigned char *data = rest + op.path_bytes;
    p->at += sizeof op + op.path_bytes + op.data_bytes;
    p->ops++;
    long file = pl_file_of(p, op.inode);
    switch ((enum record_kind)op.kind) {
    case RECORD_LINK:
        pl_change(p, RECORD_LINK, path, "", pl_new_file(p, op.inode));
        break;
    case RECORD_NAME:
        if (file >= 0)
            pl_change(p, RECORD_LINK, path, "", file);
        break;
    case RECORD_SENT:
        if (p->sent)
            p->sent(p->context, op.inode, data, op.data_bytes);
        break;
    case RECORD_MKDIR:
        pl_change(p, RECORD_MKDIR, path, "", -1);
        break;
    case RECORD_RENAME:
        snprintf(from, sizeof from, "%.*s", (int)op.data_bytes, (const char *)data);
        pl_change(p, RECORD_RENAME, path, from, file);
        break;
    case RECORD_UNLINK:
        pl_change(p, RECORD_UNLINK, path, "", -1);
        break;
    case RECORD_WRITE:
        if (file >= 0)
            pl_write(&p->files[file], (size_t)op.offset, data, op.data_bytes);
        break;
    case RECORD_SIZE:
        if (file >= 0)
            pl_size(&p->files[file], (size_t)op.size);
        break;
    case RECORD_SYNC:
        if (file >= 0)
            pl_sync(&p->files[file]);
        break;
    case RECORD_SYNC_DIR:
        pl_sync_dir(p, path);
        break;
    case RECORD_ACK:
        p->acked = realloc(p->acked, p->acked_len + op.data_bytes + 1);
        memcpy(p->acked + p->acked_len, data, op.data_bytes);
        p->acked_len += op.data_bytes;
        p->acked[p->acked_len] = 0;
        break;
    }
    return true;
}

/* How many operations the trace has. */
static inline size_t pl_count(const struct pl *p)
{
    size_t count = 0;
    struct record_op op;
    for (size_t at = 0; at + sizeof op <= p->trace_len; count++) {
        memcpy(&op, p->trace + at, sizeof op);
        at += sizeof op + op.path_bytes + op.data_bytes;
    }
    return count;
}

static inline void pl_store_file(const struct pl_file *f, const char *path, bool strict)
{
    size_t size = f->synced_size;
    unsigned char *bytes = calloc(1, f->capacity + SECTOR);
    if (!bytes)
        abort();
    if (f->capacity)
        memcpy(bytes, f->synced, f->capacity);
    if (!strict && f->capacity) {
        if (random() % 2)
            size = f->size;
        int often = 1 + (int)(random() % 4);
        for (size_t s = 0; s < f->capacity / SECTOR; s++) {
            if (!f->dirty[s] || random() % 4 >= often)
                continue;
            memcpy(bytes + s * SECTOR, f->now + s * SECTOR, SECTOR);
            if ((s + 1) * SECTOR > size && s * SECTOR < f->size)
                size = (s + 1) * SECTOR < f->size ? (s + 1) * SECTOR : f->size;
        }
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0660);
    size_t most = size < f->capacity ? size : f->capacity;
    if (fd < 0 || write(fd, bytes, most) != (ssize_t)most || ftruncate(fd, (off_t)size) != 0)
        abort();
    close(fd);
    free(bytes);
}

static inline int pl_by_path(const void *a, const void *b)
{
    return strcmp(((const struct pl_name *)a)->path, ((const struct pl_name *)b)->path);
}

/* Makes the disk as it may be now in the empty directory `dir`. */
static inline void pl_store(const struct pl *p, const char *dir, bool strict)
{
    size_t count = p->name_count;
    size_t some = strict || p->change_count == 0 ? 0 : (size_t)random() % (p->change_count + 1);
    struct pl_name *names = calloc(count + 1, sizeof *names);
    if (!names)
        abort();
    if (count)
        memcpy(names, p->names, count * sizeof *names);
    for (size_t i = 0; i < some; i++)
        pl_apply(&names, &count, &p->changes[i]);
    qsort(names, count, sizeof *names, pl_by_path);
    for (size_t i = 0; i < count; i++) {
        char path[1024], parent[1024];
        snprintf(path, sizeof path, "%s/%s", dir, names[i].path);
        snprintf(parent, sizeof parent, "%s", path);
        *strrchr(parent, '/') = 0;
        if (access(parent, F_OK) != 0)
            continue; /* its directory is lost */
        if (names[i].file < 0)
            mkdir(path, 02770);
        else
            pl_store_file(&p->files[names[i].file], path, strict);
    }
    free(names);
}

#endif
