/*
 * What a request waits for, case by case; pace_test.c simulates whole loads,
 * limit_kill_test.c kills processes.
 */

#include "limit/label.h"
#include "tests/tickets.h"

static void
test_first(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };

	EQ(ask(&l, &a, 0), 0, "the first request goes");
	EQ(ask(&l, &b, 1), 1000, "the second waits for its response");
	EQ(b.why, LIMIT_FIRST, "the reason");
	c.hurry = 1;
	EQ(ask(&l, &c, 2), 2, "without patience it goes at once");
	EQ(ask(&l, &b, 900), 1000, "it still waits");
	EQ(ask(&l, &b, 1000), 1000, "a second at most");
	limit_close(&l);
	l = home_limit();
	a = b = (struct ticket){ 0 };
	EQ(ask(&l, &a, 0), 0, "again on a new page");
	ask(&l, &b, 1);
	head(&l, &a, -1, -1, 200, 50);
	EQ(ask(&l, &b, 51), 51, "after a response it goes");
	c = (struct ticket){ 0 };
	EQ(ask(&l, &c, 7200000), 7200000, "and hours later");
	limit_close(&l);
}

/* A server that is slow to respond: how many start in each second. */
static void
test_slow_start(void)
{
	static const int want[] = { 1, 2, 4, 8, 16, 32 };
	struct limit l = home_limit();
	struct ticket t[100] = { { 0 } };
	size_t i;
	msec now, next[100] = { 0 };
	int n[6] = { 0 };

	for (now = 0; now < 6000; now++)
		for (i = 0; i < 100; i++) {
			if (next[i] > now)
				continue;
			n[now / 1000] += !t[i].going;
			next[i] = ops_at(&l, now)->ask(&l, &t[i], BODY,
			    START + now) - START;
			n[now / 1000] -= !t[i].going;
		}
	for (i = 0; i < 6; i++)
		OK(n[i] >= want[i] - want[i] / 4 && n[i] <= want[i] + 1,
		    "twice as many");
	EQ(active(&l, now), n[0] + n[1] +
	    n[2] + n[3] + n[4] + n[5], "no others");
	limit_close(&l);
}

/* A first response that names no limit: how many start in each 50 ms. */
static void
test_next_start(void)
{
	static const int want[] = { 1, 3, 7, 15, 31, 63 };
	struct limit l = home_limit();
	struct ticket t[100] = { { 0 } };
	size_t i;
	msec now;
	int n = 0;

	ask(&l, &t[0], 0);
	head(&l, &t[0], -1, -1, 200, 60);
	for (now = 60; now < 360; now++) {
		for (i = 1; i < 100; i++)
			n += !t[i].going && ask(&l, &t[i], now) == now;
		if (now % 50 == 9)
			OK(n >= want[now / 50 - 2] && n <= want[now / 50 - 2] *
			    4 / 3, "twice as many");
	}
	limit_close(&l);

	l = home_limit();
	memset(t, 0, sizeof(t));
	ask(&l, &t[0], 0);
	head(&l, &t[0], 60000, 50000, 200, 60);
	EQ(ask(&l, &t[1], 60), 60, "a limit that is known");
	EQ(ask(&l, &t[2], 60), 60, "needs no slow start");
	limit_close(&l);
}

/* 60000 tokens a minute: one each millisecond. */
static void
test_bucket(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };
	msec slot;

	ask(&l, &a, 0);
	head(&l, &a, 60000, 50, 200, 0);
	done(&l, &a, 1);
	slot = ask(&l, &b, 0);
	OK(slot >= COST - 50 && slot <= COST - 50 + 601, "until it fits");
	EQ(b.why, QUOTA_TOKENS, "it waits for tokens");
	EQ(ask(&l, &c, 0), slot + COST, "the next is queued behind it");
	l.ops->drop(&l, &c);
	EQ(ask(&l, &c, 0), slot + COST, "a place is returned and taken again");
	EQ(ask(&l, &b, slot), slot, "it goes");
	head(&l, &b, 60000, 10000, 200, slot);
	OK(ask(&l, &c, slot) < slot + COST, "more is left than expected");
	l.ops->drop(&l, &c);
	head(&l, &b, 60000, 0, 200, slot);
	OK(ask(&l, &c, slot) > slot + COST, "less is left than expected");
	limit_close(&l);
}

