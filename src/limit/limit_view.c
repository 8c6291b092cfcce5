#include "limit/limit_view.h"

#include "limit/gcra.h"
#include "wire/when.h"

#define MINUTE ((int64_t)60000000)	/* us */

/* Who was refused, and told for how long, is not to wait for much more. */
#define REFUSED_MARGIN ((int64_t)50000)

#define SHARE_LAST ((msec)600000)	/* it is forgotten after so long */

int
limit_look(const struct limit *l, const struct ticket *t, size_t k,
    struct limit_view *v)
{
	struct cell *c = &l->page->cell[k];

	*v = (struct limit_view){ .c = c, .limit = atomic_load(&c->limit),
	    .window = atomic_load(&c->window), .base = atomic_load(&c->base),
	    .tail = atomic_load(&c->tail), .margin = atomic_load(&c->margin) };
	if (v->limit == 0 && k < 2) {
		v->limit = l->own[k];
		v->window = 0;
		v->own = 1;
	}
	if (v->window <= 0)
		v->window = MINUTE;
	v->burst = v->window - (t->refused && v->margin > REFUSED_MARGIN ?
	    REFUSED_MARGIN : v->margin);
	if (v->own)		/* evenly: there is no bucket to be emptied */
		v->burst = t->span[k];
	return v->limit > 0;
}

size_t
limit_share(struct page *p, msec now)
{
	int64_t share = atomic_load(&p->share);

	if (share == 0 || now - atomic_load(&p->cut) > SHARE_LAST)
		return 0;
	return (size_t)(share / SHARE_ONE);
}

/* -- for people ------------------------------------------------------------ */

void
limit_label(struct buf *out, size_t cell, int64_t limit, msec window)
{
	static const char names[][3] = { "R", "T", "IT", "OT" };
	int day = window == QUOTA_DAY, usual = day || window == QUOTA_MINUTE;

	buf_printf(out, "%s%s %lld", names[cell % LIMIT_LONG],
	    !usual ? "" : day ? "PD" : "PM", (long long)limit);
	if (!usual) {
		buf_puts(out, " in ");
		when_put(out, window);
	}
}

void
limit_why(const struct limit *l, const struct ticket *t, struct buf *out)
{
	struct limit_view v;

	if (t->why == LIMIT_HOLD) {
		buf_puts(out, "held after a refusal");
	} else if (t->why < LIMIT_CELLS &&
	    limit_look(l, t, (size_t)t->why, &v)) {
		limit_label(out, (size_t)t->why, v.limit, v.window / 1000);
	} else {
		buf_puts(out, "so many at a time");
	}
}

struct limit_state
limit_state(struct page *p, size_t cell, msec now)
{
	struct limit l = { .page = p };
	struct ticket none = { 0 };
	struct limit_state s = { 0 };
	int64_t gone;
	struct limit_view v;

	if (!limit_look(&l, &none, cell, &v))
		return s;
	gone = v.base + v.tail - now * 1000;
	s.limit = v.limit;
	s.window = v.window / 1000;
	if (gone > 0)
		s.used = gcra_span(gone, v.window, v.limit);
	s.slot = gone > v.burst ? (gone - v.burst) / 1000 : 0;
	return s;
}
