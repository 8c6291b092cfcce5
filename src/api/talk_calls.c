/* Tool calls and their results: do they belong together? */

#include "api/talk.h"

#include <stdlib.h>

struct entry {
	const struct part *part;
};

/* The parts of one type in a message, sorted by ID: there may be many. */
struct sorted {
	const struct message *of;
	struct buf parts;		/* array of struct entry */
};

/* Where to look for a call and for a result. */
struct search {
	struct sorted calls, results;
};

static int
order(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
}

/* Of those with the same ID the first one counts. */
static int
by_id(const void *a, const void *b)
{
	const struct part *x = ((const struct entry *)a)->part;
	const struct part *y = ((const struct entry *)b)->part;
	int d = order(x->id, y->id);

	return d != 0 ? d : (x > y) - (x < y);
}

static void
sort(struct sorted *s, const struct message *m, enum part_type type)
{
	struct entry e;
	size_t i;

	s->of = m;
	buf_clear(&s->parts);
	for (i = 0; i < m->nparts; i++) {
		e.part = &m->parts[i];
		if (e.part->type == type)
			buf_put(&s->parts, (struct slice){ (const char *)&e,
			    sizeof(e) });
	}
	if (s->parts.n > 0)
		qsort(s->parts.p, s->parts.n / sizeof(e), sizeof(e), by_id);
}

/* The first part of that type and ID in m, which may be NULL; or NULL. */
static const struct part *
find(struct sorted *s, const struct message *m, enum part_type type,
    struct slice id)
{
	const struct entry *list;
	size_t low = 0, high, n, middle;

	if (m == NULL)
		return NULL;
	if (s->of != m)
		sort(s, m, type);
	list = (void *)s->parts.p;
	n = high = s->parts.n / sizeof(*list);
	while (low < high) {
		middle = low + (high - low) / 2;
		if (order(list[middle].part->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && slice_eq(list[low].part->id, id) ?
	    list[low].part : NULL;
}

/* Whether a call in m has no result in next.  Its ID is in t->name then; the
 * same below. */
static int
has_open_call(struct talk *t, struct search *s, const struct message *m,
    const struct message *next)
{
	size_t i;

	for (i = 0; m != NULL && i < m->nparts; i++) {
		t->name = m->parts[i].id;
		if (m->parts[i].type == PART_CALL && find(&s->results, next,
		    PART_RESULT, t->name) == NULL)
			return 1;
	}
	return 0;
}

/* Whether a result in m has no call in the message before it; the others get
 * the names of their calls. */
static int
has_stray_result(struct talk *t, struct search *s,
    const struct message *before, struct message *m)
{
	struct part *p = (struct part *)m->parts;
	const struct part *call;
	size_t i;

	for (i = 0; i < m->nparts; i++, p++) {
		if (p->type != PART_RESULT)
			continue;
		t->name = p->id;
		call = find(&s->calls, before, PART_CALL, p->id);
		if (call == NULL)
			return 1;
		p->name = call->name;
	}
	return 0;
}

static void
search_end(struct search *s)
{
	buf_free(&s->calls.parts);
	buf_free(&s->results.parts);
}

const char *
talk_check(struct talk *t)
{
	struct search s = { 0 };
	struct message *m, *before = NULL;
	const char *why = NULL;
	size_t n;

	for (m = talk_messages(t, &n); why == NULL && n > 0; n--) {
		if (has_open_call(t, &s, before, m))
			why = "a tool call without its result";
		else if (has_stray_result(t, &s, before, m))
			why = "a tool result without its call";
		before = m++;
	}
	if (why == NULL && has_open_call(t, &s, before, NULL))
		why = "a tool call without its result";
	search_end(&s);
	return why;
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

/*
 * Looks at one exchange after the other.  Those so far are at the front, free
 * of errors up to the calls of the last: what the next one leaves open of these
 * removes the last.
 */
void
talk_mend(struct talk *t)
{
	struct search s = { 0 };
	size_t n, kept = 0, from, to, i;
	struct message *m = talk_messages(t, &n), *before;
	int stray, question;

	for (from = 0; from < n; from = to) {
		for (to = from; to < n && m[to].role != ROLE_ASSISTANT; to++)
			;
		question = to == n;
		to += !question;
		while (kept > 0 &&
		    has_open_call(t, &s, &m[kept - 1], &m[from])) {
			do
				kept--;
			while (kept > 0 &&
			    m[kept - 1].role != ROLE_ASSISTANT);
		}
		before = kept > 0 ? &m[kept - 1] : NULL;
		stray = 0;
		for (i = from; !stray && i < to; before = &m[i++])
			stray = has_stray_result(t, &s, before, &m[i]);
		if (stray && !question)
			continue;
		move(t, m, kept, from, to);
		kept += to - from;
		s.calls.of = s.results.of = NULL;
	}
	search_end(&s);
}
