/*
 * Bytes through sse into a dialect.  The first byte picks the dialect and the
 * size of the reads: whole and split runs must give the same result, text must
 * be valid UTF-8, and only a terminal event may end an answer.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/dialect.h"
#include "base/utf8.h"
#include "wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct log {
	struct sink sink;
	struct buf out;
};

static void
note(struct sink *s, const struct event *e)
{
	struct log *l = (struct log *)s;

	if (e->type != EV_TOOL_CALL &&
	    (e->text.n == 0 || utf8_good(e->text) != e->text.n))
		abort();
	if (e->type == EV_ITEM && !json_valid(e->text))
		abort();
	buf_printf(&l->out, "%d:%zu:", (int)e->type, e->text.n);
	buf_put(&l->out, e->text);
	if (e->type != EV_TOOL_CALL)
		return;		/* only calls have an id */
	buf_put(&l->out, e->id);
	buf_put(&l->out, e->name);
}

static void
run(const struct dialect *dialect, const uint8_t *p, size_t size,
    size_t split, struct buf *out)
{
	struct log l = { .sink.put = note };
	struct decode d = { .sink = &l.sink, .usage = USAGE_NONE };
	struct sse sse = { .error_field = 1, .raw_json = 1 };
	enum decoded what = DECODE_MORE;
	enum sse_ev ev = SSE_MORE;
	struct sse_event e;
	struct slice part;
	size_t n = size, take;
	char *copy;

	for (; n > 0 && what != DECODE_DONE; p += take, n -= take) {
		take = split < n ? split : n;
		copy = malloc(take);
		if (copy == NULL)
			abort();
		memcpy(copy, p, take);
		part = (struct slice){ copy, take };
		while (what != DECODE_DONE) {
			/* remembering must change nothing */
			if (split < size)
				buf_clear(&d.like.doc);
			if (sse_at_block(&sse) && decode_alike(&d, NULL, &part))
				continue;
			if ((ev = sse_push(&sse, &part, &e)) != SSE_EVENT)
				break;
			what = dialect->event(&d, &e);
			if ((what == DECODE_FAULT) != d.failed)
				abort();
		}
		free(copy);
	}
	if (what != DECODE_DONE) {
		ev = sse_eof(&sse, &e);
		what = decode_end(&d, dialect, ev == SSE_EVENT ? &e : NULL, 1);
	}
	if (what != DECODE_DONE && what != DECODE_FAULT)
		abort();
	if (what == DECODE_FAULT && d.fault.class == F_NONE)
		abort();
	buf_put(out, buf_slice(&l.out));
	buf_printf(out, " %d %d %d %s %lld", (int)what, (int)d.finish,
	    (int)d.fault.class, d.fault.text, (long long)d.usage.input);
	buf_free(&l.out);
	decode_free(&d);
	sse_free(&sse);
}

static void
body(const struct dialect *dialect, const uint8_t *p, size_t n)
{
	struct log l = { .sink.put = note };
	struct decode d = { .sink = &l.sink };
	char *copy = malloc(n + (n == 0));
	enum decoded what;

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	what = dialect->whole(&d, (struct slice){ copy, n });
	if (what != DECODE_DONE && what != DECODE_FAULT)
		abort();
	buf_free(&l.out);
	decode_free(&d);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dialect *const dialects[] = {
		&dialect_responses, &dialect_chat, &dialect_gemini,
		&dialect_messages,
	};
	const struct dialect *dialect;
	struct buf whole = { 0 }, split = { 0 };

	if (size == 0)
		return 0;
	dialect = dialects[(data[0] >> 5 & 2) | (data[0] & 1)];
	run(dialect, data + 1, size - 1, size, &whole);
	run(dialect, data + 1, size - 1, 1 + (data[0] >> 1) % 64, &split);
	if (!slice_eq(buf_slice(&whole), buf_slice(&split)))
		abort();
	body(dialect, data + 1, size - 1);
	buf_free(&whole);
	buf_free(&split);
	return 0;
}
