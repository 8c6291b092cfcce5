#ifndef NET_CONN_H
#define NET_CONN_H

/*
 * A connection to a peer: TCP, TLS over another conn, or a test's script.  Its
 * user need not know which.
 *
 * Deadlines are absolute, in env's mono() time.  A signal that asks to stop
 * ends every call with F_CANCEL, the deadline with F_TIMEOUT.
 */

#include <sys/types.h>

#include "base/env.h"
#include "wire/url.h"

struct conn;

struct conn_ops {
	/*
	 * Reads up to n bytes.  Returns their number, 0 at end of file, or -1
	 * with *f.  The end of TLS without close_notify is an end of file too:
	 * only the dialect knows whether the answer is complete.
	 */
	ssize_t (*read)(struct conn *c, void *p, size_t n, msec deadline,
	    struct fault *f);
	/*
	 * Writes *s, removing what was sent.  Returns 0 when all was sent, 1
	 * if the peer started to answer before that, or -1 with *f.
	 */
	int (*write)(struct conn *c, struct slice *s, msec deadline,
	    struct fault *f);
	/* Whether a kept connection may carry another request: it is open, and
	 * nothing has arrived since the last response.  What has arrived would
	 * be taken for the answer to a question that was not asked yet. */
	int (*quiet)(struct conn *c);
	/* Closes and frees; TLS tries to send close_notify, without waiting. */
	void (*close)(struct conn *c);
};

/* The first member of every kind of conn. */
struct conn {
	const struct conn_ops *ops;
};

/* Duration of each step of a dial in ms; MSEC_NONE: there was no such step. */
struct dial_times {
	msec dns, connect, tls;
};

struct trust;

struct endpoint {
	struct url url;			/* scheme, host and port are used */
	const struct url *proxy;	/* NULL: none */
	const struct trust *trust;	/* set if url or proxy is https */
};

/*
 * Connects to to->url, directly or through to->proxy (with CONNECT if the URL
 * is https), with TLS if it is https.  NULL with *f on failure; *times then
 * covers the steps that were completed.
 */
struct conn *conn_dial(const struct env *env, const struct endpoint *to,
    msec deadline, struct dial_times *times, struct fault *f);

/* How connections are made: conn_dial() in net_real, or a test's script. */
struct net {
	struct conn *(*dial)(const struct env *env, const struct endpoint *to,
	    msec deadline, struct dial_times *times, struct fault *f);
};

extern const struct net net_real;

/*
 * Appends the credentials in a proxy's URL as "Basic ...", the value of a
 * Proxy-Authorization field, or nothing if it has none.  They are secret: wipe
 * out.  Needed for requests in absolute form; CONNECT adds its own.
 */
void conn_proxy_auth(const struct url *proxy, struct buf *out);

#endif
