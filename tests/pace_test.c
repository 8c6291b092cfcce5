/*
 * Loads of requests against providers that limit them in all styles, in virtual
 * time (tests/world.h): what each costs at most in time and refusals.
 */

#include <stdlib.h>

#include "tests/home.h"
#include "tests/world.h"

#define MINUTE 60000

struct row {
	const char *name;
	double most;		/* times the least time, */
	msec over;		/* and besides the response time so much */
	double share;		/* of the requests refused, */
	size_t refused;		/* and besides so many */
	struct world w;
};

#define CALLS(n) [W_CALLS] = { n, 0.03 * (n), MINUTE, 0, 0 }
#define TOKENS(n) [W_TOKENS] = { n, 0.03 * (n), MINUTE, 0, 0 }
#define STREAM .latency = 20, .think = 150, .service = 1500
#define STREAMS [W_TOKENS] = { 60000, 500, MINUTE, 0, 0 }, \
    [W_CALLS] = { 500, 500, MINUTE, 0, 0 }
#define OPENAI_BOUND 1.03, 300, 0.01, 2

static const struct row rows[] = {
	{ "tokens and requests", OPENAI_BOUND, {
	    .requests = 100, .bucket = { TOKENS(60000), CALLS(3000) } } },
	{ "a window of 3 s", OPENAI_BOUND, {
	    .requests = 60, .bucket = { [W_TOKENS] = { 3000, 900, 3000, 0, 0 },
	    [W_CALLS] = { 150, 45, 3000, 0, 0 } } } },
	{ "a window of 10 s", OPENAI_BOUND, {
	    .requests = 60, .bucket = { [W_TOKENS] = { 10000, 1000, 10000, 0,
	    0 }, [W_CALLS] = { 500, 50, 10000, 0, 0 } } } },
	{ "tokens only", OPENAI_BOUND, {
	    .requests = 60, .bucket = { TOKENS(60000) } } },
	{ "requests only", OPENAI_BOUND, {
	    .requests = 80, .bucket = { CALLS(120) } } },
	{ "texts only", 1.2, 300, 0.01, 20, { .style = W_TEXTS,
	    .requests = 100, .bucket = { TOKENS(60000), CALLS(3000) } } },
	{ "Azure", 1.03, 300, 0.05, 0, { .style = W_AZURE,
	    .requests = 60, .bucket = { TOKENS(60000), CALLS(360) } } },
	{ "Anthropic", OPENAI_BOUND, { .style = W_ANTHROPIC,
	    .requests = 60, .bucket = { CALLS(300),
	    [W_INPUT] = { 50000, 1500, MINUTE, 0, 0 },
	    [W_OUTPUT] = { 8000, 240, MINUTE, 0, 0 } },
	    .answer = { 5, 60 }, .think = 500 } },
	{ "Anthropic, rounded", 1.05, 300, 0.01, 2, { .style = W_ANTHROPIC,
	    .requests = 60, .bucket = { CALLS(300),
	    [W_INPUT] = { 30000, 900, MINUTE, 0, 0 },
	    [W_OUTPUT] = { 80000, 2400, MINUTE, 0, 0 } },
	    .answer = { 20, 20 }, .think = 500, .rounded = 1 } },
	{ "Retry-After", 1.03, 300, 0.15, 0, { .style = W_RETRY_AFTER,
	    .requests = 50, .bucket = { CALLS(60) } } },
	{ "Retry-After, a place in 3 s", 1.06, 300, 0.2, 0, {
	    .style = W_RETRY_AFTER, .requests = 30, .bucket = { CALLS(20) } } },
	{ "Retry-After, 10 places a second", 1.03, 300, 0.2, 0, {
	    .style = W_RETRY_AFTER, .requests = 400,
	    .bucket = { CALLS(600) } } },
	{ "Retry-After, a fixed window", 1.1, 300, 0.2, 0, {
	    .style = W_RETRY_AFTER, .requests = 60,
	    .bucket = { [W_CALLS] = { 20, 10, 10000, 0, 1 } } } },
	{ "nothing but 429s", 1.03, 300, 0.2, 0, { .style = W_BARE,
	    .requests = 50, .bucket = { CALLS(60) } } },
	{ "nothing but 429s, a fixed window", 1.35, 300, 0.3, 0, {
	    .style = W_BARE, .requests = 60,
	    .bucket = { [W_CALLS] = { 20, 10, 10000, 0, 1 } } } },
	{ "half of it for others", 1.03, 300, 0.01, 4, {
	    .requests = 50, .bucket = { TOKENS(60000), CALLS(3000) },
	    .foreign = 0.5, .lump = 250 } },
	{ "a limit that is halved", OPENAI_BOUND, {
	    .requests = 60, .bucket = { TOKENS(60000), CALLS(3000) },
	    .change = 12000, .to = 30000 } },
	{ "a limit that is raised", OPENAI_BOUND, {
	    .requests = 60, .bucket = { TOKENS(30000), CALLS(3000) },
	    .change = 12000, .to = 90000 } },
	{ "two models that share it", 1.045, 300, 0.01, 4, { .models = 2,
	    .requests = 60, .bucket = { TOKENS(60000), CALLS(3000) } } },
	{ "answers far below max_tokens", 1.03, 300, 0.01, 2, {
	    .requests = 60, .prompt = { 50, 200 }, .most = { 1000, 1000 },
	    .bucket = { TOKENS(60000) }, .answer = { 30, 30 } } },
	{ "the same, longer", 1.05, 0, 0.01, 2, {
	    .requests = 300, .prompt = { 50, 200 }, .most = { 1000, 1000 },
	    .bucket = { TOKENS(60000) }, .answer = { 30, 30 } } },
	{ "answers above max_tokens", OPENAI_BOUND, {
	    .requests = 60, .prompt = { 50, 200 }, .most = { 16, 16 },
	    .bucket = { TOKENS(60000) }, .answer = { 700, 700 } } },
	{ "no max_tokens", OPENAI_BOUND, {
	    .requests = 60, .prompt = { 50, 500 }, .most = { -1, -1 },
	    .bucket = { TOKENS(60000) }, .answer = { 200, 900 } } },
	{ "12 s long, 8 at a time", 1.15, 300, 0, 3, {
	    .requests = 24, .bucket = { CALLS(3000) }, .at_a_time = 8,
	    .think = 12000 } },
	{ "8 at a time, Retry-After", 1.23, 300, 0.1, 0, {
	    .style = W_RETRY_AFTER, .requests = 60, .at_a_time = 8,
	    .think = 2000 } },
	{ "8 at a time, nothing but 429s", 1.15, 300, 0.06, 0, {
	    .style = W_BARE, .requests = 60, .at_a_time = 8,
	    .think = 2000 } },
	{ "requests a day", 0, 30000, 0.01, 2, { .stop = 30000,
	    .requests = 30, .bucket = { [W_DAY] = { 50, 15, 86400000, 0, 0 }
	    } } },
	{ "embeddings", OPENAI_BOUND, {
	    .requests = 100, .prompt = { 125, 750 }, .most = { -1, -1 },
	    .bucket = { TOKENS(60000) } } },
	{ "figures that are 1.5 s old", OPENAI_BOUND, {
	    .requests = 60, .bucket = { TOKENS(60000), CALLS(3000) },
	    .latency = 150, .think = 1500 } },
	{ "no limit", 0, 1500, 0, 0, { .style = W_BARE, .requests = 400 } },
	{ "large requests", OPENAI_BOUND, { .requests = 32,
	    .prompt = { 4000, 5000 },
	    .bucket = { TOKENS(60000), CALLS(3000) } } },
	/* streams: the head is early, the answer is not */
	{ "2000 streams", 1.01, 0, 0.01, 0, {
	    .requests = 2000, .bucket = { STREAMS }, STREAM } },
	{ "120 streams", 1.03, 0, 0.01, 0, {
	    .requests = 120, .bucket = { STREAMS }, STREAM } },
	{ "120 streams, tokens only", 1.03, 0, 0.01, 0, {
	    .requests = 120, .bucket = { TOKENS(60000) }, STREAM } },
	{ "heads after 4 s", 1.03, 0, 0.01, 1, {
	    .requests = 120, .bucket = { STREAMS },
	    .latency = 20, .think = 4000, .service = 1500 } },
	{ "2000 streams, texts only", 1.04, 0, 0.01, 64, { .style = W_TEXTS,
	    .requests = 2000, .bucket = { STREAMS }, STREAM } },
	{ "2000 streams, Azure", 1.02, 0, 0.01, 30, { .style = W_AZURE,
	    .requests = 2000, .bucket = { TOKENS(60000) }, STREAM } },
	{ "a large limit", 1.01, 0, 0.01, 0, {
	    .workers = 64, .requests = 2000, .prompt = { 1000, 11000 },
	    .most = { 1000, 9000 }, .bucket = { CALLS(30000),
	    [W_TOKENS] = { 10000000, 500, MINUTE, 0, 0 } }, STREAM } },
	{ "it counts less than we do", 1.01, 0, 0.01, 0, {
	    .requests = 2000, .bucket = { STREAMS }, STREAM,
	    .count = 0.75 } },
	{ "it counts more than we do", 1.01, 0, 0.01, 0, {
	    .requests = 2000, .bucket = { STREAMS }, STREAM,
	    .count = 1.3 } },
	{ "it counts less, 120", 1.04, 0, 0.01, 0, {
	    .requests = 120, .bucket = { STREAMS }, STREAM,
	    .count = 0.75 } },
	{ "it counts more, 120", 1.03, 0, 0.01, 5, {
	    .requests = 120, .bucket = { STREAMS }, STREAM,
	    .count = 1.3 } },
	/* less than differs from request to request anyway */
	{ "it counts some more, 120", 1.03, 0, 0.01, 0, { .workers = 16,
	    .requests = 120, .bucket = { STREAMS }, .latency = 1, .think = 5,
	    .service = 5, .extra = { 14, 18 } } },
	{ "30 % for others, by 300", 1.02, 0, 0.01, 10, {
	    .requests = 2000, .bucket = { STREAMS }, STREAM,
	    .foreign = 0.3, .lump = 300 } },
	{ "30 % for others, by 1500", 1.02, 0, 0.01, 0, {
	    .requests = 2000, .bucket = { STREAMS }, STREAM,
	    .foreign = 0.3, .lump = 1500 } },
	{ "30 % for others, 120", 1.03, 0, 0.01, 1, {
	    .requests = 120, .bucket = { STREAMS }, STREAM,
	    .foreign = 0.3, .lump = 500 } },
	{ "20 requests in 2 s", 1.03, 0, 0.01, 0, { .requests = 400,
	    .bucket = { [W_TOKENS] = { 20000, 20000, 2000, 0, 0 },
	    [W_CALLS] = { 20, 20, 2000, 0, 0 } }, STREAM } },
	/* the order is uncertain; refusals still correct the bucket */
	{ "late by many slots", 1.1, 0, 0.02, 0, { .requests = 6000,
	    .bucket = { [W_CALLS] = { 1000, 20, 500, 0, 0 } },
	    .think = 1, .late = 100 } },
	{ "500 streams, 8 at a time", 1.08, 0, 0.07, 0, {
	    .style = W_BARE, .requests = 500, .at_a_time = 8, STREAM } },
	{ "200 workers", OPENAI_BOUND, { .workers = 200, .requests = 400,
	    .bucket = { TOKENS(60000), CALLS(3000) } } },
};

