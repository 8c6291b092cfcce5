/* The interval that refusals without figures teach, in virtual time. */

#include "limit/gap.h"

#include "tests/tickets.h"

static const char text[] = "Rate limit is exceeded.";

/* One request that is refused when it is alone. */
static void
test_one(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };

	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, text, -1, 10);
	EQ(ask(&l, &b, 20), 100, "a tenth of a second after the refused one");
	EQ(b.why, LIMIT_GAP, "the reason");
	EQ(ask(&l, &b, 100), 100, "it is over");
	head(&l, &b, -1, -1, 200, 110);
	done(&l, &b, 110);
	EQ(ask(&l, &a, 3000), 3000, "later requests do not wait");
	EQ(gap_next(l.page, START + 61000), 0, "it is forgotten");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, text, 300, 10);
	EQ(ask(&l, &b, 20), 310, "a stated wait holds");
	EQ(ask(&l, &b, 310), 410, "the refused one goes first");
	EQ(ask(&l, &a, 350), 350, "at its time");
	EQ(ask(&l, &b, 410), 450, "and the others a tenth of a second later");
	refuse(&l, &a, text, 60001, 420);
	EQ(ask(&l, &b, 60421), 60421, "a long one teaches none");
	limit_close(&l);
}

static void
test_beside(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };

	a.hurry = b.hurry = 1;
	ask(&l, &a, 0);
	ask(&l, &b, 0);
	refuse(&l, &b, text, -1, 10);
	EQ(gap_next(l.page, START + 20), 0, "beside another it teaches none");
	EQ(share_most(l.page, START + 20), 1, "but how many go at a time");
	limit_close(&l);
}

/* A bucket that gains one each interval, and a queue that never ends. */
static void
test_measure(msec interval)
{
	struct page *p = page_alone();
	msec now = START, from = START, next;
	int accepted = 0, refused = 0;

	while (accepted < 100) {
		next = gap_next(p, now);
		now = next > now ? next : now + 1;
		OK(gap_take(p, now), "its turn");
		if ((now - from) / interval > accepted) {
			gap_accepted(p);
			accepted++;
		} else {
			OK(gap_refused(p, 1, now, 0, now), "too early");
			refused++;
		}
	}
	printf("# %lld ms: %d refused, in %.3f of the time\n",
	    (long long)interval, refused, (double)(now - from) /
	    (double)interval / 100);
	OK(refused < 20, "few are refused");
	OK(now - from < 103 * interval, "little time is lost");
	EQ(gap_next(p, now + 64 * 60000), 0, "it is forgotten");
	page_close(p);
}

int
main(void)
{
	test_one();
	test_beside();
	test_measure(200);
	test_measure(1000);
	test_measure(7000);
	return DONE();
}
