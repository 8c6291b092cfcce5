/*
 * bide proxy --on-break continue of the Responses API, in virtual time: an
 * answer that breaks off at any byte is one stream to a reader that is as
 * strict as the clients of that API, or it shows to be broken.
 */

#include "serve/rest.h"
#include "tests/items.h"
#include "tests/relayed.h"
#include "tests/t.h"

/* -- what a client makes of it --------------------------------------------- */

struct reader {
	int64_t sequence, index;
	struct buf id, created;	/* of the response */
	struct buf item;	/* the item's id */
	struct buf text;	/* of the item */
	struct buf items;	/* that were done */
	struct buf all;		/* the texts of all, the types of others */
	int over, error;
};

static int
is(struct slice doc, const char *path, const struct buf *want)
{
	struct slice tok;

	return json_find(doc, path, &tok) > JSON_END &&
	    slice_eq(tok, buf_slice(want));
}

static int
is_num(struct slice doc, const char *path, int64_t want)
{
	struct slice tok;

	return json_find(doc, path, &tok) == JSON_NUMBER &&
	    json_int(tok, -2) == want;
}

static void
get(struct slice doc, const char *path, struct buf *to)
{
	struct slice tok;

	buf_clear(to);
	if (json_find(doc, path, &tok) > JSON_END)
		buf_put(to, tok);
}

/* An event; NULL, or what is wrong with it. */
static const char *
read_event(struct reader *r, struct slice name, struct slice d)
{
	struct slice tok, type;

	if (r->over || r->error)
		return "after the end";
	(void)json_find(d, "type", &type);
	if (!slice_eq(type, name))
		return "its name";
	if (slice_is(name, "error"))
		r->error = 1;
	if (!is_num(d, "sequence_number", ++r->sequence))
		return "its number";
	if (!slice_starts(name, "response."))
		return NULL;
	slice_skip(&type, strlen("response."));
	if (slice_is(type, "created") != (r->sequence == 0))
		return "the start";
	if (slice_is(type, "created")) {
		get(d, "response.id", &r->id);
		get(d, "response.created_at", &r->created);
	}
	if (slice_is(type, "output_item.added")) {
		r->index++;
		get(d, "item.id", &r->item);
		buf_clear(&r->text);
	}
	if (json_find(d, "output_index", &tok) > JSON_END &&
	    !is_num(d, "output_index", r->index))
		return "the index";
	if (json_find(d, "item_id", &tok) > JSON_END &&
	    !is(d, "item_id", &r->item))
		return "the item's id";
	if (slice_is(type, "output_text.delta") &&
	    json_find(d, "delta", &tok) == JSON_STRING) {
		json_unescape(tok, &r->text, NULL);
		json_unescape(tok, &r->all, NULL);
	}
	if (slice_is(type, "output_text.done") && !is(d, "text", &r->text))
		return "the text in its end";
	if (slice_is(type, "content_part.done") && slice_starts(
	    buf_slice(&r->item), "msg") && !is(d, "part.text", &r->text))
		return "the text in its part's end";
	if (slice_is(type, "output_item.done")) {
		if (!is(d, "item.id", &r->item))
			return "the id in the item's end";
		if (json_find(d, "item.content.0.text", &tok) > JSON_END &&
		    (!slice_eq(tok, buf_slice(&r->text)) ||
		    json_find(d, "item.phase", &tok) <= JSON_END ||
		    json_find(d, "item.status", &tok) <= JSON_END ||
		    !slice_is(tok, "completed")))
			return "the text in the item's end";
		(void)json_find(d, "item.type", &tok);
		if (!slice_is(tok, "message"))
			buf_printf(&r->all, "<%.*s>", SLICE_FMT(tok));
		(void)json_find(d, "item", &tok);
		buf_puts(&r->items, r->items.n > 0 ? "," : "[");
		buf_put(&r->items, tok);
	}
	if (slice_is(type, "completed") || slice_is(type, "incomplete")) {
		buf_putc(&r->items, ']');
		if (!is(d, "response.output", &r->items))
			return "the output";
		if (!is(d, "response.id", &r->id) ||
		    !is(d, "response.created_at", &r->created))
			return "the response's id";
		r->over = 1;
	}
	return NULL;
}

static const char *
read_all(struct reader *r, struct slice in)
{
	struct sse sse = { 0 };
	struct sse_event e;
	const char *wrong = NULL;

	*r = (struct reader){ .sequence = -1, .index = -1 };
	while (wrong == NULL && sse_push(&sse, &in, &e) == SSE_EVENT)
		wrong = read_event(r, e.name, e.data);
	if (wrong != NULL)
		printf("# %s: %.*s\n", wrong, SLICE_FMT(e.data));
	sse_free(&sse);
	return wrong;
}

