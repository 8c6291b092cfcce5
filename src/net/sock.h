#ifndef NET_SOCK_H
#define NET_SOCK_H

/*
 * TCP connections.  EINTR and partial writes of sockets are handled here;
 * base/file.h does it for files and pipes.
 *
 * Sockets are non-blocking, close-on-exec, with TCP_NODELAY and keep-alive
 * probes after 45 s of silence, because NATs forget a connection after 60 s
 * or more.
 */

#include "net/conn.h"

/*
 * Resolves host (a name or an IP literal without brackets) and connects to the
 * first of its addresses that accepts (net/race.h).  NULL with F_DNS,
 * F_CONNECT, F_TIMEOUT or F_CANCEL in *f; times->dns and times->connect are
 * set as far as it got.
 */
struct conn *sock_open(const struct env *env, struct slice host, int port,
    msec deadline, struct dial_times *times, struct fault *f);

/* Connects to a Unix socket, which takes no time.  NULL with F_CONNECT in
 * *f. */
struct conn *sock_unix(const struct env *env, const char *path,
    struct fault *f);

/* A connection of fd, accepted from a client. */
struct conn *sock_take(const struct env *env, int fd);

/* Of a connection by sock_take(): the caller has seen that there is something
 * to read, so that the next read need not wait for it. */
void sock_readable(struct conn *c);

#endif
