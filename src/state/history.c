#include "state/history.h"

#include <string.h>

#include "wire/record.h"
#include "wire/when.h"

void
history_init(struct history *h, size_t n)
{
	*h = (struct history){ .sequence = -1, .not_before = MSEC_NONE,
	    .spent = { -1, -1, -1, -1 } };
	if (n > 0)
		talk_room(&h->talk, n);
}

static struct part *
parts(const struct history *h, size_t *n)
{
	*n = h->parts.n / sizeof(struct part);
	return (void *)h->parts.p;
}

/* -- the answer so far ----------------------------------------------------- */

static void
forget_answer(struct history *h)
{
	buf_clear(&h->parts);
	h->text_bytes = 0;
	h->gap = 0;
	h->base = h->base_parts = 0;
	h->response = (struct slice){ 0 };
	h->sequence = -1;
}

/* An answer begins anew, which is only seen by its text. */
static void
forget_text(struct history *h)
{
	if (h->text_bytes > 0)
		forget_answer(h);
}

static void
put_part(struct history *h, const struct part *p)
{
	buf_put(&h->parts, (struct slice){ (const void *)p, sizeof(*p) });
}

/* Text that follows text, in the answer and in memory, makes one part. */
static void
put_text(struct history *h, struct slice raw)
{
	struct part p = { .type = PART_TEXT }, *last;
	size_t n, from = h->talk.text.n;

	json_unescape(raw, &h->talk.text, NULL);
	p.text = slice_sub(buf_slice(&h->talk.text), from, h->talk.text.n);
	h->text_bytes += p.text.n;
	last = parts(h, &n);
	if (n > 0 && last[n - 1].type == PART_TEXT &&
	    last[n - 1].text.p + last[n - 1].text.n == p.text.p)
		last[n - 1].text.n += p.text.n;
	else if (p.text.n > 0)
		put_part(h, &p);
}

void
history_cursor(const struct history *h, struct cursor *c)
{
	size_t n, i;
	const struct part *p = parts(h, &n);

	*c = (struct cursor){ .sequence = h->sequence,
	    .begun = h->sequence >= 0,
	    .half = (uint16_t)h->half, .text = h->text_bytes - h->base };
	slice_copy(h->response, c->id, sizeof(c->id));
	for (i = h->base_parts; i < n; i++) {
		c->calls += p[i].type == PART_CALL;
		c->items += p[i].type == PART_OWN;
	}
}

void
history_text(const struct history *h, struct buf *b)
{
	size_t n;
	const struct part *p;

	for (p = parts(h, &n); n > 0; n--, p++)
		if (p->type == PART_TEXT)
			buf_put(b, p->text);
}

static const char *
take_messages(struct history *h)
{
	struct slice messages;

	if (history_member(h, "messages", &messages) != JSON_ARRAY)
		return "no messages in the turn's record";
	return talk_parse(&h->talk, messages);
}

/* The turn is over: question and answer join the conversation. */
static void
commit(struct history *h)
{
	size_t n;
	const struct part *p = parts(h, &n);

	if (take_messages(h) != NULL || n == 0)
		return;
	talk_turn(&h->talk, ROLE_ASSISTANT);
	for (; n > 0; n--, p++)
		talk_part(&h->talk, p);
}

/* -- records --------------------------------------------------------------- */

static int64_t
count(const struct json_want *w)
{
	return w->type == JSON_NUMBER ? json_int(w->tok, -1) : -1;
}

static msec
when(const struct json_want *w)
{
	return w->type == JSON_STRING ? when_rfc3339(w->tok) : MSEC_NONE;
}

static int64_t
number(struct slice record)
{
	struct json_want w = { .key = "turn" };

	return json_pick(record, &w, 1) < 0 ? -1 : count(&w);
}

int
history_begins(const struct history *h, struct slice record)
{
	int64_t n = number(record);

	return n > 0 && n != (int64_t)h->turns;
}

size_t
history_items(const struct history *h)
{
	size_t n, found = 0;
	const struct part *p;

	for (p = parts(h, &n); n > 0; n--, p++)
		found += p->type != PART_TEXT;
	return found;
}

/* Whether all of an answer of that size, text_bytes and items, is there. */
static int
is_whole(const struct history *h, const struct json_want *w)
{
	return !h->gap && count(&w[0]) == (int64_t)h->text_bytes &&
	    count(&w[1]) == (int64_t)history_items(h);
}

