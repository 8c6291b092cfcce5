#ifndef API_LINE_H
#define API_LINE_H

/*
 * A line of a batch's input: one question in the format of one of four
 * families.
 *
 *	{"custom_id", "method", "url", "body"}		OpenAI's Batch API;
 *							Mistral's has no url
 *	{"custom_id", "params"}				Anthropic's
 *	{"key", "request"}				Gemini's
 *	{"model", "messages", ...}			a request's body alone
 *	{"custom_id", "prompt", "messages", options}	bide's
 *
 * A body alone has a model and messages, input or contents, but neither a
 * custom_id nor a prompt; it is Anthropic's if the model is a Claude, Gemini's
 * if it has contents, else OpenAI's, and then its metadata is for the reader of
 * the results, as in OpenAI's cookbook, and is not sent.
 *
 * custom_id and key may also be numbers.
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
	FAMILY_ANTHROPIC,
	FAMILY_GEMINI
};

#define FAMILIES 4

/* The members that a line may have. */
enum {
	L_ID, L_KEY, L_METHOD, L_URL, L_BODY, L_PARAMS, L_REQUEST, L_INPUT,
	L_CONTENTS, L_PROMPT, L_MESSAGES, L_MODEL, L_SYSTEM, L_MAX_TOKENS,
	L_TEMPERATURE, L_EFFORT, L_SCHEMA, L_TOOLS, L_PARAM, LINE_MEMBERS
};

struct line {
	enum family family;
	struct slice at[LINE_MEMBERS];	/* raw values, strings without their
					   quotes; .p is NULL if missing; a key
					   stands at L_ID, too */
	struct slice inner;		/* what a provider's line sends */
	int bare;			/* it is a body alone */
	const char *why;		/* the result of line_read() */
};

/*
 * Reads one line, which is borrowed.  NULL, or what is wrong with it as a
 * static text; family and custom_id are set then too, if they could be read.
 */
const char *line_read(struct line *l, struct slice text);

/* What a file is that begins with this line, if it cannot be a batch at all: a
 * static text with advice.  NULL: it may be one. */
const char *line_foreign(struct slice first);

/* Appends the text of a string member; nothing if it is missing. */
void line_text(const struct line *l, int member, struct buf *out);

/* Writes the custom_id, or without one "line-NUMBER-DIGEST" (state/todo.h), to
 * an empty out. */
void line_id(const struct line *l, uint64_t number, uint64_t digest,
    struct buf *out);

/* Appends the url of one of OpenAI's lines, which is a path or a whole URL; or
 * without one the path that its body is for.  -1: it is for none. */
int line_url(const struct line *l, struct buf *out);

/*
 * Writes .inner to an empty out, without "stream" and "stream_options" if it
 * asks for a stream: an answer in a batch is one JSON text.  model is for a
 * line that names none (Mistral's batches name it for all lines), and with
 * instead takes the place of that of any line; or it is empty.
 */
void line_body(const struct line *l, struct slice model, int instead,
    struct buf *out);

/*
 * Adds the question of one of bide's own lines to *t and overrides *r with its
 * options.  Texts are kept in text, which must not be changed while they are
 * used; params has room for LINE_PARAMS.  NULL, or what is wrong.
 */
#define LINE_PARAMS 64
const char *line_ask(const struct line *l, struct talk *t, struct request *r,
    struct param *params, struct buf *text);

#endif
