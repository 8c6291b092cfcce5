#include "limit/hold.h"

#define PROBE_FIRST ((msec)60000)
#define SLACK ((msec)200)

msec
hold_last(msec from, msec until)
{
	return until + (until - from) / 5 + SLACK;
}

int
hold_is_long(const struct page *p)
{
	return atomic_load(&p->hold) - atomic_load(&p->held) > HOLD_LONG;
}

void
hold_set(struct page *p, msec until, msec sent, msec now)
{
	msec old = atomic_load(&p->hold);

	/* of several 429s of a crowd the longest wait counts, but one sent
	 * during a long hold knows better */
	if (old > now && hold_is_long(p) && sent >= atomic_load(&p->held)) {
		atomic_store(&p->held, now);
		atomic_store(&p->hold, until);
		return;
	}
	if (old <= now)
		atomic_store(&p->held, now);
	while (old < until &&
	    !atomic_compare_exchange_weak(&p->hold, &old, until))
		;
}

void
hold_end(struct page *p, msec sent)
{
	if (hold_is_long(p) && sent >= atomic_load(&p->held))
		atomic_store(&p->hold, 0);
	if (atomic_load(&p->pause) > 0) {
		atomic_store(&p->pause, 0);
		atomic_store(&p->next, 0);
	}
}

msec
hold_next(const struct page *p, msec since)
{
	msec next = atomic_load(&p->next);

	return next > since + PROBE_FIRST ? next : since + PROBE_FIRST;
}

int
hold_probe(struct page *p, msec since, msec now)
{
	msec next = atomic_load(&p->next), pause = atomic_load(&p->pause);

	if (now < hold_next(p, since))
		return 0;
	pause = pause > 0 ? pause * 2 : PROBE_FIRST * 2;
	if (pause > HOLD_LONG)
		pause = HOLD_LONG;
	if (!atomic_compare_exchange_strong(&p->next, &next, now + pause))
		return 0;
	atomic_store(&p->pause, pause);
	return 1;
}
