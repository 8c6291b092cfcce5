#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

/*
 * The sockets of the proxy and its workers: accepts connections, reads requests
 * (wire/http_request.h), checks Host and Origin, answers /bide/..., and hands
 * the rest to relay().
 */

#include "serve/relay.h"

struct listen {
	const struct env *env;
	struct relay *relay;
	const char *at;		/* -l: ADDR:PORT, unix:PATH */
	size_t max_body;	/* bytes */
	int64_t max_connections;
	msec drain;
	const char *const *hosts, *const *origins;	/* --allow-... */
	size_t nhosts, norigins;
	int json;		/* access lines as JSON */
	/* Writes a line to stderr: only cmd/ prints. */
	void (*say)(void *ctx, struct slice line);
	void *ctx;
};

/* Binds the sockets.  0, or -1 with *f. */
int listen_open(struct listen *l, struct fault *f);

/* Serves until a signal asks to stop and what is under way has ended. */
void listen_serve(struct listen *l);

#endif
