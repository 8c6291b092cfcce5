#include "api/adapt.h"

#include <stdlib.h>
#include <string.h>

/* A call or a result. */
struct entry {
	struct slice id;	/* as it came */
	struct part *part;	/* the copy */
	size_t turn;		/* the message of the call */
	size_t at;		/* of calls, and of results that of the call:
				   its number in the conversation */
};

static int
order(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
by_id(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int d = order(a->id.n, b->id.n);

	if (d == 0 && a->id.n > 0)
		d = memcmp(a->id.p, b->id.p, a->id.n);
	if (d == 0)
		d = order(a->turn, b->turn);
	return d != 0 ? d : order(a->at, b->at);
}

static int
by_place(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int d = order(a->turn, b->turn);

	if (d == 0)
		d = order(a->at, b->at);
	return d != 0 ? d : (a->part > b->part) - (a->part < b->part);
}

static struct entry *
entries(const struct buf *b, size_t *n)
{
	*n = b->n / sizeof(struct entry);
	return (void *)b->p;
}

static void
sort(const struct buf *b, int (*compare)(const void *, const void *))
{
	size_t n;
	struct entry *e = entries(b, &n);

	if (n > 0)
		qsort(e, n, sizeof(*e), compare);
}

/* -- ids ------------------------------------------------------------------- */

static int
is_fit(struct slice id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') &&
		    !(id.p[i] >= 'A' && id.p[i] <= 'Z') &&
		    !(id.p[i] >= 'a' && id.p[i] <= 'z') &&
		    id.p[i] != '_' && id.p[i] != '-')
			return 0;
	return id.n > 0 && id.n <= 64;
}

static int
compare_id(const void *id, const void *entry)
{
	const struct slice *a = id;
	struct slice b = ((const struct entry *)entry)->id;
	int d = order(a->n, b.n);

	return d != 0 || a->n == 0 ? d : memcmp(a->p, b.p, a->n);
}

/* Makes up an id that no other call has. */
static void
make_id(struct adapted *a, struct entry *e, const struct entry *all, size_t n)
{
	size_t number = e->at + 1, from = a->text.n;
	struct slice id;

	do {
		a->text.n = from;
		buf_printf(&a->text, MADE_UP "%zu", number);
		id = slice_sub(buf_slice(&a->text), from, a->text.n);
		number += n;
	} while (bsearch(&id, all, n, sizeof(*all), compare_id) != NULL);
	e->part->id = id;
}

/* Gives calls and results their ids.  The kth result with an id belongs to the
 * kth call that has it in the turn before. */
static void
fit_ids(struct adapted *a, const struct buf *calls, const struct buf *results)
{
	size_t n, m, i, k = 0;
	struct entry *call = entries(calls, &n), *result = entries(results, &m);
	int rest;

	for (i = 0; i < n; i++)
		if (!is_fit(call[i].id) ||
		    (i > 0 && slice_eq(call[i].id, call[i - 1].id)))
			make_id(a, &call[i], call, n);
	for (i = 0; i < n && k < m; i++) {
		rest = i + 1 == n || call[i + 1].turn != call[i].turn ||
		    !slice_eq(call[i + 1].id, call[i].id);
		while (k < m && result[k].turn == call[i].turn &&
		    slice_eq(result[k].id, call[i].id)) {
			result[k].part->id = call[i].part->id;
			result[k++].at = call[i].at;
			if (!rest)
				break;
		}
	}
}

/* -- arguments ------------------------------------------------------------- */

/* Copies JSON, with U+FFFD for each half of a surrogate pair. */
static void
put_whole_pairs(struct buf *out, struct slice json)
{
	uint16_t unit, low;
	size_t n, pair;

	for (; json.n > 0; slice_skip(&json, n)) {
		n = json_escape(json, &unit);
		if (n > 0 && unit >= 0xd800 && unit <= 0xdfff) {
			pair = json_escape(slice_sub(json, n, json.n), &low);
			if (pair == 0 || unit > 0xdbff || low < 0xdc00 ||
			    low > 0xdfff) {
				buf_puts(out, "\\ufffd");
				continue;
			}
			n += pair;
		}
		if (n == 0)
			n = 1;
		buf_put(out, slice_sub(json, 0, n));
	}
}