/* The limits are at a server: they look less often whether they may go. */
static int remote;

static void
check(const struct row *r, uint64_t seed)
{
	struct world w = r->w, before;
	double took, least, most;
	size_t refused;

	if (w.workers == 0)
		w.workers = 32;
	if (w.prompt.most == 0)
		w.prompt = (struct world_range){ 50, 500 };
	if (w.most.most == 0)
		w.most = (struct world_range){ 50, 400 };
	if (w.models == 0)
		w.models = 1;
	if (w.think == 0)
		w.think = 50;
	if (w.latency == 0)
		w.latency = 1;
	if (w.count == 0)
		w.count = 1;
	w.seed = seed;
	before = w;
	world_run(&w);
	least = world_least(&w, &before);
	took = (double)(w.now - START);
	most = r->most * least + (double)(w.think +
	    w.service * 3 / 2 + 2 * w.latency + r->over);
	refused = (size_t)(r->share * (double)w.requests) + r->refused;
	if (remote) {
		/* what refusals alone teach depends on when they come */
		most += 300 + (w.style == W_BARE ? 0.2 : 0.08) * least;
		refused += 2;
	}
	printf("# %s: %.3f (%.1f of %.1f s), %zu refused of %zu, "
	    "%zu of %zu waits exceeded\n", r->name, took / least, took / 1000,
	    least / 1000, w.refused, w.requests, w.overdue, w.told);
	if (w.stop == 0)
		EQ(w.answered, w.requests, r->name);
	OK(took <= most, r->name);
	OK(w.refused <= refused, r->name);
	/* of a crowd in one bucket each is told the wait of one alone */
	OK(w.overdue == 0 || r->w.style == W_TEXTS, r->name);
	/* behind all the others, each a full request */
	OK(w.stop > 0 || (double)w.longest <= 2.2 * (double)w.workers * most /
	    (double)w.requests + 3000 + (double)w.think, r->name);
}

/* The rows whose name contains part, of at most most requests. */
static void
all(const char *part, size_t most, uint64_t runs)
{
	uint64_t seed;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (seed = 1; seed <= runs; seed++)
			if (strstr(rows[i].name, part) != NULL &&
			    rows[i].w.requests <= most)
				check(&rows[i], seed);
}

/* Arguments: a row's name, and the number of runs of it.  Where the limits are
 * at a server, a step takes longer: short rows will do, once. */
int
main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";
	uint64_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 3;

	all(part, SIZE_MAX, runs);
	printf("# the same at a server\n");
	remote = 1;
	if (home_open() == 0)
		all(part, argc > 1 ? SIZE_MAX : 120, 1);
	else
		OK(1, "# SKIP lua5.1 is not installed");
	home_close();
	return DONE();
}
