#ifndef LIMIT_PAGE_H
#define LIMIT_PAGE_H

/*
 * What the processes of a host know of one limit: words in a file that all of
 * them map.  There is no lock.  Each word is changed by itself, and every
 * value of each is one that the others can live with, so a process may die
 * between any two steps.
 *
 * Times are of the wall clock, which goes on through a reboot as the server's
 * buckets do; a page with times that cannot be is not believed.
 */

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

#define PAGE_CELLS 6
#define PAGE_LEASES 192
#define PAGE_LABEL 1024

struct cell {			/* a bucket; microseconds (limit/gcra.h) */
	_Atomic int64_t limit;	/* 0: not known */
	_Atomic int64_t window, margin, tail, base;
	_Atomic int64_t told;	/* when a server last spoke of it, ms */
};

struct page {			/* ms */
	_Atomic uint64_t magic;
	_Atomic int64_t hold;	/* nobody sends before */
	_Atomic int64_t probe;	/* when somebody last went to find out */
	_Atomic int64_t head;	/* when a server last answered; 0: never */
	_Atomic int64_t share;	/* requests at a time, x 256; 0: any number */
	_Atomic int64_t cut;	/* when share was last cut */
	_Atomic int64_t output;	/* tokens of an answer, about; 0: not known */
	_Atomic int64_t length;	/* of a request, about, ms */
	struct cell cell[PAGE_CELLS];
	_Atomic uint64_t lease[PAGE_LEASES];	/* see limit/lease.h */
	_Atomic int64_t span[PAGE_LEASES][PAGE_CELLS];
	char label[PAGE_LABEL];	/* for people: NUL at its end */
};

/*
 * Maps the page dir/name, and makes it if there is none; dir exists.  A page
 * that is not ours, not private or damaged is replaced.  Returns NULL, with
 * errno set, if no page can be had there.
 */
struct page *page_open(const char *dir, const char *name, struct slice label,
    msec now);

/* Maps a page that is there, to be looked at; NULL when it is none. */
struct page *page_peek(const char *dir, const char *name, msec now);

/* A page for this process and its children alone; ends the program when
 * there is no memory. */
struct page *page_alone(void);

void page_close(struct page *p);

#endif
