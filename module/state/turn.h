/*
 * turn.h - who may write next.
 *
 * SQLite lets a second writer sleep and look again, longer each time. A worker
 * that is catching up takes the write lock again within microseconds of giving
 * it back, so a sleeper (a sender saving its cursor, a host attaching a link)
 * would look in vain for seconds. Here writers queue: one holds `write`, one
 * waits for it holding `next`, and whoever just wrote has to get `next` first.
 * Each is a flock on a file: that works between threads and processes, and a
 * killed holder's is gone.
 */
#ifndef STATE_TURN_H
#define STATE_TURN_H

struct turn {
    int next, write; /* -1: none; then SQLite's own waiting must do */
};

void turn_open(const char *dir, struct turn *out);
void turn_take(const struct turn *t);
void turn_give(const struct turn *t);
void turn_close(struct turn *t);

#endif
