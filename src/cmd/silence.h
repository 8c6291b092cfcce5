#ifndef CMD_SILENCE_H
#define CMD_SILENCE_H

/* What an attempt waits for, shown as a live line on a terminal once nothing
 * has come for two seconds, until the first part of the answer does. */

#include "core/attempt.h"

struct silence {
	const struct job *job;		/* NULL: show nothing */
	const struct outcome *out;	/* of the attempt under way */
	/* private */
	msec since;
	int shown;
};

/* An attempt begins; only with a terminal (say_can_live()). */
void silence_begin(struct silence *s);

/* Something has come, or the attempt is over: erases the line. */
void silence_end(struct silence *s);

#endif
