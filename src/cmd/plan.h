#ifndef CMD_PLAN_H
#define CMD_PLAN_H

/* From what the user asked for to a job that can run: which provider, where
 * it is, which key opens it. */

#include "api/provider.h"
#include "base/guard.h"
#include "cmd/opts.h"
#include "core/run.h"
#include "net/trust.h"

struct plan {
	struct provider provider;	/* a row, or one of the user's own */
	const char *model;		/* without the prefix */
	struct buf base;		/* the base URL */
	struct buf path, fields, body;	/* of the request; fields are secret */
	struct buf proxy_text;
	struct url proxy;
	struct buf system, schema, tools;
	struct secret key;
	struct trust trust;
	struct request request;
	struct part prompt;		/* of the one message */
	struct message message;
	struct job job;
};

/*
 * Fills *p: all that can be wrong about a request is found here, before the
 * prompt is read.  0, or -1 with *c.  p->job lacks env, net, sink and body.
 */
int plan_make(struct plan *p, const struct opts *o, struct complaint *c);

/* The request's body, with the prompt in it, which is borrowed. */
void plan_encode(struct plan *p, struct slice prompt);

/* Prints the request as it would go out, the key hidden. */
void plan_print(const struct plan *p, struct buf *out);

void plan_free(struct plan *p);

#endif
