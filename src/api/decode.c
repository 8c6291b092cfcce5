#include "api/dialect.h"

#include "base/scan.h"
#include "base/utf8.h"
#include "wire/json.h"

#define PIECE ((size_t)64 << 10)

static void
put(struct decode *d, enum ev_type type, struct slice text)
{
	struct event e;
	uint64_t n;

	if (d->cursor != NULL && type == EV_TEXT) {
		n = d->skip < text.n ? d->skip : text.n;
		d->skip -= n;
		text = slice_sub(text, (size_t)n, text.n);
		d->cursor->text += text.n;
	}
	if (text.n == 0)
		return;
	if (d->finished)
		decode_revoke(d);
	e.type = type;		/* the other members are not read then */
	e.text = text;
	d->content = 1;
	d->bytes += text.n;
	if (type == EV_TEXT)
		d->text_bytes += text.n;
	d->sink->put(d->sink, &e);
}

/* Whether a raw string is ASCII without escapes, as most are. */
static int
is_ascii(struct slice raw)
{
	size_t i;

	for (i = 0; raw.n - i >= 8; i += 8)
		if (scan_odd(scan_word(raw.p + i)))
			return 0;
	for (; i < raw.n; i++)
		if ((signed char)raw.p[i] < 0 || raw.p[i] == '\\')
			return 0;
	return 1;
}

/* Any other string; half: the surrogate that ended the one before. */
static void
put_odd(struct decode *d, enum ev_type type, struct slice text, uint16_t *half)
{
	struct buf fixed;

	if (*half != 0 || !json_plain(text)) {
		buf_clear(&d->scratch);
		json_unescape(text, &d->scratch, half);
		text = buf_slice(&d->scratch);
	}
	if (utf8_good(text) == text.n) {
		put(d, type, text);
		return;
	}
	fixed = (struct buf){ 0 };
	utf8_put(&fixed, text);
	put(d, type, buf_slice(&fixed));
	buf_free(&fixed);
}

static void
put_raw(struct decode *d, enum ev_type type, struct slice raw)
{
	uint16_t *half = type == EV_TEXT ? &d->text_half : &d->reasoning_half;

	if (*half == 0 && is_ascii(raw))
		put(d, type, raw);
	else
		put_odd(d, type, raw, half);
}

/* How much of a raw string of more than PIECE is put at a time, as it should
 * not be copied as a whole: up to the end of an escape and of a code point. */
static size_t
piece(struct slice raw)
{
	size_t i = 0;

	while (i < PIECE)
		i += raw.p[i] != '\\' ? 1 : raw.p[i + 1] != 'u' ? 2 : 6;
	while (i < raw.n && ((unsigned char)raw.p[i] & 0xc0) == 0x80)
		i++;
	return i;
}

void
decode_text(struct decode *d, enum ev_type type, const struct json_want *w)
{
	struct slice raw = w->tok;
	size_t n;

	/* a token that is a number or a word of JSON, sent as one
	 * (Cloudflare) */
	if (w->type != JSON_STRING && (type != EV_TEXT ||
	    w->type < JSON_FALSE || w->type > JSON_NUMBER))
		return;
	for (; raw.n > PIECE; slice_skip(&raw, n)) {
		n = piece(raw);
		put_raw(d, type, slice_sub(raw, 0, n));
	}
	if (raw.n > 0)
		put_raw(d, type, raw);
}

int
decode_pick(struct decode *d, const struct sse_event *e, size_t n)
{
	d->vary = 0;
	return json_pick_like(&d->like, e->data, e->block, n);
}

int
decode_alike(struct decode *d, const struct mask *m, struct slice *in)
{
	const struct json_want *text = &d->like.want[d->text];
	size_t n;

	if (d->vary == 0 || d->failed)
		return 0;
	n = json_like_block(&d->like, *in, d->text);
	/* only what is put can leave a secret anywhere */
	if (n == 0 || (d->like.vary & ~d->vary) != 0 ||
	    !decode_has_text(text) || mask_finds(m, text->tok, MASK_ANSWER))
		return 0;
	slice_skip(in, n);
	decode_text(d, EV_TEXT, text);
	return 1;
}