/* Who waits long for tokens does not make the others wait for requests. */
static void
test_two_queues(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b[20] = { { 0 } };
	struct quota q;
	msec first;
	size_t i;

	ask(&l, &a, 0);
	quota_fields(NULL, 0, START, &q);
	q.of[QUOTA_REQUESTS] = (struct quota_of){ 100, 99, MSEC_NONE, 3000 };
	q.of[QUOTA_TOKENS] = (struct quota_of){ 300, 0, MSEC_NONE, 3000 };
	ops_at(&l, 0)->head(&l, &a, &q, 200, START);
	done(&l, &a, 0);
	first = ask(&l, &b[0], 0);
	for (i = 1; i < 20; i++)
		EQ(ask(&l, &b[i], 0), first + (msec)i * COST * 10,
		    "a queue for tokens");
	EQ(b[19].why, QUOTA_TOKENS, "that is longer than the window");
	EQ(ask(&l, &b[0], 0), first, "the first of it waits no longer");
	limit_close(&l);
}

/* Promise 3: not much later than the server says. */
static void
test_obey(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 };

	ask(&l, &a, 0);
	head(&l, &a, 30000, 0, 429, 10);
	refuse(&l, &a, "limited", 150, 10);
	EQ(ask(&l, &a, 160), 160, "the server's wait counts");
	limit_close(&l);
	l = home_limit();
	a = (struct ticket){ 0 };
	ask(&l, &a, 0);
	refuse(&l, &a, "on tokens per min (TPM): Limit 30000, Used 29950, "
	    "Requested 5000.  Please try again in 9.9s.", 9900, 10);
	EQ(ask(&l, &a, 9910), 9960, "and the tokens as the server counts them");
	limit_close(&l);
}

/* The server's word to a refused request beats its buckets. */
static void
test_word(void)
{
	static const char text[] = "on tokens per min (TPM): Limit 200000, "
	    "Used 158833, Requested 62431. Please try again in 80ms.";
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };
	int i;

	ask(&l, &a, 0);
	head(&l, &a, 200000, 41167, 429, 10);
	refuse(&l, &a, text, 80, 10);
	EQ(ask(&l, &a, 90), 10 + 96 + 200, "80 ms, though its figures say 6 s");
	EQ(ask(&l, &a, 306), 306, "it goes");
	limit_close(&l);

	l = home_limit();
	a = (struct ticket){ 0 };
	ask(&l, &a, 0);
	head(&l, &a, 60000, -60000, 429, 10);
	refuse(&l, &a, "slow down", 2000, 10);
	ask(&l, &b, 1000);
	EQ(ask(&l, &a, 2010), 2010 + 400 + 200, "2 s, though the head says 60");
	EQ(ask(&l, &a, 2610), 2610, "nobody is before it");
	head(&l, &a, 60000, -60000, 429, 2610);
	refuse(&l, &a, "slow down", 2000, 2610);
	OK(ask(&l, &b, 4611) > 10000, "another waits for the bucket");
	EQ(ask(&l, &a, 4611), 5210, "told again");
	limit_close(&l);

	l = home_limit();
	a = (struct ticket){ 0 };
	for (i = 0; i < 4; i++) {
		EQ(ask(&l, &a, i * 1000), i * 1000, "three times");
		head(&l, &a, 60000, -60000, 429, i * 1000);
		refuse(&l, &a, text, 80, i * 1000);
	}
	OK(ask(&l, &a, 4000) > 8000, "then its figures count");
	limit_close(&l);
}

static void
test_turns(void)
{
	struct limit l = home_limit();
	struct ticket t[5] = { { 0 } }, late = { 0 };
	struct buf why = { 0 };
	size_t i;

	ask(&l, &t[0], -500);
	head(&l, &t[0], -1, -1, 200, -400);
	for (i = 1; i < 5; i++)
		EQ(ask(&l, &t[i], 10 + (msec)i), 10 + i, "five go");
	EQ(active(&l, 14), 5, "all are active");
	refuse(&l, &t[4], "slow down", -1, 20);
	refuse(&l, &t[3], "slow down", -1, 21);
	EQ(most(&l, 30), 3, "as many as were admitted");
	OK(ask(&l, &t[4], 30) > 30, "the limit is reached");
	EQ(t[4].why, LIMIT_TURN, "it waits for its turn");
	limit_why(&t[4], &why);
	EQS(buf_slice(&why), "concurrency limit", "and says so");
	buf_free(&why);
	OK(ask(&l, &late, 31) > 31, "another waits behind it");
	OK(ask(&l, &t[3], 32) > 32, "and a third");
	done(&l, &t[0], 40);
	OK(ask(&l, &late, 41) > 41, "a newcomer does not overtake the refused");
	EQ(ask(&l, &t[3], 41), 41, "who go first");
	done(&l, &t[1], 50);
	/* the other waiting requests have died: they do not ask again */
	t[4] = (struct ticket){ 0 };
	done(&l, &t[2], 1900);
	EQ(ask(&l, &t[4], 2000), 2000, "the dead block nobody");
	EQ(most(&l, 700000), 0, "lifted in the end");
	limit_close(&l);
}