static void
begin_turn(struct history *h, int64_t n, struct slice record)
{
	forget_answer(h);
	h->turns = (size_t)n;
	h->turn = record;
	h->state = TURN_OPEN;
	h->attempts = 0;
	h->provider = h->model = h->fault = (struct slice){ 0 };
	h->not_before = MSEC_NONE;
	h->finish = FIN_NONE;
}

/* The turn before was answered if this one says so: the record of that may be
 * lost. */
static void
take_turn(struct history *h, struct slice record)
{
	struct json_want size[2], w = { .key = "after" };
	int64_t n = number(record);

	json_keys(size, "text_bytes items", 2);
	json_want_in(&w, size, 2);
	if (h->state != TURN_DONE && n == (int64_t)h->turns + 1 &&
	    json_pick(record, &w, 1) == 0 && is_whole(h, size))
		commit(h);
	begin_turn(h, n, record);
}

/* What is settled has no more records: a turn has begun of which nothing is
 * known. */
void
history_damage(struct history *h)
{
	h->damaged = 1;
	if (h->state != TURN_OPEN && h->state != TURN_LATER)
		begin_turn(h, (int64_t)h->turns, (struct slice){ 0 });
}

/* An answer begins, anew or as a continuation of its text: calls and items
 * of an attempt that broke off are void. */
static void
begin_answer(struct history *h, int goes_on)
{
	size_t i, kept = 0, n;
	struct part *p = parts(h, &n);

	if (!goes_on) {
		forget_answer(h);
		return;
	}
	for (i = 0; i < n; i++)
		if (p[i].type == PART_TEXT)
			p[kept++] = p[i];
	h->parts.n = kept * sizeof(*p);
	h->base = h->text_bytes;
	h->base_parts = kept;
	h->response = (struct slice){ 0 };
	h->sequence = -1;
}

static void
take_attempt(struct history *h, struct slice record)
{
	static const char keys[] = "provider model from resumed";
	struct json_want w[4];

	if (json_take(record, keys, w, 4) < 0)
		return;
	if (w[3].type != JSON_TRUE)
		begin_answer(h, count(&w[2]) > 0);
	h->provider = w[0].tok;
	h->model = w[1].tok;
	h->attempts++;
	h->state = TURN_OPEN;
	h->fault = (struct slice){ 0 };
	h->not_before = MSEC_NONE;
}

static void
take_response(struct history *h, struct slice record)
{
	struct json_want w = { .key = "id" };

	if (json_pick(record, &w, 1) == 0 && w.type == JSON_STRING)
		h->response = w.tok;
}

/* Where the stream was, if it can be taken up. */
static void
take_cursor(struct history *h, const struct json_want *seq,
    const struct json_want *half)
{
	if (seq->type == JSON_NUMBER) {
		h->sequence = count(seq);
		h->half = half->type == JSON_NUMBER ? count(half) : 0;
	}
}

static void
take_text(struct history *h, struct slice record)
{
	static const char keys[] = "text seq from half";
	struct json_want w[4];

	if (json_take(record, keys, w, 4) < 0 || w[0].type != JSON_STRING)
		return;
	if (count(&w[2]) == 0)		/* the attempt's own may be lost */
		forget_text(h);
	if (count(&w[2]) != (int64_t)h->text_bytes)
		h->gap = 1;
	put_text(h, w[0].tok);
	take_cursor(h, &w[1], &w[3]);
}

static void
take_item(struct history *h, struct slice record)
{
	enum { ID, NAME, ARGUMENTS, SIGNATURE, DIALECT, JSON, SEQ, HALF, N };
	static const char keys[] = "id name arguments signature dialect json "
	    "seq half";
	struct json_want w[N];
	struct part p = { .type = PART_CALL };
	struct talk *t = &h->talk;

	if (json_take(record, keys, w, N) < 0)
		return;
	take_cursor(h, &w[SEQ], &w[HALF]);
	if (w[JSON].type == JSON_STRING && w[DIALECT].type == JSON_STRING) {
		p.type = PART_OWN;
		p.name = talk_text(t, w[DIALECT].tok);
		p.text = talk_text(t, w[JSON].tok);
	} else {
		p.id = talk_text(t, w[ID].tok);
		p.name = talk_text(t, w[NAME].tok);
		p.text = talk_text(t, w[ARGUMENTS].tok);
		p.signature = talk_text(t, w[SIGNATURE].tok);
	}
	put_part(h, &p);
}