static void
reader_free(struct reader *r)
{
	buf_free(&r->id);
	buf_free(&r->created);
	buf_free(&r->item);
	buf_free(&r->text);
	buf_free(&r->items);
	buf_free(&r->all);
}

/* -- the tests ------------------------------------------------------------- */

#define ASKED "{\"stream\":true,\"model\":\"m\",\"text\":{\"format\":" \
    "{\"type\":\"text\"}},\"background\":false,\"input\":"

static void
begin(struct relayed_one *t, const char *body)
{
	relayed_init(t, &apis[0], 1);
	t->relay.on_break = BREAK_CONTINUE;
	t->client.body = slice_str(body);
}

/* The first n bytes of an answer, then another one. */
static const char *
run_cut(struct relayed_one *t, const struct made *m, size_t n,
    const char *end, struct reader *r)
{
	struct visit v[2];

	v[0] = (struct visit){ slice_str(end),
	    slice_sub(buf_slice(&m[0].out), 0, n) };
	v[1] = (struct visit){ SLICE("bytes ; eof"), buf_slice(&m[1].out) };
	relayed_run(t, v, 2);
	return read_all(r, buf_slice(&t->body));
}

/* Cut at each byte.  want: what the client may get. */
static void
test_cuts(const char *first, const char *second, const char *const *want)
{
	struct made m[2];
	struct relayed_one t;
	struct reader r;
	const char *wrong;
	size_t i, k, joined = 0, amiss = 0;

	make(&m[0], 1, first);
	make(&m[1], 2, second);
	for (k = strlen(HEAD); k <= m[0].out.n; k++) {
		begin(&t, ASKED "\"q\"}");
		wrong = run_cut(&t, m, k, k % 2 ? "bytes ; eof" :
		    "bytes ; reset", &r);
		for (i = 0; want[i] != NULL; i++)
			if (slice_is(buf_slice(&r.all), want[i]))
				break;
		if (wrong != NULL || t.script.amiss || (r.over && want[i] ==
		    NULL) || t.complete != r.over || r.error == r.over ||
		    t.client.account.broken == r.over)
			if (amiss++ < 3)
				printf("# %s at %zu: %.*s\n", first, k,
				    SLICE_FMT(buf_slice(&t.got)));
		joined += r.over && t.client.account.attempts > 1;
		reader_free(&r);
		relayed_free(&t);
	}
	EQ(amiss, 0, first);
	OK(joined > m[0].out.n / 8, "many were gone on from");
	made_free(&m[0]);
	made_free(&m[1]);
}

/* Cut before the end of its first text. */
static void
test_joined(const char *first, const char *second, const char *want)
{
	struct made m[2];
	struct relayed_one t;
	struct reader r;
	ptrdiff_t at;

	make(&m[0], 1, first);
	make(&m[1], 2, second);
	at = slice_ifind(buf_slice(&m[0].out),
	    "event: response.output_text.done");
	begin(&t, ASKED "\"q\"}");
	OK(run_cut(&t, m, (size_t)at, "bytes ; eof", &r) == NULL, second);
	EQS(buf_slice(&r.all), want, "what the client reads");
	OK(r.over && t.complete, "to its end");
	EQ(t.client.account.healed, 1, "counted");
	reader_free(&r);
	relayed_free(&t);
	made_free(&m[0]);
	made_free(&m[1]);
}

/* Broken twice, with more than is held back of the rest. */
static void
test_twice(void)
{
	struct buf spec = { 0 }, want = { 0 };
	struct made m[3];
	struct relayed_one t;
	struct reader r;
	struct visit v[3];
	ptrdiff_t at;
	int i;

	buf_puts(&spec, "T");
	buf_puts(&want, "Begin:");
	for (i = 0; i < 400; i++)
		buf_printf(&spec, "_%d%s", i * 7, i % 3 ? "|" : "");
	buf_puts(&spec, "_and F .");
	for (i = 0; i < 400; i++)
		buf_printf(&want, " %d", i * 7);
	buf_puts(&want, " and so on.");
	buf_putc(&spec, '\0');
	buf_putc(&want, '\0');
	make(&m[0], 1, "TBegin: .");
	make(&m[1], 2, spec.p);
	make(&m[2], 3, "R T_so_on. .");
	for (i = 0; i < 3; i++) {
		at = slice_ifind(buf_slice(&m[i].out),
		    "event: response.output_text.done");
		v[i] = (struct visit){ SLICE("bytes ; eof"), slice_sub(
		    buf_slice(&m[i].out), 0, i < 2 ? (size_t)at :
		    m[i].out.n) };
	}
	begin(&t, ASKED "\"q\"}");
	relayed_run(&t, v, 3);
	OK(read_all(&r, buf_slice(&t.body)) == NULL, "broken twice");
	EQS(buf_slice(&r.all), want.p, "and whole");
	OK(r.over && t.complete, "to its end");
	reader_free(&r);
	relayed_free(&t);
	for (i = 0; i < 3; i++)
		made_free(&m[i]);
	buf_free(&spec);
	buf_free(&want);
}