void
decode_content(struct decode *d, enum ev_type type,
    const struct json_want *content)
{
	struct json_want w[2], part;
	struct slice key;
	size_t at = 0;

	if (content->type < JSON_OBJECT) {
		decode_text(d, type, content);
	} else if (content->type == JSON_ARRAY) {
		while ((part.type = json_each(content->tok, &at, &key,
		    &part.tok)) > JSON_END)
			if (part.type != JSON_ARRAY)
				decode_content(d, type, &part);
	} else if (json_take(content->tok, "text thinking", w, 2) == 0) {
		decode_text(d, type, &w[0]);
		decode_content(d, EV_REASONING, &w[1]);
	}
}

void
decode_flush(struct decode *d)
{
	buf_clear(&d->scratch);
	json_unescape_end(&d->scratch, &d->text_half);
	put(d, EV_TEXT, buf_slice(&d->scratch));
	buf_clear(&d->scratch);
	json_unescape_end(&d->scratch, &d->reasoning_half);
	put(d, EV_REASONING, buf_slice(&d->scratch));
}

void
decode_item(struct decode *d, const char *dialect, struct slice json)
{
	if (!json_valid(json))
		return;
	if (d->cursor != NULL)
		d->cursor->items++;
	d->content = 1;
	d->bytes += json.n;
	d->sink->put(d->sink, &(struct event){ .type = EV_ITEM, .text = json,
	    .name = slice_str(dialect) });
}

/* GitHub Copilot has the text in the first, the call in the second. */
enum decoded
decode_list(struct decode *d, struct slice list, struct slice first,
    size_t from, size_t n,
    enum decoded (*take)(struct decode *d, struct slice one))
{
	size_t at = (size_t)(first.p + first.n - list.p);
	enum decoded r = take(d, first);
	struct slice key, one;

	/* mostly nothing but the bracket follows */
	if (slice_trim(slice_sub(list, at, list.n)).n > 1)
		buf_clear(&d->like.doc);	/* the wants are overwritten */
	while (r != DECODE_FAULT && json_each(list, &at, &key, &one) > JSON_END)
		if (json_pick(one, &d->like.want[from], n) == 0)
			r = take(d, one);
	return r == DECODE_FAULT ? r : d->tail ? DECODE_TAIL : DECODE_MORE;
}

/* -- tool calls ------------------------------------------------------------ */

struct call *
decode_call(struct decode *d, int64_t index)
{
	size_t i;

	/* From the end: Gemini's OpenAI-compatible API gives parallel calls
	 * the same index. */
	for (i = d->ncalls; i > 0; i--)
		if (d->calls[i - 1].index == index)
			return &d->calls[i - 1];
	return NULL;
}

struct call *
decode_new_call(struct decode *d, int64_t index)
{
	struct call *c;

	if (d->finished)
		decode_revoke(d);
	if (d->ncalls == CALLS_MAX) {
		decode_fail(d, F_PROTO, "too many tool calls");
		return NULL;
	}
	/* Pure code allocates through a buf only, whose memory is aligned as
	 * malloc's. */
	buf_room(&d->call_mem, sizeof(*c));
	d->call_mem.n += sizeof(*c);
	d->calls = (struct call *)(void *)d->call_mem.p;
	c = &d->calls[d->ncalls++];
	*c = (struct call){ .index = index };
	return c;
}

void
decode_set(struct decode *d, struct buf *field, struct slice raw)
{
	d->bytes -= field->n;
	d->names -= field->n;
	buf_clear(field);
	json_unescape(raw, field, NULL);
	d->bytes += field->n;
	d->names += field->n;
}

void
decode_args(struct decode *d, struct call *c, const struct json_want *w)
{
	size_t n = c->args.n;

	if (d->finished && decode_truthy(w))
		decode_revoke(d);
	if (w->type == JSON_STRING)
		json_unescape(w->tok, &c->args, &c->half);
	else if (w->type == JSON_OBJECT)
		buf_put(&c->args, w->tok);
	d->bytes += c->args.n - n;
}

void
decode_set_args(struct decode *d, struct call *c, const struct json_want *w)
{
	decode_set(d, &c->args, SLICE(""));
	c->half = 0;
	decode_args(d, c, w);
}

