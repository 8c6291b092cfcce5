#ifndef CMD_BATCH_POOL_H
#define CMD_BATCH_POOL_H

/*
 * The parent's half: workers, as many as there is work for, each with one
 * line at a time.  A worker that dies is replaced, and its line asked again.
 */

#include <poll.h>
#include <sys/types.h>

#include "cmd/batch_work.h"

/* A line that this many workers died of is left alone. */
#define DEATHS_MAX 5

struct worker {
	pid_t pid;		/* 0: not started */
	int fd;
	int busy, deaths;	/* deaths: of this claim */
	msec start;		/* of the claim */
	struct claim claim;
	struct buf text;	/* of the claim, where it is sent along */
	struct buf in;		/* a report that has come in part */
};

/* The first descriptors of a poll; the workers' stand behind them. */
enum {
	POOL_WAKE,
	POOL_INPUT,
	POOL_FIRST
};

struct pool {
	struct work *work;
	const struct env *env;	/* that no signal interrupts */
	void (*leave)(void *ctx);	/* a child, of the parent's things */
	void *ctx;
	size_t max, busy;
	size_t most;		/* at work, as far as the system lets us */
	int closing;		/* the dead are not replaced */
	struct worker *w;	/* max of them */
	struct pause *pause;	/* theirs */
	struct pollfd *fds;	/* POOL_FIRST + max */
	/* private */
	size_t *idle, nidle;
	struct buf chunk;
};

/* {.work, .env, .leave, .ctx, .max} set by the caller. */
void pool_open(struct pool *p);

/* Gives a line to a worker; there must be fewer than .most at work.  0; 1:
 * there are no more to be had (.most says so now), later then; -1 with errno:
 * there is none at all. */
int pool_give(struct pool *p, const struct claim *c, struct slice text);

/* Worker i's descriptor is readable.  1 when its line is through: *r, and the
 * result until the next call; 0 when not yet. */
int pool_take(struct pool *p, size_t i, struct report *r, struct slice *line);

/* Ends the pauses: those who are in one leave their lines. */
void pool_hurry(struct pool *p);

/* Ends all workers. */
void pool_close(struct pool *p);

#endif
