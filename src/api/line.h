#ifndef API_LINE_H
#define API_LINE_H

/*
 * A line of a batch's input: one question in the words of one of three
 * families.
 *
 *	{"custom_id", "method", "url", "body"}		OpenAI's Batch
 *	{"custom_id", "params"}				Anthropic's
 *	{"custom_id", "prompt" and "messages", options}	our own
 *
 * What the providers' lines hold goes out as it is.  Options of our own have
 * the names of the command line's, and JSON values: model, system, max_tokens,
 * temperature, effort, schema and tools (the JSON itself, no file), and param,
 * an object of plain names.  A member that is null is not there.
 */

#include "api/talk.h"

enum family {
	FAMILY_PLAIN,
	FAMILY_OPENAI,
	FAMILY_ANTHROPIC
};

#define FAMILIES 3

/* Members that a line may have. */
enum {
	L_ID, L_METHOD, L_URL, L_BODY, L_PARAMS, L_PROMPT, L_MESSAGES, L_MODEL,
	L_SYSTEM, L_MAX_TOKENS, L_TEMPERATURE, L_EFFORT, L_SCHEMA, L_TOOLS,
	L_PARAM, LINE_MEMBERS
};

struct line {
	enum family family;
	struct slice at[LINE_MEMBERS];	/* raw, and without quotes; p is NULL
					   for what is not there */
	const char *why;		/* what line_read() said */
};

/*
 * Reads one line, which is borrowed.  NULL, or what is wrong with it as a
 * static text; family and custom_id are set as far as they could be told.
 */
const char *line_read(struct line *l, struct slice text);

/* Appends the text of a member, which is empty where there is none. */
void line_text(const struct line *l, int member, struct buf *out);

/* Puts the custom_id, or "line-NUMBER" where there is none, to an empty out. */
void line_id(const struct line *l, uint64_t number, struct buf *out);

/* What a provider's line wants sent. */
struct slice line_inner(const struct line *l);

/*
 * Appends it as it stands,
 * but for a wish to be answered in a stream ("stream", "stream_options"): an
 * answer of a batch is one JSON text.
 */
void line_body(const struct line *l, struct buf *out);

/*
 * Puts the question of a line of our own to *t, and its options over those of
 * *r; texts are kept in text (not moved any more), params in params, which
 * has room for PARAMS of them.  NULL, or what is wrong.
 */
#define LINE_PARAMS 64
const char *line_ask(const struct line *l, struct talk *t, struct request *r,
    struct param *params, struct buf *text);

#endif