/* A fault in the midst of a turn is waited out by its own process; one that
 * ends it says so. */
static void
take_fault(struct history *h, struct slice record)
{
	static const char keys[] = "end not_before";
	struct json_want w[2];

	if (json_take(record, keys, w, 2) < 0)
		return;
	h->fault = record;
	h->not_before = when(&w[1]);
	if (w[0].type != JSON_STRING)
		return;
	h->state = json_is(w[0].tok, "later") ? TURN_LATER :
	    json_is(w[0].tok, "dropped") ? TURN_DROPPED : TURN_FAILED;
	if (h->state == TURN_DROPPED)
		h->response = (struct slice){ 0 };	/* it was stopped */
}

static void
add(int64_t *sum, int64_t n)
{
	if (n >= 0)
		*sum = (*sum < 0 ? 0 : *sum) + n;
}

static void
take_usage(struct history *h, const struct json_want *w)
{
	h->usage = (struct usage){ count(&w[0]), count(&w[1]), count(&w[2]),
	    count(&w[3]) };
	add(&h->spent.input, h->usage.input);
	add(&h->spent.output, h->usage.output);
	add(&h->spent.cached, h->usage.cached);
	add(&h->spent.reasoning, h->usage.reasoning);
}

static void
take_answer(struct history *h, struct slice record)
{
	struct json_want usage[4], w[4];
	int i;

	json_keys(usage, "input output cached reasoning", 4);
	json_keys(w, "finish usage text_bytes items", 4);
	json_want_in(&w[1], usage, 4);
	if (h->state == TURN_DONE || json_pick(record, w, 4) < 0 ||
	    !is_whole(h, &w[2]))
		return;		/* not whole any more: to be asked again */
	for (i = FIN_NONE; i <= FIN_PAUSE; i++)
		if (json_is(w[0].tok, finish_name((enum finish)i)))
			h->finish = (enum finish)i;
	take_usage(h, usage);
	commit(h);
	h->state = TURN_DONE;
	h->fault = (struct slice){ 0 };
	h->not_before = MSEC_NONE;
}

static const struct {
	char type[12];
	void (*take)(struct history *h, struct slice record);
} types[] = {
	{ "text", take_text },
	{ "turn", take_turn },
	{ "attempt", take_attempt },
	{ "response", take_response },
	{ "item", take_item },
	{ "fault", take_fault },
	{ "answer", take_answer },
};

void
history_take(struct history *h, struct slice record)
{
	size_t i;
	int64_t n;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (record_is(record, types[i].type))
			break;
	n = number(record);
	if (i == sizeof(types) / sizeof(types[0]) || n < 1)
		return;
	/* the record of the turn itself may be lost */
	if (n != (int64_t)h->turns && types[i].take != take_turn)
		begin_turn(h, n, (struct slice){ 0 });
	types[i].take(h, record);
}

/* -- asking ---------------------------------------------------------------- */

enum json_type
history_member(const struct history *h, const char *name, struct slice *tok)
{
	struct json_want w = { .key = name };

	if (json_pick(h->turn, &w, 1) < 0)
		return JSON_BAD;
	*tok = w.tok;
	return w.type;
}

static struct slice
member(const struct history *h, const char *name, enum json_type type)
{
	struct slice tok;

	return history_member(h, name, &tok) == type ? tok : SLICE("");
}

const char *
history_ask(struct history *h)
{
	const char *why = take_messages(h);
	struct request r;

	if (why != NULL)
		return why;
	if (h->damaged)
		talk_mend(&h->talk);
	talk_room(&h->talk, h->turn.n);
	h->system = talk_text(&h->talk, member(h, "system", JSON_STRING));
	h->schema = member(h, "schema", JSON_OBJECT);
	h->tools = member(h, "tools", JSON_ARRAY);
	return talk_end(&h->talk, &r);
}

void
history_open_calls(const struct history *h, struct buf *ids)
{
	size_t n, i;
	const struct part *p = parts(h, &n);

	for (i = 0; h->state == TURN_DONE && i < n; i++) {
		if (p[i].type != PART_CALL)
			continue;
		buf_puts(ids, ids->n > 0 ? ", " : "");
		buf_put(ids, p[i].id);
	}
}

void
history_free(struct history *h)
{
	talk_free(&h->talk);
	buf_free(&h->parts);
}
