#ifndef API_LINE_H
#define API_LINE_H

/*
 * A line of a batch's input: one question in the format of one of three
 * families.
 *
 *	{"custom_id", "method", "url", "body"}		OpenAI's Batch API
 *	{"custom_id", "params"}				Anthropic's
 *	{"custom_id", "prompt", "messages", options}	bide's
 *
 * The body or params of the providers' lines are sent unchanged.  The options
 * of bide's own lines are named as on the command line and have JSON values:
 * model, system, max_tokens, temperature, effort, schema and tools (the JSON
 * itself, no file name), and param, an object.  null stands for a missing
 * member.
 */

#include "api/talk.h"

enum family {
	FAMILY_PLAIN,
	FAMILY_OPENAI,
	FAMILY_ANTHROPIC
};

#define FAMILIES 3

/* The members that a line may have. */
enum {
	L_ID, L_METHOD, L_URL, L_BODY, L_PARAMS, L_PROMPT, L_MESSAGES, L_MODEL,
	L_SYSTEM, L_MAX_TOKENS, L_TEMPERATURE, L_EFFORT, L_SCHEMA, L_TOOLS,
	L_PARAM, LINE_MEMBERS
};

struct line {
	enum family family;
	struct slice at[LINE_MEMBERS];	/* raw values, strings without their
					   quotes; .p is NULL if missing */
	const char *why;		/* the result of line_read() */
};

/*
 * Reads one line, which is borrowed.  NULL, or what is wrong with it as a
 * static text; family and custom_id are set then too, if they could be read.
 */
const char *line_read(struct line *l, struct slice text);

/* Appends the text of a string member; nothing if it is missing. */
void line_text(const struct line *l, int member, struct buf *out);

/* Writes the custom_id, or without one "line-NUMBER-DIGEST" (state/todo.h), to
 * an empty out. */
void line_id(const struct line *l, uint64_t number, uint64_t digest,
    struct buf *out);

/* The body or params of a provider's line. */
struct slice line_inner(const struct line *l);

/* Appends the same without "stream" and "stream_options" if it asks for a
 * stream: an answer in a batch is one JSON text. */
void line_body(const struct line *l, struct buf *out);

/*
 * Adds the question of one of bide's own lines to *t and overrides *r with its
 * options.  Texts are kept in text, which must not be changed while they are
 * used; params has room for LINE_PARAMS.  NULL, or what is wrong.
 */
#define LINE_PARAMS 64
const char *line_ask(const struct line *l, struct talk *t, struct request *r,
    struct param *params, struct buf *text);

#endif
