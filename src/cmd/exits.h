#ifndef CMD_EXITS_H
#define CMD_EXITS_H

/* Exit statuses: the numbers of sysexits.h, and 1 for an answer that the model
 * did not finish. */

enum {
	EXIT_WHOLE = 0,
	EXIT_PARTIAL = 1,	/* truncated, refused or filtered */
	EXIT_USAGE = 64,
	EXIT_NEVER = 65,	/* the request can never succeed */
	EXIT_QUOTA = 69,
	EXIT_BUG = 70,
	EXIT_OUTPUT = 74,
	EXIT_LATER = 75,	/* temporary */
	EXIT_PROTOCOL = 76,
	EXIT_KEY = 77,
	EXIT_CONFIG = 78,
	EXIT_SIGNAL = 128	/* plus the signal's number */
};

#endif
