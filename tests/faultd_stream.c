#include <string.h>

#include "tests/faultd.h"

#define BULK_EVENT ((size_t)250)	/* bytes, with its blank line */
#define BULK_BLOCK 256			/* events */
#define DELTA ((size_t)12)		/* bytes of text in one event */

/* The dialect that a verb names; auto: that of the request. */
static const struct form *
form(const struct peer *p, struct slice name)
{
	const struct form *f = form_find(name);

	if (f == NULL)
		f = form_of(p->target);
	return f != NULL ? f : form_find(SLICE("responses"));
}

/* Sends the events of a template, a chunk each. */
static enum go
send_events(struct peer *p, const char *lines, struct words *w)
{
	struct slice left = slice_str(lines);
	struct buf out = {0};
	enum go go = GO_ON;

	w->text = buf_slice(&p->text);
	w->seq = &p->seq;
	while (left.n > 0 && go == GO_ON) {
		buf_clear(&out);
		form_event(p->form, &out, slice_cut(&left, '\n'), w);
		go = peer_send_body(p, buf_slice(&out));
	}
	buf_free(&out);
	return go;
}

static enum go
start(struct peer *p, struct slice name)
{
	struct words w = {0};

	p->form = form(p, name);
	p->seq = 0;
	buf_clear(&p->text);
	return send_events(p, p->form->start, &w);
}

enum go
verb_start(struct peer *p, const struct verb *v)
{
	return start(p, v->arg[0]);
}

static enum go
stream_text(struct peer *p, struct slice s)
{
	struct words w = {0};
	enum go go = GO_ON;
	size_t n;

	buf_put(&p->text, s);
	for (; s.n > 0 && go == GO_ON; slice_skip(&s, n)) {
		n = s.n < DELTA ? s.n : DELTA;
		while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n++;
		w.delta = slice_sub(s, 0, n);
		go = send_events(p, p->form->delta, &w);
	}
	return go;
}

enum go
verb_text(struct peer *p, const struct verb *v)
{
	return stream_text(p, v->arg[0]);
}

static enum go
finish(struct peer *p, struct slice why)
{
	static const char *const whys[] = { "stop", "length",
	    "content_filter" };
	struct words w = { .finish = why };
	const struct form *f = p->form;
	size_t i;
	int cut = 0;

	for (i = 0; i < sizeof(whys) / sizeof(whys[0]); i++)
		if (slice_is(why, whys[i])) {
			w.finish = slice_str(f->finish[i]);
			cut = i > 0 && f->cut != NULL;
		}
	return send_events(p, cut ? f->cut : f->done, &w);
}

enum go
verb_done(struct peer *p, const struct verb *v)
{
	return finish(p, v->nargs > 0 ? v->arg[0] : SLICE("stop"));
}

static enum go
stream_fail(struct peer *p, struct slice code, struct slice text)
{
	struct words w = { .code = code, .message = text, .status = 503 };

	form_about(p->form, &w.code, &w.message);
	return send_events(p, p->form->fail, &w);
}

enum go
verb_fail(struct peer *p, const struct verb *v)
{
	return stream_fail(p, v->arg[0], v->arg[1]);
}

/* Head, start and text of the shorthands. */
static enum go
stream_begin(struct peer *p, const struct verb *v, size_t fields)
{
	enum go go = answer_head(p, v, fields);

	if (go == GO_ON)
		go = start(p, v->arg[0]);
	return go == GO_ON ? stream_text(p, v->arg[1]) : go;
}

enum go
verb_stream(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 2);

	if (go == GO_ON)
		go = finish(p, SLICE("stop"));
	return go == GO_ON ? verb_end(p, v) : go;
}

enum go
verb_stream_cut(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 2);

	return go == GO_ON ? verb_end(p, v) : go;
}

enum go
verb_stream_error(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 4);

	if (go == GO_ON)
		go = stream_fail(p, v->arg[2], v->arg[3]);
	return go == GO_ON ? verb_end(p, v) : go;
}

/* The whole answer at once; with cut, its latter half is missing. */
static enum go
whole(struct peer *p, const struct verb *v, int cut)
{
	const struct form *f = form(p, v->arg[0]);
	struct words w = { .text = v->arg[1] };
	struct buf body = {0};
	enum go go;

	form_put(&body, slice_str(f->whole), &w);
	go = answer_body(p, v, 2, SLICE("200"), buf_slice(&body),
	    cut ? body.n / 2 : body.n);
	buf_free(&body);
	return go;
}

enum go
verb_whole(struct peer *p, const struct verb *v)
{
	return whole(p, v, 0);
}

enum go
verb_whole_cut(struct peer *p, const struct verb *v)
{
	return whole(p, v, 1);
}

/* As the request wants it: a stream, or whole. */
enum go
verb_answer(struct peer *p, const struct verb *v)
{
	return peer_wants_stream(p) ? verb_stream(p, v) : verb_whole(p, v);
}

enum go
verb_refuse(struct peer *p, const struct verb *v)
{
	const struct form *f = form(p, v->arg[0]);
	struct words w = { .status = (int)verb_num(v, 1), .code = v->arg[2],
	    .message = v->arg[3] };
	struct buf body = {0};
	enum go go;

	form_about(f, &w.code, &w.message);
	form_put(&body, slice_str(f->error), &w);
	go = answer_body(p, v, 4, v->arg[1], buf_slice(&body), body.n);
	buf_free(&body);
	return go;
}

/* The nth event of BULK_EVENT bytes, with padding as OpenAI itself sends it;
 * text, numbers and padding differ from one to the next. */
static void
bulk_event(struct peer *p, struct buf *out, int n)
{
	struct slice line = slice_str(p->form->delta);
	struct words w = { .seq = &p->seq, .delta = slice_sub(
	    SLICE(" word after"), 0, 1 + (size_t)n * 7 % 11) };
	struct buf one = {0};

	p->seq = 1000000 + n;
	form_event(p->form, &one, slice_cut(&line, '\n'), &w);
	one.n -= strlen("}\n\n");
	buf_puts(&one, ",\"obfuscation\":\"");
	while (one.n < BULK_EVENT - 4)
		buf_putc(&one, (char)('A' + (one.n * 7 + (size_t)n) % 26));
	buf_puts(&one, "\"}\n\n");
	if (p->chunked)
		buf_printf(out, "%zx\r\n", one.n);
	buf_put(out, buf_slice(&one));
	if (p->chunked)
		buf_puts(out, "\r\n");
	buf_free(&one);
}

enum go
verb_bulk(struct peer *p, const struct verb *v)
{
	size_t left = (size_t)verb_num(v, 1) / BULK_EVENT, n, one;
	struct buf block = {0};
	enum go go = answer_head(p, v, 2);
	int i;

	if (go == GO_ON)
		go = verb_start(p, v);
	for (i = 0; i < BULK_BLOCK; i++)
		bulk_event(p, &block, i);
	one = block.n / BULK_BLOCK;
	for (; left > 0 && go == GO_ON; left -= n) {
		n = left < BULK_BLOCK ? left : BULK_BLOCK;
		go = peer_send(p, slice_sub(buf_slice(&block), 0, n * one));
	}
	buf_free(&block);
	if (go == GO_ON)
		go = finish(p, SLICE("stop"));
	return go == GO_ON ? verb_end(p, v) : go;
}
