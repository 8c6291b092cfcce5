#ifndef CORE_SEAM_H
#define CORE_SEAM_H

/*
 * Joins a continuation to the part of an answer that was delivered before
 * its stream broke (--on-break continue): a sink in front of the one that
 * writes.
 *
 * It keeps the text that went through, or its end: a long answer has to fit
 * into a question.  A model that is asked to go on tends
 * to repeat some of its last words, or the white space it was stripped of:
 * the beginning of a continuation is held back until it is SEAM_WINDOW bytes
 * or the answer ends, and what overlaps with the end of the kept text is
 * dropped.  Less than SEAM_LEAST bytes may be chance, and stay, unless they are
 * all that there was: a model that began anew.
 */

#include "api/event.h"

#define SEAM_WINDOW ((size_t)1024)
#define SEAM_LEAST ((size_t)8)
#define SEAM_ALL ((size_t)3)
#define SEAM_KEEP ((size_t)256 << 10)

struct seam {
	struct sink sink;
	struct sink *next;
	struct buf text;	/* what went through */
	struct buf head;	/* of a continuation, held back */
	int joining;
};

/* Bytes at the front of head that repeat the end of text. */
size_t seam_overlap(struct slice text, struct slice head);

/* What an earlier run delivered; joining: the first answer is a model's
 * continuation of it. */
void seam_earlier(struct seam *s, struct slice text, int joining);

void seam_init(struct seam *s, struct sink *next);
void seam_free(struct seam *s);

#endif
