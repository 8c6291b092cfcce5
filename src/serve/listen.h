#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

/*
 * The sockets of the proxy and its workers: accepts connections, reads requests
 * (wire/http_request.h), checks Host and Origin, answers /bide/..., and hands
 * the rest to relay().
 *
 * Workers are processes, one for each connection, forked ahead so that a few
 * are idle.  The parent only forks and buries them: one that is killed loses
 * its own request and no other.  Idle ones end after a while.
 */

#include "serve/bind.h"
#include "serve/relay.h"

struct listen {
	const struct env *env;
	struct relay *relay;
	const char *at;		/* see bind_open(); NULL: the default */
	size_t max_body;	/* bytes */
	int64_t max_connections;
	msec drain;
	const char *const *hosts, *const *origins;	/* --allow-... */
	size_t nhosts, norigins;
	int json;		/* access lines as JSON */
	/* Writes a line to stderr: only cmd/ prints. */
	void (*say)(void *ctx, struct slice line);
	/* Called in each worker: gives up what only the parent needs. */
	void (*confine)(void *ctx);
	void *ctx;
	/* private */
	struct bound bound[BIND_MAX];
	int nbound;
};

/* Binds the sockets, which .bound then has.  0, or -1 with *f. */
int listen_open(struct listen *l, struct fault *f);

/*
 * Serves until SIGTERM or SIGINT; what is under way then has .drain ms to end,
 * or until a second such signal.  SIGHUP is ignored.  0, or -1 with *f if it
 * cannot serve at all.
 */
int listen_serve(struct listen *l, struct fault *f);

#endif
