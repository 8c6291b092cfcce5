#include "api/dialect.h"

#include "base/utf8.h"
#include "wire/json.h"
#include "base/scan.h"

/* What of a text the cursor has not seen yet. */
static struct slice
unseen(struct decode *d, struct slice text)
{
	uint64_t n = d->skip < text.n ? d->skip : text.n;

	d->skip -= n;
	d->cursor->text += text.n - n;
	return slice_sub(text, (size_t)n, text.n);
}

static void
put(struct decode *d, enum ev_type type, struct slice text)
{
	struct event e;

	if (d->cursor != NULL && type == EV_TEXT)
		text = unseen(d, text);
	if (text.n == 0)
		return;
	e.type = type;		/* which says that the rest is not read */
	e.text = text;
	d->content = 1;
	if (type == EV_TEXT)
		d->text_bytes += text.n;
	d->sink->put(d->sink, &e);
}

/* Whether a raw string has nothing but ASCII in it, and no escapes: most
 * have. */
static int
is_ascii(struct slice raw)
{
	size_t i;

	for (i = 0; raw.n - i >= SCAN_STEP; i += SCAN_STEP)
		if (scan_odd(scan_load(raw.p + i)) != 0)
			return 0;
	for (; i < raw.n; i++)
		if ((signed char)raw.p[i] < 0 || raw.p[i] == '\\')
			return 0;
	return 1;
}

static void
put_fixed(struct decode *d, enum ev_type type, struct slice text)
{
	struct buf fixed = { 0 };

	utf8_put(&fixed, text);
	put(d, type, buf_slice(&fixed));
	buf_free(&fixed);
}

static void
put_raw(struct decode *d, enum ev_type type, struct slice raw, uint16_t *half)
{
	if (raw.n == 0)
		return;
	if (*half == 0 && is_ascii(raw)) {
		put(d, type, raw);
		return;
	}
	if (*half != 0 || !json_plain(raw)) {
		buf_clear(&d->scratch);
		json_unescape(raw, &d->scratch, half);
		raw = buf_slice(&d->scratch);
	}
	if (utf8_good(raw) == raw.n)
		put(d, type, raw);
	else
		put_fixed(d, type, raw);
}

void
decode_text(struct decode *d, struct slice raw)
{
	put_raw(d, EV_TEXT, raw, &d->text_half);
}

void
decode_reasoning(struct decode *d, struct slice raw)
{
	put_raw(d, EV_REASONING, raw, &d->reasoning_half);
}

static void
flush_half(struct decode *d, enum ev_type type, uint16_t *half)
{
	buf_clear(&d->scratch);
	json_unescape_end(&d->scratch, half);
	put(d, type, buf_slice(&d->scratch));
}

void
decode_flush(struct decode *d)
{
	flush_half(d, EV_TEXT, &d->text_half);
	flush_half(d, EV_REASONING, &d->reasoning_half);
}

struct call *
decode_call(struct decode *d, int64_t index)
{
	size_t i;

	/* From the end: Gemini's imitation gives parallel calls one index. */
	for (i = d->ncalls; i > 0; i--)
		if (d->calls[i - 1].index == index)
			return &d->calls[i - 1];
	return NULL;
}

struct call *
decode_new_call(struct decode *d, int64_t index)
{
	struct call *c;

	if (d->ncalls == CALLS_MAX)
		return NULL;
	/* The pure layers allocate through a buf alone; what it holds is
	 * aligned as malloc's. */
	buf_room(&d->call_mem, sizeof(*c));
	d->call_mem.n += sizeof(*c);
	d->calls = (struct call *)(void *)d->call_mem.p;
	c = &d->calls[d->ncalls++];
	*c = (struct call){ .index = index };
	c->args.max = SSE_MAX_DEFAULT;
	return c;
}

void
decode_set(struct buf *field, struct slice raw)
{
	buf_clear(field);
	json_unescape(raw, field, NULL);
}

void
decode_args(struct call *c, struct slice raw)
{
	json_unescape(raw, &c->args, &c->half);
}

void
decode_put_call(struct decode *d, struct call *c)
{
	struct event e = { .type = EV_TOOL_CALL };

	if (c->put)
		return;
	json_unescape_end(&c->args, &c->half);
	c->put = 1;
	if (d->cursor != NULL)
		d->cursor->calls++;
	d->content = 1;
	e.id = buf_slice(&c->id);
	e.name = buf_slice(&c->name);
	e.text = buf_slice(&c->args);
	e.signature = buf_slice(&c->signature);
	d->sink->put(d->sink, &e);
}

void
decode_item(struct decode *d, const char *dialect, struct slice json)
{
	if (!json_valid(json))
		return;
	if (d->cursor != NULL)
		d->cursor->items++;
	d->content = 1;
	d->sink->put(d->sink, &(struct event){ .type = EV_ITEM, .text = json,
	    .name = slice_str(dialect) });
}

void
decode_put_calls(struct decode *d, int early)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++)
		if (!early || json_valid(buf_slice(&d->calls[i].args)))
			decode_put_call(d, &d->calls[i]);
}

int
decode_is(const struct json_want *w, const char *lit)
{
	return w->type == JSON_STRING && json_is(w->tok, lit);
}

int
decode_truthy(const struct json_want *w)
{
	switch (w->type) {
	case JSON_TRUE:
		return 1;
	case JSON_STRING:
		return w->tok.n > 0;
	case JSON_NUMBER:
		return json_int(w->tok, 1) != 0;
	case JSON_OBJECT:
	case JSON_ARRAY:
		return slice_trim(slice_sub(w->tok, 1, w->tok.n - 2)).n > 0;
	default:
		return 0;
	}
}

int
decode_is_marker(struct slice data)
{
	return data.n > 0 && data.p[0] != '{' &&
	    slice_starts(slice_trim(data), "[DONE]");
}

void
decode_free(struct decode *d)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++) {
		buf_free(&d->calls[i].id);
		buf_free(&d->calls[i].name);
		buf_free(&d->calls[i].args);
		buf_free(&d->calls[i].signature);
	}
	buf_free(&d->call_mem);
	buf_free(&d->scratch);
	buf_free(&d->like.doc);
	buf_free(&d->path);
	buf_free(&d->block);
	buf_free(&d->usage_raw);
	*d = (struct decode){ .sink = d->sink, .wall = d->wall };
}
