#ifndef CMD_PLAN_H
#define CMD_PLAN_H

/* A plan for a request: from the options and the environment to a job that can
 * run.  Which provider, at which URL, with which key. */

#include "base/guard.h"
#include "cmd/opts.h"
#include "cmd/owner.h"
#include "core/pace.h"
#include "net/trust.h"
#include "state/history.h"

struct plan {
	struct provider provider;	/* as in struct owner */
	const struct own_provider *own;
	const char *key_file;
	int bare;			/* the key goes over plain http to
					   another host */
	struct dialect deployment;	/* Chat at Azure's older path */
	const char *model;		/* without the provider's prefix */
	struct buf base;		/* the base URL */
	struct buf path, fields, body;	/* of the request; fields are secret */
	struct buf proxy_text;
	struct url proxy;
	struct secret key;
	struct mask mask;		/* hides it, and other secrets, in what
					   a server sends */
	struct trust trust;
	struct request request;
	/* a request for the rest of an answer (cmd/request.h) */
	struct buf longer, quote;	/* its messages, the text of the last */
	struct part last;
	int64_t most;			/* of tokens in the whole answer; 0 */
	int prefilled;			/* the last is an assistant's */
	int no_prefill;			/* the model has refused that */
	struct job job;
	struct pace pace;		/* of the job (limits_open()) */
};

/*
 * Fills *p and finds everything that can be wrong about a request before the
 * prompt is read.  model: another one than the command's own (owner.h), or
 * NULL.  0, or -1 with *c; plan_free() in both cases.  *o and model are
 * borrowed.  The job still lacks what plan_job() sets, and a body
 * (cmd/request.h).
 */
int plan_make(struct plan *p, const struct opts *o, const char *model,
    struct complaint *c);

/* What to say, once, if a plan is .bare. */
extern const char plan_bare[];

/* Sets what the job needs to run; end: its deadline, monotonic. */
void plan_job(struct plan *p, const struct env *env, struct sink *sink,
    msec end);

/* Sets another path below the base URL. */
void plan_path(struct plan *p, const char *below);

/* Makes the request one for the list of models.  0, or -1 with *c. */
int plan_models(struct plan *p, struct complaint *c);

/* Opens the trust store that o or a variable names, else the system's.  0, or
 * -1 with *f, which says what named it. */
int plan_trust(struct trust *t, const struct opts *o, struct fault *f);

/* The header field that takes the key; NULL: Authorization. */
const char *plan_auth(const struct plan *p);

void plan_free(struct plan *p);

#endif
