#ifndef CMD_OPTION_H
#define CMD_OPTION_H

/* The table of options, and how one is set from a text. */

#include "cmd/opts.h"

enum kind {
	K_ON,			/* a flag */
	K_LIVE, K_HOLD,		/* two flags on one variable */
	K_TEXT,
	K_NUMBER,		/* a JSON number, kept as text */
	K_COUNT,		/* a whole number, 0 and up */
	K_SOME,			/* a whole number above 0 */
	K_SIZE,			/* bytes above 0 */
	K_SPAN,			/* a duration */
	K_TIME,			/* a duration above 0 */
	K_BREAK,		/* restart, continue or fail */
	K_FILE,			/* a path, repeatable */
	K_RESULT,		/* ID=FILE, repeatable */
	K_VAR,			/* NAME=TEXT, repeatable */
	K_FALLBACK,		/* a model, repeatable */
	K_PRICE,		/* [MODEL] IN,OUT, repeatable */
	K_HOST, K_ORIGIN,	/* of a proxy, repeatable */
	K_PARAM			/* KEY=JSON, repeatable */
};

struct option {
	char name[24];		/* "": it has a letter only */
	char letter, kind;
	unsigned short takes;	/* the commands that take it */
	short at;		/* offset in struct opts */
};

extern const struct option options[];
extern const size_t options_n;

/* Finds an option by its long name, or by its letter if name is empty; or
 * NULL. */
const struct option *option_find(struct slice name, char letter);

/* The option of these commands that a wrong long name is likely meant for: a
 * misspelt one, or the only one that begins so; or NULL. */
const struct option *option_likely(struct slice name, unsigned commands);

int option_takes_value(const struct option *opt);

/*
 * Sets an option in *o.  value points to memory that outlives *o, or is NULL
 * for a flag of the command line; flags from elsewhere are unset by 0, no, off
 * and the empty text.  where names the source in messages ("--patience",
 * "BIDE_PATIENCE", "FILE:3: patience").  0, or status after a message.
 */
int option_set(struct opts *o, const struct option *opt, const char *value,
    const char *where, int status);

#endif
