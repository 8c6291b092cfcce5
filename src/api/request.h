#ifndef API_REQUEST_H
#define API_REQUEST_H

/* A request in no dialect: a conversation whose next turn is the model's, and
 * its settings.  Everything is borrowed. */

#include "base/buf.h"
#include "wire/json.h"

/* A further top-level member of the request body; it replaces the member of
 * that name that bide would write. */
struct param {
	struct slice key;
	struct slice json;		/* valid JSON */
};

/* How a server or a model differs from OpenAI's usual ones. */
enum {
	QUIRK_MAX_TOKENS = 1,		/* takes "max_tokens", as before o1 */
	QUIRK_NO_STREAM_OPTIONS = 2,	/* refuses "stream_options" */
	QUIRK_NO_STREAM = 4,		/* answers as a whole only */
	QUIRK_NO_STORE = 8,		/* refuses "store", */
	QUIRK_NO_INCLUDE = 16,		/* "include", */
	QUIRK_NO_STRICT = 32,		/* "strict" */
	QUIRK_RENAMED = 64,		/* request_amend() has changed the
					   first one */
	QUIRK_NO_THINKING = 128		/* the turn's thinking was refused: no
					   param "thinking" */
};

enum role {
	ROLE_SYSTEM,			/* also OpenAI's "developer" */
	ROLE_USER,
	ROLE_ASSISTANT,
	ROLE_TOOL			/* results of the calls before it */
};

enum part_type {
	PART_TEXT,			/* .text */
	PART_IMAGE,			/* .mime and .data, or .url */
	PART_FILE,			/* the same, and .name: a PDF */
	PART_CALL,			/* .id, .name, .text: arguments, JSON;
					   .signature as it came, or empty */
	PART_RESULT,			/* .id, .name of its call, .text */
	PART_OWN			/* in an assistant's turn: .text, the
					   JSON of an EV_ITEM; .name, its
					   dialect: others leave it out */
};

struct part {
	enum part_type type;
	struct slice text, id, name, mime, signature;
	struct slice data;		/* the file's bytes */
	struct slice url;		/* instead of .data */
	const struct part *mate;	/* a result's call, a result of a call;
					   NULL: none.  See talk_pair(). */
};

struct message {
	enum role role;
	const struct part *parts;
	size_t nparts;
};

/* How ids begin that are made up for calls that came without one. */
#define MADE_UP "call_bide_"

struct request {
	struct slice model;
	struct slice system;		/* empty: none */
	const struct message *messages;	/* the last is not the assistant's */
	size_t nmessages;
	int64_t max_tokens;		/* 0: the provider's default */
	int64_t room;			/* the most that a dialect may ask for
					   of itself where that is 0; 0:
					   unknown */
	struct slice temperature;	/* a JSON number; empty: none */
	struct slice effort;		/* empty: none */
	struct slice schema;		/* a JSON schema; empty: none */
	struct slice tools;		/* JSON array of {name, description,
					   parameters}; empty: none */
	const struct param *params;
	size_t nparams;
	unsigned quirks;
	int background;			/* responses: run in the background */
};

/* The number of a message's parts of the types from least to most. */
size_t message_count(const struct message *m, enum part_type least,
    enum part_type most);

/* Whether a param replaces the member key. */
int request_overrides(const struct request *r, const char *key);

/* Whether the answer comes as a stream: unless a param says otherwise. */
int request_streams(const struct request *r);

/*
 * Changes a request by the message of a server that refused it, if that is
 * about what bide wrote of its own accord: a member that the model does not
 * know is left out, a limit on the answer that is too high is set to what the
 * message says there is room for.  Each is done once.  Returns whether the
 * request has changed.
 */
int request_amend(struct request *r, struct slice message);

/* Writes the params as members, of equal names the last. */
void request_params(const struct request *r, struct json_out *w);

#endif
