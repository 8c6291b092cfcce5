#ifndef LIMIT_LIMIT_VIEW_H
#define LIMIT_LIMIT_VIEW_H

/* What limit.c, and people, see of a page's cells. */

#include "limit/limit.h"

#define SHARE_ONE ((int64_t)256)	/* a page's share of one request */

/* A cell at one look, with the limit that counts. */
struct limit_view {
	struct cell *c;
	int64_t limit, window, base, tail, margin;	/* us */
	int64_t burst;
	int own;		/* it is the user's */
};

/* What a ticket sees of a cell; 0: no limit. */
int limit_look(const struct limit *l, const struct ticket *t, size_t k,
    struct limit_view *v);

#endif
