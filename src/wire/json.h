#ifndef WIRE_JSON_H
#define WIRE_JSON_H

/*
 * JSON (RFC 8259): a strict tokenizer over a whole slice, lookups built on it,
 * and a writer whose output is always valid.
 *
 * The tokenizer does not allocate or recurse, and accepts exactly the RFC's
 * grammar up to JSON_DEPTH nested containers.  It does not check that strings
 * are UTF-8, and escapes may be lone surrogates; the RFC allows both.  Numbers
 * stay text: nothing here converts them to floating point.
 *
 * All slices returned point into the document.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define JSON_DEPTH 64

enum json_type {
	JSON_BAD,		/* invalid; sticky */
	JSON_END,		/* end of a valid document; sticky */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,		/* token: the lexeme */
	JSON_STRING,		/* token: between the quotes, still escaped */
	JSON_KEY,		/* token: a member's name, still escaped */
	JSON_OBJECT,		/* { */
	JSON_OBJECT_END,	/* } */
	JSON_ARRAY,		/* [ */
	JSON_ARRAY_END		/* ] */
};

struct json {
	const char *p, *end;	/* the rest of the document */
	uint64_t arrays;	/* bit d: at depth d is an array */
	unsigned depth;
	int state;
};

/* Starts at the beginning of doc. */
void json_init(struct json *j, struct slice doc);

/* Reads the next token; tok gets its bytes, also of brackets and literals. */
enum json_type json_next(struct json *j, struct slice *tok);

/* Whether doc is valid JSON and UTF-8 throughout. */
int json_valid(struct slice doc);

/*
 * A value wanted from an object.  .type is JSON_BAD if the member is missing,
 * else the type of the value in .tok: strings still escaped and without their
 * quotes, containers with their brackets.
 *
 * .sub lists what is wanted from inside that value; it is found in the same
 * pass.  From an array only the first element can be wanted, as "0".  The
 * results in .sub are only set if .type is JSON_OBJECT or JSON_ARRAY.
 */
struct json_want {
	const char *key;	/* plain ASCII, ended by a blank or NUL */
	struct json_want *sub;
	unsigned nsub;
	enum json_type type;
	struct slice tok;
};

/*
 * Looks up n members of the object doc in one pass; of members with the same
 * name the last one counts.  0 if doc is a valid object; -1 if not.
 */
int json_pick(struct slice doc, struct json_want *want, size_t n);

/* The same for n members named in keys, separated by blanks. */
int json_take(struct slice doc, const char *keys, struct json_want *want,
    size_t n);

/* Initialises n wants from such keys; and sets what is wanted inside one. */
void json_keys(struct json_want *want, const char *keys, size_t n);

static inline void
json_want_in(struct json_want *want, struct json_want *sub, unsigned n)
{
	want->sub = sub;
	want->nsub = n;
}

/* Iterates over the members or elements of a container: start with *at = 0.
 * The type of the value, JSON_END after the last, JSON_BAD on an error.  key
 * is the member's name, still escaped, or empty in arrays. */
enum json_type json_each(struct slice doc, size_t *at, struct slice *key,
    struct slice *tok);

/* The same for a value that was looked up: the elements of an array, or an
 * object alone; no other type has any. */
enum json_type json_items(const struct json_want *list, size_t *at,
    struct slice *tok);

/* The JSON of a value whose token that is: of a string, with its quotes. */
static inline struct slice
json_text(enum json_type type, struct slice tok)
{
	return type != JSON_STRING ? tok :
	    (struct slice){ tok.p - 1, tok.n + 2 };
}

/* The value at a path of names and array indexes ("choices.0.delta");
 * JSON_BAD if there is none. */
enum json_type json_find(struct slice doc, const char *path,
    struct slice *tok);

/* The length of the escape at the start of raw, and its UTF-16 code unit; 0 if
 * there is no valid one. */
size_t json_escape(struct slice raw, uint16_t *unit);

/* Whether an escaped string (without quotes) stands for the ASCII text lit. */
int json_is(struct slice raw, const char *lit);

/* A number token as an integer, rounded towards zero; fallback if it is not a
 * number or does not fit. */
int64_t json_int(struct slice lexeme, int64_t fallback);

/*
 * Appends an escaped string as UTF-8.  Streams split surrogate pairs between
 * strings: *half, initially 0, keeps a high surrogate at the end of one string
 * for the next.  Unpaired surrogates become U+FFFD; call json_unescape_end()
 * after the last string.  half may be NULL if the string is complete.
 */
void json_unescape(struct slice raw, struct buf *out, uint16_t *half);
void json_unescape_end(struct buf *out, uint16_t *half);

/* Whether a string has no escapes. */
int json_plain(struct slice raw);

/*
 * The writer.  {.out = &buf} starts a document.  Calls in an order that would
 * be invalid JSON fail a must().  Text that is not UTF-8 is written with
 * U+FFFD, so the output is always valid; and what a terminal would act on
 * (clean_acts()) is escaped wherever it comes from.
 */
struct json_out {
	struct buf *out;
	uint64_t arrays;
	unsigned depth;
	int comma;		/* this container is not empty */
	int named;		/* a name was written, its value was not */
};

void json_open(struct json_out *w, char bracket);	/* '{' or '[' */
void json_close(struct json_out *w);
void json_key(struct json_out *w, const char *key);
void json_str(struct json_out *w, struct slice text);
/* Bytes as base64, or as a data: URL (RFC 2397) if mime is not empty. */
void json_b64(struct json_out *w, struct slice mime, struct slice data);
void json_num(struct json_out *w, int64_t v);
void json_bool(struct json_out *w, int v);
void json_null(struct json_out *w);

/* Writes a JSON document as a value, without its white space.  0; or -1 and
 * nothing written if it is invalid or nested too deeply. */
int json_raw(struct json_out *w, struct slice doc);

/* The same, but with its white space if that has no line breaks. */
int json_line(struct json_out *w, struct slice doc);

/* Shorthands for members. */
void json_member(struct json_out *w, const char *key, struct slice text);
void json_member_num(struct json_out *w, const char *key, int64_t v);

#endif