/* A server that serves three at a time: others wait for their first byte. */
static void
test_slow(void)
{
	struct fault late = { .class = F_TIMEOUT, .retry = 1 };
	struct limit l = home_limit();
	struct ticket t[6] = { { 0 } };
	size_t i;

	for (i = 0; i < 6; i++) {
		t[i].hurry = 1;
		ask(&l, &t[i], 10);
	}
	ops_at(&l, 20)->done(&l, &t[5], &late, 1, &none, START + 20);
	EQ(most(&l, 20), 0, "nobody was served");
	ask(&l, &t[5], 21);
	for (i = 0; i < 3; i++)
		head(&l, &t[i], -1, -1, 200, 30);
	for (i = 3; i < 6; i++)
		ops_at(&l, 40)->done(&l, &t[i], &late, 1, &none, START + 40);
	EQ(most(&l, 40), 3, "as many as were served");
	ops_at(&l, 50)->done(&l, &t[2], &late, 1, &none, START + 50);
	EQ(most(&l, 50), 3, "one that stalled later");
	limit_close(&l);
}

/* The limit grows slowly up to two above what was admitted, then fast. */
static void
test_share(void)
{
	struct limit l = { .ops = &limit_local, .page = page_alone() };
	struct ticket t[9] = { { 0 } };
	size_t i;

	for (i = 0; i < 9; i++) {
		t[i].hurry = 1;
		ask(&l, &t[i], 0);
	}
	refuse(&l, &t[8], "slow down", -1, 10);
	EQ(share_most(l.page, START + 20), 8, "eight were admitted");
	for (i = 0; share_most(l.page, START + 20) < 9; i++)
		share_grow(l.page);
	OK(i > 15 && i < 20, "two rounds of success raise it by one");
	for (i = 0; share_most(l.page, START + 20) < 10; i++)
		share_grow(l.page);
	OK(i > 17 && i < 22, "two more by another");
	for (i = 0; i < 10; i++)
		share_grow(l.page);
	EQ(share_most(l.page, START + 20), 20, "then one round doubles it");
	limit_close(&l);
}

/* As with Anthropic: 8,000 output tokens a minute, and max_tokens 32,000. */
static void
test_output(void)
{
	struct slice body = SLICE("{\"max_tokens\":32000,\"m\":\"hello\"}");
	struct usage u = { .input = 10, .output = 400 };
	struct limit l = home_limit();
	struct ticket a = { 0 }, b[4] = { { 0 } };
	struct quota q;
	size_t i;

	ops_at(&l, 0)->ask(&l, &a, body, START);
	quota_fields(NULL, 0, START, &q);
	q.of[QUOTA_OUTPUT] = (struct quota_of){ 8000, 0, MSEC_NONE,
	    QUOTA_MINUTE };
	ops_at(&l, 0)->head(&l, &a, &q, 200, START);
	for (i = 0; i < 2; i++)
		ops_at(&l, 0)->ask(&l, &b[i], body, START);
	OK(b[0].slot > START, "none is left");
	EQ(b[1].slot - b[0].slot, 7500, "an unknown answer counts as 1,000");
	ops_at(&l, 0)->done(&l, &a, &whole, 1, &u, START);
	for (i = 2; i < 4; i++)
		ops_at(&l, 0)->ask(&l, &b[i], body, START);
	EQ(b[3].slot - b[2].slot, 3000, "then as the 400 that were seen");
	limit_close(&l);
}

