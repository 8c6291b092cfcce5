#ifndef SERVE_REST_FORM_H
#define SERVE_REST_FORM_H

/* What serve/rest.c has to know of the APIs' streams and requests.  Pure. */

#include "api/dialect.h"

/* What an event is to a client that reads text. */
enum {
	TEXT = 1,		/* it has some */
	PASS = 2,		/* it has something else to say */
	OVER = 4,		/* after which there is no going on */
	START = 8, STOP = 16,	/* of a block or item of output */
	PART = 32		/* of an item's text: start */
};

/* An API whose texts can be joined. */
struct rest_form {
	const struct dialect *dialect;
	/* An event's kind, and its text, still escaped, if it has any. */
	unsigned (*read)(struct slice data, struct slice *text);
	const char *text;	/* where a delta has it */
	const char *name;	/* of its event */
	const char *index;	/* where events have that of their block or
				   item; or NULL */
	const char *kept[2];	/* members that are the same in all events */
	/* the request: the list of turns, a turn before and after its text, and
	 * members that make an answer something else than one plain text */
	const char *list, *before, *after, *odd[4];
};

/* NULL: texts of that API cannot be joined. */
const struct rest_form *rest_form(const struct dialect *d);

#endif
