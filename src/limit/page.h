#ifndef LIMIT_PAGE_H
#define LIMIT_PAGE_H

/*
 * What the processes of a host know of one limit: a file that all of them map.
 *
 * There is no lock.  Each word changes by itself, and the others can work with
 * every value of each, so a process may die between any two steps.
 *
 * A mapping has its price: if the file is truncated, or its disk fails, the
 * next access is a SIGBUS, and no check beforehand can exclude that.  Reading
 * and writing the file would need a lock instead, which a stopped process
 * could keep for ever.  So SIGBUS is caught.  Memory takes the place of what
 * the file has lost: it is empty, which is one of the values that all can work
 * with, and the process continues with limits of its own.
 *
 * Times are of the wall clock, which continues through a reboot as the
 * server's buckets do.  A page with impossible times or figures is replaced.
 */

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

#define PAGE_CELLS 6
#define PAGE_LEASES 192
#define PAGE_LABEL 1024

#define PAGE_ONE ((int64_t)256)		/* a request, in .concurrency */
#define PAGE_RATIO ((int64_t)1024)	/* one, in .ratio */
#define PAGE_MINUTE ((int64_t)60000000)		/* us; the usual window */

struct cell {			/* a token bucket (limit/gcra.h), in us */
	_Atomic int64_t limit;	/* 0: not known */
	_Atomic int64_t window, margin, tail, base;
	_Atomic int64_t peak, reports;
	_Atomic int64_t told;	/* when a server last reported it, ms */
	_Atomic int64_t since;	/* the first such report, ms; 0: a request
				   sent after it has confirmed it */
	_Atomic int64_t ratio;	/* limit/ratio.h, x PAGE_RATIO; 0: unknown */
	_Atomic int64_t estimated;	/* since .from_place, .from_base */
	_Atomic int64_t from_place, from_base;	/* compared from; 0: none */
	_Atomic int64_t rate, rate_left, rate_taken;	/* limit/rate.h */
	_Atomic int64_t rate_at;	/* ms */
	_Atomic int64_t era;	/* counts the times that all places became
				   invalid (limit/queue.h) */
	_Atomic int64_t unit;	/* of the figures; 0: unknown */
};

struct page {			/* times and spans in ms */
	_Atomic uint64_t magic;
	_Atomic int64_t hold;	/* limit/hold.h */
	_Atomic int64_t probe;	/* when a process last went to find out */
	_Atomic int64_t head;	/* when a server last responded; 0: never */
	_Atomic int64_t concurrency;	/* limit/share.h, x PAGE_ONE; 0: none */
	_Atomic int64_t cut;	/* when that was last reduced */
	_Atomic int64_t output;	/* average tokens of an answer; 0: unknown */
	_Atomic int64_t excess;	/* average tokens above a request's maximum */
	_Atomic int64_t length;	/* average time of a request */
	struct cell cell[PAGE_CELLS];
	_Atomic int64_t held;	/* when .hold was set */
	_Atomic int64_t next;	/* when it may be probed again, */
	_Atomic int64_t pause;	/* and how long that is after the last probe */
	_Atomic int64_t start;	/* when the first went to find out: .probe */
	_Atomic int64_t admitted;	/* to what .concurrency was reduced */
	_Atomic uint64_t host;	/* a random name for those that share the
				   page; 0: none yet */
	_Atomic int64_t gap;	/* limit/gap.h, us; 0: none */
	_Atomic int64_t gap_tries;	/* refusals in a row */
	_Atomic int64_t gap_last;	/* when the last request went */
	_Atomic int64_t gap_refused;	/* when one was last refused, */
	_Atomic int64_t gap_accepted;	/* and requests accepted since then */
	_Atomic int64_t gap_from;	/* when it was first refused; 0: none */
	_Atomic int64_t gap_count;	/* accepted up to the last refusal */
	_Atomic uint64_t lease[PAGE_LEASES];	/* see limit/lease.h */
	_Atomic int64_t span[PAGE_LEASES][PAGE_CELLS];
	char label[PAGE_LABEL];	/* for people; NUL-terminated */
};

/* Opens a folder of pages.  -1 with errno; ENOTDIR: it is none, or a link to
 * one; EACCES: it is not ours, or others can put files there. */
int page_folder(const char *path);

/*
 * Maps a page of a folder and creates it if there is none.  A page that is not
 * ours, not private or damaged is replaced.  Returns NULL, with errno set, if
 * no page can be had there.
 */
struct page *page_open(int folder, const char *name, struct slice label,
    msec now);

/* Maps an existing page for a look at it; NULL if there is no valid one. */
struct page *page_peek(int folder, const char *name, msec now);

/* Drops what a page says of the server; the requests that are active or wait
 * keep their places. */
void page_forget(struct page *p);

/* A page for this process and its children only.  Ends the program if there
 * is no memory. */
struct page *page_alone(void);

/* Unmaps it; harmless for NULL. */
void page_close(struct page *p);

/* Raises a word; it never falls below what another process made of it. */
void page_raise(_Atomic int64_t *word, int64_t to);

/* Moves an average by an eighth of the way to v; 0: there was none. */
void page_average(_Atomic int64_t *word, int64_t v);

/* What is known of a cell; all 0: nothing. */
struct page_state {
	int64_t limit, used;
	msec window;
	msec slot;		/* how long until a small request fits */
};
struct page_state page_state(const struct page *p, size_t cell, msec now);

#endif
