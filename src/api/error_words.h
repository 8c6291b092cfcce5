#ifndef API_ERROR_WORDS_H
#define API_ERROR_WORDS_H

/*
 * The words that servers use for errors, and what each stands for: codes and
 * types, HTTP statuses, phrases of messages, with who sends them.  All of it
 * is tables (error_words.c); error.c decides which of them counts.
 */

#include "base/err.h"

/* The class that a code or type names; F_NONE if it is unknown or vague. */
enum fclass error_code(struct slice name);

/* Whether a code or type is in the list, whose names are separated by blanks.
 * Case, separators and a final "error" or "exception" do not matter:
 * RateLimitReached is rate_limit_reached_error. */
int error_listed(struct slice name, const char *names);

/* A list of codes that servers use for any error, but that mean a bad request
 * where nothing else says what the error is. */
extern const char error_vague[];

/* What the message says where the class so far is the one given; F_NONE if
 * nothing.  coded: a code named that class. */
enum fclass error_phrase(struct slice text, enum fclass class, int coded);

/* Whether the text of a 500 says nothing of its cause, or that it will pass. */
int error_passing(struct slice text);

/* An HTTP status: its class where the body says nothing, and what it means;
 * NULL if it is unknown. */
struct error_status {
	int status;
	enum fclass class;
	const char *meaning;
};
const struct error_status *error_status(int status);

/* The status for an error that came without one; 0 if there is none. */
int error_implied(enum fclass class);

#endif
