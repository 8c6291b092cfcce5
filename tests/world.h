#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

/*
 * Simulates workers that share a limit against a provider that enforces it, in
 * virtual time.
 *
 * A worker asks, sends, is answered or refused, pauses as core/retry.h has it,
 * and takes the next request when the answer is whole.  The provider states its
 * limits in one of several styles.  Measured are the time, to be compared with
 * what the buckets alone require, and the number of refusals.
 */

#include "api/quota.h"
#include "core/retry.h"
#include "limit/limit.h"
#include "tests/t.h"

#define START ((msec)1767225600 * 1000)
#define WORLD_FIELDS 10

enum world_kind {
	W_CALLS,
	W_TOKENS,
	W_INPUT,
	W_OUTPUT,		/* counted as it is generated */
	W_DAY,			/* requests a day */
	W_KINDS
};

/* How the provider states its limits. */
enum world_style {
	W_OPENAI,		/* in fields and texts */
	W_TEXTS,		/* only in texts */
	W_AZURE,		/* what remains, and the waits of refusals */
	W_ANTHROPIC,		/* in fields; Retry-After */
	W_RETRY_AFTER,		/* only the waits, in whole seconds */
	W_BARE			/* not at all */
};

struct world_bucket {		/* limit 0: none */
	int64_t limit;
	double left;
	msec window;
	msec at;		/* when .left was true */
	int fixed;		/* it is full after each window, and is not
				   refilled before */
};

struct world_range {
	int64_t least, most;
};

struct world_worker;

struct world {
	/* the load */
	size_t workers, requests;
	struct world_range prompt;	/* tokens of a request */
	struct world_range most;	/* its max_tokens; below 0: none */
	int models;			/* 2: half of it is for another one,
					   which shares the buckets */
	/* the provider */
	enum world_style style;
	struct world_bucket bucket[W_KINDS];
	size_t at_a_time;		/* 0: any number */
	int rounded;			/* fields give whole thousands */
	int all_count;			/* refused requests are counted */
	msec latency, think, service;	/* each way; to the head; from it */
	msec late;			/* most delay of one in ten */
	double count;			/* its count of tokens by ours, */
	struct world_range extra;	/* and besides so many */
	struct world_range answer;	/* instead of max_tokens this is
					   counted, at the end */
	double foreign;			/* what others take, as part of the
					   limit of W_TOKENS, */
	int64_t lump;			/* in requests of this size */
	msec change;			/* after so long */
	int64_t to;			/* that becomes the limit */
	/* ours */
	msec patience;			/* for pauses; 0: 10 minutes */
	msec stop;			/* ends the run; 0: never */
	uint64_t seed;
	/* results */
	msec now;
	msec end;			/* when the last request was admitted */
	msec longest;			/* wait for an answer */
	size_t taken, answered, failed, refused, going, peak;
	size_t told, overdue;		/* waits that a refusal named, and
					   those that were exceeded */
	double spent[W_KINDS];
	double eaten;			/* by others */
	/* private */
	struct limit limit[2];
	struct world_worker *worker;
	msec foreign_at;
};

/* Runs the load to its end. */
void world_run(struct world *w);

/* What the load requires of the buckets and places, in ms.  w: after the run;
 * before: before it. */
double world_least(const struct world *w, const struct world *before);

/* -- between world.c and world_server.c ------------------------------------ */

enum world_act { W_ASK, W_ARRIVE, W_HALF, W_HEAD, W_DONE, W_OVER };

struct world_worker {
	enum world_act act;
	msec next;
	int model;
	struct ticket ticket;
	struct retry retry;
	struct buf body;
	double cost[W_KINDS];	/* as the provider counts it, */
	double later;		/* of the tokens once the answer is whole */
	msec began;
	msec renew;		/* when it has to ask again under way */
	msec due;		/* until when it may wait after a refusal, or
				   0 */
	int status;
	size_t nfields;
	char name[WORLD_FIELDS][48], value[WORLD_FIELDS][32];
	char text[512];		/* of a refusal */
};

double world_chance(struct world *w);

/* The request reaches the provider: sets .status, the fields and .text. */
void world_arrive(struct world *w, struct world_worker *x);

/* Half of the answer is generated. */
void world_half(struct world *w, const struct world_worker *x);

/* The answer is whole. */
void world_done(struct world *w, const struct world_worker *x);

#endif
