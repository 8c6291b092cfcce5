#ifndef SERVE_GATE_H
#define SERVE_GATE_H

/*
 * Whom the proxy serves.  Web pages run in the same host's browser as its
 * user: one may name the proxy by a host of its own that resolves to a
 * loopback address (DNS rebinding), or ask it from afar (CORS).  So Host must
 * be a name of the listener, and an Origin must be known.
 */

#include "serve/listen.h"
#include "wire/http_request.h"

struct gate {
	int status;		/* refused with it; or 0 */
	const char *kind;
	char why[256];
	int preflight;		/* answered with 204, not relayed */
};

/*
 * Checks a head that came in on a socket.  local is the address of the
 * connection's own end as text, with brackets if IPv6, or "".  Header lines
 * for the response are appended to extra.
 */
void gate_check(struct gate *g, const struct listen *l,
    const struct bound *socket, const char *local,
    const struct http_request *q, struct buf *extra);

#endif
