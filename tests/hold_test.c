/* How long a refusal holds others, and what a success may not do. */

#include "tests/tickets.h"

static void
test_hold(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };

	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, "slow down", 3000, 10);
	EQ(ask(&l, &b, 20), 3010, "a 429 holds all");
	EQ(b.why, LIMIT_HOLD, "the reason");
	EQ(ask(&l, &a, 3010), 3010, "until the wait is over");
	b.hurry = 1;
	ask(&l, &b, 3110);
	refuse(&l, &a, "slow down", 2000, 3120);
	head(&l, &b, -1, -1, 429, 3130);
	refuse(&l, &b, "slow down", 9000, 3130);
	EQ(ask(&l, &a, 3140), 5120, "its own wait beats what others are told");
	EQ(ask(&l, &a, 5120), 5120, "it goes");
	EQ(ask(&l, &b, 5130), 12130, "the other waits on");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, "on tokens per day (TPD): Limit 864000, Used 800000, "
	    "Requested 70000.  Please try again in 10m0s.", 601000, 10);
	EQ(ask(&l, &a, 20), 600010 + 50, "a day's limit");
	OK(ask(&l, &b, 20) > 600010 + 50, "the next is behind it");
	l.ops->drop(&l, &a);
	EQ(ask(&l, &b, 20), 20, "a smaller request may fit");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, "Rate limit of 50 per 86400s exceeded for "
	    "UserByModelByDay.", 52220000, 10);
	EQ(ask(&l, &b, 20), 60010, "without figures it holds all");
	limit_close(&l);
}

/* A wait of more than an hour binds whom the server told, others probe it. */
static void
test_long_hold(void)
{
	const msec year = (msec)365 * 86400000;
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };

	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 10);
	refuse(&l, &a, "slow down", year, 10);
	EQ(ask(&l, &a, 20), year + 10, "a year: who was told waits");
	EQ(ask(&l, &b, 20), 60010, "another for a minute");
	EQ(b.why, LIMIT_HOLD, "the reason");
	EQ(ask(&l, &c, 60009), 60010, "and a third");
	EQ(ask(&l, &c, 60010), 60010, "then one probes");
	EQ(ask(&l, &b, 60010), 180010, "the other waits for the next turn");
	head(&l, &c, -1, -1, 429, 60020);
	refuse(&l, &c, "slow down", year, 60020);
	EQ(ask(&l, &c, 60030), year + 60020, "refused: it waits, too");
	EQ(ask(&l, &b, 180009), 180010, "not sooner");
	EQ(ask(&l, &b, 180010), 180010, "two minutes later the next");
	l.ops->drop(&l, &b);
	EQ(ask(&l, &b, 180020), 420010, "it dies; four minutes later");
	EQ(ask(&l, &b, 420010), 420010, "a third probe");
	head(&l, &b, -1, -1, 200, 420020);
	done(&l, &b, 420030);
	EQ(ask(&l, &b, 420040), 420040, "is accepted: the hold is over");
	OK(atomic_load(&home_view(&l, START + 420040)->hold) <= 0, "for all");
	limit_close(&l);
}

/* Goes on probing; at most once an hour in the end. */
static void
test_probes(void)
{
	static const msec at[] = { 60, 180, 420, 900, 1860, 3780, 7380,
	    10980 };
	struct limit l = home_limit();
	struct ticket a = { 0 }, b;
	size_t i;

	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 429, 0);
	refuse(&l, &a, "slow down", 86400000, 0);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		b = (struct ticket){ 0 };
		EQ(ask(&l, &b, at[i] * 1000 - 1), at[i] * 1000, "a probe");
		EQ(ask(&l, &b, at[i] * 1000), at[i] * 1000, "goes");
		refuse(&l, &b, "slow down", i < 7 ? 86400000 : 30000,
		    at[i] * 1000);
	}
	b = (struct ticket){ 0 };
	EQ(ask(&l, &b, 10980001), 11010000, "a shorter wait replaces it");
	EQ(ask(&l, &b, 11010100), 11010100, "and is kept to its end");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 200, 5);
	ask(&l, &b, 6);
	refuse(&l, &b, "slow down", 86400000, 10);
	done(&l, &a, 20);
	a = (struct ticket){ 0 };
	OK(ask(&l, &a, 30) > 30, "a success sent before proves nothing");
	limit_close(&l);
}

/* Only a refusal holds; figures of a success are kept within reason. */
static void
test_success(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };
	struct quota q;

	ask(&l, &a, 0);
	quota_fields(NULL, 0, START, &q);
	q.fixed = 1;
	q.of[QUOTA_REQUESTS] = (struct quota_of){ 1, 0,
	    (msec)31536000 * 1000, MSEC_NONE };
	ops_at(&l, 0)->head(&l, &a, &q, 200, START);
	done(&l, &a, 0);
	OK(ask(&l, &b, 10) <= 60600, "a reset in a year: a minute");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	q.of[QUOTA_REQUESTS] = (struct quota_of){ 20, 0, 30000, MSEC_NONE };
	ops_at(&l, 0)->head(&l, &a, &q, 200, START);
	done(&l, &a, 0);
	EQ(ask(&l, &b, 10), 30000, "a fixed window ends in 30 s");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	q.fixed = 0;
	q.of[QUOTA_REQUESTS] = (struct quota_of){ 1, 0, MSEC_NONE,
	    30 * QUOTA_DAY };
	ops_at(&l, 0)->head(&l, &a, &q, 200, START);
	done(&l, &a, 0);
	EQ(ask(&l, &b, 10), 60000, "a bucket empty for a month is probed");
	EQ(ask(&l, &b, 60000), 60000, "a minute later");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	ask(&l, &a, 0);
	refuse(&l, &a, "on tokens per min (TPM): Limit 10, Used 999999999, "
	    "Requested 999999.  Please try again in 1s.", 1000, 0);
	OK(ask(&l, &b, 10) <= 300000, "a bucket lacks no more than twice");
	limit_close(&l);

	l = home_limit();
	a = b = (struct ticket){ 0 };
	l.own[QUOTA_TOKENS] = 60000;
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 200, 5);
	ops_at(&l, 10)->done(&l, &a, &whole, 1,
	    &(struct usage){ 1, 1000000000000, -1, -1, 0 }, START + 10);
	OK(ask(&l, &b, 20) <= 61000, "nor does an answer cost more");
	limit_close(&l);
}

static void
all(void)
{
	test_hold();
	test_long_hold();
	test_probes();
	test_success();
}

int
main(void)
{
	all();
	printf("# the same at a server\n");
	if (home_open() == 0)
		all();
	else
		OK(1, "# SKIP lua5.1 is not installed");
	home_close();
	return DONE();
}
