#ifndef SERVE_MANNERS_H
#define SERVE_MANNERS_H

/* What clients bear.  Pure. */

#include "serve/client.h"

struct manners {
	char agent[16];		/* what its User-Agent has in it */
	msec head;		/* it leaves after so many ms without a head; 0:
				   never */
	msec comments;		/* or with nothing but comments; 0: never */
	int events;		/* only events count, comments do not; but it
				   waits for a head for ever */
};

/* By the User-Agent; for others a row that asks for nothing. */
const struct manners *manners_of(const struct client *c);

/* How long the client waits in all as its own fields say; MSEC_MAX: they do
 * not. */
msec manners_timeout(const struct client *c);

/* The part of a client's time that can be used, so that an answer still reaches
 * it. */
msec manners_within(msec time);

#endif
