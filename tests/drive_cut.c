/*
 * drive_cut DIALECT FILE STEP: a recorded stream whose connection dies after
 * byte k, for k = 0, STEP, 2 STEP, ..., and that is whole when it is asked for
 * again.  Prints how many of the answers were not the undisturbed one, got
 * once; status 1 if any.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/provider.h"
#include "tests/script_run.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

static void
read_stream(const char *path, struct buf *raw)
{
	FILE *fp = fopen(path, "r");
	size_t n;

	if (fp == NULL) {
		perror(path);
		exit(64);
	}
	buf_puts(raw, HEAD);
	while ((n = fread(buf_room(raw, 65536), 1, 65536, fp)) > 0)
		raw->n += n;
	fclose(fp);
}

static int
whole(const struct trial *t)
{
	return t->res.last.fault.class == F_NONE &&
	    t->res.last.progress == P_DONE && !t->script.amiss;
}

int
main(int argc, char **argv)
{
	struct trial t;
	struct buf raw = { 0 }, want = { 0 };
	struct visit x[2] = { { .steps = SLICE("bytes ; eof") },
	    { .steps = SLICE("bytes ; eof") } };
	size_t k, step, bad = 0, runs = 0;

	trial_init(&t);
	t.script.dialect = argc == 4 ? dialect_find(slice_str(argv[1])) : NULL;
	step = argc == 4 ? (size_t)strtoul(argv[3], NULL, 10) : 0;
	if (t.script.dialect == NULL || step == 0) {
		fputs("usage: drive_cut DIALECT FILE STEP\n", stderr);
		return 64;
	}
	read_stream(argv[2], &raw);
	x[0].bytes = x[1].bytes = buf_slice(&raw);
	t.script.visit = x;
	t.script.n = 2;
	trial_run(&t);
	if (!whole(&t) || t.res.attempts != 1) {
		printf("undisturbed: %s\n", t.res.last.fault.text);
		return 1;
	}
	buf_put(&want, buf_slice(&t.out));
	for (k = 0; k < raw.n; k += step, runs++) {
		x[0].bytes.n = k;
		trial_run(&t);
		if (whole(&t) && t.res.attempts <= 2 &&
		    slice_eq(buf_slice(&t.out), buf_slice(&want)))
			continue;
		if (bad++ == 0)
			printf("the first after %zu bytes: %s\n", k,
			    t.res.last.fault.text);
	}
	printf("%zu of %zu cuts wrong\n", bad, runs);
	trial_free(&t);
	buf_free(&raw);
	buf_free(&want);
	return bad > 0;
}
