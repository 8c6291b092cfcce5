#ifndef SERVE_BOARD_H
#define SERVE_BOARD_H

/*
 * What the processes of the proxy tell each other, in memory that they share.
 * Each word changes by itself, so a worker may be killed at any time: its
 * place is then freed by the parent.
 *
 * Three pipes wake processes that wait.  Workers write to .need when too few
 * of them are idle.  The parent writes to .yield when all places are taken,
 * for one worker whose client is silent between two requests to close that
 * connection.  .drain has only its reading end in workers, and the parent has
 * the only writing one: its end of file says that no more requests are to be
 * taken, also if the parent was killed.  A byte in .cancel ends what is still
 * under way.
 */

#include <stdatomic.h>
#include <stddef.h>

#include "serve/metrics.h"

enum place {
	PLACE_FREE,
	PLACE_IDLE,		/* waiting for a client */
	PLACE_READING,		/* a request */
	PLACE_BUSY,		/* answering it */
	PLACE_KEPT		/* waiting for the client's next request */
};

struct board {
	struct metrics *metrics;
	size_t max;			/* places */
	int need[2], yield[2], drain[2], cancel[2];
	struct {			/* shared */
		_Atomic int stop;	/* the signal that cancels; 0 */
		_Atomic unsigned place[];
	} *shared;
};

/* Ends the program if there is no memory; 0, or -1 with errno. */
int board_open(struct board *b, size_t max, struct metrics *m);

/* How many workers are in a place of the kind. */
size_t board_count(const struct board *b, enum place kind);

/* Whether no more requests are to be taken. */
int board_draining(const struct board *b);

#endif
