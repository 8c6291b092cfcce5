#include "api/gemini_call.h"

#include "wire/json.h"

/* Takes the next step of a path: ".name", "['name']" or "[0]". */
static struct slice
next_step(struct slice *path)
{
	struct slice rest = *path;
	size_t n;

	for (n = rest.n > 0; n < rest.n && rest.p[n] != '.' &&
	    rest.p[n] != '['; n++)
		;
	*path = slice_sub(rest, n, rest.n);
	return slice_sub(rest, 0, n);
}

static int
is_index(struct slice step)
{
	return step.n > 1 && step.p[0] == '[' && step.p[1] >= '0' &&
	    step.p[1] <= '9';
}

/* Goes into the container that a step is one of, and to that one. */
static void
enter(struct buf *args, struct slice step, int open)
{
	struct json_out w = { .out = args };

	if (open)
		buf_putc(args, is_index(step) ? '[' : '{');
	if (is_index(step))
		return;
	step = slice_sub(step, 1, step.n);
	if (step.n > 2 && step.p[0] == '\'')
		step = slice_sub(step, 1, step.n - 3);
	json_str(&w, step);
	buf_putc(args, ':');
}

/* Goes out of the containers that the steps of a path are in. */
static void
leave(struct buf *args, struct slice path)
{
	char close[JSON_DEPTH];
	size_t n = 0;

	while (path.n > 0 && n < sizeof(close))
		close[n++] = is_index(next_step(&path)) ? ']' : '}';
	while (n > 0)
		buf_putc(args, close[--n]);
}

static void
end_string(struct decode *d, struct call *c)
{
	if (d->open)
		buf_putc(&c->args, '"');
	d->open = 0;
}

/* From the last value's path to another: values come in the order in which
 * they stand in the text. */
static void
move(struct decode *d, struct call *c, struct slice path)
{
	struct slice from = buf_slice(&d->path), to = path, step = { 0 };
	int first = from.n == 0;

	end_string(d, c);
	while (from.n > 0 && to.n > 0) {
		step = next_step(&to);
		if (!slice_eq(step, next_step(&from)))
			break;
	}
	if (first) {
		step = next_step(&to);
	} else {
		leave(&c->args, from);
		buf_putc(&c->args, ',');
	}
	for (; step.n > 0; step = next_step(&to), first = 1)
		enter(&c->args, step, first);
	buf_clear(&d->path);
	buf_put(&d->path, path);
}

static void
take_piece(struct decode *d, struct call *c, struct slice piece)
{
	static const char keys[] = "jsonPath stringValue numberValue "
	    "boolValue nullValue";
	struct json_want w[5];
	struct slice path;
	size_t i = 1;

	if (json_take(piece, keys, w, 5) < 0 || w[0].type != JSON_STRING)
		return;
	while (i < 4 && w[i].type == JSON_BAD)
		i++;
	buf_clear(&d->scratch);
	json_unescape(w[0].tok, &d->scratch, NULL);
	path = slice_sub(buf_slice(&d->scratch), 1, d->scratch.n);
	if (!slice_eq(path, buf_slice(&d->path)))
		move(d, c, path);
	if (w[i].type == JSON_STRING && i == 1) {
		if (!d->open)
			buf_putc(&c->args, '"');
		d->open = 1;
		buf_put(&c->args, w[i].tok);
	} else {
		buf_put(&c->args, i < 4 ? w[i].tok : SLICE("null"));
	}
}

/* All of a call is there. */
static enum decoded
end_call(struct decode *d, struct call *c)
{
	end_string(d, c);
	leave(&c->args, buf_slice(&d->path));
	buf_clear(&d->path);
	if (c->args.n == 0)
		buf_puts(&c->args, "{}");
	if (c->args.full || *c->args.p != '{' ||
	    !json_valid(buf_slice(&c->args)))
		return decode_bad(d, "a tool call's arguments are no object");
	decode_put_call(d, c);
	return DECODE_MORE;
}

/* The call whose end did not come yet. */
static struct call *
open_call(struct decode *d)
{
	struct call *c = d->ncalls == 0 ? NULL : &d->calls[d->ncalls - 1];

	return c == NULL || c->put ? NULL : c;
}

enum decoded
gemini_call_end(struct decode *d)
{
	struct call *c = open_call(d);

	return c == NULL ? DECODE_MORE : end_call(d, c);
}

enum decoded
gemini_call(struct decode *d, struct slice call, struct slice signature)
{
	enum { NAME, ID, ARGS, PIECES, MORE, N };
	static const char keys[] = "name id args partialArgs willContinue";
	struct json_want w[N];
	struct json_out args = { 0 };
	struct slice key, piece;
	size_t at = 0;
	struct call *c;

	if (json_take(call, keys, w, N) < 0)
		return DECODE_MORE;
	c = open_call(d);
	if (w[NAME].type == JSON_STRING && gemini_call_end(d) == DECODE_FAULT)
		return DECODE_FAULT;
	if (c == NULL || c->put) {
		c = decode_new_call(d, 0);
		if (c == NULL)
			return decode_bad(d, "too many tool calls");
		if (w[NAME].type == JSON_STRING)
			decode_set(&c->name, w[NAME].tok);
		if (w[ID].type == JSON_STRING && w[ID].tok.n > 0)
			decode_set(&c->id, w[ID].tok);
		else
			buf_printf(&c->id, "call_%zu", d->ncalls);
	}
	if (signature.n > 0)
		decode_set(&c->signature, signature);
	args.out = &c->args;
	if (w[ARGS].type == JSON_OBJECT && c->args.n == 0)
		json_raw(&args, w[ARGS].tok);
	while (w[PIECES].type == JSON_ARRAY &&
	    json_each(w[PIECES].tok, &at, &key, &piece) > JSON_END)
		take_piece(d, c, piece);
	return w[MORE].type == JSON_TRUE ? DECODE_MORE : end_call(d, c);
}
