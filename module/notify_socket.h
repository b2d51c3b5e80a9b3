/*
 * notify_socket.h - <state_dir>/notify.sock: for hosts that cannot load the shared object.
 *
 * A client connects to the Unix socket and writes JSON, one value a line, and
 * reads one line for each, in order. An object with "kind" is an event, as
 * aw_notify_json() takes it; it is on the disk when {"ok":true} comes back. An
 * object with "call" is one of the other functions of the host ABI:
 *
 *   {"call":"status"}                                      {"call":"dead_letter","action","id"}
 *   {"call":"query","what":"links","args":{}}              {"call":"link_put","link":{...}}
 *   {"call":"link_remove","id":"..."}                      {"call":"course_add","course","title","path"}
 *   {"call":"forum_requests_take","max":16,"lease_ms":120000}
 *   {"call":"forum_request_done","key":"...","reply":{...}}
 *
 * Answers: {"ok":true}, {"ok":true,"result":...}, or
 * {"ok":false,"code":1,"name":"AW_EINVAL","where":"learner","text":"..."}.
 *
 * Who may write to the socket is what its mode and group say (0660, the group of
 * the state directory): the same people who may write the journal. One thread
 * serves all clients; each has bounded buffers, and one that does not read its
 * answers, or leaves a line unfinished for too long, is cut off.
 */
#ifndef MODULE_NOTIFY_SOCKET_H
#define MODULE_NOTIFY_SOCKET_H

#include <afterword/afterword.h>

struct notify_socket;

/* The worker's, after it has the worker's lock: replaces a stale socket of a
 * predecessor, listens and starts the thread. `self` must outlive it. Errors:
 * AW_ELIMIT (the path is too long for a Unix socket), AW_EACCES, AW_EIO ...;
 * the worker can go on without, hosts with the shared object do not need it. */
int notify_socket_open(aw *self, const char *state_dir, struct notify_socket **out, aw_error *err);

/* Answers what was read whole, ends the thread, removes the socket: before the
 * worker's lock is given up. NULL is accepted. */
void notify_socket_close(struct notify_socket *s);

/* One line to one answer line (with its newline), without any socket. The
 * answer is for free(); NULL: out of memory. */
char *notify_socket_answer(aw *self, const char *line, size_t len);

#endif
