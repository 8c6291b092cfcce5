#ifndef WIRE_JSON_H
#define WIRE_JSON_H

/*
 * JSON by RFC 8259: a strict tokenizer over a whole slice, lookups built on
 * it, and a writer that can only write valid JSON.
 *
 * The tokenizer allocates nothing, does not recurse and keeps one bit per
 * open container: at most JSON_DEPTH of them.  It accepts exactly the RFC's
 * grammar (one value, blanks around it), with two liberties that the RFC
 * leaves open: bytes in strings are not checked to be UTF-8, and escapes may
 * name lone surrogates.  Numbers are lexemes; nothing here converts them
 * to floating point.
 *
 * Slices that come out point into the document.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define JSON_DEPTH 64

enum json_type {
	JSON_BAD,		/* not JSON; sticky */
	JSON_END,		/* the whole document was read; sticky */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,		/* token: the lexeme */
	JSON_STRING,		/* token: the bytes between the quotes, raw */
	JSON_KEY,		/* token: a member's name, raw */
	JSON_OBJECT,		/* { */
	JSON_OBJECT_END,	/* } */
	JSON_ARRAY,		/* [ */
	JSON_ARRAY_END		/* ] */
};

struct json {
	const char *p, *end;	/* what is still to be read */
	uint64_t arrays;	/* bit d: at depth d is an array */
	unsigned depth;
	int state;
};

/* Starts at the beginning of doc. */
void json_init(struct json *j, struct slice doc);

/* The next token.  tok gets its bytes (for brackets and literals too). */
enum json_type json_next(struct json *j, struct slice *tok);

/* Whether doc is one valid JSON text, in UTF-8 throughout. */
int json_valid(struct slice doc);

/*
 * One value wanted of an object.  type is JSON_BAD where the member is
 * missing; else JSON_NULL..JSON_STRING, JSON_OBJECT or JSON_ARRAY with the
 * value in tok: a string raw and without its quotes, a container whole with
 * its brackets.
 *
 * What is wanted inside of it is found on the way, which is faster than to
 * walk over it once more.  In an array that is its first element, by the name
 * "0".  sub counts only where type is JSON_OBJECT or JSON_ARRAY.
 */
struct json_want {
	const char *key;	/* plain ASCII without blanks and escapes; a
				   blank or NUL ends it */
	struct json_want *sub;	/* what is wanted inside it */
	unsigned nsub;
	enum json_type type;
	struct slice tok;
};

/*
 * Looks up n members of the object doc in one pass, the last of equal names
 * winning.  Reads doc to its end, so that 0 also says that it is valid JSON;
 * -1 when it is not, or not an object.  This is the way fields are taken from
 * an event: name those that are wanted, walk over the rest.
 */
int json_pick(struct slice doc, struct json_want *want, size_t n);

/* The same for n members that are named in keys, with a blank between two,
 * and nothing wanted inside them. */
int json_take(struct slice doc, const char *keys, struct json_want *want,
    size_t n);

/* Sets the keys of n wants so; and what is wanted inside of one. */
void json_keys(struct json_want *want, const char *keys, size_t n);

static inline void
json_want_in(struct json_want *want, struct json_want *sub, unsigned n)
{
	want->sub = sub;
	want->nsub = n;
}

/* The members or elements of a container, one by one: start with *at = 0;
 * returns the value's type, JSON_END after the last, JSON_BAD on an error.
 * key is the member's raw name, empty in arrays. */
enum json_type json_each(struct slice doc, size_t *at, struct slice *key,
    struct slice *tok);

/* The value at a path of names and array indexes joined by dots
 * ("choices.0.delta"); JSON_BAD where there is none. */
enum json_type json_find(struct slice doc, const char *path,
    struct slice *tok);

/* The escape at the front of raw: how long it is, and its UTF-16 code unit; 0
 * where there is no valid one. */
size_t json_escape(struct slice raw, uint16_t *unit);

/* Whether a raw string (no quotes) equals plain ASCII lit once unescaped. */
int json_is(struct slice raw, const char *lit);

/* A number lexeme as an integer, fraction cut off; fallback when it does not
 * fit in 64 bits or is no number. */
int64_t json_int(struct slice lexeme, int64_t fallback);

/* A number lexeme times 1000 (seconds to ms), rounded up; -1 when it is
 * negative, no number, or past 10^12. */
int64_t json_milli(struct slice lexeme);

/*
 * Appends the text that a raw string stands for, as UTF-8.  *half carries a
 * high surrogate that ended the string before over to the next one (deltas
 * split pairs across events): {0} at first.  A half that finds no partner
 * becomes U+FFFD; call json_unescape_end() after the last piece.  NULL for
 * half: each string stands alone.
 */
void json_unescape(struct slice raw, struct buf *out, uint16_t *half);
void json_unescape_end(struct buf *out, uint16_t *half);

/* Whether raw can be used as it is: no escapes in it. */
int json_plain(struct slice raw);

/*
 * The writer.  {.out = &buf} starts a document.  Order is checked by
 * must(): a value where a name belongs is our own bug.  Text that is not
 * UTF-8 is written as U+FFFD, so the output is valid whatever comes in.
 */
struct json_out {
	struct buf *out;
	uint64_t arrays;
	unsigned depth;
	int comma;		/* a value stands before at this depth */
	int named;		/* a name waits for its value */
};

void json_open(struct json_out *w, char bracket);	/* '{' or '[' */
void json_close(struct json_out *w);
void json_key(struct json_out *w, const char *key);
void json_str(struct json_out *w, struct slice text);
/* Bytes in base64; as a data: URL (RFC 2397) where there is a mime type. */
void json_b64(struct json_out *w, struct slice mime, struct slice data);
void json_num(struct json_out *w, int64_t v);
void json_bool(struct json_out *w, int v);
void json_null(struct json_out *w);

/* A whole JSON text as the value; 0, or -1 with nothing written when it is
 * not valid or too deep here. */
int json_raw(struct json_out *w, struct slice doc);

/* The same as it stands, blanks and all, unless it has line breaks. */
int json_line(struct json_out *w, struct slice doc);

/* Shorthands for members. */
void json_member(struct json_out *w, const char *key, struct slice text);
void json_member_num(struct json_out *w, const char *key, int64_t v);

#endif
