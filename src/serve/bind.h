#ifndef SERVE_BIND_H
#define SERVE_BIND_H

/* Listening sockets: TCP, a Unix socket, or what systemd hands over. */

#include "base/env.h"

#define BIND_MAX 16

struct bound {
	int fd;			/* non-blocking, close-on-exec */
	int local;		/* a Unix socket */
	int port;		/* of TCP, else 0 */
	int inherited;		/* it belongs to systemd, which goes on
				   listening when we don't */
	char path[108];		/* to be removed at the end; "" */
};

/*
 * Listens at at: "ADDR:PORT", where ADDR is an address (IPv6 in brackets) or a
 * name and port 0 takes any free port, or "unix:PATH", which becomes a socket
 * with mode 0600 and may replace one on which nobody listens.  NULL: on the
 * sockets that systemd passed to this process (sd_listen_fds(3)), or else at
 * BIND_DEFAULT.  The number of sockets, or -1 with *f: F_REQUEST if at is
 * malformed, else F_CONNECT.
 */
#define BIND_DEFAULT "127.0.0.1:8181"
int bind_open(const struct env *env, const char *at,
    struct bound b[BIND_MAX], struct fault *f);

/* Appends "127.0.0.1:8181", "[::1]:8181" or "unix:PATH", where fd listens. */
void bind_name(const struct bound *b, struct buf *out);

/* Closes and removes the sockets; nobody can connect any more, but for
 * inherited ones. */
void bind_close(struct bound *b, int n);

#endif
