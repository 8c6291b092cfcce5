/* Replaying a session: each type of record, and records that are lost. */

#include "tests/t.h"

#include <stdlib.h>

#include "tests/historylog.h"

/* -- each type ------------------------------------------------------------- */

#define USER(n, text) "'turn':" n ",'options':{},'messages':[{'role':'user'," \
    "'content':'" text "'}]"
#define ATTEMPT(n, from) "'turn':" n ",'n':1,'provider':'openai'," \
    "'model':'gpt-4o','from':" from
#define TEXT(n, from, text) "'turn':" n ",'from':" from ",'text':'" text "'"
#define ANSWER(n, bytes, items) "'turn':" n ",'finish':'stop','usage':" \
    "{'input':10,'output':2},'text_bytes':" bytes ",'items':" items

static void
one_turn(void)
{
	struct buf b = { 0 }, text = { 0 };
	struct history h;
	struct slice tok;

	history_init(&h, 0);
	EQ(h.state, TURN_NONE, "no turn");
	OK(history_ask(&h) != NULL, "nothing to ask");
	history_free(&h);

	put(&b, "session", "'version':1");
	put(&b, "later", "'turn':1,'what':'nobody knows'");
	put(&b, "turn", USER("1", "q1"));
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_OPEN, "a turn is open");
	EQ(h.turns, 1, "it is the first turn");
	EQ(history_member(&h, "options", &tok), JSON_OBJECT, "its options");
	OK(history_ask(&h) == NULL, "can be asked");
	EQS(said(&h), "u(q1)", "the question is asked");
	history_free(&h);

	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "response", "'turn':1,'at':'2026-01-01T00:00:00Z',"
	    "'id':'resp_1'");
	put(&b, "text", TEXT("1", "0", "Hel") ",'seq':4");
	put(&b, "text", TEXT("1", "3", "lo\\n") ",'seq':5");
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_OPEN, "still open");
	EQ(h.attempts, 1, "one attempt");
	EQS(h.model, "gpt-4o", "the model");
	EQS(h.provider, "openai", "the provider");
	EQS(h.response, "resp_1", "the response id");
	EQ(h.sequence, 5, "the last sequence number");
	EQ(h.text_bytes, 6, "the text's size");
	history_text(&h, &text);
	EQS(buf_slice(&text), "Hello\n", "the text");
	EQS(said(&h), "", "no conversation yet");
	history_free(&h);

	put(&b, "answer", ANSWER("1", "6", "0"));
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_DONE, "done");
	EQ(h.finish, FIN_STOP, "the finish");
	EQ(h.usage.input, 10, "the usage");
	EQ(h.usage.cached, -1, "usage not reported");
	EQ(h.spent.output, 2, "the sum of usage");
	EQS(said(&h), "u(q1)a(Hello\n)", "question and answer");
	EQ(h.damaged, 0, "no damage");
	history_free(&h);
	buf_free(&b);
	buf_free(&text);
}

static void
restart(void)
{
	struct buf b = { 0 };
	struct history h;

	put(&b, "turn", USER("1", "q"));
	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "item", "'turn':1,'dialect':'responses','json':'{}'");
	put(&b, "text", TEXT("1", "0", "void"));
	put(&b, "fault", "'turn':1,'class':'io','message':'gone',"
	    "'not_before':'2026-01-01T00:00:07Z'");
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_OPEN, "a fault that is retried");
	EQ(h.not_before, 1767225607000, "not before");
	EQ(h.text_bytes, 4, "text before a fault is kept");
	history_free(&h);

	put(&b, "attempt", ATTEMPT("1", "0"));
	replay(&h, buf_slice(&b));
	EQ(h.text_bytes, 0, "an attempt from 0 starts over");
	EQ(h.items, 0, "items start over too");
	EQ(h.not_before, MSEC_NONE, "the wait is over");
	EQ(h.fault.n, 0, "the fault is cleared");
	EQ(h.attempts, 2, "two attempts");
	history_free(&h);

	put(&b, "text", TEXT("1", "0", "one "));
	put(&b, "fault", "'turn':1,'class':'io','message':'gone'");
	put(&b, "attempt", ATTEMPT("1", "4"));
	put(&b, "text", TEXT("1", "4", "two"));
	put(&b, "answer", ANSWER("1", "7", "0"));
	replay(&h, buf_slice(&b));
	EQS(said(&h), "u(q)a(one two)", "an attempt from 4 continues");
	history_free(&h);
	buf_free(&b);
}

