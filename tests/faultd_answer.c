#include "tests/faultd.h"
#include "wire/json.h"

/* The value of a name=value argument from the given one on. */
static struct slice
field_arg(const struct verb *v, size_t from, const char *name)
{
	struct slice s;

	for (; from < v->nargs; from++) {
		s = v->arg[from];
		if (slice_ieq(slice_cut(&s, '='), slice_str(name)))
			return s.p == NULL ? SLICE("") : s;
	}
	return (struct slice){0};
}

static void
put_fields(struct buf *out, const struct verb *v, size_t from)
{
	struct slice name, value;

	for (; from < v->nargs; from++) {
		value = v->arg[from];
		name = slice_cut(&value, '=');
		if (!slice_is(name, "body"))
			buf_printf(out, "%.*s: %.*s\r\n", SLICE_FMT(name),
			    SLICE_FMT(value));
	}
}

enum go
answer_body(struct peer *p, const struct verb *v, size_t from,
    struct slice status, struct slice body, size_t sent)
{
	struct buf out = {0};
	enum go go;

	buf_printf(&out, "HTTP/1.1 %.*s Faultd\r\n", SLICE_FMT(status));
	if (field_arg(v, from, "content-type").p == NULL)
		buf_puts(&out, "content-type: application/json\r\n");
	if (field_arg(v, from, "content-length").p == NULL)
		buf_printf(&out, "content-length: %zu\r\n", body.n);
	put_fields(&out, v, from);
	buf_puts(&out, "\r\n");
	buf_put(&out, slice_sub(body, 0, sent));
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	p->keep = sent == body.n && field_arg(v, from, "connection").p == NULL;
	return go;
}

enum go
verb_status(struct peer *p, const struct verb *v)
{
	struct slice body = field_arg(v, 1, "body");

	return answer_body(p, v, 1, v->arg[0], body, body.n);
}

void
answer_put_error(struct json_out *w, struct slice code, struct slice text)
{
	json_open(w, '{');
	json_member(w, "message", text);
	json_member(w, "type", code);
	json_key(w, "param");
	json_null(w);
	json_member(w, "code", code);
	json_close(w);
}

enum go
verb_error(struct peer *p, const struct verb *v)
{
	struct buf body = {0};
	struct json_out w = { .out = &body };
	enum go go;

	json_open(&w, '{');
	json_key(&w, "error");
	answer_put_error(&w, v->arg[1], v->arg[2]);
	json_close(&w);
	go = answer_body(p, v, 3, v->arg[0], buf_slice(&body), body.n);
	buf_free(&body);
	return go;
}

enum go
answer_head(struct peer *p, const struct verb *v, size_t from)
{
	struct buf out = {0};
	enum go go;

	p->chunked = field_arg(v, from, "connection").p == NULL &&
	    field_arg(v, from, "content-length").p == NULL;
	buf_puts(&out, "HTTP/1.1 200 OK\r\n");
	if (field_arg(v, from, "content-type").p == NULL)
		buf_puts(&out, "content-type: text/event-stream\r\n");
	if (p->chunked)
		buf_puts(&out, "transfer-encoding: chunked\r\n");
	put_fields(&out, v, from);
	buf_puts(&out, "\r\n");
	go = peer_send(p, buf_slice(&out));
	buf_free(&out);
	return go;
}

enum go
verb_head(struct peer *p, const struct verb *v)
{
	return answer_head(p, v, 0);
}

enum go
verb_end(struct peer *p, const struct verb *v)
{
	(void)v;
	if (!p->chunked)
		return GO_END;
	p->keep = 1;
	p->chunked = 0;
	return peer_send(p, SLICE("0\r\n\r\n"));
}

enum go
verb_event(struct peer *p, const struct verb *v)
{
	struct buf out = {0};
	enum go go;

	if (v->nargs > 1)
		buf_printf(&out, "event: %.*s\n", SLICE_FMT(v->arg[0]));
	buf_printf(&out, "data: %.*s\n\n", SLICE_FMT(v->arg[v->nargs - 1]));
	go = peer_send_body(p, buf_slice(&out));
	buf_free(&out);
	return go;
}

enum go
verb_comment(struct peer *p, const struct verb *v)
{
	long long left = v->nargs > 1 ? verb_num(v, 1) : 1;
	struct buf out = {0};
	enum go go;

	buf_printf(&out, ": %.*s\n\n", SLICE_FMT(v->arg[0]));
	do {
		go = peer_send_body(p, buf_slice(&out));
		peer_sleep(v->nargs > 2 ? verb_num(v, 2) : 0);
	} while (go == GO_ON && --left != 0);
	buf_free(&out);
	return go;
}
