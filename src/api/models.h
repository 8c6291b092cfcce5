#ifndef API_MODELS_H
#define API_MODELS_H

/*
 * The list of a provider's models, as a dialect of its own so that the one
 * loop fetches it: there is no body to send, and the answer's text is an id a
 * line (dialect_raw gives the JSON as it came).
 *
 * OpenAI and its imitators, and Anthropic, answer {"data": [{"id"}]}; Gemini
 * {"models": [{"name": "models/ID"}]}; some {"models": [{"id"}]} or a bare
 * array.
 */

#include "api/dialect.h"

extern const struct dialect models_ids;

#endif
