#ifndef STATE_TODO_H
#define STATE_TODO_H

/*
 * Which lines of a batch still need an answer, by the IDs of its lines and of
 * the results so far.
 *
 * An ID is a custom_id, which must be unique, or for a line without one
 * "line-NUMBER-DIGEST", with the first 15 digits of the SHA-256 of its text.
 * The number is for people: such a line is known by its digest, so that others
 * may be put before it, and of several lines with the same text as many are
 * done as there are results.  "line-NUMBER" was the ID of bide 0.1 and stands
 * for the line of that number.
 *
 * Lines and results are looked up many at a time, sorted by hash, so that the
 * file of a large set (ids.h) is read and written page by page.
 *
 * {.ids = {.fd = -1, .path}} is an empty one.  Functions return -1 with errno
 * if the file of the set fails.
 */

#include "state/ids.h"

struct todo {
	struct ids ids;
	int64_t lines;		/* lines that need an answer */
	int64_t done, failed;	/* that have a result; that of a failure */
	uint64_t repeated;	/* the first line with an ID seen before; 0 */
	/* private */
	struct buf queue;	/* struct mark */
	struct buf wanted;	/* a bit per line */
	int by_number;		/* there are results of bide 0.1 */
};

/* The digest of a line's text, without blanks at its ends. */
uint64_t todo_digest(struct slice text);

/* Takes the ID of a result, or of a line and its number, from 1.  Results come
 * first, then todo_end(), then lines. */
int todo_result(struct todo *t, struct slice id, int failed);
int todo_line(struct todo *t, struct slice id, uint64_t number);

/* Whether there is a failure with exactly this ID, also with its number, among
 * the results up to the last todo_end(). */
int todo_failed(struct todo *t, struct slice id);

/* Completes the lines or results so far. */
int todo_end(struct todo *t);

/* The hash by which a line is known; 1 if that is of its digest, and others may
 * have the same. */
int todo_hash(struct slice id, unsigned char hash[IDS_HASH]);

/* Which of n parts a line belongs to. */
unsigned todo_part(struct slice id, unsigned n);

/* Whether a line needs an answer. */
int todo_wants(const struct todo *t, uint64_t number);

void todo_free(struct todo *t);

#endif
