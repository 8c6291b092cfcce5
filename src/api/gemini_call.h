#ifndef API_GEMINI_CALL_H
#define API_GEMINI_CALL_H

/*
 * The gemini dialect's function calls.  They come whole, in one part of one
 * chunk; only Vertex AI, when a param asks for it, sends their arguments as
 * values with their places ({"jsonPath":"$.a[0].b","stringValue":"x"}), in
 * the order in which they stand in the JSON text that is made of them here.
 * Where they make no sense, neither does the text.
 */

#include "api/dialect.h"

/* A functionCall and the signature beside it, a raw JSON string: puts the
 * call when it is whole. */
enum decoded gemini_call(struct decode *d, struct slice call,
    struct slice signature);

/* The model has ended by itself: puts a call that was not said to be whole. */
enum decoded gemini_call_end(struct decode *d);

#endif
