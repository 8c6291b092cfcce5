#include "limit/label.h"

#include "wire/when.h"

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
limit_why(const struct ticket *t, struct buf *out)
{
	if (t->why < LIMIT_CELLS)
		limit_label(out, (size_t)t->why, t->limit, t->window / 1000);
	else
		buf_puts(out, t->why == LIMIT_HOLD ? "held after a refusal" :
		    t->why == LIMIT_GAP ? "interval after refusals" :
		    "concurrency limit");
}

int64_t
limit_per_minute(const struct limit *l, enum quota_kind kind)
{
	struct page_state s = { 0 };

	if (l->page != NULL)
		s = page_state(l->page, kind, 0);
	return s.window > 0 ? s.limit * 60000 / s.window : 0;
}
