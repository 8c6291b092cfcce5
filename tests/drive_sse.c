#include "tests/drive.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"
#include "wire/sse.h"

/* at: the input bytes consumed so far; 0 = do not print. */
static void
put_event(const struct sse_event *e, size_t at)
{
	struct buf line = { 0 };
	struct json_out w = { .out = &line };

	json_open(&w, '{');
	json_member(&w, "event", e->name);
	json_member(&w, "data", e->data);
	json_member(&w, "id", e->id);
	json_key(&w, "retry");
	if (e->retry < 0)
		json_null(&w);
	else
		json_num(&w, e->retry);
	if (at > 0)
		json_member_num(&w, "at", (int64_t)at);
	json_close(&w);
	buf_putc(&line, '\n');
	fwrite(line.p, 1, line.n, stdout);
	buf_free(&line);
}

static int
flag(int argc, char **argv, const char *name)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return 0;
}

/* The size of the next piece: from the list "3,1,4" if there is more, else
 * step. */
static size_t
next_size(struct slice *cuts, size_t step)
{
	long long n;

	if (cuts->n == 0)
		return step;
	n = slice_dec(slice_cut(cuts, ','), 1LL << 40);
	return n < 1 ? step : (size_t)n;
}

/* --split N: N bytes at a time; --cuts N,N,..: the first pieces have these
 * sizes; --at: print the bytes consumed; --eof: print an event pending at the
 * end too. */
int
drive_sse(int argc, char **argv)
{
	struct slice cuts = slice_str(drive_option(argc, argv, "--cuts"));
	int tell = flag(argc, argv, "--at");
	struct buf in = { 0 };
	struct slice piece, rest;
	enum sse_ev ev = SSE_MORE;
	struct sse_event e;
	struct sse s = { 0 };
	size_t step;

	drive_slurp(&in);
	step = drive_size(argc, argv, "--split", in.n + 1);
	for (rest = buf_slice(&in); rest.n > 0 && ev != SSE_BAD;) {
		piece = slice_sub(rest, 0, next_size(&cuts, step));
		rest = slice_sub(rest, piece.n, rest.n);
		while ((ev = sse_push(&s, &piece, &e)) == SSE_EVENT)
			put_event(&e, tell ? in.n - rest.n - piece.n : 0);
	}
	if (flag(argc, argv, "--eof") && sse_eof(&s, &e) == SSE_EVENT)
		put_event(&e, tell ? in.n : 0);
	sse_free(&s);
	buf_free(&in);
	return ev == SSE_BAD;
}
