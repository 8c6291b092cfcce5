/* RESP2 replies, cut at every byte. */

#include "tests/resplog.h"
#include "tests/t.h"

static const struct {
	const char *in, *want;
} cases[] = {
	{ "+OK\r\n", "OK\n" },
	{ "+\r\n", "\n" },
	{ "-NOSCRIPT No matching script.\r\n",
	    "-NOSCRIPT No matching script.\n" },
	{ ":0\r\n:-1\r\n:9223372036854775807\r\n",
	    ":0\n:-1\n:9223372036854775807\n" },
	{ "$5\r\na\r\nbc\r\n$0\r\n\r\n", "a\\r\\nbc\n\n" },
	{ "$-1\r\n*-1\r\n*0\r\n", "null\nnull\n*0\n" },
	{ "*2\r\n:1\r\n*1\r\n$1\r\nx\r\n+OK\r\n", "*2 :1 *1 x\nOK\n" },
	{ "*2\r\n*0\r\n*1\r\n*1\r\n-ERR\r\n", "*2 *0 *1 *1 -ERR\n" },
	{ "*1\r\n*1\r\n*1\r\n*1\r\n:5\r\n", "*1 *1 *1 *1 :5\n" },
	/* cut short */
	{ "*2\r\n:1\r\n", "*2 :1 more" },
	{ "$5\r\nab", "more" },
	{ "+OK\r", "more" },
	/* a carriage return in the middle of a line */
	{ "-ERR a\rb\r\n", "-ERR a\\rb\n" },
	/* garbage, and the types of RESP3 */
	{ "HTTP/1.1 400 Bad Request\r\n", "bad" },
	{ "\r\n", "bad" },
	{ "+OK\n+OK\r\n", "OK\\n+OK\n" },
	{ ":\r\n", "bad" },
	{ ":1x\r\n", "bad" },
	{ ":--1\r\n", "bad" },
	{ ":9223372036854775808\r\n", "bad" },
	{ "$-2\r\n", "bad" },
	{ "$65537\r\n", "bad" },
	{ "$2\r\nabcd", "bad" },
	{ "*4097\r\n", "bad" },
	{ "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "*1 *1 *1 *1 bad" },
	{ "%1\r\n+a\r\n:1\r\n", "bad" },
	{ "_\r\n", "bad" },
	{ "#t\r\n", "bad" },
};

int
main(void)
{
	struct buf log = { 0 };
	struct slice in;
	size_t i, first;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = slice_str(cases[i].in);
		for (first = 1; first <= in.n; first++) {
			buf_clear(&log);
			resplog(&log, in, (struct cut){ first, in.n });
			if (!slice_is(buf_slice(&log), cases[i].want))
				break;
		}
		EQS(buf_slice(&log), cases[i].want, "cut in two");
		buf_clear(&log);
		resplog(&log, in, (struct cut){ 1, 1 });
		EQS(buf_slice(&log), cases[i].want, "byte by byte");
	}
	buf_clear(&log);
	buf_putc(&log, '+');
	for (i = 0; i <= RESP_LINE; i++)
		buf_putc(&log, 'a');
	buf_puts(&log, "\r\n");
	{
		struct resp r = { 0 };

		in = buf_slice(&log);
		EQ(resp_push(&r, &in), RESP_BAD, "a line without end");
		in = SLICE("+OK\r\n");
		EQ(resp_push(&r, &in), RESP_BAD, "that is final");
		resp_free(&r);
	}
	buf_clear(&log);
	resp_command(&log, 2);
	resp_arg(&log, SLICE("GET"));
	resp_arg(&log, SLICE(""));
	EQS(buf_slice(&log), "*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "a command");
	buf_free(&log);
	return DONE();
}
