#ifndef NET_SOCK_H
#define NET_SOCK_H

/*
 * TCP connections.  EINTR and partial writes of an open socket are handled
 * here; base/file.h does it for files and pipes.
 *
 * Addresses are raced as RFC 8305 says: families interleaved in the
 * resolver's order, a further attempt after 250 ms or at once when one fails,
 * the first to connect wins.
 *
 * Sockets are non-blocking, close-on-exec, with TCP_NODELAY and keep-alive
 * probes (from 45 s of silence on: NATs forget at 60 s and later).
 */

#include "net/conn.h"

/* Connects to host (a name or an IP literal without brackets).  NULL with
 * F_DNS, F_CONNECT, F_TIMEOUT or F_CANCEL in *f. */
struct conn *sock_open(const struct env *env, struct slice host, int port,
    msec deadline, struct dial_times *times, struct fault *f);

#endif
