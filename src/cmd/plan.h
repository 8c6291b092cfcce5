#ifndef CMD_PLAN_H
#define CMD_PLAN_H

/* From what the user asked for to a job that can run: which provider, where
 * it is, which key opens it. */

#include "api/provider.h"
#include "base/guard.h"
#include "cmd/opts.h"
#include "core/pace.h"
#include "net/trust.h"
#include "state/history.h"

struct plan {
	struct provider provider;	/* a row, or one of the user's own */
	struct dialect deployment;	/* Azure's old paths: chat elsewhere */
	const char *model;		/* without the prefix */
	struct buf base;		/* the base URL */
	struct buf path, fields, body;	/* of the request; fields are secret */
	struct buf proxy_text;
	struct url proxy;
	struct secret key;
	struct trust trust;
	struct request request;
	struct buf longer, quote;	/* of a continuation: its messages, and
					   what the last one says */
	struct part last;
	int prefilled;			/* the body ends with an assistant's */
	int no_prefill;			/* the model has refused that */
	struct job job;
	struct pace pace;		/* of the job (cmd/limits.h) */
};

/*
 * Fills *p: all that can be wrong about a request is found here, before the
 * prompt is read.  0, or -1 with *c.  p->job lacks env, net, sink and body.
 */
int plan_make(struct plan *p, const struct opts *o, struct complaint *c);

/* The request's body, with the history's question in it, which is borrowed. */
void plan_encode(struct plan *p, struct history *h);

/* The body of p->request as it stands. */
void plan_body(struct plan *p);

/*
 * The same, to go on from the part of an answer that was delivered: by an
 * assistant's turn at the end where the model takes one, else by a user's
 * that quotes it.
 */
void plan_continue(struct plan *p, struct history *h, struct slice text);

/* Whether such a turn is what f complains of; from now on it is quoted. */
int plan_refused(struct plan *p, const struct fault *f);

/* Prints the request as it would go out, the key hidden. */
void plan_print(const struct plan *p, struct buf *out);

void plan_free(struct plan *p);

#endif
