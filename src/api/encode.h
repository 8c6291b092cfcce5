#ifndef API_ENCODE_H
#define API_ENCODE_H

/*
 * What the dialects' request bodies have in common.  All of these leave a
 * top-level member out that a param of the request takes the place of.
 */

#include "api/request.h"

/* Opens the body's object; writes "model", "stream" and "temperature", which
 * three have; closes it behind the params. */
void encode_open(struct json_out *w, struct buf *body);
void encode_head(struct json_out *w, const struct request *r);
void encode_close(struct json_out *w, const struct request *r);

/* A text, a number, a JSON text; nothing where v is empty or 0. */
void encode_text(struct json_out *w, const struct request *r, const char *key,
    struct slice v);
void encode_num(struct json_out *w, const struct request *r, const char *key,
    int64_t v);
void encode_json(struct json_out *w, const struct request *r, const char *key,
    struct slice v);

/* Opens a member that is an object or an array: '{' or '['.  encode_begin()
 * returns whether it did: not where a param takes its place. */
void encode_in(struct json_out *w, const char *key, char bracket);
int encode_begin(struct json_out *w, const struct request *r, const char *key,
    char bracket);

/* "type". */
void encode_type(struct json_out *w, const char *type);

/* A member by itself, whatever the params say: inside other objects. */
void encode_raw(struct json_out *w, const char *key, struct slice json);

/* "role", by the names of OpenAI. */
void encode_role(struct json_out *w, enum role role);

/* "content": a text where that is all there is, as every server takes it,
 * else an array of what part() writes; null when there is none. */
void encode_content(struct json_out *w, const struct message *m,
    void (*part)(struct json_out *, enum role, const struct part *));

/* Opens a turn and the array of its parts; the end takes back one that has
 * none. */
struct turn {
	struct json_out before;
	size_t n;
};
void encode_turn(struct json_out *w, struct turn *t, const char *role,
    const char *parts);
void encode_turn_end(struct json_out *w, const struct turn *t);

/* Whether a part is some dialect's own: written if it is this one's. */
int encode_own(struct json_out *w, const struct part *p, const char *dialect);

/* A part's URL, or its data as one. */
void encode_url(struct json_out *w, const char *key, const struct part *p);

/* A member as it was picked, by that name; nothing where there was none. */
void encode_given(struct json_out *w, const char *key,
    const struct json_want *v);

/* The members that name and hold the request's schema. */
void encode_schema(struct json_out *w, const struct request *r);

/* The tools as array key: one() writes each into its object, from what was
 * picked of it. */
enum { TOOL_NAME, TOOL_DESCRIPTION, TOOL_PARAMETERS, TOOL_STRICT, TOOL_N };
void encode_tools(struct json_out *w, const struct request *r,
    const char *key, void (*one)(struct json_out *, const struct json_want *));

/* All of them, the parameters' schema as member key. */
void encode_tool(struct json_out *w, const struct json_want *v,
    const char *key);

#endif
