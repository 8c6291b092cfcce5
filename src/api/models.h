#ifndef API_MODELS_H
#define API_MODELS_H

/*
 * The list of a provider's models, as a dialect so that run() can fetch it:
 * there is no body to send, and the text of the answer is one id a line
 * (models_ids), control characters made visible, or the provider's JSON as a
 * line (models_json).
 *
 * OpenAI, its imitators and Anthropic answer {"data": [{"id"}]}; Gemini
 * {"models": [{"name": "models/ID"}]}; some {"models": [{"id"}]} or a bare
 * array.
 */

#include "api/dialect.h"

extern const struct dialect models_ids, models_json;

#endif
