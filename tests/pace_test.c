/* Loads of requests against limits, in virtual time (tests/world.h). */

#include "tests/world.h"

/* The time that the bucket alone requires. */
static double
ideal(const struct world *w, double had)
{
	return ((double)w->spent + w->eaten - had) *
	    (double)w->tokens.window / (double)w->tokens.limit;
}

/* At most one in a hundred may be refused, besides the unknown: refusals that
 * no client could have foreseen. */
static void
check(struct world *w, const char *name, double most, size_t unknown)
{
	double had = w->tokens.left, least;
	int seed;
	struct world one;

	for (seed = 1; seed <= 5; seed++) {
		one = *w;
		one.seed = (uint64_t)seed;
		run_world(&one);
		least = ideal(&one, had);
		printf("# %s: %.3f of %.1f s, %zu refused of %zu, longest "
		    "wait %.1f s\n", name,
		    (double)(one.end - START) / least, least / 1000,
		    one.refused, one.answered, (double)one.longest / 1000);
		EQ(one.answered, w->requests, name);
		OK((double)(one.end - START) <= most * least, name);
		OK(one.refused * 100 <= w->requests + unknown * 100, name);
		/* behind all the others, each a full request */
		OK((double)one.longest <= 2.2 * (double)w->workers *
		    least / (double)w->requests + 3000, name);
		page_close(one.limit.page);
	}
}

static void
test_openai(void)
{
	struct world w = openai(2000);

	check(&w, "2000 requests", 1.01, 0);
	w = openai(120);
	check(&w, "120 requests", 1.03, 0);
	w.calls.limit = 0;
	check(&w, "120 requests, no RPM", 1.03, 0);
	w = openai(120);
	w.think = 4000;		/* they start slowly */
	check(&w, "responses that take 4 s", 1.03, 1);
	w = openai(2000);
	w.silent = 1;
	check(&w, "texts only", 1.01, 2 * w.workers);
	w = openai(2000);
	w.azure = 1;
	w.calls.limit = 0;
	check(&w, "Azure: the limit is not told", 1.02, 10);
	w = openai(60);
	w.azure = 1;
	w.tokens.left = 1800;
	w.calls = (struct bucket){ 360, 11, 60000, 0 };
	check(&w, "Azure, 60 requests", 1.05, 3);
	w = openai(2000);
	w.workers = 64;
	w.size = 10000;
	w.tokens.limit = 10000000;
	w.calls.limit = 30000;
	check(&w, "a large limit", 1.01, 0);
}

static void
test_counts(void)
{
	struct world w = openai(2000);

	w.count = 0.75;
	check(&w, "the server counts less than we do", 1.01, 0);
	w.count = 1.3;
	check(&w, "the server counts more than we do", 1.01, 0);
	w = openai(120);
	w.count = 0.75;
	check(&w, "the server counts less, 120", 1.04, 0);
	w.count = 1.3;
	check(&w, "the server counts more, 120", 1.03, 1);
}

static void
test_foreign(void)
{
	struct world w = openai(2000);

	w.foreign = 0.3;
	w.lump = 300;
	check(&w, "30 % for others, by 300", 1.02, 0);
	w.lump = 1500;
	check(&w, "30 % for others, by 1500", 1.02, 0);
	w = openai(120);
	w.foreign = 0.3;
	w.lump = 500;
	check(&w, "30 % for others, 120", 1.03, 1);
}

/* max_tokens is far above what answers have, and only these are counted. */
static void
test_below(void)
{
	struct world w = openai(300);

	w.answer = 20;
	w.service = 50;
	check(&w, "short answers", 1.03, 1);
	w.service = 1500;
	check(&w, "short answers that take long", 1.05, 1);
}

/* The head comes with the answer: its figures are old. */
static void
test_old(void)
{
	struct world w = openai(60);

	w.latency = 150;
	w.think = 1500;
	w.service = 0;
	check(&w, "old figures", 1.03, 2);
}

/* Requests are the scarce kind, in a window of two seconds. */
static void
test_calls(void)
{
	struct world w = openai(400);
	double least = (400 - 20) * 100;

	w.tokens = (struct bucket){ 20000, 20000, 2000, 0 };
	w.calls = (struct bucket){ 20, 20, 2000, 0 };
	w.seed = 1;
	run_world(&w);
	printf("# 20 in 2 s: %.3f of %.1f s, %zu refused\n",
	    (double)(w.end - START) / least, least / 1000, w.refused);
	OK((double)(w.end - START) <= 1.03 * least, "20 in 2 s: makespan");
	OK(w.refused <= 4, "20 in 2 s: refused");
	page_close(w.limit.page);
}

/* Some are late by many slots, so the order is uncertain; refusals still
 * correct the bucket. */
static void
test_late(void)
{
	struct world w = openai(6000);
	double least = (6000 - 20) / 2.0;

	w.tokens.limit = 0;
	w.calls = (struct bucket){ 1000, 20, 500, 0 };
	w.latency = w.think = w.service = 0;
	w.late = 100;
	w.seed = 1;
	run_world(&w);
	printf("# late: %.3f of %.1f s, %zu refused\n",
	    (double)(w.end - START) / least, least / 1000, w.refused);
	OK((double)(w.end - START) <= 1.1 * least, "late: makespan");
	OK(w.refused <= 6000 / 50, "late: refused");
	page_close(w.limit.page);
}

/* A concurrency limit that the server does not name. */
static void
test_turns(void)
{
	struct world w = openai(500);
	double least;

	w.tokens.limit = w.calls.limit = 0;
	w.at_a_time = 8;
	w.seed = 1;
	run_world(&w);
	least = 500 / 8.0 * (double)(w.service + w.think + 2 * w.latency);
	printf("# 8 at a time: %.3f of %.1f s, %zu refused, longest wait "
	    "%.1f s\n", (double)(w.end - START) / least, least / 1000,
	    w.refused, (double)w.longest / 1000);
	EQ(w.answered, 500, "8 at a time: all are answered");
	OK((double)(w.end - START) <= 1.05 * least, "8 at a time: makespan");
	OK(w.refused <= 24 + 30, "8 at a time: refused");
	OK((double)w.longest <= 4 * 32 / 8.0 * least / 500 * 8,
	    "8 at a time: nobody starves");
	page_close(w.limit.page);
}

/* Long answers: a place counts as long as its request lives. */
static void
test_long(void)
{
	struct world w = openai(24);
	double least = 3 * 12000;

	w.tokens.limit = w.calls.limit = 0;
	w.at_a_time = 8;
	w.think = 12000;
	w.service = 0;
	w.seed = 1;
	run_world(&w);
	printf("# 24 of 12 s, 8 at a time: %.3f of %.1f s, %zu refused\n",
	    (double)(w.now - START) / least, least / 1000, w.refused);
	EQ(w.answered, 24, "8 at a time: all are answered");
	OK((double)(w.now - START) <= 1.15 * least, "8 at a time: makespan");
	OK(w.refused <= 3, "8 at a time: refused");
	page_close(w.limit.page);
}

int
main(void)
{
	test_openai();
	test_counts();
	test_foreign();
	test_below();
	test_old();
	test_calls();
	test_late();
	test_turns();
	test_long();
	return DONE();
}