/* A process that was killed while active blocks others for a few seconds. */
static void
test_killed(void)
{
	struct limit l = home_limit();
	struct ticket t[3] = { { 0 } }, late = { 0 };
	size_t i;

	ask(&l, &t[0], 0);
	head(&l, &t[0], -1, -1, 200, 5);
	done(&l, &t[0], 1000);
	for (i = 0; i < 3; i++)
		ask(&l, &t[i], 1010);
	refuse(&l, &t[2], "slow down", -1, 1020);
	EQ(most(&l, 1020), 2, "two at a time");
	l.ops->drop(&l, &t[2]);
	for (i = 1100; i < 60000; i += 475) {
		ask(&l, &t[0], (msec)i);
		ask(&l, &t[1], (msec)i);
		if (ask(&l, &late, (msec)i) <= (msec)i)
			break;
	}
	EQ(i, 60000, "they count as long as they ask");
	ask(&l, &t[0], 59950);
	ask(&l, &t[1], 59950);
	/* then they are killed and never report */
	OK(ask(&l, &late, 60000) > 60000, "they still count");
	for (i = 60050; i < 62950; i += 50)
		ask(&l, &late, (msec)i);
	/* a server is not asked each time */
	OK(ask(&l, &late, 62949) > 62949, "for three seconds or more");
	EQ(ask(&l, &late, 64950), 64950, "five, since they last asked");
	limit_close(&l);
}

static void
test_own(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };

	l.own[QUOTA_REQUESTS] = 60;
	EQ(ask(&l, &a, 0), 0, "60 requests a minute");
	head(&l, &a, -1, -1, 200, 5);
	EQ(ask(&l, &b, 10), 1000, "are one a second");
	EQ(b.why, QUOTA_REQUESTS, "it waits for requests");
	EQ(ask(&l, &c, 10), 2000, "and a third");
	limit_close(&l);
	l = home_limit();
	a = b = (struct ticket){ 0 };
	l.own[QUOTA_TOKENS] = 600;
	ask(&l, &a, 0);
	head(&l, &a, -1, -1, 200, 5);
	ops_at(&l, 10)->done(&l, &a, &whole, 1,
	    &(struct usage){ 11, 9, -1, -1, 0 }, START + 10);
	EQ(ask(&l, &b, 20), 2000, "what was not used is returned");
	limit_close(&l);
}

static void
test_why(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 };
	struct buf why = { 0 };
	struct page_state s;

	ask(&l, &a, 0);
	head(&l, &a, 60000, 0, 200, 0);
	ask(&l, &b, 0);
	limit_why(&b, &why);
	EQS(buf_slice(&why), "TPM 60000", "why it waits");
	s = state(&l, QUOTA_TOKENS);
	EQ(s.limit, 60000, "the limit");
	EQ(s.used, 60000 + COST, "what is used or reserved");
	EQ(s.window, 60000, "the window");
	OK(s.slot >= COST && s.slot <= COST + 601,
	    "the next slot");
	EQ(state(&l, QUOTA_REQUESTS).limit, 0,
	    "nothing of requests");
	buf_free(&why);
	limit_close(&l);
}

/* A limit known only from a text is forgotten after a while. */
static void
test_forget(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 };

	ask(&l, &a, 0);
	refuse(&l, &a, "on tokens per min (TPM): Limit 600, Used 600, "
	    "Requested 111.  Please try again in 11.1s.", 11100, 10);
	OK(ask(&l, &a, 20) > 11000, "a limit from a text");
	ask(&l, &a, 12000);
	head(&l, &a, -1, -1, 200, 12100);
	done(&l, &a, 12200);
	OK(state(&l, QUOTA_TOKENS).limit == 600, "it applies");
	ask(&l, &a, 3700000);
	head(&l, &a, -1, -1, 200, 3700100);
	done(&l, &a, 3700200);
	ask(&l, &a, 3700300);
	EQ(state(&l, QUOTA_TOKENS).limit, 0,
	    "it is forgotten an hour later");
	limit_close(&l);
}

static void
all(void)
{
	test_first();
	test_slow_start();
	test_bucket();
	test_two_queues();
	test_obey();
	test_word();
	test_turns();
	test_slow();
	test_share();
	test_output();
	test_killed();
	test_own();
	test_why();
	test_forget();
}

int
main(void)
{
	all();
	test_next_start();	/* the script starts all at once */
	printf("# the same at a server\n");
	if (home_open() == 0)
		all();
	else
		OK(1, "# SKIP lua5.1 is not installed");
	home_close();
	return DONE();
}