static void
fit_arguments(struct adapted *a, struct part *call)
{
	struct json_out w = { .out = &a->text };
	struct slice text = slice_trim(call->text), token;
	size_t from = a->text.n;
	struct buf plain = { 0 };
	struct json j;
	int valid = json_valid(text);

	if (valid && *text.p == '{') {
		if (slice_ifind(text, "\\ud") < 0)
			return;
		put_whole_pairs(&a->text, text);
	} else if (text.n == 0 || strchr("{[", *text.p) != NULL ||
	    (valid && *text.p != '"')) {
		call->text = SLICE("{}");
		return;
	} else {
		json_init(&j, text);
		if (valid && json_next(&j, &token) == JSON_STRING)
			json_unescape(token, &plain, NULL);
		else
			buf_put(&plain, call->text);
		json_open(&w, '{');
		json_member(&w, "input", buf_slice(&plain));
		json_close(&w);
		buf_free(&plain);
	}
	call->text = slice_sub(buf_slice(&a->text), from, a->text.n);
}

/* -- the conversation ------------------------------------------------------ */

/* Puts the results of each turn in the order of their calls. */
static void
arrange(const struct buf *results)
{
	size_t n, i, k;
	struct entry *e = entries(results, &n);
	struct buf was = { 0 };
	struct part *first, *part;

	sort(results, by_place);
	for (i = 0; i < n; i = k) {
		buf_clear(&was);
		first = e[i].part;
		for (k = i; k < n && e[k].turn == e[i].turn; k++) {
			buf_put(&was, (struct slice){ (char *)e[k].part,
			    sizeof(*part) });
			if (e[k].part < first)
				first = e[k].part;
		}
		/* the results of a turn are all that is in its message */
		memcpy(first, was.p, was.n);
	}
	buf_free(&was);
}

void
adapt(struct adapted *a, struct request *r)
{
	struct buf calls = { 0 }, results = { 0 };
	struct message *m;
	struct part *p;
	struct entry e;
	size_t i, k, n = 0, room = 0;

	for (i = 0; i < r->nmessages; i++)
		for (k = 0; k < r->messages[i].nparts; k++, n++)
			if (r->messages[i].parts[k].type == PART_CALL)
				/* the longest escape is six bytes; an id */
				room += r->messages[i].parts[k].text.n * 6 +
				    128;
	if (room == 0)
		return;
	/* allocated at once: nothing may move */
	(void)buf_room(&a->text, room);
	m = (void *)buf_room(&a->messages, r->nmessages * sizeof(*m));
	p = (void *)buf_room(&a->parts, n * sizeof(*p));
	for (i = 0; i < r->nmessages; i++) {
		m[i] = r->messages[i];
		memcpy(p, m[i].parts, m[i].nparts * sizeof(*p));
		m[i].parts = p;
		for (k = 0; k < m[i].nparts; k++, p++) {
			if (p->type != PART_CALL && p->type != PART_RESULT)
				continue;
			e = (struct entry){ p->id, p, i,
			    calls.n / sizeof(e) };
			if (p->type == PART_RESULT) {
				e.turn--;
				e.at = results.n / sizeof(e);
			}
			buf_put(p->type == PART_CALL ? &calls : &results,
			    (struct slice){ (const char *)&e, sizeof(e) });
			if (p->type == PART_CALL)
				fit_arguments(a, p);
		}
	}
	sort(&calls, by_id);
	sort(&results, by_id);
	fit_ids(a, &calls, &results);
	arrange(&results);
	r->messages = m;
	buf_free(&calls);
	buf_free(&results);
}

void
adapt_free(struct adapted *a)
{
	buf_free(&a->messages);
	buf_free(&a->parts);
	buf_free(&a->text);
}
