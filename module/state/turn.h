/*
 * turn.h - who may write next.
 *
 * SQLite lets a second writer sleep and look again, longer each time. A worker
 * that is catching up takes the write lock again within microseconds of giving
 * it back, so a sleeper (a sender saving its cursor, a host attaching a link)
 * would look in vain for seconds. Here writers queue: one holds `write`, one
 * waits for it holding `next`, and whoever just wrote has to get `next` first.
 * Kernel locks on an open file: they work between threads and processes, and a
 * killed holder's are gone.
 */
#ifndef STATE_TURN_H
#define STATE_TURN_H

int turn_open(const char *dir); /* a descriptor; -1: none, SQLite's own waiting must do */
void turn_take(int fd);
void turn_give(int fd);
void turn_close(int fd);

#endif
