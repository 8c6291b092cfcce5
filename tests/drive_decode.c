/*
 * decode DIALECT [--split N]: prints what a dialect reads from a body, in the
 * format of the corpus's sidecars.
 *
 * consume() stops at the terminal event.  Here reading goes on, as the SDKs do,
 * because two recordings hold several answers in a row: their texts are joined,
 * the rest is the last answer's.
 */

#include <stdio.h>
#include <string.h>

#include "api/dialect.h"
#include "api/provider.h"
#include "tests/drive.h"
#include "wire/json.h"

struct recorder {
	struct sink sink;
	struct buf text, reasoning;
	struct buf calls;		/* JSON objects separated by commas */
	struct buf items;		/* the same, unchanged */
};

static void
record_call(struct buf *out, const struct event *e)
{
	struct json_out w = { .out = out };

	if (out->n > 0)
		buf_putc(out, ',');
	json_open(&w, '{');
	json_member(&w, "id", e->id);
	json_member(&w, "name", e->name);
	json_member(&w, "arguments", e->text);
	json_close(&w);
}

static void
record(struct sink *s, const struct event *e)
{
	struct recorder *r = (struct recorder *)s;

	if (e->type == EV_TEXT)
		buf_put(&r->text, e->text);
	else if (e->type == EV_REASONING)
		buf_put(&r->reasoning, e->text);
	else if (e->type == EV_TOOL_CALL)
		record_call(&r->calls, e);
	if (e->type == EV_ITEM)
		buf_printf(&r->items, "%s%.*s", r->items.n > 0 ? "," : "",
		    SLICE_FMT(e->text));
	else if (e->type == EV_TOOL_CALL && e->signature.n > 0)
		buf_printf(&r->items, "%s\"%.*s\"", r->items.n > 0 ? "," :
		    "", SLICE_FMT(e->signature));
}

static void
put_fault(struct json_out *w, const struct fault *f)
{
	json_open(w, '{');
	json_member(w, "class", slice_str(fault_name(f->class)));
	json_key(w, "retry");
	json_bool(w, f->retry);
	json_key(w, "wait_ms");
	if (f->wait == MSEC_NONE)
		json_null(w);
	else
		json_num(w, f->wait);
	json_member(w, "code", slice_str(f->name));
	json_member(w, "message", slice_str(f->text));
	json_close(w);
}

static void
put_usage(struct json_out *w, const struct usage *u)
{
	json_open(w, '{');
	json_member_num(w, "input", u->input);
	json_member_num(w, "output", u->output);
	json_member_num(w, "cached", u->cached);
	json_member_num(w, "reasoning", u->reasoning);
	json_close(w);
}

static void
put_array(struct json_out *w, const char *key, const struct buf *elements)
{
	struct buf array = { 0 };

	buf_printf(&array, "[%.*s]", SLICE_FMT(buf_slice(elements)));
	json_key(w, key);
	json_raw(w, buf_slice(&array));
	buf_free(&array);
}

static void
put_line(const struct recorder *r, const struct decode *d)
{
	struct buf out = { 0 };
	struct json_out w = { .out = &out };

	json_open(&w, '{');
	json_member(&w, "text", buf_slice(&r->text));
	json_member(&w, "reasoning", buf_slice(&r->reasoning));
	put_array(&w, "tool_calls", &r->calls);
	put_array(&w, "items", &r->items);
	json_member(&w, "finish", slice_str(finish_name(d->finish)));
	json_key(&w, "counted");
	put_usage(&w, &d->usage);
	json_key(&w, "error");
	if (d->failed)
		put_fault(&w, &d->fault);
	else
		json_null(&w);
	json_close(&w);
	buf_putc(&out, '\n');
	fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

static struct decode
start(struct recorder *r)
{
	return (struct decode){ .sink = &r->sink,
	    .usage = USAGE_NONE };
}

/* An event after a terminal one: of the next answer, or nothing. */
static enum decoded
next_answer(struct recorder *r, struct decode *d, const struct dialect *dialect,
    const struct sse_event *e)
{
	struct decode next = start(r);
	struct buf calls = r->calls;
	enum decoded what;

	if (decode_is_done(e->data))
		return DECODE_DONE;
	r->calls = (struct buf){ 0 };
	what = dialect->event(&next, e);
	if (what == DECODE_MORE && next.bytes == 0) {
		decode_free(&next);
		buf_free(&r->calls);
		r->calls = calls;
		return DECODE_DONE;
	}
	buf_free(&calls);
	decode_free(d);
	*d = next;
	return what;
}

static void
stream(struct recorder *r, struct decode *d, const struct dialect *dialect,
    struct slice in, size_t split)
{
	enum decoded what = DECODE_MORE;
	struct sse sse = { .error_field = 1, .raw_json = 1 };
	struct sse_event e;
	struct slice part;
	enum sse_ev ev = SSE_MORE;

	for (; in.n > 0 && ev != SSE_BAD; in = slice_sub(in, split, in.n)) {
		part = slice_sub(in, 0, split);
		while ((ev = sse_push(&sse, &part, &e)) == SSE_EVENT)
			what = what == DECODE_DONE ?
			    next_answer(r, d, dialect, &e) :
			    dialect->event(d, &e);
	}
	ev = ev == SSE_BAD ? ev : sse_eof(&sse, &e);
	if (what != DECODE_DONE)
		decode_end(d, dialect, ev == SSE_EVENT ? &e : NULL, 1);
	sse_free(&sse);
}

int
drive_decode(int argc, char **argv)
{
	const struct dialect *dialect = argc < 2 ? NULL :
	    dialect_find(slice_str(argv[1]));
	size_t split = drive_size(argc, argv, "--split", 1 << 16);
	struct recorder r = { .sink.put = record };
	struct decode d = start(&r);
	struct buf in = { 0 };
	struct slice body;

	if (dialect == NULL) {
		fputs("usage: drive decode DIALECT [--split N]\n",
		    stderr);
		return 64;
	}
	drive_slurp(&in);
	body = slice_trim(buf_slice(&in));
	if (body.n > 0 && (body.p[0] == '{' || body.p[0] == '['))
		dialect->whole(&d, body);
	else
		stream(&r, &d, dialect, buf_slice(&in), split);
	put_line(&r, &d);
	decode_free(&d);
	buf_free(&in);
	buf_free(&r.text);
	buf_free(&r.reasoning);
	buf_free(&r.calls);
	buf_free(&r.items);
	return 0;
}
