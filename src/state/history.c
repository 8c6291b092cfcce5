#include "state/history.h"

#include <string.h>

#include "api/price.h"
#include "wire/record.h"
#include "wire/when.h"

void
history_init(struct history *h, size_t n)
{
	*h = (struct history){ .sequence = -1, .not_before = MSEC_NONE,
	    .spent = USAGE_NONE };
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
	h->text_bytes = h->items = 0;
	h->gap = 0;
	h->base = h->base_parts = 0;
	h->response = (struct slice){ 0 };
	h->sequence = -1;
}

static void
put_part(struct history *h, const struct part *p)
{
	buf_put(&h->parts, (struct slice){ (const void *)p, sizeof(*p) });
}

void
history_cursor(const struct history *h, struct cursor *c)
{
	size_t n, i;
	const struct part *p = parts(h, &n);

	*c = (struct cursor){ .sequence = h->sequence,
	    .begun = h->sequence >= 0,
	    .half = (uint16_t)h->half, .text = h->text_bytes - h->base };
	decode_id(h->response, c->id);
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

void
history_question(const struct history *h, struct buf *b)
{
	struct slice messages;
	struct talk talk = { 0 };
	const struct message *m;
	const struct part *p;
	size_t n, k;

	if (json_find(h->first, "messages", &messages) == JSON_ARRAY &&
	    talk_parse(&talk, messages) == NULL) {
		m = talk_messages(&talk, &n);
		for (; n > 0 && m->role != ROLE_USER; m++)
			n--;
		for (p = n > 0 ? m->parts : NULL, k = n > 0 ? m->nparts : 0;
		    k > 0; k--, p++)
			if (p->type == PART_TEXT)
				buf_put(b, p->text);
	}
	talk_free(&talk);
}

/* Adds the turn's question to the conversation, all of it or nothing. */
static const char *
take_messages(struct history *h)
{
	size_t n = h->talk.messages.n, nparts = h->talk.parts.n;
	struct slice messages;
	const char *why;

	if (history_member(h, "messages", &messages) != JSON_ARRAY)
		return "no messages in the turn's record";
	why = talk_parse(&h->talk, messages);
	if (why != NULL) {
		h->talk.messages.n = n;
		h->talk.parts.n = nparts;
	}
	return why;
}

/* The turn is finished: question and answer join the conversation. */
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

/* Which turn a record belongs to; -1 if it does not say. */
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

/* Whether the answer is complete: w has its text_bytes and items. */
static int
is_whole(const struct history *h, const struct json_want *w)
{
	return !h->gap && count(&w[0]) == (int64_t)h->text_bytes &&
	    count(&w[1]) == (int64_t)h->items;
}

static void
begin_turn(struct history *h, int64_t n, struct slice record)
{
	forget_answer(h);
	h->turns = (size_t)n;
	h->turn = record;
	if (n == 1)
		h->first = record;
	h->state = TURN_OPEN;
	h->attempts = 0;
	h->provider = h->model = h->fault = (struct slice){ 0 };
	h->not_before = MSEC_NONE;
	h->finish = FIN_NONE;
}

static void
take_turn(struct history *h, struct slice record)
{
	struct json_want size[2], w = { .key = "after" };
	int64_t n = number(record);

	/* "after" is the size of the answer to the turn before: if we have
	 * all of it, that turn was finished, and only its record is lost */
	json_keys(size, "text_bytes items", 2);
	json_want_in(&w, size, 2);
	if (h->state != TURN_DONE && n == (int64_t)h->turns + 1 &&
	    json_pick(record, &w, 1) == 0 && is_whole(h, size))
		commit(h);
	begin_turn(h, n, record);
}

void
history_damage(struct history *h)
{
	h->damaged = 1;
	/* a finished turn has no more records: the lost one began another */
	if (h->state != TURN_OPEN && h->state != TURN_LATER)
		begin_turn(h, (int64_t)h->turns, (struct slice){ 0 });
}

/* An attempt starts the answer over, continues its text (from > 0), or
 * resumes the server's stream. */
static void
take_attempt(struct history *h, struct slice record)
{
	enum { PROVIDER, MODEL, FROM, RESUMED, N };
	static const char keys[] = "provider model from resumed";
	struct json_want w[N];
	size_t i, kept = h->base_parts, n;
	struct part *p = parts(h, &n);

	if (json_take(record, keys, w, N) < 0)
		return;
	if (w[RESUMED].type != JSON_TRUE && count(&w[FROM]) <= 0) {
		forget_answer(h);
	} else if (w[RESUMED].type != JSON_TRUE) {
		/* calls and items of the failed attempt do not count */
		for (i = kept; i < n; i++)
			if (p[i].type == PART_TEXT)
				p[kept++] = p[i];
		h->parts.n = kept * sizeof(*p);
		h->base = h->text_bytes;
		h->base_parts = kept;
		h->items = 0;
		h->response = (struct slice){ 0 };
		h->sequence = -1;
	}
	h->provider = w[PROVIDER].tok;
	h->model = w[MODEL].tok;
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

/* The position in the server's stream, if that can be resumed. */
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
	enum { TEXT, SEQ, FROM, HALF, N };
	static const char keys[] = "text seq from half";
	struct json_want w[N];
	struct part p = { .type = PART_TEXT }, *last;
	struct buf *memory = &h->talk.text;
	size_t n, start = memory->n;
	int64_t from;

	if (json_take(record, keys, w, N) < 0 || w[TEXT].type != JSON_STRING)
		return;
	from = count(&w[FROM]);
	/* the record of the attempt that started over may be lost */
	if (from == 0 && h->text_bytes > 0)
		forget_answer(h);
	if (from != (int64_t)h->text_bytes)
		h->gap = 1;
	json_unescape(w[TEXT].tok, memory, NULL);
	p.text = slice_sub(buf_slice(memory), start, memory->n);
	h->text_bytes += p.text.n;
	/* text that follows text, also in memory, extends its part */
	last = parts(h, &n);
	if (n > 0 && last[n - 1].type == PART_TEXT &&
	    last[n - 1].text.p + last[n - 1].text.n == p.text.p)
		last[n - 1].text.n += p.text.n;
	else if (p.text.n > 0)
		put_part(h, &p);
	take_cursor(h, &w[SEQ], &w[HALF]);
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
	h->items++;
}

/* A fault without "end" was retried by the same process; one with it ended
 * the turn. */
static void
take_fault(struct history *h, struct slice record)
{
	static const char keys[] = "end not_before";
	struct json_want w[2];

	/* after the answer only writing it can fail: nothing is to be asked */
	if (h->state == TURN_DONE || json_take(record, keys, w, 2) < 0)
		return;
	h->fault = record;
	h->not_before = w[1].type == JSON_STRING ? when_rfc3339(w[1].tok) :
	    MSEC_NONE;
	if (w[0].type != JSON_STRING)
		return;
	h->state = json_is(w[0].tok, "later") ? TURN_LATER :
	    json_is(w[0].tok, "dropped") ? TURN_DROPPED : TURN_FAILED;
	if (h->state == TURN_DROPPED)	/* the run was cancelled */
		h->response = (struct slice){ 0 };
}

static void
take_answer(struct history *h, struct slice record)
{
	enum { FINISH, USAGE, SIZE, ITEMS, N };
	struct json_want usage[5], w[N];
	int64_t cost;
	int i;

	json_keys(usage, "input output cached reasoning cost", 5);
	json_keys(w, "finish usage text_bytes items", N);
	json_want_in(&w[USAGE], usage, 5);
	/* an answer that lost records does not finish the turn */
	if (h->state == TURN_DONE || json_pick(record, w, N) < 0 ||
	    !is_whole(h, &w[SIZE]))
		return;
	for (i = FIN_NONE; i <= FIN_PAUSE; i++)
		if (json_is(w[FINISH].tok, finish_name((enum finish)i)))
			h->finish = (enum finish)i;
	h->usage = (struct usage){ count(&usage[0]), count(&usage[1]),
	    count(&usage[2]), count(&usage[3]), 0 };
	cost = usage[4].type == JSON_NUMBER ? price_decimal(usage[4].tok) : 0;
	if (cost > 0)
		h->usage.cost = cost * (PRICE_UNIT / 1000000);
	event_add_usage(&h->spent, &h->usage);
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

	for (i = 0; i < COUNT(types); i++)
		if (record_is(record, types[i].type))
			break;
	n = number(record);
	if (i == COUNT(types) || n < 1)
		return;
	/* the turn record that should have come first is lost */
	if (n != (int64_t)h->turns && types[i].take != take_turn)
		begin_turn(h, n, (struct slice){ 0 });
	types[i].take(h, record);
}

void
history_fault(const struct history *h, struct fault *f)
{
	static const char keys[] = "class status message";
	struct json_want w[3];
	struct buf text = { 0 };
	int i;

	if (json_take(h->fault, keys, w, 3) < 0)
		return;
	fault_set(f, F_IO, 1, "%s", "");
	for (i = F_NONE; i <= F_CANCEL; i++)
		if (json_is(w[0].tok, fault_name((enum fclass)i)))
			f->class = (enum fclass)i;
	f->status = (int)json_int(w[1].tok, 0);
	json_unescape(w[2].tok, &text, NULL);
	slice_copy(buf_slice(&text), f->text, sizeof(f->text));
	buf_free(&text);
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

const char *
history_ask(struct history *h)
{
	const char *why = take_messages(h);
	struct slice *schema = &h->schema, *tools = &h->tools, system;
	struct request r;

	if (why != NULL)
		return why;
	if (h->damaged)
		talk_mend(&h->talk);
	talk_room(&h->talk, h->turn.n);
	if (history_member(h, "system", &system) != JSON_STRING)
		system = SLICE("");
	h->system = talk_text(&h->talk, system);
	if (history_member(h, "schema", schema) != JSON_OBJECT)
		*schema = SLICE("");
	if (history_member(h, "tools", tools) != JSON_ARRAY)
		*tools = SLICE("");
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
