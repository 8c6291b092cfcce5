#ifndef NET_CONN_H
#define NET_CONN_H

/*
 * Bytes to and from a peer.  A conn is TCP, TLS over another conn, or a
 * test's script; who holds one need not know.
 *
 * Deadlines are absolute, of env's mono().  A signal that asks to stop ends
 * every call with F_CANCEL, a deadline with F_TIMEOUT.
 */

#include <sys/types.h>

#include "base/env.h"
#include "wire/url.h"

struct conn;

struct conn_ops {
	/* Reads up to n bytes: their number, 0 at the peer's end, -1 with *f.
	 * TLS without close_notify is an end like any other: only the dialect
	 * knows whether the answer is whole. */
	ssize_t (*read)(struct conn *c, void *p, size_t n, msec deadline,
	    struct fault *f);
	/* Writes from the front of *s.  0: all of it; 1: the peer has begun
	 * to answer, *s holds what was not sent; -1 with *f. */
	int (*write)(struct conn *c, struct slice *s, msec deadline,
	    struct fault *f);
	/* Says goodbye where the protocol has a word for it, without waiting,
	 * and frees. */
	void (*close)(struct conn *c);
};

/* The first member of every kind of conn. */
struct conn {
	const struct conn_ops *ops;
};

/* How long each step of a dial took, ms; MSEC_NONE: there was no such step. */
struct dial_times {
	msec dns, connect, tls;
};

struct trust;

struct endpoint {
	struct url url;			/* scheme, host and port count */
	const struct url *proxy;	/* NULL: none */
	const struct trust *trust;	/* where url or proxy is https */
};

/* How connections are made: conn_dial behind a pointer, or a test's script. */
struct net {
	struct conn *(*dial)(const struct env *env, const struct endpoint *to,
	    msec deadline, struct dial_times *times, struct fault *f);
};

extern const struct net net_real;

/*
 * Connects: to the proxy or the host itself, through the proxy by CONNECT for
 * https, with TLS for https.  NULL with *f on failure; *times holds what was
 * reached.
 */
struct conn *conn_dial(const struct env *env, const struct endpoint *to,
    msec deadline, struct dial_times *times, struct fault *f);

/* Appends the credentials of a proxy URL, "Basic ...", the value of a
 * Proxy-Authorization field, to out (a secret: wipe it); nothing when the URL
 * holds none.  For requests in absolute form; CONNECT does its own. */
void conn_proxy_auth(const struct url *proxy, struct buf *out);

#endif