static void
ends(const char *end, enum turn_state want)
{
	struct buf b = { 0 }, fault = { 0 };
	struct history h;

	put(&b, "turn", USER("1", "q1"));
	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "text", TEXT("1", "0", "half"));
	buf_printf(&fault, "'turn':1,'class':'rate','message':'m','end':'%s'",
	    end);
	buf_putc(&fault, '\0');
	put(&b, "fault", fault.p);
	replay(&h, buf_slice(&b));
	EQ(h.state, want, end);
	OK(h.fault.n > 0, end);
	history_free(&h);
	put(&b, "turn", USER("2", "q2"));
	replay(&h, buf_slice(&b));
	OK(history_ask(&h) == NULL, end);
	EQS(said(&h), "u(q2)", "an unanswered turn is left out");
	EQ(h.turns, 2, "an unanswered turn is counted");
	history_free(&h);
	buf_free(&b);
	buf_free(&fault);
}

static void
calls(void)
{
	struct buf b = { 0 }, calls = { 0 };
	struct history h;
	size_t n;

	put(&b, "turn", USER("1", "weather?"));
	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "item", "'turn':1,'dialect':'messages','json':'{\\'t\\':1}'");
	put(&b, "text", TEXT("1", "0", "so"));
	put(&b, "item", "'turn':1,'id':'c1','name':'get','arguments':'{}',"
	    "'signature':'sig'");
	put(&b, "answer", ANSWER("1", "2", "2"));
	replay(&h, buf_slice(&b));
	history_open_calls(&h, &calls);
	EQS(buf_slice(&calls), "c1", "an open call");
	buf_free(&calls);
	EQS(said(&h), "u(weather?)a(o::{\"t\":1}soc:c1:{})",
	    "all in its order");
	EQS(talk_messages(&h.talk, &n)[1].parts[2].signature, "sig",
	    "with its signature");
	history_free(&h);

	put(&b, "turn", USER("2", "and now?"));
	replay(&h, buf_slice(&b));
	OK(history_ask(&h) != NULL, "a prompt cannot answer a call");
	EQS(h.talk.name, "c1", "the open call is named");
	history_free(&h);
	buf_free(&b);
}

/* -- damage ---------------------------------------------------------------- */

static const char *const turns[] = {
	"u(q1)a(Hello)",
	"u(q2)a(o::{}c:c1:{}c:c2:{})",
	"t(r:c1:r1r:c2:r2)a(three)",
	"u(q4)a()",
	"u(q5)a(one two)",
};

static void
five_turns(struct buf *b)
{
	put(b, "session", "'version':1");
	put(b, "turn", USER("1", "q1"));
	put(b, "attempt", ATTEMPT("1", "0"));
	put(b, "text", TEXT("1", "0", "vain"));
	put(b, "fault", "'turn':1,'class':'io','message':'gone'");
	put(b, "attempt", ATTEMPT("1", "0"));
	put(b, "response", "'turn':1,'id':'resp_1'");
	put(b, "text", TEXT("1", "0", "Hel"));
	put(b, "text", TEXT("1", "3", "lo"));
	put(b, "answer", ANSWER("1", "5", "0"));
	put(b, "turn", USER("2", "q2") ",'after':{'text_bytes':5,'items':0}");
	put(b, "attempt", ATTEMPT("2", "0"));
	put(b, "item", "'turn':2,'dialect':'responses','json':'{}'");
	put(b, "item", "'turn':2,'id':'c1','name':'get','arguments':'{}'");
	put(b, "item", "'turn':2,'id':'c2','name':'get','arguments':'{}'");
	put(b, "answer", ANSWER("2", "0", "3"));
	put(b, "turn", "'turn':3,'after':{'text_bytes':0,'items':3},"
	    "'options':{},'messages':[{'role':'tool','tool_call_id':'c1',"
	    "'content':'r1'},{'role':'tool','tool_call_id':'c2',"
	    "'content':'r2'}]");
	put(b, "attempt", ATTEMPT("3", "0"));
	put(b, "text", TEXT("3", "0", "three"));
	put(b, "answer", ANSWER("3", "5", "0"));
	put(b, "turn", USER("4", "q4") ",'after':{'text_bytes':5,'items':0}");
	put(b, "attempt", ATTEMPT("4", "0"));
	put(b, "text", TEXT("4", "0", "half"));
	put(b, "fault", "'turn':4,'class':'cancel','message':'','end':"
	    "'dropped'");
	put(b, "turn", USER("5", "q5"));
	put(b, "attempt", ATTEMPT("5", "0"));
	put(b, "text", TEXT("5", "0", "one "));
	put(b, "fault", "'turn':5,'class':'io','message':'gone'");
	put(b, "attempt", ATTEMPT("5", "4"));
	put(b, "text", TEXT("5", "4", "two"));
	put(b, "answer", ANSWER("5", "7", "0"));
}

