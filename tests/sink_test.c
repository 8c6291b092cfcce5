#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sink.h"
#include "tests/script.h"
#include "tests/t.h"

static struct script script;		/* for its clock */
static char folder[] = "/tmp/sink_test.XXXXXX", path[64];
static int out;				/* what sinks write to */

/* What was written since the last time. */
static struct slice
written(void)
{
	static char bytes[8192];
	static off_t seen;
	ssize_t n = pread(out, bytes, sizeof(bytes), seen);

	if (n < 0)
		abort();
	seen += n;
	return (struct slice){ bytes, (size_t)n };
}

static struct slice
content(void)
{
	static char bytes[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return SLICE("(no file)");
	n = read(fd, bytes, sizeof(bytes));
	close(fd);
	return (struct slice){ bytes, n < 0 ? 0 : (size_t)n };
}

static void
put_old_file(const char *text)
{
	FILE *fp = fopen(path, "w");

	if (fp == NULL || fputs(text, fp) < 0 || fclose(fp) != 0)
		abort();
}

static void
put(struct sink *s, enum ev_type type)
{
	static struct fault f;
	static struct usage usage = { 7, 3, -1, 0, 0 };

	fault_set(&f, F_RATE, 1, " slow\ndown ");
	f.status = 429;
	s->put(s, &(struct event){ .type = type, .fault = &f, .usage = &usage,
	    .wait = 1500, .attempt = 2, .discard = 1, .finish = FIN_STOP,
	    .text_bytes = 5, .elapsed = 99, .request_id = "req_1" });
}

static void
put_text(struct sink *s, const char *text)
{
	s->put(s, &(struct event){ .type = EV_TEXT, .text = slice_str(text) });
}

static void
put_call(struct sink *s, const char *args)
{
	s->put(s, &(struct event){ .type = EV_TOOL_CALL, .id = SLICE("c1"),
	    .name = SLICE("f"), .text = slice_str(args) });
}

static int
flush(struct sink *s)
{
	struct fault f;

	return s->flush(s, &f);
}

static struct text_sink
text_sink(int live, int tty)
{
	struct text_sink t = { .env = &script.env, .fd = out, .live = live,
	    .tty = tty };

	text_sink_init(&t);
	return t;
}

static void
test_held(void)
{
	struct text_sink t = text_sink(0, 0);

	put(&t.sink, EV_START);
	put_text(&t.sink, "half");
	EQ(flush(&t.sink), 0, "held: flush");
	EQS(written(), "", "held: nothing goes out before the end");
	put(&t.sink, EV_RETRY);
	put_text(&t.sink, "wh");
	flush(&t.sink);
	put_text(&t.sink, "ole");
	put(&t.sink, EV_USAGE);
	put(&t.sink, EV_DONE);
	EQ(t.sink.delivered, 0, "held: nothing delivered");
	flush(&t.sink);
	EQS(written(), "whole", "held: the last one only, as it is");
	EQ(t.sink.delivered, 5, "held: delivered");
	flush(&t.sink);
	EQS(written(), "", "held: once");
	text_sink_free(&t);

	t = text_sink(0, 0);
	put_text(&t.sink, "half");
	put(&t.sink, EV_ERROR);
	flush(&t.sink);
	EQS(written(), "", "held: given up");
	text_sink_free(&t);
}

static void
test_live(void)
{
	struct text_sink t = text_sink(1, 0);

	put_text(&t.sink, "one ");
	EQS(written(), "", "live: not before flush");
	flush(&t.sink);
	EQS(written(), "one ", "live: with flush");
	EQ(t.sink.delivered, 4, "live: delivered");
	put_text(&t.sink, "two");
	put(&t.sink, EV_RETRY);
	flush(&t.sink);
	EQS(written(), "", "live: what nobody saw is void");
	put_text(&t.sink, "three");
	put(&t.sink, EV_DONE);
	flush(&t.sink);
	EQS(written(), "three", "live: done");
	text_sink_free(&t);
}

static void
test_terminal(void)
{
	struct text_sink t = text_sink(1, 1);

	put_text(&t.sink, "a\033[31m\xc2\x9b" "b\n\tc");
	flush(&t.sink);
	EQS(written(), "a^[[31m\\u009bb\n\tc", "tty: nothing drives it");
	put(&t.sink, EV_RETRY);
	flush(&t.sink);
	EQS(written(), "\n", "tty: a retry begins on its own line");
	put(&t.sink, EV_RETRY);
	flush(&t.sink);
	EQS(written(), "", "tty: but no blank one");
	put_text(&t.sink, "x");
	put_call(&t.sink, "\033\xc2\x9b\x7f");
	put(&t.sink, EV_DONE);
	flush(&t.sink);
	EQS(written(), "x\n{\"id\":\"c1\",\"name\":\"f\",\"arguments\":"
	    "\"\\u001b\\u009b\\u007f\"}\n", "tty: nor do calls");
	text_sink_free(&t);
}

static void
test_calls(void)
{
	struct text_sink t = text_sink(1, 0);

	put_call(&t.sink, "[]");
	put_text(&t.sink, "te");
	flush(&t.sink);
	t.sink.put(&t.sink, &(struct event){ .type = EV_RETRY });
	put_call(&t.sink, "{\"a\":1}");
	put_text(&t.sink, "xt");
	flush(&t.sink);
	t.sink.put(&t.sink, &(struct event){ .type = EV_RETRY, .kept = 1 });
	put_call(&t.sink, "{}");
	put(&t.sink, EV_DONE);
	flush(&t.sink);
	EQS(written(), "text\n{\"id\":\"c1\",\"name\":\"f\",\"arguments\":"
	    "\"{\\\"a\\\":1}\"}\n{\"id\":\"c1\",\"name\":\"f\","
	    "\"arguments\":\"{}\"}\n", "calls are lines behind the text, "
	    "but what broke off before one");
	text_sink_free(&t);
}

/* The file is written when the answer is complete, and only then. */
static void
test_file(void)
{
	struct text_sink t = text_sink(1, 0);

	put_old_file("old");
	t.path = path;
	put_text(&t.sink, "half");
	flush(&t.sink);
	put(&t.sink, EV_RETRY);
	flush(&t.sink);
	EQS(content(), "old", "file: not before the end");
	put_text(&t.sink, "whole");
	put(&t.sink, EV_DONE);
	EQ(flush(&t.sink), 0, "file: flush");
	EQS(content(), "whole", "file: replaced");
	EQ(t.sink.delivered, 0, "file: can be taken back until then");
	text_sink_free(&t);

	put_old_file("old");
	t = text_sink(0, 0);
	t.path = path;
	put_text(&t.sink, "half");
	put(&t.sink, EV_ERROR);
	flush(&t.sink);
	EQS(content(), "old", "file: given up");
	text_sink_free(&t);
}

/* Like run() when the last flush fails: EV_ERROR and another flush. */
static void
test_file_fails(void)
{
	struct text_sink t = text_sink(0, 0);
	struct json_sink j = { .env = &script.env, .fd = out, .provider = "p",
	    .model = "m", .path = path };

	put_old_file("old");
	t.path = "/dev/null/answer";
	put_text(&t.sink, "whole");
	put(&t.sink, EV_DONE);
	EQ(flush(&t.sink), -1, "file that cannot be written");
	t.path = path;			/* as if a full disk had room again */
	put(&t.sink, EV_ERROR);
	flush(&t.sink);
	EQS(content(), "old", "a failed answer leaves the old file alone");
	text_sink_free(&t);

	json_sink_init(&j);
	j.path = "/dev/null/answer";
	put_text(&j.sink, "whole");
	put(&j.sink, EV_DONE);
	EQ(flush(&j.sink), -1, "json: file that cannot be written");
	j.path = path;
	put(&j.sink, EV_ERROR);
	flush(&j.sink);
	EQS(content(), "old", "json: the old file is left alone");
	json_sink_free(&j);
	written();
}

static void
test_json(void)
{
	struct json_sink j = { .env = &script.env, .fd = out, .provider = "p",
	    .model = "m", .path = path };

	json_sink_init(&j);
	put_old_file("old");
	put(&j.sink, EV_START);
	put_text(&j.sink, "a\n\"\xff\xf0\x9f\x98\x80");
	flush(&j.sink);
	EQS(written(), "{\"type\":\"start\",\"attempt\":2,\"provider\":\"p\","
	    "\"model\":\"m\"}\n{\"type\":\"text\",\"text\":"
	    "\"a\\n\\\"\xef\xbf\xbd\xf0\x9f\x98\x80\"}\n", "json: text");
	put(&j.sink, EV_RETRY);
	flush(&j.sink);
	EQS(written(), "{\"type\":\"retry\",\"class\":\"rate_limit\","
	    "\"status\":429,\"message\":\"slow\\ndown\",\"wait_ms\":1500,"
	    "\"attempt\":2,\"discard\":true}\n", "json: retry");
	j.sink.put(&j.sink, &(struct event){ .type = EV_REASONING,
	    .text = SLICE("hm") });
	j.sink.put(&j.sink, &(struct event){ .type = EV_ITEM,
	    .text = SLICE("{}"), .name = SLICE("messages") });
	put_call(&j.sink, "{}");
	put_text(&j.sink, "whole");
	flush(&j.sink);
	EQS(written(), "{\"type\":\"reasoning\",\"text\":\"hm\"}\n"
	    "{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"f\","
	    "\"arguments\":\"{}\"}\n{\"type\":\"text\",\"text\":\"whole\"}\n",
	    "json: reasoning, a call, nothing of an item");
	EQS(content(), "old", "json: the file waits for the end");
	put(&j.sink, EV_USAGE);
	put(&j.sink, EV_DONE);
	flush(&j.sink);
	EQS(written(), "{\"type\":\"usage\",\"input\":7,\"output\":3,"
	    "\"cached\":null,\"reasoning\":0}\n{\"type\":\"done\",\"finish\":"
	    "\"stop\",\"text_bytes\":5,\"attempts\":2,\"elapsed_ms\":99,"
	    "\"request_id\":\"req_1\"}\n", "json: usage, done");
	EQS(content(), "whole", "json: the file has the last text");
	json_sink_free(&j);
}

static void
test_json_error(void)
{
	struct json_sink j = { .env = &script.env, .fd = out, .provider = "p",
	    .model = "m" };
	struct fault f;

	json_sink_init(&j);
	fault_set(&f, F_DNS, 1, "no name");
	j.sink.put(&j.sink, &(struct event){ .type = EV_ERROR, .fault = &f,
	    .wait = MSEC_NONE });
	put(&j.sink, EV_ERROR);
	flush(&j.sink);
	EQS(written(), "{\"type\":\"error\",\"class\":\"dns\",\"status\":null,"
	    "\"message\":\"no name\",\"retry_at\":null}\n{\"type\":\"error\","
	    "\"class\":\"rate_limit\",\"status\":429,\"message\":"
	    "\"slow\\ndown\",\"retry_at\":\"2026-01-01T00:00:02Z\"}\n",
	    "json: error");
	json_sink_free(&j);
}

static void
test_closed(void)
{
	struct text_sink t = text_sink(1, 0);
	struct fault f;

	t.fd = open("/dev/full", O_WRONLY);
	put_text(&t.sink, "x");
	EQ(t.sink.flush(&t.sink, &f), -1, "a full device");
	EQ(f.class, F_OUTPUT, "a full device: the class");
	EQ(f.code, ENOSPC, "a full device: the reason");
	close(t.fd);
	text_sink_free(&t);
}

int
main(void)
{
	FILE *fp = tmpfile();

	if (fp == NULL || mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/answer", folder);
	out = fileno(fp);
	script_init(&script);
	test_held();
	test_live();
	test_terminal();
	test_calls();
	test_file();
	test_file_fails();
	test_json();
	test_json_error();
	test_closed();
	unlink(path);
	rmdir(folder);
	fclose(fp);
	return DONE();
}
