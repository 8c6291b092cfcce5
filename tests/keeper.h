#ifndef TESTS_KEEPER_H
#define TESTS_KEEPER_H

/* From a stream through the turn that a conversation keeps to the next body. */

#include "api/dialect.h"
#include "api/talk.h"
#include "tests/t.h"


/* Keeps an answer as a turn, as a session does. */
struct keeper {
	struct sink sink;
	struct talk talk;
	struct buf text;	/* copies; never moves */
	size_t items;
};

static inline struct slice
copy(struct keeper *k, struct slice s)
{
	size_t from = k->text.n;

	buf_put(&k->text, s);
	return slice_sub(buf_slice(&k->text), from, s.n);
}

static inline void
keep(struct sink *s, const struct event *e)
{
	struct keeper *k = (struct keeper *)s;
	struct part p = { .type = PART_TEXT };

	if (e->type == EV_REASONING)
		return;
	p.text = copy(k, e->text);
	if (e->type == EV_TOOL_CALL) {
		p.type = PART_CALL;
		p.id = copy(k, e->id);
		p.signature = copy(k, e->signature);
	} else if (e->type == EV_ITEM) {
		p.type = PART_OWN;
		k->items++;
	}
	if (e->type != EV_TEXT)
		p.name = copy(k, e->name);
	talk_part(&k->talk, &p);
}

static inline struct keeper
start(void)
{
	struct keeper k = { .sink.put = keep };

	buf_room(&k.text, 4096);
	talk_turn(&k.talk, ROLE_USER);
	talk_part(&k.talk, &(struct part){ .text = SLICE("q") });
	talk_turn(&k.talk, ROLE_ASSISTANT);
	return k;
}

static inline void
read_events(struct keeper *k, const struct dialect *dialect,
    const char *const *events)
{
	struct decode d = { .sink = &k->sink, .usage = USAGE_NONE,
	    .request = SLICE("{\"tools\":[]}") };
	struct sse_event e = { .name = SLICE("message") };
	enum decoded what = DECODE_MORE;

	for (; *events != NULL && what < DECODE_DONE; events++) {
		e.data = slice_str(*events);
		what = dialect->event(&d, &e);
	}
	if (what < DECODE_DONE)
		what = decode_end(&d, dialect, NULL, 1);
	EQ(what, DECODE_DONE, dialect->name);
	decode_free(&d);
}

/* Adds the results of all calls, or without calls another question. */
static inline void
next_turn(struct keeper *k)
{
	const struct part *p = (const void *)k->talk.parts.p;
	size_t i, n = k->talk.parts.n / sizeof(*p);
	int called = 0;

	for (i = 0; i < n; i++, p = (const struct part *)
	    (const void *)k->talk.parts.p + i)
		if (p->type == PART_CALL) {
			talk_result(&k->talk, p->id, SLICE("r"));
			called = 1;
		}
	if (!called)
		talk_user(&k->talk, SLICE("more"), NULL, 0);
}

static inline void
encode(struct keeper *k, const struct dialect *dialect, const char *model,
    const char *member, const char *want)
{
	struct request r = { .model = slice_str(model) };
	struct buf body = { 0 };
	struct slice got;

	OK(talk_end(&k->talk, &r) == NULL, "a conversation");
	dialect->encode(&r, &body);
	OK(json_valid(buf_slice(&body)), "a body is JSON");
	json_find(buf_slice(&body), member, &got);
	EQS(got, want, dialect->name);
	buf_free(&body);
}

static inline void
done(struct keeper *k)
{
	talk_free(&k->talk);
	buf_free(&k->text);
}

#define CHAT_CALLS(calls) "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":" \
    "\"assistant\",\"content\":null,\"tool_calls\":[" calls "]}"
#define CHAT_CALL(id) "{\"id\":\"" id "\",\"type\":\"function\"," \
    "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}"
#define CHAT_RESULT(id) ",{\"role\":\"tool\",\"tool_call_id\":\"" id "\"," \
    "\"content\":\"r\"}"

#endif
