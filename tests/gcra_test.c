#include "limit/gcra.h"

#include "tests/t.h"

#define MINUTE ((int64_t)60000000)
#define SECOND ((int64_t)1000000)
#define FAR ((int64_t)1 << 50)

static void
test_span(void)
{
	EQ(gcra_span(1, 3, MINUTE), 20000000, "a third of a minute");
	EQ(gcra_span(1, 7, MINUTE), 8571429, "rounded up");
	EQ(gcra_span(0, 7, MINUTE), 0, "nothing");
	EQ(gcra_span(12528, 30000, MINUTE), 25056000, "tokens");
	EQ(gcra_span(14, 7, MINUTE), 2 * MINUTE, "more than the whole bucket");
	EQ(gcra_span(1000000000000, 1000000000000, (int64_t)86400000000),
	    86400000000, "no overflow");
	OK(gcra_span(10000000000, 1, 40 * 1440 * MINUTE) > 0,
	    "an absurd window");
	EQ(gcra_span(1, 1000000000, MINUTE), 1, "never 0 for a cost");
}

static void
test_base(void)
{
	EQ(gcra_base(100, 50, 120), 100, "in use");
	EQ(gcra_base(100, 50, 150), 100, "just full");
	EQ(gcra_base(100, 50, 170), 120, "full for a while: no credit");
	EQ(gcra_base(-1000, 50, 170), 120, "never used");
}

static void
test_sync(void)
{
	struct gcra g = { .margin = 0 };
	int64_t margin;
	int i;

	gcra_start(&g, 1000, MINUTE);
	EQ(g.base, 1000, "the first response sets base");
	EQ(g.margin, MINUTE / 100, "and a margin");
	gcra_sync(&g, 500, 1500, MINUTE, SECOND, 0);
	EQ(g.base, 1000, "within the bounds base stays");
	gcra_sync(&g, 401000, 500000, MINUTE, SECOND, 0);
	EQ(g.base, 401000, "too low: raised at once");
	gcra_sync(&g, 0, 1000, MINUTE, SECOND, 0);
	EQ(g.base, 1000, "too high: lowered at once");
	gcra_sync(&g, 0, 500, MINUTE, SECOND, 1);
	EQ(g.base, 1000, "a refusal does not lower it");
	gcra_sync(&g, 901000, FAR, MINUTE, SECOND, 0);
	OK(g.margin >= 1125000, "the margin covers a raise, and more");
	margin = g.margin;
	gcra_refused(&g, MINUTE);
	EQ(g.margin, margin * 3 / 2, "a refusal raises it further");
	for (i = 0; i < 20; i++)
		gcra_sync(&g, 0, FAR, MINUTE, SECOND, 0);
	EQ(g.margin, margin * 3 / 2, "it lasts");
	gcra_sync(&g, g.base + 500000, FAR, MINUTE, SECOND, 0);
	for (i = 0; i < 24; i++)
		gcra_sync(&g, 0, FAR, MINUTE, SECOND, 0);
	EQ(g.margin, 625000 + MINUTE / 500, "until less is needed");
	gcra_sync(&g, g.base + 5000000, FAR, MINUTE, 10 * SECOND, 0);
	EQ(g.margin, 625000 + MINUTE / 500, "what took long is not new");
	gcra_sync(&g, FAR, FAR, 1000 * MINUTE, SECOND, 1);
	EQ(g.margin, MINUTE / 20, "at most a twentieth of a minute");
	for (i = 0; i < 2000; i++)
		gcra_sync(&g, 0, FAR, MINUTE, SECOND, 0);
	EQ(g.margin, MINUTE / 500, "never 0");
}

int
main(void)
{
	test_span();
	test_base();
	test_sync();
	return DONE();
}
