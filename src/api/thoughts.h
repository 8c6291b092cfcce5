#ifndef API_THOUGHTS_H
#define API_THOUGHTS_H

/*
 * What a model of the chat dialect thought, to be sent back with its tool
 * calls: some servers refuse the results otherwise.
 *
 *	reasoning_content	text (DeepSeek, Kimi: "thinking mode: the
 *				reasoning_content must be passed back")
 *	reasoning_details	entries, of which a stream has pieces that
 *				belong together by type and index, with a
 *				signature in the last (OpenRouter, MiniMax)
 *
 * An EV_ITEM of the dialect "chat" holds them as members of an object.
 * Gemini's thought_signature comes with a call, in an object named
 * extra_content or, by LiteLLM, provider_specific_fields.
 */

#include "api/dialect.h"
#include "api/request.h"

/* Keeps what a delta, or a message, has of them. */
void thoughts_take(struct decode *d, const struct json_want *content,
    const struct json_want *details);

/* Puts the item, if there is anything to put. */
void thoughts_put(struct decode *d);

/* Writes the members into an assistant's message. */
void thoughts_encode(struct json_out *w, const struct message *m);

/* Writes what goes back with a call, of the two members so named. */
#define THOUGHTS_EXTRA "extra_content provider_specific_fields"
void thoughts_extra(struct json_out *w, const struct json_want *v);

void thoughts_clear(struct thoughts *t);
void thoughts_free(struct thoughts *t);

#endif
