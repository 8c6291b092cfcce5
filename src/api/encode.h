#ifndef API_ENCODE_H
#define API_ENCODE_H

/*
 * What the dialects' request bodies have in common.  All of these leave a
 * top-level member out that a param of the request takes the place of.
 */

#include "api/request.h"

/* Opens the body's object, and closes it behind the params. */
void encode_open(struct json_out *w, struct buf *body);
void encode_close(struct json_out *w, const struct request *r);

/* A text, a number, a JSON text; nothing where v is empty or 0. */
void encode_text(struct json_out *w, const struct request *r, const char *key,
    struct slice v);
void encode_num(struct json_out *w, const struct request *r, const char *key,
    int64_t v);
void encode_json(struct json_out *w, const struct request *r, const char *key,
    struct slice v);
void encode_flag(struct json_out *w, const struct request *r, const char *key,
    int v);

/* Opens a member that is an object or an array: '{' or '['. */
void encode_in(struct json_out *w, const char *key, char bracket);

/* A member by itself, whatever the params say: inside other objects. */
void encode_raw(struct json_out *w, const char *key, struct slice json);

/* "role", by the names of OpenAI. */
void encode_role(struct json_out *w, enum role role);

/* "content": a text where that is all there is, as every server takes it,
 * else an array of what part() writes; null when there is none. */
void encode_content(struct json_out *w, const struct message *m,
    void (*part)(struct json_out *, enum role, const struct part *));

/* A part's URL, or its data as one. */
void encode_url(struct json_out *w, const char *key, const struct part *p);

/* A member as it was picked, by that name; nothing where there was none. */
void encode_given(struct json_out *w, const char *key,
    const struct json_want *v);

/* The members that name and hold the request's schema. */
void encode_schema(struct json_out *w, const struct request *r);

/* "tools": the members inside "function", or flat beside the type, or bare:
 * without a type, and with an "input_schema". */
enum tools {
	TOOLS_NESTED,
	TOOLS_FLAT,
	TOOLS_BARE
};
void encode_tools(struct json_out *w, const struct request *r,
    enum tools form);

#endif
