#ifndef CMD_BATCH_POOL_H
#define CMD_BATCH_POOL_H

/*
 * The workers of a batch, seen from the parent: as many as there is work for,
 * each with one line at a time.  A worker that dies is replaced and given its
 * line again.
 */

#include <poll.h>
#include <sys/types.h>

#include "cmd/batch_work.h"

struct worker {
	pid_t pid;		/* 0: not started */
	int fd;
	int busy, deaths;	/* deaths: over this claim */
	msec start;		/* of the claim */
	struct claim claim;
	struct buf text;	/* of the claim, if it is sent along */
	struct buf in;		/* an incomplete report */
};

/* The first descriptors of a poll; those of the workers follow. */
enum {
	POOL_WAKE,
	POOL_INPUT,
	POOL_FIRST
};

struct pool {
	struct work *work;
	const struct env *env;	/* not interrupted by signals */
	void (*leave)(void *ctx);	/* called in a child: releases what
				   belongs to the parent */
	void *ctx;
	size_t max, busy;
	size_t most;		/* that may be busy; less than max if the
				   system allows no more */
	int closing;		/* do not replace dead workers */
	struct worker *w;	/* max of them */
	struct pause *pause;	/* and theirs, shared memory */
	struct pollfd *fds;	/* POOL_FIRST + max */
	/* private */
	size_t *idle, nidle;
	struct buf chunk;
};

/* {.work, .env, .leave, .ctx, .max, .most} set by the caller. */
void pool_open(struct pool *p);

/*
 * Gives a line to a worker; fewer than .most must be busy.  0; 1 if no worker
 * can be started now, and .most is lowered: give it again later; -1 with errno
 * if there is no worker at all.
 */
int pool_give(struct pool *p, const struct claim *c, struct slice text);

/* Reads from worker i, whose descriptor is readable.  1 when its line is
 * finished, with *r and the result, valid until the next call; else 0. */
int pool_take(struct pool *p, size_t i, struct report *r, struct slice *line);

/* Ends the idle workers: their connections would keep a server busy that serves
 * few at a time.  Others are started when there is work again. */
void pool_rest(struct pool *p);

/* The number of workers that pause, and when the first pause ends, or
 * MSEC_MAX. */
size_t pool_waiting(const struct pool *p, msec now, msec *first);

/* Ends the pauses; the lines of those workers are deferred. */
void pool_hurry(struct pool *p);

/* Ends all workers. */
void pool_close(struct pool *p);

#endif
