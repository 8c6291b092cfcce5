#ifndef API_ADAPT_H
#define API_ADAPT_H

/*
 * A conversation as every provider accepts it.  Its calls may have been made by
 * another provider, whose ids and arguments this one refuses; what is stored of
 * them stays as it came, and only the request is changed:
 *
 *	- An id is one to 64 of A-Z, a-z, 0-9, _ and - (Anthropic's pattern and
 *	  OpenAI's length), and no two calls have the same; another is made up
 *	  where that is not so, for the call and its result alike.  Only chat
 *	  keeps LiteLLM's, in which a signature follows "__thought__".
 *	- Arguments are a JSON object (Anthropic, Gemini): text that is none is
 *	  put under "input", as the input of OpenAI's custom tools is; broken
 *	  JSON, and JSON of another type, becomes {}.
 *	- Half a surrogate pair in arguments becomes U+FFFD: servers cannot
 *	  encode it.
 *	- Results are in the order of their calls, which is all that tells
 *	  Gemini where they belong if it sent no ids.
 */

#include "api/request.h"

struct adapted {
	struct buf messages, parts, text;
};

/* Points r->messages to changed copies in *a, {0} at first.  What they borrow
 * must stay until adapt_free(). */
void adapt(struct adapted *a, struct request *r, int chat);
void adapt_free(struct adapted *a);

#endif
