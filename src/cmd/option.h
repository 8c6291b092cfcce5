#ifndef CMD_OPTION_H
#define CMD_OPTION_H

/* The table of options, for those who read and write them. */

#include "cmd/opts.h"

enum kind {
	K_ON,			/* a flag */
	K_LIVE, K_HOLD,		/* two flags on one variable */
	K_TEXT,
	K_NUMBER,		/* a JSON number, kept as text */
	K_COUNT,		/* a whole number, 0 and up */
	K_SOME,			/* one above 0 */
	K_SPAN,			/* a duration */
	K_TIME,			/* one above 0 */
	K_BREAK,		/* restart, continue or fail */
	K_FILE,			/* a text, repeatable */
	K_RESULT,		/* ID=FILE, repeatable */
	K_FALLBACK,		/* a model, repeatable */
	K_PARAM			/* KEY=JSON, repeatable */
};

struct option {
	char name[20];		/* "": a letter only; no pointers here, for
				   each is relocated at start */
	char letter, kind;
	unsigned char takes;	/* the commands that take it */
	short at;		/* in struct opts */
};

extern const struct option options[];
extern const size_t options_n;

/* By its long name, or by its letter where that is empty; NULL. */
const struct option *option_find(struct slice name, char letter);

int option_takes_value(const struct option *opt);

/* Sets it in *o from a text, NULL for a flag that is there; where: see
 * opts_set(). */
int option_set(struct opts *o, const struct option *opt, const char *value,
    const char *where, struct complaint *c);

#endif
