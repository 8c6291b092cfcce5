#ifndef SERVE_RELAY_H
#define SERVE_RELAY_H

/*
 * Relays one request of a client to its upstream and the response back, by the
 * same loop as ask (core/run.h).
 *
 * A struct relay is made by cmd/proxy.c before the workers are forked; each
 * worker then has its own, and keeps the upstream's connection in it for the
 * next request.
 */

#include "core/pace.h"
#include "serve/client.h"

/* A provider to which requests go. */
struct upstream {
	const char *name;		/* a path may begin with /NAME/ */
	const struct dialect *dialect;	/* of its own path */
	struct slice base;		/* the path of its base URL */
	struct job job;			/* .to, .limit, .mask, .max_answer */
	const char *why;		/* it cannot be used; or NULL */
	struct slice key;		/* the provider's real one: takes the
					   place of the client's; or empty */
	const char *auth;		/* the field it goes in; NULL:
					   Authorization */
	struct slice fields;		/* further fields, lines */
};

struct relay {
	const struct env *env;
	const struct net *net;
	struct upstream *up;
	size_t nup;
	struct upstream *every;	/* -u: for all paths without a prefix; or
				   NULL */
	struct policy policy;
	msec commit;		/* ms until the head goes out for sure, 0:
				   never */
	int hold;		/* pass on whole answers only */
	enum on_break on_break;	/* BREAK_CONTINUE: text that broke off is gone
				   on from where it can be */
	struct slice client_keys;	/* that clients may present, lines; .p
					   is NULL: their own keys pass */
	/* The limits that requests with a key for a model share; or NULL for
	 * one that is not paced.  They stay the callee's. */
	struct pace *(*pace)(void *ctx, const struct upstream *up,
	    struct slice key, struct slice model);
	void *ctx;
	/* private */
	struct buf fields, out, held;
};

/* What is to become of a client's connection after a response. */
enum relayed {
	RELAY_KEEP,		/* it can carry another request */
	RELAY_CLOSE,
	RELAY_RESET		/* close it by RST: only that shows that a
				   response without a length is incomplete */
};

enum relayed relay(struct relay *r, struct client *c);

void relay_free(struct relay *r);

#endif