/* Whether the conversation has just those turns, each complete and in order;
 * of the last only the question if it is open. */
static int
honest(struct slice talk, int open, int *whole)
{
	struct slice turn;
	size_t i, question;

	for (*whole = 0, i = 0; i < 5; i++) {
		turn = slice_str(turns[i]);
		question = (size_t)(strstr(turn.p, ")a(") - turn.p) + 1;
		if (slice_starts(talk, turns[i])) {
			talk = slice_sub(talk, turn.n, talk.n);
			++*whole;
		} else if (open && talk.n == question &&
		    memcmp(talk.p, turn.p, question) == 0) {
			return 1;
		}
	}
	return talk.n == 0;
}

/* Replays a damaged session: whatever it reports is true, and it can be
 * continued.  The number of complete turns, or -1. */
static int
check(struct slice in, int can_resume)
{
	struct buf record = { 0 }, number = { 0 };
	struct history h;
	int whole, ok;
	const char *why;
	struct buf calls = { 0 };

	replay(&h, in);
	history_open_calls(&h, &calls);
	ok = honest(said(&h), 0, &whole);
	if (ok && h.state == TURN_DONE) {
		buf_printf(&number, "'turn':%zu,'options':{},'messages':"
		    "[{'role':'user','content':'q6'}]", h.turns + 1);
		buf_putc(&number, '\0');
		put(&record, "turn", number.p);
		history_take(&h, slice_sub(buf_slice(&record), 0,
		    record.n - 1));
		why = history_ask(&h);
		ok = why == NULL || calls.n > 0 || !can_resume;
	} else if (ok && h.turn.n > 0) {
		why = history_ask(&h);
		ok = why == NULL || !can_resume;
		if (why == NULL)
			ok &= honest(said(&h), 1, &whole);
	}
	if (!ok)
		printf("# %.*s state %d\n", SLICE_FMT(said(&h)), h.state);
	history_free(&h);
	buf_free(&record);
	buf_free(&number);
	buf_free(&calls);
	return ok ? whole : -1;
}

static void
undamaged(struct slice all)
{
	struct history h;
	int whole;

	replay(&h, all);
	EQ(h.state, TURN_DONE, "the last turn is done");
	EQ(h.turns, 5, "five turns");
	EQ(honest(said(&h), 0, &whole), 1, "complete and in order");
	EQ(whole, 4, "all but the dropped turn");
	history_free(&h);
}

static void
cuts(struct slice all)
{
	size_t i;
	int bad = 0, last = 0, whole, fell = 0;
	char *copy;

	for (i = 0; i <= all.n; i++) {
		copy = malloc(i + 1);		/* for ASan */
		memcpy(copy, all.p, i);
		whole = check((struct slice){ copy, i }, 0);
		free(copy);
		bad += whole < 0;
		fell += whole < last;
		last = whole;
	}
	EQ(bad, 0, "truncated at any byte: reported correctly");
	EQ(fell, 0, "truncated later: never fewer turns");
}

static void
flips(struct slice all)
{
	size_t i;
	int bit, bad = 0, least = 5, whole;
	char *copy = malloc(all.n);

	for (i = 0; i < all.n; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(copy, all.p, all.n);
			copy[i] = (char)(copy[i] ^ (1 << bit));
			whole = check((struct slice){ copy, all.n }, 1);
			bad += whole < 0;
			if (whole < least)
				least = whole;
		}
	}
	EQ(bad, 0, "any bit flipped: can be continued");
	EQ(least, 3, "any bit flipped: at most one turn lost");
	free(copy);
}

/* Pieces of the file are lost, as when disk sectors are. */
static void
holes(struct slice all)
{
	size_t from, n;
	int bad = 0;
	char *copy = malloc(all.n);

	for (n = 16; n < all.n; n = n * 3 / 2)
		for (from = 0; from + n <= all.n; from += 7) {
			memcpy(copy, all.p, all.n);
			memset(copy + from, 0, n);
			bad += check((struct slice){ copy, all.n }, 1) < 0;
		}
	EQ(bad, 0, "zeros of any size: can be continued");
	free(copy);
}

