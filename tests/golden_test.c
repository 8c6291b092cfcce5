/*
 * Golden transcripts: what servers have sent, in tests/golden/DIALECT, and what
 * the reader gets of it through the whole loop.  Each is cut after every byte,
 * by the end of the connection, a reset or (every seventh) silence, and asked
 * again: whatever happens, the reader gets the answer, and once.  The file chat
 * describes the format.
 */

#include <stdlib.h>
#include <string.h>

#include "api/provider.h"
#include "tests/script_run.h"
#include "tests/t.h"

#define PIECE 50

static const char *const ends[] = { "bytes ; eof", "bytes ; reset",
    "bytes ; hold" };

struct transcript {
	struct slice name, body, want;
	char kind;			/* - ~ ! */
};

static void
read_file(const char *dialect, struct buf *out)
{
	char path[64], bytes[4096];
	FILE *fp;
	size_t n;

	snprintf(path, sizeof(path), "tests/golden/%s", dialect);
	fp = fopen(path, "r");
	if (fp == NULL)
		abort();
	while ((n = fread(bytes, 1, sizeof(bytes), fp)) > 0)
		buf_put(out, (struct slice){ bytes, n });
	fclose(fp);
}

/* Takes the next transcript; 0 after the last. */
static int
next(struct slice *file, struct transcript *t)
{
	struct slice line = { 0 };
	const char *from;

	while (file->n > 0 && !slice_starts(line, "== "))
		line = slice_cut(file, '\n');
	if (file->n == 0)
		return 0;
	t->name = slice_sub(line, 3, line.n);
	from = file->p;
	do
		line = slice_cut(file, '\n');
	while (line.n < 2 || line.p[0] != '-');
	t->body = (struct slice){ from, (size_t)(line.p - from) };
	t->kind = line.p[1];
	t->want = slice_trim(slice_sub(line, 2, line.n));
	return 1;
}

/* The response on the wire. */
static void
put_wire(struct buf *out, struct slice body)
{
	struct slice piece;

	buf_puts(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (; body.n > 0; slice_skip(&body, piece.n)) {
		piece = slice_sub(body, 0, PIECE);
		buf_printf(out, "%zx\r\n%.*s\r\n", piece.n,
		    SLICE_FMT(piece));
	}
	buf_puts(out, "0\r\n\r\n");
}

/* What stdout has: \n in want is a line break. */
static int
is_output(const struct trial *t, struct slice want)
{
	struct buf b = { 0 };
	struct slice line;
	ptrdiff_t n;
	int same;

	while ((n = slice_ifind(want, "\\n")) >= 0) {
		line = slice_sub(want, 0, (size_t)n);
		slice_skip(&want, (size_t)n + 2);
		buf_printf(&b, "%.*s\n", SLICE_FMT(line));
	}
	buf_put(&b, want);
	same = slice_eq(buf_slice(&t->out), buf_slice(&b));
	buf_free(&b);
	return same;
}

static void
play(struct trial *t, const struct transcript *s)
{
	struct slice want = s->kind == '!' ? SLICE("whole") : s->want;
	struct visit x[2] = { { .steps = { 0 } } };
	struct buf wire = { 0 };
	size_t k, bad = 0, first = 0;
	unsigned end, most = s->kind == '!' ? 2 : 1;
	char name[160];

	put_wire(&wire, s->body);
	if (s->kind == '!')
		x[1].steps = SLICE("head ; created ; delta whole ; completed");
	else
		x[1] = (struct visit){ SLICE("bytes ; hold"),
		    buf_slice(&wire) };
	t->script.visit = x;
	t->script.n = 2;
	for (end = 0; end < 3; end++) {
		x[0] = (struct visit){ slice_str(ends[end]), buf_slice(&wire) };
		t->script.most = end == 1 ? 1 : 0;
		trial_run(t);
		snprintf(name, sizeof(name), "%s: %.*s: %s",
		    t->script.dialect->name, SLICE_FMT(s->name),
		    ends[end] + 8);
		OK(is_output(t, want) && t->res.attempts == most &&
		    t->res.last.fault.class == F_NONE, name);
		for (k = 0; k < wire.n && s->kind != '~';
		    k += end == 2 ? 7 : 1) {
			x[0].bytes.n = k;
			t->script.most = k % 50;
			trial_run(t);
			if ((!is_output(t, want) || t->res.attempts > 2 ||
			    t->res.last.fault.class != F_NONE) && bad++ == 0)
				first = k;
		}
	}
	snprintf(name, sizeof(name), "%s: %.*s: cut",
	    t->script.dialect->name, SLICE_FMT(s->name));
	EQ(bad, 0, name);
	if (bad > 0)
		printf("# the first after %zu of %zu bytes\n", first, wire.n);
	buf_free(&wire);
}

int
main(void)
{
	static const struct dialect *const dialects[] = { &dialect_chat,
	    &dialect_gemini, &dialect_messages, &dialect_responses };
	struct transcript s;
	struct slice file;
	struct buf text;
	struct trial t;
	size_t i;

	for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		text = (struct buf){ 0 };
		read_file(dialects[i]->name, &text);
		file = buf_slice(&text);
		trial_init(&t);
		t.script.dialect = dialects[i];
		while (next(&file, &s))
			play(&t, &s);
		trial_free(&t);
		buf_free(&text);
	}
	return DONE();
}