/* What is asked of the upstream the second time. */
static void
test_request(const char *input, const char *want)
{
	struct buf asked = { 0 }, told = { 0 };
	struct rest rest;
	struct made m;

	make(&m, 1, "THello");
	buf_printf(&asked, ASKED "%s,\"model\":\"m\"}", input);
	rest_init(&rest, &dialect_responses);
	rest_events(&rest, slice_sub(buf_slice(&m.out), strlen(HEAD), (size_t)
	    slice_ifind(buf_slice(&m.out), "event: response.output_text.done")
	    - strlen(HEAD)), &told);
	OK(rest_request(&rest, buf_slice(&asked)) == 0 &&
	    json_valid(buf_slice(&rest.body)) &&
	    count(buf_slice(&rest.body), want) == 1 &&
	    count(buf_slice(&rest.body), "Hello") == 1 &&
	    count(buf_slice(&rest.body), "\"}],\"model\":\"m\"}") == 1, input);
	rest_free(&rest);
	made_free(&m);
	buf_free(&asked);
	buf_free(&told);
}

/* What cannot be gone on from. */
static void
test_broken(const char *body, const char *first, const char *until)
{
	struct made m[2];
	struct relayed_one t;
	struct reader r;
	ptrdiff_t at;

	make(&m[0], 1, first);
	make(&m[1], 2, "T! .");
	at = slice_ifind(buf_slice(&m[0].out), until);
	begin(&t, body);
	OK(run_cut(&t, m, (size_t)at, "bytes ; eof", &r) == NULL && r.error &&
	    !t.complete && t.script.requests == 1, until);
	reader_free(&r);
	relayed_free(&t);
	made_free(&m[0]);
	made_free(&m[1]);
}

int
main(void)
{
	static const char *const texts[] = { " and all", "Hello and all",
	    "Hello there and all", "Hello there, dear and all",
	    "Hello there, dear", NULL };
	static const char *const thought[] = {
	    "<reasoning> and all<function_call>",
	    "<reasoning>Hello and all<function_call>",
	    "<reasoning>Hello there and all<function_call>",
	    "<reasoning>Hello there", NULL };

	test_cuts("THello|_there|,_dear .", "T_and|_all .", texts);
	test_cuts("R THello|_there .", "R T_and|_all F .", thought);
	test_joined("TThe_quick|_brown_fox_jum .", "Tbrown_fox|_jumps. .",
	    "The quick brown fox jumps.");
	test_joined("TThe_quick .", "R F .", "The quick<function_call>");
	test_joined("TThe_quick .", "R .", "The quick");
	test_joined("TThe_quick .", "T_fox TAnd F .",
	    "The quick foxAnd<function_call>");
	test_joined("R TThe_quick .", "R T_fox !", "<reasoning>The quick fox");
	test_twice();
	test_request("\"q \\\"\"", "\"input\":[{\"role\":\"user\",\"content\":"
	    "\"q \\\"\"},{\"role\":\"user\",\"content\":\"");
	test_request("[]", "\"input\":[{\"role\":\"user\",\"content\":\"");
	test_request("[{\"role\":\"user\",\"content\":\"q\"} ]",
	    "\"input\":[{\"role\":\"user\",\"content\":\"q\"} ,{\"role\":\"");
	test_broken(ASKED "\"q\"}", "THello F .",
	    "event: response.function_call_arguments.delta");
	test_broken(ASKED "\"q\"}", "F THello .",
	    "event: response.output_text.done");
	test_broken(ASKED "\"q\"}", "THello .",
	    "event: response.content_part.done");
	test_broken("{\"stream\":true,\"text\":{\"format\":{\"type\":"
	    "\"json_schema\"}},\"input\":\"q\"}", "THello .",
	    "event: response.output_text.done");
	test_broken("{\"stream\":true,\"background\":true,\"input\":\"q\"}",
	    "THello .", "event: response.output_text.done");
	test_broken("{\"stream\":true}", "THello .",
	    "event: response.output_text.done");
	return DONE();
}
