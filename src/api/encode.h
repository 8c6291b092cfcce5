#ifndef API_ENCODE_H
#define API_ENCODE_H

/*
 * Writing the body of a request: what the dialects share, and the bodies of
 * those whose encoder has a file of its own.
 *
 * Functions that take the request write a top-level member, and leave it out
 * if a param overrides it.
 */

#include "api/request.h"

void responses_body(const struct request *r, struct buf *body);
void messages_body(const struct request *r, struct buf *body);
int messages_prefill(struct slice model);
void gemini_body(const struct request *r, struct buf *body);

/* Opens the body's object; writes "model", "stream" and "temperature"; writes
 * the params and closes the object. */
void encode_open(struct json_out *w, struct buf *body);
void encode_head(struct json_out *w, const struct request *r);
void encode_close(struct json_out *w, const struct request *r);

/* A text, a number, a JSON text; nothing if v is empty or 0. */
void encode_text(struct json_out *w, const struct request *r, const char *key,
    struct slice v);
void encode_num(struct json_out *w, const struct request *r, const char *key,
    int64_t v);
void encode_json(struct json_out *w, const struct request *r, const char *key,
    struct slice v);

/* Opens a top-level member that is an object or an array, '{' or '['; 0 if a
 * param overrides it. */
int encode_begin(struct json_out *w, const struct request *r, const char *key,
    char bracket);

/* Opens a member of any object. */
void encode_in(struct json_out *w, const char *key, char bracket);

/* A member "type" of any object; one with JSON as it is. */
void encode_type(struct json_out *w, const char *type);
void encode_raw(struct json_out *w, const char *key, struct slice json);

/* "role", with OpenAI's names. */
void encode_role(struct json_out *w, enum role role);

/* "content": a string if there is one text only, which every server takes;
 * else an array of objects that part() fills; null if there is none. */
void encode_content(struct json_out *w, const struct message *m,
    void (*part)(struct json_out *, enum role, const struct part *));

/* Opens a turn and the array of its parts; closes both, or removes the turn if
 * it got no parts. */
struct encode_mark {
	struct json_out before;
	size_t n;
};
void encode_turn(struct json_out *w, struct encode_mark *mark,
    const char *role, const char *parts);
void encode_turn_end(struct json_out *w, const struct encode_mark *mark);

/* Whether a part is a PART_OWN; writes it if it is this dialect's. */
int encode_own(struct json_out *w, const struct part *p, const char *dialect);

/* A part's URL, or its data as a data: URL. */
void encode_url(struct json_out *w, const char *key, const struct part *p);

/* A member that was looked up, under another name; nothing if missing. */
void encode_given(struct json_out *w, const char *key,
    const struct json_want *v);

/* The members that name and hold the request's schema. */
void encode_schema(struct json_out *w, const struct request *r);

/* The tools as an array: one() fills the object of each from its members v. */
enum { TOOL_NAME, TOOL_DESCRIPTION, TOOL_PARAMETERS, TOOL_STRICT, TOOL_N };
void encode_tools(struct json_out *w, const struct request *r,
    const char *key, void (*one)(struct json_out *, const struct json_want *));

/* All members of a tool, the schema of its parameters under that key. */
void encode_tool(struct json_out *w, const struct json_want *v,
    const char *key);

#endif
