#include "tests/drive.h"

#include <stdio.h>
#include <string.h>

#include "wire/b64.h"
#include "wire/http.h"
#include "wire/json.h"

static void
put_fields(struct json_out *w, const struct http *h)
{
	struct buf name = { 0 };
	size_t i, k;
	char c;

	json_key(w, "headers");
	json_open(w, '[');
	for (i = 0; i < h->nfields; i++) {
		buf_clear(&name);
		for (k = 0; k < h->field[i].name.n; k++) {
			c = h->field[i].name.p[k];
			buf_putc(&name, c >= 'A' && c <= 'Z' ?
			    (char)(c + 'a' - 'A') : c);
		}
		json_open(w, '[');
		json_str(w, buf_slice(&name));
		json_str(w, h->field[i].value);
		json_close(w);
	}
	json_close(w);
	buf_free(&name);
}

static void
put_answer(struct json_out *w, const struct http *h, int whole,
    struct slice body)
{
	struct buf b64 = { 0 };

	json_open(w, '{');
	json_key(w, "error");
	json_bool(w, !whole);
	if (h->status != 0)
		json_member_num(w, "status", h->status);
	if (!whole)
		json_member(w, "why", slice_str(h->why));
	json_key(w, "keep");
	json_bool(w, whole && h->keep);
	put_fields(w, h);
	b64_put(&b64, body);
	json_member(w, "body_b64", buf_slice(&b64));
	json_close(w);
	buf_free(&b64);
}

/* Pushes step bytes at a time, then the end; whether the message is
 * complete. */
static int
feed(struct http *h, struct slice in, size_t step, struct buf *body)
{
	enum http_ev ev = HTTP_MORE;
	struct slice part, out;
	size_t off;

	for (off = 0; off < in.n; off += step) {
		part = slice_sub(in, off, step);
		while ((ev = http_push(h, &part, &out)) > HTTP_MORE &&
		    ev != HTTP_END)
			if (ev == HTTP_BODY)
				buf_put(body, out);
		if (ev != HTTP_MORE)
			return ev == HTTP_END;
	}
	return http_eof(h) == HTTP_END;
}

int
drive_http(int argc, char **argv)
{
	const char *method = drive_option(argc, argv, "--method");
	struct buf in = { 0 }, out = { 0 }, body = { 0 };
	struct http h = { 0 };
	int whole;

	drive_slurp(&in);
	h.no_body = method != NULL && strcmp(method, "HEAD") == 0;
	whole = feed(&h, buf_slice(&in),
	    drive_size(argc, argv, "--split", in.n + 1), &body);
	put_answer(&(struct json_out){ .out = &out }, &h, whole,
	    buf_slice(&body));
	printf("%.*s\n", SLICE_FMT(buf_slice(&out)));
	http_free(&h);
	buf_free(&in);
	buf_free(&out);
	buf_free(&body);
	return !whole;
}
