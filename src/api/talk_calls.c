/* Tool calls and their results: do they belong together? */

#include "api/talk.h"

#include <stdlib.h>
#include <string.h>

static int
by_id(const void *a, const void *b)
{
	const struct talk_call *x = a, *y = b;
	struct slice i = x->part->id, k = y->part->id;
	int d = (i.n > k.n) - (i.n < k.n);

	if (d == 0 && i.n > 0)
		d = memcmp(i.p, k.p, i.n);
	if (d == 0)
		d = (x->turn > y->turn) - (x->turn < y->turn);
	/* a turn's calls stand before their results */
	return d != 0 ? d : (x->part > y->part) - (x->part < y->part);
}

size_t
talk_pair(const struct message *m, size_t n, struct buf *sorted)
{
	struct talk_call *c, one;
	size_t i, k, end, calls, results, mate;

	for (i = 0; i < n; i++)
		for (k = 0; k < m[i].nparts; k++) {
			one.part = (struct part *)&m[i].parts[k];
			one.turn = i + (one.part->type == PART_CALL);
			if (one.part->type == PART_CALL ||
			    one.part->type == PART_RESULT)
				buf_put(sorted, (struct slice){
				    (const char *)&one, sizeof(one) });
		}
	c = (void *)sorted->p;
	n = sorted->n / sizeof(*c);
	if (n > 0)
		qsort(c, n, sizeof(*c), by_id);
	for (i = 0; i < n; i = end) {
		calls = 0;
		for (end = i; end < n && c[end].turn == c[i].turn &&
		    slice_eq(c[end].part->id, c[i].part->id); end++)
			calls += c[end].part->type == PART_CALL;
		results = i + calls;
		for (k = i; k < end; k++) {
			/* a call's is any of the results */
			mate = k < results ? results : k - calls < results ?
			    k - calls : results - 1;
			c[k].part->mate = calls == 0 || results == end ?
			    NULL : c[mate].part;
		}
	}
	return n;
}

const char *
talk_end(struct talk *t, struct request *r)
{
	struct buf sorted = { 0 };
	size_t n, left;
	struct message *m = talk_messages(t, &n);
	struct part *p = (void *)t->parts.p;

	talk_pair(m, n, &sorted);
	buf_free(&sorted);
	for (left = t->parts.n / sizeof(*p); left > 0; left--, p++) {
		if (p->type != PART_CALL && p->type != PART_RESULT)
			continue;
		t->name = p->id;
		if (p->mate == NULL)
			return p->type == PART_CALL ?
			    "a tool call without its result" :
			    "a tool result without its call";
		if (p->type == PART_RESULT)
			p->name = p->mate->name;
	}
	t->name = (struct slice){ 0 };
	if (n == 0)
		return "no message";
	if (m[n - 1].role != ROLE_USER && m[n - 1].role != ROLE_TOOL)
		return "the last message is neither a user's nor a tool's";
	r->messages = m;
	r->nmessages = n;
	return NULL;
}

/* Moves messages, with their parts, to just after the first kept ones. */
static void
move(struct talk *t, struct message *m, size_t kept, size_t from, size_t to)
{
	struct part *end = (void *)t->parts.p;
	size_t i, size;

	if (kept > 0)
		end = (struct part *)m[kept - 1].parts + m[kept - 1].nparts;
	for (i = from; i < to; i++, kept++) {
		size = m[i].nparts * sizeof(*end);
		if (end != m[i].parts)	/* it would be slow */
			memmove(end, m[i].parts, size);
		m[kept] = m[i];
		m[kept].parts = end;
		end += m[i].nparts;
	}
	t->parts.n = (size_t)((char *)end - t->parts.p);
	t->messages.n = kept * sizeof(*m);
}

/* Whether m has a call or result of that type without the other; any of them
 * is, unless it has the message beside it. */
static int
has_open(const struct message *m, enum part_type type, int beside)
{
	size_t i;

	for (i = 0; i < m->nparts; i++)
		if (m->parts[i].type == type &&
		    (!beside || m->parts[i].mate == NULL))
			return 1;
	return 0;
}

/*
 * Looks at one exchange after the other.  Those so far are at the front, free
 * of errors up to the calls of the last: what the next one leaves open of these
 * removes the last.
 */
void
talk_mend(struct talk *t)
{
	size_t n, kept = 0, from, to, i;
	struct message *m = talk_messages(t, &n);
	struct buf sorted = { 0 };
	int beside = 0, stray, question;

	talk_pair(m, n, &sorted);
	buf_free(&sorted);
	for (from = 0; from < n; from = to) {
		for (to = from; to < n && m[to].role != ROLE_ASSISTANT; to++)
			;
		question = to == n;
		to += !question;
		while (kept > 0 && has_open(&m[kept - 1], PART_CALL, beside)) {
			do
				kept--;
			while (kept > 0 &&
			    m[kept - 1].role != ROLE_ASSISTANT);
			beside = 0;
		}
		stray = 0;
		for (i = from; !stray && i < to; i++)
			stray = has_open(&m[i], PART_RESULT,
			    beside || i > from);
		beside = !stray || question;
		if (!beside)
			continue;
		move(t, m, kept, from, to);
		kept += to - from;
	}
}