/* Each record is lost without a trace, and each pair of records. */
static void
missing(struct slice all)
{
	struct slice rest, line;
	struct buf b = { 0 };
	size_t i, j, at;
	int bad = 0;

	for (i = 0; i < 31; i++)
		for (j = i; j < 31; j++) {
			buf_clear(&b);
			for (at = 0, rest = all; rest.n > 0; at++) {
				line = slice_cut(&rest, '\n');
				buf_put(&b, at == i || at == j ?
				    SLICE("x") : line);
				buf_putc(&b, '\n');
			}
			bad += check(buf_slice(&b), 1) < 0;
		}
	EQ(bad, 0, "any two records damaged: can be continued");
	buf_free(&b);
}

/* If the last record of a turn is lost, the next turn says that it was
 * complete. */
static void
no_answer(void)
{
	struct buf b = { 0 };
	struct history h;

	put(&b, "turn", USER("1", "q1"));
	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "text", TEXT("1", "0", "Hello"));
	buf_puts(&b, "damage\n");
	put(&b, "turn", USER("2", "q2") ",'after':{'text_bytes':5,'items':0}");
	replay(&h, buf_slice(&b));
	EQS(said(&h), "u(q1)a(Hello)", "the end of an answer lost");
	history_free(&h);

	b.n -= sizeof("\"crc\":\"00000000\"}");
	buf_puts(&b, "\"crc\":\"damaged!\"}\n");
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_OPEN, "the next turn's record lost too: open");
	EQS(said(&h), "", "then not known to be complete");
	history_free(&h);
	buf_free(&b);
}

/* An unreadable record after a finished turn began another turn. */
static void
no_turn(void)
{
	struct buf b = { 0 };
	struct history h;

	put(&b, "turn", USER("1", "q1"));
	put(&b, "attempt", ATTEMPT("1", "0"));
	put(&b, "text", TEXT("1", "0", "Hello"));
	put(&b, "answer", ANSWER("1", "5", "0"));
	buf_puts(&b, "damage\n");
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_OPEN, "a turn lost after a finished one");
	EQ(h.turn.n, 0, "its question is unknown");
	EQS(said(&h), "u(q1)a(Hello)", "the finished turn is kept");
	history_free(&h);

	put(&b, "attempt", ATTEMPT("2", "0"));
	put(&b, "text", TEXT("2", "0", "again"));
	put(&b, "answer", ANSWER("2", "5", "0"));
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_DONE, "an answer without its question");
	EQ(h.text_bytes, 5, "its text is known");
	EQS(said(&h), "u(q1)a(Hello)", "it is left out of the conversation");
	history_free(&h);
	buf_free(&b);
}

/* Records that bide never writes are ignored. */
static void
strange(void)
{
	struct buf b = { 0 };
	struct history h;

	put(&b, "turn", "'turn':-1");
	put(&b, "turn", "'options':{}");
	put(&b, "turn", "'turn':'1'");
	put(&b, "text", "'turn':99999999999999999999,'text':'x'");
	put(&b, "answer", "'a':1");
	replay(&h, buf_slice(&b));
	EQ(h.state, TURN_NONE, "no turn without a number");
	put(&b, "turn", USER("1", "q"));
	put(&b, "text", "'turn':1,'text':5");
	put(&b, "item", "'turn':1");
	put(&b, "attempt", "'turn':1");
	put(&b, "answer", "'turn':1,'finish':7,'usage':[],'text_bytes':0,"
	    "'items':0");
	history_free(&h);
	replay(&h, buf_slice(&b));
	EQ(h.turns, 1, "one turn");
	EQ(h.finish, FIN_NONE, "an unknown finish");
	history_free(&h);
	buf_free(&b);
}

int
main(void)
{
	struct buf b = { 0 };

	crc32_init(&crc);
	one_turn();
	restart();
	ends("later", TURN_LATER);
	ends("failed", TURN_FAILED);
	ends("dropped", TURN_DROPPED);
	calls();
	five_turns(&b);
	undamaged(buf_slice(&b));
	cuts(buf_slice(&b));
	flips(buf_slice(&b));
	holes(buf_slice(&b));
	missing(buf_slice(&b));
	no_answer();
	no_turn();
	strange();
	buf_free(&b);
	return DONE();
}
