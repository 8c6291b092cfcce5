/* A conversation that several providers took part in, as one accepts it. */

#include "api/adapt.h"
#include "api/talk.h"
#include "tests/t.h"

#define LONG16 "0123456789abcdef"
#define LONG64 LONG16 LONG16 LONG16 LONG16

static struct slice
str(const char *s)
{
	return slice_str(s);
}

/* Adds a turn of calls, id and arguments in turn, and their results, each with
 * the id as its text. */
static void
add(struct talk *t, const char *const *ids, const char *const *args,
    const size_t *results, size_t n)
{
	size_t i;

	talk_turn(t, ROLE_ASSISTANT);
	for (i = 0; i < n; i++)
		talk_part(t, &(struct part){ .type = PART_CALL,
		    .id = str(ids[i]), .name = SLICE("f"),
		    .text = str(args[i]) });
	for (i = 0; i < n; i++)
		talk_result(t, str(ids[results[i]]), str(args[results[i]]));
}

/* "id=text" of all calls and results, as they are sent. */
static void
story(struct talk *t, int chat, struct buf *out)
{
	struct adapted a = { 0 };
	struct request r = { 0 };
	const struct part *p;
	size_t i, k;

	r.messages = talk_messages(t, &r.nmessages);
	adapt(&a, &r, chat);
	for (i = 0; i < r.nmessages; i++)
		for (k = 0; k < r.messages[i].nparts; k++) {
			p = &r.messages[i].parts[k];
			buf_puts(out, p->type == PART_RESULT ? " <" : " ");
			buf_put(out, p->id);
			buf_putc(out, '=');
			buf_put(out, p->text);
		}
	adapt_free(&a);
}

static void
is(struct talk *t, const char *want, const char *name)
{
	struct buf got = { 0 };

	story(t, 0, &got);
	EQS(buf_slice(&got), want, name);
	buf_free(&got);
	talk_free(t);
}

static void
test_ids(void)
{
	static const size_t one[] = { 0 }, swapped[] = { 1, 0 };
	static const size_t three[] = { 0, 1, 2 };
	const char *args[] = { "{}", "{\"b\":1}", "{\"c\":2}" };
	struct buf got = { 0 };
	struct talk t = { 0 };

	add(&t, (const char *[]){ "toolu_1-A" }, args, one, 1);
	is(&t, " toolu_1-A={} <toolu_1-A={}", "an id that fits stays");
	add(&t, (const char *[]){ LONG64 }, args, one, 1);
	is(&t, " " LONG64 "={} <" LONG64 "={}", "64 characters fit");
	add(&t, (const char *[]){ LONG64 "x" }, args, one, 1);
	is(&t, " call_bide_1={} <call_bide_1={}", "65 do not");
	add(&t, (const char *[]){ "functions.f:0", "call_1|fc_2", "w\xc3\xa9" },
	    args, three, 3);
	is(&t, " call_bide_1={} call_bide_2={\"b\":1} call_bide_3={\"c\":2}"
	    " <call_bide_1={} <call_bide_2={\"b\":1} <call_bide_3={\"c\":2}",
	    "characters that others refuse");
	add(&t, (const char *[]){ "a", "b" }, args, swapped, 2);
	is(&t, " a={} b={\"b\":1} <a={} <b={\"b\":1}",
	    "results come in the order of the calls");
	add(&t, (const char *[]){ "a" }, args, one, 1);
	add(&t, (const char *[]){ "a" }, args + 1, one, 1);
	is(&t, " a={} <a={} call_bide_2={\"b\":1} <call_bide_2={\"b\":1}",
	    "an id that was used before, as of servers that count from 0");
	add(&t, (const char *[]){ "", "" }, args, three, 2);
	is(&t, " call_bide_1={} call_bide_2={\"b\":1}"
	    " <call_bide_1={} <call_bide_2={\"b\":1}",
	    "equal ids in one turn: by position");
	add(&t, (const char *[]){ "x.", "call_bide_1" }, args, three, 2);
	is(&t, " call_bide_1={} call_bide_2={\"b\":1}"
	    " <call_bide_1={} <call_bide_2={\"b\":1}",
	    "what is made up is no other call's");
	add(&t, (const char *[]){ "call_1__thought__c2l+nbmVk/" LONG64 }, args,
	    one, 1);
	story(&t, 1, &got);
	EQS(buf_slice(&got), " call_1__thought__c2l+nbmVk/" LONG64 "={}"
	    " <call_1__thought__c2l+nbmVk/" LONG64 "={}",
	    "chat keeps the signature in an id of LiteLLM's");
	is(&t, " call_bide_1={} <call_bide_1={}", "others do not");
	buf_free(&got);
}

static void
test_arguments(void)
{
	static const struct {
		const char *from, *to, *name;
	} rows[] = {
		{ " {\"a\":1} ", " {\"a\":1} ", "an object stays" },
		{ "", "{}", "nothing" },
		{ "null", "{}", "null" },
		{ "[1]", "{}", "an array" },
		{ "1", "{}", "a number" },
		{ "{\"a\": 1", "{}", "what was cut" },
		{ "\"x\\u00e9\"", "{\"input\":\"x\\u00e9\"}", "a string" },
		{ "*** Begin\n", "{\"input\":\"*** Begin\\n\"}", "plain text" },
		{ "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ufffd\"}", "half a pair" },
		{ "{\"a\":\"\\ude00\\ud83d\"}", "{\"a\":\"\\ufffd\\ufffd\"}",
		    "two halves in the wrong order" },
		{ "{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\ud83d\\ude00\"}",
		    "a whole pair" },
		{ "{\"a\":\"\\\\ud83d\"}", "{\"a\":\"\\\\ud83d\"}",
		    "an escaped backslash" },
	};
	struct buf got = { 0 }, want = { 0 };
	struct talk t = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		talk_turn(&t, ROLE_ASSISTANT);
		talk_part(&t, &(struct part){ .type = PART_CALL,
		    .id = SLICE("a"), .text = str(rows[i].from) });
		buf_clear(&got);
		buf_clear(&want);
		story(&t, 0, &got);
		buf_printf(&want, " a=%s%c", rows[i].to, '\0');
		EQS(buf_slice(&got), want.p, rows[i].name);
		talk_free(&t);
	}
	buf_free(&got);
	buf_free(&want);
}

/* Ten thousand calls with one id take no time to speak of. */
static void
test_many(void)
{
	struct adapted a = { 0 };
	struct request r = { 0 };
	struct talk t = { 0 };
	const struct message *m;
	size_t i;

	talk_turn(&t, ROLE_ASSISTANT);
	for (i = 0; i < 10000; i++)
		talk_part(&t, &(struct part){ .type = PART_CALL,
		    .id = SLICE("a") });
	for (i = 0; i < 10000; i++)
		talk_result(&t, SLICE("a"), SLICE("r"));
	r.messages = talk_messages(&t, &r.nmessages);
	adapt(&a, &r, 0);
	m = r.messages;
	EQS(m[0].parts[0].id, "a", "the first of many keeps its id");
	EQS(m[0].parts[9999].id, "call_bide_10000", "the last has its own");
	EQS(m[1].parts[9999].id, "call_bide_10000", "and so has its result");
	adapt_free(&a);
	talk_free(&t);
}

int
main(void)
{
	test_ids();
	test_arguments();
	test_many();
	return DONE();
}