void
decode_put_call(struct decode *d, struct call *c)
{
	struct event e = { .type = EV_TOOL_CALL };

	if (c->put)
		return;
	json_unescape_end(&c->args, &c->half);
	c->put = 1;
	if (c->id.n == 0)	/* its result has to name one */
		buf_printf(&c->id, MADE_UP "%zu", (size_t)(c - d->calls) + 1);
	if (d->cursor != NULL)
		d->cursor->calls++;
	d->content = 1;
	e.id = buf_slice(&c->id);
	e.name = buf_slice(&c->name);
	e.text = buf_slice(&c->args);
	e.signature = buf_slice(&c->signature);
	d->sink->put(d->sink, &e);
	buf_free(&c->args);	/* large, and not read again */
}

void
decode_put_calls(struct decode *d, int truncated)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++)
		if (!truncated || json_valid(buf_slice(&d->calls[i].args)))
			decode_put_call(d, &d->calls[i]);
}

/* -- what a member says ---------------------------------------------------- */

int
decode_is(const struct json_want *w, const char *lit)
{
	return w->type == JSON_STRING && json_is(w->tok, lit);
}

int
decode_truthy(const struct json_want *w)
{
	struct json_want in;
	struct slice key;
	size_t at = 0;

	switch (w->type) {
	case JSON_TRUE:
		return 1;
	case JSON_STRING:
		return w->tok.n > 0;
	case JSON_NUMBER:
		return json_int(w->tok, 1) != 0;
	case JSON_ARRAY:
		return slice_trim(slice_sub(w->tok, 1, w->tok.n - 2)).n > 0;
	case JSON_OBJECT:
		/* {"message":"","code":null} is an error that is none */
		while ((in.type = json_each(w->tok, &at, &key, &in.tok)) >
		    JSON_END)
			if (in.type >= JSON_OBJECT || decode_truthy(&in))
				return 1;
		return 0;
	default:
		return 0;
	}
}

int64_t
decode_count(const struct json_want *w)
{
	return w->type == JSON_NUMBER ? json_int(w->tok, -1) : -1;
}

/* A count of tokens; else if there is none. */
static int64_t
tokens(const struct json_want *w, int64_t otherwise)
{
	int64_t n = decode_count(w);

	return n >= 0 && n < INT64_C(1) << 48 ? n : otherwise;
}

void
decode_usage(struct decode *d, struct slice json)
{
	/* the names of Anthropic and of responses, then of chat */
	enum { INPUT, WRITTEN, READ, OUTPUT, CACHED, THOUGHT, PROMPT,
	    COMPLETION, PROMPT_CACHED, COMPLETION_THOUGHT, N };
	static const char keys[] = "input_tokens cache_creation_input_tokens "
	    "cache_read_input_tokens output_tokens input_tokens_details "
	    "output_tokens_details prompt_tokens completion_tokens "
	    "prompt_tokens_details completion_tokens_details";
	struct json_want w[N], cached = { .key = "cached_tokens" }, thought[2];
	struct usage *u = &d->usage;
	size_t i;

	json_keys(w, keys, N);
	json_keys(thought, "reasoning_tokens thinking_tokens", 2);
	for (i = CACHED; i < N; i += PROMPT_CACHED - CACHED) {
		json_want_in(&w[i], &cached, 1);
		json_want_in(&w[i + 1], thought, 2);
	}
	if (json_pick(json, w, N) < 0)
		return;
	/* Anthropic's input excludes what the cache has. */
	for (i = INPUT; i <= READ; i++)
		d->inputs[i] = tokens(&w[i], d->inputs[i]);
	if (d->inputs[INPUT] > 0 || w[INPUT].type == JSON_NUMBER)
		u->input = d->inputs[INPUT] + d->inputs[WRITTEN] +
		    d->inputs[READ];
	u->input = tokens(&w[PROMPT], u->input);
	u->output = tokens(&w[OUTPUT], tokens(&w[COMPLETION], u->output));
	u->cached = tokens(&cached, tokens(&w[READ], u->cached));
	u->reasoning = tokens(&thought[0], tokens(&thought[1], u->reasoning));
}
