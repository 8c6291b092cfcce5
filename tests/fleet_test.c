/* What only a server has to do, in virtual time: the script of limit/limit.lua,
 * run by tests/redis.lua. */

#include "tests/tickets.h"

/* The reply that lets it go may be lost: it asks again. */
static void
test_lost(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, before;
	msec slot;

	ask(&l, &a, 0);
	head(&l, &a, 60000, 50, 200, 0);
	done(&l, &a, 1);
	slot = ask(&l, &b, 0);
	before = b;
	EQ(ask(&l, &b, slot), slot, "it goes");
	EQ(ask(&l, &before, slot + 300), slot + 300, "nobody told it");
	limit_close(&l);
}

/* Only durations go to a server: the clocks of hosts need not agree. */
static void
test_clocks(void)
{
	struct limit l = home_limit(), other;
	const msec apart = 3600000;
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };
	msec slot;

	other = l;
	other.page = page_alone();
	ask(&l, &a, 0);
	head(&l, &a, 60000, 50, 200, 0);
	done(&l, &a, 1);
	slot = ask(&l, &b, 0);
	OK(ops_at(&other, 0)->ask(&other, &c, BODY, START + apart) >
	    START + apart, "it waits, too");
	EQ(c.slot - START - apart, slot + COST, "its slot is the next");
	EQ(ask(&l, &b, slot), slot, "the first goes");
	slot += COST;
	EQ(ops_at(&other, slot)->ask(&other, &c, BODY, START + apart + slot),
	    START + apart + slot, "then the other");
	ops_at(&other, slot + 9)->done(&other, &c, &whole, 1, &none,
	    START + apart + slot + 9);
	done(&l, &b, slot + 9);
	EQ(active(&l, slot + 10), 0, "both are done");
	page_close(other.page);
	limit_close(&l);
}

/* A request that goes by what its host knows returns its place at the server;
 * it may be over before the server hears of it. */
static void
test_elsewhere(void)
{
	struct limit l = home_limit();
	struct ticket a = { 0 }, b = { 0 }, c = { 0 };
	msec slot;

	ask(&l, &a, 0);
	head(&l, &a, 60000, 50, 200, 0);
	done(&l, &a, 1);
	slot = ask(&l, &b, 0);
	b.going = 1;
	b.at = START + 1;
	done(&l, &b, 2);
	EQ(ask(&l, &c, 2), slot, "the next takes its place");
	limit_close(&l);
}

int
main(void)
{
	if (home_open() == 0) {
		test_lost();
		test_clocks();
		test_elsewhere();
	} else {
		OK(1, "# SKIP lua5.1 is not installed");
	}
	home_close();
	return DONE();
}
